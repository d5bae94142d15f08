"""A second request with one marker: a person's copy is a demand, and what may have been posted twice is asked about."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from mappings.decision import Decision
from mappings.matching import DIFFERENT, SAME
from sync.plan import Snapshot, make_plan
from sync.plan.snapshot import LonePosting
from tests.factories import NOW, START, at, job, job_request, linked, shift, snapshot
from tests.plans import line, lines, only

NEAR = START - timedelta(hours=10)
CANCEL = {"state": "cancelled"}


def twin(*jobs: dict[str, Any], **fields: Any) -> LonePosting:
    """A request with the marker of request 500, which is linked."""
    return LonePosting(job_request(501, **fields), tuple(jobs))


def answered(seen: Snapshot, choice: str) -> Snapshot:
    """The same world once a person answered the only question."""
    change = only(make_plan(seen))
    return msgspec.structs.replace(
        seen, decisions={change.key: Decision(change.key, change.facts, choice, "Dana", NOW)}
    )


def copied(*jobs: dict[str, Any], **world: Any) -> Snapshot:
    """Request 500 is linked, and 501 has its marker."""
    return snapshot(linked(shifts=[shift()]), postings=(twin(*jobs),), **world)


def test_a_copy_of_a_request_that_was_sent_once_is_a_demand() -> None:
    """Its marker was copied with it: whoever is on it stays, and nobody is asked."""
    change = only(make_plan(copied(sent={"link": 1})))
    assert line(change)[:2] == ("create shift", "do")


@pytest.mark.parametrize("sent", [{}, {"link": 2}])
def test_whether_a_request_was_copied_or_posted_twice_is_a_question(sent: dict[str, int]) -> None:
    """Of one that was sent again, or that another database knew of; nothing is made or cancelled meanwhile."""
    change = only(make_plan(copied(job(job_request_id=501), sent=sent)))
    assert (change.verdict, change.record, change.action) == ("conflict", "501", "none")
    assert change.cause == "request 501 has the marker of request 500, the same place and time"
    assert change.choices == (
        "same: it was posted twice; request 501 is cancelled",
        "different: somebody copied it; its 2 seats are shown in When I Work",
    )
    assert change.costs == ("Ana R. loses $150.00 of pay", "Ana R. keeps the seat")


@pytest.mark.parametrize("now", [NOW, NEAR])
def test_one_that_was_posted_twice_is_cancelled_once_somebody_said_so(now: Any) -> None:
    """Whoever is on it was named in the question, with the fee."""
    change = only(make_plan(answered(copied(job(job_request_id=501), now=now), SAME)))
    assert line(change) == ("delete job_request 501", "do", CANCEL)
    assert (change.risk.paid_minutes, change.link) == (-960, "job_request:501")


def test_one_that_was_copied_is_a_demand_and_is_not_asked_about_again() -> None:
    """The answer stands until it is shown."""
    plan = make_plan(answered(copied(job(job_request_id=501)), DIFFERENT))
    assert {(row.action, row.verdict) for row in plan.changes} == {("create", "do")}
    assert (len({row.decided for row in plan.changes}), plan.void) == (1, ())


def test_of_two_that_nobody_linked_yet_the_older_is_adopted_and_the_other_asked_about() -> None:
    """In whatever order they come."""
    postings = (twin(), LonePosting(job_request()))
    for rows in (postings, postings[::-1]):
        assert [what for what, _, _ in lines(snapshot(postings=rows, shifts=(shift(),)))] == [
            "link job_request 500",
            "none job_request 501",
        ]


def test_a_cancellation_under_way_is_not_planned_again() -> None:
    """Its outcome is not known yet."""
    seen = answered(copied(), SAME)
    change = only(make_plan(msgspec.structs.replace(seen, busy={"job_request:501": "a write is under way"})))
    assert (change.verdict, change.reason) == ("blocked", "a write is under way")


@pytest.mark.parametrize(
    "fields", [{"start_time": "2026-03-15T08:00:00-05:00"}, {"request_name": "Picker at Harbor"}, {"duration": 300}]
)
def test_a_copy_for_another_time_or_without_the_marker_is_a_demand(fields: dict[str, Any]) -> None:
    """A person may copy a request by hand, marker and all."""
    plan = make_plan(snapshot(linked(shifts=[shift()]), postings=(twin(**fields),)))
    assert (only(plan).action, only(plan).kind) == ("create", "shift")


def test_what_a_cancelled_or_unreadable_request_was_does_not_matter() -> None:
    """Its marker is free again."""
    for request in (job_request(state="cancelled"), job_request(address="nowhere")):
        link = linked(request=request)
        changes = make_plan(snapshot(link, postings=(twin(),))).changes
        assert ("create", "shift") in {(change.action, change.kind) for change in changes}
    gone = msgspec.structs.replace(linked(shifts=[shift(**at(START + timedelta(days=1)))]), job_request=None)
    changes = make_plan(snapshot(gone, postings=(twin(),))).changes
    assert ("create", "shift") in {(change.action, change.kind) for change in changes}
