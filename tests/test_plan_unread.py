"""A linked demand that moved to what nobody mapped: it waits with its people named, and who left is let go."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from sync.plan import make_plan
from tests.factories import ANA, BEN, START, demand, held, job, job_request, linked, shift, snapshot
from tests.plans import line, only

STAFFED = demand(workers=frozenset({ANA.key}))
NOWHERE: dict[str, Any] = {"address": "9 Lost Lane", "zip": "99999", "venue": "", "city": "Reno"}
OPENED = {
    "start_time": "Sat, 14 Mar 2026 07:00:00 -0600",
    "end_time": "Sat, 14 Mar 2026 15:00:00 -0600",
    "location_id": 99,
    "user_id": 0,
}

MOVES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "the address": (NOWHERE, {}),
    "the category": ({"category": "Nursing"}, {}),
    "the location": ({}, {"location_id": 99}),
    "the site": ({}, {"site_id": 9}),
    "the position": ({}, {"position_id": 99}),
    "the time": ({"start_time": "soon"}, {}),
}


@pytest.mark.parametrize("moved", MOVES)
def test_what_is_linked_and_cannot_be_read_waits_with_its_people_named(moved: str) -> None:
    """It is no record that is left out: somebody comes."""
    request, where = MOVES[moved]
    shifts = [shift(instances=1, **where), held(**where)]
    change = only(make_plan(snapshot(linked(STAFFED, job_request(**request), jobs=[job()], shifts=shifts))))
    assert (change.verdict, change.reason.partition("; on it: ")[2]) == ("blocked", "Ana R.")


def test_who_withdrew_is_taken_off_the_schedule_where_the_shift_is_now() -> None:
    """At whatever location; who accepted meanwhile is named, too."""
    shifts = [shift(instances=1, location_id=99), held(location_id=99)]
    jobs = [job(state="withdrawn"), job(BEN)]
    waits, opened = make_plan(snapshot(linked(STAFFED, jobs=jobs, shifts=shifts))).changes
    if waits.action == "release":
        waits, opened = opened, waits
    assert (waits.verdict, waits.reason.partition("; on it: ")[2]) == ("blocked", "Ana R., Ben O.")
    assert line(opened) == ("release shift 302 #7", "do", OPENED)
    assert opened.cause == "Ana R. left in Wonolo"


@pytest.mark.parametrize(("left", "verdict"), [(shift(302, instances=1), "do"), (None, "hold")])
def test_who_was_taken_off_the_schedule_is_taken_off_the_request(left: dict[str, Any] | None, verdict: str) -> None:
    """With a yes where her shift is gone altogether, as it may be the one that cannot be read."""
    shifts = [row for row in (shift(instances=1), left) if row]
    changes = make_plan(snapshot(linked(STAFFED, job_request(**NOWHERE), jobs=[job()], shifts=shifts))).changes
    assert [line(row)[:2] for row in changes if row.action != "none"] == [("release job 907 #7", verdict)]


def test_near_the_start_a_release_waits_with_its_price() -> None:
    """As anywhere."""
    shifts = [shift(instances=1), shift(302, instances=1)]
    link = linked(STAFFED, job_request(**NOWHERE), jobs=[job()], shifts=shifts)
    changes = make_plan(snapshot(link, now=START - timedelta(hours=5))).changes
    (row,) = [row for row in changes if row.action == "release"]
    assert (row.verdict, row.risk.fee_cents) == ("hold", 7500)


def test_a_request_that_was_cancelled_is_gone_wherever_it_was() -> None:
    """Its shifts go too."""
    request = job_request(state="cancelled", **NOWHERE)
    assert line(only(make_plan(snapshot(linked(request=request, shifts=[shift()]))))) == ("delete shift 301", "do", {})


def test_work_that_is_over_is_only_mentioned() -> None:
    """Nothing about it can be done any more."""
    link = linked(STAFFED, job_request(**NOWHERE), jobs=[job(state="completed")], shifts=[held()])
    assert only(make_plan(snapshot(link, now=START + timedelta(hours=9)))).verdict == "skip"


LATER = {"start_time": "2026-03-21T08:00:00.000-05:00"}
LATER_SHIFT = {"start_time": "Sat, 21 Mar 2026 07:00:00 -0600", "end_time": "Sat, 21 Mar 2026 15:00:00 -0600"}


@pytest.mark.parametrize(
    ("request_fields", "shift_fields"),
    [
        (NOWHERE | LATER, {}),
        ({}, {"location_id": 99} | LATER_SHIFT),
        (NOWHERE | {"start_time": "soon"}, {}),
        (NOWHERE | {"duration": "long"}, {}),
        (NOWHERE, {"end_time": "late"}),
    ],
)
def test_work_that_moved_to_another_day_too_is_not_over_with_the_old_one(
    request_fields: dict[str, Any], shift_fields: dict[str, Any]
) -> None:
    """A time that nobody can read has not passed, either; who withdraws meanwhile is let go."""
    jobs = [job(state="withdrawn")]
    shifts = [shift(instances=1, **shift_fields), held(**shift_fields)]
    link = linked(STAFFED, job_request(**request_fields), jobs=jobs, shifts=shifts)
    changes = make_plan(snapshot(link, now=START + timedelta(hours=9))).changes
    found = sorted((row.action, row.verdict, row.record) for row in changes)
    assert found == [("none", "blocked", ""), ("release", "do", "302")]


def test_a_cancelled_request_lets_all_go_whose_shift_cannot_be_read() -> None:
    """At the place where the shift is now, and the row says why."""
    shifts = [shift(instances=1, location_id=99), held(location_id=99)]
    link = linked(STAFFED, job_request(state="cancelled"), jobs=[job()], shifts=shifts)
    opened, waits = sorted(make_plan(snapshot(link)).changes, key=lambda row: row.action, reverse=True)
    assert (waits.verdict, waits.reason) == (
        "blocked",
        (
            "location 99 is no configured place; add it under [[places]]; the JobRequest was cancelled in Wonolo; "
            "on it: Ana R."
        ),
    )
    assert (line(opened), opened.cause) == (
        ("release shift 302 #7", "do", OPENED),
        "the JobRequest was cancelled in Wonolo",
    )


@pytest.mark.parametrize(
    ("hours", "reason"),
    [
        (-48, "the request was moved to what cannot be read, so it may be meant to stay"),
        (-5, "so near the start a cancellation costs half the pay ($75.00)"),
    ],
)
def test_a_request_that_cannot_be_read_and_lost_all_its_shifts_may_be_cancelled(hours: int, reason: str) -> None:
    """On a yes, and the row says that the shifts are gone."""
    link = linked(STAFFED, job_request(**NOWHERE), jobs=[job()], shifts=[])
    waits, held_back = make_plan(snapshot(link, now=START + timedelta(hours=hours))).changes
    if waits.action == "delete":
        waits, held_back = held_back, waits
    assert (waits.verdict, waits.reason.partition("; all ")[2]) == (
        "blocked",
        "its shifts in When I Work are gone (deleted); on it: Ana R.",
    )
    assert line(held_back) == ("delete job_request 500", "hold", {"state": "cancelled"})
    assert held_back.reason == reason


def test_what_has_begun_is_cancelled_no_more() -> None:
    """It is only told that the shifts are gone."""
    link = linked(STAFFED, job_request(**NOWHERE), jobs=[job(state="in_progress")], shifts=[])
    row = only(make_plan(snapshot(link, now=START + timedelta(hours=1))))
    assert (row.verdict, "all its shifts in When I Work are gone" in row.reason) == ("blocked", True)
