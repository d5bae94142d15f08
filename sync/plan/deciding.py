"""What people decided, laid over a plan: a yes lets a held change through, a no leaves a change out."""

from collections.abc import Collection, Mapping
from datetime import datetime

import msgspec

from mappings.decision import KEYS, NO, UNDONE, YES, Decision
from mappings.matching import DIFFERENT, SAME
from sync.plan import wording
from sync.plan.model import Change
from sync.plan.snapshot import Snapshot

_ELSEWHERE = frozenset({UNDONE, SAME, DIFFERENT})
"""Answers to what need not be planned to be known: matches, and what was taken back."""


def decide(changes: Collection[Change], snapshot: Snapshot) -> tuple[list[Change], tuple[str, ...]]:
    """Lay the decisions over the changes; also returns the keys of those whose facts have changed, or vanished."""
    rows, void = [], _vanished(changes, snapshot)
    held = _held_back(snapshot.decisions)
    for change in changes:
        answer = snapshot.decisions.get(change.key)
        if answer and answer.facts != change.facts:
            void.append(change.key)
            answer = None
        rows.append(_answered(change, answer, _why_held(change, held)))
    return rows, tuple(sorted(void))


def taken_back(change: Change, who: str, at: datetime, why: str) -> Decision:
    """The decision that holds all that a change brought about from being done again; an answer is kept beside it."""
    return Decision(f"undone:{change.key}", " ".join(change.marks), UNDONE, who, at, why, change.subject)


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
    chosen way out is planned instead. Refusals of an earlier version are kept while what they refused is planned.
    """
    said = snapshot.decisions
    if snapshot.busy or any(said[row.decided].choice != YES for row in changes if row.decided in said):
        return []
    planned = {row.key for row in changes} | {row.decided for row in changes}
    planned |= {row.effect for row in changes}
    return [key for key, answer in said.items() if key not in planned and answer.choice not in _ELSEWHERE]


def _held_back(decisions: Mapping[str, Decision]) -> dict[str, Decision]:
    """Return the decisions that keep changes back, by each mark of what was taken back.

    Of version 1, by exactly what was to be sent: what was taken back, and what was refused, which is asked anew.
    """
    marks = {mark: row for row in decisions.values() if row.choice == UNDONE for mark in row.facts.split()}
    return marks | {key: row for key, row in decisions.items() if row.keys < KEYS and row.choice in (UNDONE, NO)}


def _why_held(change: Change, held: Mapping[str, Decision]) -> Decision | None:
    return next((held[mark] for mark in (*change.marks, change.effect) if mark in held), None)


def _answered(change: Change, answer: Decision | None, back: Decision | None) -> Change:
    """The change with what was said of it, else held back by what was said of the same work (`back`)."""
    if answer and answer.choice == YES and change.verdict in ("hold", "do"):
        said = wording.decided(answer, change.zone)
        cause = f"{change.cause}; {said}" if change.cause else said
        return msgspec.structs.replace(change, verdict="do", reason="", cause=cause, decided=change.key)
    if answer and answer.choice == NO and (change.verdict == "hold" or change.writes):
        said = wording.decided(answer, change.zone)
        return msgspec.structs.replace(change, verdict="skip", reason=f"refused: {said}")
    if back and change.verdict == "do":
        return msgspec.structs.replace(change, verdict="hold", reason=wording.held_back(back, change.zone))
    return change
