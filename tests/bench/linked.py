"""A database of linked demands as reconciles leave it behind, filled directly so that a million of them is quick."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import msgspec

from mappings.convert import rfc2822
from mappings.model import Demand, Place, Rules, Skill
from sync.mirror import tables
from sync.mirror.links import slot_text
from sync.mirror.records import of_model, row, table
from sync.mirror.rows import Rows
from sync.mirror.store import Store
from tests.factories import CHICAGO, START, job_request, shift

NOW = START - timedelta(days=3)
AHEAD = timedelta(days=30)
PAIR = "main"

_PLACES, _SKILLS = 100, 10
_BATCH = 5_000
_HOURS = timedelta(hours=8)
_SETTLED = "as agreed"

RULES = Rules(
    tuple(
        Place(f"Dock {number}", number, f"{number} Pier Rd", "Chicago", "60601", CHICAGO) for number in range(_PLACES)
    ),
    tuple(Skill(f"Crew {number}", number, f"Category {number}", "Load", 2000) for number in range(_SKILLS)),
)


def demand(number: int, extra: timedelta = timedelta()) -> Demand:
    """The demand of that number; no two of them are at one place, for one skill and at one time."""
    slot, which = divmod(number, _PLACES * _SKILLS)
    start = START + slot * timedelta(minutes=15)
    place, skill = RULES.places[which % _PLACES], RULES.skills[which // _PLACES]
    return Demand(place.key, skill.key, start, start + _HOURS + extra, headcount=2, break_minutes=30)


def is_changed(number: int, every: int) -> bool:
    """Whether a demand is one that changed: each `every`th is, none for 0."""
    return every > 0 and number % every == 0


def fill(url: str, count: int, changed: int) -> None:
    """Link `count` demands; since they were settled, a manager made `changed` of them an hour longer."""
    store = Store.open(url)
    every = count // changed if changed else 0
    for first in range(0, count, _BATCH):
        with store.begin(PAIR) as tx:
            _fill(tx.rows, range(first, min(count, first + _BATCH)), every)
    store.close()


def _fill(rows: Rows, numbers: range, every: int) -> None:
    values: dict[str, list[dict[str, Any]]] = {"job_request": [], "shift": [], "link": []}
    for number in numbers:
        for name, value in _rows(number, longer=is_changed(number, every)):
            values[name].append(value)
    for kind in ("job_request", "shift"):
        rows.upsert(table(kind), values[kind])
    rows.upsert(of_model(tables.Link), values["link"])


def _rows(number: int, *, longer: bool) -> Iterator[tuple[str, dict[str, Any]]]:
    agreed = demand(number)
    now = demand(number, timedelta(hours=1)) if longer else agreed
    key = f"shift:{number}"
    for kind, record, digest in (
        ("job_request", _request(number, agreed), _SETTLED),
        ("shift", _shift(number, now), "edited" if longer else _SETTLED),
    ):
        known = {"digest": digest, "link": key, "settled": _SETTLED}
        yield kind, row(PAIR, kind, record, NOW) | known  # type: ignore[arg-type] # both are kinds
    base, since = msgspec.to_builtins(agreed), NOW
    slot = {"slot": slot_text(agreed), "ours": False, "since": since}
    yield "link", {"pair": PAIR, "key": key, "kind": "demand", "base": base, **slot}


def _request(number: int, agreed: Demand) -> dict[str, Any]:
    place, skill = RULES.place(agreed.place), RULES.skill(agreed.skill)
    where = {"venue": place.key, "address": place.address, "category": skill.category, "description_tasks": "Load"}
    return job_request(number, request_name=f"{skill.key} at {place.key}", start_time=agreed.start.isoformat(), **where)


def _shift(number: int, now: Demand) -> dict[str, Any]:
    times = {"start_time": rfc2822(now.start), "end_time": rfc2822(now.end)}
    ids = {"location_id": RULES.place(now.place).location_id, "position_id": RULES.skill(now.skill).position_id}
    return shift(number, **times, **ids)
