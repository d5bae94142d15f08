"""Planning a linked demand that cannot be read any more, as somebody moved it to what nobody mapped.

Who left one side is taken off the other; all else waits until it can be read, and that is no success. Of a side that
is gone, all have left.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime

import msgspec

from mappings import place as places
from mappings import skill as skills
from mappings.convert import moment, rfc2822
from mappings.demand import Posting, Seat, ends_at
from mappings.digest import owned_digest
from mappings.link import LinkedDemand
from mappings.model import Demand, Rules, Unmapped
from mappings.shifts import Shift
from sync.plan import wording
from sync.plan.about import About, change, remark
from sync.plan.gone import BEGUN, cancelled
from sync.plan.model import Change, Write
from sync.plan.reading import Reading, read_records, wonolo_demand
from sync.plan.reasons import because
from sync.plan.seats import release_job
from sync.plan.snapshot import Record
from sync.plan.to_wonolo import release

_LOST = "a shift of this demand is gone too, and the demand cannot be read: it may be the one"
_UNSURE = "the request was moved to what cannot be read, so it may be meant to stay"
_CANCELLED = "the JobRequest was cancelled in Wonolo"


def plan_unread(link: LinkedDemand, reason: str, this: About) -> list[Change]:
    """Plan who left, and name whoever is on it; work that is over is only mentioned."""
    if _is_over(link, this.snapshot.now):
        return [remark(this, "skip", "job_request", because("unmapped", reason))]
    read = _people_alone(link, this)
    gone, changes = _gone_or_left(link, read, this) if read else ("", [])
    on_it = sorted(_on_it(link, read) if read else link.base.workers)
    told = f"{reason}; {gone}" if gone else reason
    told = f"{told}; on it: {wording.names(on_it, this.people)}" if on_it else told
    return [remark(this, "blocked", "job_request", because("unread", told, who=tuple(on_it))), *changes]


def _on_it(link: LinkedDemand, read: Reading) -> frozenset[str]:
    """Return who holds a seat in Wonolo, or of those both sides agreed on in When I Work."""
    holders = read.live.demand.workers if read.live else frozenset()
    return holders | (link.base.workers & {shift.worker for shift in read.members})


def _is_over(link: LinkedDemand, now: datetime) -> bool:
    """Return True once every end has passed, as agreed and as the records have it; one nobody can read has not."""
    request = link.job_request
    try:
        ends = [ends_at(request)] if request and request.get("state") != "cancelled" else []
        ends += [moment(shift, "end_time") for shift in link.shifts]
    except ValueError:
        return False
    return max([link.base.end, *ends]) <= now


def _gone_or_left(link: LinkedDemand, read: Reading, this: About) -> tuple[str, list[Change]]:
    """Return which side is gone, in words, and what follows for the other; else who left one of them."""
    if read.live is None:
        this = this.because(_CANCELLED, "cancelled")
        return _CANCELLED, [_opened(link, row, this) for row in read.members if row.worker in link.base.workers]
    if read.members:
        return "", [*_left(link, read.live, read, this)]
    how = ", ".join(sorted(set(read.losses))) or "deleted"
    words = f"all its shifts in When I Work are gone ({how})"
    return words, _cancellation(link, read.live, this.because(words, "shifts gone", set(read.losses)))


def _cancellation(link: LinkedDemand, live: Posting, this: About) -> list[Change]:
    """The cancellation of a request without shifts, for a yes: what else was meant by it nobody can read."""
    posting = wonolo_demand(live, link.base, this.rules)
    this = msgspec.structs.replace(this, posting=posting, demand=posting.demand)
    if this.stage(posting) in BEGUN:
        return []
    row = cancelled(link.job_request, posting, this)
    return [msgspec.structs.replace(row, verdict="hold", reason=row.reason or _UNSURE)]


def as_agreed(link: LinkedDemand, rules: Rules) -> LinkedDemand:
    """The link with its records as both sides agreed on them, but for who holds seats, and times that can be read.

    Raises KeyError if nobody can tell.
    """
    base, request = link.base, link.job_request
    return msgspec.structs.replace(
        link,
        job_request={**request, **_request_fields(request, base, rules)} if request else None,
        shifts=tuple({**shift, **_shift_fields(shift, base, rules)} for shift in link.shifts),
    )


def _request_fields(request: Record, base: Demand, rules: Rules) -> Record:
    times = {"start_time": base.start.isoformat(), "duration": base.minutes}
    with suppress(ValueError):
        ends_at(request)
        times = {}
    return {
        **times,
        "slots": base.headcount,
        **places.job_request_fields(rules.place(base.place)),
        **skills.job_request_fields(rules.skill(base.skill)),
    }


def _shift_fields(shift: Record, base: Demand, rules: Rules) -> Record:
    times = {"start_time": rfc2822(base.start), "end_time": rfc2822(base.end)}
    with suppress(ValueError):
        times = {name: shift[name] for name in times if moment(shift, name)}
    return {
        **times,
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
            who = wording.person(shift.worker or "", this.people)
            yield _opened(link, shift, this.because(f"{who} left in Wonolo", "left", "wonolo", shift.worker))
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
    return change(this, write, precondition=owned_digest("shift", record))


def _released(link: LinkedDemand, posting: Posting, seat: Seat, this: About, doubt: str) -> Change:
    gone = this.because(
        f"{wording.person(seat.worker, this.people)} left in When I Work", "left", "wheniwork", seat.worker
    )
    row = release(link, posting, release_job(seat), gone)
    return msgspec.structs.replace(row, verdict="hold", reason=doubt) if doubt and row.verdict == "do" else row
