"""Plans as short lines, so that a whole plan compares at a glance."""

from __future__ import annotations

from typing import Any

from mappings.model import Demand
from mappings.shifts import required_fields
from sync.plan import Change, Plan, Snapshot, make_plan
from tests.factories import RULES, demand

Line = tuple[str, str, dict[str, Any]]


def line(change: Change) -> Line:
    """What is done to which record (and for whom), and what is sent."""
    what = f"{change.action} {change.kind} {change.record} {change.worker}".replace("wonolo:", "#")
    return (" ".join(what.split()), change.verdict, change.payload)


def lines(snapshot: Snapshot) -> list[Line]:
    """The plan of a snapshot, line by line."""
    return [line(change) for change in make_plan(snapshot).changes]


def sent(at: Demand | None = None, **fields: Any) -> dict[str, Any]:
    """A payload that updates a shift: the fields that every update carries, and these."""
    return required_fields(at or demand(), RULES) | fields


def only(plan: Plan) -> Change:
    """The one change of a plan."""
    (change,) = plan.changes
    return change
