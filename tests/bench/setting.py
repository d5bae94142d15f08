"""The configuration of a pair whose both systems are one sandbox: every location and position in it is mapped."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from mappings import place, skill
from mappings.model import Place, Skill
from sync.clients.wheniwork import WhenIWork
from sync.config import Config

ZONE = "America/Chicago"
HORIZON, HISTORY = timedelta(days=14), timedelta(days=92)
KEYS = {"api_key": "pk_test_sandbox", "secret_key": "sk_test_sandbox"}
LOGIN = {"key": "sandbox-developer-key", "email": "manager@sandbox.example", "password": "sandbox"}
SETTING_CALLS = 3
"""Requests that making a configuration takes: a login and two listings."""
_PAY = 1800  # cents an hour
_ANY_PAY = 1e12  # dollars: a first copy posts everything at once
_NO_ADDRESS = {"address": "1 Some Street", "city": "Chicago", "zip": "60601"}


async def configuration(url: str, database: str) -> Config:
    """Configure the pair at a sandbox's base URL: writing on, and no rate that would be felt."""
    access = {"base_url": f"{url}/2", "login_url": f"{url}/login", **LOGIN}
    async with WhenIWork(access["base_url"], access["login_url"], *LOGIN.values()) as wheniwork:
        places = [_complete(place.propose(row, ZONE)) for row in await wheniwork.locations.list()]
        skills = [skill.propose(row, "General Labor") for row in await wheniwork.positions.list()]
    return Config.model_validate(
        {
            "database": {"url": database},
            "sync": {"horizon_days": HORIZON.days, "history_days": HISTORY.days, "times_days": 0},
            "wonolo": {"base_url": f"{url}/api_v2", **KEYS, "write": True, "per_second": 1_000_000},
            "wheniwork": {**access, "write": True, "per_minute": 60_000_000},
            "guards": {"spend_per_run": _ANY_PAY, "spend_per_day": _ANY_PAY},
            "places": [_entry(row) for row in places],
            "skills": [_entry(row) | {"hourly_rate": _PAY / 100} for row in skills],
        }
    )


def _complete(row: Place) -> Place:
    missing = {name: value for name, value in _NO_ADDRESS.items() if not getattr(row, name)}
    return msgspec.structs.replace(row, **missing)


def _entry(row: Place | Skill) -> dict[str, object]:
    fields = msgspec.to_builtins(row)
    return {"name": fields.pop("key"), **fields}
