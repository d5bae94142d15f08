"""Fields of records as systems spell them, in a manager's words."""

from collections.abc import Callable, Mapping
from typing import Any

from mappings.convert import identifier, instant, minutes_of_hours, number, unmarked
from mappings.model import NAMES
from sync.mirror.sightings import Sighting
from sync.plan.model import FieldChange
from sync.plan.wording import money, wall

Names = Mapping[tuple[str, int], str]
"""Names of people, places and skills by kind of record and id."""

SYSTEMS = {"job_request": NAMES["wonolo"], "job": NAMES["wonolo"], "worker": NAMES["wonolo"]}
"""The proper name of the system that a kind of record belongs to; those that are not here belong to When I Work."""

_LABELS = {
    "start_time": "start",
    "end_time": "end",
    "user_id": "held by",
    "instances": "seats",
    "slots": "seats",
    "location_id": "place",
    "site_id": "site",
    "position_id": "skill",
    "break_time": "unpaid break",
    "duration": "length",
    "wage": "pay",
    "request_name": "title",
    "description_tasks": "tasks",
    "job_request_id": "request",
    "phone_number": "phone",
    "is_deleted": "deleted",
}
_LEFT_OUT = frozenset({"worker_id", "postal_code"})
"""Fields that another one tells too."""

_NAMED = {"user_id": "user", "location_id": "location", "site_id": "site", "position_id": "position"}


def system_of(kind: str) -> str:
    """The proper name of the system a kind of record belongs to."""
    return SYSTEMS.get(kind, NAMES["wheniwork"])


def edits(sighting: Sighting, names: Names, zone: str) -> tuple[FieldChange, ...]:
    """What differs, field by field; of a record that came or went what it was, but for what was empty."""
    before, after = sighting.before or {}, sighting.after or {}
    return tuple(
        FieldChange(_LABELS.get(name, name.replace("_", " ")), *values)
        for name in dict.fromkeys((*before, *after))
        if name not in _LEFT_OUT
        and any(values := (_said(name, before, names, zone), _said(name, after, names, zone)))
        and values[0] != values[1]
    )


def _said(name: str, record: Mapping[str, Any], names: Names, zone: str) -> str:
    """One field's value; empty for a record that is not there."""
    if name not in record:
        return ""
    value = record[name]
    try:
        if name in _NAMED:
            return _name(_NAMED[name], identifier(value), names)
        if name not in _SAID and name.endswith("_at"):
            return _moment(value, zone)
        return _SAID[name](value, zone) if name in _SAID else str("" if value is None else value)
    except ValueError:
        return str(value)


def _name(kind: str, record: int, names: Names) -> str:
    if not record:
        return "nobody" if kind == "user" else ""
    return names.get((kind, record), f"{kind} {record}")


def person(value: Any, _zone: str = "") -> str:
    """A person as `Ana Reyes`; empty for nobody."""
    if not isinstance(value, Mapping):
        return ""
    return f"{value.get('first_name') or ''} {value.get('last_name') or ''}".strip() or str(value.get("id") or "")


def _moment(value: Any, zone: str) -> str:
    read = instant(value)
    return wall(read, zone) if read else ""


def _hours(minutes: float) -> str:
    return f"{minutes / 60:g} h" if minutes else ""


_SAID: Mapping[str, Callable[[Any, str], str]] = {
    "start_time": _moment,
    "end_time": _moment,
    "published": lambda value, _: "published" if value else "a draft",
    "is_deleted": lambda value, _: "yes" if value else "no",
    "break_time": lambda value, _: f"{minutes_of_hours(value)} min",
    "breaks": lambda value, _: ", ".join(f"{number(row.get('length')) / 60:g} min" for row in value or ()),
    "duration": lambda value, _: _hours(number(value)),
    "wage": lambda value, _: money(round(number(value) * 100)),
    "notes": lambda value, _: unmarked(value),
    "request_name": lambda value, _: unmarked(value),
    "instances": lambda value, _: str(identifier(value) or 1),
    "worker": person,
}
