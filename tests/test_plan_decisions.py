"""What people decided, laid over a plan: a yes, a no, a chosen way out of a conflict, and facts that changed since."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from mappings.decision import NO, YES, Decision
from mappings.link import LinkedDemand
from sync.plan import Change, Plan, make_plan
from sync.plan.answering import asked as asked_of
from tests.factories import ANA, BEN, CHICAGO, NOW, START, at, demand, held, job, job_request, linked, shift, snapshot
from tests.plans import decision, line, only, sent

LATER = START + timedelta(hours=1)
NEAR = START - timedelta(hours=10)
WITH_ANA = demand(workers=frozenset({ANA.key}))
CANCELLED = job_request(state="cancelled")


def answer(change: Change, choice: str, **told: Any) -> dict[str, Decision]:
    """A manager's answer to a change, on Wed 11 Mar at 8."""
    return {change.key: decision(change, choice, "a manager", NOW, **told)}


def decided(link: LinkedDemand, choice: str, **world: Any) -> Plan:
    """The plan after a person chose a way out of the only thing that waits."""
    (asked,) = make_plan(snapshot(link, **world)).waiting
    return make_plan(snapshot(link, decisions=answer(asked, choice), **world))


def test_a_yes_lets_a_held_change_through() -> None:
    """The change says who said so, and carrying it out will use the answer up."""
    link = linked(shifts=[shift(**at(LATER))])
    asked = only(make_plan(snapshot(link, now=NEAR)))
    told = answer(asked, YES, why="agreed by telephone")
    change = only(make_plan(snapshot(link, now=NEAR, decisions=told)))
    assert line(change) == ("update job_request 500", "do", {"start_time": "2026-03-14 09:00"})
    assert change.cause.endswith("in When I Work; a manager decided so on Wed 11 Mar 08:00 (agreed by telephone)")
    assert (change.reason, change.decided) == ("", asked.key)


def test_a_refused_hold_is_left_out_and_says_by_whom() -> None:
    """It waits no longer, and can be approved after all."""
    link = linked(shifts=[shift(**at(LATER))])
    asked = only(make_plan(snapshot(link, now=NEAR)))
    plan = make_plan(snapshot(link, now=NEAR, decisions=answer(asked, NO)))
    assert (only(plan).verdict, plan.waiting) == ("skip", ())
    assert only(plan).reason == "refused: a manager decided so on Wed 11 Mar 08:00"
    assert [row.verb for row in asked_of(only(plan))] == ["approve"]


def test_an_ordinary_change_can_be_refused_too() -> None:
    """A person may know better."""
    link = linked(shifts=[shift(instances=3)])
    asked = only(make_plan(snapshot(link)))
    assert only(make_plan(snapshot(link, decisions=answer(asked, NO)))).verdict == "skip"
    agreed = only(make_plan(snapshot(link, decisions=answer(asked, YES))))
    assert (agreed.verdict, agreed.payload, agreed.decided) == ("do", asked.payload, asked.key)


def test_an_answer_to_other_facts_is_void() -> None:
    """Somebody took a seat since a person agreed to cancel the request: it would now cost half her pay."""
    asked = only(make_plan(snapshot(linked(), now=NEAR)))
    told = answer(asked, YES)
    seated = linked(WITH_ANA, jobs=[job()])
    plan = make_plan(
        snapshot(seated, now=NEAR, decisions={only(make_plan(snapshot(seated, now=NEAR))).key: told[asked.key]})
    )
    assert (only(plan).verdict, plan.void) == ("hold", (only(plan).key,))


def test_a_choice_for_a_conflict_whose_facts_changed_is_void() -> None:
    """The other side has moved on meanwhile."""
    link = linked(shifts=[shift(notes="Dock 4")])
    (asked,) = make_plan(snapshot(link, now=START)).waiting
    moved = linked(shifts=[shift(notes="Dock 5")])
    plan = make_plan(snapshot(moved, now=START, decisions=answer(asked, asked.choices[0])))
    assert ([row.verdict for row in plan.changes], plan.void) == (["conflict"], (asked.key,))


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("take Wonolo's title", ("update shift 301", "do", sent(notes=""))),
        ("take When I Work's title", ("update job_request 500", "do", {"request_name": "Dock 4 [sb:abc123]"})),
    ],
)
def test_a_clash_ends_with_the_side_that_a_person_takes(choice: str, expected: Any) -> None:
    """Although nobody owns the field any more."""
    plan = decided(linked(shifts=[shift(notes="Dock 4")]), choice, now=START)
    assert line(only(plan)) == expected
    assert only(plan).cause == (
        f"{choice}: a manager decided so on Wed 11 Mar 08:00; title none -> Dock 4 in When I Work"
    )
    assert plan.void == ()


TOO_MANY = linked(jobs=[job(), job(BEN)], shifts=[shift(instances=1)])


def test_more_seats_are_asked_for_when_a_person_says_so() -> None:
    """Both workers stay; the employee's seat comes on top."""
    plan = decided(TOO_MANY, "ask for 2 seats")
    assert [line(change)[:2] for change in plan.changes] == [
        ("assign shift 301 #7", "do"),
        ("create shift #8", "do"),
    ]


def test_a_worker_is_released_when_a_person_says_so() -> None:
    """And the other takes the only seat."""
    plan = decided(TOO_MANY, "release Ben O.")
    assert [line(change)[:2] for change in plan.changes] == [
        ("release job 908 #8", "do"),
        ("assign shift 301 #7", "do"),
        ("update job_request 500", "do"),
    ]


def test_near_the_start_the_choice_names_the_cost_and_is_asked_for_once() -> None:
    """Who chose to pay half the wage is not asked for a yes again."""
    plan = decided(TOO_MANY, "release Ben O. ($75.00)", now=NEAR)
    assert next((line(change)[:2], change.risk.fee_cents) for change in plan.changes) == (
        ("release job 908 #8", "do"),
        7500,
    )
    assert plan.waiting == ()


def test_of_several_too_many_the_last_who_came_go() -> None:
    """One choice instead of every combination."""
    link = linked(jobs=[job(), job(BEN)], shifts=[shift(instances=1)], request=job_request(slots=1))
    link = msgspec.structs.replace(link, base=demand(headcount=1), shifts=(shift(instances=1),))
    three = msgspec.structs.replace(
        link, jobs=(*link.jobs, job(number=999, worker=msgspec.structs.replace(ANA, key="wonolo:70")))
    )
    (asked,) = make_plan(snapshot(three)).waiting
    assert asked.choices == ("ask for 3 seats (+$300.00)", "release wonolo:70, Ben O.")


STRAYED = linked(WITH_ANA, jobs=[job()], shifts=[shift(instances=1), held(**at(LATER))])


def test_a_strayed_seat_moves_back() -> None:
    """As its worker is expected at the old time."""
    assert line(only(decided(STRAYED, "move the seat back"))) == ("update shift 302", "do", sent())


def test_a_whole_demand_moves_after_a_strayed_seat() -> None:
    """The JobRequest and the other seats follow."""
    plan = decided(STRAYED, "move the whole demand")
    later = demand(start=LATER, end=LATER + timedelta(hours=8))
    assert [line(change) for change in plan.changes] == [
        ("update job_request 500", "do", {"start_time": "2026-03-14 09:00"}),
        ("update shift 301", "do", sent(later)),
    ]


def test_a_strayed_seats_worker_is_released_and_the_new_time_asked_for() -> None:
    """The open seat at the new time founds a demand of its own afterwards."""
    plan = decided(STRAYED, "release Ana R. ($75.00) and ask for the new time anew", now=NEAR)
    later = demand(start=LATER, end=LATER + timedelta(hours=8))
    assert [line(change)[:2] for change in plan.changes] == [
        ("release job 907 #7", "do"),
        ("release shift 302 #7", "do"),
        ("update job_request 500", "do"),
    ]
    assert plan.changes[1].payload == sent(later, user_id=0)


EDITED = linked(request=CANCELLED, shifts=[shift(instances=3)])


@pytest.mark.parametrize(
    ("link", "choice", "expected"),
    [
        (EDITED, "delete it in When I Work too", "delete shift 301"),
        (
            linked(request=CANCELLED, shifts=[shift(instances=3)]),
            "create it in Wonolo again (+$450.00)",
            "unlink job_request",
        ),
        (linked(request=job_request(slots=3)), "delete it in Wonolo too", "delete job_request 500"),
        (linked(request=job_request(slots=3)), "create it in When I Work again", "unlink job_request"),
    ],
)
def test_an_edited_and_deleted_demand_goes_or_comes_again(link: LinkedDemand, choice: str, expected: str) -> None:
    """Without its link, the next pass creates what is missing."""
    change = only(decided(link, choice))
    assert line(change)[:2] == (expected, "do")
    assert change.cause.startswith(f"{choice}: a manager decided so on Wed 11 Mar 08:00; deleted in")


def test_a_choice_to_cancel_is_not_asked_for_again_near_the_start() -> None:
    """The person has decided already."""
    assert line(only(decided(linked(request=job_request(slots=3)), "delete it in Wonolo too", now=NEAR))) == (
        "delete job_request 500",
        "do",
        {"state": "cancelled"},
    )


def test_a_choice_that_is_no_choice_any_more_changes_nothing() -> None:
    """A program of another version may have written it."""
    link = linked(shifts=[shift(notes="Dock 4")])
    assert decided(link, "take a nap", now=START) == make_plan(snapshot(link, now=START))


def test_the_minutes_that_pass_are_no_change_of_facts() -> None:
    """A yes an hour old still counts."""
    link = linked(shifts=[shift(**at(LATER))])
    first, later = (only(make_plan(snapshot(link, now=NEAR + timedelta(hours=passed)))) for passed in (0, 1))
    assert (first.facts, first.key) == (later.facts, later.key)
    assert first.zone == CHICAGO


def test_what_would_be_done_anyway_keeps_its_own_cause_beside_a_chosen_way_out() -> None:
    """Ben withdrew while Ana's seat strayed: that hers is moved back is not why his is opened."""
    both = demand(workers=frozenset({ANA.key, BEN.key}))
    link = linked(both, jobs=[job(), job(BEN, "withdrawn")], shifts=[held(**at(LATER)), held(303, 108)])
    moved, opened = decided(link, "move the seat back").changes
    assert line(moved)[0] == "update shift 302"
    assert moved.cause.startswith("move the seat back: a manager decided so on Wed 11 Mar 08:00; ")
    assert (line(opened)[0], opened.cause) == ("release shift 303 #8", "workers Ana R., Ben O. -> Ana R. in Wonolo")


def test_who_was_to_take_a_refused_seat_is_not_assigned() -> None:
    """Wonolo would answer that all slots are filled."""
    base = demand(headcount=1, workers=frozenset({BEN.key}))
    link = linked(base, job_request(slots=1), jobs=[job(BEN)], shifts=[held(), held(303, 108)])
    more, *_ = make_plan(snapshot(link)).changes
    assert more.payload["slots"] == 2
    plan = make_plan(snapshot(link, decisions=answer(more, NO)))
    assert [(row.action, row.verdict) for row in plan.changes] == [("update", "skip"), ("none", "blocked")]
    assert plan.changes[1].reason == "the JobRequest has no free slot for Ana R.; settle first what else waits in it"
