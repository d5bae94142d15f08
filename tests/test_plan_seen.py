"""When the records of both sides last changed: told with each change, and no part of what a person agrees to."""

from __future__ import annotations

from typing import Any

import pytest

from sync.plan import Change, make_plan
from tests.factories import job, job_request, linked, shift, snapshot
from tests.plans import only

REQUESTED, ACCEPTED = "2026-03-10T09:12:00-05:00", "2026-03-10T17:00:00-05:00"
EDITED = "Wed, 11 Mar 2026 07:30:00 -0500"


def longer(request: dict[str, Any], seat: dict[str, Any], edited: Any) -> Change:
    """A manager asks for one more."""
    stack = shift(instances=3, updated_at=edited)
    return only(make_plan(snapshot(linked(request=request, jobs=[seat], shifts=[stack]))))


def test_a_change_tells_when_either_side_last_changed() -> None:
    """Only of who edited it."""
    row = longer(job_request(updated_at=REQUESTED), job(state="withdrawn", updated_at=ACCEPTED), EDITED)
    assert row.seen == "When I Work Wed 11 Mar 07:30"


def test_a_side_that_is_gone_is_told_of_with_the_other() -> None:
    """Of a JobRequest and its Jobs the latest; on the wall of the place."""
    request = job_request(updated_at=REQUESTED)
    link = linked(request=request, jobs=[job(state="withdrawn", updated_at=ACCEPTED)])
    assert only(make_plan(snapshot(link))).seen == "Wonolo Tue 10 Mar 17:00"


@pytest.mark.parametrize("edited", [None, "", "yesterday"])
def test_what_no_record_tells_is_not_said(edited: Any) -> None:
    """Nor is what cannot be read."""
    request = job_request()
    assert longer(request, job(state="withdrawn"), edited).seen == ""


def test_a_reminder_makes_no_answer_void() -> None:
    """It moves the stamp, and nothing that was agreed to."""
    before, after = (longer(job_request(), job(state="withdrawn"), told) for told in (None, EDITED))
    assert before.seen != after.seen
    assert (before.key, before.facts) == (after.key, after.facts)
