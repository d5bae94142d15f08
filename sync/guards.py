"""Guards: limits that refuse a whole plan before anything is written. Pure.

Each names the number, the limit, and a narrow override for one run: `--allow delete:shift=40`.
"""

from collections import Counter
from collections.abc import Mapping

import msgspec

from sync.plan import Change, Plan

_GUARDED = ("update", "delete", "release")


class Limits(msgspec.Struct, frozen=True):
    """At most this share of the linked records of a kind may change in one run, once there are `at_least` of them."""

    share: float = 0.3
    at_least: int = 10


class Refusal(msgspec.Struct, frozen=True):
    """Why a plan is not carried out: the guard's name, what it counted, its limit, and how to allow it once."""

    guard: str
    number: int
    limit: int
    override: str


def check(plan: Plan, linked: Mapping[str, int], limits: Limits, allow: Mapping[str, int]) -> Refusal | None:
    """Return the first refusal, or None when the plan may be carried out.

    `linked` is how many records of each kind links hold; `allow` raises a guard's limit for this run.
    """
    touched = Counter((change.action, change.kind) for change in _records(plan))
    for (action, kind), number in sorted(touched.items()):
        guard = f"{action}:{kind}"
        limit = max(_limit(action, linked.get(kind, 0), limits), allow.get(guard, 0))
        if number > limit:
            return Refusal(guard, number, limit, f"--allow {guard}={number}")
    return None


def _limit(action: str, existing: int, limits: Limits) -> int:
    """A few records may all change, but not all of three or more vanish; of many only a share."""
    few = limits.at_least - 1
    if action == "delete" and existing > 2:
        few = min(few, existing - 1)
    return max(few, int(existing * limits.share))


def _records(plan: Plan) -> list[Change]:
    """One change for each record and action: two writes to one record count once."""
    first = {(change.action, change.kind, change.record): change for change in plan.to_do if change.action in _GUARDED}
    return list(first.values())
