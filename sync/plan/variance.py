"""Where the hours of both systems differ: what was planned, what each tells, and how final that is."""

from collections.abc import Callable, Iterable
from datetime import date, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from mappings.demand import OVER
from mappings.link import WorkedJob
from mappings.model import Timesheet, Unmapped
from mappings.pieces import read_times
from mappings.timesheet import Period, read_job, read_payroll
from sync.plan import wording
from sync.plan.about_hours import beside, holder_of
from sync.plan.snapshot import Snapshot

State = Literal["agreed", "provisional", "unknown", "approved", "payroll closed"]


class Worked(msgspec.Struct, frozen=True):
    """Paid minutes: planned, as Wonolo tells them, and as When I Work does; None where that is not known."""

    planned: int = 0
    wonolo: int | None = None
    wheniwork: int | None = None

    @property
    def difference(self) -> int | None:
        """Paid minutes that When I Work has more than Wonolo (negative: fewer); None where one is not known."""
        if self.wonolo is None or self.wheniwork is None:
            return None
        return self.wheniwork - self.wonolo


class Sum(msgspec.Struct, frozen=True):
    """Paid minutes added up, as far as they are known; None where none are.

    The difference is of those alone that both sides tell. The last two are of how many Jobs Wonolo's hours are not
    known, and When I Work's: they are left out.
    """

    planned: int = 0
    wonolo: int | None = None
    wheniwork: int | None = None
    difference: int | None = None
    without_wonolo: int = 0
    without_wheniwork: int = 0


class HoursRow(msgspec.Struct, frozen=True):
    """The hours of one Job, on the day it began on the wall of its place; `note` says what cannot be read.

    `agreed` hours are equal but not approved, `provisional` ones differ and are not approved either; of `unknown` ones
    one side tells nothing.
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
    worked: Sum


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
    minutes = Worked(planned.paid_minutes, *(sheet.paid_minutes if sheet else None for sheet in (job, theirs)))
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
    user = next((user for user, key in sorted(snapshot.users.items()) if key == known.worker), 0)
    if any(str(time.get("user_id")) != str(user) for time in worked.times):
        return job, None, reason or "the Time in When I Work is somebody else's now"
    times = [*worked.times, *beside(snapshot.times, worked, known, user)]
    if not times and job and not job.paid_minutes:
        return job, job, reason  # nothing was worked, and no Time says so
    if not times:
        return job, None, reason or ("no Time in When I Work" if worked.base else "no Time in When I Work yet")
    try:
        return job, read_times(times, known), reason
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


def _state(job: Timesheet | None, worked: Worked, *, is_closed: bool) -> State:
    if is_closed:
        return "payroll closed"
    if job and job.approved:
        return "approved"
    if worked.difference is None:
        return "unknown"
    return "provisional" if worked.difference else "agreed"


def totals(rows: Iterable[HoursRow], name: Callable[[HoursRow], str]) -> tuple[Total, ...]:
    """The rows added up by some name of theirs, in order of the names."""
    found: dict[str, list[Worked]] = {}
    for row in rows:
        found.setdefault(name(row), []).append(row.worked)
    return tuple(Total(one, summed(found[one])) for one in sorted(found))


def summed(many: Iterable[Worked]) -> Sum:
    """Hours added up, as far as they are known."""
    rows = list(many)
    wonolo, wheniwork = [row.wonolo for row in rows], [row.wheniwork for row in rows]
    return Sum(
        planned=sum(row.planned for row in rows),
        wonolo=_known(wonolo),
        wheniwork=_known(wheniwork),
        difference=_known(row.difference for row in rows),
        without_wonolo=wonolo.count(None),
        without_wheniwork=wheniwork.count(None),
    )


def _known(minutes: Iterable[int | None]) -> int | None:
    told = [one for one in minutes if one is not None]
    return sum(told) if told else None


def week_of(day: date, first_weekday: int) -> date:
    """The day on which the week of a day begins; Monday is weekday 0."""
    return day - timedelta(days=(day.weekday() - first_weekday) % 7)
