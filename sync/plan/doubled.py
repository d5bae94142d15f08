"""Records that are there twice although we asked for them once: both are named, and neither is written until one goes.

An effect that came after everybody had given up, or two processes that each did their best, leave two users with one
employee code, or a second stack of open shifts. Of requests `duplicates` tells, of Times `times`.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from mappings.digest import owned_digest
from mappings.link import LinkedDemand
from mappings.model import Unmapped
from mappings.shifts import Shift, Slot, slot_of
from sync.plan import wording
from sync.plan.about import About, change, remark
from sync.plan.conflicts import Choice, conflict
from sync.plan.model import Change, Write
from sync.plan.reasons import because
from sync.plan.snapshot import Snapshot
from sync.plan.stakes import sent_home

NOUNS: Mapping[str, str] = {"job_request": "request", "job": "Job", "shift": "shift", "user": "user", "time": "Time"}

_WAYS_OUT: Mapping[str, str] = {
    "job_request": "cancel all but one of them in Wonolo",
    "job": "cancel all but one of them in Wonolo",
    "shift": "delete all but one of them in When I Work",
    "user": "leave the employee code to one of them in When I Work",
    "time": "delete all but one of them in When I Work",
}

Lone = dict[Slot, list[Shift]]


def twice(kind: str, ids: Iterable[object]) -> str:
    """Return the sentence that names the records which stand for one, with what a person can do about it."""
    return f"it is there twice, as {NOUNS[kind]}s {' and '.join(map(str, ids))}: {_WAYS_OUT[kind]}"


class _Twins(NamedTuple):
    """The users who are one worker, lowest id first."""

    ids: tuple[int, ...]
    worker: str


def withheld(changes: Iterable[Change], snapshot: Snapshot) -> list[Change]:
    """Return the changes, with those blocked that concern a worker who is two users, of whom each is told."""
    rows = list(changes)
    for twins in _twins(snapshot):
        reason = twice("user", twins.ids)
        told = [row for row in rows if row.verdict != "skip" and row.action != "none" and _concerns(row, twins)]
        rows = [_blocked(row, reason) if row in told else row for row in rows]
        rows += [] if told else [_told(twins, reason, snapshot)]
    return rows


def _concerns(row: Change, twins: _Twins) -> bool:
    """Return True if a change writes to one of the twins, or depends on one; who leaves a shift, leaves as whoever."""
    leaves = row.kind == "shift" and row.action in ("release", "delete")
    return row.system == "wheniwork" and row.worker == twins.worker and not leaves


def _twins(snapshot: Snapshot) -> list[_Twins]:
    found: dict[str, list[int]] = {}
    for user, worker in sorted(snapshot.users.items()):
        found.setdefault(worker, []).append(user)
    return [_Twins(tuple(ids), worker) for worker, ids in sorted(found.items()) if len(ids) > 1]


def _blocked(row: Change, reason: str) -> Change:
    return msgspec.structs.replace(row, verdict="blocked", reason=reason)


def _told(twins: _Twins, reason: str, snapshot: Snapshot) -> Change:
    return Change(
        action="none",
        verdict="blocked",
        kind="user",
        record=str(twins.ids[0]),
        link=f"worker:{twins.worker}",
        subject=f"{wording.person(twins.worker, snapshot.names)} in When I Work",
        reason=reason,
        code="there twice",
        basis=twins.ids,
        worker=twins.worker,
        rank=9,
    )


def repeats(lone: Iterable[Shift], members: Sequence[Shift], headcount: int) -> list[Shift]:
    """Return the open shifts that repeat one of a demand, marker and all, beyond the seats that were agreed on.

    Within them the marker proves nothing: a seat that is taken off a stack keeps its notes (When I Work reference 5.8).
    """
    marked = {shift.marker for shift in members} - {None}
    again = [shift for shift in lone if shift.worker is None and shift.marker in marked]
    seats = sum(shift.seats for shift in (*members, *again))
    return again if seats > headcount else []


def without_repeats(lone: Lone, snapshot: Snapshot) -> tuple[Lone, list[Change]]:
    """Return the lone shifts but for those that repeat one of a link, and what is asked, or was decided, about these.

    Counted silently, their seats would be asked for in Wonolo, and paid.
    """
    rows, left = list[Change](), {slot: list(shifts) for slot, shifts in lone.items()}
    for link in snapshot.links:
        slot = slot_of(link.base)
        for shift in repeats(left.get(slot, ()), _members(link, snapshot), link.base.headcount):
            asked, counts = _asked(shift, link, snapshot)
            rows += asked
            left[slot] = left[slot] if counts else [row for row in left[slot] if row != shift]
    return left, rows


def _members(link: LinkedDemand, snapshot: Snapshot) -> tuple[Shift, ...]:
    try:
        return snapshot.reading(link).members
    except Unmapped:
        return ()


def _asked(shift: Shift, link: LinkedDemand, snapshot: Snapshot) -> tuple[list[Change], bool]:
    """Return the changes planned for a shift that repeats another, and whether its seats count."""
    first = min(row.id for row in _members(link, snapshot) if row.marker == shift.marker)
    this = About(link.key, link.base, snapshot)
    this = this.because(f"shift {shift.id} repeats shift {first}, marker and all", "repeats", first)
    more = msgspec.structs.replace(link.base, headcount=link.base.headcount + shift.seats)
    words = f"count the seats of both: {shift.seats} more{this.price(link.base, more)}"
    keep = Choice("count-both", words)
    drop = Choice("delete", f"delete shift {shift.id}", cost=sent_home((), this))
    why = because("repeated", first=first, second=shift.id)
    asked = conflict(remark(this, "conflict", "shift", why, record=str(shift.id)), (keep, drop))
    chosen = asked.chosen(this)
    if chosen is None:
        return [asked.remark], False
    choice, answer = chosen
    decided = this.decided_by(answer, choice.words, this.cause)
    if choice.code == keep.code:
        # The answer stands until the seats are asked for, and are counted without it.
        counted = msgspec.structs.replace(asked.remark, verdict="skip", reason=decided.cause, decided=answer.key)
        return [counted], True
    write = Write(action="delete", kind="shift", record=str(shift.id), payload={})
    return [change(decided, write, precondition=_digest(shift.id, snapshot))], False


def _digest(shift: int, snapshot: Snapshot) -> str:
    record: Mapping[str, Any] = next((row for row in snapshot.shifts if str(row["id"]) == str(shift)), {})
    return owned_digest("shift", record) if record else ""
