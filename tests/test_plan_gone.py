"""Planning a linked demand of which one side is gone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from mappings.link import LinkedDemand
from sync.plan import Risk, make_plan
from tests.factories import ANA, BEN, START, at, demand, held, job, job_request, linked, shift, snapshot
from tests.plans import line, lines, only

CANCELLED = job_request(state="cancelled")
CANCELLED_JOB = job(state="cancelled")
WITH_ANA = demand(workers=frozenset({ANA.key}))


def test_a_cancelled_job_request_takes_its_shifts_along() -> None:
    """Open and held ones, each as it was when this was planned."""
    link = linked(WITH_ANA, CANCELLED, jobs=[CANCELLED_JOB], shifts=[shift(instances=1), held()])
    plan = make_plan(snapshot(link))
    assert [line(change) for change in plan.changes] == [
        ("delete shift 301", "do", {}),
        ("delete shift 302 #7", "do", {}),
    ]
    assert {change.cause for change in plan.changes} == {
        "the JobRequest was cancelled in Wonolo; nobody changed the shifts since"
    }
    assert all(change.precondition for change in plan.changes)
    assert [change.seats for change in plan.changes] == [-1, -1]
    assert plan.settled == ()


def test_a_missing_job_request_counts_as_cancelled() -> None:
    """It is absent only once it was read by id."""
    link = LinkedDemand("link", demand(), None, (), (shift(),))
    assert lines(snapshot(link)) == [("delete shift 301", "do", {})]


@pytest.mark.parametrize(
    ("shifts", "edit", "price"),
    [
        ([shift(instances=3)], "seats 2 -> 3 in When I Work", "+$450.00"),
        ([shift(notes="Dock 4")], "title none -> Dock 4 in When I Work", "+$300.00"),
        ([shift(instances=1), held()], "workers nobody -> Ana R. in When I Work", "+$300.00"),
    ],
)
def test_cancelled_in_wonolo_and_edited_in_when_i_work_is_a_conflict(
    shifts: list[dict[str, Any]], edit: str, price: str
) -> None:
    """An edited record is never deleted silently; what posting it again costs is said."""
    change = only(make_plan(snapshot(linked(request=CANCELLED, shifts=shifts))))
    assert (change.verdict, change.kind) == ("conflict", "shift")
    assert change.cause == f"deleted in Wonolo, but changed since: {edit}"
    assert change.reason == "an edited record is never deleted silently"
    assert change.choices == ("delete it in When I Work too", f"create it in Wonolo again ({price})")


def test_cancelled_in_wonolo_with_a_seat_that_strayed_is_a_conflict() -> None:
    """Somebody moved it for a reason."""
    later = at(START + timedelta(hours=1))
    link = linked(WITH_ANA, CANCELLED, jobs=[CANCELLED_JOB], shifts=[shift(instances=1), held(**later)])
    change = only(make_plan(snapshot(link)))
    assert change.verdict == "conflict"
    assert change.cause == "deleted in Wonolo, but changed since: a seat moved away from the others in When I Work"


def test_a_break_nobody_agreed_on_is_no_edit() -> None:
    """A base made from Wonolo alone has none."""
    assert lines(snapshot(linked(demand(break_minutes=None), CANCELLED, shifts=[shift()]))) == [
        ("delete shift 301", "do", {})
    ]


def test_a_shift_that_joined_a_cancelled_demand_is_left_alone() -> None:
    """Only what the link holds goes."""
    link = linked(request=CANCELLED, shifts=[shift(instances=1)])
    assert lines(snapshot(link, shifts=(shift(309, instances=1),))) == [("delete shift 301", "do", {})]


@pytest.mark.parametrize(
    ("shifts", "how"),
    [
        ([], "deleted"),
        ([shift(published=False)], "unpublished"),
        ([shift(user_id=55)], "taken by the company's own people"),
        ([shift(published=False), held(user_id=55)], "taken by the company's own people, unpublished"),
    ],
)
def test_without_any_shift_the_job_request_is_cancelled(shifts: list[dict[str, Any]], how: str) -> None:
    """Two seats of seven and a half hours are not paid."""
    change = only(make_plan(snapshot(linked(shifts=shifts))))
    assert line(change) == ("delete job_request 500", "do", {"state": "cancelled"})
    assert change.cause == f"all its shifts in When I Work are gone ({how})"
    assert change.risk == Risk(paid_minutes=-900, cents=-30000, minutes_to_start=3 * 24 * 60)
    assert change.precondition


def test_near_the_start_a_cancellation_waits_for_a_yes() -> None:
    """It costs half the pay."""
    link = linked(WITH_ANA, jobs=[job()])
    change = only(make_plan(snapshot(link, now=START - timedelta(hours=12))))
    assert (change.action, change.verdict) == ("delete", "hold")
    assert change.reason == "so near the start a cancellation costs half the pay ($75.00)"
    assert change.risk.people == 1


@pytest.mark.parametrize("hours", [0, 30])
def test_work_that_has_begun_is_never_cancelled(hours: int) -> None:
    """Nor work that is done."""
    link = linked(WITH_ANA, jobs=[job(state="in_progress" if hours == 0 else "approved")])
    change = only(make_plan(snapshot(link, now=START + timedelta(hours=hours))))
    assert (change.verdict, change.reason) == ("skip", "work has begun in Wonolo, so nothing is cancelled")


@pytest.mark.parametrize(
    ("request_fields", "jobs", "edit"),
    [
        ({"slots": 3}, [], "seats 2 -> 3 in Wonolo"),
        ({"request_name": "Dock 4"}, [], "title none -> Dock 4 in Wonolo"),
        ({}, [job(BEN)], "workers nobody -> Ben O. in Wonolo"),
    ],
)
def test_deleted_in_when_i_work_and_edited_in_wonolo_is_a_conflict(
    request_fields: dict[str, Any], jobs: list[dict[str, Any]], edit: str
) -> None:
    """A worker who accepted is an edit too."""
    change = only(make_plan(snapshot(linked(request=job_request(**request_fields), jobs=jobs))))
    assert (change.verdict, change.kind) == ("conflict", "job_request")
    assert change.cause == f"deleted in When I Work, but changed since: {edit}"
    assert change.choices == ("delete it in Wonolo too", "create it in When I Work again")


def test_a_worker_who_left_meanwhile_does_not_keep_a_deleted_demand() -> None:
    """Only who joined does."""
    link = linked(WITH_ANA, jobs=[job(state="withdrawn")])
    assert lines(snapshot(link)) == [("delete job_request 500", "do", {"state": "cancelled"})]


def test_deleted_on_both_sides_forgets_the_link() -> None:
    """Nothing is sent."""
    plan = make_plan(snapshot(linked(request=CANCELLED)))
    change = only(plan)
    assert (change.action, change.verdict, change.cause) == ("unlink", "do", "gone on both sides")
    assert not change.writes
    assert plan.settled == ()


def test_a_demand_of_an_unknown_state_is_not_gone() -> None:
    """Only `cancelled` is."""
    plan = make_plan(snapshot(linked(request=job_request(state="reopened"), shifts=[shift()])))
    assert plan.changes == ()


def test_gone_on_one_side_does_not_take_the_shifts_of_another_link() -> None:
    """Each link has its own."""
    quiet = msgspec.structs.replace(linked(shifts=[shift(311)]), key="quiet", job_request=job_request(501))
    plan = make_plan(snapshot(linked(request=CANCELLED, shifts=[shift()]), quiet))
    assert ([line(change) for change in plan.changes], plan.settled) == ([("delete shift 301", "do", {})], ("quiet",))
