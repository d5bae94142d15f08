"""Comparing what was read back after a write with what was sent."""

from collections.abc import Mapping
from typing import Any, cast

from mappings.convert import instant, wall_clock
from mappings.digest import RecordKind, differing
from mappings.model import Rules, Unmapped
from mappings.place import of_job_request
from sync.plan import Change
from sync.writer.calls import Record, Seen

_COMPARED: Mapping[str, tuple[str, ...]] = {
    "job_request": ("state", "start_time", "duration", "slots"),
    "job": ("actual_duration",),
    "shift": ("start_time", "end_time", "user_id", "location_id", "position_id", "instances"),
    "time": ("start_time", "end_time", "user_id", "is_approved"),
}
"""Fields that are compared after a write: a zoneless start may be read in another zone (Wonolo reference 5)."""


def unlike(change: Change, payload: Record, seen: Seen, rules: Rules) -> str:
    """What was read back unlike it was written, in a sentence; empty when all is as meant."""
    if not seen:
        return ""
    if change.action == "assign":
        return _unseated(payload, seen)
    kind, after = seen[0]
    written = {name: payload[name] for name in _COMPARED.get(kind, ()) if name in payload}
    if written.get("user_id"):
        written.pop("instances", None)  # a held seat is one instance, or none (When I Work reference 5.1)
    if change.action == "create":
        written.pop("is_approved", None)  # nobody says that a Time can be born approved; else it is approved next
    if written.get("state") != "cancelled":
        written.pop("state", None)  # a request that was posted may be filled before it is read back
    wrong = wrong_fields(change, written, after, rules)
    return "; ".join(f"{name} was sent as {written[name]!r} but reads {after.get(name)!r}" for name in wrong)


def wrong_fields(change: Change, written: Record, after: Record, rules: Rules) -> list[str]:
    """Names of the owned fields that read otherwise than they were written."""
    kind = cast("RecordKind", change.kind)
    return differing(kind, written, _as_written(change, kind, after, rules))


def _as_written(change: Change, kind: RecordKind, after: Record, rules: Rules) -> Record:
    """The record with its start spelled as we spell it to Wonolo."""
    try:
        start = instant(after.get("start_time"))
    except ValueError:
        start = None
    if kind != "job_request" or rules.start_time_format == "iso" or start is None:
        return after
    return after | {"start_time": wall_clock(start, _zone(change, after, rules))}


def _zone(change: Change, after: Record, rules: Rules) -> str:
    """The zone of the place the record is at now; the write may have moved it."""
    try:
        return of_job_request(after, rules).zone
    except Unmapped:
        return change.zone


def _unseated(payload: Record, seen: Seen) -> str:
    user: Any = payload.get("user_id")
    seated = user is None or any(int(row.get("user_id") or 0) == user for _, row in seen)
    return "" if seated else f"user {user} was assigned but holds no shift"
