"""A ready configuration for a sandbox: its known keys, both writes on, everything filled in."""

from pathlib import Path
from typing import Any

from sync.config import read
from sync.config.writing import commented
from sync.init import propose
from sync.plan.model import digest

_KEYS = {
    "wonolo": {"api_key": "pk_test_sandbox", "secret_key": "sk_test_sandbox"},
    "wheniwork": {
        "key": "sandbox-developer-key",
        "email": "manager@sandbox.example",
        "password": "sandbox",
        "webhook_secret": "sandbox-webhook-secret",
    },
}
_WORK = {
    "Picker": ("Fulfillment / Warehousing", "Pick and pack orders", 18.5),
    "Forklift Driver": ("Fulfillment / Warehousing", "Drive a forklift in the yard", 24.0),
    "Event Crew": ("Event Staff", "Set up and clear an event", 20.0),
}

_GUARDS = {"spend_per_run": 1_000_000, "spend_per_day": 1_000_000}
"""A sandbox's first copy may be of hundreds of demands, and nobody is paid there."""

_MARK = "# As `shiftbridge sandbox` wrote it; edited, it is replaced with --force only: "


async def ready_configuration(url: str, name: str, ca_file: str = "") -> str:
    """The text of a configuration for the sandbox at `url`, the pair named `name`; raises RemoteErrors.

    `ca_file` is the file of the authority to trust where the URL is one of https.
    """
    access: dict[str, dict[str, Any]] = {
        "connection": {"ca_file": ca_file},
        "wonolo": {**_KEYS["wonolo"], "base_url": f"{url}/api_v2", "write": True, "per_second": 200.0},
        "wheniwork": {
            **_KEYS["wheniwork"],
            "base_url": f"{url}/2",
            "login_url": f"{url}/login",
            "write": True,
            "per_minute": 12000,
        },
    }
    found = await propose(read(access, {}, Path()))
    access["wheniwork"] |= {"user_id": found.user_id, "account_id": found.account_id}
    skills = [_filled_in(row) for row in found.skills]
    sections = {"sync": {"clock": "wonolo"}, "guards": _GUARDS, "places": found.places, "skills": skills}
    return commented({"name": name, **access, **sections})


def signed(text: str) -> str:
    """The text of a configuration with a last line that tells whether somebody edited it since."""
    return f"{text.rstrip()}\n\n{_MARK}{digest(text.rstrip())}\n"


def is_untouched(path: Path) -> bool:
    """Whether a file was written for a sandbox and is as it was written, so that it may be replaced."""
    if not path.is_file():
        return False
    text = path.read_text(encoding="utf-8", errors="replace")
    return text == signed(text.rpartition(_MARK)[0])


def _filled_in(row: dict[str, Any]) -> dict[str, Any]:
    category, description, rate = _WORK.get(row["name"], ("General Labor", row["description"], 17.0))
    return {**row, "category": category, "description": description, "hourly_rate": rate}
