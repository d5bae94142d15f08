"""The ways out of a conflict, each in whole: what is offered, and what the plan is once a person took it."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from mappings.bookings import Booking
from mappings.link import LinkedDemand
from sync.plan import FieldChange, Plan, make_plan
from tests.factories import (
    ANA,
    BEN,
    CAT,
    NOW,
    START,
    USERS,
    at,
    demand,
    held,
    job,
    job_request,
    linked,
    shift,
    snapshot,
)
from tests.plans import Line, decision, line, only, sent

LATER = START + timedelta(hours=1)
WITH_ANA = demand(workers=frozenset({ANA.key}))
RELEASED = {"state": "cancelled", "cancelled_reason": "admin_cancelled"}


def after(link: LinkedDemand, choice: str, worker: str = "", **world: object) -> Plan:
    """The plan after a manager chose that way out of the conflict (about the worker, where there are several)."""
    asked = next(row for row in make_plan(snapshot(link, **world)).waiting if worker in ("", row.worker))
    assert choice in asked.choices
    answer = decision(asked, choice, "a manager", NOW)
    return make_plan(snapshot(link, decisions={asked.key: answer}, **world))


def rows(plan: Plan) -> list[Line]:
    """A plan, line by line."""
    return [line(change) for change in plan.changes]


THREE = linked(shifts=[shift(notes="Dock 4", instances=3, break_time=1)])


def test_a_clash_of_several_fields_names_them_all() -> None:
    """As a list that reads well, in the order in which fields are always told, with the pay that they add."""
    assert only(make_plan(snapshot(THREE, now=START))).choices == (
        "take Wonolo's unpaid break, title and seats",
        "take When I Work's unpaid break, title and seats (+$120.00)",
    )
    two = linked(shifts=[shift(notes="Dock 4", instances=3)])
    assert only(make_plan(snapshot(two, now=START))).choices[0] == "take Wonolo's title and seats"


def test_all_fields_of_a_clash_go_the_way_that_a_person_chose() -> None:
    """To the JobRequest at once, with the wage that the longer break leaves."""
    assert rows(after(THREE, "take When I Work's unpaid break, title and seats (+$120.00)", now=START)) == [
        (
            "update job_request 500",
            "do",
            {"slots": 3, "wage": 140.0, "request_name": "Dock 4 [sb:abc123]"},
        )
    ]


def test_the_break_that_a_person_takes_from_wonolo_is_written_to_the_shifts() -> None:
    """It is the one agreed on, by which Wonolo still pays; the other fields go with it."""
    break_alone = linked(shifts=[shift(break_time=1)])
    change = only(after(break_alone, "take Wonolo's unpaid break", now=START))
    assert line(change) == ("update shift 301", "do", sent(break_time=0.5))
    assert change.fields == (FieldChange("unpaid break", "60 min", "30 min"),)
    assert rows(after(THREE, "take Wonolo's unpaid break, title and seats", now=START)) == [
        ("update shift 301", "do", sent(break_time=0.5, notes="")),
        ("update shift 301", "do", sent(instances=2)),
    ]


ELSEWHERE = linked(
    WITH_ANA,
    jobs=[job()],
    shifts=[shift(instances=1), held(location_id=12, site_id=5, position_id=22, **at(LATER))],
)
THERE = demand(place="Depot", skill="Packer", start=LATER, end=LATER + timedelta(hours=8))


def test_a_seat_may_stray_to_another_place_and_skill() -> None:
    """The conflict says where to, on the clock of that place."""
    change = only(make_plan(snapshot(ELSEWHERE)))
    assert line(change) == ("none shift 302 #7", "conflict", {})
    assert change.cause == "Ana R.'s seat alone moved to Packer at Depot, Sat 14 Mar 10:00-18:00 in When I Work"


def test_a_seat_that_strayed_to_another_place_comes_back_whole() -> None:
    """Place, skill and time."""
    assert rows(after(ELSEWHERE, "move the seat back")) == [
        ("update shift 302", "do", sent(site_id=0, position_id=21)),
    ]


def test_the_others_follow_a_seat_that_strayed_to_another_place() -> None:
    """The JobRequest is told the place, the skill and its pay, and the start there."""
    request, stack = after(ELSEWHERE, "move the whole demand (-$22.50)").changes
    assert request.touched == ("place", "skill", "start", "end")
    assert request.payload == {
        "start_time": "2026-03-14 10:00",
        "venue": "Depot",
        "address": "9 Rail St",
        "city": "Newark",
        "zip": "07102",
        "category": "Fulfillment / Warehousing",
        "description_tasks": "Pack orders",
        "wage": 138.75,
        "request_name": "Packer at Depot [sb:abc123]",
    }
    assert line(stack) == ("update shift 301", "do", sent(THERE, site_id=5, position_id=22))


def test_who_strayed_may_be_released_and_the_seat_counts_no_longer() -> None:
    """It opens where it is, which takes one seat off this demand on both sides."""
    plan = after(ELSEWHERE, "release Ana R. and ask for the new time anew")
    assert rows(plan) == [
        ("release job 907 #7", "do", RELEASED),
        ("release shift 302 #7", "do", sent(THERE, user_id=0)),
        ("update job_request 500", "do", {"slots": 1}),
    ]
    assert [change.seats for change in plan.changes] == [0, -1, -1]


STRAYED = linked(
    demand(headcount=3, workers=frozenset({ANA.key, BEN.key})),
    job_request(slots=3, request_name="Dock 4"),
    jobs=[job(), job(BEN)],
    shifts=[shift(instances=1), held(**at(LATER)), held(303, 108, **at(LATER))],
)


@pytest.mark.parametrize(
    ("worker", "name", "gone", "stays"),
    [(ANA.key, "Ana R.", "shift 302 #7", "shift 303"), (BEN.key, "Ben O.", "shift 303 #8", "shift 302")],
)
def test_the_seat_of_who_is_released_gets_nothing_of_another_edit(
    worker: str, name: str, gone: str, stays: str
) -> None:
    """The other one that strayed does: it is still part of the demand."""
    plan = after(STRAYED, f"release {name} and ask for the new time anew", worker)
    later = demand(start=LATER, end=LATER + timedelta(hours=8))
    assert [row for row in rows(plan) if " shift " in row[0]] == [
        ("update shift 301", "do", sent(notes="Dock 4")),
        (f"update {stays}", "do", sent(later, notes="Dock 4")),
        (f"release {gone}", "do", sent(later, user_id=0)),
    ]


def test_who_is_released_is_not_told_of_as_booked_twice() -> None:
    """Of the two who are taken elsewhere at the time, the one who stays is."""
    busy = {key: (Booking(START, LATER, "shift", 900),) for key in (ANA.key, BEN.key)}
    plan = after(STRAYED, "release Ana R. and ask for the new time anew", ANA.key, booked=busy)
    assert [change.worker for change in plan.changes if change.verdict == "skip"] == [BEN.key]


def test_of_several_too_many_those_go_first_who_have_no_job() -> None:
    """A manager seated Ben in When I Work alone; of the two who accepted in Wonolo the later one goes with him."""
    base = demand(headcount=1, workers=frozenset({BEN.key}))
    link = linked(base, job_request(slots=1), jobs=[job(CAT, number=950), job()], shifts=[])
    seated = msgspec.structs.replace(link, base=demand(headcount=1), shifts=(held(user_id=108),))
    assert only(make_plan(snapshot(seated, users=USERS | {109: CAT.key}))).choices == (
        "ask for 3 seats (+$300.00)",
        "release Ben O., Cat L.",
    )
