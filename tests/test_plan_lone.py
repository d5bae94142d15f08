"""Planning what only one system knows: match it, else create it on the other side."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from mappings.convert import marker
from mappings.model import Scope
from sync.plan import Change, FieldChange, Policy, Risk, make_plan
from sync.plan.snapshot import LonePosting
from tests.factories import (
    BEN,
    CAT,
    RULES,
    START,
    at,
    demand,
    held,
    job,
    job_request,
    linked,
    shift,
    snapshot,
)
from tests.plans import line, lines, only, only_worded, sent, worded

LATER = START + timedelta(hours=1)
NAME = "Evening crew"


def unmarked(payload: dict[str, Any]) -> dict[str, Any]:
    """A payload without the marker in its text."""
    return {
        name: str(value).partition(" [sb:")[0] if name == "request_name" else value for name, value in payload.items()
    }


def test_open_shifts_that_wonolo_does_not_know_are_posted_as_one_job_request() -> None:
    """Marked, so that a creation that is never answered is found again."""
    change = only(make_plan(snapshot(shifts=(shift(), shift(303, instances=1)))))
    assert unmarked(change.payload) == {
        "state": "posted",
        "request_name": "Picker at Harbor",
        "slots": 3,
        "start_time": "2026-03-14 08:00",
        "duration": 480,
        "category": "Fulfillment / Warehousing",
        "description_tasks": "Pick orders",
        "description_skills": "Forklift|Lifting",
        "venue": "Harbor Warehouse",
        "address": "1 Pier Rd",
        "city": "Chicago",
        "zip": "60601",
        "wage": 150.0,
    }
    assert (change.action, change.system, change.link, change.sources) == ("create", "wonolo", "shift:301", (301, 303))
    assert change.fields == (FieldChange("seats", "", "3"),)
    assert change.cause == "open shifts in When I Work that Wonolo does not know"
    assert change.risk == Risk(paid_minutes=1350, cents=45000, minutes_to_start=3 * 24 * 60)
    assert marker(change.payload["request_name"])


def test_the_same_shifts_are_posted_under_the_same_marker() -> None:
    """However often it is planned, and whatever the clock says."""
    plans = [make_plan(snapshot(shifts=(shift(),), now=START - timedelta(days=days))) for days in (1, 2)]
    markers = {marker(only(plan).payload["request_name"]) for plan in plans}
    assert len(markers) == 1
    other = only(make_plan(snapshot(shifts=(shift(399),))))
    assert marker(other.payload["request_name"]) not in markers


@pytest.mark.parametrize(
    "record",
    [
        shift(published=False),
        shift(user_id=55),
        shift(**at(START - timedelta(days=4))),
    ],
)
def test_other_shifts_are_not_posted(record: dict[str, Any]) -> None:
    """Drafts, those of the company's own people, and those of the past."""
    assert make_plan(snapshot(shifts=(record,))).changes == ()


def test_shifts_out_of_scope_are_not_posted_and_not_mentioned() -> None:
    """Not even if they could not be mapped."""
    rules = msgspec.structs.replace(RULES, scope=Scope(tag="#wonolo"))
    shifts = (
        shift(),
        shift(303, position_id=9),
        shift(304, notes="#wonolo"),
        shift(305, notes="#wonolo", position_id=9),
    )
    posted, remark = make_plan(snapshot(shifts=shifts, policy=Policy(rules))).changes
    assert (posted.link, unmarked(posted.payload)["request_name"]) == ("shift:304", "#wonolo")
    assert (remark.verdict, remark.record) == ("skip", "305")


def test_a_shift_that_cannot_be_mapped_is_mentioned_with_what_to_do() -> None:
    """Open and published ones alone; those of employees are none of our business."""
    shifts = (shift(position_id=9), shift(303, user_id=55, position_id=9), shift(304, published=False, position_id=9))
    assert only_worded(make_plan(snapshot(shifts=(*shifts, held(305, position_id=9))))) == Change(
        action="none",
        verdict="skip",
        kind="shift",
        record="301",
        link="shift:301",
        subject="open shift 301",
        reason="position 9 is no configured skill; add it under [[skills]]",
        rank=9,
    )


def test_a_shift_with_an_unreadable_time_is_mentioned_and_the_rest_goes_on() -> None:
    """Its user may be told as text."""
    posted, remark = make_plan(snapshot(shifts=(shift(303, start_time="soon", user_id="0"), shift()))).changes
    assert (posted.link, remark.record) == ("shift:301", "303")
    assert remark.reason == "its start_time cannot be read: 'soon' is not a time with a zone"


def test_a_posting_under_way_is_not_planned_again() -> None:
    """Its outcome is not known yet."""
    change = only(make_plan(snapshot(shifts=(shift(),), busy={"shift:301": "a write is under way"})))
    assert (change.verdict, change.reason) == ("blocked", "a write is under way")


def test_a_start_that_cannot_be_told_to_wonolo_is_blocked() -> None:
    """The second of two equal hours of an autumn night."""
    night = shift(start_time="Sun, 01 Nov 2026 01:30:00 -0600", end_time="Sun, 01 Nov 2026 09:30:00 -0600")
    change = only(make_plan(snapshot(shifts=(night,))))
    assert (change.verdict, change.kind) == ("blocked", "job_request")


def test_a_job_request_that_when_i_work_does_not_know_becomes_shifts() -> None:
    """One stack of open seats, and one shift for each worker."""
    posting = LonePosting(job_request(slots=4, request_name=NAME), (job(), job(BEN)))
    plan = make_plan(snapshot(postings=(posting,)))
    notes = [change.payload.pop("notes") for change in plan.changes]
    fields = sent(site_id=0, position_id=21, break_time=0.0, published=True)
    assert [line(change) for change in plan.changes] == [
        ("create shift", "do", fields | {"user_id": 0, "instances": 2}),
        ("create shift #7", "do", fields | {"user_id": 107, "instances": 1}),
        ("create shift #8", "do", fields | {"user_id": 108, "instances": 1}),
    ]
    assert {note.partition(" [sb:")[0] for note in notes} == {NAME}
    assert len({marker(note) for note in notes}) == 3
    assert {change.link for change in plan.changes} == {"job_request:500"}
    assert [change.fields for change in plan.changes] == [
        (FieldChange("open seats", "", "2"), FieldChange("title", "", NAME)),
        (FieldChange("worker", "", "Ana R."), FieldChange("title", "", NAME)),
        (FieldChange("worker", "", "Ben O."), FieldChange("title", "", NAME)),
    ]
    assert plan.changes[0].cause == "a JobRequest in Wonolo that When I Work does not know"


def test_a_full_job_request_needs_no_stack() -> None:
    """Every seat is held."""
    plan = lines(snapshot(postings=(LonePosting(job_request(slots=1), (job(),)),)))
    assert [what for what, _, _ in plan] == ["create shift #7"]


def test_a_worker_who_cannot_become_a_user_stays_an_open_seat() -> None:
    """The others are seated; the report says what to do."""
    plan = make_plan(snapshot(postings=(LonePosting(job_request(slots=2), (job(), job(CAT))),)))
    assert [(line(change)[:2], change.payload.get("instances")) for change in plan.changes] == [
        (("create shift", "do"), 1),
        (("create shift #7", "do"), 1),
        (("none shift #9", "blocked"), None),
    ]
    assert plan.changes[-1].reason == "Wonolo shows no e-mail of wonolo:9: create the user by hand with this code"


@pytest.mark.parametrize(
    "fields",
    [
        {"state": "draft"},
        {"state": "in_progress"},
        {"state": "unfilled", "address": "nowhere"},
        {"state": "cancelled", "start_time": "soon"},
        {"start_time": "2026-03-01T08:00:00-06:00"},
    ],
)
def test_job_requests_whose_work_is_not_ahead_are_left_alone(fields: dict[str, Any]) -> None:
    """Nobody needs to hear that they cannot be read."""
    assert make_plan(snapshot(postings=(LonePosting(job_request(**fields)),))).changes == ()


def test_a_job_request_that_cannot_be_mapped_is_mentioned_with_what_to_do() -> None:
    """By its number and name."""
    change = only(make_plan(snapshot(postings=(LonePosting(job_request(category="Nursing", request_name=NAME)),))))
    assert worded(change) == Change(
        action="none",
        verdict="skip",
        kind="job_request",
        record="500",
        link="job_request:500",
        subject="JobRequest 500 'Evening crew'",
        reason="category 'Nursing' is no configured skill; name one under [[skills]] or in the request's name",
        rank=9,
    )


def test_shifts_under_way_are_not_planned_again() -> None:
    """Their outcome is not known yet."""
    busy = {"job_request:500": "a write is under way"}
    change = only(make_plan(snapshot(postings=(LonePosting(job_request()),), busy=busy)))
    assert (change.verdict, change.kind, change.reason) == ("blocked", "shift", "a write is under way")


def test_what_both_sides_know_is_linked_and_not_created_twice() -> None:
    """The same place, skill, start and end; the base is what both say."""
    plan = make_plan(snapshot(postings=(LonePosting(job_request()),), shifts=(shift(),)))
    change = only(plan)
    assert line(change)[:2] == ("link job_request 500", "do")
    assert [(field.name, field.after) for field in change.fields] == [
        ("shifts", "301 (2 open)"),
        ("seats in Wonolo", "2"),
        ("seats in When I Work", "2"),
    ]
    assert change.payload == {"base": msgspec.to_builtins(demand()), "shifts": [301]}
    assert change.cause == "the same place, skill, start and end on both sides"
    assert not change.writes
    assert msgspec.convert(change.payload["base"], type(demand())) == demand()


def test_what_differs_on_a_pair_that_is_linked_is_planned_with_it() -> None:
    """After the link: workers and the title of both sides are kept."""
    posting = LonePosting(job_request(slots=3, request_name=NAME), (job(BEN),))
    plan = make_plan(snapshot(postings=(posting,), shifts=(shift(), held())))
    assert [line(change)[:2] for change in plan.changes] == [
        ("link job_request 500", "do"),
        ("update shift 301", "do"),
        ("update shift 302", "do"),
        ("assign job #7", "do"),
        ("assign shift 301 #8", "do"),
    ]
    assert plan.changes[0].fields[0] == FieldChange("shifts", "", "301 (2 open), 302 (Ana R.)")
    assert plan.changes[1].payload == sent(notes=NAME)


def test_an_open_shift_that_left_its_demand_may_meet_a_job_request_that_waits_for_it() -> None:
    """Somebody moved both by hand."""
    base, request = demand(headcount=3), job_request(slots=3)
    moved = shift(303, instances=1, **at(LATER))
    posting = LonePosting(job_request(501, slots=1, start_time="2026-03-14T09:00:00-05:00"))
    plan = make_plan(snapshot(linked(base, request, shifts=[shift(), moved]), postings=(posting,)))
    assert [line(change)[:2] for change in plan.changes] == [
        ("update job_request 500", "do"),
        ("link job_request 501", "do"),
    ]
    assert plan.changes[1].payload["shifts"] == [303]


def test_a_pair_with_a_write_under_way_is_not_linked_yet() -> None:
    """Its outcome is not known yet."""
    busy = {"job_request:500": "a write is under way"}
    change = only(make_plan(snapshot(postings=(LonePosting(job_request()),), shifts=(shift(),), busy=busy)))
    assert (change.verdict, change.action) == ("blocked", "none")


def test_a_worker_on_a_shift_that_wonolo_does_not_know_is_told_of_and_left_alone() -> None:
    """A manager may schedule a Wonolo worker for the company itself, or by mistake."""
    row = only(make_plan(snapshot(shifts=(held(),))))
    assert (row.verdict, row.subject, row.reason) == (
        "skip",
        "Picker at Harbor, Sat 14 Mar 08:00-16:00",
        "Wonolo knows nothing of Ana R.'s shift; if it is work for Wonolo, make it an open shift for Ana R. to accept",
    )


def test_a_posting_that_cannot_be_read_stops_no_other() -> None:
    """Nor does one that is over."""
    postings = (
        LonePosting(job_request(501, state="cancelled")),
        LonePosting(job_request(502, category="Nursing")),
        LonePosting(job_request(503)),
    )
    found = [(line(change)[0], change.verdict) for change in make_plan(snapshot(postings=postings)).changes]
    assert found == [("create shift", "do"), ("none job_request 502", "skip")]
