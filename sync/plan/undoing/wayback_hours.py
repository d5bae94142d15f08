"""The one write that takes a change of hours back; or the reason why there is none."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from mappings.convert import flag, instant, moment, rfc2822
from mappings.timesheet import job_id, minutes_worked
from sync.plan.made import Made
from sync.plan.model import Action, Write
from sync.plan.undoing.today import NoWayBackError, Record, Today, as_it_was, as_left, restored

_STAYS: Mapping[Action, str] = {
    "create": "a Time is never deleted from here: delete it in When I Work, and the next run asks whether to enter it "
    "again",
    "link": "it records those hours, whoever entered it: delete it in When I Work if it should not",
    "unlink": "a person left these hours out: enter them in When I Work by hand",
}


def hours_back(made: Made, state: Record | None, today: Today) -> Write:
    """The write that gives a Time or a Job the hours it had; raises NoWayBackError where they are final by now."""
    change = made.change
    if change.action in _STAYS:
        raise NoWayBackError(_STAYS[change.action])
    now, before = as_left(made, state, today), as_it_was(made)
    job = today.records.get(("job", str(job_id(change.link))), {})
    if job.get("state") == "approved":
        raise NoWayBackError("Wonolo's hours are approved: put them right by hand")
    spans = [_span(change.kind, record, made) for record in (now, before)]
    spans += [_span("job", job, made)] if job else []  # a Time may be one of several
    if any(period.covers(*span) for period in today.periods for span in spans):
        raise NoWayBackError("the payroll period of these hours is over: put them right by hand")
    if today.periods_since is None or min(start for start, _ in spans) < today.periods_since:
        raise NoWayBackError("the payroll period of these hours is not known: put them right by hand")
    return restored(made, _job_hours(before, made) if change.kind == "job" else _time_hours(before, made))


def _span(kind: str, record: Record, made: Made) -> tuple[datetime, datetime]:
    if kind == "time":
        start = moment(record, "start_time")
        return start, instant(record.get("end_time")) or start
    start = _began(record, made)
    return start, start + timedelta(minutes=minutes_worked(record, start))


def _began(job: Record, made: Made) -> datetime:
    start = instant(job.get("started_at")) or made.change.start
    if start is None:
        raise ValueError("when it began is not known")
    return start


def _job_hours(job: Record, made: Made) -> dict[str, Any]:
    """The minutes it took, also where Wonolo told them by two instants alone."""
    return {"actual_duration": minutes_worked(job, _began(job, made))}


def _time_hours(time: Record, made: Made) -> dict[str, Any]:
    told: dict[str, Any] = {name: rfc2822(moment(time, name)) for name in ("start_time", "end_time")}
    told["is_approved"] = flag(time.get("is_approved"))
    return {name: told[name] for name in made.change.payload}
