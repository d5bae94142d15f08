"""Where the hours of both systems differ: what was planned, what each tells, and how final that is."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from mappings.demand import OVER
from mappings.link import WorkedJob
from mappings.model import Timesheet, Unmapped
from mappings.timesheet import Period, matching, read_job, read_payroll, read_time
from sync.plan import wording
from sync.plan.about_hours import holder_of, shifts_of
from sync.plan.snapshot import Record, Snapshot

State = Literal["agreed", "provisional", "approved", "payroll closed"]


class Worked(msgspec.Struct, frozen=True):
    """Paid minutes: planned, as Wonolo tells them, and as When I Work does."""

    planned: int = 0
    wonolo: int = 0
    wheniwork: int = 0

    @property
    def difference(self) -> int:
        """Paid minutes that When I Work has more than Wonolo (negative: fewer)."""
        return self.wheniwork - self.wonolo


class HoursRow(msgspec.Struct, frozen=True):
    """The hours of one Job, on the day it began on the wall of its place; `note` says what cannot be read.

    `agreed` hours are equal but not approved, `provisional` ones differ and are not approved either.
    """

    job: int
    key: str
    worker: str
    place: str
    skill: str
    day: date
    worked: Worked
    state: State
    note: str = ""


class Total(msgspec.Struct, frozen=True):
    """The hours of all rows of one worker, place or week."""

    name: str
    worked: Worked


def hours_rows(snapshot: Snapshot, first: date, last: date) -> tuple[HoursRow, ...]:
    """The hours of every Job given that began in these days, by day, place and worker."""
    periods = tuple(filter(None, (read_payroll(record) for record in snapshot.payrolls)))
    rows = [_row(worked, periods, snapshot) for worked in snapshot.worked]
    chosen = (row for row in rows if first <= row.day <= last)
    return tuple(sorted(chosen, key=lambda row: (row.day, row.place, row.worker, row.job)))


def _row(worked: WorkedJob, periods: Iterable[Period], snapshot: Snapshot) -> HoursRow:
    planned = worked.planned
    job, theirs, note = _sheets(worked, snapshot)
    known = [sheet for sheet in (job, theirs) if sheet]
    minutes = Worked(planned.paid_minutes, job.paid_minutes if job else 0, theirs.paid_minutes if theirs else 0)
    is_closed = any(row.covers(sheet.start, sheet.end) for row in periods for sheet in known)
    key = holder_of(worked)
    start = job.start if job else planned.start
    return HoursRow(
        job=int(worked.job["id"]),
        key=key,
        worker=wording.person(key, snapshot.people),
        place=planned.place,
        skill=planned.skill,
        day=start.astimezone(ZoneInfo(snapshot.rules.zone(planned.place))).date(),
        worked=minutes,
        state=_state(job, minutes, is_closed=is_closed),
        note=note,
    )


def _sheets(worked: WorkedJob, snapshot: Snapshot) -> tuple[Timesheet | None, Timesheet | None, str]:
    """The hours by Wonolo and by When I Work, as far as they can be read, and why not."""
    job, reason = _job(worked)
    known = job or worked.base
    if known is None:
        return None, None, reason
    times = _times(worked, known, snapshot)
    if len(times) != 1:
        missing = f"{len(times)} Times cover these hours" if times else "no Time in When I Work"
        return job, None, reason or missing
    try:
        return job, read_time(times[0], known), reason
    except Unmapped as unread:
        return job, None, reason or str(unread)


def _job(worked: WorkedJob) -> tuple[Timesheet | None, str]:
    """The hours by Wonolo, or why there are none."""
    state = str(worked.job.get("state") or "")
    if state not in OVER:
        return None, f"Wonolo calls the Job {state or 'nothing'}"
    try:
        return read_job(worked.job, worked.planned, worked.known), ""
    except Unmapped as reason:
        return None, str(reason)


def _times(worked: WorkedJob, job: Timesheet, snapshot: Snapshot) -> list[Record]:
    """The Time that is tied, or those that may record the hours."""
    if worked.base:
        return [worked.time] if worked.time else []
    user = next((user for user, key in sorted(snapshot.users.items()) if key == job.worker), 0)
    return matching(snapshot.times, job, user, shifts_of(worked, user))


def _state(job: Timesheet | None, worked: Worked, *, is_closed: bool) -> State:
    if is_closed:
        return "payroll closed"
    if job and job.approved:
        return "approved"
    return "provisional" if worked.difference else "agreed"


def totals(rows: Iterable[HoursRow], name: Callable[[HoursRow], str]) -> tuple[Total, ...]:
    """The rows added up by some name of theirs, in order of the names."""
    found: dict[str, list[Worked]] = {}
    for row in rows:
        found.setdefault(name(row), []).append(row.worked)
    return tuple(Total(one, summed(found[one])) for one in sorted(found))


def summed(many: Iterable[Worked]) -> Worked:
    """Hours added up."""
    rows = list(many)
    return Worked(sum(row.planned for row in rows), sum(row.wonolo for row in rows), sum(row.wheniwork for row in rows))


def week_of(day: date, first_weekday: int) -> date:
    """The day on which the week of a day begins; Monday is weekday 0."""
    return day - timedelta(days=(day.weekday() - first_weekday) % 7)
