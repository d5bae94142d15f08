"""Answers whose question is gone, and questions that one answer is for."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mappings.decision import NO, UNDONE, YES, Decision
from mappings.matching import DIFFERENT, SAME
from sync.plan import Change, FieldChange, Plan, make_plan
from tests.factories import ANA, BEN, NOW, START, at, demand, held, job, job_request, linked, shift, snapshot
from tests.plans import decision, line

NEAR = START - timedelta(hours=10)
BOTH = demand(headcount=2, workers=frozenset({ANA.key, BEN.key}))
QUIET = linked(shifts=[shift()])


def said(key: str, choice: str) -> dict[str, Decision]:
    """An answer to something, on facts that nobody remembers."""
    return {key: Decision(key, "facts", choice, "Dana", NOW)}


@pytest.mark.parametrize(
    ("choice", "void"),
    [(YES, ("abc",)), (NO, ("abc",)), ("move the seat back", ("abc",)), (UNDONE, ()), (SAME, ()), (DIFFERENT, ())],
)
def test_an_answer_to_what_is_not_planned_any_more_is_void(choice: str, void: tuple[str, ...]) -> None:
    """But for matches, and what was taken back: those need not be planned to be known."""
    assert make_plan(snapshot(QUIET, decisions=said("abc", choice))).void == void


def test_an_answer_that_may_be_hidden_is_kept() -> None:
    """Behind a write whose outcome is not known yet, or a conflict whose chosen way out is planned instead."""
    assert make_plan(snapshot(QUIET, decisions=said("abc", YES), busy={"other": "a write is under way"})).void == ()
    link = linked(demand(workers=frozenset({ANA.key})), jobs=[job()], shifts=[shift(instances=1), held(**at(NEAR))])
    (asked,) = make_plan(snapshot(link)).waiting
    chosen = {asked.key: decision(asked, asked.choices[0], "Dana", NOW)}
    assert make_plan(snapshot(link, decisions=chosen | said("abc", YES))).void == ()


def test_a_yes_to_something_else_hides_nothing() -> None:
    """It is planned, and the other answer is not about it."""
    later = linked(shifts=[shift(**at(START + timedelta(hours=1)))])
    (asked,) = make_plan(snapshot(later, now=NEAR)).waiting
    yes = {asked.key: decision(asked, YES, "Dana", NOW)}
    plan = make_plan(snapshot(later, now=NEAR, decisions=yes | said("abc", YES)))
    assert (plan.void, [row.decided for row in plan.to_do]) == (("abc",), [asked.key])


def fewer(*answers: tuple[Change, str], seats: int = 1) -> Plan:
    """Ten hours before the start a manager deleted Ben's shift, and perhaps more."""
    shifts = [held()] if seats == 1 else []
    link = linked(BOTH, job_request(), jobs=[job(), job(BEN)], shifts=shifts or [shift(instances=1)])
    decisions = {row.key: decision(row, choice, "Dana", NOW) for row, choice in answers}
    return make_plan(snapshot(link, now=NEAR, decisions=decisions))


def told(plan: Plan) -> list[tuple[str, str, str]]:
    """What is done to which record, what becomes of it, and why not."""
    return [(*line(row)[:2], row.reason) for row in plan.changes]


COSTS = "so near the start a cancellation costs half the pay ($75.00)"


def test_fewer_seats_go_with_who_is_taken_off_them() -> None:
    """One question, and one answer."""
    plan = fewer()
    assert told(plan) == [
        ("release job 908 #8", "hold", COSTS),
        ("update job_request 500", "blocked", "goes with taking Ben O. off: what is decided of that counts"),
    ]
    asked = plan.changes[0]
    assert told(fewer((asked, YES))) == [
        ("release job 908 #8", "do", ""),
        ("update job_request 500", "do", ""),
    ]
    _, seat = fewer((asked, NO)).changes
    assert (seat.verdict, seat.reason) == ("skip", "Ben O. stays, and so does the seat")


def test_more_seats_than_people_are_a_question_of_their_own() -> None:
    """A manager deleted both shifts and offers one seat; then one of the two goes with nobody."""
    plan = fewer(seats=0)
    rows = told(plan)
    assert rows == [
        ("release job 907 #7", "hold", COSTS),
        ("release job 908 #8", "hold", COSTS),
        ("update job_request 500", "blocked", "goes with taking Ana R., Ben O. off: what is decided of that counts"),
    ]
    one, two, _ = plan.changes
    assert [row[1] for row in told(fewer((one, YES), seats=0))] == ["do", "hold", "blocked"]
    assert [row[1] for row in told(fewer((one, YES), (two, YES), seats=0))] == ["do", "do", "do"]


def test_fewer_seats_than_people_who_go_wait_by_themselves() -> None:
    """Two seats less where one worker goes: the other was open, and is asked about."""
    link = linked(
        demand(headcount=3, workers=frozenset({ANA.key})),
        job_request(slots=3),
        jobs=[job()],
        shifts=[shift(instances=1)],
    )
    assert told(make_plan(snapshot(link, now=NEAR))) == [
        ("release job 907 #7", "hold", COSTS),
        ("update job_request 500", "hold", "the start is too near to change this without a yes"),
    ]


@pytest.mark.parametrize(("hours", "verdict"), [(8, "skip"), (7, "conflict")])
def test_a_seat_that_is_left_over_once_the_work_is_over_is_no_conflict(hours: int, verdict: str) -> None:
    """A manager tidies the schedule; nobody can be sent to work that has ended, so nobody is asked."""
    both = demand(headcount=2, workers=frozenset({ANA.key}))
    link = linked(both, job_request(), jobs=[job(state="in_progress")], shifts=[held()])
    (row,) = make_plan(snapshot(link, now=START + timedelta(hours=hours))).changes
    assert row.verdict == verdict
    if verdict == "skip":
        assert (row.reason, row.fields, row.choices) == (
            "the work is over, so both sides stay as they are",
            (FieldChange("seats", "2", "1"),),
            (),
        )
