"""What nobody public knows about Wonolo, switched: envelopes, pages, statuses, and what a no-show leads to."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox_wonolo import SOON, taken, wonolo


@pytest.mark.parametrize("envelope", ["named", "bare", "data"])
def test_a_list_can_have_other_envelopes(envelope: str) -> None:
    """An array alone, or one under `data`; a single record and a search keep theirs."""
    api = wonolo()
    number = api.job_request()["id"]
    api.switch(list_envelope=envelope)
    listing = api.get("/job_requests")
    rows = {"named": lambda: listing["job_requests"], "bare": lambda: listing, "data": lambda: listing["data"]}
    assert [row["id"] for row in rows[envelope]()] == [number]
    assert api.get(f"/job_requests/{number}")["job_request"]["id"] == number
    assert set(api.get("/search", query="Lift")) == {"job_requests", "users", "badges", "customers"}


def test_a_page_can_be_smaller_when_nobody_says_how_large() -> None:
    """`per` still counts; rankings are pages too."""
    api = wonolo()
    number = api.job_request()["id"]
    api.switch(default_per=10)
    assert len(api.get("/users")["users"]) == len(api.get(f"/job_requests/{number}/rankings")["rankings"]) == 10
    assert len(api.get("/users", per=20)["users"]) == 20


def test_state_can_take_several_values() -> None:
    """By default a list of states is one state that nothing has."""
    api = wonolo()
    taken(api)
    api.job_request()
    found = []
    for several in (False, True):
        api.switch(comma_states=several)
        found.append(len(api.get("/job_requests", state="posted,filled")["job_requests"]))
        found.append(len(api.get("/jobs", state="filled,withdrawn")["jobs"]))
    assert found == [0, 0, 2, 1]


@pytest.mark.parametrize("status", [404, 403, 401])
def test_what_is_missing_can_have_other_statuses(status: int) -> None:
    """A path that does not exist stays a 404."""
    api = wonolo()
    api.switch(missing_status=status)
    assert api.refused("GET", "/jobs/1")[0] == status
    assert api.refused("GET", "/nothing")[0] == 404


@pytest.mark.parametrize("status", [422, 400])
def test_what_is_invalid_can_have_another_status(status: int) -> None:
    """The 422 of a login without a key is documented and stays."""
    api = wonolo()
    api.switch(invalid_status=status)
    assert api.refused("POST", "/job_requests", json={})[0] == status
    assert api.refused("POST", "/authenticate", json={})[0] == 422


def test_coordinates_can_be_texts() -> None:
    """Wherever they stand: of workers, of transitions, of the work."""
    api = wonolo()
    job = taken(api)
    before = api.get(f"/jobs/{job['id']}")["job"]
    api.switch(coordinates_as_text=True)
    after = api.get(f"/jobs/{job['id']}")["job"]
    assert {type(before["worker"][name]) for name in ("latitude", "home_longitude")} == {float}
    assert after["worker"]["latitude"] == str(before["worker"]["latitude"])
    assert after["transitions"][0]["longitude"] == str(before["transitions"][0]["longitude"])
    assert after["worker"]["home_longitude"] == str(before["worker"]["home_longitude"])
    job_request = api.get(f"/job_requests/{job['job_request_id']}")["job_request"]
    assert 33 <= float(job_request["latitude"]) <= 43
    assert isinstance(job_request["latitude"], str)


def test_preferred_workers_can_be_objects() -> None:
    """With their names; by default ids."""
    api = wonolo()
    worker = api.workers()[0]
    number = api.job_request(preferred_candidate_ids=[worker])["id"]
    found: list[Any] = []
    for objects in (False, True):
        api.switch(preferred_as_objects=objects)
        found += api.get(f"/job_requests/{number}")["job_request"]["preferred_wonoloers_info"]
    user = api.get(f"/users/{worker}")["user"]
    assert found == [worker, {name: user[name] for name in ("id", "first_name", "last_name")}]


@pytest.mark.parametrize(("ends", "state"), [(False, "filled"), (True, "cancelled")])
def test_a_no_show_can_end_the_workers_other_jobs(ends: bool, state: str) -> None:  # noqa: FBT001 - a test's parameter
    """Which is what the help pages tell of the product; another worker's Job stays."""
    api = wonolo()
    api.switch(no_show_ends_other_jobs=ends)
    first, second = taken(api), taken(api, start_time="2026-11-25 13:00")
    number = api.job_request(**SOON)["id"]
    others = api.act("worker_accepts", job_request_id=number, worker_id=api.workers()[1])["job"]
    api.act("worker_no_show", job_id=first["id"])
    assert [api.get(f"/jobs/{job['id']}")["job"]["state"] for job in (second, others)] == [state, "filled"]


def test_a_no_show_may_turn_out_to_have_worked() -> None:
    """Support investigates; the Job is then completed with the minutes that are found."""
    api = wonolo()
    job = taken(api)
    api.act("worker_no_show", job_id=job["id"])
    api.act("worker_finishes", job_id=job["id"], minutes=55)
    found = api.get(f"/jobs/{job['id']}")["job"]
    assert (found["state"], found["actual_duration"]) == ("completed", 55)


def test_the_clock_can_be_wrong() -> None:
    """In `/info` and in the Date header, also backwards; records keep the world's time."""
    api = wonolo()
    number = api.job_request()["id"]
    for seconds, shown in ((90, "18:01:30"), (-0.5, "17:59:59")):
        api.switch(clock_skew_seconds=seconds)
        answer = api.send("GET", "/info")
        assert answer.headers["date"] == f"Mon, 23 Nov 2026 {shown} GMT"
        assert answer.json()["utc_time_now"].startswith(f"2026-11-23T{shown}.")
    assert api.get(f"/job_requests/{number}")["job_request"]["updated_at"] == "2026-11-23T10:00:00.000-08:00"
