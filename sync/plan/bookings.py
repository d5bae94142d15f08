"""Nobody can be in two places: seats that would book somebody twice are not given, those that do are told of."""

from collections.abc import Iterable

import msgspec

from mappings.bookings import Booking
from mappings.demand import Posting
from mappings.model import Demand
from mappings.shifts import Shift, ShiftGroup
from sync.plan import wording
from sync.plan.about import About, remark
from sync.plan.model import Change
from sync.plan.reasons import Reason, because

Own = frozenset[tuple[str, int]]
"""The records of a demand itself, by kind and id."""

_WHERE = {
    "shift": "shift {} in When I Work",
    "job_request": "request {} in Wonolo",
    "time_off": "time off in When I Work",
}


def own_records(posting: Posting, group: ShiftGroup | None = None) -> Own:
    """What of a demand is no other booking of its workers."""
    shifts = (*group.shifts, *group.strayed) if group else ()
    return frozenset({("job_request", posting.id), *(("shift", shift.id) for shift in shifts)})


def taken_elsewhere(workers: Iterable[str], demand: Demand, own: Own, this: About) -> dict[str, Reason]:
    """Which of the workers are taken while the demand lasts, and by what, with what to do about it."""
    found = {worker: _elsewhere(worker, demand, own, this) for worker in sorted(workers)}
    return {worker: reason for worker, reason in found.items() if reason}


def _elsewhere(worker: str, demand: Demand, own: Own, this: About) -> Reason | None:
    for booking in this.snapshot.booked.get(worker, ()):
        if (booking.kind, booking.record) not in own and booking.overlaps(demand.start, demand.end):
            who = wording.person(worker, this.people)
            off = "or end the time off" if booking.kind == "time_off" else "or off the other"
            taken = is_taken(who, booking, this.rules.zone(demand.place))
            said = f"{taken}; take {who} off this one, {off}"
            told = {"kind": booking.kind, "record": booking.record, "start": booking.start, "end": booking.end}
            return because("taken elsewhere", said, who=worker, **told)
    return None


def is_taken(who: str, booking: Booking, zone: str) -> str:
    """That somebody is taken, and by what, as the beginning of a reason."""
    return f"{who} is taken at that time: {_told(booking, zone)}"


def _told(booking: Booking, zone: str) -> str:
    where = _WHERE[booking.kind].format(booking.record)
    start, end = wording.wall(booking.start, zone), wording.wall(booking.end, zone)
    end = end.removeprefix(start[: -len("00:00")])  # the day is told once
    return f"{booking.what}, {start}-{end} ({where})" if booking.what else f"{where}, {start}-{end}"


def about_to_go(posting: Posting, group: ShiftGroup, this: About) -> list[Change]:
    """Seats of both sides whose holder asked to give the shift away, which a manager of When I Work decides."""
    swaps = this.snapshot.swaps
    seats = [shift for shift in (*group.shifts, *group.strayed) if shift.worker in posting.demand.workers]
    return [_may_not_come(shift, swaps[shift.id], this) for shift in seats if shift.id in swaps]


def _may_not_come(shift: Shift, swap: str, this: About) -> Change:
    worker = str(shift.worker)
    reason = because("may not come", f"{wording.person(worker, this.people)} may not come: {swap}", who=worker)
    return remark(this, "skip", "shift", reason, record=str(shift.id), worker=worker)


def twice_booked(posting: Posting, group: ShiftGroup, this: About) -> list[Change]:
    """Workers who already hold a seat on both sides, and are taken elsewhere at the same time."""
    seated = posting.demand.workers & group.demand.workers
    found = taken_elsewhere(seated, group.demand, own_records(posting, group), this)
    return [
        remark(this, "skip", "shift", msgspec.structs.replace(reason, code="twice booked"), worker=worker)
        for worker, reason in found.items()
    ]
