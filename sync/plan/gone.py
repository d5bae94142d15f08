"""Planning a linked demand of which one side is gone: it goes on the other side too, unless it was edited there."""

from collections.abc import Callable
from typing import Any

import msgspec

from mappings.demand import Posting
from mappings.digest import owned_digest
from mappings.link import LinkedDemand
from mappings.model import NAMES, Stage, System
from mappings.shifts import Shift, ShiftGroup
from sync.plan import wording
from sync.plan.about import About, change, remark
from sync.plan.conflicts import Choice, conflict
from sync.plan.model import Change, Write
from sync.plan.pay import spend
from sync.plan.reasons import because
from sync.plan.snapshot import Record
from sync.plan.stakes import sent_home, stays

BEGUN = frozenset({Stage.RUNNING, Stage.DONE, Stage.SETTLED})
"""The stages in which a demand can be cancelled no more."""


def both_gone(this: About) -> Change:
    """Both sides are gone: the link is forgotten."""
    return _forget(this.because("gone on both sides", "both gone"))


def posting_gone(link: LinkedDemand, group: ShiftGroup, this: About) -> list[Change]:
    """The JobRequest was cancelled: the shifts go too, unless somebody edited them since."""
    edits = this.edits(link.base, group.demand)
    if edits or group.strayed:
        edit = wording.sentence(edits, "wheniwork") if edits else "a seat moved away from the others in When I Work"
        alone = [(shift.id, shift.slot) for shift in group.strayed]
        edited = _Edited(
            edit, (*this.differences(link.base, group.demand), *alone), again=this.price(None, group.demand)
        )
        return _edited_and_deleted(this, edited, "wonolo", lambda decided: _delete_all(link, group, decided))
    return _delete_all(
        link,
        group,
        this.because("the JobRequest was cancelled in Wonolo; nobody changed the shifts since", "cancelled"),
    )


def _delete_all(link: LinkedDemand, group: ShiftGroup, this: About) -> list[Change]:
    records = {str(record["id"]): record for record in link.shifts}
    return [
        change(this, _delete(shift), precondition=owned_digest("shift", records[str(shift.id)]))
        for shift in (*group.shifts, *group.strayed)
        if str(shift.id) in records
    ]


def _delete(shift: Shift) -> Write:
    worker = shift.worker or ""
    return Write(action="delete", kind="shift", record=str(shift.id), worker=worker, seats=-shift.seats, payload={})


def shifts_gone(link: LinkedDemand, posting: Posting, losses: tuple[str, ...], this: About) -> list[Change]:
    """No shift is left: the JobRequest is cancelled, unless it was edited, somebody joined it, or work has begun."""
    how = ", ".join(sorted(set(losses))) or "deleted"
    this = this.because(f"all its shifts in When I Work are gone ({how})", "shifts gone", set(losses))
    if this.stage(posting) in BEGUN:
        return [remark(this, "skip", "job_request", because("work begun"))]
    stayed = msgspec.structs.replace(link.base, workers=link.base.workers & posting.demand.workers)
    edits = this.edits(stayed, posting.demand)
    if edits:
        edit = wording.sentence(edits, "wonolo")
        fee = wording.fee(this.fee(len(posting.demand.workers)))
        lost = sent_home(posting.demand.workers, this)
        edited = _Edited(edit, this.differences(stayed, posting.demand), fee=fee, lost=lost)
        return _edited_and_deleted(
            this, edited, "wheniwork", lambda decided: [cancelled(link.job_request, posting, decided)]
        )
    return [cancelled(link.job_request, posting, this)]


def cancelled(request: Record | None, posting: Posting, this: About) -> Change:
    """The cancellation of a JobRequest, which waits for a yes where it costs money."""
    write = Write(action="delete", kind="job_request", record=str(posting.id), payload={"state": "cancelled"})
    workers = posting.demand.workers
    saved = spend(posting.demand, None, this.rules, posting)
    risk = msgspec.structs.replace(saved, fee_cents=this.fee(len(workers)))
    seen = owned_digest("job_request", request or {})
    hold, costs = "" if this.decided else this.costs(workers), (sent_home(workers, this), stays(workers, this))
    return msgspec.structs.replace(change(this, write, risk=risk, precondition=seen, hold=hold), costs=costs)


class _Edited(msgspec.Struct, frozen=True):
    """An edit, in words and as values, and the cost of deleting it and of creating it again, in words.

    `lost` says what deleting it costs whom.
    """

    words: str
    values: tuple[Any, ...]
    fee: str = ""
    again: str = ""
    lost: str = ""


def _edited_and_deleted(
    this: About, edited: _Edited, deleted: System, delete: Callable[[About], list[Change]]
) -> list[Change]:
    """A conflict, or what a person chose: delete the other side too, or forget the link, so that it is created anew."""
    kept: System = "wheniwork" if deleted == "wonolo" else "wonolo"
    asked = conflict(
        remark(
            this.because(
                f"deleted in {NAMES[deleted]}, but changed since: {edited.words}", "deleted", deleted, edited.values
            ),
            "conflict",
            "job_request" if deleted == "wheniwork" else "shift",
            because("edited and deleted"),
        ),
        (
            Choice("delete", f"delete it in {NAMES[kept]} too{edited.fee}", cost=edited.lost),
            Choice("create", f"create it in {NAMES[deleted]} again{edited.again}"),
        ),
    )
    chosen = asked.chosen(this)
    if chosen is None:
        return [asked.remark]
    choice, answer = chosen
    decided = this.decided_by(answer, choice.words, asked.remark.cause)
    return delete(decided) if choice == asked.choices[0] else [_forget(decided)]


def _forget(this: About) -> Change:
    return msgspec.structs.replace(remark(this, "do", "job_request", because("")), action="unlink")
