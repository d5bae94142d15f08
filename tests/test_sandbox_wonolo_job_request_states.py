"""States of JobRequests in the sandbox's Wonolo."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox_wonolo import job_request_body, wonolo

CLOSED_MESSAGE = "Job request is cancelled and cannot be changed"


def test_cancelling_a_job_request_cancels_its_jobs() -> None:
    """All that are not over; there is no DELETE, and cancelling again is no error."""
    api = wonolo()
    number = api.job_request()["id"]
    api.act("worker_withdraws", job_id=api.act("worker_accepts", job_request_id=number)["job"]["id"])
    api.act("worker_accepts", job_request_id=number)
    for _ in range(2):
        record = api.patch(f"/job_requests/{number}", {"state": "cancelled"})["job_request"]
        assert (record["state"], record["can"]) == ("cancelled", {"update": False})
    assert [job["state"] for job in api.get("/jobs", job_request_id=number)["jobs"]] == ["cancelled", "withdrawn"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"slots": 5}, CLOSED_MESSAGE),
        ({"state": "posted"}, "State cannot change from cancelled to posted"),
        ({"state": "unassigned"}, "State cannot change from cancelled to unassigned"),
    ],
)
def test_a_cancelled_job_request_stays_as_it_is(change: dict[str, Any], says: str) -> None:
    """It takes no fields and cannot be posted again."""
    api = wonolo()
    number = api.job_request()["id"]
    api.patch(f"/job_requests/{number}", {"state": "cancelled"})
    assert api.refused("PATCH", f"/job_requests/{number}", json=change) == (422, says)


def test_a_completed_job_request_cannot_be_cancelled() -> None:
    """Its Jobs are over."""
    api = wonolo()
    number = api.job_request(slots=1, start_time="2026-11-23 13:00", duration=60)["id"]
    api.act("worker_accepts", job_request_id=number)
    api.wait(hours=2)
    assert api.refused("PATCH", f"/job_requests/{number}", json={"state": "cancelled"}) == (
        422,
        "State cannot change from completed to cancelled",
    )


def test_slots_cannot_fall_below_the_workers_who_hold_them() -> None:
    """Two workers, one slot: somebody would have to be cancelled first."""
    api = wonolo()
    number = api.job_request()["id"]
    for _ in range(2):
        api.act("worker_accepts", job_request_id=number)
    assert api.refused("PATCH", f"/job_requests/{number}", json={"slots": 1}) == (
        422,
        "Slots cannot be fewer than the workers on this Job request",
    )
    assert api.patch(f"/job_requests/{number}", {"slots": 3})["job_request"]["state"] == "posted"
    assert api.patch(f"/job_requests/{number}", {"slots": 2})["job_request"]["state"] == "filled"


def test_a_state_that_follows_from_the_jobs_is_not_set_by_a_client() -> None:
    """Sending back the state that was read, or another derived one, leaves what the Jobs say."""
    api = wonolo()
    number = api.job_request()["id"]
    for state in ("filled", "in_progress", "completed", "approved", "unfilled"):
        assert api.patch(f"/job_requests/{number}", {"state": state})["job_request"]["state"] == "posted"


def test_a_job_request_may_be_created_in_a_later_state() -> None:
    """The documentation lists those too; it is as it was asked for until a Job says otherwise."""
    api = wonolo()
    assert api.job_request(state="completed")["state"] == "completed"


def test_an_unassigned_job_request_can_be_posted() -> None:
    """And a posted one that is filled stays filled, whatever is sent."""
    api = wonolo()
    path = f"/job_requests/{api.job_request(state='unassigned', slots=1)['id']}"
    assert api.get(path)["job_request"]["state"] == "unassigned"
    assert api.patch(path, {"state": "posted"})["job_request"]["state"] == "posted"
    api.act("worker_accepts")
    assert api.patch(path, {"state": "posted"})["job_request"]["state"] == "filled"


def test_a_draft_comes_from_the_portal_alone_and_waits_to_be_posted() -> None:
    """Time does not touch it, no worker can take it, and posting it opens it."""
    api = wonolo()
    fields = job_request_body(state="draft", start_time="2026-11-23 13:00")
    draft = api.act("requestor_posts", fields=fields)["job_request"]
    api.wait(hours=2)
    path = f"/job_requests/{draft['id']}"
    assert api.get(path)["job_request"] == draft
    worker = api.workers()[0]
    body = {"job_request_id": draft["id"], "worker_id": worker}
    assert api.refused("POST", "/jobs/assign", json=body) == (422, "Job request is draft")
    posted = api.patch(path, {"state": "posted", "start_time": "2026-11-25 09:00"})["job_request"]
    assert (posted["state"], posted["updated_at"]) == ("posted", "2026-11-23T12:00:00.000-08:00")


def test_nobody_comes_and_a_later_start_opens_it_again() -> None:
    """Unfilled at its start; moved to the next day it is posted once more."""
    api = wonolo()
    path = f"/job_requests/{api.job_request(start_time='2026-11-23 13:00')['id']}"
    api.wait(hours=3)
    record = api.get(path)["job_request"]
    assert (record["state"], record["updated_at"]) == ("unfilled", "2026-11-23T11:00:00.000-08:00")
    assert api.patch(path, {"start_time": "2026-11-24 13:00"})["job_request"]["state"] == "posted"


def test_a_job_request_without_a_start_waits_for_ever() -> None:
    """Nothing is due; its Jobs have no time to start."""
    api = wonolo()
    number = api.job_request(start_time=None, duration=None)["id"]
    job = api.act("worker_accepts", job_request_id=number, worker_id=api.workers()[0])["job"]
    api.wait(hours=23)
    assert (api.get(f"/jobs/{job['id']}")["job"]["state"], job["time_to_start"]) == ("filled", None)
