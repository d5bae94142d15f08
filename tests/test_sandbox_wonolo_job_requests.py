"""JobRequests in the sandbox's Wonolo."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox_wonolo import Wonolo, job_request_body, wonolo


def test_a_job_request_has_every_documented_field() -> None:
    """The whole record, as it is right after its creation (Wonolo reference 5)."""
    now = "2026-11-23T10:00:00.000-08:00"
    parts = ("company", "travel", "skills", "contact", "arrival")
    assert wonolo().job_request(venue="Dock", description_skills="a|b", w2_hourly_rate=19.5) == {
        "id": 50001,
        "state": "posted",
        "category": "General Labor",
        "request_name": "Lifting",
        "wage": 160.0,
        "w2_hourly_rate": "19.5",
        "classification": "1099",
        "slots": 2,
        "start_time": "2026-11-24T07:00:00.000-08:00",
        "duration": 480,
        "timezone": "America/Chicago",
        "venue": "Dock",
        "address": "1 Some Street",
        "city": "Chicago",
        "zip": "60601",
        "postal_code": "60601",
        "country": "US",
        "latitude": 41.33,
        "longitude": -95.63,
        "description": "Lift\n\nREQUIREMENTS:\na|b",
        "description_tasks": "Lift",
        **dict.fromkeys(f"description_{part}" for part in parts),
        "description_skills": "a|b",
        "employer_id": 1001,
        "company_id": 402,
        "multi_day": False,
        "multi_day_job_request_id": None,
        "preferred_candidate_ids": [],
        "preferred_wonoloers_info": [],
        "ban_list": [],
        "badge_requirements": [],
        "notification_distance": 25.0,
        "push_all_notifications_asap": False,
        "cached_job_states": {},
        "in_white_gloves_period": False,
        "use_pending_state": False,
        "can": {"update": True},
        "agent_code": None,
        "organizational_path": None,
        "flag_color": None,
        "re_ranked_worker_ids": [],
        "created_at": now,
        "updated_at": now,
    }


@pytest.mark.parametrize("field", ["state", "category", "slots", "address", "city", "zip", "request_name"])
def test_a_create_needs_its_required_fields(field: str) -> None:
    """Absent or blank is the same."""
    api = wonolo()
    for body in (job_request_body(**{field: " "}), {k: v for k, v in job_request_body().items() if k != field}):
        assert api.refused("POST", "/job_requests", json=body) == (422, f"Missing parameter {field}")


def test_a_create_needs_a_description_or_the_tasks() -> None:
    """One of the two is enough."""
    api = wonolo()
    body = job_request_body(description_tasks="")
    assert api.refused("POST", "/job_requests", json=body) == (422, "Missing parameter description")
    assert api.job_request(description_tasks=None, description="All of it")["description"] == "All of it"


@pytest.mark.parametrize(
    ("field", "value", "says"),
    [
        ("state", "draft", "Invalid parameter 'state': Must be one of: unfilled, unassigned, posted, filled,"),
        ("slots", 0, "Slots must be greater than 0"),
        ("slots", "two", "Invalid parameter 'slots' value 'two': Must be an Integer"),
        ("slots", True, "Invalid parameter 'slots' value 'True': Must be an Integer"),
        ("duration", -1, "Duration must be between 0 and 1000000"),
        ("duration", 99_999_999, "Duration must be between 0 and 1000000"),
        ("wage", "much", "Invalid parameter 'wage' value 'much': Must be a Number"),
        ("wage", -0.5, "Wage must be between 0 and 1000000"),
        ("venue", ["a"], "Invalid parameter 'venue' value \"['a']\": Must be a String"),
        ("use_pending_state", "perhaps", "Invalid parameter 'use_pending_state' value 'perhaps': Must be a Boolean"),
        ("start_time", "soon", "Invalid parameter 'start_time' value 'soon': Must be a DateTime"),
        ("start_time", "1999-12-31 09:00", "Start time is out of range"),
        ("start_time", "0001-01-01T00:00:00+14:00", "Invalid parameter 'start_time' value '0001-01-01T00:00:00+14:00'"),
        ("employer_id", 1003, "Employer does not exist"),
        ("employer_id", 7, "Employer does not exist"),
        ("required_badge_ids", "11,77", "Badge 77 does not exist"),
        ("ban_list", ["x"], "Invalid parameter 'ban_list' value 'x': Must be an Integer"),
    ],
)
def test_a_wrong_value_is_unprocessable(field: str, value: Any, says: str) -> None:
    """422 with the field's name, and nothing is created."""
    api = wonolo()
    status, text = api.refused("POST", "/job_requests", json=job_request_body(**{field: value}))
    assert (status, text.startswith(says)) == (422, True), text
    assert api.get("/job_requests") == {"job_requests": []}


@pytest.mark.parametrize(
    ("written", "printed"),
    [
        ("2026-11-24 09:00", "2026-11-24T07:00:00.000-08:00"),
        ("2026-11-24T09:00:00-05:00", "2026-11-24T06:00:00.000-08:00"),
        ("2026-11-24 09:00:00 -0500", "2026-11-24T06:00:00.000-08:00"),
        ("2026-11-24T09:00:00Z", "2026-11-24T01:00:00.000-08:00"),
        ("2026-07-01 09:00", "2026-07-01T07:00:00.000-07:00"),
        ("", None),
        (None, None),
    ],
)
def test_start_times_are_written_without_a_zone_or_with_one(written: str | None, printed: str | None) -> None:
    """A wall-clock time is one of the company's zone; whatever was written is printed with the Pacific offset."""
    assert wonolo().job_request(start_time=written)["start_time"] == printed


@pytest.mark.parametrize(
    ("switch", "zip_code", "zone", "printed"),
    [
        ("company", "90001", "America/Chicago", "2026-11-24T07:00:00.000-08:00"),
        ("site", "90001", "America/Los_Angeles", "2026-11-24T09:00:00.000-08:00"),
        ("site", "12345-0001", "America/New_York", "2026-11-24T06:00:00.000-08:00"),
        ("site", "85001", "America/Phoenix", "2026-11-24T08:00:00.000-08:00"),
        ("site", "99501", "America/Anchorage", "2026-11-24T10:00:00.000-08:00"),
        ("site", "K1A", "America/Chicago", "2026-11-24T07:00:00.000-08:00"),
        ("site", "1", "America/Chicago", "2026-11-24T07:00:00.000-08:00"),
        ("UTC", "60601", "UTC", "2026-11-24T01:00:00.000-08:00"),
    ],
)
def test_the_zone_of_a_wall_clock_time_is_switched(switch: str, zip_code: str, zone: str, printed: str) -> None:
    """The company's, the site's by its zip code, or any by name."""
    api = wonolo()
    api.switch(start_time_zone=switch)
    record = api.job_request(zip=zip_code)
    assert (record["timezone"], record["start_time"]) == (zone, printed)


def test_an_updated_zip_decides_the_zone_of_the_start_written_with_it() -> None:
    """The wall-clock time is one of the place that the request names."""
    api = wonolo()
    api.switch(start_time_zone="site")
    number = api.job_request()["id"]
    moved = api.patch(f"/job_requests/{number}", {"zip": "10001", "start_time": "2026-11-24 09:00"})["job_request"]
    assert moved["start_time"] == "2026-11-24T06:00:00.000-08:00"


def test_zones_may_have_rails_names() -> None:
    """Nobody public knows which names are printed; one that Rails does not have stays as it is."""
    api = wonolo()
    api.switch(rails_zone_names=True)
    assert api.job_request()["timezone"] == "Central Time (US & Canada)"
    api.switch(start_time_zone="UTC")
    assert api.job_request()["timezone"] == "UTC"


def test_the_description_is_composed_from_its_parts() -> None:
    """Tasks first, then each part under its label in capitals; a part changed later composes it anew."""
    api = wonolo()
    parts = {"skills": "a|b", "company": "Us", "travel": "By bus", "arrival": "Gate 2", "contact": "Robin"}
    record = api.job_request(description="not kept", **{f"description_{name}": text for name, text in parts.items()})
    composed = (
        "Lift\n\nREQUIREMENTS:\na|b\n\nCOMPANY DESCRIPTION:\nUs\n\nTRAVEL TIPS:\nBy bus"
        "\n\nARRIVAL INSTRUCTIONS:\nGate 2\n\nCONTACT:\nRobin"
    )
    assert record["description"] == composed
    changed = api.patch(f"/job_requests/{record['id']}", {"description_travel": "On foot"})["job_request"]
    assert changed["description"] == composed.replace("By bus", "On foot")


def test_required_badges_become_requirements() -> None:
    """Each with its own id and the badge's name; naming the same badges again changes nothing."""
    api = wonolo()
    record = api.job_request(required_badge_ids=[11, "12"])
    now = "2026-11-23T10:00:00.000-08:00"
    first, second = record["badge_requirements"]
    assert first == {
        "id": second["id"] - 1,
        "badge_id": 11,
        "job_request_id": record["id"],
        "created_at": now,
        "updated_at": now,
        "badge_name": "Forklift Certified",
        "badge_icon_url": None,
        "badge_description": "May drive a forklift",
    }
    api.wait(minutes=1)
    path = f"/job_requests/{record['id']}"
    assert api.patch(path, {"required_badge_ids": "11,12"})["job_request"]["updated_at"] == now
    assert api.patch(path, {"required_badge_ids": []})["job_request"]["badge_requirements"] == []


def test_an_update_changes_what_it_names() -> None:
    """And moves `updated_at`, in milliseconds; the other fields stay."""
    api = wonolo()
    before = api.job_request()
    api.wait(seconds=61.0015)
    after = api.patch(f"/job_requests/{before['id']}", {"job_request": {"slots": "3", "duration": 540}})["job_request"]
    assert after == {**before, "slots": 3, "duration": 540, "updated_at": "2026-11-23T10:01:01.001-08:00"}


def test_an_update_without_a_difference_leaves_updated_at() -> None:
    """Writing what was read is no change."""
    api = wonolo()
    before = api.job_request()
    api.wait(minutes=1)
    assert api.patch(f"/job_requests/{before['id']}", before)["job_request"] == before


def test_a_partial_update_may_be_refused() -> None:
    """The documentation marks the fields of a create as required here too; a full update passes."""
    api = wonolo()
    before = api.job_request()
    api.switch(partial_patch=False)
    path = f"/job_requests/{before['id']}"
    assert api.refused("PATCH", path, json={"slots": 3}) == (422, "Missing parameter state")
    assert api.patch(path, {**before, "slots": 3})["job_request"]["slots"] == 3


def _listed(api: Wonolo, **query: Any) -> list[int]:
    return [record["id"] for record in api.get("/job_requests", **query)["job_requests"]]


def test_lists_filter_by_exact_values() -> None:
    """By state, classification and the other documented fields; a blank filter is none."""
    api = wonolo()
    first = api.job_request(classification="w2", w2_hourly_rate="18.50", agent_code="A7")["id"]
    second = api.job_request(state="unassigned")["id"]
    both = [second, first]
    assert _listed(api) == _listed(api, state="", company_id=402) == both
    assert _listed(api, state="posted") == _listed(api, classification="w2") == [first]
    assert _listed(api, w2_hourly_rate="18.50") == _listed(api, agent_code="A7") == [first]
    assert _listed(api, state="posted,unassigned") == _listed(api, multi_day_job_request_id=3) == []
    assert _listed(api, request_name="unknown filters are ignored") == both
