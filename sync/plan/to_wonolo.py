"""What Wonolo must be told of a merged demand: its fields, who is taken off it, and who is given a seat."""

from collections.abc import Iterable, Mapping, Sequence

import msgspec

from mappings.demand import OVER, Posting, job_request_changes
from mappings.digest import owned_digest
from mappings.link import LinkedDemand
from mappings.model import Demand, Stage
from mappings.ownership import Field
from mappings.shifts import ShiftGroup
from sync.plan import wording
from sync.plan.about import About, change, remark
from sync.plan.bookings import own_records, taken_elsewhere
from sync.plan.deciding import is_approved, is_refused
from sync.plan.merge import Merged, applied, differing
from sync.plan.model import Change, Write
from sync.plan.pay import spend
from sync.plan.reasons import because
from sync.plan.seats import job_writes
from sync.plan.stakes import sent_home, stays

_TOO_NEAR = "the start is too near to change this without a yes"
_ASKED_FOR = "by [ownership] in the configuration this is not changed without a yes"


def to_wonolo(
    link: LinkedDemand, posting: Posting, group: ShiftGroup, merged: Mapping[Field, Merged], this: About
) -> Iterable[Change]:
    """The changes that make a JobRequest mean the merged demand; what waits for a yes is planned after the rest."""
    ready = applied(posting.demand, merged, waiting=False)
    full = applied(posting.demand, merged, waiting=True)
    twice = taken_elsewhere(ready.workers - posting.demand.workers, ready, own_records(posting, group), this)
    writes = [write for write in job_writes(posting, ready) if write.worker not in twice]
    updates = list(_update(link, posting, ready, this))
    releases = [release(link, posting, write, this) for write in writes if write.action == "release"]
    seated = len(posting.demand.workers) - sum(row.verdict == "do" for row in releases)
    updates = [_along(row, releases, this) if row.payload.get("slots", seated) < seated else row for row in updates]
    later = list(
        _update(link, msgspec.structs.replace(posting, demand=ready), full, this, why_it_waits(posting, group, this))
    )
    if full == msgspec.structs.replace(ready, headcount=full.headcount):
        later = [_along(row, releases, this) for row in later]
    blocked = [remark(this, "blocked", "job", reason, worker=key) for key, reason in twice.items()]
    free = _free(posting, ready, updates, releases, this)
    assigned = _assignments((write for write in writes if write.action == "assign"), free, this)
    return [*updates, *later, *blocked, *releases, *assigned]


def why_it_waits(posting: Posting, group: ShiftGroup, this: About) -> str:
    """Why an edit waits for a yes."""
    return _ASKED_FOR if this.stage(posting, group.demand) is Stage.OPEN else _TOO_NEAR


def _update(link: LinkedDemand, posting: Posting, target: Demand, this: About, hold: str = "") -> Iterable[Change]:
    payload = job_request_changes(posting, target, this.rules)
    if payload:
        write = Write(
            action="update",
            kind="job_request",
            record=str(posting.id),
            payload=payload,
            touched=differing(posting.demand, target, but=("workers",)),
            seats=target.headcount - posting.demand.headcount,
        )
        shown = this.shown(msgspec.structs.replace(posting.demand, workers=target.workers), target)
        risk = spend(posting.demand, target, this.rules, posting)
        seen = owned_digest("job_request", link.job_request or {})
        row = change(this, write, shown=shown, risk=risk, precondition=seen, hold=hold)
        yield msgspec.structs.replace(row, costs=_changed(write, posting, this))


def _changed(write: Write, posting: Posting, this: About) -> tuple[str, str]:
    """Return what a yes and a no mean to those who hold a seat of a changed request."""
    if not posting.demand.workers or set(write.touched) <= {"headcount", "title"}:
        return "Wonolo offers it as changed", "Wonolo offers it as before"
    who = wording.both(posting.demand.workers, this.people)
    return f"{who} must come as changed", f"{who} may come as before"


def _along(row: Change, releases: Sequence[Change], this: About) -> Change:
    """Fewer seats, because of people who are taken off them: one answer is for both, and neither is done alone.

    Wonolo would offer a seat that is free to others, and cannot have fewer seats than people on them.
    """
    held = [release for release in releases if release.verdict == "hold"]
    if not held or (-row.seats > len(held) and row.verdict == "hold"):
        return row
    if all(is_approved(release, this.snapshot) for release in held):
        return msgspec.structs.replace(row, verdict="do", reason="")
    who = wording.names([release.worker for release in held], this.people)
    if any(is_refused(release, this.snapshot) for release in held):
        return msgspec.structs.replace(row, verdict="skip", reason=f"{who} stays, and so does the seat")
    return msgspec.structs.replace(
        row, verdict="blocked", reason=f"goes with taking {who} off: what is decided of that counts"
    )


def release(link: LinkedDemand, posting: Posting, write: Write, this: About) -> Change:
    """A Job that is taken back; one whose work is over stays."""
    seat = posting.seat_of(write.worker)
    if seat and seat.state in OVER:
        return remark(this, "skip", "job", because("work done", who=write.worker), worker=write.worker)
    job = next(record for record in link.jobs if str(record["id"]) == write.record)
    gone = frozenset({write.worker})
    costs = (sent_home(gone, this), stays(gone, this))
    row = change(this, write, hold=this.costs(gone), precondition=owned_digest("job", job))
    return msgspec.structs.replace(row, costs=costs)


def _free(posting: Posting, ready: Demand, updates: Iterable[Change], releases: Iterable[Change], this: About) -> int:
    """How many slots are free for who comes, once what waits for nobody and was not refused is done."""
    refused = any(is_refused(row, this.snapshot) for row in updates)
    seats = (posting.demand if refused else ready).headcount
    gone = [row for row in releases if row.verdict == "do" and not is_refused(row, this.snapshot)]
    return seats - len(posting.demand.workers) + len(gone)


def _assignments(writes: Iterable[Write], free: int, this: About) -> Iterable[Change]:
    """As many assignments as there are free slots."""
    for place, write in enumerate(writes):
        if place < free:
            yield change(this, write)
            continue
        yield remark(this, "blocked", "job", because("no free slot", who=write.worker), worker=write.worker)
