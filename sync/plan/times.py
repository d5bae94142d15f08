"""Planning hours worked: a Time for each Job whose work is over, and edited hours carried over while they may be."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from mappings.demand import OVER
from mappings.link import WorkedJob
from mappings.model import NAMES, Demand, Rules, System, Timesheet, Unmapped
from mappings.timesheet import (
    Period,
    job_changes,
    matching,
    read_job,
    read_payroll,
    read_time,
    time_changes,
    time_fields,
)
from sync.plan import wording
from sync.plan.about import About
from sync.plan.about_hours import Hours, edits, entered, kept, left, shifts_of, written
from sync.plan.conflicts import Choice, conflict
from sync.plan.hours import MergedHours, agreed_hours, merge_hours, stage_of_hours
from sync.plan.model import Change, FieldChange, Write, marker_key
from sync.plan.snapshot import Record, Snapshot

_AT_WORK = frozenset({"filled", "in_progress", "paused"})
"""States a Job may go back to while work is not over after all."""

_AGAIN, _LEFT_OUT = Choice("create it again"), Choice("leave it out")


def plan_times(snapshot: Snapshot) -> tuple[list[Change], list[str]]:
    """Plan the hours of every Job given; also returns the keys of those about which there is nothing to do."""
    periods = tuple(filter(None, (read_payroll(record) for record in snapshot.payrolls)))
    free = {str(time["id"]): time for time in snapshot.times}
    changes, quiet = [], []
    for worked in snapshot.worked:
        rows = _plan(worked, periods, snapshot, free.values())
        changes += rows
        used = {row.record for row in rows if row.kind == "time"}
        free = {name: time for name, time in free.items() if name not in used}
        quiet += [] if rows else [worked.key]
    return changes, quiet


def _plan(worked: WorkedJob, periods: tuple[Period, ...], snapshot: Snapshot, free: Iterable[Record]) -> list[Change]:
    this = About(worked.key, worked.planned, snapshot)
    state = str(worked.job.get("state") or "")
    if worked.key in snapshot.busy:
        return [left(worked, this, "blocked", snapshot.busy[worked.key])]
    if state not in OVER:
        return _no_more(worked, state, this)
    try:
        _check_configured(worked.planned, snapshot.rules)
        job = read_job(worked.job, worked.planned, worked.known)
        user = next((user for user, key in sorted(snapshot.users.items()) if key == job.worker), None)
        if user is None:
            return [left(worked, this, "blocked", "no user in When I Work is this worker, so no hours are entered")]
        hours = Hours(worked, job, user, periods, this)
        return _found(hours, free) if worked.base is None else _linked(hours, worked.base)
    except Unmapped as reason:
        return [left(worked, this, "skip", str(reason))]


def _check_configured(planned: Demand, rules: Rules) -> None:
    """Places and skills may have been taken out of the configuration since."""
    if planned.place not in {row.key for row in rules.places} or planned.skill not in {row.key for row in rules.skills}:
        raise Unmapped(f"{planned.skill} at {planned.place} is not configured any more")


def _no_more(worked: WorkedJob, state: str, this: About) -> list[Change]:
    """A Job that is not over any more: its Time stays until a person deletes it."""
    if worked.time is None or state in _AT_WORK:
        return []
    reason = f"Wonolo now calls the Job {state or 'nothing'}: delete the Time in When I Work if nobody worked"
    return [left(worked, this, "blocked", reason)]


def _found(hours: Hours, free: Iterable[Record]) -> list[Change]:
    """Hours without a link: the worker may have clocked in, else a Time is entered."""
    shifts = shifts_of(hours.worked, hours.user)
    found = matching(free, hours.job, hours.user, shifts)
    if len(found) > 1:
        numbers = ", ".join(str(row["id"]) for row in found)
        reason = f"{len(found)} Times in When I Work ({numbers}) cover these hours: make them one there"
        return [left(hours.worked, hours.this, "blocked", reason)]
    if found:
        return _recognised(hours, found[0])
    this = hours.this.because("the work is over in Wonolo, and When I Work has no hours of it")
    return [_entered(hours, this, next(iter(shifts), 0), hours.worked.key)]


def _recognised(hours: Hours, time: Record) -> list[Change]:
    """The worker clocked in in When I Work: that Time is the one, and Wonolo's hours count."""
    theirs = read_time(time, hours.job)
    base = agreed_hours(None, hours.job, theirs, None)
    this = hours.this.because("the worker clocked in in When I Work for the same work")
    write = Write(action="link", kind="time", record=str(time["id"]), worker=hours.job.worker, payload={})
    link = written(hours, this, write, (theirs, theirs), time)
    known = msgspec.structs.replace(hours, worked=msgspec.structs.replace(hours.worked, time=time, base=base))
    return [link, *_linked(known, base)]


def _entered(hours: Hours, this: About, shift: int, marked: str) -> Change:
    """A new Time with Wonolo's hours, unless its payroll period is over."""
    closed = hours.closed(hours.job)
    if closed:
        return kept(hours, None, f"{closed}, so no Time is entered")
    payload = time_fields(hours.job, this.rules, hours.user, shift, marker_key(marked))
    return entered(hours, this, payload)


def _linked(hours: Hours, base: Timesheet) -> list[Change]:
    time = hours.worked.time
    if time is None:
        return _deleted(hours)
    if str(time.get("user_id")) != str(hours.user):
        who = wording.person(hours.job.worker, hours.this.people)
        reason = f"the Time is somebody else's now: give it back to {who} in When I Work, or delete it"
        return [left(hours.worked, hours.this, "blocked", reason)]
    theirs = read_time(time, hours.job)
    rights = hours.this.snapshot.policy.ownership.times[stage_of_hours(base, hours.job, theirs)]
    merged = merge_hours(base, hours.job, theirs, rights)
    if base.approved:  # a manager may take back an approval that both sides gave once
        target = msgspec.structs.replace(merged.target, approved=theirs.approved)
        merged = msgspec.structs.replace(merged, target=target)
    obstacle = _obstacle(hours, theirs, merged)
    writes = [row for row in _writes(hours, theirs, merged.target) if row.payload]
    if not writes or (obstacle and theirs.paid_minutes == hours.job.paid_minutes):
        return []
    return [kept(hours, theirs, obstacle) if obstacle else _carried(hours, theirs, merged, writes[0], base)]


def _obstacle(hours: Hours, theirs: Timesheet, merged: MergedHours) -> str:
    """Why nothing may be written; empty when it may."""
    closed = hours.closed(theirs, merged.target)
    if closed:
        return f"{closed}, so nothing is changed"
    if not merged.frozen:
        return ""
    why = "Wonolo's hours are approved" if hours.job.approved else "nobody may change hours at this stage"
    return f"{why}, so nothing is changed: put them right by hand"


def _writes(hours: Hours, theirs: Timesheet, target: Timesheet) -> tuple[Write, Write]:
    """What each side must be told, which may be nothing."""
    job, worker = hours.job, hours.job.worker
    time = str((hours.worked.time or {})["id"])
    there = job_changes(job, target.paid_minutes)
    return (
        Write(action="update", kind="job", record=str(job.job), worker=worker, payload=there),
        Write(action="update", kind="time", record=time, worker=worker, payload=time_changes(theirs, target)),
    )


def _carried(hours: Hours, theirs: Timesheet, merged: MergedHours, write: Write, base: Timesheet) -> Change:
    """One write at a time: the other side follows once this one was read back."""
    this = hours.this.because(_cause(hours, base, theirs, merged))
    hold = "hours are not changed without a yes" if merged.waits else ""
    if write.kind == "job":
        return written(hours, this, write, (hours.job, merged.target), hours.worked.job, hold)
    if theirs.approved and "start_time" in write.payload:
        hold = "the Time is approved in When I Work already; changing it needs a yes"
    return written(hours, this, write, (theirs, merged.target), hours.worked.time or {}, hold)


def _deleted(hours: Hours) -> list[Change]:
    """A person deleted the Time: whether it comes again, a person says."""
    closed = hours.closed(hours.job)
    if closed:
        return [kept(hours, None, f"{closed}, so no Time is entered again")]
    this = hours.this.because("its Time was deleted in When I Work")
    fields = (FieldChange("hours", wording.hours(hours.job.paid_minutes), ""),)
    reason = "hours that somebody deleted are not entered again silently"
    asked = conflict(left(hours.worked, this, "conflict", reason, fields=fields), (_AGAIN, _LEFT_OUT))
    chosen = asked.chosen(this)
    if chosen is None:
        return [asked.remark]
    choice, answer = chosen
    decided = this.decided_by(answer, choice.words, asked.remark.cause)
    if choice == _AGAIN:
        return [_entered(hours, decided, 0, answer.key)]
    return [msgspec.structs.replace(left(hours.worked, decided, "do", ""), action="unlink")]


def _cause(hours: Hours, base: Timesheet, theirs: Timesheet, merged: MergedHours) -> str:
    """Who changed what since both sides agreed, who approved, and whose edit lost where both did."""
    sides: Mapping[System, Timesheet] = {"wonolo": hours.job, "wheniwork": theirs}
    told = [
        wording.sentence(_edited(edits(base, sides[system], hours.this), names), system)
        for system, names in merged.edits.items()
        if names
    ]
    if merged.overruled:
        told.append(f"both sides changed the hours: {NAMES[merged.overruled]} decides")
    if hours.job.approved and not theirs.approved:
        told.append("approved in Wonolo")
    return "; ".join(told)


def _edited(rows: Iterable[FieldChange], names: tuple[Any, ...]) -> list[FieldChange]:
    """Where a Time lies means nothing as long as it is as long."""
    return [row for row in rows if row.name != "start" or "actual_start" in names]
