"""Planning a linked demand: merge both sides, and spell the differences as changes."""

from collections.abc import Iterable, Mapping

import msgspec

from mappings.demand import Posting
from mappings.digest import owned_digest
from mappings.link import LinkedDemand
from mappings.model import NAMES, Demand, Unmapped
from mappings.ownership import Field
from mappings.shifts import Lone, Shift, ShiftGroup, shift_changes, slot_of
from sync.plan import wording
from sync.plan.about import About, Shown, change, remark
from sync.plan.bookings import about_to_go, own_records, taken_elsewhere, twice_booked
from sync.plan.conflicts import clash, doubles, strays
from sync.plan.gone import both_gone, posting_gone, shifts_gone
from sync.plan.live import asked, beside_merge, is_cancelled
from sync.plan.merge import Merged, applied, differing, merge
from sync.plan.model import Change, Plain, Write, digest
from sync.plan.over import settled_as_it_is
from sync.plan.reading import NO_ONE, Sides, together, wonolo_demand
from sync.plan.reasons import because
from sync.plan.seats import shift_seat_writes
from sync.plan.seen import last_changed
from sync.plan.snapshot import Snapshot
from sync.plan.to_wonolo import to_wonolo, why_it_waits
from sync.plan.unread import plan_unread
from sync.plan.workers import without_user


class LinkPlan(msgspec.Struct, frozen=True):
    """The changes of one link, the shifts it counts as its own, and whether both sides can be read and compared.

    Of work that is `over` the sides stay as they are, also where they differ.
    """

    changes: tuple[Change, ...]
    shifts: tuple[Shift, ...] = ()
    comparable: bool = False
    over: bool = False


def plan_link(link: LinkedDemand, snapshot: Snapshot, lone: Lone) -> LinkPlan:
    """Plan one linked demand; a record that cannot be read makes it a remark, never an error."""
    this = About(link.key, link.base, snapshot)
    beside = tuple(lone.get(slot_of(link.base), ()))
    if link.key in snapshot.busy:
        return LinkPlan((remark(this, "blocked", "job_request", because("busy", snapshot.busy[link.key])),), beside)
    try:
        sides = together(snapshot.reading(link), link.base, lone)
    except Unmapped as reason:
        return LinkPlan(tuple(plan_unread(link, str(reason), this)), beside)
    shifts = (*sides.group.shifts, *sides.group.strayed) if sides.group else ()
    over = bool(sides.posting or sides.group) and this.is_over(sides.posting, sides.group)
    try:
        changes = tuple(_changes(link, sides, this))
        if over:
            return LinkPlan(settled_as_it_is(changes, sides, this), shifts, comparable=True, over=True)
    except Unmapped as reason:  # readable, but the other system cannot be told
        return LinkPlan((remark(this, "blocked", "job_request", because("unspoken", str(reason))),), shifts)
    return LinkPlan(changes, shifts, bool(sides.posting and sides.group))


def departed(link: LinkedDemand, snapshot: Snapshot) -> tuple[Shift, ...]:
    """The open shifts that a person moved out of a linked demand: they join another, or found one."""
    try:
        read = snapshot.reading(link)
    except Unmapped:
        return ()
    if link.key in snapshot.busy or len({shift.slot for shift in read.members}) < 2:  # side by side, nobody left
        return ()
    return together(read, link.base, NO_ONE).left


def _changes(link: LinkedDemand, sides: Sides, this: About) -> list[Change]:
    if sides.posting and sides.group:
        posting = wonolo_demand(sides.posting, link.base, this.rules, sides.group)
        return _merged(
            link, posting, sides.group, msgspec.structs.replace(this, demand=posting.demand, posting=posting)
        )
    this = msgspec.structs.replace(this, seen=last_changed(link, this.rules.zone(link.base.place)))
    if sides.posting:
        posting = wonolo_demand(sides.posting, link.base, this.rules)
        this = msgspec.structs.replace(this, demand=posting.demand, posting=posting)
        return shifts_gone(link, posting, sides.losses, this)
    return posting_gone(link, sides.group, this) if sides.group else [both_gone(this)]


def _merged(link: LinkedDemand, posting: Posting, group: ShiftGroup, this: About) -> list[Change]:
    rights = this.snapshot.policy.ownership.demand[this.stage(posting, group.demand)]
    merged = merge(link.base, posting.demand, group.demand, rights)
    cause, basis = _cause(link.base, posting.demand, group.demand, merged, this)
    seen = last_changed(link, this.rules.zone(link.base.place), cause)
    this = msgspec.structs.replace(this.because(cause, *basis), seen=seen)
    target = applied(group.demand, merged, waiting=False)
    question = asked(link, posting, group, merged, this)
    conflicts = [
        *([question.conflict] if question else []),
        *clash(posting, group.demand, merged, rights, this),
        *strays(group, target, rights, this),
        *doubles(group, target, merged, rights, this),
    ]
    answered = next(((row, *chosen) for row in conflicts if (chosen := row.chosen(this))), None)
    merged = question.without(merged) if question else merged
    if answered is None:
        return [*_both(link, posting, group, merged, this), *(row.remark for row in conflicts)]
    conflict, choice, answer = answered  # one at a time: each may change what the others are about
    anyway = {row.effect: row for row in _both(link, posting, group, merged, this)}
    this = this.decided_by(answer, choice.words, conflict.remark.cause, choice.sent_home)
    writes = [_shift_change(link, write, None, this) for write in choice.writes]
    if question and conflict == question.conflict:
        writes += beside_merge(question, choice, link, posting, this)
        if is_cancelled(choice):
            return writes
    rows = writes + _both(link, posting, choice.rest(group), choice.over(merged), this)
    return [anyway.get(row.effect, row) for row in rows]  # what would be done anyway has a cause of its own


def _both(
    link: LinkedDemand, posting: Posting, group: ShiftGroup, merged: Mapping[Field, Merged], this: About
) -> list[Change]:
    return [
        *to_wonolo(link, posting, group, merged, this),
        *_to_wheniwork(link, posting, group, merged, this),
        *twice_booked(posting, group, this),
        *about_to_go(posting, group, this),
    ]


def _cause(
    base: Demand, wonolo: Demand, wheniwork: Demand, merged: Mapping[Field, Merged], this: About
) -> tuple[str, list[Plain]]:
    """Return who changed what since both sides agreed, and whose edit lost where both did: in words, and as values."""
    moved = [row.field for row in merged.values() if row.outcome != "same"]
    sentences, values = [], list[Plain]()
    for system in NAMES:
        side = wonolo if system == "wonolo" else wheniwork
        there = msgspec.structs.replace(base, **{name: getattr(side, name) for name in moved})
        edits = this.edits(base, there)
        if edits:
            sentences.append(wording.sentence(edits, system))
            values.append((system, this.differences(base, there)))
    sentences += [
        f"both sides changed {wording.label(row.field)}: {NAMES[row.source]} decides"
        for row in merged.values()
        if row.outcome == "overruled" and row.source
    ]
    values += [(row.field, row.source) for row in merged.values() if row.outcome == "overruled" and row.source]
    return "; ".join(sentences), values


def _to_wheniwork(
    link: LinkedDemand, posting: Posting, group: ShiftGroup, merged: Mapping[Field, Merged], this: About
) -> Iterable[Change]:
    now, ready = group.demand, applied(group.demand, merged, waiting=False)
    full = applied(group.demand, merged, waiting=True)
    coming = ready.workers - now.workers
    barred = taken_elsewhere(coming, ready, own_records(posting, group), this) | without_user(coming, this.snapshot)
    for key, reason in barred.items():
        yield remark(this, "blocked", "shift", reason, worker=key)
    seated = msgspec.structs.replace(ready, workers=ready.workers - barred.keys())
    writes = [*_edits(group, now, ready, this), *_seats(link, group, seated, this)]
    for write in writes:
        yield _shift_change(link, write, this.shown(now, _keeping_seats(ready, now)), this)
    if full == ready:
        return
    later = msgspec.structs.replace(seated, headcount=full.headcount)
    waiting = [*_edits(group, ready, full, this), *_seats(link, group, later, this)]
    for write in waiting:
        if write not in writes:
            shown = this.shown(ready, _keeping_seats(full, ready))
            yield _shift_change(link, write, shown, this, hold=why_it_waits(posting, group, this))


def _keeping_seats(target: Demand, now: Demand) -> Demand:
    return msgspec.structs.replace(target, workers=now.workers, headcount=now.headcount)


def _edits(group: ShiftGroup, now: Demand, target: Demand, this: About) -> Iterable[Write]:
    touched = differing(now, target, but=("headcount", "workers"))
    for shift in (*group.shifts, *group.strayed):
        stays = shift in group.strayed or shift.slot == slot_of(target)
        before, after = (_where(shift, side) if stays else side for side in (now, target))
        payload = shift_changes(shift, before, after, this.rules)
        if payload:
            yield Write(action="update", kind="shift", record=str(shift.id), payload=payload, touched=touched)


def _where(shift: Shift, demand: Demand) -> Demand:
    """The demand at the place and time of a seat that strayed, or was moved already: of an edit it takes the rest."""
    return msgspec.structs.replace(demand, place=shift.place, skill=shift.skill, start=shift.start, end=shift.end)


def _seats(link: LinkedDemand, group: ShiftGroup, target: Demand, this: About) -> list[Write]:
    return shift_seat_writes(group, target, this.rules, digest((link.key, link.base)))


def _shift_change(link: LinkedDemand, write: Write, shown: Shown | None, this: About, hold: str = "") -> Change:
    record = next((record for record in link.shifts if str(record["id"]) == write.record), None)
    shown = shown if write.touched else None
    return change(this, write, shown=shown, precondition=owned_digest("shift", record) if record else "", hold=hold)
