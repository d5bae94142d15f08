"""Who is given a seat back by an undo, and why others are not: as a table."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from mappings.bookings import Booking
from mappings.link import LinkedDemand
from sync.plan.made import Made
from sync.plan.undoing.inverse import inverse
from sync.plan.undoing.today import Today
from tests.factories import ANA, BEN, START, USERS, at, held, job, job_request, linked, shift
from tests.test_plan_inverse import back, made, today

END = START + timedelta(hours=8)
REQUEST = Booking(START, END, "job_request", 500, "Picker at Harbor")
SHIFT = Booking(START, END, "shift", 302, "Picker at Harbor")
BESIDE = Booking(START + timedelta(hours=2), END + timedelta(hours=2), "shift", 399, "Packer at Depot")
AWAY = Booking(START - timedelta(hours=8), START + timedelta(minutes=1), "time_off", 9)
NEXT = Booking(END, END + timedelta(hours=4), "shift", 398, "Packer at Depot")

FREED = made("release", "shift", held(), shift(302, instances=1), worker=ANA.key)
DELETED = made("delete", "shift", held(), worker=ANA.key)
SECOND = made("delete", "shift", held())
GONE = job(state="cancelled")
SENT_HOME = made("release", "job", job(), GONE, worker=ANA.key)


def now(
    *taken: Booking, state: str = "filled", link: LinkedDemand | None = None, request: dict[str, Any] | None = None
) -> Today:
    """The demand at the harbor with Ana's Job in a state, its shift open, and Ana taken by these."""
    posted = request or job_request()
    jobs = (job(state=state),)
    demand = link or linked(request=posted, jobs=jobs, shifts=(shift(302, instances=1),))
    return today(
        ("shift", shift(302, instances=1)),
        ("job_request", posted),
        ("job", jobs[0]),
        jobs={"500": jobs},
        linked={"link": demand},
        users=USERS,
        booked={ANA.key: tuple(sorted(taken))},
    )


GIVEN: list[tuple[Made, Today, tuple[str, str]]] = [
    (FREED, now(REQUEST), ("assign", "shift")),
    (FREED, now(REQUEST, NEXT), ("assign", "shift")),
    (DELETED, now(REQUEST), ("create", "shift")),
    (SECOND, now(REQUEST), ("create", "shift")),
    (DELETED, now(REQUEST, NEXT, link=linked(request=job_request(), jobs=(job(),))), ("create", "shift")),
    (SENT_HOME, now(state="cancelled"), ("assign", "job")),
    (SENT_HOME, now(SHIFT, NEXT, state="cancelled"), ("assign", "job")),
]


@pytest.mark.parametrize(("row", "world", "way"), GIVEN)
def test_who_still_comes_is_given_the_seat_back(row: Made, world: Today, way: tuple[str, str]) -> None:
    """In When I Work who holds it in Wonolo; what begins when it ends is no obstacle, nor what is part of it."""
    change = back(row, world)
    assert ((change.action, change.kind), change.verdict, change.reason) == (way, "do", "")


def test_a_seat_of_a_link_that_has_ended_is_known_by_place_work_and_hours() -> None:
    """The request still stands, and the worker is on it."""
    apart = today(users=USERS, booked={ANA.key: (REQUEST,)})
    other = today(users=USERS, booked={ANA.key: (Booking(START, END, "job_request", 501, "Packer at Harbor"),)})
    assert [back(DELETED, world).action for world in (apart, other)] == ["create", "none"]


TAKEN = "Ana R. is taken at that time: "
REFUSED: list[tuple[Made, Today, str]] = [
    (FREED, now(state="withdrawn"), "Ana R. withdrew in Wonolo, so the seat stays open"),
    (FREED, now(state="no_show"), "Ana R. is marked as not come in Wonolo, so the seat stays open"),
    (FREED, now(state="cancelled"), "Ana R. holds no seat of it in Wonolo, so the seat stays open"),
    (DELETED, now(state="withdrawn"), "Ana R. withdrew in Wonolo, so the shift is not created again"),
    (
        DELETED,
        now(request=job_request(state="cancelled")),
        "request 500 is cancelled in Wonolo, so the shift is not created again",
    ),
    (DELETED, today(users=USERS), "Ana R. holds no seat of it in Wonolo, so the shift is not created again"),
    (
        FREED,
        now(REQUEST, BESIDE),
        f"{TAKEN}Packer at Depot, Sat 14 Mar 10:00-18:00 (shift 399 in When I Work), so the seat stays open",
    ),
    (
        SECOND,
        now(REQUEST, Booking(START, END, "shift", 9, "Picker at Harbor")),
        f"{TAKEN}Picker at Harbor, Sat 14 Mar 08:00-16:00 (shift 9 in When I Work), so the shift is not created again",
    ),
    (
        FREED,
        now(AWAY, REQUEST),
        f"{TAKEN}time off in When I Work, Sat 14 Mar 00:00-08:01, so the seat stays open",
    ),
    (
        SENT_HOME,
        now(BESIDE, state="cancelled"),
        f"{TAKEN}Packer at Depot, Sat 14 Mar 10:00-18:00 (shift 399 in When I Work), so the seat stays open",
    ),
    (SENT_HOME, now(REQUEST), "Ana R. holds a seat of request 500 again already"),
    (
        SENT_HOME,
        now(state="cancelled", request=job_request(slots=0)),
        "request 500 has no free slot for Ana R.",
    ),
    (
        SENT_HOME,
        now(state="cancelled", request=job_request(duration="long")),
        "when it is cannot be read: ",
    ),
]


@pytest.mark.parametrize(("row", "world", "reason"), REFUSED, ids=[reason[:40] for _, _, reason in REFUSED])
def test_who_does_not_come_is_given_no_seat(row: Made, world: Today, reason: str) -> None:
    """Who left in Wonolo, who is taken elsewhere or away, and whose slot somebody else has."""
    change = back(row, world)
    assert (change.verdict, change.action, change.payload) == ("skip", "none", {})
    assert change.reason.startswith(reason)
    assert reason.endswith(": ") or change.reason == reason


def test_a_seat_that_an_undo_gives_in_wonolo_first_is_given_in_wheniwork_too() -> None:
    """Whichever the run took first."""
    for rows in ([SENT_HOME, FREED], [FREED, SENT_HOME]):
        plan = inverse(rows, now(state="cancelled"))
        assert [(row.verdict, row.action, row.kind) for row in plan.changes] == [
            ("do", "assign", "job"),
            ("do", "assign", "shift"),
        ]


def test_a_slot_is_free_once_the_undo_made_room() -> None:
    """Ben, who came instead, leaves it; or the request asks for as many as before; and of two only one fits."""
    came = made("assign", "job", after=job(BEN), worker=BEN.key)
    full = job_request(slots=1)
    fewer = made("update", "job_request", job_request(slots=2), full, payload={"slots": 1})
    other = made("release", "job", job(BEN), job(BEN, "cancelled"), worker=BEN.key)
    seated, gone = (GONE, job(BEN)), (GONE, job(BEN, "cancelled"))
    world = {"linked": {"link": linked(request=full)}, "users": USERS}
    records = (("job_request", full), ("job", GONE), ("job", job(BEN)))
    assert _verdicts([SENT_HOME, came], today(*records, jobs={"500": seated}, **world)) == ["do", "do"]
    assert _verdicts([SENT_HOME, fewer], today(*records, jobs={"500": seated}, **world)) == ["do", "do"]
    assert _verdicts([SENT_HOME], today(*records, jobs={"500": seated}, **world)) == ["skip"]
    assert _verdicts([SENT_HOME, other], today(*records, jobs={"500": gone}, **world)) == ["do", "skip"]


def _verdicts(rows: list[Made], world: Today) -> list[str]:
    return [change.verdict for change in inverse(rows, world).changes]


@pytest.mark.parametrize(("hour", "kind"), [(-1, "shift"), (1, "shift"), (1, "job")])
def test_who_was_moved_to_another_demand_moves_back(hour: int, kind: str) -> None:
    """Off the seat that the run gave first, whichever demand is nearer; a seat that nobody frees is in the way."""
    other = START + timedelta(hours=hour)
    given, world = _moved(other, kind)
    plan = inverse([FREED, given], world)
    assert [(row.verdict, row.action, row.link) for row in plan.changes] == [
        ("do", "release", "other"),
        ("do", "assign", "link"),
    ]
    assert back(FREED, world).verdict == "skip"


def _moved(other: datetime, kind: str) -> tuple[Made, Today]:
    """The seat of another demand that the run gave Ana, and the world after it."""
    seat = held(399, **at(other)) if kind == "shift" else job(number=999, job_request_id=501)
    number = 399 if kind == "shift" else 501
    given = made("assign", kind, after=seat, worker=ANA.key, link="other", start=other)
    taken = Booking(other, other + timedelta(hours=8), "shift" if kind == "shift" else "job_request", number)
    if kind == "shift":
        given = made("assign", kind, shift(399, **at(other)), seat, worker=ANA.key, link="other", start=other)
    known = now(REQUEST, taken)
    records = {**known.records, (kind, str(seat["id"])): seat}
    return given, Today(known.now, known.cutoff, known.rules, records, known.jobs, people=known.people, **_seen(known))


def _seen(world: Today) -> dict[str, Any]:
    return {"linked": world.linked, "users": world.users, "booked": world.booked}


def test_two_seats_at_one_time_are_not_both_given_back() -> None:
    """The later change is taken back first, and that one stands."""
    also = made("release", "shift", held(399), shift(399, instances=1), worker=ANA.key)
    known = now(REQUEST)
    records = {**known.records, ("shift", "399"): shift(399, instances=1)}
    world = Today(known.now, known.cutoff, known.rules, records, known.jobs, people=known.people, **_seen(known))
    assert [row.reason for row in inverse([FREED, also], world).changes] == [
        "",
        f"{TAKEN}Picker at Harbor, Sat 14 Mar 08:00-16:00 (shift 399 in When I Work), so the seat stays open",
    ]
