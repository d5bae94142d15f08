"""Guards: what is too much for one run, what is not to be believed, and how either is allowed once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from math import inf
from pathlib import Path
from typing import Any, get_args

import pytest

from mappings.model import System
from sync.errors import Refusal, UnsafePlan
from sync.guards import Facts, Limits, allowance, check, scope_changes
from sync.plan import Change, Risk
from sync.plan.model import Kind

SYSTEMS: dict[Kind, System] = {
    "job_request": "wonolo",
    "job": "wonolo",
    "shift": "wheniwork",
    "user": "wheniwork",
    "time": "wheniwork",
}


def changes(action: Any, count: int, kind: Kind = "shift", **fields: Any) -> list[Change]:
    """So many equal changes of different records."""
    shared = {"action": action, "kind": kind, "system": SYSTEMS[kind], "link": "a", "subject": "s"}
    return [Change(**{**shared, "record": str(number), **fields}) for number in range(count)]


def refused(
    rows: Iterable[Change],
    *,
    limits: Limits | None = None,
    allow: Mapping[str, float] | None = None,
    **facts: Any,
) -> list[tuple[str, int, float]]:
    """Which guards refuse, what they counted, and their limits."""
    found = check(rows, Facts(**facts), limits or Limits(), allow or {})
    return [(row.guard, row.number, row.limit) for row in found]


def test_approvals_of_times_come_in_bursts_and_are_not_counted() -> None:
    """Other changes of Times are, and so are hours that change with an approval."""
    approved, moved = {"is_approved": True}, {"is_approved": True, "end_time": "later"}
    assert refused(changes("update", 500, "time", payload=approved), linked={"time": 500}) == []
    assert refused(changes("update", 31, "time", payload=moved), linked={"time": 100}) == [("update:time", 31, 30)]


@pytest.mark.parametrize(
    ("action", "count", "known", "limit"),
    [
        ("update", 9, 10, None),
        ("update", 10, 11, 9),
        ("update", 30, 100, None),
        ("update", 31, 100, 30),
        ("release", 31, 100, 30),
        ("delete", 31, 100, 30),
        ("delete", 2, 2, None),
        ("delete", 2, 3, None),
        ("delete", 8, 9, None),
        ("delete", 9, 9, 8),
        ("delete", 3, 10, None),
        ("delete", 4, 10, 3),
        ("create", 500, 0, None),
        ("assign", 500, 10, None),
    ],
)
def test_a_few_may_change_and_of_many_a_share(action: Any, count: int, known: int, limit: int | None) -> None:
    """Creations and assignments are not counted."""
    expected = [] if limit is None else [(f"{action}:shift", count, limit)]
    assert refused(changes(action, count), linked={"shift": known}) == expected


@pytest.mark.parametrize(
    ("action", "known", "expected"),
    [
        ("update", 4, []),
        ("update", 5, [("everything:shift", 5, 4)]),
        ("update", 9, [("everything:shift", 9, 8)]),
        ("update", 10, [("update:shift", 10, 9)]),
        ("delete", 3, [("delete:shift", 3, 2)]),
        ("delete", 5, [("delete:shift", 5, 4)]),
    ],
)
def test_not_everything_changes_at_once_and_not_three_or_more_all_vanish(
    action: Any, known: int, expected: list[tuple[str, int, float]]
) -> None:
    """Four shifts that all move by an hour may be a manager's wish; what one guard refuses is not told twice."""
    assert refused(changes(action, known), linked={"shift": known}) == expected


def test_everything_counts_a_record_once_whatever_is_done_to_it() -> None:
    """Some updated and the rest released is everything, too."""
    rows = changes("update", 3) + changes("release", 5)
    assert refused(rows, linked={"shift": 5}) == [("everything:shift", 5, 4)]
    assert refused(rows, linked={"shift": 6}) == []


def test_kinds_are_counted_apart_and_a_record_once() -> None:
    """Two writes to one record are one change; what only waits, and what writes nothing, is none."""
    twice = changes("update", 9) + changes("update", 9, worker="wonolo:1")
    assert refused(twice) == []
    assert refused(changes("update", 9) + changes("update", 9, "job_request")) == []
    assert refused(changes("delete", 50, verdict="hold"), linked={"shift": 50}) == []
    assert refused(changes("unlink", 50, "job_request"), linked={"job_request": 50}) == []


def test_a_permission_raises_one_limit_to_a_number() -> None:
    """Not beyond it, and no other guard's."""
    many = changes("delete", 40)
    assert refused(many, linked={"shift": 50}, allow={"delete:shift": 40}) == []
    assert refused(many, linked={"shift": 50}, allow={"delete:shift": 39}) == [("delete:shift", 40, 15)]
    assert refused(many, linked={"shift": 50}, allow={"update:shift": 40}) == [("delete:shift", 40, 15)]


def test_limits_may_be_tightened() -> None:
    """Down to nothing at all."""
    tight = Limits(share=0, at_least=1, cancelled_hours=0, spend_per_run=0, spend_per_day=0)
    [change] = changes("update", 1, risk=Risk(paid_minutes=-1, cents=1))
    assert refused([change], linked={"shift": 5}, limits=tight) == [
        ("update:shift", 1, 0),
        ("hours", 1, 0),
        ("spend", 1, 0),
        ("spend:day", 1, 0),
    ]


def paid(count: int, minutes: int, cents: int, action: Any = "create") -> list[Change]:
    """So many changes of pay."""
    return changes(action, count, "job_request", risk=Risk(paid_minutes=minutes, cents=cents))


def fees(count: int, cents: int) -> list[Change]:
    """So many requests cancelled so near the start that half the pay is due."""
    return changes("update", count, "job_request", risk=Risk(cents=-2 * cents, fee_cents=cents))


@pytest.mark.parametrize(
    ("rows", "spent", "expected"),
    [
        (paid(10, 480, 100_000), 0, []),
        (paid(11, 480, 100_000), 0, [("spend", 11_000, 10_000)]),
        (paid(11, 480, 100_000) + paid(12, -480, -100_000, "update")[11:], 0, [("spend", 11_000, 10_000)]),
        (paid(10, 480, 100_000), 1_500_000, []),
        (paid(10, 480, 100_000), 1_500_001, [("spend:day", 25_001, 25_000)]),
        (paid(1, 0, 0), 9_000_000, []),
        (fees(7, 150_000), 0, [("spend", 10_500, 10_000)]),
        (paid(26, 480, 100_000), 1, [("spend", 26_000, 10_000), ("spend:day", 26_001, 25_000)]),
    ],
)
def test_pay_that_is_added_has_a_limit_by_run_and_by_day(
    rows: list[Change], spent: int, expected: list[tuple[str, int, float]]
) -> None:
    """In dollars; what is saved elsewhere makes up for nothing, and a run that adds none is free."""
    assert refused(rows, spent=spent) == expected


def test_hours_that_are_cancelled_have_a_limit() -> None:
    """Whole requests and shorter ones; a started hour counts as one."""
    assert refused(paid(25, -480, -15_000, "update")[:25], linked={"job_request": 100}) == []
    assert refused(paid(25, -481, -15_000, "update"), linked={"job_request": 100}) == [("hours", 201, 200)]
    assert refused(paid(25, -481, -15_000, "update"), linked={"job_request": 100}, allow={"hours": 201}) == []


ONE = changes("update", 1, "user")


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"linked": {"shift": 1}, "listed": {"shift": 0}}, [("empty:shift", 1, 0)]),
        ({"linked": {"shift": 1}, "listed": {"shift": 1}}, []),
        ({"linked": {}, "listed": {"shift": 0}}, []),
        ({"linked": {"shift": 3}, "gone": {"shift": 3}}, [("empty:shift", 3, 2)]),
        ({"linked": {"shift": 3}, "gone": {"shift": 2}}, []),
        ({"linked": {"shift": 2}, "gone": {"shift": 2}}, []),
        ({"linked": {"job_request": 4}, "gone": {"job_request": 4}}, [("empty:job_request", 4, 3)]),
    ],
)
def test_a_side_that_seems_empty_is_not_believed(facts: dict[str, Any], expected: list[tuple[str, int, float]]) -> None:
    """Whatever else there is to write; one or two records may well be gone."""
    assert refused(ONE, **facts) == expected
    assert refused(ONE, allow={"empty:shift": inf, "empty:job_request": inf}, **facts) == []
    assert refused([], **facts) == []


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (changes("create", 2), [("incomplete", 2, 0)]),
        (changes("delete", 2, "job_request"), [("incomplete", 2, 0)]),
        (changes("create", 2, "job_request") + changes("assign", 2) + changes("update", 2), []),
    ],
)
def test_nothing_rests_on_a_listing_that_was_cut_short(
    rows: list[Change], expected: list[tuple[str, int, float]]
) -> None:
    """What does not is carried out."""
    assert refused(rows, complete=False) == expected
    assert refused(rows, complete=True) == []
    assert refused(rows, complete=False, allow={"incomplete": inf}) == []


def test_a_configuration_that_looks_at_other_work_is_refused_where_much_follows() -> None:
    """A few changes may follow from it."""
    why = ("place Depot was added",)
    assert refused(changes("create", 10, "job_request"), rescoped=why) == [("scope", 10, 9)]
    assert refused(changes("create", 9, "job_request"), rescoped=why) == []
    assert refused(changes("create", 10, "job_request")) == []
    assert refused(changes("create", 10, "job_request"), rescoped=why, allow={"scope": inf}) == []


def test_every_refusal_is_told_at_once_in_sentences_with_what_lets_them_pass() -> None:
    """A manager runs it again once, not once for each guard."""
    rows = paid(40, -480, -15_000, "delete") + paid(11, 480, 100_000)
    facts = Facts(
        {"job_request": 100, "shift": 12}, {"shift": 12}, rescoped=("horizon_days 14 -> 7", "tag nothing -> x")
    )
    refusals = check(rows, facts, Limits(), {})
    assert refusals == (
        Refusal(
            "delete:job_request",
            40,
            30,
            "40 requests in Wonolo would be cancelled, of 100 linked; at most 30 may",
            "--allow delete:job_requests=40",
        ),
        Refusal(
            "empty:shift",
            12,
            11,
            "not one of the 12 shifts linked in When I Work is there any more: is that the right account?",
            "--allow empty:shifts",
        ),
        Refusal(
            "scope",
            51,
            9,
            "51 changes would follow from another configuration than the last reconcile had: horizon_days 14 -> 7; "
            "tag nothing -> x",
            "--allow scope",
        ),
        Refusal("hours", 320, 200, "320 paid hours would be cancelled; at most 200 may", "--allow hours=320"),
        Refusal(
            "spend",
            11_000,
            10_000,
            "$11,000 of pay would be added; at most $10,000 may in one run",
            "--allow spend=11000",
        ),
    )
    error = UnsafePlan(refusals[:1] + refusals[3:])
    assert error.override == "--allow delete:job_requests=40 --allow hours=320 --allow spend=11000"
    assert str(error) == (
        "nothing was written: 40 requests in Wonolo would be cancelled, of 100 linked; at most 30 may; and "
        "320 paid hours would be cancelled; at most 200 may; and "
        "$11,000 of pay would be added; at most $10,000 may in one run. "
        "If this is meant, run again with --allow delete:job_requests=40 --allow hours=320 --allow spend=11000"
    )


THERE_ARE = (
    "update:shifts=40, delete:job_requests=40 and release:jobs=40 (any kind of record), hours=300, spend=1200, "
    "spend:day=5000, everything:shifts, empty:shifts, incomplete and scope"
)


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("delete:shifts=40", ("delete:shift", 40)),
        ("delete:job_request=4", ("delete:job_request", 4)),
        ("release:jobs=3", ("release:job", 3)),
        ("hours=300", ("hours", 300)),
        ("spend=1200", ("spend", 1200)),
        ("spend:day=5000", ("spend:day", 5000)),
        ("everything:shifts", ("everything:shift", inf)),
        ("empty:job_requests", ("empty:job_request", inf)),
        ("incomplete", ("incomplete", inf)),
        ("scope", ("scope", inf)),
    ],
)
def test_what_is_allowed_is_read(text: str, read: tuple[str, float]) -> None:
    """Kinds in the singular or the plural."""
    assert allowance(text) == read


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("delet:shifts=40", "there is no guard 'delet:shifts'; did you mean delete:shifts?"),
        ("spent=40", "there is no guard 'spent'; did you mean spend?"),
        ("all", f"there is no guard 'all'; there are {THERE_ARE}"),
        ("delete:shifts", "delete:shifts needs a whole number, as in delete:shifts=40"),
        ("spend=lots", "spend needs a whole number, as in spend=40"),
        ("hours=-1", "hours needs a whole number, as in hours=40"),
        ("scope=3", "scope takes no number: write scope alone"),
    ],
)
def test_a_slip_in_what_is_allowed_is_told(text: str, said: str) -> None:
    """With the guards there are, or the one that was meant."""
    with pytest.raises(ValueError, match="^") as caught:  # noqa: RUF043 - the whole text is compared below
        allowance(text)
    assert str(caught.value) == said


def test_every_refusal_can_be_allowed_as_it_says() -> None:
    """The option that a refusal names is one that can be read, and lets exactly that pass."""
    rows = [*changes("delete", 40), *paid(40, -480, 100_000, "update"), *changes("release", 40, "job")]
    rows += changes("update", 6, "user")
    linked = {"shift": 40, "job_request": 40, "job": 40, "user": 6}
    facts = Facts(linked, {"shift": 40}, {"shift": 0}, complete=False, rescoped=("x",))
    refusals = check([*rows, *changes("create", 1)], facts, Limits(), {})
    assert [row.guard for row in refusals] == [
        "delete:shift",
        "release:job",
        "update:job_request",
        "everything:user",
        "empty:shift",
        "incomplete",
        "scope",
        "hours",
        "spend",
        "spend:day",
    ]
    allow = dict(allowance(row.override.removeprefix("--allow ")) for row in refusals)
    assert check([*rows, *changes("create", 1)], facts, Limits(), allow) == ()


def test_every_guard_is_documented() -> None:
    """In docs/guards.md, by its name, with its option and the kinds of records there are."""
    page = (Path(__file__).parent.parent / "docs" / "guards.md").read_text(encoding="utf-8")
    names = ("update:...", "delete:...", "release:...", "everything:...", "empty:...", "incomplete", "scope", "hours")
    words = (*names, "spend", "spend:day", *(f"{kind}s" for kind in get_args(Kind)), *Limits.__struct_fields__)
    assert [word for word in words if f"`{word}`" not in page] == []


@pytest.mark.parametrize(
    ("before", "after", "changed"),
    [
        ({"": {"days": 14}}, {"": {"days": 14}}, ()),
        ({"": {"days": 14}}, {"": {"days": 7}}, ("days 14 -> 7",)),
        ({"": {"tag": ""}}, {"": {"tag": "#wonolo"}}, ("tag nothing -> #wonolo",)),
        (
            {"skill Cook": {"lead_hours": 2}},
            {"skill Cook": {"lead_hours": None}},
            ("skill Cook: lead_hours 2 -> nothing",),
        ),
        ({"place A": {"zip": "1"}}, {"place B": {"zip": "1"}}, ("place A was removed", "place B was added")),
        ({"place A": {"zip": "1"}}, {"place A": {"zip": "1", "zone": "UTC"}}, ("place A: zone nothing -> UTC",)),
    ],
)
def test_what_changed_about_the_scope_is_said_in_words(
    before: dict[str, dict[str, Any]], after: dict[str, dict[str, Any]], changed: tuple[str, ...]
) -> None:
    """Option by option."""
    assert scope_changes(before, after) == changed


@pytest.mark.parametrize(
    ("rows", "facts", "said"),
    [
        (
            changes("update", 10),
            Facts(),
            "10 shifts in When I Work would be changed, of 0 linked; at most 9 may",
        ),
        (
            changes("update", 5),
            Facts({"shift": 5}),
            "every one of the 5 shifts linked in When I Work would change at once",
        ),
        (
            changes("update", 1, "user"),
            Facts({"shift": 1}, listed={"shift": 0}),
            "When I Work showed no shift at all, though links hold 1 shift: is that the right account?",
        ),
        (
            changes("create", 2),
            Facts(complete=False),
            "When I Work did not show all its shifts, and creating or cancelling 2 rests on there being no others",
        ),
        (
            paid(1, 480, 100),
            Facts(spent=2_500_000),
            "$25,001 of pay would be added within 24 hours; at most $25,000 may",
        ),
    ],
)
def test_a_guard_says_what_it_counted_and_where(rows: list[Change], facts: Facts, said: str) -> None:
    """In a sentence for a manager."""
    assert [row.why for row in check(rows, facts, Limits(), {})] == [said]


@pytest.mark.parametrize(("at_least", "known"), [(9, 4), (4, 3), (2, 3)])
def test_everything_is_half_of_what_may_change_anyway_but_three_at_least(at_least: int, known: int) -> None:
    """Rounded down; of fewer, all may change."""
    limits = Limits(share=1, at_least=at_least)
    refusal = ("everything:shift", known, known - 1)
    assert refused(changes("update", known), linked={"shift": known}, limits=limits) == [refusal]
    assert refused(changes("update", known - 1), linked={"shift": known - 1}, limits=limits) == []


def test_a_kind_without_links_is_not_gone() -> None:
    """Nothing was there to vanish."""
    assert refused(ONE, linked={"shift": 3}, gone={"job_request": 3}) == []
    assert refused(ONE, linked={"job_request": 3, "shift": 3}, gone={"job_request": 2}) == []


def test_what_changed_in_several_places_is_told_of_each() -> None:
    """In the order of their names."""
    before, after = (
        {"place A": {"zip": "1"}, "place B": {"zip": "2"}},
        {"place A": {"zip": "3"}, "place B": {"zip": "4"}},
    )
    assert scope_changes(before, after) == ("place A: zip 1 -> 3", "place B: zip 2 -> 4")
