"""What an undo as a whole is like: its order, what waits for a yes in it, its words and its risk."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest

from mappings.convert import marker
from mappings.digest import owned_digest
from sync.plan import FieldChange, Plan, Risk
from sync.plan.deciding import decide, taken_back
from sync.plan.made import Made
from sync.plan.model import marker_key
from sync.plan.undoing.inverse import inverse
from sync.plan.undoing.today import Today
from tests.factories import ANA, NOW, START, at, job, shift, snapshot, user
from tests.test_plan_inverse import POSTED, SEAT, back, made, today


def test_the_last_change_of_a_record_goes_first() -> None:
    """And each finds the record as the one after it left it."""
    first = made("create", "shift", after=shift(), seats=2)
    second = made("update", "shift", shift(), shift(notes="Gate 2"), payload={"notes": "Gate 2"})
    plan = inverse([first, second], today(("shift", shift(notes="Gate 2"))))
    assert [(row.verdict, row.action) for row in plan.changes] == [("do", "update"), ("do", "delete")]


def test_what_is_under_a_change_that_stays_stays_too() -> None:
    """The record is no longer what the earlier change made."""
    first = made("create", "shift", after=shift(), seats=2)
    second = made("update", "shift", shift(), shift(notes="Gate 2"), payload={"notes": "Gate 2"})
    plan = inverse([first, second], today(("shift", shift(notes="Gate 3"))))
    assert [row.reason for row in plan.changes] == [
        "it was changed since",
        "a later change of the same record stays, so this one does too",
    ]


def test_near_starts_come_first() -> None:
    """Those without one before all."""
    rows = [
        made("create", "shift", after=shift(1, **at(START)), start=START),
        made("create", "shift", after=shift(2, **at(START)), start=START - timedelta(days=1)),
        made("create", "user", after=user(), start=None),
    ]
    plan = inverse(rows, today(("shift", shift(1, **at(START))), ("shift", shift(2, **at(START)))))
    assert [row.record for row in plan.changes] == ["107", "2", "1"]
    assert plan.changes[0].risk.minutes_to_start is None


LATE = {"cutoff": timedelta(days=9)}


@pytest.mark.parametrize(
    ("row", "now", "reason"),
    [
        (
            made("create", "job_request", after=POSTED),
            today(("job_request", POSTED), **LATE),
            "so near the start a cancellation costs half the pay",
        ),
        (
            made("assign", "job", after=job(), worker=ANA.key),
            today(("job_request", POSTED), ("job", job()), **LATE),
            "so near the start a cancellation costs half the pay ($75.00)",
        ),
        (
            made("update", "job_request", POSTED, POSTED | {"slots": 3}, payload={"slots": 3}),
            today(("job_request", POSTED | {"slots": 3}), **LATE),
            "the start is too near to change this without a yes",
        ),
    ],
)
def test_near_the_start_what_touches_wonolo_waits(row: Made, now: Today, reason: str) -> None:
    """For a yes, with its cost."""
    change = back(row, now)
    assert (change.verdict, change.reason) == ("hold", reason)


def test_near_the_start_what_makes_good_again_does_not_wait() -> None:
    """A seat given back, or a shift in When I Work."""
    again = made("release", "job", job(), job(state="cancelled"), worker=ANA.key)
    assert back(again, today(("job_request", POSTED), **LATE)).verdict == "do"
    assert back(made("create", "shift", after=shift()), today(("shift", shift()), **LATE)).verdict == "do"


def test_words_and_risk_are_turned_round() -> None:
    """What was added is taken away."""
    fields = (FieldChange("seats", "2", "3"),)
    row = made(
        "update",
        "job_request",
        POSTED,
        POSTED | {"slots": 3},
        payload={"slots": 3},
        fields=fields,
        risk=Risk(paid_minutes=450, cents=15000, people=1),
        touched=("headcount",),
        seats=1,
    )
    change = back(row, today(("job_request", POSTED | {"slots": 3})))
    assert change.fields == (FieldChange("seats", "3", "2"),)
    assert change.risk == Risk(paid_minutes=-450, cents=-15000, people=1, minutes_to_start=4320)
    assert (change.touched, change.seats) == (("headcount",), -1)


def test_a_seat_taken_back_costs_half_its_pay_near_the_start_only() -> None:
    """Half of $150."""
    row, records = made("assign", "job", after=job(), worker=ANA.key), (("job_request", POSTED), ("job", job()))
    costs = [back(row, today(*records, **when)).risk.fee_cents for when in (LATE, {})]
    assert costs == [7500, 0]


def test_the_way_back_names_its_worker_and_the_record_it_was_judged_by() -> None:
    """So that it is written only if nobody changed it meanwhile."""
    noted = SEAT | {"notes": "Dock 4"}
    change = back(
        made("update", "shift", SEAT, noted, payload={"notes": "Dock 4"}, worker=ANA.key), today(("shift", noted))
    )
    assert (change.worker, change.precondition) == (ANA.key, owned_digest("shift", noted))


def test_what_is_made_again_carries_a_marker_of_this_undo() -> None:
    """The same for the same run and record, so that it is found if the reply is lost."""
    again = back(made("delete", "shift", SEAT), today())
    request = back(made("delete", "job_request", POSTED), today())
    assert marker(again.payload["notes"]) == marker_key("undo", 12, "302")
    assert marker(request.payload["request_name"]) == marker_key("undo", 12, "500")


def test_a_change_without_words_is_named_by_its_record() -> None:
    """One of a log from before changes were kept whole."""
    row = made("create", "shift", after=shift(), subject="", cause="")
    change = back(row, today(("shift", shift())))
    assert (change.subject, change.cause) == ("shift 301", "takes back what run 12 did")


def test_what_was_undone_is_held_until_somebody_says_yes() -> None:
    """What waits anyway keeps its own reason."""
    change = made("create", "shift", after=shift()).change
    waits = msgspec.structs.replace(change, verdict="hold", reason="near")
    said = [taken_back(row, "Dana", NOW, "undo of run 12") for row in (change, waits)]
    rows, void = decide([change, waits], snapshot(decisions={row.key: row for row in said}))
    assert [(row.verdict, row.reason) for row in rows] == [
        ("hold", "undone by Dana on Wed 11 Mar 08:00 (undo of run 12)"),
        ("hold", "near"),
    ]
    assert void == ()


def test_nothing_made_is_nothing_to_take_back() -> None:
    """An empty plan."""
    assert inverse([], today()) == Plan()
