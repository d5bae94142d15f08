"""Comparing a record with what was sent to it: the fields that are live otherwise, and the setting to look at."""

from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from mappings.convert import instant, wall_clock
from mappings.digest import RecordKind, differing
from mappings.model import NAMES, Rules, Unmapped
from mappings.place import of_job_request
from sync.plan.model import Change
from sync.plan.wording import wall

Record = Mapping[str, Any]

_COMPARED: Mapping[str, tuple[str, ...]] = {
    "job_request": ("state", "start_time", "duration", "slots", "wage", "address"),
    "job": ("actual_duration",),
    "shift": ("start_time", "end_time", "user_id", "location_id", "site_id", "position_id", "instances"),
    "time": ("start_time", "end_time", "user_id", "is_approved"),
}
"""Fields that are compared after a write: a zoneless start may be read in another zone (Wonolo reference 5)."""

_SETTINGS = {
    "start_time": "`zone` of {place} and `start_time_format` under [wonolo]",
    "wage": "`hourly_rate` and `classification` of its skill",
    "address": "`address`, `zip` and `venue` of {place}",
}
"""The settings that decide how Wonolo takes a field."""


def otherwise(change: Change, sent: Record, after: Record, rules: Rules) -> tuple[str, ...]:
    """The names of the fields that a record has otherwise than they were sent."""
    written = {name: sent[name] for name in _COMPARED.get(change.kind, ()) if name in sent}
    if written.get("user_id"):
        written.pop("instances", None)  # a held seat is one instance, or none (When I Work reference 5.1)
    if change.action == "create":
        written.pop("is_approved", None)  # nobody says that a Time can be born approved; else it is approved next
    if written.get("state") != "cancelled":
        written.pop("state", None)  # a request that was posted may be filled before it is read back
    elsewhere = "address" in written and written.pop("address") is not None and _is_elsewhere(sent, after, rules)
    return (*wrong_fields(change, written, after, rules), *(["address"] if elsewhere else []))


def wrong_fields(change: Change, written: Record, after: Record, rules: Rules) -> list[str]:
    """Names of the owned fields that read otherwise than they were written."""
    kind: RecordKind = change.kind
    return differing(kind, written, _as_written(change, after, rules))


def _is_elsewhere(sent: Record, after: Record, rules: Rules) -> bool:
    """Return True for a request at another place than it was sent to; one that is only spelled otherwise is not."""
    try:
        meant = of_job_request(sent, rules)
    except Unmapped:
        return False
    try:
        return of_job_request(after, rules).key != meant.key
    except Unmapped:
        return True


def _as_written(change: Change, after: Record, rules: Rules) -> Record:
    """The record with its start spelled as we spell it to Wonolo."""
    try:
        start = instant(after.get("start_time"))
    except ValueError:
        start = None
    if change.kind != "job_request" or rules.start_time_format == "iso" or start is None:
        return after
    return {**after, "start_time": wall_clock(start, _zone(change, after, rules))}


def _zone(change: Change, after: Record, rules: Rules) -> str:
    """The zone of the place the record is at now; the write may have moved it."""
    try:
        return of_job_request(after, rules).zone
    except Unmapped:
        return change.zone


def told(change: Change, names: tuple[str, ...], sent: Record, after: Record) -> str:
    """The fields that are otherwise than they were sent, and where to look, in a sentence; empty without any."""
    if not names:
        return ""
    parts = [f"{name} was sent as {sent[name]!r} but reads {after.get(name)!r}" for name in names]
    if "start_time" in names and change.kind == "job_request":
        parts[names.index("start_time")] += _in_zones(change, sent, after)
    advice = [_SETTINGS[name].format(place=change.place or "its place") for name in names if name in _SETTINGS]
    look = f": look at {' and at '.join(advice)}" if advice and change.system == "wonolo" else ""
    return "; ".join(parts) + look


def _in_zones(change: Change, sent: Record, after: Record) -> str:
    """Return a clause with the start as it is now, and the start that was sent or the UTC offset Wonolo applied."""
    try:
        start = instant(after.get("start_time"))
        meant = instant(sent["start_time"])
    except ValueError:
        start, meant = _start(after), None  # a zoneless start is no instant
    if start is None:
        return ""
    now = f", which is {wall(start, change.zone)} in {change.zone}"
    if meant is not None:
        return f"{now} and not {wall(meant, change.zone)}"
    offset = _read_at(str(sent["start_time"]), start)
    here = f"{start.astimezone(ZoneInfo(change.zone)):%z}"
    return f"{now}; {NAMES['wonolo']} took the time on the wall for UTC{offset}, not for UTC{here[:3]}:{here[3:]}"


def _start(record: Record) -> Any:
    try:
        return instant(record.get("start_time"))
    except ValueError:
        return None


def _read_at(wall_time: str, start: Any) -> str:
    """The offset by which a time on a wall is that instant, as `-05:00`."""
    as_utc = instant(f"{wall_time.replace(' ', 'T')}:00+00:00")
    minutes = round((as_utc - start).total_seconds() / 60) if as_utc else 0
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"
