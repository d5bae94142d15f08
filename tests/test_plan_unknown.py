"""Jobs that name nobody, as accounts were deleted in Wonolo: unknown is never nobody, and two are two people."""

from __future__ import annotations

from typing import Any

import pytest

from mappings.demand import read_posting
from mappings.timesheet import read_job
from mappings.worker import holder
from sync.plan import make_plan
from sync.plan.snapshot import LonePosting
from tests.factories import ANA, BEN, RULES, demand, held, job, job_request, linked, shift, snapshot
from tests.plans import line, lines, only

BOTH = demand(workers=frozenset({ANA.key, BEN.key}))


def nobody(number: int, state: str = "filled", **fields: Any) -> dict[str, Any]:
    """A Job whose worker's account is gone."""
    return job(number=number, state=state) | {"worker": None} | fields


def test_two_of_them_are_two_people() -> None:
    """They hold two seats."""
    read = read_posting(job_request(), (nobody(907), nobody(908)), RULES)
    assert read.demand.workers == {"unknown:907", "unknown:908"}
    assert holder(nobody(907, worker_id=12)) == "wonolo:12"


@pytest.mark.parametrize(
    "jobs", [(nobody(907), nobody(908)), (nobody(907), job(BEN)), (nobody(907), nobody(5, "withdrawn"), job(BEN))]
)
def test_whose_account_was_deleted_keeps_the_seat(jobs: tuple[dict[str, Any], ...]) -> None:
    """Whom both sides agreed on and no Job tells of any more is whom a Job does not name."""
    assert lines(snapshot(linked(BOTH, jobs=jobs, shifts=[held(), held(303, 108)]))) == []


def test_who_withdrew_and_was_deleted_then_leaves() -> None:
    """A Job that holds no seat is nobody's seat."""
    link = linked(BOTH, jobs=[nobody(907, "withdrawn"), job(BEN)], shifts=[held(), held(303, 108)])
    assert [line(row)[:2] for row in make_plan(snapshot(link)).changes] == [("release shift 302 #7", "do")]


def test_somebody_never_seen_is_named_by_the_job() -> None:
    """On the schedule they cannot be shown; their Job stays."""
    change = only(make_plan(snapshot(linked(jobs=[nobody(907)], shifts=[shift()]))))
    gone = "holds a seat, as the account was deleted in Wonolo: it cannot be shown on the schedule"
    assert (change.verdict, change.reason) == ("blocked", f"somebody unknown (Job 907) {gone}")
    alone = make_plan(snapshot(postings=(LonePosting(job_request(), (nobody(907), nobody(908))),))).changes
    assert [line(row)[:2] for row in alone] == [
        ("create shift", "do"),
        ("none shift unknown:907", "blocked"),
        ("none shift unknown:908", "blocked"),
    ]


def test_hours_are_those_of_whom_both_sides_agreed_on() -> None:
    """Also where the account was deleted before they came in."""
    done = nobody(907, "completed", actual_duration=480)
    one = demand(headcount=1, workers=frozenset({ANA.key}))
    assert [read_job(done, planned, known).worker for planned, known in ((one, ""), (BOTH, ANA.key), (BOTH, ""))] == [
        ANA.key,
        ANA.key,
        "unknown:907",
    ]
