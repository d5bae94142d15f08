"""How many of the records of a kind one run updates, deletes or releases: too many, or all of them."""

from collections import Counter
from collections.abc import Collection, Iterator

from mappings.model import NAMES
from sync.guards.model import Facts, Limits, Measured
from sync.guards.words import many
from sync.plan import Change

_GUARDED = {"update": "changed", "delete": "deleted", "release": "taken from their workers"}


def measure(writes: Collection[Change], facts: Facts, limits: Limits) -> Iterator[Measured]:
    """Records are counted once for each action, whatever the number of writes to one.

    An approval alone counts for nothing: it takes nothing away, and a week of Jobs is approved at once (Wonolo
    reference 10).
    """
    guarded = [row for row in writes if row.action in _GUARDED and set(row.payload) != {"is_approved"}]
    where = {row.kind: NAMES[row.system] for row in guarded if row.system}
    touched = {(row.action, row.kind, row.record) for row in guarded}
    refused = set()
    for (action, kind), number in sorted(Counter((action, kind) for action, kind, _ in touched).items()):
        known = facts.linked.get(kind, 0)
        limit = _limit(action, known, limits)
        what = f"{many(number, kind)} in {where[kind]} would be {_done(action, kind)}"
        yield Measured(f"{action}:{kind}", number, limit, f"{what}, of {known} linked; at most {limit} may")
        if number > limit:
            refused.add(kind)
    for kind, number in sorted(Counter(kind for kind, _ in {(row.kind, row.record) for row in guarded}).items()):
        known = facts.linked.get(kind, 0)
        # Every record at once is rather a wrong zone than a busy manager; of very few it may well be.
        if kind not in refused and number >= known >= max(3, limits.at_least // 2):
            why = f"every one of the {many(known, kind)} linked in {where[kind]} would change at once"
            yield Measured(f"everything:{kind}", number, known - 1, why)


def _done(action: str, kind: str) -> str:
    return "cancelled" if (action, kind) == ("delete", "job_request") else _GUARDED[action]


def _limit(action: str, known: int, limits: Limits) -> int:
    """A few records may all change, but not all of three or more vanish; of many only a share.

    What is deleted is harder to get back than what is changed, so of it the share counts from the first on.
    """
    few, part = limits.at_least - 1, int(known * limits.share)
    if action == "delete" and known > few:
        return part
    return max(min(few, known - 1) if action == "delete" and known > 2 else few, part)
