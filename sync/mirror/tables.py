"""What we keep besides the mirrored records: cursors, links and their bases, intents, runs, decisions, the change log.

Rows never leave `mirror` and `outbox`.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index
from sqlmodel import Field, SQLModel


class Cursor(SQLModel, table=True):
    """How far a poller has read, as the instant to ask from."""

    pair: str = Field(primary_key=True)
    name: str = Field(primary_key=True)
    at: datetime


class Link(SQLModel, table=True):
    """Records of both systems that are one entity; `base` is what both sides last agreed on.

    `slot` repeats place, skill, start and end of the base, so that shifts beside it can be found. `ours` tells that
    the engine created the When I Work user.
    """

    __table_args__ = (Index("ix_link_slot", "pair", "slot"),)
    pair: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    kind: str
    base: dict[str, Any] = Field(sa_type=JSON)
    slot: str = ""
    ours: bool = False
    since: datetime


class TimesheetLink(SQLModel, table=True):
    """A Job whose hours Times record; `base` is what both sides last agreed on.

    A link of its own kind, as the Job is a member of its demand's link too. `job_settled` is the Job's digest when both
    sides agreed, empty while they do not. `left_out`: the Times were deleted, and a person wants no others.
    """

    __tablename__ = "timesheet"
    pair: str = Field(primary_key=True)
    job: int = Field(primary_key=True, sa_type=BigInteger)
    base: dict[str, Any] = Field(sa_type=JSON)
    job_settled: str = ""
    left_out: bool = False
    since: datetime


class TimesheetPiece(SQLModel, table=True):
    """One of the Times that record the hours of a Job; `settled` is its digest when both sides agreed, or empty."""

    __tablename__ = "timesheet_piece"
    __table_args__ = (Index("ix_timesheet_piece_time", "pair", "time"),)
    pair: str = Field(primary_key=True)
    job: int = Field(primary_key=True, sa_type=BigInteger)
    time: int = Field(primary_key=True, sa_type=BigInteger)
    settled: str = ""


class Run(SQLModel, table=True):
    """One cycle, kept for the audit. `counts` are numbers by name, `outcome` one word, `error` one sentence.

    `scope` says which work a run that writes looked at.
    """

    id: int | None = Field(default=None, primary_key=True)
    pair: str = Field(index=True)
    command: str
    started_at: datetime
    finished_at: datetime | None = None
    outcome: str = "running"
    counts: dict[str, int] = Field(default_factory=dict, sa_type=JSON)
    error: str = ""
    scope: dict[str, Any] | None = Field(default=None, sa_type=JSON)


class Lease(SQLModel, table=True):
    """The right to write for a pair, until an instant; an owner that dies stops renewing it.

    `owner` is a name that is never used twice, `holder` says to people who that is.
    """

    pair: str = Field(primary_key=True)
    owner: str
    holder: str
    until: datetime


class Dirty(SQLModel, table=True):
    """A record that may have changed, to be read again.

    `since` is when the first word of it came, `touched` counts the words: a row is deleted only with the count that
    its reading began with.
    """

    pair: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    record: int = Field(primary_key=True, sa_type=BigInteger)
    since: datetime
    touched: int = 1


class Delivery(SQLModel, table=True):
    """A webhook that was taken, kept for a while so that its doubles are known; never its body."""

    __table_args__ = (Index("ix_delivery_pair_at", "pair", "at"),)
    pair: str = Field(primary_key=True)
    system: str = Field(primary_key=True)
    event: str = Field(primary_key=True)
    at: datetime


class Look(SQLModel, table=True):
    """The last complete reading of one part of a pair: when it began, and when another was asked for."""

    pair: str = Field(primary_key=True)
    part: str = Field(primary_key=True)
    at: datetime | None = None
    marked_at: datetime | None = None


class Paused(SQLModel, table=True):
    """An order to write nothing, for a pair or for one record of it (`kind` and `record`); kept for good.

    It holds until `until`, or until somebody ends it.
    """

    __tablename__ = "pause"
    __table_args__ = (Index("ix_pause_pair", "pair"),)
    id: int | None = Field(default=None, primary_key=True)
    pair: str
    kind: str = ""
    record: int = Field(default=0, sa_type=BigInteger)
    who: str
    why: str
    at: datetime
    until: datetime | None = None
    ended_at: datetime | None = None
    ended_by: str = ""


class Intent(SQLModel, table=True):
    """One remote write, recorded before it is sent.

    `state` is sent, done, differs (live otherwise than it was sent), failed, forbidden (to the key), lifted (no longer
    forbidden), unsent, lost, seen or unknown.
    `key` names the change to people, `effect` exactly what was sent; both are derived from it.
    `bound` is the instant from which a read-back must look for the effect. `gave_up_at` is when the client stopped
    waiting for an answer, `absent_at` when the first complete reading began that lacked the effect, and `trouble` what
    keeps the outcome from being learned. `wrong` names the fields that are live otherwise than they were sent, and the
    record.
    """

    __table_args__ = (Index("ix_intent_pair_bound", "pair", "bound"), Index("ix_intent_pair_state", "pair", "state"))
    id: int | None = Field(default=None, primary_key=True)
    pair: str
    key: str = Field(index=True)
    effect: str = Field(default="", index=True)
    run: int
    link: str
    state: str
    change: dict[str, Any] = Field(sa_type=JSON)
    attempt: int = 1
    bound: datetime
    finished_at: datetime | None = None
    error: str = ""
    gave_up_at: datetime | None = None
    absent_at: datetime | None = None
    trouble: str = Field(default="", sa_column_kwargs={"server_default": ""})
    wrong: dict[str, Any] | None = Field(default=None, sa_type=JSON)


class LogEntry(SQLModel, table=True):
    """One change that was made, with the record before and after; never updated."""

    __tablename__ = "change_log"
    __table_args__ = (
        Index("ix_change_log_pair_kind_record", "pair", "kind", "record"),
        Index("ix_change_log_pair_run", "pair", "run"),
    )
    id: int | None = Field(default=None, primary_key=True)
    pair: str = Field(index=True)
    run: int
    at: datetime
    link: str = Field(index=True)
    action: str
    system: str
    kind: str
    record: str
    cause: str
    before: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    after: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    change: dict[str, Any] | None = Field(default=None, sa_type=JSON)


class Sighting(SQLModel, table=True):
    """What somebody else did to a record, as it was noticed; never updated, and kept for a while."""

    __table_args__ = (
        Index("ix_sighting_pair_kind_record", "pair", "kind", "record"),
        Index("ix_sighting_pair_at", "pair", "at"),
    )
    id: int | None = Field(default=None, primary_key=True)
    pair: str
    kind: str
    record: int = Field(sa_type=BigInteger)
    at: datetime
    how: str
    before: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    after: dict[str, Any] | None = Field(default=None, sa_type=JSON)
    told: dict[str, Any] = Field(default_factory=dict, sa_type=JSON)


class Decided(SQLModel, table=True):
    """What a person decided, kept for good.

    `ended` is empty while the decision holds; then it is used (by `run`), void (the facts changed), replaced (by a
    later one) or withdrawn. `keys` is the version by which key and facts were made.
    """

    __tablename__ = "decision"
    __table_args__ = (Index("ix_decision_pair_key", "pair", "key"),)
    id: int | None = Field(default=None, primary_key=True)
    pair: str
    key: str
    facts: str
    choice: str
    words: str = ""
    keys: int = 1
    subject: str
    who: str
    why: str
    at: datetime
    ended: str = ""
    ended_at: datetime | None = None
    run: int | None = None
