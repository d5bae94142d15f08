"""The effect of a write that was never answered, in records as they read now: whether it is there, and how often."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from mappings.convert import moment
from mappings.demand import HOLDING
from mappings.model import Rules
from sync.plan import Change
from sync.plan.came_back import wrong_fields
from sync.writer.calls import Record, Seen


def shows(change: Change, seen: Seen, rules: Rules) -> bool:
    """Return whether a record is as the write meant it; `seen` is empty when it is gone, else the record comes last."""
    if not seen:
        return change.action == "delete"
    record = seen[-1][1]
    if change.action == "delete":
        return record.get("state") == "cancelled"
    if change.kind == "job" and change.action == "release":
        return record.get("state") not in HOLDING
    if change.action in ("assign", "release"):
        return any(str(row.get("user_id") or 0) == str(change.payload.get("user_id")) for _, row in seen)
    return not wrong_fields(change, change.payload, record, rules)


def is_twice(change: Change, found: list[Record]) -> bool:
    """Return whether a creation happened more often than once; a stack of shifts may have been split since."""
    if len(found) < 2:
        return False
    if change.kind != "shift":
        return True
    return sum(map(_seats, found)) > int(change.payload.get("instances") or 1)


def of_its_time(change: Change, found: list[Record]) -> list[Record]:
    """Return the records that start when the write meant, if one does: a copy for another day is another demand."""
    return [row for row in found if _start(row) == change.start] or found


def _start(record: Record) -> datetime | None:
    try:
        return moment(record, "start_time")
    except ValueError:
        return None


def _seats(shift: Record) -> int:
    return 1 if int(shift.get("user_id") or 0) else int(shift.get("instances") or 1)


def drafts_of(change: Change, found: list[Record]) -> list[int]:
    """Return the shifts that a creation left as drafts although it meant to publish them."""
    if change.kind != "shift" or not change.payload.get("published") or any(row.get("published") for row in found):
        return []
    return [int(row["id"]) for row in found]


def lives(record: Mapping[str, Any]) -> bool:
    """Return whether a record was neither cancelled nor deleted."""
    return record.get("state") != "cancelled" and not record.get("is_deleted")
