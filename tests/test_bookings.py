"""When people are taken, and plans that book nobody twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from mappings.bookings import Booking, is_granted, of_job_request, of_shift, of_time_off, pending_swap
from sync.plan import make_plan
from sync.plan.snapshot import LonePosting
from tests.factories import ANA, BEN, RULES, START, at, demand, held, job, job_request, linked, shift, snapshot
from tests.plans import line, only, sent

END = START + timedelta(hours=8)
LATER = START + timedelta(hours=2)
WITH_ANA = demand(workers=frozenset({ANA.key}))
OWN_SHIFT = Booking(LATER, LATER + timedelta(hours=8), "shift", 77, "Cook at Depot")


def test_a_shift_of_whomever_takes_its_time() -> None:
    """Also one at a place or of a position that is not configured: nobody has words for it."""
    assert of_shift(held(77, position_id=23, location_id=12, site_id=5, **at(LATER)), RULES) == OWN_SHIFT
    assert of_shift(shift(78, user_id=55, position_id=9), RULES) == Booking(START, END, "shift", 78)


def test_a_job_takes_the_time_of_its_request() -> None:
    """From its start on for its minutes."""
    assert of_job_request(job_request(), RULES) == Booking(START, END, "job_request", 500, "Picker at Harbor")
    assert of_job_request(job_request(address="nowhere"), RULES) == Booking(START, END, "job_request", 500)


def test_time_off_takes_its_time() -> None:
    """A whole day ends with its last minute."""
    record = {
        "id": 9,
        "status": 2,
        "start_time": "Sat, 14 Mar 2026 00:00:00 -0500",
        "end_time": "Sat, 14 Mar 2026 23:59:59 -0500",
    }
    taken = of_time_off(record)
    assert taken == Booking(
        datetime(2026, 3, 14, 5, tzinfo=UTC), datetime(2026, 3, 15, 4, 59, tzinfo=UTC), "time_off", 9
    )


def test_time_off_counts_once_it_is_granted() -> None:
    """Asked for, cancelled or expired it takes nothing."""
    assert [status for status in ("0", 1, "2", 3, 4, None) if is_granted({"status": status})] == ["2"]


def test_what_cannot_be_read_is_an_error_that_names_the_field() -> None:
    """Whoever gathers bookings leaves it out."""
    for read in (lambda row: of_shift(row, RULES), lambda row: of_job_request(row, RULES), of_time_off):
        with pytest.raises(ValueError, match="start_time"):
            read({"id": 1, "start_time": "soon", "duration": 480})


@pytest.mark.parametrize(
    ("kind", "status", "told"),
    [
        (1, 0, "a swap is pending on this shift"),
        (2, 0, "a drop is pending on this shift"),
        (2, 1, "a drop is agreed on and waits for a manager on this shift"),
        (1, 3, ""),
        (2, 5, ""),
        (3, 0, ""),
    ],
)
def test_what_is_under_way_about_a_shift(kind: int, status: int, told: str) -> None:
    """While it is pending or agreed on; an alert gives nothing away."""
    assert pending_swap({"type": kind, "status": status}) == told


@pytest.mark.parametrize(
    ("start", "hours", "expected"),
    [(0, 8, True), (-8, 8, False), (8, 8, False), (-1, 2, True), (7, 2, True), (2, 1, True)],
)
def test_bookings_overlap_when_they_share_time(start: int, hours: int, expected: bool) -> None:  # noqa: FBT001  (a column of a table)
    """One may end when the other starts."""
    begins = START + timedelta(hours=start)
    assert Booking(begins, begins + timedelta(hours=hours), "shift", 1).overlaps(START, END) is expected


def booked(*bookings: Booking, **world: Any) -> dict[str, Any]:
    """A world in which Ana is taken."""
    return {"booked": {ANA.key: bookings}, **world}


def test_who_accepts_while_on_another_shift_is_not_seated_there_too() -> None:
    """The plan names both, and what to do; the seat stays open in When I Work until somebody did."""
    change = only(make_plan(snapshot(linked(jobs=[job()], shifts=[shift()]), **booked(OWN_SHIFT))))
    assert (line(change), change.subject) == (
        ("none shift #7", "blocked", {}),
        "Picker at Harbor, Sat 14 Mar 08:00-16:00",
    )
    assert change.reason == (
        "Ana R. is taken at that time: Cook at Depot, Sat 14 Mar 10:00-18:00 (shift 77 in When I Work); "
        "take Ana R. off this one, or off the other"
    )


def test_the_others_are_seated_all_the_same() -> None:
    """Who is free is no worse off."""
    link = linked(jobs=[job(), job(BEN)], shifts=[shift()])
    assert [line(change) for change in make_plan(snapshot(link, **booked(OWN_SHIFT))).changes] == [
        ("assign shift 301 #8", "do", sent(user_id=108)),
        ("none shift #7", "blocked", {}),
    ]


def test_whom_a_manager_seats_is_not_assigned_in_wonolo_beside_another_job() -> None:
    """Wonolo would hold two Jobs of one worker at one time."""
    other = Booking(START - timedelta(hours=1), START + timedelta(hours=1), "job_request", 501, "Packer at Depot")
    change = only(make_plan(snapshot(linked(shifts=[shift(instances=1), held()]), **booked(other))))
    assert (change.kind, change.verdict) == ("job", "blocked")
    assert change.reason.startswith(
        "Ana R. is taken at that time: Packer at Depot, Sat 14 Mar 07:00-09:00 (request 501 in Wonolo)"
    )


def test_a_request_with_a_worker_who_is_taken_comes_without_that_worker() -> None:
    """Each seat is shown, one of them open."""
    posting = LonePosting(job_request(slots=2), (job(), job(BEN)))
    plan = make_plan(snapshot(postings=(posting,), **booked(OWN_SHIFT)))
    assert [line(change)[:2] for change in plan.changes] == [
        ("create shift", "do"),
        ("create shift #8", "do"),
        ("none shift #7", "blocked"),
    ]


def test_time_off_is_told_as_such() -> None:
    """It may be ended instead."""
    off = Booking(START - timedelta(hours=8), END + timedelta(hours=8), "time_off", 9)
    change = only(make_plan(snapshot(linked(jobs=[job()], shifts=[shift()]), **booked(off))))
    assert change.reason == (
        "Ana R. is taken at that time: time off in When I Work, Sat 14 Mar 00:00-Sun 15 Mar 00:00; "
        "take Ana R. off this one, or end the time off"
    )


def test_who_is_booked_twice_already_is_told_of() -> None:
    """Nothing is undone: both seats are there, on both sides."""
    link = linked(WITH_ANA, jobs=[job()], shifts=[shift(instances=1), held()])
    plan = make_plan(snapshot(link, **booked(OWN_SHIFT)))
    assert (only(plan).verdict, only(plan).worker, plan.settled) == ("skip", ANA.key, ("link",))
    assert (only(plan).action, only(plan).kind) == ("none", "shift")
    assert "Cook at Depot, Sat 14 Mar 10:00-18:00 (shift 77 in When I Work)" in only(plan).reason


def test_the_records_of_a_demand_itself_book_nobody_twice() -> None:
    """Neither its shifts nor its request; and what ends as it starts does not overlap."""
    own = (
        Booking(START, END, "shift", 302),
        Booking(START, END, "job_request", 500),
        Booking(START - timedelta(hours=8), START, "shift", 76),
    )
    link = linked(jobs=[job()], shifts=[shift(instances=1), held()])
    assert make_plan(snapshot(link, **booked(*own))).changes == ()


def test_a_change_tells_of_a_swap_that_is_pending_on_its_shift() -> None:
    """Whoever reads the plan should know."""
    link = linked(jobs=[job()], shifts=[shift(instances=1), shift(303, instances=1)])
    plan = make_plan(snapshot(link, swaps={301: "a swap is pending on this shift"}))
    assert only(plan).cause == "workers nobody -> Ana R. in Wonolo; a swap is pending on this shift"
    quiet = make_plan(snapshot(link, swaps={303: "a swap is pending on this shift"}))
    assert only(quiet).cause == "workers nobody -> Ana R. in Wonolo"
    assert msgspec.structs.replace(only(plan), cause="") == msgspec.structs.replace(only(quiet), cause="")
