"""Timesheet: the hours of a Job on Wonolo, a Time on When I Work; and the payroll periods that keep Times as they are.

Wonolo counts the minutes from start to end, the unpaid break among them, as it does for a request's duration; it has
no field for the break, so the planned one is taken. When I Work's rounded times are left aside.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec

from mappings import place as places
from mappings import skill as skills
from mappings.convert import (
    flag,
    hours_of_minutes,
    identifier,
    instant,
    marked,
    minutes_of_hours,
    moment,
    number,
    rfc2822,
)
from mappings.model import Demand, Rules, Timesheet, Unmapped
from mappings.worker import holder, is_unknown

Record = Mapping[str, Any]

NOTES_LIMIT = 350
"""Characters of a Time's notes; those of a shift take no more (When I Work reference 5.1)."""

_PREFIX = "job:"

_NOTES = "Hours worked through Wonolo"

_UNTOLD = (None, "")

_SEEN_BREAK = 2
"""Minutes that a Time's length may fall short of its two instants by rounding alone."""


class Period(msgspec.Struct, frozen=True):
    """A payroll period that is over: nothing in it may be written. None as a bound: it could not be read."""

    id: int
    state: Literal["closed", "finalized"]
    start: datetime | None
    end: datetime | None

    @property
    def last(self) -> datetime | None:
        """The last minute in it."""
        return self.end - timedelta(minutes=1) if self.end else None

    def covers(self, start: datetime, end: datetime) -> bool:
        """Whether any of the time between two instants lies in it."""
        return (self.end is None or start < self.end) and (self.start is None or end > self.start)


def link_key(job_id: int) -> str:
    """The key of the link of a Job and its Time."""
    return f"{_PREFIX}{job_id}"


def is_link_key(key: str) -> bool:
    """Whether a key is that of a link of a Job and its Time."""
    return key.startswith(_PREFIX)


def job_id(key: str) -> int:
    """The id of the Job in the key of its link."""
    return int(key.removeprefix(_PREFIX))


def read_job(job: Record, planned: Demand, known: str = "") -> Timesheet:
    """Read a Job whose work is over as the hours worked; Unmapped when it does not tell them.

    `planned` is the demand it belongs to, `known` the worker agreed on before, for a Job that names nobody any more.
    `actual_duration` (minutes) counts most, then `hours_worked`, then the instants (Wonolo reference 6). A zero that is
    told is a value: who was sent home worked none. The break counts only where more than the break was worked.
    """
    try:
        return _of_job(job, planned, known)
    except (ValueError, OverflowError) as error:
        raise Unmapped(f"its hours in Wonolo cannot be read: {error}") from error


def _of_job(job: Record, planned: Demand, known: str) -> Timesheet:
    worker = holder(job)
    if is_unknown(worker):
        worker = known or (min(planned.workers) if len(planned.workers) == planned.headcount == 1 else worker)
    start = instant(job.get("started_at")) or planned.start
    minutes = minutes_worked(job, start)
    rest = planned.break_minutes or 0
    return Timesheet(
        job=identifier(job["id"]),
        worker=worker,
        place=planned.place,
        skill=planned.skill,
        start=start,
        end=start + timedelta(minutes=minutes),
        break_minutes=rest if minutes > rest else 0,
        approved=job.get("state") == "approved",
    )


def minutes_worked(job: Record, start: datetime) -> int:
    """How long a Job took, its break included, where it began at `start`; ValueError when it does not tell."""
    minutes = told if (told := _told_minutes(job)) is not None else _between(job, start)
    if minutes < 0 or (minutes == 0 and told is None):
        raise ValueError("no minute was worked")
    return minutes


def _told_minutes(job: Record) -> int | None:
    """The minutes a Job tells as a number; zero only where no number says otherwise, None where there is none."""
    told = [round(number(job["actual_duration"]))] if job.get("actual_duration") not in _UNTOLD else []
    told += [minutes_of_hours(job["hours_worked"])] if job.get("hours_worked") not in _UNTOLD else []
    return next(filter(None, told), told[0] if told else None)


def _between(job: Record, start: datetime) -> int:
    ended = instant(job.get("finished_at")) or instant(job.get("completed_at")) or start
    return round((ended - start).total_seconds() / 60)


def read_time(time: Record, job: Timesheet) -> Timesheet:
    """Read a Time as the hours of a Job; Unmapped when it does not tell them, or its worker is still clocked in."""
    try:
        return _of_time(time, job)
    except (ValueError, OverflowError) as error:
        raise Unmapped(f"its hours in When I Work cannot be read: {error}") from error


def _of_time(time: Record, job: Timesheet) -> Timesheet:
    start, end = moment(time, "start_time"), instant(time.get("end_time"))
    if end is None:
        raise Unmapped("the worker is still clocked in in When I Work: clock out there, or enter the end")
    approved = flag(time.get("is_approved"))
    sheet = msgspec.structs.replace(job, start=start, end=end, break_minutes=0, approved=approved)
    rest = minutes_of_hours(time.get("break_hours")) or _unpaid(time, sheet.minutes)
    if rest >= sheet.minutes:
        raise ValueError("its end is not after its start, or its break is longer than the work")
    return msgspec.structs.replace(sheet, break_minutes=rest)


def _unpaid(time: Record, minutes: int) -> int:
    """The break that shows only in the length: newer accounts have no `break_hours` (When I Work reference A.19)."""
    length = minutes_of_hours(time.get("length"))
    short = minutes - length if length > 0 else 0
    return short if short > _SEEN_BREAK else 0


def matching(times: Iterable[Record], sheet: Timesheet, user: int, shifts: Collection[int]) -> list[Record]:
    """The Times of a user that record these hours: those of the shifts, and those that lie half in the same hours.

    A Time whose hours cannot be read counts too, so that nothing is entered twice.
    """
    mine = [time for time in times if str(time.get("user_id")) == str(user)]
    booked = set(map(str, shifts))
    return [time for time in mine if str(time.get("shift_id")) in booked or _lies_in(time, sheet)]


def _lies_in(time: Record, sheet: Timesheet) -> bool:
    try:
        start = moment(time, "start_time")
        end = instant(time.get("end_time")) or max(start, sheet.end)
    except ValueError:
        return True
    shared = min(end, sheet.end) - max(start, sheet.start)
    return shared > timedelta(0) and shared * 2 >= min(end - start, sheet.end - sheet.start)


def time_fields(sheet: Timesheet, rules: Rules, user: int, shift: int, key: str) -> dict[str, Any]:
    """Spell hours as a new Time of a user, marked with the key (When I Work reference 7.8)."""
    return {
        "user_id": user,
        **places.shift_fields(rules.place(sheet.place)),
        **skills.shift_fields(rules.skill(sheet.skill)),
        **({"shift_id": shift} if shift else {}),
        "start_time": rfc2822(sheet.start),
        "end_time": rfc2822(sheet.end),
        **({"break_hours": hours_of_minutes(sheet.break_minutes)} if sheet.break_minutes else {}),
        **({"is_approved": True} if sheet.approved else {}),
        "notes": marked(_NOTES, key, NOTES_LIMIT),
    }


def time_changes(now: Timesheet, target: Timesheet) -> dict[str, Any]:
    """The fields of a Time to write so that it means the target; empty when it does. Its break is left as it is."""
    moved = (now.start, now.end) != (target.start, target.end)
    times = {"start_time": rfc2822(target.start), "end_time": rfc2822(target.end)} if moved else {}
    return times | ({"is_approved": True} if target.approved and not now.approved else {})


def job_changes(now: Timesheet, paid_minutes: int, rest: int) -> dict[str, Any]:
    """The fields of a Job to write so that it pays for so many minutes beside the planned break; empty when it does.

    Wonolo counts the break among the minutes worked (Wonolo reference 4).
    """
    return {} if now.paid_minutes == paid_minutes else {"actual_duration": paid_minutes + rest if paid_minutes else 0}


def read_payroll(record: Record) -> Period | None:
    """Read a payroll as a period that is over; None while it is open.

    Without the two flags its stamps tell (When I Work reference 7.9). An end at midnight is the last day, whole, as
    the oldest samples have it.
    """
    state = _state(record)
    if state is None:
        return None
    end, text = _bound(record, "end_date"), str(record.get("end_date"))
    midnight = " 00:00:00" in text or "T00:00:00" in text
    rest = timedelta(days=1) if midnight else timedelta(minutes=1)
    return Period(identifier(record["id"]), state, _bound(record, "start_date"), end + rest if end else None)


def _state(record: Record) -> Literal["closed", "finalized"] | None:
    if _over(record, "is_finalized", "finalized_at"):
        return "finalized"
    return "closed" if _over(record, "is_closed", "closed_at") else None


def _over(record: Record, name: str, stamp: str) -> bool:
    told = record.get(name)
    return flag(told) if told is not None else _bound(record, stamp) is not None


def _bound(record: Record, name: str) -> datetime | None:
    try:
        return instant(record.get(name))
    except ValueError:
        return None
