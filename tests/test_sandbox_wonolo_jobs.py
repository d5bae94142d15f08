"""Jobs in the sandbox's Wonolo, from the acceptance to the approval."""

from __future__ import annotations

from tests.sandbox_wonolo import SOON, states_of, taken, wonolo

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


def test_a_job_has_every_documented_field() -> None:
    """With worker, employer and transitions inside, as it is right after the acceptance (Wonolo reference 6)."""
    api = wonolo()
    now = "2026-11-23T10:00:00.000-08:00"
    job = taken(api)
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
    place = {"latitude": 41.8, "longitude": -87.6}
    assert transition == {"id": transition["id"], "job_id": 90001, "created_at": now, "name": "filled", **place}


def test_a_job_lives_from_the_acceptance_to_the_approval() -> None:
    """Filled, started and completed on time by itself, approved by the requestor; the JobRequest follows."""
    api = wonolo()
    job = taken(api)
    seen = [states_of(api, job)]
    for minutes in (60, 60):
        api.wait(minutes=minutes)
        seen.append(states_of(api, job))
    api.act("requestor_approves", job_id=job["id"])
    seen.append(states_of(api, job))
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
    job = taken(api)
    api.wait(hours=20)
    lived = api.get(f"/jobs/{job['id']}")["job"]
    assert (lived["started_at"], lived["updated_at"]) == (
        "2026-11-23T11:00:00.000-08:00",
        "2026-11-23T12:00:00.000-08:00",
    )


def test_a_worker_who_withdraws_and_comes_back_gets_the_same_job() -> None:
    """The slot opens again in between; state moves backwards, the id stays."""
    api = wonolo()
    job = taken(api)
    api.act("worker_withdraws", job_id=job["id"])
    assert states_of(api, job) == ("withdrawn", "posted")
    again = api.act("worker_accepts", job_request_id=job["job_request_id"], worker_id=job["worker"]["id"])["job"]
    assert again["id"] == job["id"]
    assert [step["name"] for step in again["transitions"]] == ["filled", "withdrawn", "filled"]
    assert states_of(api, job) == ("filled", "filled")


def test_a_no_show_opens_the_slot() -> None:
    """Before the start it is posted again, after it nobody is there."""
    api = wonolo()
    job = taken(api)
    api.act("worker_no_show", job_id=job["id"])
    assert states_of(api, job) == ("no_show", "posted")
    api.wait(hours=1)
    assert states_of(api, job) == ("no_show", "unfilled")


def test_a_partly_filled_job_request_is_posted_until_somebody_starts() -> None:
    """Then in progress, and completed when the one who came is done."""
    api = wonolo()
    job = taken(api, slots=2)
    seen = [states_of(api, job)]
    for minutes in (60, 60):
        api.wait(minutes=minutes)
        seen.append(states_of(api, job))
    assert seen == [("filled", "posted"), ("in_progress", "in_progress"), ("completed", "completed")]


def test_a_job_request_is_completed_when_its_last_worker_is() -> None:
    """One early, one on time; the counts of states come along."""
    api = wonolo()
    first = taken(api, slots=2)
    api.act("worker_accepts", job_request_id=first["job_request_id"])
    api.wait(minutes=60)
    api.act("worker_finishes", job_id=first["id"], minutes=45)
    path = f"/job_requests/{first['job_request_id']}"
    assert states_of(api, first) == ("completed", "in_progress")
    assert api.get(path)["job_request"]["cached_job_states"] == {"completed": 1, "in_progress": 1}
    api.wait(minutes=60)
    assert api.get(path)["job_request"]["state"] == "completed"
    assert api.get(f"/jobs/{first['id']}")["job"]["adjusted_wage"] == 120.0


def test_a_worker_may_start_early() -> None:
    """And finish without saying how long it took: the time since the start counts."""
    api = wonolo()
    job = taken(api)
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
    assert states_of(api, job) == ("in_progress", "in_progress")


def test_work_that_was_moved_does_not_happen_at_its_old_time() -> None:
    """An hour later the worker has not started."""
    api = wonolo()
    job = taken(api)
    api.patch(f"/job_requests/{job['job_request_id']}", {"start_time": "2026-11-23 15:00"})
    api.wait(hours=2)
    assert states_of(api, job) == ("filled", "filled")
    api.wait(hours=1)
    assert states_of(api, job) == ("in_progress", "in_progress")


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
    job = taken(api, wage=None, classification="w2", w2_hourly_rate="18.50")
    api.wait(hours=2)
    lived = api.get(f"/jobs/{job['id']}")["job"]
    assert (lived["hours_worked"], lived["adjusted_wage"], lived["w2_hourly_rate"]) == (1.0, None, "18.50")
