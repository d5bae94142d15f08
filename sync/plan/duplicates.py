"""Requests that we created twice: an answer was lost, the request was sent again, and then both turned up."""

from collections.abc import Iterable

import msgspec

from mappings.demand import Posting, read_posting
from mappings.digest import owned_digest
from mappings.model import Unmapped
from mappings.shifts import Slot, slot_of
from sync.plan import wording
from sync.plan.about import About, change, remark
from sync.plan.model import Change, Write
from sync.plan.pay import spend
from sync.plan.reasons import because
from sync.plan.snapshot import LonePosting, Snapshot
from sync.plan.stakes import sent_home, stays

Row = tuple[Posting, LonePosting]


def told_apart(rows: Iterable[Row], snapshot: Snapshot) -> tuple[list[Row], list[Change]]:
    """The postings that are demands of their own, and the cancellations of those that repeat an older one of ours.

    Two of ours are the same when they carry one marker at one place and time; a copy for another day, made by hand
    with the marker in its name, is a demand.
    """
    ours = sorted(rows, key=lambda pair: pair[0].id)
    first = _linked(snapshot) if ours else {}
    own, again = [], []
    for posting, row in ours:
        older = (
            first.setdefault((posting.marker, slot_of(posting.demand)), posting.id) if posting.marker else posting.id
        )
        if older == posting.id:
            own.append((posting, row))
        else:
            again.append(_cancelled(posting, row, older, snapshot))
    return own, again


def _linked(snapshot: Snapshot) -> dict[tuple[str | None, Slot], int]:
    """The requests of links, by marker, place and time."""
    found: dict[tuple[str | None, Slot], int] = {}
    for link in snapshot.links:
        try:
            posting = read_posting(link.job_request, link.jobs, snapshot.rules, link.base) if link.job_request else None
        except Unmapped:
            continue
        if posting and posting.marker and not posting.cancelled:
            found[posting.marker, slot_of(posting.demand)] = posting.id
    return found


def _cancelled(posting: Posting, row: LonePosting, older: int, snapshot: Snapshot) -> Change:
    key = f"job_request:{posting.id}"
    this = About(key, posting.demand, snapshot, posting).because(
        f"it repeats request {older}, marker and all: an answer of Wonolo's was lost, and it was posted twice",
        "repeats",
        older,
    )
    if key in snapshot.busy:
        return remark(this, "blocked", "job_request", because("busy", snapshot.busy[key]))
    seated = posting.demand.workers
    hold = this.costs(seated)
    if seated and not hold:
        hold = f"{wording.names(seated, this.people)} would lose a seat"
    write = Write(action="delete", kind="job_request", record=str(posting.id), payload={"state": "cancelled"})
    risk = msgspec.structs.replace(spend(posting.demand, None, this.rules, posting), fee_cents=this.fee(len(seated)))
    seen = owned_digest("job_request", row.job_request)
    costs = (sent_home(seated, this), stays(seated, this))
    return msgspec.structs.replace(change(this, write, risk=risk, precondition=seen, hold=hold), costs=costs)
