"""A plan and its changes: immutable values, the same for a diff and for the writer."""

import hashlib
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Literal

import msgspec

from mappings.model import System
from mappings.ownership import Field
from mappings.timesheet import is_link_key
from sync.errors import Refusal

Action = Literal["create", "update", "delete", "assign", "release", "link", "unlink", "none"]
Verdict = Literal["do", "hold", "conflict", "blocked", "skip"]
Kind = Literal["job_request", "job", "shift", "user", "time"]

WAITING: frozenset[Verdict] = frozenset({"hold", "conflict", "blocked"})
"""Verdicts that wait for a person; a skipped record is only mentioned."""


class FieldChange(msgspec.Struct, frozen=True):
    """One field of one record, before and after, in words a manager reads."""

    name: str
    before: str
    after: str


class Risk(msgspec.Struct, frozen=True):
    """What a change touches: paid minutes and cents it adds (or takes away), people, minutes until the start.

    `fee_cents` is what a cancellation so near the start costs: half the pay of every worker it sends home.
    """

    paid_minutes: int = 0
    cents: int = 0
    people: int = 0
    minutes_to_start: int | None = None
    fee_cents: int = 0


class Doubt(msgspec.Struct, frozen=True):
    """Two records that may be the same, side by side in words; `score` is in per cent.

    A person decides it under `key` (`shiftbridge match`), as long as the `facts` stay.
    """

    key: str
    facts: str
    wonolo: str
    wheniwork: str
    score: int
    evidence: str


class Write(msgspec.Struct, frozen=True, kw_only=True):
    """One write to one record, still without words; the fields mean what they mean in `Change`."""

    action: Action
    kind: Kind
    record: str = ""
    worker: str = ""
    seats: int = 0
    payload: dict[str, Any]
    expects: dict[str, int] = {}
    touched: tuple[Field, ...] = ()
    sources: tuple[int, ...] = ()


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to do, or one thing not done with the reason.

    `payload` is what the writer sends, but for `@user:KEY`, which stands for the When I Work user that an earlier
    change of the same plan creates. `link` names the link the change belongs to. `cause` says why it is to be done;
    `reason` why it waits or is left out, `doubt` what a match waits for. `precondition` is the digest of the record the
    change was planned on; `seen` tells when the records of both sides last changed.
    `expects` are fields the record must have when it is sent, after the earlier changes of the same plan. `touched`
    are the fields of the demand it writes, `seats` how many seats it adds, `sources` the shifts a new JobRequest is
    made of. `decided` is the key of the decision it rests on; carrying the change out uses that up.
    `undoes` is the run that it takes back, 0 for all that brings both sides together.
    """

    action: Action
    verdict: Verdict = "do"
    system: System | None = None
    kind: Kind
    record: str = ""
    link: str
    subject: str
    place: str = ""
    start: datetime | None = None
    zone: str = "UTC"
    rank: int = 5
    fields: tuple[FieldChange, ...] = ()
    cause: str = ""
    seen: str = ""
    reason: str = ""
    choices: tuple[str, ...] = ()
    payload: dict[str, Any] = {}
    precondition: str = ""
    expects: dict[str, int] = {}
    touched: tuple[Field, ...] = ()
    sources: tuple[int, ...] = ()
    seats: int = 0
    worker: str = ""
    risk: Risk = Risk()
    decided: str = ""
    undoes: int = 0
    doubt: Doubt | None = None

    @property
    def key(self) -> str:
        """A short name that the same facts always give."""
        facts = (self.action, self.system, self.kind, self.record, self.link, self.worker, self.payload, self.reason)
        return digest(facts)[:12]

    @property
    def facts(self) -> str:
        """A digest of all that a person judges it by; a decision about other facts counts for nothing.

        Not the minutes to the start, which pass by themselves, but whether work has begun; and not when records last
        changed, which a reminder moves.
        """
        begun = self.risk.minutes_to_start is not None and self.risk.minutes_to_start <= 0
        risk = (self.risk.paid_minutes, self.risk.cents, self.risk.people, self.risk.fee_cents, *([begun] * begun))
        return digest((self.precondition, self.fields, self.cause, self.choices, risk))[:12]

    @property
    def writes(self) -> bool:
        """Whether carrying it out sends something to a remote system."""
        return self.verdict == "do" and self.action not in ("link", "unlink", "none")


class Live(msgspec.Struct, frozen=True):
    """A write that is live otherwise than it was sent: the fields that are, the record, and a sentence about it."""

    change: Change
    wrong: tuple[str, ...]
    record: str
    words: str


class Plan(msgspec.Struct, frozen=True):
    """Changes in the order they are carried out, and the links whose base moves although nothing is written.

    `void` are the keys of decisions that count no longer, as the facts under them changed. `moved` are shifts that a
    person moved from one linked demand to another, each behind the link that it is part of now; `joined` Times that
    became one more of those of a Job, each behind its key. `refusals` are why guards would refuse it, where they were
    asked.
    """

    changes: tuple[Change, ...] = ()
    settled: tuple[str, ...] = ()
    void: tuple[str, ...] = ()
    moved: tuple[tuple[str, int], ...] = ()
    joined: tuple[tuple[str, int], ...] = ()
    refusals: tuple[Refusal, ...] = ()

    def judged(self, judge: Callable[[Change], tuple[Verdict, str] | None]) -> "Plan":
        """The plan with another verdict and reason for the changes the judge gives one."""
        changes = tuple(
            msgspec.structs.replace(change, verdict=verdict[0], reason=verdict[1]) if verdict else change
            for change, verdict in ((row, judge(row)) for row in self.changes)
        )
        return msgspec.structs.replace(self, changes=changes)

    @property
    def checksum(self) -> str:
        """The same for plans that would do the same, for the same reasons."""
        return checksum((change.key, change.verdict, change.facts) for change in self.changes)

    @property
    def doubts(self) -> tuple[Doubt, ...]:
        """The matches that a person has to decide about."""
        return tuple(change.doubt for change in self.changes if change.doubt)

    @property
    def to_do(self) -> tuple[Change, ...]:
        """The changes that may be carried out."""
        return tuple(change for change in self.changes if change.verdict == "do")

    @property
    def waiting(self) -> tuple[Change, ...]:
        """The changes that wait for a person."""
        return tuple(change for change in self.changes if change.verdict in WAITING)


def checksum(rows: Iterable[tuple[str, str, str]]) -> str:
    """The checksum of a plan by its changes' keys, verdicts and facts."""
    return digest(list(rows))[:16]


def ordered(changes: Iterable[Change]) -> tuple[Change, ...]:
    """Near starts first, users before who takes seats; within one demand by rank (room before who takes it).

    Hours of work that is over come last.
    """
    return tuple(sorted(changes, key=_position))


def _position(change: Change) -> tuple[bool, str, bool, str, int, str, str, str]:
    start = change.start.isoformat() if change.start else "9"
    return (
        is_link_key(change.link),
        start,
        change.kind != "user",
        change.link,
        change.rank,
        change.kind,
        change.record,
        change.worker,
    )


def digest(value: Any) -> str:
    """A hexadecimal digest of any value, equal for equal values."""
    return hashlib.blake2b(msgspec.json.encode(value, order="deterministic"), digest_size=16).hexdigest()


def marker_key(*facts: Any) -> str:
    """The key of the marker that a new record carries; the same facts give the same key."""
    return digest(facts)[:10]
