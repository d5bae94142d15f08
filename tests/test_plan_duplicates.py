"""A request that was posted twice under one marker: the older one is kept, the other cancelled by plan."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from sync.plan import make_plan
from sync.plan.snapshot import LonePosting
from tests.factories import START, at, job, job_request, linked, shift, snapshot
from tests.plans import line, lines, only

NEAR = START - timedelta(hours=10)
CANCEL = {"state": "cancelled"}


def twin(*jobs: dict[str, Any], **fields: Any) -> LonePosting:
    """A request with the marker of request 500, which is linked."""
    return LonePosting(job_request(501, **fields), tuple(jobs))


def test_the_younger_of_two_requests_with_one_marker_is_cancelled() -> None:
    """And never shown in When I Work."""
    change = only(make_plan(snapshot(linked(shifts=[shift()]), postings=(twin(),))))
    assert line(change) == ("delete job_request 501", "do", CANCEL)
    assert (
        change.cause
        == "it repeats request 500, marker and all: an answer of Wonolo's was lost, and it was posted twice"
    )
    assert (change.risk.paid_minutes, change.link) == (-960, "job_request:501")


def test_of_two_that_nobody_linked_yet_the_older_is_adopted() -> None:
    """In whatever order they come."""
    postings = (twin(), LonePosting(job_request()))
    for rows in (postings, postings[::-1]):
        assert [what for what, _, _ in lines(snapshot(postings=rows, shifts=(shift(),)))] == [
            "link job_request 500",
            "delete job_request 501",
        ]


@pytest.mark.parametrize(("now", "reason"), [(None, "Ana R. would lose a seat"), (NEAR, "half the pay ($75.00)")])
def test_one_on_which_a_worker_sits_waits_for_a_yes(now: Any, reason: str) -> None:
    """Near the start with what it costs."""
    world = {"now": now} if now else {}
    change = only(make_plan(snapshot(linked(shifts=[shift()]), postings=(twin(job(job_request_id=501)),), **world)))
    assert (change.action, change.verdict) == ("delete", "hold")
    assert reason in change.reason


def test_a_cancellation_under_way_is_not_planned_again() -> None:
    """Its outcome is not known yet."""
    busy = {"job_request:501": "a write is under way"}
    change = only(make_plan(snapshot(linked(shifts=[shift()]), postings=(twin(),), busy=busy)))
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
