"""Existing records are never made again: what is there but not looked at is one question, in either direction."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from mappings.decision import Decision
from mappings.matching import DIFFERENT, SAME
from mappings.model import Scope
from sync.plan import Policy, Snapshot, make_plan
from sync.plan.snapshot import LonePosting
from tests.factories import NOW, RULES, START, at, held, job, job_request, linked, shift, snapshot
from tests.plans import line, lines, only

TAGGED = Policy(msgspec.structs.replace(RULES, scope=Scope(tag="#wonolo")))
BLUE = Policy(msgspec.structs.replace(RULES, scope=Scope(color="0000ff")))
LEAD = Policy(msgspec.structs.replace(RULES, scope=Scope(lead_minutes={"Picker": 60})))


def posted(*jobs: dict[str, Any], **fields: Any) -> LonePosting:
    """JobRequest 500, typed by hand."""
    return LonePosting(job_request(**{"request_name": "Picker at Harbor", **fields}), jobs)


def answered(seen: Snapshot, choice: str) -> Snapshot:
    """The same world once a person answered the only question."""
    (doubt,) = make_plan(seen).doubts
    return msgspec.structs.replace(seen, decisions={doubt.key: Decision(doubt.key, doubt.facts, choice, "Dana", NOW)})


# What is there in When I Work when a request is to be shown there, or in Wonolo when shifts are to be posted.
SLIPS: dict[str, Snapshot] = {
    "a draft": snapshot(postings=(posted(),), drafts=(shift(published=False),)),
    "a draft of other times": snapshot(
        postings=(posted(),), drafts=(shift(published=False, **at(START + timedelta(minutes=15))),)
    ),
    "a draft with her name": snapshot(postings=(posted(job(), slots=1),), drafts=(held(published=False),)),
    "no tag": snapshot(postings=(posted(),), shifts=(shift(),), policy=TAGGED),
    "no colour": snapshot(postings=(posted(),), shifts=(shift(),), policy=BLUE),
    "a site nobody mapped": snapshot(postings=(posted(),), shifts=(shift(site_id=9),)),
    "a draft in Wonolo": snapshot(postings=(posted(state="draft"),), shifts=(shift(),)),
    "a state nobody knows": snapshot(postings=(posted(state="paused"),), shifts=(shift(),)),
    "half a street": snapshot(postings=(posted(address="1 Pier"),), shifts=(shift(),)),
    "a zip mistyped": snapshot(postings=(posted(zip="60610"),), shifts=(shift(),)),
    "a shared category": snapshot(postings=(posted(description_tasks="Work", request_name="Crew"),), shifts=(shift(),)),
    "our own marker": snapshot(
        postings=(posted(zip="60699", request_name="Picker at Harbor [sb:abc123]"),), shifts=(shift(),)
    ),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_what_may_be_there_already_is_one_question_and_nothing_is_made(slip: str) -> None:
    """With both records, and what either answer does."""
    asked = [row for row in make_plan(SLIPS[slip]).changes if row.verdict != "skip"]
    assert [(row.verdict, row.action, row.record) for row in asked] == [("conflict", "link", "500")]
    (row,) = asked
    assert ("(JobRequest 500, seats: " in row.cause, "(shift 30" in row.cause) == (True, True)
    assert [choice.partition(":")[0] for choice in row.choices] == [SAME, DIFFERENT]


@pytest.mark.parametrize("slip", SLIPS)
def test_what_is_something_else_is_made(slip: str) -> None:
    """Once a person said so, and nothing is asked again."""
    plan = make_plan(answered(SLIPS[slip], DIFFERENT))
    made = {(row.action, row.verdict) for row in plan.changes if row.verdict != "skip"}
    assert made == {("create", "do")}


@pytest.mark.parametrize("slip", SLIPS)
def test_what_is_the_same_is_linked_or_waits_and_nothing_is_made(slip: str) -> None:
    """A draft waits until it is published, an address until it is mapped."""
    changes = make_plan(answered(SLIPS[slip], SAME)).changes
    linked = slip in ("no tag", "no colour")
    assert [line(row)[:2] for row in changes if row.verdict != "skip" and row.action != "none"] == (
        [("link job_request 500", "do")] if linked else []
    )
    assert linked or any("both are linked once" in row.reason for row in changes)


def test_the_answer_stands_once_the_slip_is_put_right() -> None:
    """The published shift is tied, whatever else would fit."""
    seen = answered(SLIPS["a draft"], SAME)
    plan = make_plan(msgspec.structs.replace(seen, drafts=(), shifts=(shift(),)))
    assert [line(row)[:2] for row in plan.changes] == [("link job_request 500", "do")]


def test_who_sits_on_a_request_that_waits_is_named() -> None:
    """And waiting is no success: a worker comes whom no schedule shows."""
    change = only(make_plan(answered(SLIPS["a draft with her name"], SAME)))
    reason = "it is shift 302 in When I Work, and both are linked once it is published (it is a draft)"
    assert change.verdict == "blocked"
    assert change.reason == f"{reason}; until then Ana R. cannot be shown on the schedule"


def test_what_waits_for_its_time_is_linked_when_it_is_the_same() -> None:
    """Wonolo knows of it already, so nothing is offered too early."""
    assert [
        line(row)[:2] for row in make_plan(snapshot(postings=(posted(),), shifts=(shift(),), policy=LEAD)).changes
    ] == [("link job_request 500", "do")]
    assert lines(snapshot(shifts=(shift(),), policy=LEAD)) == []


@pytest.mark.parametrize("minutes", [-15, 0, 15])
def test_nothing_is_begun_beyond_the_horizon_on_either_side(minutes: int) -> None:
    """Nor does one side begin what the other, a little later, does not yet: it is a question."""
    until = START + timedelta(minutes=5)
    beside = shift(**at(START + timedelta(minutes=minutes)))
    changes = make_plan(snapshot(postings=(posted(),), shifts=(beside,), until=until)).changes
    assert [line(row)[:2] for row in changes] == [("link job_request 500", "blocked" if minutes else "do")]
    for later in (snapshot(postings=(posted(),), until=START), snapshot(shifts=(shift(),), until=START)):
        assert make_plan(later).changes == ()
    both = snapshot(postings=(posted(),), shifts=(beside,), until=START - timedelta(minutes=20))
    assert make_plan(both).changes == ()


QUARTER = at(START + timedelta(minutes=15))
SECOND = LonePosting(job_request(501, request_name="Picker at Harbor"))
SEVERAL: dict[str, tuple[Snapshot, list[tuple[str, str]]]] = {
    "a request beside two drafts": (
        snapshot(postings=(posted(),), drafts=(shift(published=False), shift(303, published=False, **QUARTER))),
        [("job_request 500", "")],
    ),
    "two requests beside one draft": (
        snapshot(postings=(posted(), SECOND), drafts=(shift(published=False),)),
        [("job_request 500", ""), ("job_request 501", "it may be shift 301 as well, and request 500 is asked about")],
    ),
    "two groups beside a draft in Wonolo": (
        snapshot(postings=(posted(state="draft"),), shifts=(shift(), shift(303, **QUARTER))),
        [("job_request 500", ""), ("shift 303", "it may be request 500 as well, and shift 301 is asked about")],
    ),
}


@pytest.mark.parametrize("several", SEVERAL)
def test_each_of_several_doubts_is_asked_once_and_nothing_is_made_of_the_others(several: str) -> None:
    """They wait, and say for which question."""
    seen, expected = SEVERAL[several]
    plan = make_plan(seen)
    assert len(plan.doubts) == 1
    assert [(row.verdict, f"{row.kind} {row.record}") for row in plan.changes] == [
        ("blocked" if reason else "conflict", record) for record, reason in expected
    ]
    assert [row.reason for row in plan.changes if row.verdict == "blocked"] == [
        f"{reason} first: nothing is made of it until then" for _, reason in expected if reason
    ]


@pytest.mark.parametrize(("choice", "asked", "made"), [(SAME, 0, 1), (DIFFERENT, 1, 1)])
@pytest.mark.parametrize("several", list(SEVERAL)[1:])
def test_the_next_question_is_asked_once_the_first_is_answered(
    several: str, choice: str, asked: int, made: int
) -> None:
    """What the first is settles it, or it is asked in its turn; then exactly one of the two is made."""
    plan = make_plan(answered(SEVERAL[several][0], choice))
    assert (len(plan.doubts), len([row for row in plan.changes if row.action == "create"])) == (asked, made)


def test_what_resembles_nothing_is_made_at_once() -> None:
    """Another street, another day, another category: no question for each foreign request."""
    others = (
        posted(address="77 Lake Street", zip="60699", venue="Lake Market"),
        posted(address="nowhere", start_time="2026-03-15T08:00:00-05:00"),
        posted(category="Nursing", address="1 Pier"),
    )
    for other in others:
        made = [row for row in make_plan(snapshot(postings=(other,), shifts=(shift(),))).changes if row.verdict == "do"]
        assert [line(row)[0] for row in made] == ["create job_request"]


def test_each_answer_tells_what_it_does() -> None:
    """With what it costs."""
    effects = [
        only(make_plan(snapshot(postings=(posted(),), drafts=(shift(published=False),)))),
        only(make_plan(snapshot(postings=(posted(),), shifts=(shift(instances=3),), policy=TAGGED))),
        make_plan(SLIPS["a draft in Wonolo"]).changes[0],
    ]
    assert [row.choices for row in effects] == [
        (
            "same: nothing is made, and both are linked once it is published",
            "different: 2 seats more are made in When I Work",
        ),
        (
            "same: both are linked, and Wonolo is asked for 3 seats (+$160.00)",
            "different: 2 seats more are made in When I Work",
        ),
        (
            "same: nothing is made, and both are linked once it is posted",
            "different: a second request for 2 seats is posted in Wonolo (+$300.00)",
        ),
    ]


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({}, [("link job_request 501", "do")]),
        ({"slots": 3}, [("link job_request 501", "blocked")]),
        ({"zip": "60610"}, [("link job_request 501", "conflict"), ("none job_request 501", "skip")]),
        ({"state": "draft"}, [("link job_request 501", "conflict")]),
        ({"start_time": "2026-03-14T11:00:00-05:00"}, [("update job_request 500", "do"), ("create shift", "do")]),
    ],
)
def test_shifts_beside_a_link_are_those_of_a_request_that_nobody_linked(
    fields: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    """Two more seats were typed into both systems: they do not join the link and are made once more."""
    other = LonePosting(job_request(501, **{"request_name": "Picker at Harbor", **fields}))
    plan = make_plan(snapshot(linked(shifts=[shift()]), shifts=(shift(303),), postings=(other,)))
    assert [line(row)[:2] for row in plan.changes] == expected


GROWN = {
    "a draft": snapshot(linked(request=job_request(slots=4), shifts=[shift()]), drafts=(shift(303, published=False),)),
    "no tag": snapshot(linked(request=job_request(slots=4), shifts=[shift()]), shifts=(shift(303),), policy=TAGGED),
}


@pytest.mark.parametrize("slip", GROWN)
def test_seats_added_to_both_sides_of_a_linked_demand_are_asked_about(slip: str) -> None:
    """The manager's are out of sight: they are not made once more; a person says whether they are the same."""
    seen = GROWN[slip]
    asked = only(make_plan(seen))
    assert (asked.verdict, asked.link, asked.choices[1]) == (
        "conflict",
        "link",
        "different: 2 seats more are made in When I Work",
    )
    (made,) = make_plan(answered(seen, DIFFERENT)).changes
    assert (line(made)[0], made.seats) == ("update shift 301", 2)
    same = make_plan(answered(seen, SAME))
    assert ([row.action for row in same.changes], same.moved) == (
        ([], (("link", 303),)) if slip == "no tag" else (["none"], ())
    )


def test_seats_typed_a_quarter_of_an_hour_apart_are_asked_about_when_a_demand_grows() -> None:
    """They join once they have its times; of two such groups the second is asked about after the first."""
    quarters = [at(START + timedelta(minutes=minutes)) for minutes in (15, 20)]
    drafts = tuple(shift(303 + i, published=False, **times) for i, times in enumerate(quarters))
    seen = snapshot(linked(request=job_request(slots=4), shifts=[shift()]), drafts=drafts)
    change = only(make_plan(seen))
    waits = "both are linked once it is published and its times are those of the request"
    assert (change.verdict, change.choices[0]) == ("conflict", f"same: nothing is made, and {waits}")
    waiting = only(make_plan(answered(seen, SAME)))
    assert (waiting.action, waits in waiting.reason) == ("none", True)
    second = answered(seen, DIFFERENT)
    assert [doubt.key for doubt in make_plan(second).doubts] == ["demand:job_request:500=shift:304"]
    far = msgspec.structs.replace(seen, drafts=(shift(303, published=False, **at(START + timedelta(hours=1))),))
    assert [row.action for row in make_plan(far).changes] == ["update"]
