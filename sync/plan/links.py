"""Planning a linked demand: merge both sides, and spell the differences as changes."""

from collections.abc import Mapping

import msgspec

from mappings.demand import Posting, job_request_changes, stage_of
from mappings.digest import owned_digest
from mappings.link import LinkedDemand
from mappings.model import NAMES, Demand, Stage, System, Unmapped
from mappings.ownership import OWNERSHIP, Field
from mappings.shifts import Lone, Shift, ShiftGroup, shift_changes
from sync.plan import wording
from sync.plan.about import About, about, change, remark, spend
from sync.plan.merge import Merged, applied, differing, merge
from sync.plan.model import Change, Write, digest
from sync.plan.reading import Sides, read_sides, wonolo_demand
from sync.plan.seats import job_writes, shift_seat_writes
from sync.plan.snapshot import Snapshot

_NEEDS_YES = "the start is too near to change this without a yes"
_COSTS = "so near the start a cancellation costs half the pay; it needs a yes"
_BEGUN = frozenset({Stage.RUNNING, Stage.DONE, Stage.SETTLED})


class LinkPlan(msgspec.Struct, frozen=True):
    """The changes of one link, the shifts it counts as its own, and the open shifts that left it."""

    changes: tuple[Change, ...]
    shifts: tuple[Shift, ...] = ()
    left: tuple[Shift, ...] = ()


def plan_link(link: LinkedDemand, snapshot: Snapshot, lone: Lone) -> LinkPlan:
    """Plan one linked demand; a record that cannot be read makes it a remark, never an error."""
    this = about(snapshot, link.key, link.base)
    if link.key in snapshot.busy:
        return LinkPlan((remark(this, "blocked", "job_request", snapshot.busy[link.key]),))
    try:
        sides = read_sides(link, snapshot.rules, snapshot.users, lone)
    except Unmapped as reason:
        return LinkPlan((remark(this, "skip", "job_request", str(reason)),))
    shifts = (*sides.group.shifts, *sides.group.strayed) if sides.group else ()
    return LinkPlan(tuple(_changes(link, sides, this)), shifts, sides.left)


def _changes(link: LinkedDemand, sides: Sides, this: About) -> list[Change]:
    if sides.posting and sides.group:
        return _merged(link, wonolo_demand(sides.posting, link.base), sides.group, this)
    if sides.posting:
        return [_shifts_gone(link, sides.posting, sides.losses, this)]
    if sides.group:
        return _posting_gone(link, sides.group, this)
    return [msgspec.structs.replace(remark(this, "do", "job_request", ""), action="unlink", cause="gone on both sides")]


def _posting_gone(link: LinkedDemand, group: ShiftGroup, this: About) -> list[Change]:
    """The JobRequest was cancelled: the shifts go too, unless somebody edited them since."""
    edits = this.edits(link.base, group.demand)
    if edits:
        return [_edited_and_deleted(this, wording.sentence(edits, "wheniwork"), "wonolo")]
    this = this.because("the JobRequest was cancelled in Wonolo; nobody changed the shifts since")
    records = {str(record["id"]): record for record in link.shifts}
    writes = [
        Write(
            action="delete",
            kind="shift",
            record=str(shift.id),
            worker=shift.worker or "",
            seats=-shift.seats,
            payload={},
        )
        for shift in group.shifts
    ]
    return [
        change(this, write, precondition=owned_digest("shift", records[write.record]))
        for write in writes
        if write.record in records
    ]


def _shifts_gone(link: LinkedDemand, posting: Posting, losses: tuple[str, ...], this: About) -> Change:
    """No shift is left: the JobRequest is cancelled, unless it was edited, somebody joined it, or work has begun."""
    posting = wonolo_demand(posting, link.base)
    how = ", ".join(sorted(set(losses))) or "deleted"
    this = this.because(f"all its shifts in When I Work are gone ({how})")
    if stage_of(posting.demand, posting.seats, this.now, this.cutoff) in _BEGUN:
        return remark(this, "skip", "job_request", "work has begun in Wonolo, so nothing is cancelled")
    same_seats = msgspec.structs.replace(posting.demand, workers=link.base.workers & posting.demand.workers)
    before = msgspec.structs.replace(link.base, workers=same_seats.workers)
    edits = this.edits(before, posting.demand)
    if edits:
        return _edited_and_deleted(this, wording.sentence(edits, "wonolo"), "wheniwork")
    write = Write(action="delete", kind="job_request", record=str(posting.id), payload={"state": "cancelled"})
    risk = spend(posting.demand, None, this.rules, posting)
    return change(this, write, risk=risk, precondition=_seen(link), hold=_COSTS if this.late else "")


def _edited_and_deleted(this: About, edit: str, deleted: System) -> Change:
    kept: System = "wheniwork" if deleted == "wonolo" else "wonolo"
    return remark(
        this.because(f"deleted in {NAMES[deleted]}, but changed since: {edit}"),
        "conflict",
        "job_request" if deleted == "wheniwork" else "shift",
        "an edited record is never deleted silently",
        choices=(f"delete it in {NAMES[kept]} too", f"create it in {NAMES[deleted]} again"),
    )


def _merged(link: LinkedDemand, posting: Posting, group: ShiftGroup, this: About) -> list[Change]:
    stage = stage_of(posting.demand, posting.seats, this.now, this.cutoff)
    merged = merge(link.base, posting.demand, group.demand, OWNERSHIP[stage])
    this = this.because(_cause(link.base, merged, this))
    changes = _to_wonolo(link, posting, merged, this) + _to_wheniwork(link, group, merged, this)
    return changes + _clashes(posting.demand, group.demand, merged, this) + _strays(group, this)


def _cause(base: Demand, merged: Mapping[Field, Merged], this: About) -> str:
    """Who changed what since both sides agreed, and whose edit lost where both did."""
    sentences = []
    for system in NAMES:
        values = {row.field: row.value for row in merged.values() if row.source == system}
        if values:
            edits = this.edits(base, msgspec.structs.replace(base, **values))
            sentences.append(wording.sentence(edits, system))
    lost = [row for row in merged.values() if row.outcome == "overruled" and row.source]
    sentences += [
        f"both sides changed {wording.label(row.field)}: {NAMES[row.source]} decides" for row in lost if row.source
    ]
    return "; ".join(sentences)


def _to_wonolo(link: LinkedDemand, posting: Posting, merged: Mapping[Field, Merged], this: About) -> list[Change]:
    now, ready = posting.demand, applied(posting.demand, merged, waiting=False)
    full = applied(posting.demand, merged, waiting=True)
    changes = [_posting_update(link, posting, ready, this)]
    changes += [_posting_update(link, msgspec.structs.replace(posting, demand=ready), full, this, hold=_NEEDS_YES)]
    for write in job_writes(posting, now.workers, ready):
        late = this.late and write.action == "release"
        changes.append(change(this, write, hold=_COSTS if late else ""))
    return [row for row in changes if row]


def _posting_update(link: LinkedDemand, posting: Posting, target: Demand, this: About, hold: str = "") -> Change | None:
    payload = job_request_changes(posting, target, this.rules)
    if not payload:
        return None
    touched = differing(posting.demand, target)
    write = Write(action="update", kind="job_request", record=str(posting.id), payload=payload, touched=touched)
    fields = this.edits(msgspec.structs.replace(posting.demand, workers=target.workers), target)
    risk = spend(posting.demand, target, this.rules, posting)
    return change(this, write, fields=fields, risk=risk, precondition=_seen(link), hold=hold)


def _to_wheniwork(link: LinkedDemand, group: ShiftGroup, merged: Mapping[Field, Merged], this: About) -> list[Change]:
    ready = applied(group.demand, merged, waiting=False)
    full = applied(group.demand, merged, waiting=True)
    writes = _shift_writes(link, group, ready, this)
    waiting = [write for write in _shift_writes(link, group, full, this) if write not in writes]
    return [_shift_change(link, group, write, ready, this) for write in writes] + [
        _shift_change(link, group, write, full, this, hold=_NEEDS_YES) for write in waiting
    ]


def _shift_writes(link: LinkedDemand, group: ShiftGroup, target: Demand, this: About) -> list[Write]:
    edits = [
        Write(
            action="update",
            kind="shift",
            record=str(shift.id),
            payload=payload,
            touched=differing(group.demand, target, but=("headcount", "workers")),
        )
        for shift in group.shifts
        if (payload := shift_changes(shift, group.demand, target, this.rules))
    ]
    return edits + shift_seat_writes(group, target, this.rules, digest((link.key, link.base)))


def _shift_change(
    link: LinkedDemand, group: ShiftGroup, write: Write, target: Demand, this: About, hold: str = ""
) -> Change:
    record = next((record for record in link.shifts if str(record["id"]) == write.record), None)
    same_seats = msgspec.structs.replace(target, workers=group.demand.workers, headcount=group.demand.headcount)
    fields = () if write.worker or write.seats else this.edits(group.demand, same_seats)
    return change(this, write, fields=fields, precondition=owned_digest("shift", record) if record else "", hold=hold)


def _clashes(wonolo: Demand, wheniwork: Demand, merged: Mapping[Field, Merged], this: About) -> list[Change]:
    names = [row.field for row in merged.values() if row.outcome == "clash"]
    if not names:
        return []
    differing = {name: getattr(wheniwork, name) for name in names}
    fields = this.edits(wonolo, msgspec.structs.replace(wonolo, **differing))
    choices = tuple(f"take {NAMES[system]}'s {wording.label(name)}" for name in names for system in NAMES)
    reason = "both sides differ, and nobody may overrule the other at this stage"
    if {"headcount", "workers"} <= set(names):
        reason = "there would be more workers than seats"
        choices = ("ask for more seats", "release a worker")
    return [remark(this, "conflict", "job_request", reason, fields=fields, choices=choices)]


def _strays(group: ShiftGroup, this: About) -> list[Change]:
    rows = []
    for shift in group.strayed:
        who = wording.person(shift.worker or "", this.people)
        moved = msgspec.structs.replace(
            group.demand, place=shift.place, skill=shift.skill, start=shift.start, end=shift.end
        )
        this = this.because(f"{who}'s seat alone moved to {wording.subject(moved, this.rules)} in When I Work")
        reason = "Wonolo cannot move one worker of a JobRequest"
        choices = ("move the seat back", "move the whole demand", f"release {who} and ask for the new time anew")
        rows.append(
            remark(this, "conflict", "shift", reason, record=str(shift.id), choices=choices, worker=shift.worker or "")
        )
    return rows


def _seen(link: LinkedDemand) -> str:
    return owned_digest("job_request", link.job_request or {})
