"""Guards: what is too much for one run, and how it is allowed once."""

from __future__ import annotations

from typing import Any

import pytest

from sync.guards import Limits, Refusal, check
from sync.plan import Change, Plan

LIMITS = Limits()


def plan(action: Any, count: int, kind: Any = "shift", **fields: Any) -> Plan:
    """A plan of so many equal changes of different records."""
    rows = [
        Change(**{"action": action, "kind": kind, "record": str(number), "link": "a", "subject": "s", **fields})
        for number in range(count)
    ]
    return Plan(tuple(rows))


@pytest.mark.parametrize(
    ("action", "count", "existing", "limit"),
    [
        ("update", 9, 9, None),
        ("update", 10, 9, 9),
        ("update", 30, 100, None),
        ("update", 31, 100, 30),
        ("release", 31, 100, 30),
        ("delete", 31, 100, 30),
        ("delete", 2, 2, None),
        ("delete", 2, 3, None),
        ("delete", 3, 3, 2),
        ("delete", 9, 9, 8),
        ("delete", 9, 10, None),
        ("create", 500, 0, None),
        ("assign", 500, 10, None),
    ],
)
def test_a_few_may_all_change_and_of_many_a_share(action: Any, count: int, existing: int, limit: int | None) -> None:
    """Three or more never all vanish; creations and assignments are not limited."""
    expected = None if limit is None else Refusal(f"{action}:shift", count, limit, f"--allow {action}:shift={count}")
    assert check(plan(action, count), {"shift": existing}, LIMITS, {}) == expected


def test_a_permission_raises_one_limit_to_a_number() -> None:
    """Not beyond it, and no other guard's."""
    many = plan("delete", 40)
    assert check(many, {"shift": 40}, LIMITS, {"delete:shift": 40}) is None
    assert check(many, {"shift": 40}, LIMITS, {"delete:shift": 39}) == Refusal(
        "delete:shift", 40, 39, "--allow delete:shift=40"
    )
    assert check(many, {"shift": 40}, LIMITS, {"update:shift": 40}) is not None


def test_kinds_are_counted_apart_and_a_record_once() -> None:
    """Two writes to one record are one change; what only waits is none."""
    twice = plan("update", 9).changes + plan("update", 9, worker="wonolo:1").changes
    assert check(Plan(twice), {}, LIMITS, {}) is None
    mixed = plan("update", 9).changes + plan("update", 9, kind="job_request").changes
    assert check(Plan(mixed), {}, LIMITS, {}) is None
    assert check(plan("delete", 50, verdict="hold"), {"shift": 50}, LIMITS, {}) is None


def test_limits_may_be_tightened() -> None:
    """Down to nothing at all."""
    assert check(plan("update", 1), {"shift": 5}, Limits(share=0, at_least=1), {}) == Refusal(
        "update:shift", 1, 0, "--allow update:shift=1"
    )
