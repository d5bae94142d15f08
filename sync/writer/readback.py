"""Comparing what was read back after a write with what was sent."""

from collections.abc import Mapping
from typing import Any

from mappings.model import Rules
from sync.plan import Change
from sync.plan.came_back import otherwise, told
from sync.writer.calls import Record, Seen


def unlike(change: Change, payload: Record, seen: Seen, rules: Rules) -> str:
    """What was read back unlike it was written, in a sentence; empty when all is as meant."""
    if not seen:
        return ""
    if change.action == "assign":
        return _unseated(payload, seen)
    after = seen[0][1]
    return told(change, otherwise(change, payload, after, rules), payload, after)


def wrong(change: Change, payload: Record, seen: Seen, rules: Rules) -> tuple[str, ...]:
    """The fields of the written record that read otherwise than they were sent."""
    return otherwise(change, payload, seen[0][1], rules) if seen and change.action != "assign" else ()


def otherwise_made(change: Change, record: Mapping[str, Any], rules: Rules) -> tuple[str, ...]:
    """The fields that a record was made with otherwise than sent; none where somebody may have edited it since."""
    is_touched = not record.get("created_at") or record.get("created_at") != record.get("updated_at")
    return () if is_touched else otherwise(change, change.payload, record, rules)


def is_live(change: Change) -> bool:
    """Return True for a write that has an effect also where it came back otherwise: others may act on its record.

    An assignment that seated nobody has none; neither has a cancellation that left the request posted.
    """
    return change.action in ("create", "update")


def _unseated(payload: Record, seen: Seen) -> str:
    user: Any = payload.get("user_id")
    seated = user is None or any(int(row.get("user_id") or 0) == user for _, row in seen)
    return "" if seated else f"user {user} was assigned but holds no shift"
