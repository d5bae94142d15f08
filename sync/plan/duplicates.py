"""Requests with one marker at one place and time: a copy that a person made, or one of ours that was posted twice.

People copy requests, markers included, so that a marker proves nothing by itself. A request that we sent once cannot be
there twice: another with its marker is a copy, and a demand of its own. Whether a person copied one that was sent more
than once, or of which we do not know, is a question.
"""

from collections.abc import Iterable

import msgspec

from mappings.demand import Posting, read_posting
from mappings.digest import owned_digest
from mappings.matching import DIFFERENT, SAME
from mappings.model import Unmapped
from mappings.shifts import Slot, slot_of
from sync.plan.about import About, change, remark
from sync.plan.conflicts import Choice, Conflict, conflict
from sync.plan.model import Change, Write
from sync.plan.pay import spend
from sync.plan.reasons import because
from sync.plan.sight import Row
from sync.plan.snapshot import LonePosting, Snapshot
from sync.plan.stakes import sent_home, stays


class Told(msgspec.Struct, frozen=True):
    """The postings that are demands of their own, what is asked or done about others, and decisions by posting."""

    own: tuple[Row, ...]
    changes: tuple[Change, ...] = ()
    decided: dict[int, str] = {}


class _First(msgspec.Struct, frozen=True):
    """The request that a marker was seen on first, and whether we know that we sent it once."""

    id: int
    sent_once: bool = False


def told_apart(rows: Iterable[Row], snapshot: Snapshot) -> Told:
    """Tell copies from demands that may have been posted twice; a copy for another day is a demand in any case."""
    ours = sorted(rows, key=lambda pair: pair[0].id)
    first = _linked(snapshot) if any(posting.marker for posting, _ in ours) else {}
    own: list[Row] = []
    changes: list[Change] = []
    decided: dict[int, str] = {}
    for posting, row in ours:
        older = first.setdefault((posting.marker, slot_of(posting.demand)), _First(posting.id))
        if not posting.marker or older.id == posting.id or older.sent_once:
            own.append((posting, row))
            continue
        asked, this = _asked(posting, older.id, snapshot)
        if this.link in snapshot.busy:
            changes.append(remark(this, "blocked", "job_request", because("busy", snapshot.busy[this.link])))
            continue
        chosen = asked.chosen(this)
        if chosen is None:
            changes.append(asked.remark)
        elif chosen[0] == asked.choices[0]:
            words = f"posted twice, as request {older.id}"
            changes.append(_cancelled(posting, row, this.decided_by(chosen[1], words, asked.remark.cause)))
        else:
            own.append((posting, row))
            decided[posting.id] = chosen[1].key
    return Told(tuple(own), tuple(changes), decided)


def _linked(snapshot: Snapshot) -> dict[tuple[str | None, Slot], _First]:
    """The requests of links, by marker, place and time."""
    found: dict[tuple[str | None, Slot], _First] = {}
    for link in snapshot.links:
        try:
            posting = read_posting(link.job_request, link.jobs, snapshot.rules, link.base) if link.job_request else None
        except Unmapped:
            continue
        if posting and posting.marker and not posting.cancelled:
            sent_once = snapshot.sent.get(link.key) == 1
            found[posting.marker, slot_of(posting.demand)] = _First(posting.id, sent_once)
    return found


def _asked(posting: Posting, older: int, snapshot: Snapshot) -> tuple[Conflict, About]:
    this = About(f"job_request:{posting.id}", posting.demand, snapshot, posting)
    cause = f"request {posting.id} has the marker of request {older}, the same place and time"
    this = this.because(cause, "repeats", older)
    seats = posting.demand.headcount
    who = posting.demand.workers
    again = f"{SAME}: it was posted twice; request {posting.id} is cancelled"
    copied = f"{DIFFERENT}: somebody copied it; its {seats} seat{'s' * (seats > 1)} are shown in When I Work"
    choices = (
        Choice(SAME, again, sent_home=who, cost=sent_home(who, this)),
        Choice(DIFFERENT, copied, cost=stays(who, this)),
    )
    return conflict(remark(this, "conflict", "job_request", because("copied"), record=str(posting.id)), choices), this


def _cancelled(posting: Posting, row: LonePosting, this: About) -> Change:
    write = Write(action="delete", kind="job_request", record=str(posting.id), payload={"state": "cancelled"})
    fee = this.fee(len(posting.demand.workers))
    risk = msgspec.structs.replace(spend(posting.demand, None, this.rules, posting), fee_cents=fee)
    return change(this, write, risk=risk, precondition=owned_digest("job_request", row.job_request))
