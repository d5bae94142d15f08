"""The way back in whole: whose it is, what it is judged by, what waits, and what stays beside it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from mappings.digest import owned_digest
from sync.plan import Change, Risk
from sync.plan.made import Made
from sync.plan.model import marker_key
from sync.plan.undoing.inverse import inverse
from sync.plan.undoing.today import Today
from tests.factories import ANA, NOW, START, job, shift, user
from tests.plans import worded
from tests.test_plan_inverse import FREED, POSTED, SEAT, WAYS, back, made, today
from tests.test_plan_inverse_seats import REQUEST
from tests.test_plan_inverse_seats import now as still_coming
from tests.test_plan_inverse_whole import LATE


@pytest.mark.parametrize(("row", "now", "way"), WAYS, ids=[row.change.action for row, _, _ in WAYS])
def test_each_way_back_is_about_the_same_worker(
    row: Made, now: Today, way: tuple[str, str, str, dict[str, Any]]
) -> None:
    """Whose seat or user it was, if it was anybody's."""
    named = msgspec.structs.replace(row, change=msgspec.structs.replace(row.change, worker=ANA.key))
    change = back(named, now)
    assert (change.action, change.worker) == (way[0], "" if way[1] == "job_request" and way[0] == "delete" else ANA.key)


def test_a_request_is_posted_anew_though_it_was_filled_and_some_of_it_was_empty() -> None:
    """Nobody sits on the new one, and Wonolo is told what the configuration knows."""
    before = POSTED | {"state": "filled", "city": ""}
    change = back(made("delete", "job_request", before, before | {"state": "cancelled"}), today())
    assert (change.kind, change.payload["state"], change.payload["city"]) == ("job_request", "posted", "Chicago")


def test_a_shift_made_anew_has_its_notes_and_its_holder() -> None:
    """With a marker of the undo behind them."""
    row = made("delete", "shift", SEAT | {"notes": "Gate 2 [sb:abc123]"}, worker=ANA.key)
    change = back(row, still_coming(REQUEST))
    assert (change.kind, change.worker) == ("shift", ANA.key)
    assert change.payload["notes"] == f"Gate 2 [sb:{marker_key('undo', 12, '302')}]"


def test_a_stack_that_was_made_takes_its_seats_along() -> None:
    """As many as it had."""
    stack = made("create", "shift", after=shift(), seats=2)
    assert back(stack, today(("shift", shift()))).seats == -2


def test_a_request_that_somebody_had_left_again_is_cancelled() -> None:
    """A Job that was cancelled holds no seat."""
    row = made("create", "job_request", after=POSTED)
    change = back(row, today(("job_request", POSTED), jobs={"500": (job(state="cancelled"),)}))
    assert (change.action, change.verdict) == ("delete", "do")


def test_a_user_is_put_right_though_the_work_has_begun() -> None:
    """A name is no hours."""
    row = made("update", "user", user(), user(first_name="Anna"), payload={"first_name": "Anna"}, start=NOW)
    assert back(row, today(("user", user(first_name="Anna")))).payload == {"first_name": "Ana"}


def test_what_stays_is_told_in_whole_and_the_rest_goes_back() -> None:
    """Whose seat it was, how near it is; what the run did before to other records is taken back all the same."""
    first = made("assign", "job", after=job(), worker=ANA.key)
    second = made("assign", "shift", shift(), SEAT, worker=ANA.key, rank=5)
    third = made("update", "shift", SEAT, SEAT | {"notes": "Dock 4"}, payload={"notes": "Dock 4"})
    now = today(("job_request", POSTED), ("job", job()), ("shift", SEAT | {"notes": "Dock 5"}))
    plan = inverse([first, second, third], now)
    assert [(row.verdict, row.kind, row.action) for row in plan.changes] == [
        ("skip", "shift", "none"),
        ("do", "job", "release"),
        ("skip", "shift", "none"),
    ]
    assert worded(plan.changes[2]) == Change(
        action="none",
        verdict="skip",
        kind="shift",
        record="302",
        link="link",
        subject="Picker at Harbor, Sat 14 Mar 08:00-16:00",
        place="Harbor",
        start=START,
        zone="America/Chicago",
        rank=5,
        reason="a later change of the same record stays, so this one does too",
        worker=ANA.key,
        risk=Risk(minutes_to_start=4320),
        undoes=12,
    )


def test_starts_are_told_apart_in_whatever_order_the_run_went() -> None:
    """The nearest demand first."""
    days = {1: 0, 2: 2, 3: 1}
    rows = [
        made("create", "shift", after=shift(number), link=f"shift:{number}", start=START + timedelta(days=late))
        for number, late in days.items()
    ]
    plan = inverse(rows, today(*(("shift", row.after) for row in rows if isinstance(row.after, dict))))
    assert [row.record for row in plan.changes] == ["1", "3", "2"]


def test_the_start_is_near_from_the_cutoff_on_and_half_an_odd_cent_is_a_whole_one() -> None:
    """Twelve hours before it, to the second."""
    row = made("assign", "job", after=job(), worker=ANA.key)
    records = (("job_request", POSTED | {"wage": 150.01}), ("job", job()))
    fees = [
        back(row, today(*records, now=START - timedelta(hours=12, seconds=early))).risk.fee_cents for early in (0, 1)
    ]
    assert fees == [7501, 0]
    assert isinstance(fees[0], int)


def test_near_the_start_a_request_posted_again_or_no_longer_tied_costs_nothing() -> None:
    """Only what is taken from somebody does."""
    posted = back(made("delete", "job_request", POSTED), today(**LATE))
    assert (posted.action, posted.kind, posted.verdict) == ("create", "job_request", "do")
    tied = made("link", "job_request", record="500", payload={"base": {}, "shifts": [301]})
    untied = back(tied, today(("job_request", POSTED), links=frozenset({"link"}), **LATE))
    assert (untied.action, untied.system, untied.verdict) == ("unlink", "wonolo", "do")


def test_only_a_job_that_is_taken_back_costs_a_fee() -> None:
    """Not the seat of the same worker in When I Work, nor a Job that was released and is given again."""
    records = (("job_request", POSTED), ("job", job()), ("shift", SEAT | {"job_request_id": 500}))
    seat = made("assign", "shift", shift(), SEAT, worker=ANA.key)
    again = made("release", "job", job(), job(state="cancelled"), worker=ANA.key)
    now = today(*records, **LATE)
    assert [back(row, now).risk.fee_cents for row in (seat, again)] == [0, 0]


def test_a_change_with_nothing_to_compare_names_no_record_to_be_judged_by() -> None:
    """What is made anew is not there yet; a stack that is deleted must be as many seats as it was."""
    assert back(made("delete", "shift", SEAT), today()).precondition == ""
    stack = back(made("create", "shift", after=shift(), seats=2), today(("shift", shift())))
    assert stack.precondition == owned_digest("shift", shift())


def test_a_seat_is_given_back_only_while_nobody_has_it() -> None:
    """Whatever came between the plan and the write."""
    given = back(made("release", "shift", SEAT, FREED, worker=ANA.key), still_coming(REQUEST))
    assert (given.action, given.worker, given.expects) == ("assign", ANA.key, {"user_id": 0})
