"""Work that is over: what still differs is told of once, and nobody is asked about it any more."""

from collections.abc import Iterable

from sync.plan.about import About, remark
from sync.plan.model import Change
from sync.plan.reading import Sides
from sync.plan.reasons import because


def settled_as_it_is(rows: Iterable[Change], sides: Sides, this: About) -> tuple[Change, ...]:
    """Return what is left to do once work is over: who held a seat, as Wonolo tells; all else is one remark.

    Wonolo refuses to have its requests and Jobs changed by then, and a seat that is taken from somebody who has worked
    is nothing a person means.
    """
    changes = list(rows)
    kept = [row for row in changes if row.verdict == "skip" or _may_be_done(row)]
    left = [row for row in changes if row not in kept]
    if not left:
        return tuple(kept)
    shown = this.shown(sides.posting.demand, sides.group.demand) if sides.posting and sides.group else None
    told = next((row for row in left if row.verdict == "conflict"), left[0])
    over = remark(this.because(told.cause, *told.basis), "skip", "job_request", because("work over"), shown)
    return (*kept, over)


def _may_be_done(row: Change) -> bool:
    """Return True if a change only records in the schedule who held a seat, or ends a link with both sides gone."""
    if row.verdict != "do" or row.decided:
        return False
    return row.action == "unlink" or (row.kind == "shift" and bool(row.worker) and not row.touched)
