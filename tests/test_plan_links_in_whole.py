"""Changes of linked demands in whole: what is touched, what they are judged by, and who gets the slots there are."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec

from mappings.bookings import Booking
from mappings.convert import marker
from mappings.digest import owned_digest
from mappings.model import Worker
from sync.plan import Change, FieldChange, Risk, make_plan
from sync.plan.model import digest, marker_key
from tests.factories import (
    ANA,
    BEN,
    CAT,
    CHICAGO,
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
from tests.plans import line, lines, sent, worded
from tests.plans import only_worded as only

NEAR = START - timedelta(hours=10)
LATER = START + timedelta(hours=1)
WITH_ANA = demand(workers=frozenset({ANA.key}))
ALL_USERS = USERS | {109: CAT.key}
DAN = Worker("wonolo:10", "Dan", "Moss")
RELEASED = {"state": "cancelled", "cancelled_reason": "admin_cancelled"}
TITLED = FieldChange("title", "", "Dock 4")


def harbor(**fields: Any) -> Change:
    """A change of the linked demand at the harbor, three days before its start."""
    values: dict[str, Any] = {
        "link": "link",
        "subject": "Picker at Harbor, Sat 14 Mar 08:00-16:00",
        "place": "Harbor",
        "start": START,
        "zone": CHICAGO,
        "risk": Risk(minutes_to_start=3 * 24 * 60),
    }
    return Change(**values | fields)


def test_a_title_and_a_worker_of_when_i_work_are_two_writes_to_wonolo() -> None:
    """Each tells its own; the request is judged by how it was."""
    plan = make_plan(snapshot(linked(shifts=[shift(notes="Dock 4", instances=1), held(notes="Dock 4")])))
    cause = "title none -> Dock 4; workers nobody -> Ana R. in When I Work"
    assert tuple(map(worded, plan.changes)) == (
        harbor(
            action="update",
            system="wonolo",
            kind="job_request",
            record="500",
            rank=3,
            fields=(TITLED,),
            cause=cause,
            payload={"request_name": "Dock 4 [sb:abc123]"},
            precondition=owned_digest("job_request", job_request()),
            touched=("title",),
        ),
        harbor(
            action="assign",
            system="wonolo",
            kind="job",
            rank=5,
            fields=(FieldChange("worker", "", "Ana R."),),
            cause=cause,
            payload={"worker_id": 7, "job_request_id": 500},
            worker=ANA.key,
            risk=Risk(people=1, minutes_to_start=3 * 24 * 60),
        ),
    )


def test_a_title_seats_and_a_worker_of_wonolo_are_three_writes_to_a_stack() -> None:
    """All of them to the shift as it was; the seats follow once one of them is held."""
    request = job_request(slots=3, request_name="Dock 4")
    plan = make_plan(snapshot(linked(request=request, jobs=[job()], shifts=[shift()])))
    stack: dict[str, Any] = {
        "system": "wheniwork",
        "kind": "shift",
        "record": "301",
        "cause": "title none -> Dock 4; seats 2 -> 3; workers nobody -> Ana R. in Wonolo",
        "precondition": owned_digest("shift", shift()),
    }
    assert tuple(map(worded, plan.changes)) == (
        harbor(**stack, action="update", rank=3, fields=(TITLED,), payload=sent(notes="Dock 4"), touched=("title",)),
        harbor(
            **stack,
            action="assign",
            rank=5,
            fields=(FieldChange("worker", "", "Ana R."),),
            payload=sent(user_id="@user:wonolo:7") | {"user_id": 107},
            expects={"user_id": 0, "instances": 2},
            worker=ANA.key,
            risk=Risk(people=1, minutes_to_start=3 * 24 * 60),
        ),
        harbor(
            **stack,
            action="update",
            rank=6,
            fields=(FieldChange("open seats", "1", "2"),),
            payload=sent(instances=2),
            expects={"user_id": 0, "instances": 1},
            seats=1,
        ),
    )


def test_near_the_start_only_what_waits_is_left_for_the_yes() -> None:
    """More seats are asked for at once, and not again with the title."""
    plan = make_plan(snapshot(linked(shifts=[shift(notes="Dock 4", instances=3)]), now=NEAR))
    assert [(line(change), change.seats, change.fields) for change in plan.changes] == [
        (("update job_request 500", "do", {"slots": 3}), 1, (FieldChange("seats", "2", "3"),)),
        (("update job_request 500", "hold", {"request_name": "Dock 4 [sb:abc123]"}), 0, (TITLED,)),
    ]


def test_near_the_start_a_title_waits_and_the_seats_beside_it_are_told_apart() -> None:
    """Of shifts, as they were; a seat that is held meanwhile is no part of what waits."""
    request = job_request(slots=1, request_name="Dock 4")
    plan = make_plan(snapshot(linked(request=request, jobs=[job()], shifts=[shift()]), now=NEAR))
    assert [(line(change), change.fields, change.touched) for change in plan.changes] == [
        (("update shift 301", "hold", sent(notes="Dock 4")), (TITLED,), ("title",)),
        (("assign shift 301 #7", "do", sent(user_id=107)), (FieldChange("worker", "", "Ana R."),), ()),
        (("delete shift 301", "hold", {}), (FieldChange("open seats", "1", "0"),), ()),
    ]
    assert {change.precondition for change in plan.changes} == {owned_digest("shift", shift())}


def test_a_seat_costs_a_fee_only_where_somebody_is_sent_home() -> None:
    """Half the pay of a Job that is cancelled; not a seat that is given, nor one that is opened in When I Work."""
    packed = demand(skill="Packer", workers=frozenset({ANA.key}))
    request = job_request(request_name="Packer at Harbor", description_tasks="Pack orders", wage=138.75)
    seats = [held(user_id=108, position_id=22), shift(instances=1, position_id=22)]
    release, assign = make_plan(snapshot(linked(packed, request, jobs=[job()], shifts=seats), now=NEAR)).changes
    assert (line(release)[0], release.risk.fee_cents) == ("release job 907 #7", 6938)
    assert release.reason == "so near the start a cancellation costs half the pay ($69.38)"
    assert (line(assign)[0], assign.risk.fee_cents) == ("assign job #8", 0)
    opened = linked(WITH_ANA, jobs=[job(state="withdrawn")], shifts=[shift(instances=1), held()])
    assert only(make_plan(snapshot(opened, now=NEAR))).risk == Risk(people=1, minutes_to_start=600)


def test_a_swap_is_told_of_with_its_shift_alone() -> None:
    """A Job may have the number of a shift."""
    link = linked(WITH_ANA, jobs=[job(number=302)], shifts=[shift()])
    changes = make_plan(snapshot(link, swaps={302: "a swap is pending"})).changes
    assert [(line(change)[0], "swap" in change.cause) for change in changes] == [("release job 302 #7", False)]
    opened = linked(WITH_ANA, jobs=[job(state="withdrawn")], shifts=[shift(instances=1), held()])
    cause = only(make_plan(snapshot(opened, swaps={302: "a swap is pending", 301: "a drop is pending"}))).cause
    assert cause == "workers Ana R. -> nobody in Wonolo; a swap is pending"


def test_a_seat_that_goes_with_its_worker_tells_who_loses_it() -> None:
    """As before and after."""
    link = linked(WITH_ANA, job_request(slots=1), jobs=[job(state="withdrawn")], shifts=[shift(instances=1), held()])
    (gone,) = make_plan(snapshot(link)).changes
    assert (line(gone)[0], gone.fields, gone.seats) == (
        "delete shift 302 #7",
        (FieldChange("worker", "Ana R.", ""),),
        -1,
    )


def test_a_new_stack_has_no_seats_before() -> None:
    """It tells how many it will be."""
    link = linked(WITH_ANA, job_request(slots=3), jobs=[job()], shifts=[held()])
    link = msgspec.structs.replace(link, base=demand(headcount=1, workers=WITH_ANA.workers))
    assert only(make_plan(snapshot(link))).fields == (FieldChange("open seats", "0", "2"),)


def test_one_who_leaves_makes_room_for_one_of_two_who_come() -> None:
    """The other gets the slot that was free."""
    link = linked(WITH_ANA, jobs=[job()], shifts=[held(user_id=108), held(303, 109)])
    assert lines(snapshot(link, users=ALL_USERS)) == [
        ("release job 907 #7", "do", RELEASED),
        ("assign job #8", "do", {"worker_id": 8, "job_request_id": 500}),
        ("assign job #9", "do", {"worker_id": 9, "job_request_id": 500}),
    ]


def test_near_the_start_the_slot_that_is_free_goes_to_the_first_who_comes() -> None:
    """The other waits until somebody has said yes to the release."""
    link = linked(WITH_ANA, jobs=[job()], shifts=[held(user_id=108), held(303, 109)])
    assert [line(change)[:2] for change in make_plan(snapshot(link, users=ALL_USERS, now=NEAR)).changes] == [
        ("release job 907 #7", "hold"),
        ("assign job #8", "do"),
        ("none job #9", "blocked"),
    ]


def test_near_the_start_everybody_who_finds_no_slot_is_named() -> None:
    """Two are replaced by two."""
    base = demand(workers=frozenset({ANA.key, DAN.key}))
    link = linked(base, jobs=[job(), job(DAN)], shifts=[held(user_id=108), held(303, 109)])
    plan = make_plan(snapshot(link, users=ALL_USERS, now=NEAR))
    assert [line(change)[:2] for change in plan.changes] == [
        ("release job 907 #7", "hold"),
        ("release job 910 #10", "hold"),
        ("none job #8", "blocked"),
        ("none job #9", "blocked"),
    ]


def test_a_seat_of_the_demand_itself_is_no_other_booking() -> None:
    """Ana was seated by a manager, and When I Work tells of her shift; somebody with another one is named."""
    link = linked(shifts=[held(), held(303, 108)])
    busy = {
        ANA.key: (Booking(START, LATER, "shift", 302),),
        BEN.key: (Booking(START, LATER, "shift", 999),),
    }
    blocked, assign = sorted(make_plan(snapshot(link, booked=busy)).changes, key=lambda change: change.action != "none")
    assert (line(blocked), line(assign)[:2]) == (("none job #8", "blocked", {}), ("assign job #7", "do"))
    assert blocked.reason == (
        "Ben O. is taken at that time: shift 999 in When I Work, Sat 14 Mar 08:00-09:00; "
        "take Ben O. off this one, or off the other"
    )


def test_seats_of_a_link_are_made_under_a_marker_of_what_was_agreed() -> None:
    """So that the same is not made twice, and more of them later get another one."""
    link = linked(WITH_ANA, job_request(slots=3), jobs=[job()], shifts=[held()])
    link = msgspec.structs.replace(link, base=demand(headcount=1, workers=WITH_ANA.workers))
    change = only(make_plan(snapshot(link)))
    assert (change.action, change.seats) == ("create", 2)
    assert marker(change.payload["notes"]) == marker_key(digest(("link", link.base)), "open")


def test_a_seat_that_is_made_for_somebody_has_a_marker_of_theirs() -> None:
    """No stack is left to take it from."""
    link = linked(WITH_ANA, jobs=[job(), job(BEN)], shifts=[held()])
    link = msgspec.structs.replace(link, base=demand(headcount=1, workers=WITH_ANA.workers))
    change = only(make_plan(snapshot(link)))
    assert (line(change)[0], change.seats) == ("create shift #8", 1)
    assert marker(change.payload["notes"]) == marker_key(digest(("link", link.base)), BEN.key)


def test_a_seat_that_strayed_to_another_place_takes_the_rest_of_an_edit_there() -> None:
    """It is told its own place, skill and time with the title."""
    away = held(location_id=12, site_id=5, position_id=22, **at(LATER))
    request = job_request(request_name="Dock 4")
    link = linked(WITH_ANA, request, jobs=[job()], shifts=[shift(instances=1), away])
    there = demand(place="Depot", skill="Packer", start=LATER, end=LATER + timedelta(hours=8))
    assert [row for row in lines(snapshot(link)) if row[1] == "do"] == [
        ("update shift 301", "do", sent(notes="Dock 4")),
        ("update shift 302", "do", sent(there, notes="Dock 4")),
    ]
