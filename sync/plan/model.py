"""A plan and its changes: immutable values, the same for a diff and for the writer."""

import hashlib
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any, Literal

import msgspec

from mappings.model import System
from mappings.ownership import Field
from mappings.timesheet import is_link_key
from mappings.unmapped import InUse
from sync.errors import Refusal
from sync.plan.reasons import Code

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


Plain = Any
"""A value that is the same once it was written as JSON and read again: text, a whole number, None, or several."""

Difference = tuple[str, Plain, Plain]
"""One field, before and after, as values."""


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
    `whom` names the people it is about, and `costs` say of each answer what it costs whom: of a yes and a no, or of
    each choice.
    `undoes` is the run that it takes back, 0 for all that brings both sides together.

    What it is known by are codes and values alone: `code` says why it is not done, `basis` what its cause and reason
    are made of, `differences` what its `fields` are, `options` what its `choices` are. All other words are made of them
    last, and may change.
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
    code: Code = ""
    choices: tuple[str, ...] = ()
    options: tuple[str, ...] = ()
    costs: tuple[str, ...] = ()
    whom: str = ""
    basis: tuple[Plain, ...] = ()
    differences: tuple[Difference, ...] = ()
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
    def identity(self) -> tuple[Plain, ...]:
        """Everything the key is made of: what is done to which record, or why nothing is; no words."""
        of_record = (self.action, self.system, self.kind, self.record, self.link, self.worker)
        return (*of_record, self.touched, self.seats, self.undoes, self.code)

    @property
    def grounds(self) -> tuple[Any, ...]:
        """Everything the facts are made of: what a person judges it by, as values.

        Not the minutes to the start, which pass by themselves, but whether work has begun; and not when records last
        changed, which a reminder moves. The user of a worker may be made meanwhile, and the worker is in the key.
        """
        begun = self.risk.minutes_to_start is not None and self.risk.minutes_to_start <= 0
        risk = (self.risk.paid_minutes, self.risk.cents, self.risk.people, self.risk.fee_cents, *([begun] * begun))
        sent = {name: value for name, value in self.payload.items() if not (self.worker and name == "user_id")}
        return (self.precondition, self.basis, self.differences, self.options, sent, risk)

    @property
    def key(self) -> str:
        """A short name by which people decide about it; rewording it or setting prices otherwise does not change it."""
        return digest(self.identity)[:12]

    @property
    def facts(self) -> str:
        """A digest of all that a person judges it by; a decision about other facts counts for nothing."""
        return digest(self.grounds)[:12]

    @property
    def effect(self) -> str:
        """A digest of what exactly is sent to what: the same write, whenever and for whatever reason it is planned.

        The keys of version 1 were made so.
        """
        sent = (self.action, self.system, self.kind, self.record, self.link, self.worker, self.payload, "")
        return digest(sent)[:12]

    @property
    def marks(self) -> tuple[str, ...]:
        """Digests of each thing it brings about, however it is divided among changes and spelled in a payload.

        Values that come from the configuration (pay, address, description) and the time that passes are no part of it.
        """
        of_record = (self.system, self.kind, self.record, self.link, self.worker)
        if self.action == "update" and self.differences:
            return tuple(digest((*of_record, name, after))[:12] for name, _, after in self.differences)
        return (digest((self.action, *of_record, [(name, after) for name, _, after in self.differences]))[:12],)

    @property
    def writes(self) -> bool:
        """Whether carrying it out sends something to a remote system."""
        return self.verdict == "do" and self.action not in ("link", "unlink", "none")


class Live(msgspec.Struct, frozen=True):
    """A write that is live otherwise than it was sent: the fields that are, the record, and a sentence about it.

    It is `settled` once a person decided that it stays so, or goes.
    """

    change: Change
    wrong: tuple[str, ...]
    record: str
    words: str
    settled: bool = False


class Plan(msgspec.Struct, frozen=True):
    """Changes in the order they are carried out, and the links whose base moves although nothing is written.

    `void` are the keys of decisions that count no longer, as the facts under them changed. `moved` are shifts that
    join a linked demand, new ones or of another link, each behind the link that it is part of now; `joined` Times that
    became one more of those of a Job, each behind its key. `refusals` are why guards would refuse it, where they were
    asked. `unmapped` is what its records need mapped. `over` are those of the settled links whose work is over: they
    stay as they are although their sides may differ.
    """

    changes: tuple[Change, ...] = ()
    settled: tuple[str, ...] = ()
    void: tuple[str, ...] = ()
    moved: tuple[tuple[str, int], ...] = ()
    joined: tuple[tuple[str, int], ...] = ()
    refusals: tuple[Refusal, ...] = ()
    unmapped: tuple[InUse, ...] = ()
    over: tuple[str, ...] = ()

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
