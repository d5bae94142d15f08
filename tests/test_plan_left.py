"""What a first run leaves alone is told in numbers, each shift once."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from mappings.model import Scope
from sync.plan import Change, Policy, make_plan
from tests.factories import RULES, START, at, held, shift, snapshot
from tests.plans import worded

TAGGED = Policy(msgspec.structs.replace(RULES, scope=Scope(tag="#wonolo")))
OTHERS = {"the company's own people hold them": 1200, "they are drafts": 1, "nothing": 0}


def test_counts_are_told_of_what_is_none_of_ours() -> None:
    """With thousands in groups; what there is none of is not told."""
    shifts = (shift(301, notes="#wonolo"), shift(302), shift(303, **at(START + timedelta(days=1))))
    plan = make_plan(snapshot(shifts=shifts, others=OTHERS, policy=TAGGED))
    left = [row for row in plan.changes if row.verdict == "skip"]
    assert [(row.subject, row.reason) for row in left] == [
        ("1,200 shifts in When I Work", "left alone, as the company's own people hold them"),
        ("1 shift in When I Work", "left alone, as they are drafts"),
        ("2 shifts in When I Work", "left alone, as they are outside [scope], or not to be offered yet"),
    ]
    expected = Change(
        action="none",
        verdict="skip",
        kind="shift",
        link="",
        subject="1 shift in When I Work",
        reason="left alone, as they are drafts",
        rank=9,
    )
    assert worded(left[1]) == expected


def test_shifts_that_are_told_of_one_by_one_are_not_counted() -> None:
    """Nor are those that workers hold, nor those that are posted."""
    shifts = (shift(301), shift(302, location_id=99), held(303))
    plan = make_plan(snapshot(shifts=shifts, others={}))
    assert [row.record for row in plan.changes if row.verdict == "skip"] == ["303", "302"]


def test_a_later_run_counts_nothing() -> None:
    """It would say the same every five minutes."""
    assert make_plan(snapshot(shifts=(shift(302),), policy=TAGGED)).changes == ()
