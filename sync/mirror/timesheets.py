"""Timesheets: which Time records the hours of which Job, what both sides agreed on, and which may need something."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Row, Text, and_, bindparam, cast, func, or_, select, update

from mappings.convert import marker
from mappings.link import LinkedDemand, WorkedJob
from mappings.model import Demand, Timesheet
from mappings.timesheet import link_key
from sync.mirror import tables
from sync.mirror.links import Links
from sync.mirror.membership import NO_LINK
from sync.mirror.mirrored import GONE
from sync.mirror.records import Record, of_model, table
from sync.mirror.rows import PAIR, SOME, Rows

_SHEET = of_model(tables.TimesheetLink)
_JOB, _REQUEST, _TIME = table("job"), table("job_request"), table("time")

_OVER = ("completed", "approved")
"""Job states in which the work is over and paid (Wonolo reference 9)."""

_SHEET_OF_JOB = and_(_SHEET.c.pair == _JOB.c.pair, _SHEET.c.job == _JOB.c.id)
_TIME_OF_SHEET = and_(_TIME.c.pair == _SHEET.c.pair, _TIME.c.id == _SHEET.c.time)
_REQUEST_OF_JOB = and_(_REQUEST.c.pair == _JOB.c.pair, _REQUEST.c.id == _JOB.c.job_request_id)

_JOB_NOW = select(_JOB.c.digest).where(_SHEET_OF_JOB).correlate(_SHEET).scalar_subquery()
_TIME_NOW = select(_TIME.c.digest).where(_TIME_OF_SHEET).correlate(_SHEET).scalar_subquery()

# A join would let SQLite go through every Job of the pair.
_UNSETTLED = select(_SHEET.c.job).where(
    _SHEET.c.pair == PAIR,
    ~_SHEET.c.left_out,
    or_(_SHEET.c.job_settled != _JOB_NOW, func.coalesce(_TIME_NOW, GONE) != _SHEET.c.time_settled),
)
_WORKED = (
    select(_JOB.c.id)
    .join(_REQUEST, _REQUEST_OF_JOB)
    .outerjoin(_SHEET, _SHEET_OF_JOB)
    .where(
        _JOB.c.pair == PAIR,
        _REQUEST.c.link != NO_LINK,
        _REQUEST.c.start_time >= bindparam("start"),
        _REQUEST.c.start_time < bindparam("end"),
    )
)
_OVER_OR_TIED = _WORKED.where(or_(_JOB.c.state.in_(_OVER), _SHEET.c.job.is_not(None)))
_LONE = _WORKED.where(_JOB.c.state.in_(_OVER), _SHEET.c.job.is_(None))
_RECORDS = (
    select(_JOB.c.id, _JOB.c.raw, _REQUEST.c.link, _SHEET.c.base, _TIME.c.raw.label("time"))
    .outerjoin(_REQUEST, _REQUEST_OF_JOB)
    .outerjoin(_SHEET, _SHEET_OF_JOB)
    .outerjoin(_TIME, and_(_TIME_OF_SHEET, _TIME.c.digest != GONE))
    .where(_JOB.c.pair == PAIR, _JOB.c.id.in_(SOME))
)
_LONE_TIMES = (
    select(_TIME.c.id, _TIME.c.raw)
    .outerjoin(_SHEET, _TIME_OF_SHEET)
    .where(
        _TIME.c.pair == PAIR,
        _TIME.c.user_id.in_(SOME),
        _TIME.c.digest != GONE,
        _SHEET.c.job.is_(None),
        or_(_TIME.c.start_time.is_(None), _TIME.c.start_time >= bindparam("start")),
    )
)
_IN_WINDOW = (
    select(_TIME.c.id, _SHEET.c.job)
    .outerjoin(_SHEET, _TIME_OF_SHEET)
    .where(
        _TIME.c.pair == PAIR,
        _TIME.c.digest != GONE,
        _TIME.c.start_time >= bindparam("start"),
        _TIME.c.start_time <= bindparam("end"),
    )
)
_MARKED = (
    select(_TIME.c.id, _TIME.c.raw, _TIME.c.user_id, _SHEET.c.job)
    .outerjoin(_SHEET, _TIME_OF_SHEET)
    .where(
        _TIME.c.pair == PAIR,
        _TIME.c.digest != GONE,
        _TIME.c.start_time >= bindparam("start"),
        cast(_TIME.c.raw, Text).contains("[sb:", autoescape=True),
    )
)
_MARKED_LONE = _MARKED.where(_SHEET.c.job.is_(None))
_MARKED_OF = _MARKED.where(_TIME.c.user_id.in_(SOME))
_LEAVE_OUT = update(_SHEET).where(_SHEET.c.pair == PAIR, _SHEET.c.job == bindparam("of_job")).values(left_out=True)


class Timesheets:
    """The Jobs of one pair whose hours a Time records, or should."""

    def __init__(self, rows: Rows, links: Links) -> None:
        self._rows, self._links = rows, links

    def save(self, time: int, base: Timesheet, settled: tuple[str, str], now: datetime) -> None:
        """Record which Time has the hours of the base's Job; `settled` are the digests of Job and Time, or empty."""
        values = {
            "pair": self._rows.pair,
            "job": base.job,
            "time": time,
            "base": msgspec.to_builtins(base),
            "job_settled": settled[0],
            "time_settled": settled[1],
            "left_out": False,
            "since": now,
        }
        self._rows.upsert(_SHEET, [values], keep=("since",))

    def leave_out(self, job: int) -> None:
        """Record that a person wants no other Time for a Job whose Time was deleted."""
        self._rows.ask(_LEAVE_OUT, of_job=job)

    def unsettled(self) -> set[int]:
        """The Jobs with a Time of which one changed since both sides agreed."""
        return set(self._rows.ask(_UNSETTLED).scalars())

    def lone(self, start: datetime, end: datetime) -> set[int]:
        """The Jobs whose work is over, that no Time is tied to, of linked demands that begin in the window."""
        return set(self._rows.ask(_LONE, start=start, end=end).scalars())

    def between(self, start: datetime, end: datetime) -> set[int]:
        """The Jobs whose work is over, or that a Time was tied to, of linked demands that begin in the window."""
        return set(self._rows.ask(_OVER_OR_TIED, start=start, end=end).scalars())

    def worked(self, jobs: Collection[int]) -> list[WorkedJob]:
        """The Jobs with these ids and their Times, in order of the ids; one whose demand is forgotten as agreed."""
        rows = sorted(self._rows.ask_for_each(_RECORDS, jobs), key=lambda row: row.id)
        demands = {link.key: link for link in self._links.demands({row.link for row in rows if row.link})}
        return [found for row in rows if (found := _worked(row, demands))]

    def lone_times(self, users: Collection[int], start: datetime) -> list[Record]:
        """The Times of these users, from an instant on, that record no Job's hours yet."""
        rows = self._rows.ask_for_each(_LONE_TIMES.params(start=start), users)
        return [row.raw for row in sorted(rows, key=lambda row: row.id)]

    def repeated(self, start: datetime) -> list[list[tuple[Record, int | None]]]:
        """Times that begin from then on and carry one marker, though one was entered; each with the Job it is tied to.

        One that is tied to no Job is rare, and only its user's are looked through.
        """
        users = {row.user_id for row in self._rows.ask(_MARKED_LONE, start=start)}
        found: dict[str, list[tuple[Record, int | None]]] = {}
        for row in sorted(self._rows.ask_for_each(_MARKED_OF.params(start=start), users), key=lambda row: row.id):
            found.setdefault(f"{row.user_id} {marker(row.raw.get('notes'))}", []).append((row.raw, row.job))
        return [rows for rows in found.values() if len(rows) > 1]

    def missing(self, start: datetime, end: datetime, seen: Collection[int]) -> dict[int, bool]:
        """The mirrored Times that begin in the window and are not among those seen in it; True for one that is tied."""
        rows = self._rows.ask(_IN_WINDOW, start=start, end=end)
        return {row.id: row.job is not None for row in rows if row.id not in seen}


def _worked(row: Row[Any], demands: Mapping[str, LinkedDemand]) -> WorkedJob | None:
    base = msgspec.convert(row.base, Timesheet) if row.base else None
    link = demands.get(row.link)
    planned = link.base if link else _planned(base) if base else None
    shifts = link.shifts if link else ()
    return WorkedJob(link_key(row.id), row.raw, planned, shifts, base, row.time) if planned else None


def _planned(base: Timesheet) -> Demand:
    return Demand(base.place, base.skill, base.start, base.end, 1, break_minutes=base.break_minutes)
