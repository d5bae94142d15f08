"""Planning a linked demand that cannot be read any more, as somebody moved it to what nobody mapped.

Who left one side is taken off the other; all else waits until it can be read, and that is no success.
"""

from collections.abc import Iterator

import msgspec

from mappings import place as places
from mappings import skill as skills
from mappings.convert import rfc2822
from mappings.demand import Posting, Seat
from mappings.digest import owned_digest
from mappings.link import LinkedDemand
from mappings.model import Demand, Rules, Unmapped
from mappings.shifts import Shift
from sync.plan import wording
from sync.plan.about import About, change, remark
from sync.plan.model import Change, Write
from sync.plan.reading import Reading, read_records, wonolo_demand
from sync.plan.reasons import because
from sync.plan.seats import release_job
from sync.plan.snapshot import Record
from sync.plan.to_wonolo import release

_LOST = "a shift of this demand is gone too, and the demand cannot be read: it may be the one"


def plan_unread(link: LinkedDemand, reason: str, this: About) -> list[Change]:
    """Plan who left, and name whoever is on it; work that is over is only mentioned."""
    read = _people_alone(link, this)
    holders = read.live.demand.workers if read and read.live else frozenset()
    if this.snapshot.now >= link.base.end:
        return [remark(this, "skip", "job_request", because("unmapped", reason))]
    changes = [*_left(link, read.live, read, this)] if read and read.live else []
    on_it = sorted(link.base.workers | holders)
    told = f"{reason}; on it: {wording.names(on_it, this.people)}" if on_it else reason
    return [remark(this, "blocked", "job_request", because("unread", told, who=tuple(on_it))), *changes]


def as_agreed(link: LinkedDemand, rules: Rules) -> LinkedDemand:
    """The link with its records as both sides agreed on them, but for who holds seats; KeyError if nobody can tell."""
    base, request = link.base, link.job_request
    return msgspec.structs.replace(
        link,
        job_request={**request, **_request_fields(base, rules)} if request else None,
        shifts=tuple({**shift, **_shift_fields(base, rules)} for shift in link.shifts),
    )


def _request_fields(base: Demand, rules: Rules) -> Record:
    told = {"start_time": base.start.isoformat(), "duration": base.minutes, "slots": base.headcount}
    return {
        **told,
        **places.job_request_fields(rules.place(base.place)),
        **skills.job_request_fields(rules.skill(base.skill)),
    }


def _shift_fields(base: Demand, rules: Rules) -> Record:
    return {
        "start_time": rfc2822(base.start),
        "end_time": rfc2822(base.end),
        **places.shift_fields(rules.place(base.place)),
        **skills.shift_fields(rules.skill(base.skill)),
    }


def _people_alone(link: LinkedDemand, this: About) -> Reading | None:
    try:
        return read_records(as_agreed(link, this.rules), this.rules, this.snapshot.users)
    except (KeyError, Unmapped):
        return None


def _left(link: LinkedDemand, live: Posting, read: Reading, this: About) -> Iterator[Change]:
    """Workers both sides agreed on whom one of them does not have any more are taken off the other, too."""
    posting = wonolo_demand(live, link.base, this.rules)
    this = msgspec.structs.replace(this, posting=posting, demand=posting.demand)
    if this.snapshot.policy.ownership.demand[this.stage(posting)]["workers"].owner is None:
        return
    seated = {shift.worker for shift in read.members}
    for shift in read.members:
        if shift.worker in link.base.workers - posting.demand.workers:
            yield _opened(link, shift, this)
    lost = bool(read.losses) or sum(shift.seats for shift in read.members) < link.base.headcount
    for seat in posting.seats:
        if seat == posting.seat_of(seat.worker) and seat.worker in link.base.workers - seated:
            yield _released(link, posting, seat, this, _LOST if lost else "")


def _opened(link: LinkedDemand, shift: Shift, this: About) -> Change:
    """A seat that is opened again where it is now, wherever that is."""
    record = next(row for row in link.shifts if str(row["id"]) == str(shift.id))
    where = {name: record.get(name) for name in ("start_time", "end_time", "location_id")}
    who = str(shift.worker)
    write = Write(action="release", kind="shift", record=str(shift.id), worker=who, payload={**where, "user_id": 0})
    gone = this.because(f"{wording.person(who, this.people)} left in Wonolo", "left", "wonolo", who)
    return change(gone, write, precondition=owned_digest("shift", record))


def _released(link: LinkedDemand, posting: Posting, seat: Seat, this: About, doubt: str) -> Change:
    gone = this.because(
        f"{wording.person(seat.worker, this.people)} left in When I Work", "left", "wheniwork", seat.worker
    )
    row = release(link, posting, release_job(seat), gone)
    return msgspec.structs.replace(row, verdict="hold", reason=doubt) if doubt and row.verdict == "do" else row
