"""Plans as short lines, so that a whole plan compares at a glance."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec

from mappings.decision import Decision
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


def worded(change: Change) -> Change:
    """A change as a person sees it, without the codes and values that its words are made of."""
    return msgspec.structs.replace(change, code="", options=(), costs=(), whom="", basis=(), differences=())


def only_worded(plan: Plan) -> Change:
    """The one change of a plan, as a person sees it."""
    return worded(only(plan))


def code(change: Change, choice: str) -> str:
    """The code of an answer that is given in words; yes and no are their own."""
    return dict(zip(change.choices, change.options, strict=False)).get(choice, choice)


def decision(change: Change, choice: str, who: str, at: datetime, **told: Any) -> Decision:
    """Return a person's decision about a change, with the choice given in words."""
    return Decision(change.key, change.facts, code(change, choice), who, at, **told)


def only(plan: Plan) -> Change:
    """The one change of a plan."""
    (change,) = plan.changes
    return change
