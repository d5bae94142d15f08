"""Planning hours worked: a Time for each Job whose work is over, and edited hours carried over while they may be.

Several Times of one Job, around a break, are planned as the one timesheet that they are (`mappings.pieces`).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from mappings.demand import OVER
from mappings.link import WorkedJob
from mappings.model import NAMES, Demand, Rules, System, Timesheet, Unmapped
from mappings.pieces import Piece, Repeated, apart, as_one, read_pieces, spread
from mappings.timesheet import Period, job_changes, read_job, read_payroll, time_changes, time_fields
from sync.plan import wording
from sync.plan.about import About
from sync.plan.about_hours import (
    Hours,
    beside,
    edits,
    entered,
    kept,
    left,
    named,
    sheet_values,
    shifts_of,
    written,
)
from sync.plan.conflicts import Choice, conflict
from sync.plan.hours import MergedHours, agreed_hours, merge_hours, stage_of_hours
from sync.plan.model import Change, FieldChange, Verdict, Write, marker_key
from sync.plan.reasons import because
from sync.plan.snapshot import Record, Snapshot

_AT_WORK = frozenset({"filled", "in_progress", "paused"})
"""States a Job may go back to while work is not over after all."""

_WAITS = "hours are not changed without a yes"

_AGAIN, _LEFT_OUT = Choice("create", "create it again"), Choice("leave-out", "leave it out")


class PlannedTimes(msgspec.Struct, frozen=True):
    """The changes of hours; the keys about which there is nothing to do; the Times that are pieces of a tie by now.

    Each of `joined` stands behind the key of the tie that it is to be part of.
    """

    changes: tuple[Change, ...] = ()
    quiet: tuple[str, ...] = ()
    joined: tuple[tuple[str, int], ...] = ()


def plan_times(snapshot: Snapshot) -> PlannedTimes:
    """Plan the hours of every Job given. Who has no Time yet comes first to those that no Job has."""
    periods = tuple(filter(None, (read_payroll(record) for record in snapshot.payrolls)))
    free = {str(time["id"]): time for time in snapshot.times}
    plans = {}
    for worked in sorted(snapshot.worked, key=lambda row: row.base is not None):
        plans[worked.key] = _plan(worked, periods, snapshot, free.values())
        for time in plans[worked.key].beside:
            free.pop(time, None)
    found = [plans[worked.key] for worked in snapshot.worked]
    return PlannedTimes(
        changes=tuple(row for plan in found for row in plan.changes),
        quiet=tuple(worked.key for worked, plan in zip(snapshot.worked, found, strict=True) if not plan.changes),
        joined=tuple(
            (worked.key, int(time))
            for worked, plan in zip(snapshot.worked, found, strict=True)
            if plan.joins
            for time in plan.beside
        ),
    )


class _Planned(msgspec.Struct, frozen=True):
    """The changes of one Job's hours; the Times beside its tie that record them too, and whether they join it."""

    changes: Sequence[Change]
    beside: tuple[str, ...] = ()
    joins: bool = False


def _plan(worked: WorkedJob, periods: tuple[Period, ...], snapshot: Snapshot, free: Iterable[Record]) -> _Planned:
    this = About(worked.key, worked.planned, snapshot)
    state = str(worked.job.get("state") or "")
    if worked.key in snapshot.busy:
        return _Planned([left(worked, this, "blocked", because("busy", snapshot.busy[worked.key]))])
    if state not in OVER:
        return _Planned(_no_more(worked, state, this))
    try:
        _check_configured(worked.planned, snapshot.rules)
        job = read_job(worked.job, worked.planned, worked.known)
    except Unmapped as reason:
        return _Planned([left(worked, this, "skip", because("unmapped", str(reason)))])
    user = next((user for user, key in sorted(snapshot.users.items()) if key == job.worker), None)
    if user is None:
        return _Planned([left(worked, this, "blocked", because("no user for hours"))])
    return _compared(Hours(worked, job, user, periods, this), free)


def _compared(hours: Hours, free: Iterable[Record]) -> _Planned:
    """The plan of what both sides tell, with the Times that stand beside those that are tied."""
    worked, this = hours.worked, hours.this
    found = beside(free, worked, hours.job, hours.user)
    names = tuple(str(time["id"]) for time in found)
    try:
        if worked.base is None:
            return _Planned(_found(hours, found), names)
        both = msgspec.structs.replace(worked, times=(*worked.times, *found))
        rows = _linked(msgspec.structs.replace(hours, worked=both), worked.base)
        return _Planned(rows, names, joins=True)
    except Repeated as reason:
        times = ", ".join(names)
        verdict: Verdict = "skip" if hours.closed(hours.job) else "blocked"
        return _Planned([left(worked, this, verdict, because("several times", str(reason), times=times))], names)
    except Unmapped as reason:
        return _Planned([left(worked, this, "skip", because("unmapped", str(reason)))], names)


def _check_configured(planned: Demand, rules: Rules) -> None:
    """Places and skills may have been taken out of the configuration since."""
    if planned.place not in {row.key for row in rules.places} or planned.skill not in {row.key for row in rules.skills}:
        raise Unmapped(f"{planned.skill} at {planned.place} is not configured any more")


def _no_more(worked: WorkedJob, state: str, this: About) -> list[Change]:
    """A Job that is not over any more: its Times stay until a person deletes them."""
    if not worked.times or state in _AT_WORK:
        return []
    return [left(worked, this, "blocked", because("job reopened", state=state or "nothing", what=named(worked.times)))]


def _found(hours: Hours, found: Sequence[Record]) -> list[Change]:
    """Hours without a link: the worker may have clocked in, else a Time is entered."""
    if found:
        return _recognised(hours, found)
    if not hours.job.paid_minutes:
        return []  # who was sent home has no hours, and no Time says so
    this = hours.this.because("the work is over in Wonolo, and When I Work has no hours of it", "no hours")
    return [_entered(hours, this, next(iter(shifts_of(hours.worked, hours.user)), 0), hours.worked.key)]


def _recognised(hours: Hours, times: Sequence[Record]) -> list[Change]:
    """The worker clocked in in When I Work: those Times are the hours, and Wonolo's count."""
    pieces = apart(read_pieces(times, hours.job))
    first, theirs = pieces[0].time, as_one(pieces)
    base = agreed_hours(None, hours.job, theirs, None)
    this = hours.this.because("the worker clocked in in When I Work for the same work", "clocked in")
    ids = tuple(int(row.time["id"]) for row in pieces)
    write = Write(action="link", kind="time", record=str(first["id"]), worker=hours.job.worker, payload={}, sources=ids)
    link = written(hours, this, write, (theirs, theirs), first)
    known = msgspec.structs.replace(hours, worked=msgspec.structs.replace(hours.worked, times=tuple(times), base=base))
    return [link, *_linked(known, base)]


def _entered(hours: Hours, this: About, shift: int, marked: str) -> Change:
    """A new Time with Wonolo's hours, unless its payroll period is over."""
    closed, unknown = hours.closed(hours.job), hours.unknown(hours.job)
    if closed:
        return kept(hours, None, "hours closed", f"{closed}, so no Time is entered")
    if unknown:
        return left(hours.worked, hours.this, "blocked", because("period unknown", unknown))
    payload = time_fields(hours.job, this.rules, hours.user, shift, marker_key(marked))
    return entered(hours, this, payload)


def _linked(hours: Hours, base: Timesheet) -> list[Change]:
    times = hours.worked.times
    if not times:
        return _deleted(hours)
    if any(str(time.get("user_id")) != str(hours.user) for time in times):
        return [left(hours.worked, hours.this, "blocked", because("time of another", who=hours.job.worker))]
    pieces = apart(read_pieces(times, hours.job))
    theirs = as_one(pieces)
    rights = hours.this.snapshot.policy.ownership.times[stage_of_hours(base, hours.job, theirs)]
    merged = merge_hours(base, hours.job, theirs, rights)
    if base.approved:  # a manager may take back an approval that both sides gave once
        target = msgspec.structs.replace(merged.target, approved=theirs.approved)
        merged = msgspec.structs.replace(merged, target=target)
    values = [(system, sheet_values(base, sheet)) for system, sheet in (("wonolo", hours.job), ("wheniwork", theirs))]
    this = hours.this.because(_cause(hours, base, theirs, merged), *values, merged.overruled)
    rows = _written(hours, pieces, merged, this)
    obstacle = _obstacle(hours, theirs, merged) if rows else ""
    if obstacle:
        same = theirs.paid_minutes == hours.job.paid_minutes
        return [] if same else [kept(hours, theirs, "hours final", obstacle)]
    unknown = hours.unknown(theirs, merged.target, hours.job) if rows else ""
    return [left(hours.worked, hours.this, "blocked", because("period unknown", unknown))] if unknown else rows


def _written(hours: Hours, pieces: Sequence[Piece], merged: MergedHours, this: About) -> list[Change]:
    """One side at a time: the other follows once this one was read back."""
    told = job_changes(hours.job, merged.target.paid_minutes, hours.worked.planned.break_minutes or 0)
    if told:
        return [_told(hours, this, told, merged)]
    pieced = spread(pieces, merged.target)
    return [_too_short(hours, pieces)] if pieced is None else _carried(hours, this, pieced, merged)


def _obstacle(hours: Hours, theirs: Timesheet, merged: MergedHours) -> str:
    """Why nothing may be written; empty when it may."""
    closed = hours.closed(theirs, merged.target)
    if closed:
        return f"{closed}, so nothing is changed"
    if not merged.frozen:
        return ""
    why = "Wonolo's hours are approved" if hours.job.approved else "nobody may change hours at this stage"
    return f"{why}, so nothing is changed: put them right by hand"


def _told(hours: Hours, this: About, told: dict[str, Any], merged: MergedHours) -> Change:
    """Wonolo is told the hours of all Times together."""
    job = hours.job
    write = Write(action="update", kind="job", record=str(job.job), worker=job.worker, payload=told)
    hold = _WAITS if merged.waits else ""
    if hours.worked.lost and merged.target.paid_minutes < job.paid_minutes:
        lost = "one of its Times was deleted" if len(hours.worked.lost) == 1 else "some of its Times were deleted"
        hold = f"{lost} in When I Work: fewer hours need a yes"
    return written(hours, this, write, (job, merged.target), hours.worked.job, hold)


def _carried(hours: Hours, this: About, pieced: Iterable[tuple[Piece, Timesheet]], merged: MergedHours) -> list[Change]:
    """The changes of each Time, in the order in which they are to be written."""
    rows = [(row, target, time_changes(row.sheet, target)) for row, target in pieced]
    vouched = any(row.sheet.approved and "start_time" in payload for row, _, payload in rows)
    hold = "the Time is approved in When I Work already; changing it needs a yes" if vouched else ""
    changes = []
    for number, (row, target, payload) in enumerate(rows):
        write = Write(
            action="update", kind="time", record=str(row.time["id"]), worker=hours.job.worker, payload=payload
        )
        change = written(hours, this, write, (row.sheet, target), row.time, hold or (_WAITS if merged.waits else ""))
        changes.append(msgspec.structs.replace(change, rank=change.rank + number))
    return changes


def _too_short(hours: Hours, pieces: Sequence[Piece]) -> Change:
    """The last Time would have to end before it begins."""
    if not hours.job.paid_minutes:
        reason = f"Wonolo says that nothing was worked: delete {named(row.time for row in pieces)} in When I Work"
        return left(hours.worked, hours.this, "blocked", because("nothing worked", reason))
    paid = wording.hours(hours.job.paid_minutes)
    reason = (
        f"{named(row.time for row in pieces)} cannot end so early that {paid} are left: put them right in When I Work"
    )
    return left(hours.worked, hours.this, "blocked", because("too short", reason))


def _deleted(hours: Hours) -> list[Change]:
    """A person deleted the Time: whether it comes again, a person says; that of work that was none should go."""
    if not hours.job.paid_minutes:
        return []
    closed = hours.closed(hours.job)
    if closed:
        return [kept(hours, None, "hours closed", f"{closed}, so no Time is entered again")]
    this = hours.this.because("its Time was deleted in When I Work", "time deleted", hours.job.paid_minutes)
    fields = (FieldChange("hours", wording.hours(hours.job.paid_minutes), ""),)
    asked = conflict(left(hours.worked, this, "conflict", because("time deleted"), fields=fields), (_AGAIN, _LEFT_OUT))
    chosen = asked.chosen(this)
    if chosen is None:
        return [asked.remark]
    choice, answer = chosen
    decided = this.decided_by(answer, choice.words, asked.remark.cause)
    if choice == _AGAIN:
        return [_entered(hours, decided, 0, answer.key)]
    return [msgspec.structs.replace(left(hours.worked, decided, "do", because("")), action="unlink")]


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
