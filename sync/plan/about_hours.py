"""Turning what is to be done about a Job's hours into changes: whose hours, how long, and what they add."""

from collections.abc import Iterable
from typing import Any

import msgspec

from mappings.convert import wage
from mappings.digest import owned_digest
from mappings.link import WorkedJob
from mappings.model import Timesheet
from mappings.timesheet import Period, matching
from mappings.worker import holder
from sync.plan import wording
from sync.plan.about import About, change, remark
from sync.plan.model import Change, Difference, FieldChange, Risk, Verdict, Write
from sync.plan.reasons import Code, Reason, because
from sync.plan.snapshot import Record
from sync.plan.values import plain


class Hours(msgspec.Struct, frozen=True):
    """One Job whose hours are planned: its records, its hours by Wonolo, the worker's user, and what changes share."""

    worked: WorkedJob
    job: Timesheet
    user: int
    periods: tuple[Period, ...]
    this: About

    def closed(self, *sheets: Timesheet) -> str:
        """The payroll period, in words, that keeps these hours as they are; empty while there is none."""
        found = next((row for row in self.periods if any(row.covers(sheet.start, sheet.end) for sheet in sheets)), None)
        if found is None:
            return ""
        zone = self.this.rules.zone(self.job.place)
        bounds = [wording.wall(row, zone, "%a %d %b") if row else "?" for row in (found.start, found.last)]
        return f"the payroll period {bounds[0]} to {bounds[1]} is {found.state}"

    def unknown(self, *sheets: Timesheet) -> str:
        """The reason to wait where nothing is known of the payroll period of these hours; empty where it is known."""
        since, start = self.this.snapshot.payrolls_since, min(sheet.start for sheet in sheets)
        if since is not None and start >= since:
            return ""
        day = wording.wall(start, self.this.rules.zone(self.job.place), "%a %d %b")
        return f"the payroll period of {day} is not known yet, so nothing is written: the next run asks for it"


def shifts_of(worked: WorkedJob, user: int) -> list[int]:
    """The ids of the demand's shifts that a user holds."""
    return [int(row["id"]) for row in worked.shifts if str(row.get("user_id")) == str(user)]


def beside(free: Iterable[Record], worked: WorkedJob, job: Timesheet, user: int) -> tuple[Record, ...]:
    """The Times of a user, of those that no Job has, that record the same work: as it was, or as it was planned."""
    times = list(free)
    planned = msgspec.structs.replace(job, start=worked.planned.start, end=worked.planned.end)
    found = [matching(times, sheet, user, shifts_of(worked, user)) for sheet in (job, planned)]
    return tuple(time for time in times if any(time in rows for rows in found))


def named(times: Iterable[Record]) -> str:
    """Some Times by what a person looks for: one is the Time, several are told by their numbers."""
    numbers = [str(time["id"]) for time in times]
    return "the Time" if len(numbers) == 1 else f"the Times {', '.join(numbers[:-1])} and {numbers[-1]}"


def holder_of(worked: WorkedJob) -> str:
    """The key of the worker whose Job it is; empty where the Job names nobody."""
    try:
        return holder(worked.job)
    except ValueError:
        return ""


def left(worked: WorkedJob, this: About, verdict: Verdict, reason: Reason, **more: Any) -> Change:
    """Something that is not done about a Job's hours, with the reason."""
    record = str(worked.times[0]["id"]) if worked.times else ""
    return _worded(remark(this, verdict, "time", reason, record=record, worker=holder_of(worked), **more), this)


def kept(hours: Hours, theirs: Timesheet | None, code: Code, reason: str) -> Change:
    """A difference that stays as it is."""
    there = wording.hours(theirs.paid_minutes) if theirs else "none"
    said = f"{wording.hours(hours.job.paid_minutes)} in Wonolo, {there} in When I Work"
    minutes = {"wonolo": hours.job.paid_minutes, "wheniwork": theirs.paid_minutes if theirs else 0}
    return left(hours.worked, hours.this, "skip", because(code, f"{reason} ({said})", **minutes))


def entered(hours: Hours, this: About, payload: dict[str, Any]) -> Change:
    """A new Time with Wonolo's hours."""
    paid = hours.job.paid_minutes
    write = Write(action="create", kind="time", worker=hours.job.worker, payload=payload)
    approved = (FieldChange("approved", "", "yes"),) if hours.job.approved else ()
    shown = (FieldChange("hours", "", wording.hours(paid)), *approved), (("hours", None, paid),)
    risk = _risk(hours, hours.worked.planned.paid_minutes, paid)
    return _worded(change(this, write, shown=shown, risk=risk), this)


def written(
    hours: Hours, this: About, write: Write, sheets: tuple[Timesheet, Timesheet], record: Record, hold: str = ""
) -> Change:
    """A write that turns the first timesheet into the second, or ties the Time that records it."""
    before, after = sheets
    approves = write.kind == "time" and after.approved and not before.approved
    fields = edits(before, after, this) + ((FieldChange("approved", "no", "yes"),) if approves else ())
    values = sheet_values(before, after) + ((("approved", "no", "yes"),) if approves else ())
    risk = _risk(hours, before.paid_minutes, after.paid_minutes) if write.payload else Risk(people=1)
    seen = owned_digest("time" if write.kind == "time" else "job", record)
    return _worded(change(this, write, shown=(fields, values), risk=risk, precondition=seen, hold=hold), this)


def edits(before: Timesheet, after: Timesheet, this: About) -> tuple[FieldChange, ...]:
    """What differs between two timesheets, in words: when work began, and how much is paid."""
    zone = this.rules.zone(after.place)
    rows = (
        FieldChange("start", wording.wall(before.start, zone), wording.wall(after.start, zone)),
        FieldChange("hours", wording.hours(before.paid_minutes), wording.hours(after.paid_minutes)),
    )
    return tuple(row for row in rows if row.before != row.after)


def sheet_values(before: Timesheet, after: Timesheet) -> tuple[Difference, ...]:
    """Return the differences between two timesheets, as values: when work began, and the paid minutes."""
    rows = (
        ("start", plain(before.start), plain(after.start)),
        ("hours", before.paid_minutes, after.paid_minutes),
    )
    return tuple(row for row in rows if row[1] != row[2])


def _risk(hours: Hours, before: int, after: int) -> Risk:
    """What it adds to the hours that were planned or agreed so far."""
    rate = hours.this.rules.skill(hours.job.skill).hourly_rate
    return Risk(paid_minutes=after - before, cents=wage(rate, after) - wage(rate, before), people=1)


def _worded(row: Change, this: About) -> Change:
    return msgspec.structs.replace(row, subject=f"{wording.person(row.worker, this.people)}'s hours: {row.subject}")
