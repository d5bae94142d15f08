"""Records that we made with a database that is lost: they carry a marker of ours which no intent of this one has.

Such a marker proves nothing, as people copy it, but it is a reason to ask before anything is made beside the record.
"""

from collections.abc import Iterable

import msgspec

from mappings.adoption import DemandMatch
from mappings.demand import Posting
from mappings.matching import DIFFERENT, SAME, answer_to, told
from mappings.shifts import ShiftGroup
from sync.plan.about import About, remark
from sync.plan.conflicts import Choice, conflict
from sync.plan.gone import cancelled
from sync.plan.model import Change, marker_key
from sync.plan.reasons import because
from sync.plan.snapshot import LonePosting, Snapshot
from sync.plan.stakes import sent_home

_EVIDENCE = "one was made from the other, and moved since; the database that knew of it is lost"
_SCORE = 90


def traced(postings: Iterable[Posting], groups: Iterable[ShiftGroup], snapshot: Snapshot) -> list[DemandMatch]:
    """Return the pairs of which one carries the marker that we give to what is made from the other."""
    if not snapshot.strange:
        return []
    rows, found = list(groups), []
    for posting in postings:
        group = next((group for group in rows if _of_one_marker(posting, group, snapshot.strange)), None)
        pair = DemandMatch(posting, group, _EVIDENCE, _SCORE) if group else None
        answer = answer_to(pair, snapshot.decisions) if pair else None
        if pair and not (answer and answer.choice == DIFFERENT):
            sure = bool(answer and answer.choice == SAME)
            evidence = told(answer) if answer and sure else _EVIDENCE
            found.append(msgspec.structs.replace(pair, certain=sure, evidence=evidence))
    return found


def _of_one_marker(posting: Posting, group: ShiftGroup, strange: frozenset[str]) -> bool:
    request = f"job_request:{posting.id}"
    made = {marker_key(request, worker) for worker in ("open", *posting.demand.workers)}
    of_shift = {marker_key(f"shift:{shift.id}") for shift in group.shifts}
    markers = {shift.marker for shift in group.shifts if shift.marker in strange}
    return bool(made & markers) or (posting.marker in strange and posting.marker in of_shift)


def left_behind(posting: Posting, row: LonePosting, snapshot: Snapshot) -> list[Change] | None:
    """Return the question about a request of ours whose shifts are nowhere, or its cancellation; None to show it."""
    if posting.marker not in snapshot.strange:
        return None
    this = About(f"job_request:{posting.id}", posting.demand, snapshot, posting)
    this = this.because(
        "it carries a marker of ours, and the database that knew of it is lost", "trace", posting.marker
    )
    seats = posting.demand.headcount
    choices = (
        Choice("show", f"somebody wants it: its {seats} seat{'s' * (seats > 1)} are shown in When I Work"),
        Choice("cancel", "its shifts were deleted: cancel it", cost=sent_home(posting.demand.workers, this)),
    )
    waiting = remark(this, "conflict", "job_request", because("left behind"), record=str(posting.id))
    asked = conflict(waiting, choices)
    chosen = asked.chosen(this)
    if chosen is None:
        return [asked.remark]
    choice, answer = chosen
    if choice.code == "show":
        return None
    decided = this.decided_by(answer, choice.words, asked.remark.cause, posting.demand.workers)
    return [cancelled(row.job_request, posting, decided)]
