"""Whether what was read can be believed: a side that seems empty, a listing cut short, another scope than last time."""

from collections.abc import Collection, Iterator

from sync.guards.model import Facts, Limits, Measured
from sync.guards.words import many, noun
from sync.plan import Change
from sync.plan.model import Kind

_SIDES: tuple[tuple[Kind, str], ...] = (("job_request", "Wonolo"), ("shift", "When I Work"))
"""The records that a demand is made of, one kind for each side."""

_FEW = 3
"""Of one or two records both may well be gone."""


def measure(writes: Collection[Change], facts: Facts, limits: Limits) -> Iterator[Measured]:
    """What is wrong with the ground that the plan stands on; the numbers are the records in doubt."""
    for kind, where in _SIDES:
        yield from _empty(kind, where, facts)
    yield from _incomplete(writes, facts)
    if facts.rescoped:
        what = f"{len(writes)} changes would follow from another configuration than the last reconcile had"
        yield Measured("scope", len(writes), limits.at_least - 1, f"{what}: {'; '.join(facts.rescoped)}")


def _empty(kind: Kind, where: str, facts: Facts) -> Iterator[Measured]:
    """A wrong login shows a side without anything, and so does a service that is half out of order."""
    known, gone = facts.linked.get(kind, 0), facts.gone.get(kind, 0)
    if known and facts.listed.get(kind) == 0:
        held = many(known, kind)
        why = f"{where} showed no {noun(kind)} at all, though links hold {held}: is that the right account?"
        yield Measured(f"empty:{kind}", known, 0, why)
    elif gone >= known >= _FEW:
        why = f"not one of the {many(known, kind)} linked in {where} is there any more: is that the right account?"
        yield Measured(f"empty:{kind}", gone, known - 1, why)


def _incomplete(writes: Collection[Change], facts: Facts) -> Iterator[Measured]:
    """What was not shown may exist: a shift would be created twice, a request cancelled for nothing."""
    doubtful = [row for row in writes if (row.action, row.kind) in (("create", "shift"), ("delete", "job_request"))]
    if not facts.complete and doubtful:
        what = f"creating or cancelling {len(doubtful)} rests on there being no others"
        why = f"When I Work did not show all its shifts, and {what}"
        yield Measured("incomplete", len(doubtful), 0, why)
