"""What people decided, laid over a plan: a yes lets a held change through, a no leaves a change out."""

from collections.abc import Collection

import msgspec

from mappings.decision import NO, UNDONE, YES, Decision
from mappings.matching import DIFFERENT, SAME
from sync.plan import wording
from sync.plan.model import Change
from sync.plan.snapshot import Snapshot

_ELSEWHERE = frozenset({UNDONE, SAME, DIFFERENT})
"""Answers to what need not be planned to be known: matches, and what was taken back."""


def decide(changes: Collection[Change], snapshot: Snapshot) -> tuple[list[Change], tuple[str, ...]]:
    """Lay the decisions over the changes; also returns the keys of those whose facts have changed, or vanished."""
    rows, void = [], _vanished(changes, snapshot)
    for change in changes:
        answer = snapshot.decisions.get(change.key)
        if answer and answer.facts != change.facts:
            void.append(change.key)
            answer = None
        rows.append(_answered(change, answer) if answer else change)
    return rows, tuple(sorted(void))


def is_refused(change: Change, snapshot: Snapshot) -> bool:
    """Whether a person said no to a change, on the facts of today."""
    return _said(change, snapshot) == NO


def is_approved(change: Change, snapshot: Snapshot) -> bool:
    """Whether a person said yes to a change, on the facts of today."""
    return _said(change, snapshot) == YES


def _said(change: Change, snapshot: Snapshot) -> str:
    answer = snapshot.decisions.get(change.key)
    return answer.choice if answer and answer.facts == change.facts else ""


def _vanished(changes: Collection[Change], snapshot: Snapshot) -> list[str]:
    """Decisions about what is not planned any more: should it come up again, it is asked about again.

    Not while something of it may be hidden: behind a write whose outcome is not known, or behind a conflict whose
    chosen way out is planned instead.
    """
    said = snapshot.decisions
    if snapshot.busy or any(said[row.decided].choice != YES for row in changes if row.decided in said):
        return []
    planned = {row.key for row in changes} | {row.decided for row in changes}
    return [key for key, answer in said.items() if key not in planned and answer.choice not in _ELSEWHERE]


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
