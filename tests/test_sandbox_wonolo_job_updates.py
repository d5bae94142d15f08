"""What clients and requestors do with Jobs in the sandbox's Wonolo."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.people import ImpossibleActError
from tests.sandbox_wonolo import states_of, taken, wonolo


def test_assigning_makes_a_filled_job() -> None:
    """Nested or flat, under either path; the requestor's notes are kept."""
    api = wonolo()
    number = api.job_request(slots=2)["id"]
    workers = api.workers()
    nested = {"job": {"worker_id": workers[0], "job_request_id": str(number), "requestor_notes": "[sb:1]"}}
    job = api.post("/jobs/assign", nested)["job"]
    assert (job["state"], job["worker"]["id"], job["requestor_notes"]) == ("filled", workers[0], "[sb:1]")
    flat = api.post("/jobs", {"worker_id": workers[1], "job_request_id": number})["job"]
    assert (flat["state"], flat["worker"]["id"]) == ("filled", workers[1])
    assert api.get(f"/job_requests/{number}")["job_request"]["state"] == "filled"


def test_a_cancelled_worker_can_be_assigned_again_on_the_same_job() -> None:
    """With new notes."""
    api = wonolo()
    job = taken(api)
    api.patch(f"/jobs/{job['id']}", {"state": "cancelled", "cancelled_reason": "admin_cancelled"})
    body = {"worker_id": job["worker"]["id"], "job_request_id": job["job_request_id"], "requestor_notes": "back"}
    again = api.post("/jobs/assign", body)["job"]
    assert (again["id"], again["state"], again["requestor_notes"]) == (job["id"], "filled", "back")


@pytest.mark.parametrize("missing", ["worker_id", "job_request_id"])
def test_assigning_needs_a_worker_and_a_job_request(missing: str) -> None:
    """Both ids are required."""
    body = {"worker_id": 1003, "job_request_id": 50001}
    del body[missing]
    assert wonolo().refused("POST", "/jobs/assign", json=body) == (422, f"Missing parameter {missing}")


def test_assigning_is_refused_where_it_cannot_be() -> None:
    """Unknown ids are 404; a full, cancelled or banning JobRequest and a busy or suspended worker are 422."""
    api = wonolo()
    first, second, third = api.workers()[:3]
    number = api.job_request(slots=1, ban_list=[second])["id"]

    def assign(worker_id: int, job_request_id: int) -> tuple[int, str]:
        body = {"worker_id": worker_id, "job_request_id": job_request_id}
        return api.refused("POST", "/jobs/assign", json=body)

    assert assign(1001, number) == assign(9, number) == assign(first, 9) == (404, "Not Found")
    assert assign(second, number) == (422, "Worker is not available for this Job request")
    api.world.wonolo.users.records[third]["suspended"] = True
    assert assign(third, number) == (422, "Worker is not available for this Job request")
    job = api.post("/jobs/assign", {"worker_id": first, "job_request_id": number})["job"]
    assert assign(first, number) == (422, "Worker already has a Job on this Job request")
    assert assign(api.workers()[3], number) == (422, "All slots of this Job request are filled")
    api.patch(f"/job_requests/{number}", {"state": "cancelled"})
    assert assign(first, number) == (422, "Job request is cancelled")
    assert api.get("/jobs")["jobs"] == [api.get(f"/jobs/{job['id']}")["job"]]


def test_a_job_is_cancelled_by_a_flat_update() -> None:
    """The documented one; the slot opens, and cancelling again changes nothing."""
    api = wonolo()
    job = taken(api)
    for _ in range(2):
        answer = api.patch(f"/jobs/{job['id']}", {"state": "cancelled", "cancelled_reason": "asked_to_cancel"})["job"]
        assert answer["state"] == "cancelled"
    assert states_of(api, job) == ("cancelled", "posted")
    assert len(api.get(f"/jobs/{job['id']}")["job"]["transitions"]) == 2


def test_a_completed_job_cannot_be_cancelled() -> None:
    """It is over."""
    api = wonolo()
    job = taken(api)
    api.wait(hours=2)
    assert api.refused("PATCH", f"/jobs/{job['id']}", json={"state": "cancelled"}) == (
        422,
        "State cannot change from completed to cancelled",
    )


def test_the_minutes_worked_can_be_set_until_the_approval() -> None:
    """They bring hours and pay along; the same minutes again leave `updated_at`."""
    api = wonolo()
    job = taken(api)
    path = f"/jobs/{job['id']}"
    says = "Actual duration can only be set while the Job is worked or not yet approved"
    assert api.refused("PATCH", path, json={"actual_duration": 50}) == (422, says)
    api.wait(hours=2)
    assert api.refused("PATCH", path, json={"actual_duration": -1}) == (422, says)
    changed = api.patch(path, {"actual_duration": "90"})["job"]
    assert (changed["actual_duration"], changed["hours_worked"], changed["adjusted_wage"]) == (90, 1.5, 240.0)
    api.wait(minutes=1)
    assert api.patch(path, {"actual_duration": 90})["job"] == changed
    api.act("requestor_approves", job_id=job["id"])
    assert api.refused("PATCH", path, json={"actual_duration": 80}) == (422, says)


def test_minutes_set_while_at_work_stay_at_the_end() -> None:
    """The clock does not overrule the requestor."""
    api = wonolo()
    job = taken(api)
    api.wait(minutes=70)
    api.patch(f"/jobs/{job['id']}", {"actual_duration": 33})
    api.wait(hours=1)
    lived = api.get(f"/jobs/{job['id']}")["job"]
    assert (lived["state"], lived["actual_duration"]) == ("completed", 33)


def test_other_states_are_not_set_by_the_api_unless_switched() -> None:
    """Approving, for one, belongs to the portal; switched, every step of the life is allowed and no other."""
    api = wonolo()
    job = taken(api)
    path = f"/jobs/{job['id']}"
    says = "Invalid parameter 'state': Must be one of: cancelled, filled, rejected"
    assert api.refused("PATCH", path, json={"state": "in_progress"}) == (422, says)
    api.switch(every_job_state_settable=True)
    for state in ("in_progress", "paused", "in_progress", "completed", "approved"):
        assert api.patch(path, {"state": state})["job"]["state"] == state
    assert api.refused("PATCH", path, json={"state": "filled"}) == (422, "State cannot change from approved to filled")


def test_a_withdrawn_job_is_not_filled_by_an_update() -> None:
    """Only a pending one is granted that way."""
    api = wonolo()
    job = taken(api)
    api.act("worker_withdraws", job_id=job["id"])
    assert api.refused("PATCH", f"/jobs/{job['id']}", json={"state": "filled"}) == (
        422,
        "State cannot change from withdrawn to filled",
    )


@pytest.mark.parametrize(("state", "job_request"), [("filled", "filled"), ("rejected", "posted")])
def test_a_pending_job_is_granted_or_refused(state: str, job_request: str) -> None:
    """Where the JobRequest uses the pending state, an acceptance is only an application and holds no seat."""
    api = wonolo()
    job = taken(api, use_pending_state="true")
    assert (job["state"], job["confirmed_at"], job["time_to_start"]) == ("pending", None, None)
    assert states_of(api, job) == ("pending", "posted")
    api.patch(f"/jobs/{job['id']}", {"state": state})
    assert states_of(api, job) == (state, job_request)


def test_a_paused_worker_is_completed_at_the_end() -> None:
    """Auto-complete takes whoever is at work, pausing or not."""
    api = wonolo()
    job = taken(api)
    api.switch(every_job_state_settable=True)
    api.wait(minutes=70)
    api.patch(f"/jobs/{job['id']}", {"state": "paused"})
    api.wait(hours=1)
    assert states_of(api, job) == ("completed", "completed")


def test_jobs_are_listed_by_state_and_job_request() -> None:
    """The index by JobRequest and the scan agree; a JobRequest that is no number has no Jobs."""
    api = wonolo()
    first = taken(api)["id"]
    number = api.job_request()["id"]
    second, third = (api.act("worker_accepts", job_request_id=number)["job"]["id"] for _ in range(2))
    api.act("worker_withdraws", job_id=third)

    def listed(**query: Any) -> list[int]:
        return [job["id"] for job in api.get("/jobs", **query)["jobs"]]

    assert listed() == listed(classification="1099") == [third, second, first]
    assert listed(job_request_id=number) == [third, second]
    assert listed(job_request_id=number, state="withdrawn") == listed(state="withdrawn") == [third]
    assert listed(job_request_id="x") == listed(job_request_id=7) == listed(w2_pay_status="paid") == []


def test_an_act_that_cannot_be_done_says_why() -> None:
    """The refusal of the API is the reason."""
    api = wonolo()
    job = taken(api)
    with pytest.raises(ImpossibleActError, match="State cannot change from filled to approved"):
        api.act("requestor_approves", job_id=job["id"])


def test_a_requestor_cancels_and_edits_in_the_portal() -> None:
    """The portal is not bound by the key's level or by the switch for partial updates."""
    api = wonolo()
    api.switch(pool="public", partial_patch=False)
    posted = api.act("requestor_posts", fields={"slots": 3, "request_name": "By hand"})["job_request"]
    assert (posted["slots"], posted["request_name"], posted["state"]) == (3, "By hand", "posted")
    edited = api.act("requestor_edits", job_request_id=posted["id"], fields={"slots": 4})["job_request"]
    assert edited["slots"] == 4
    assert api.act("requestor_cancels", job_request_id=posted["id"])["job_request"]["state"] == "cancelled"
