"""What people decided, laid over a plan: a yes lets a held change through, a no leaves a change out."""

from collections.abc import Iterable

import msgspec

from mappings.decision import NO, UNDONE, YES, Decision
from sync.plan import wording
from sync.plan.model import Change
from sync.plan.snapshot import Snapshot


def decide(changes: Iterable[Change], snapshot: Snapshot) -> tuple[list[Change], tuple[str, ...]]:
    """Lay the decisions over the changes; also returns the keys of those whose facts have changed."""
    rows, void = [], []
    for change in changes:
        answer = snapshot.decisions.get(change.key)
        if answer and answer.facts != change.facts:
            void.append(change.key)
            answer = None
        rows.append(_answered(change, answer) if answer else change)
    return rows, tuple(sorted(void))


def _answered(change: Change, answer: Decision) -> Change:
    said = wording.decided(answer, change.zone)
    if answer.choice == YES and change.verdict == "hold":
        cause = f"{change.cause}; {said}" if change.cause else said
        return msgspec.structs.replace(change, verdict="do", reason="", cause=cause, decided=change.key)
    if answer.choice == NO and (change.verdict == "hold" or change.writes):
        reason = f"refused: {said}; approve {change.key} to have it done after all"
        return msgspec.structs.replace(change, verdict="skip", reason=reason)
    if answer.choice == UNDONE and change.verdict == "do":
        return msgspec.structs.replace(change, verdict="hold", reason=wording.undone(answer, change.zone))
    return change
