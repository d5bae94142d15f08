"""MultiDayJobRequests in the sandbox's Wonolo."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox_wonolo import job_request_body, wonolo

NOW = "2026-11-23T10:00:00.000-08:00"
PATH = "/multi_day_job_requests"


def test_an_umbrella_without_days_is_kept_as_it_is() -> None:
    """Only the kind of repetition is required; what it covers lives in JobRequests (Wonolo reference 7)."""
    api = wonolo()
    made = api.post(PATH, {"multi_day_job_request": {"repeat_type": "weekly"}})
    stamps = {"created_at": NOW, "updated_at": NOW}
    fields = {"id": 7001, "same_workers": False, "repeat_number": 1, "repeat_type": "weekly", "job_request_ids": []}
    assert made == {"multi_day_job_request": fields | stamps}
    assert api.get(f"{PATH}/7001") == made


@pytest.mark.parametrize("inside", [True, False])
def test_a_first_day_is_repeated_by_the_wall_clock(inside: bool) -> None:  # noqa: FBT001 - two spellings of one body
    """Nine o'clock stays nine o'clock through the change of clocks in March; each day knows its umbrella."""
    api = wonolo()
    day = {"job_request": job_request_body(start_time="2027-03-13 09:00")}
    fields: dict[str, Any] = {"repeat_type": "daily", "repeat_number": 3, "same_workers": "true"}
    body = {"multi_day_job_request": fields | day} if inside else {"multi_day_job_request": fields, **day}
    made = api.post(PATH, body)["multi_day_job_request"]
    assert (made["same_workers"], made["repeat_number"], made["job_request_ids"]) == (True, 3, [50001, 50002, 50003])
    days = api.get("/job_requests", multi_day_job_request_id=made["id"])["job_requests"]
    assert [(one["id"], one["start_time"], one["multi_day"]) for one in reversed(days)] == [
        (50001, "2027-03-13T07:00:00.000-08:00", True),
        (50002, "2027-03-14T07:00:00.000-07:00", True),
        (50003, "2027-03-15T07:00:00.000-07:00", True),
    ]


def test_an_update_leaves_the_days_alone() -> None:
    """So the number of repetitions may not match reality (Wonolo reference 7)."""
    api = wonolo()
    fields = {"repeat_type": "weekly", "repeat_number": 2, "job_request": job_request_body()}
    number = api.post(PATH, fields)["multi_day_job_request"]["id"]
    api.wait(minutes=1)
    updated = api.patch(f"{PATH}/{number}", {"repeat_number": 5})["multi_day_job_request"]
    assert (updated["repeat_number"], updated["repeat_type"], len(updated["job_request_ids"])) == (5, "weekly", 2)
    assert updated["updated_at"] > updated["created_at"]
    assert len(api.get("/job_requests")["job_requests"]) == 2


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({}, "Missing parameter repeat_type"),
        ({"repeat_type": "hourly"}, "Invalid parameter 'repeat_type': Must be one of: daily, weekly"),
        ({"repeat_type": "daily", "repeat_number": 0}, "Repeat number must be between 1 and 366"),
        ({"repeat_type": "daily", "repeat_number": 400}, "Repeat number must be between 1 and 366"),
        ({"repeat_type": "daily", "job_request": {"slots": 1}}, "Missing parameter state"),
        ({"repeat_type": "daily", "job_request": job_request_body(start_time=None)}, "Missing parameter start_time"),
    ],
)
def test_an_umbrella_that_makes_no_sense_is_refused(fields: dict[str, Any], says: str) -> None:
    """With a 422, and nothing is stored."""
    api = wonolo()
    assert api.refused("POST", PATH, json={"multi_day_job_request": fields}) == (422, says)
    assert api.refused("GET", f"{PATH}/7001") == (404, "Not Found")
    assert api.get("/job_requests")["job_requests"] == []


def test_a_public_pool_key_cannot_post_days() -> None:
    """As it cannot post a JobRequest; the umbrella alone is nowhere said to be forbidden (Wonolo reference 13)."""
    api = wonolo()
    api.switch(pool="public")
    answer = api.send("POST", PATH, json={"repeat_type": "daily", "job_request": job_request_body()})
    assert answer.status_code == 403
    assert api.post(PATH, {"repeat_type": "daily"})["multi_day_job_request"]["job_request_ids"] == []
