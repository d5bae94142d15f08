"""Who sits where, when it does not add up by itself: second seats, drafts, full requests, seats that change demands."""

from __future__ import annotations

from datetime import timedelta

import msgspec

from mappings.link import LinkedDemand
from sync.plan import FieldChange, make_plan
from tests.factories import ANA, BEN, NOW, START, at, demand, held, job, job_request, linked, shift, snapshot
from tests.plans import Line, decision, line, lines, only, sent

LATER = START + timedelta(hours=1)
LAST = START + timedelta(hours=2)
NEAR = START - timedelta(hours=10)
WITH_ANA = demand(workers=frozenset({ANA.key}))
RELEASED = {"state": "cancelled", "cancelled_reason": "admin_cancelled"}


def test_a_second_seat_of_one_worker_is_a_conflict_and_wonolo_is_asked_for_somebody_else() -> None:
    """Two were asked for and Ana can be one of them; no slot is taken away for that."""
    link = linked(WITH_ANA, jobs=[job()], shifts=[held(302), held(303)])
    change = only(make_plan(snapshot(link)))
    assert (change.verdict, change.record, change.worker) == ("conflict", "303", ANA.key)
    assert change.reason == (
        "Ana R. holds two seats of it in When I Work and can fill one; Wonolo is asked for somebody else meanwhile"
    )
    assert change.choices == ("open Ana R.'s second seat", "take Ana R.'s second seat away")


def test_who_accepts_gets_the_second_seat_of_somebody_else() -> None:
    """Nothing is left to decide then."""
    link = linked(WITH_ANA, jobs=[job(), job(BEN)], shifts=[held(302), held(303)])
    plan = make_plan(snapshot(link))
    assert [line(change)[:2] for change in plan.changes] == [
        ("assign shift 303 #8", "do"),
        ("none shift 303 #7", "conflict"),
    ]


def chosen(link: LinkedDemand, choice: str) -> list[Line]:
    """The plan after a manager chose a way out of the only conflict."""
    asked = only(make_plan(snapshot(link)))
    answer = decision(asked, choice, "a manager", NOW)
    return lines(snapshot(link, decisions={asked.key: answer}))


def test_a_second_seat_may_be_opened_or_taken_away() -> None:
    """As a person chooses: as an open seat in When I Work, or one slot less on both sides."""
    link = linked(WITH_ANA, jobs=[job()], shifts=[held(302), held(303)])
    assert chosen(link, "open Ana R.'s second seat") == [("release shift 303", "do", sent(user_id=0))]
    fewer = chosen(link, "take Ana R.'s second seat away")
    assert sorted(fewer, key=str) == [("delete shift 303", "do", {}), ("update job_request 500", "do", {"slots": 1})]


def test_who_leaves_leaves_every_seat() -> None:
    """Else the other one would be read as seating Ana anew."""
    link = linked(WITH_ANA, jobs=[job(state="withdrawn")], shifts=[held(302), held(303)])
    assert lines(snapshot(link)) == [
        ("release shift 302 #7", "do", sent(user_id=0)),
        ("release shift 303 #7", "do", sent(user_id=0)),
    ]


def test_a_second_seat_beside_too_few_seats_waits_with_them() -> None:
    """One conflict at a time: who is to stay decides about the second seat too."""
    link = linked(WITH_ANA, job_request(slots=1), jobs=[job()], shifts=[held(302), held(303)])
    running = snapshot(link, now=START)
    assert [change.reason for change in make_plan(running).changes] == [
        "both sides differ, and nobody may overrule the other at this stage"
    ]


def test_a_draft_that_a_manager_gives_to_somebody_is_no_seat_yet() -> None:
    """It becomes one once it is published; a worker who was seated before is not sent home by a draft."""
    link = linked(shifts=[shift(instances=1), held(published=False)])
    assert lines(snapshot(link)) == [("update job_request 500", "do", {"slots": 1})]
    seated = linked(WITH_ANA, jobs=[job()], shifts=[shift(instances=1), held(published=False)])
    assert make_plan(snapshot(seated)).changes == ()
    twice = linked(WITH_ANA, jobs=[job()], shifts=[held(), held(303, published=False)])
    assert lines(snapshot(twice)) == [("update job_request 500", "do", {"slots": 1})]


def test_nobody_is_assigned_to_a_slot_that_a_cancellation_has_yet_to_free() -> None:
    """Ben replaces Ana in When I Work and one slot is gone: so near the start her Job waits, and his with it."""
    link = linked(WITH_ANA, job_request(slots=1), jobs=[job()], shifts=[shift(instances=1), held(user_id=108)])
    plan = make_plan(snapshot(link, now=NEAR))
    assert [line(change)[:2] for change in plan.changes] == [
        ("release job 907 #7", "hold"),
        ("delete shift 301", "hold"),
        ("none job #8", "blocked"),
    ]
    assert plan.changes[-1].reason == ("the JobRequest has no free slot for Ben O.; settle first what else waits in it")


def test_who_is_replaced_makes_room_for_who_comes() -> None:
    """Far from the start the release goes first."""
    link = linked(WITH_ANA, job_request(slots=1), jobs=[job()], shifts=[held(user_id=108)])
    assert lines(snapshot(link)) == [
        ("release job 907 #7", "do", RELEASED),
        ("assign job #8", "do", {"worker_id": 8, "job_request_id": 500}),
    ]


def test_once_work_has_begun_a_seat_that_was_taken_away_is_not_given_back_by_who_accepts() -> None:
    """While each side keeps its own number of seats there are as many as the smaller one says."""
    link = linked(WITH_ANA, jobs=[job(), job(BEN)], shifts=[held()])
    change = only(make_plan(snapshot(link, now=START)))
    assert (change.verdict, change.reason) == ("conflict", "there would be more workers than seats")
    assert change.fields == (FieldChange("seats", "2", "1"), FieldChange("workers", "Ana R., Ben O.", "Ana R."))
    assert change.choices[0] == "ask for 2 seats"


def test_a_seat_that_moved_to_another_demand_is_tied_to_that_one_before_it_is_written() -> None:
    """Though the demand that it left waits for a yes."""
    moved = shift(299, instances=1, **at(LATER))
    one = linked(demand(headcount=3), job_request(slots=3), shifts=[shift(), moved])
    base = demand(start=LATER, end=LATER + timedelta(hours=8))
    request = job_request(501, start_time="2026-03-14T09:00:00-05:00")
    other = msgspec.structs.replace(
        one,
        key="other",
        base=base,
        job_request=request,
        jobs=(job(job_request_id=501),),
        shifts=(shift(304, **at(LATER)),),
    )
    plan = make_plan(snapshot(one, other, now=NEAR))
    assert plan.moved == (("other", 299),)
    assert [line(change)[:2] for change in plan.changes] == [
        ("update job_request 500", "hold"),
        ("update job_request 501", "do"),
        ("assign shift 299 #7", "do"),
    ]


def test_seats_that_moved_to_several_demands_are_each_tied_to_theirs() -> None:
    """Two open seats of one demand went two ways."""
    gone = [shift(298, instances=1, **at(LATER)), shift(299, instances=1, **at(LAST))]
    one = linked(demand(headcount=4), job_request(slots=4), shifts=[shift(), *gone])
    others = [
        msgspec.structs.replace(
            one,
            key=f"at {start:%H}",
            base=demand(start=start, end=start + timedelta(hours=8)),
            job_request=job_request(number, start_time=f"{start:%Y-%m-%dT%H:%M}Z"),
            shifts=(shift(number, **at(start)),),
        )
        for number, start in ((501, LATER), (502, LAST))
    ]
    assert make_plan(snapshot(one, *others)).moved == (("at 14", 298), ("at 15", 299))


def test_open_shifts_where_a_seat_strayed_to_are_still_posted() -> None:
    """The seat counts in its own demand; what is offered there is another one."""
    link = linked(WITH_ANA, jobs=[job()], shifts=[shift(instances=1), held(**at(LATER))])
    plan = make_plan(snapshot(link, shifts=(shift(309, **at(LATER)),)))
    assert [(line(change)[0], change.sources) for change in plan.changes] == [
        ("none shift 302 #7", ()),
        ("create job_request", (309,)),
    ]


def test_a_seat_that_strayed_takes_the_rest_of_an_edit() -> None:
    """Its own time is for a person to decide; the title is not."""
    request = job_request(request_name="Dock 4")
    later = demand(start=LATER, end=LATER + timedelta(hours=8))
    link = linked(WITH_ANA, request, jobs=[job()], shifts=[shift(instances=1), held(**at(LATER))])
    assert [row for row in lines(snapshot(link)) if row[1] == "do"] == [
        ("update shift 301", "do", sent(notes="Dock 4")),
        ("update shift 302", "do", sent(later, notes="Dock 4")),
    ]


def test_a_seat_whose_holder_asked_to_give_it_away_is_told_of_with_the_worker() -> None:
    """Of both sides and of a seat that moved alone; not of an open one, nor of somebody who left already."""
    base = demand(headcount=3, workers=frozenset({ANA.key, BEN.key}))
    jobs, shifts = [job(), job(BEN, "withdrawn")], [held(), held(303, 108), shift(instances=1)]
    link = linked(base, job_request(slots=3), jobs=jobs, shifts=shifts)
    swaps = {302: "a drop is pending on this shift", 303: "a swap is pending", 301: "a swap is pending"}
    told = [row for row in make_plan(snapshot(link, swaps=swaps)).changes if row.verdict == "skip"]
    assert [(row.kind, row.record, row.worker, row.reason, row.risk.people) for row in told] == [
        ("shift", "302", ANA.key, "Ana R. may not come: a drop is pending on this shift", 1)
    ]
