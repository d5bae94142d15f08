"""Jobs in the sandbox's Wonolo, from the acceptance to the approval."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.people import ImpossibleActError
from tests.sandbox_wonolo import Wonolo, wonolo

SOON = {"start_time": "2026-11-23 13:00", "duration": 60}
"""A JobRequest from one to two, seen from NOON."""

WORKER_FIELDS = (
    "id external_id type first_name last_name avatar_url city zip rating suspended suspended_until latitude"
    " longitude home_latitude home_longitude workplace_image_url logo_url business_name email phone gender dob"
    " address address_state drug_tested updated_at w2_employee_id w2_onboarding_status w2_onboarding_started"
    " w2_onboarding_completed w2_address_state lower_pool lower_pool_until referred_by tracking_code"
    " onboarding_appt_time user_badges"
)
EMPLOYER_FIELDS = (
    "id type first_name last_name avatar_url city zip rating suspended suspended_until logo_url business_name email"
    " phone address address_state title role customer_id updated_at"
)


def _taken(api: Wonolo, **fields: Any) -> Any:
    """A Job that a worker has just accepted on a JobRequest of one slot."""
    number = api.job_request(**{"slots": 1, **SOON, **fields})["id"]
    return api.act("worker_accepts", job_request_id=number, worker_id=api.workers()[0])["job"]


def _state_of(api: Wonolo, job: Any) -> tuple[str, str]:
    """The states of a Job and of its JobRequest."""
    job_request = api.get(f"/job_requests/{job['job_request_id']}")["job_request"]
    return api.get(f"/jobs/{job['id']}")["job"]["state"], job_request["state"]


def test_a_job_has_every_documented_field() -> None:
    """With worker, employer and transitions inside, as it is right after the acceptance (Wonolo reference 6)."""
    api = wonolo()
    now = "2026-11-23T10:00:00.000-08:00"
    job = _taken(api)
    worker, employer, (transition,) = job.pop("worker"), job.pop("employer"), job.pop("transitions")
    assert job == {
        "id": 90001,
        "job_request_id": 50001,
        "state": "filled",
        "created_at": now,
        "updated_at": now,
        "confirmed_at": now,
        **dict.fromkeys(("started_at", "completed_at", "finished_at", "hours_worked", "actual_duration")),
        "time_to_start": 60,
        "adjusted_wage": None,
        "requestor_notes": None,
        "classification": "1099",
        **dict.fromkeys(("w2_hourly_rate", "w2_payment_ref", "w2_pay_status")),
    }
    assert (worker["id"], worker["email"], worker["phone"]) == (1003, "ada.abel.1@example.com", "+13125550100")
    assert set(worker) == set(WORKER_FIELDS.split())
    assert (employer["id"], employer["type"]) == (1001, "Employer")
    assert set(employer) == set(EMPLOYER_FIELDS.split())
    place = {"latitude": None, "longitude": None}
    assert transition == {"id": transition["id"], "job_id": 90001, "created_at": now, "name": "filled", **place}


def test_a_job_lives_from_the_acceptance_to_the_approval() -> None:
    """Filled, started and completed on time by itself, approved by the requestor; the JobRequest follows."""
    api = wonolo()
    job = _taken(api)
    seen = [_state_of(api, job)]
    for minutes in (60, 60):
        api.wait(minutes=minutes)
        seen.append(_state_of(api, job))
    api.act("requestor_approves", job_id=job["id"])
    seen.append(_state_of(api, job))
    assert seen == [
        ("filled", "filled"),
        ("in_progress", "in_progress"),
        ("completed", "completed"),
        ("approved", "approved"),
    ]
    lived = api.get(f"/jobs/{job['id']}")["job"]
    assert [step["name"] for step in lived["transitions"]] == ["filled", "in_progress", "completed", "approved"]
    assert lived["started_at"] == "2026-11-23T11:00:00.000-08:00"
    assert lived["completed_at"] == lived["finished_at"] == "2026-11-23T12:00:00.000-08:00"
    assert (lived["hours_worked"], lived["actual_duration"], lived["adjusted_wage"]) == (1.0, 60, 160.0)


def test_a_long_jump_of_the_clock_stamps_each_step_at_its_own_time() -> None:
    """Not at the end of the jump."""
    api = wonolo()
    job = _taken(api)
    api.wait(hours=20)
    lived = api.get(f"/jobs/{job['id']}")["job"]
    assert (lived["started_at"], lived["updated_at"]) == (
        "2026-11-23T11:00:00.000-08:00",
        "2026-11-23T12:00:00.000-08:00",
    )


def test_a_worker_who_withdraws_and_comes_back_gets_the_same_job() -> None:
    """The slot opens again in between; state moves backwards, the id stays."""
    api = wonolo()
    job = _taken(api)
    api.act("worker_withdraws", job_id=job["id"])
    assert _state_of(api, job) == ("withdrawn", "posted")
    again = api.act("worker_accepts", job_request_id=job["job_request_id"], worker_id=job["worker"]["id"])["job"]
    assert again["id"] == job["id"]
    assert [step["name"] for step in again["transitions"]] == ["filled", "withdrawn", "filled"]
    assert _state_of(api, job) == ("filled", "filled")


def test_a_no_show_opens_the_slot() -> None:
    """Before the start it is posted again, after it nobody is there."""
    api = wonolo()
    job = _taken(api)
    api.act("worker_no_show", job_id=job["id"])
    assert _state_of(api, job) == ("no_show", "posted")
    api.wait(hours=1)
    assert _state_of(api, job) == ("no_show", "unfilled")


def test_a_partly_filled_job_request_is_posted_until_somebody_starts() -> None:
    """Then in progress, and completed when the one who came is done."""
    api = wonolo()
    job = _taken(api, slots=2)
    seen = [_state_of(api, job)]
    for minutes in (60, 60):
        api.wait(minutes=minutes)
        seen.append(_state_of(api, job))
    assert seen == [("filled", "posted"), ("in_progress", "in_progress"), ("completed", "completed")]


def test_a_job_request_is_completed_when_its_last_worker_is() -> None:
    """One early, one on time; the counts of states come along."""
    api = wonolo()
    first = _taken(api, slots=2)
    api.act("worker_accepts", job_request_id=first["job_request_id"])
    api.wait(minutes=60)
    api.act("worker_finishes", job_id=first["id"], minutes=45)
    path = f"/job_requests/{first['job_request_id']}"
    assert _state_of(api, first) == ("completed", "in_progress")
    assert api.get(path)["job_request"]["cached_job_states"] == {"completed": 1, "in_progress": 1}
    api.wait(minutes=60)
    assert api.get(path)["job_request"]["state"] == "completed"
    assert api.get(f"/jobs/{first['id']}")["job"]["adjusted_wage"] == 120.0


def test_a_worker_may_start_early() -> None:
    """And finish without saying how long it took: the time since the start counts."""
    api = wonolo()
    job = _taken(api)
    api.wait(minutes=30)
    api.act("worker_starts", job_id=job["id"])
    api.wait(minutes=20)
    finished = api.act("worker_finishes", job_id=job["id"])["job"]
    assert (finished["actual_duration"], finished["hours_worked"]) == (20, 0.33)


def test_who_accepts_after_the_start_begins_at_once() -> None:
    """The next moment of time finds the worker at work."""
    api = wonolo()
    number = api.job_request(slots=1, **SOON)["id"]
    api.wait(minutes=90)
    job = api.act("worker_accepts", job_request_id=number, worker_id=api.workers()[0])["job"]
    api.wait(minutes=1)
    assert _state_of(api, job) == ("in_progress", "in_progress")


def test_work_that_was_moved_does_not_happen_at_its_old_time() -> None:
    """An hour later the worker has not started."""
    api = wonolo()
    job = _taken(api)
    api.patch(f"/job_requests/{job['job_request_id']}", {"start_time": "2026-11-23 15:00"})
    api.wait(hours=2)
    assert _state_of(api, job) == ("filled", "filled")
    api.wait(hours=1)
    assert _state_of(api, job) == ("in_progress", "in_progress")


def test_only_a_change_of_state_moves_the_job_request_unless_switched() -> None:
    """The first of two seats changes the counts alone."""
    api = wonolo()
    number = api.job_request()["id"]
    api.wait(minutes=1)
    assert api.act("worker_accepts", job_request_id=number)["job_request"]["updated_at"].endswith("T10:00:00.000-08:00")
    filled = api.act("worker_accepts", job_request_id=number)["job_request"]
    assert (filled["state"], filled["updated_at"][-18:]) == ("filled", "10:01:00.000-08:00")
    api.switch(jobs_touch_job_request=True)
    number = api.job_request()["id"]
    api.wait(minutes=1)
    assert api.act("worker_accepts", job_request_id=number)["job_request"]["updated_at"][-18:] == "10:02:00.000-08:00"


def test_pay_stays_unknown_without_a_wage() -> None:
    """A W-2 JobRequest has an hourly rate instead."""
    api = wonolo()
    job = _taken(api, wage=None, classification="w2", w2_hourly_rate="18.50")
    api.wait(hours=2)
    lived = api.get(f"/jobs/{job['id']}")["job"]
    assert (lived["hours_worked"], lived["adjusted_wage"], lived["w2_hourly_rate"]) == (1.0, None, "18.50")


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
    job = _taken(api)
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
    job = _taken(api)
    for _ in range(2):
        answer = api.patch(f"/jobs/{job['id']}", {"state": "cancelled", "cancelled_reason": "asked_to_cancel"})["job"]
        assert answer["state"] == "cancelled"
    assert _state_of(api, job) == ("cancelled", "posted")
    assert len(api.get(f"/jobs/{job['id']}")["job"]["transitions"]) == 2


def test_a_completed_job_cannot_be_cancelled() -> None:
    """It is over."""
    api = wonolo()
    job = _taken(api)
    api.wait(hours=2)
    assert api.refused("PATCH", f"/jobs/{job['id']}", json={"state": "cancelled"}) == (
        422,
        "State cannot change from completed to cancelled",
    )


def test_the_minutes_worked_can_be_set_until_the_approval() -> None:
    """They bring hours and pay along; the same minutes again leave `updated_at`."""
    api = wonolo()
    job = _taken(api)
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
    job = _taken(api)
    api.wait(minutes=70)
    api.patch(f"/jobs/{job['id']}", {"actual_duration": 33})
    api.wait(hours=1)
    lived = api.get(f"/jobs/{job['id']}")["job"]
    assert (lived["state"], lived["actual_duration"]) == ("completed", 33)


def test_other_states_are_not_set_by_the_api_unless_switched() -> None:
    """Approving, for one, belongs to the portal; switched, every step of the life is allowed and no other."""
    api = wonolo()
    job = _taken(api)
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
    job = _taken(api)
    api.act("worker_withdraws", job_id=job["id"])
    assert api.refused("PATCH", f"/jobs/{job['id']}", json={"state": "filled"}) == (
        422,
        "State cannot change from withdrawn to filled",
    )


@pytest.mark.parametrize(("state", "job_request"), [("filled", "filled"), ("rejected", "posted")])
def test_a_pending_job_is_granted_or_refused(state: str, job_request: str) -> None:
    """Where the JobRequest uses the pending state, an acceptance is only an application and holds no seat."""
    api = wonolo()
    job = _taken(api, use_pending_state="true")
    assert (job["state"], job["confirmed_at"], job["time_to_start"]) == ("pending", None, None)
    assert _state_of(api, job) == ("pending", "posted")
    api.patch(f"/jobs/{job['id']}", {"state": state})
    assert _state_of(api, job) == (state, job_request)


def test_a_paused_worker_is_completed_at_the_end() -> None:
    """Auto-complete takes whoever is at work, pausing or not."""
    api = wonolo()
    job = _taken(api)
    api.switch(every_job_state_settable=True)
    api.wait(minutes=70)
    api.patch(f"/jobs/{job['id']}", {"state": "paused"})
    api.wait(hours=1)
    assert _state_of(api, job) == ("completed", "completed")


def test_jobs_are_listed_by_state_and_job_request() -> None:
    """The index by JobRequest and the scan agree; a JobRequest that is no number has no Jobs."""
    api = wonolo()
    first = _taken(api)["id"]
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
    job = _taken(api)
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
