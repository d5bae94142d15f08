"""Timesheets: which Times record the hours of which Job, what both sides agreed on, and which may need something."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Row, and_, bindparam, delete, exists, func, or_, select, update

from mappings.link import LinkedDemand, WorkedJob
from mappings.model import Demand, Timesheet
from mappings.timesheet import link_key
from sync.mirror import tables
from sync.mirror.links import Links
from sync.mirror.membership import NO_LINK
from sync.mirror.mirrored import GONE
from sync.mirror.records import Record, of_model, table
from sync.mirror.rows import PAIR, SOME, Rows

_SHEET, _PIECE = of_model(tables.TimesheetLink), of_model(tables.TimesheetPiece)
_JOB, _REQUEST, _TIME = table("job"), table("job_request"), table("time")

_OVER = ("completed", "approved")
"""Job states in which the work is over and paid (Wonolo reference 9)."""

_SHEET_OF_JOB = and_(_SHEET.c.pair == _JOB.c.pair, _SHEET.c.job == _JOB.c.id)
_PIECE_OF_SHEET = and_(_PIECE.c.pair == _SHEET.c.pair, _PIECE.c.job == _SHEET.c.job)
_TIME_OF_PIECE = and_(_TIME.c.pair == _PIECE.c.pair, _TIME.c.id == _PIECE.c.time)
_REQUEST_OF_JOB = and_(_REQUEST.c.pair == _JOB.c.pair, _REQUEST.c.id == _JOB.c.job_request_id)

_JOB_NOW = select(_JOB.c.digest).where(_SHEET_OF_JOB).correlate(_SHEET).scalar_subquery()
_TIME_NOW = select(_TIME.c.digest).where(_TIME_OF_PIECE).correlate(_PIECE).scalar_subquery()
_CHANGED_PIECE = exists().where(_PIECE_OF_SHEET, func.coalesce(_TIME_NOW, GONE) != _PIECE.c.settled).correlate(_SHEET)

# A join would let SQLite go through every Job of the pair.
_UNSETTLED = select(_SHEET.c.job).where(
    _SHEET.c.pair == PAIR,
    ~_SHEET.c.left_out,
    or_(_SHEET.c.job_settled != _JOB_NOW, _CHANGED_PIECE),
)
_OLDEST_START = (
    select(func.min(_REQUEST.c.start_time))
    .join(_JOB, _REQUEST_OF_JOB)
    .where(_JOB.c.pair == PAIR, _JOB.c.id.in_(_UNSETTLED))
)
_OLDEST_TIME = (
    select(func.min(_TIME.c.start_time))
    .join(_PIECE, _TIME_OF_PIECE)
    .where(_PIECE.c.pair == PAIR, _PIECE.c.job.in_(_UNSETTLED))
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
    select(_JOB.c.id, _JOB.c.raw, _REQUEST.c.link, _SHEET.c.base)
    .outerjoin(_REQUEST, _REQUEST_OF_JOB)
    .outerjoin(_SHEET, _SHEET_OF_JOB)
    .where(_JOB.c.pair == PAIR, _JOB.c.id.in_(SOME))
)
_PIECES = (
    select(_PIECE.c.job, _PIECE.c.time, _TIME.c.raw)
    .outerjoin(_TIME, and_(_TIME_OF_PIECE, _TIME.c.digest != GONE))
    .where(_PIECE.c.pair == PAIR, _PIECE.c.job.in_(SOME))
)
_TIED = exists().where(_TIME_OF_PIECE).correlate(_TIME)
_LONE_TIMES = select(_TIME.c.id, _TIME.c.raw).where(
    _TIME.c.pair == PAIR,
    _TIME.c.user_id.in_(SOME),
    _TIME.c.digest != GONE,
    ~_TIED,
    or_(_TIME.c.start_time.is_(None), _TIME.c.start_time >= bindparam("start")),
)
_LONE_USERS = (
    select(_TIME.c.user_id)
    .where(_TIME.c.pair == PAIR, _TIME.c.start_time >= bindparam("start"), _TIME.c.digest != GONE, ~_TIED)
    .distinct()
)
_BESIDE = (
    select(_SHEET.c.job)
    .select_from(_JOB)
    .join(_SHEET, _SHEET_OF_JOB)
    .join(_REQUEST, _REQUEST_OF_JOB)
    .where(
        _JOB.c.pair == PAIR,
        _JOB.c.worker_id.in_(SOME),
        ~_SHEET.c.left_out,
        _REQUEST.c.start_time >= bindparam("start"),
    )
)
_IN_WINDOW = select(_TIME.c.id, _TIED.label("tied")).where(
    _TIME.c.pair == PAIR,
    _TIME.c.digest != GONE,
    _TIME.c.start_time >= bindparam("start"),
    _TIME.c.start_time <= bindparam("end"),
)
_TIED_AMONG = select(_PIECE.c.time).where(_PIECE.c.pair == PAIR, _PIECE.c.time.in_(SOME))
_LEAVE_OUT = update(_SHEET).where(_SHEET.c.pair == PAIR, _SHEET.c.job == bindparam("of_job")).values(left_out=True)
_OF_JOB = and_(_PIECE.c.pair == PAIR, _PIECE.c.job == bindparam("of_job"))
_UNTIE = delete(_PIECE).where(_OF_JOB)


class Timesheets:
    """The Jobs of one pair whose hours a Time records, or should."""

    def __init__(self, rows: Rows, links: Links) -> None:
        self._rows, self._links = rows, links

    def save(self, base: Timesheet, job_settled: str, times: Mapping[int, str], now: datetime) -> None:
        """Record which Times have the hours of the base's Job; what is settled are the digests, or empty."""
        values = {
            "pair": self._rows.pair,
            "job": base.job,
            "base": msgspec.to_builtins(base),
            "job_settled": job_settled,
            "left_out": False,
            "since": now,
        }
        self._rows.upsert(_SHEET, [values], keep=("since",))
        self._rows.ask(_UNTIE, of_job=base.job)
        self._tie(base.job, times)

    def join(self, job: int, time: int) -> None:
        """Record that a Time is one more of those that have the hours of a Job."""
        self._tie(job, {time: ""})

    def _tie(self, job: int, times: Mapping[int, str]) -> None:
        rows = [{"pair": self._rows.pair, "job": job, "time": time, "settled": times[time]} for time in sorted(times)]
        self._rows.upsert(_PIECE, rows)

    def leave_out(self, job: int) -> None:
        """Record that a person wants no other Time for a Job whose Time was deleted."""
        self._rows.ask(_LEAVE_OUT, of_job=job)

    def unsettled(self) -> set[int]:
        """The Jobs with a Time of which one changed since both sides agreed."""
        return set(self._rows.ask(_UNSETTLED).scalars())

    def oldest_unsettled(self) -> datetime | None:
        """The start of the oldest work of which something changed, as planned or as a Time has it; None without any."""
        starts = [self._rows.ask(query).scalar_one() for query in (_OLDEST_START, _OLDEST_TIME)]
        return min(filter(None, starts), default=None)

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
        pieces: dict[int, list[Row[Any]]] = {row.id: [] for row in rows}
        for piece in self._rows.ask_for_each(_PIECES, pieces):
            pieces[piece.job].append(piece)
        return [found for row in rows if (found := _worked(row, demands, pieces[row.id]))]

    def beside(self, workers: Collection[int], start: datetime) -> set[int]:
        """The Jobs with Times of these workers, of demands that begin from an instant on."""
        return {row.job for row in self._rows.ask_for_each(_BESIDE.params(start=start), workers)}

    def lone_users(self, start: datetime) -> set[int]:
        """The users with Times, from an instant on, that record no Job's hours yet."""
        return set(self._rows.ask(_LONE_USERS, start=start).scalars())

    def tied(self, times: Collection[int]) -> set[int]:
        """Those of the Times that record the hours of some Job."""
        return {row.time for row in self._rows.ask_for_each(_TIED_AMONG, times)}

    def lone_times(self, users: Collection[int], start: datetime) -> list[Record]:
        """The Times of these users, from an instant on, that record no Job's hours yet."""
        rows = self._rows.ask_for_each(_LONE_TIMES.params(start=start), users)
        return [row.raw for row in sorted(rows, key=lambda row: row.id)]

    def missing(self, start: datetime, end: datetime, seen: Collection[int]) -> dict[int, bool]:
        """The mirrored Times that begin in the window and are not among those seen in it; True for one that is tied."""
        rows = self._rows.ask(_IN_WINDOW, start=start, end=end)
        return {row.id: bool(row.tied) for row in rows if row.id not in seen}


def _worked(row: Row[Any], demands: Mapping[str, LinkedDemand], pieces: Iterable[Row[Any]]) -> WorkedJob | None:
    base = msgspec.convert(row.base, Timesheet) if row.base else None
    link = demands.get(row.link)
    planned = link.base if link else _planned(base) if base else None
    if planned is None:
        return None
    tied = sorted(pieces, key=lambda piece: piece.time)
    times = tuple(piece.raw for piece in tied if piece.raw is not None)
    lost = tuple(piece.time for piece in tied if piece.raw is None)
    return WorkedJob(link_key(row.id), row.raw, planned, link.shifts if link else (), base, times, lost)


def _planned(base: Timesheet) -> Demand:
    return Demand(base.place, base.skill, base.start, base.end, 1, break_minutes=base.break_minutes)
