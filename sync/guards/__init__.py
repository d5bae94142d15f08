"""Guards: what refuses a whole plan before anything is written. Pure.

Each guard counts something about everything one run does (`counts`, `amounts`, `trust`), over all its passes, and
compares it with a limit. A refusal names the number, the limit, the reason, and a narrow way to allow it once
(`allowing`): `--allow delete:shifts=40`.
"""

from collections.abc import Iterable, Mapping

from sync.errors import Refusal
from sync.guards import amounts, counts, trust
from sync.guards.allowing import allowance, override
from sync.guards.model import Facts, Limits
from sync.guards.scope import scope_changes
from sync.plan import Change

__all__ = ["Facts", "Limits", "allowance", "check", "scope_changes"]


def check(changes: Iterable[Change], facts: Facts, limits: Limits, allow: Mapping[str, float]) -> tuple[Refusal, ...]:
    """Every reason to refuse the changes of one run, those of its earlier passes among them; empty when there is none.

    `allow` raises limits of guards for this run. What only waits, and what writes nothing, counts for nothing.
    """
    writes = list({change.effect: change for change in changes if change.writes}.values())
    if not writes:
        return ()
    found = (
        *counts.measure(writes, facts, limits),
        *trust.measure(writes, facts, limits),
        *amounts.measure(writes, facts, limits),
    )
    return tuple(
        Refusal(row.guard, row.number, row.limit, row.why, override(row.guard, row.number))
        for row in found
        if row.number > max(row.limit, allow.get(row.guard, 0))
    )
