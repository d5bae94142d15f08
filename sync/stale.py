"""Why approved changes are not done: carried out already, planned otherwise by now, or not needed any more."""

from collections.abc import Collection

from sync.plan import Change, Plan
from sync.plan.approval import Approval
from sync.plan.made import Made
from sync.report import words


def not_done(approved: Approval, plan: Plan, made: Collection[Made]) -> tuple[str, ...]:
    """What of an approved plan does not hold any more, each with the reason; `made` is what runs did to its links."""
    return tuple(
        f"{approved.subjects.get(key, key)}: {_reason(key, approved, plan, made)}" for key in approved.stale(plan)
    )


def _reason(key: str, approved: Approval, plan: Plan, made: Collection[Made]) -> str:
    run = max((row.run for row in made if _did(row.change, key, approved.facts[key])), default=0)
    if run:
        return f"carried out already, by run {run}"
    link = approved.links.get(key, "")
    now = next((row for row in plan.changes if row.key == key), None)
    if now:
        return f"what it rests on changed; it would be now: {_told(now)}"
    others = [row for row in plan.changes if row.link == link and row.action != "none"]
    if others:
        return f"planned otherwise by now: {'; '.join(map(_told, others))}"
    waits = [row.reason for row in plan.changes if row.link == link and row.reason]
    return f"it waits by now: {'; '.join(waits)}" if waits else "nothing is to be done about it any more"


def _did(change: Change, key: str, facts: str) -> bool:
    return change.key == key and change.facts == facts


def _told(change: Change) -> str:
    parts = (words.line(change), change.cause, f"waits: {change.reason}" if change.reason else "")
    return ", ".join(filter(None, parts))
