"""The mirrored records: a table for each kind.

A mirrored record has typed columns for what people query, the JSON as the system returned it (without what must
not be kept), and the digest of its owned fields. Rows never leave `mirror` and `outbox`.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Index, text
from sqlmodel import Field, SQLModel

GONE = "gone"
"""The digest of a record that its system no longer has."""


class Mirrored(SQLModel):
    """What every mirrored record has. `read_at` is when the request that returned it began."""

    pair: str = Field(primary_key=True)
    id: int = Field(primary_key=True, sa_type=BigInteger)
    digest: str
    read_at: datetime
    raw: dict[str, Any] = Field(sa_type=JSON)


_IN_THE_DATABASE = {"server_default": "", "default": None}
"""A default that an insert need not know of."""


class Linkable(Mirrored):
    """What a record has that a link may hold: which link does (empty for none), and its digest when both sides agreed.

    `settled` is empty while they do not. So what may need planning is found by an index of the few such rows.
    """

    link: str = Field(default="", sa_column_kwargs=_IN_THE_DATABASE)
    settled: str = Field(default="", sa_column_kwargs=_IN_THE_DATABASE)


def _where(condition: str) -> dict[str, Any]:
    """What makes an index hold some rows only; a query must have the same words to use it."""
    return {"sqlite_where": text(condition), "postgresql_where": text(condition)}


def _of_links(name: str) -> tuple[Index, Index]:
    """The rows that links hold, and those of them that changed since both sides agreed."""
    return (
        Index(f"ix_{name}_link", "pair", "link", **_where("link != ''")),
        Index(f"ix_{name}_unsettled", "pair", "link", **_where("link > '' AND digest != settled")),
    )


class WonoloJobRequest(Linkable, table=True):
    """A JobRequest; instants are null where they could not be read."""

    __tablename__ = "wonolo_job_request"
    __table_args__ = (
        *_of_links("wonolo_job_request"),
        Index("ix_wonolo_job_request_lone", "pair", "link", "start_time", **_where("link = ''")),
        Index("ix_wonolo_job_request_start_time", "pair", "start_time"),
    )
    state: str = Field(index=True)
    start_time: datetime | None = None
    slots: int | None = None


class WonoloJob(Linkable, table=True):
    """A Job: one worker on one JobRequest."""

    __tablename__ = "wonolo_job"
    __table_args__ = (
        *_of_links("wonolo_job"),
        Index("ix_wonolo_job_job_request_id", "pair", "job_request_id"),
        Index("ix_wonolo_job_lone", "pair", "job_request_id", **_where("link = ''")),
    )
    state: str
    job_request_id: int = Field(sa_type=BigInteger)
    worker_id: int = Field(index=True, sa_type=BigInteger)


class WonoloWorker(Linkable, table=True):
    """A Wonolo user of type Worker, also as embedded in Jobs."""

    __tablename__ = "wonolo_worker"
    __table_args__ = _of_links("wonolo_worker")
    last_name: str


class WhenIWorkShift(Linkable, table=True):
    """A shift; `user_id` 0 is an OpenShift."""

    __tablename__ = "wheniwork_shift"
    __table_args__ = (
        *_of_links("wheniwork_shift"),
        Index("ix_wheniwork_shift_lone", "pair", "user_id", "start_time", **_where("link = ''")),
        Index("ix_wheniwork_shift_start_time", "pair", "start_time"),
    )
    user_id: int = Field(index=True, sa_type=BigInteger)
    location_id: int = Field(sa_type=BigInteger)
    position_id: int = Field(sa_type=BigInteger)
    start_time: datetime | None = None
    end_time: datetime | None = None
    published: bool
    instances: int


class WhenIWorkUser(Linkable, table=True):
    """A When I Work user."""

    __tablename__ = "wheniwork_user"
    __table_args__ = _of_links("wheniwork_user")
    employee_code: str = Field(index=True)
    last_name: str


class WhenIWorkPosition(Mirrored, table=True):
    """A position of the account."""

    __tablename__ = "wheniwork_position"
    name: str


class WhenIWorkLocation(Mirrored, table=True):
    """A location ("schedule") of the account."""

    __tablename__ = "wheniwork_location"
    name: str


class WhenIWorkSite(Mirrored, table=True):
    """A job site of the account."""

    __tablename__ = "wheniwork_site"
    name: str


class WhenIWorkTime(Mirrored, table=True):
    """A time worked by a Wonolo worker; those of the company's own people are not kept."""

    __tablename__ = "wheniwork_time"
    __table_args__ = (
        Index("ix_wheniwork_time_user_id", "pair", "user_id"),
        Index("ix_wheniwork_time_start_time", "pair", "start_time"),
    )
    user_id: int = Field(sa_type=BigInteger)
    start_time: datetime | None = None


class WhenIWorkPayroll(Mirrored, table=True):
    """A payroll period."""

    __tablename__ = "wheniwork_payroll"


class WhenIWorkTimeOff(Mirrored, table=True):
    """Time off that was granted to a Wonolo worker; that of the company's own people is not kept."""

    __tablename__ = "wheniwork_time_off"
    __table_args__ = (Index("ix_wheniwork_time_off_user_id", "pair", "user_id"),)
    user_id: int = Field(sa_type=BigInteger)
    start_time: datetime | None = None
    end_time: datetime | None = None


class WhenIWorkSwap(Mirrored, table=True):
    """A swap or drop of a shift that is under way."""

    __tablename__ = "wheniwork_swap"
    __table_args__ = (Index("ix_wheniwork_swap_shift_id", "pair", "shift_id"),)
    shift_id: int = Field(sa_type=BigInteger)
