"""Messages, search, tracking and other systems' tokens in the sandbox's Wonolo."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox_wonolo import Wonolo, taken, wonolo

NOW = "2026-11-23T10:00:00.000-08:00"


def _message(api: Wonolo, **fields: Any) -> dict[str, Any]:
    people = {"sender_id": 1001, "receiver_id": api.workers()[0]}
    return {"message": {**people, "job_id": 90001, "body": "See you at gate 2.", **fields}}


def test_a_message_about_a_job_is_kept() -> None:
    """With its optional fields empty, and found by Job, sender and receiver (Wonolo reference 4)."""
    api = wonolo()
    job = taken(api)
    made = api.post("/messages", _message(api))["message"]
    people = {"sender_id": 1001, "receiver_id": job["worker"]["id"], "job_id": job["id"]}
    stamps = {"read_at": None, "created_at": NOW, "updated_at": NOW}
    assert made == {"id": 20001, **people, "body": "See you at gate 2.", "image_url": None, **stamps}
    assert api.get("/messages/20001")["message"] == made
    for name, value in people.items():
        assert api.get("/messages", **{name: value})["messages"] == [made]
        assert api.get("/messages", **{name: 1})["messages"] == []


def test_a_message_may_have_been_read() -> None:
    """`read_at` is printed as every time is."""
    api = wonolo()
    taken(api)
    body = _message(api, read_at="2026-11-23T17:00:00Z", image_url="https://pictures.example/1")
    made = api.post("/messages", body)["message"]
    assert (made["read_at"], made["image_url"]) == ("2026-11-23T09:00:00.000-08:00", "https://pictures.example/1")


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"body": " "}, "Missing parameter body"),
        ({"job_id": None}, "Missing parameter job_id"),
        ({"job_id": 1}, "Job does not exist"),
        ({"receiver_id": 5}, "Receiver does not exist"),
        ({"sender_id": "me"}, "Invalid parameter 'sender_id' value 'me': Must be an Integer"),
    ],
)
def test_a_message_to_nowhere_is_refused(fields: dict[str, Any], says: str) -> None:
    """With a 422; an unknown message is a 404."""
    api = wonolo()
    taken(api)
    assert api.refused("POST", "/messages", json=_message(api, **fields)) == (422, says)
    assert api.refused("GET", "/messages/20001") == (404, "Not Found")


def test_a_search_looks_through_the_names_of_everything() -> None:
    """In any case of letters, a page of each kind of record."""
    api = wonolo()
    api.job_request(request_name="Lift forks")
    found = api.get("/search", query="FORK")
    assert {kind: len(records) for kind, records in found.items()} == {
        "job_requests": 1,
        "users": 0,
        "badges": 1,
        "customers": 0,
    }
    assert [user["first_name"] for user in api.get("/search", query="ada.abel")["users"]] == ["Ada"]
    assert len(api.get("/search", query="sandbox", per=1)["customers"]) == 1
    assert api.refused("GET", "/search") == (422, "Missing parameter query")


def test_a_search_with_a_public_pool_key_finds_who_may_be_seen() -> None:
    """Workers with an active Job only."""
    api = wonolo()
    taken(api)
    api.switch(pool="public")
    assert [user["id"] for user in api.get("/search", query="a")["users"] if user["type"] == "Worker"] == [1003]


def test_tracking_tells_where_a_worker_was_last_seen() -> None:
    """That is the last step of a Job; somebody without one has not been seen."""
    api = wonolo()
    worker, other = api.workers()[:2]
    api.world.wonolo.users.records[worker] |= {"latitude": 41.9, "longitude": -87.6}
    taken(api)
    assert api.get(f"/users/{worker}/tracking") == {
        "tracking": {"user_id": worker, "job_id": 90001, "latitude": 41.9, "longitude": -87.6, "tracked_at": NOW}
    }
    unseen = {"user_id": other, "job_id": None, "latitude": None, "longitude": None, "tracked_at": None}
    assert api.get(f"/users/{other}/tracking") == {"tracking": unseen}
    assert api.refused("GET", "/users/1/tracking") == (404, "Not Found")


def test_another_systems_token_goes_to_its_user() -> None:
    """Found by `external_id`; it is never shown again, not even among the requests received."""
    api = wonolo()
    worker = api.workers()[0]
    api.send("PATCH", f"/users/{worker}", json={"user": {"external_id": "A-1"}})
    api.switch(created_status=201)
    body = {"user": {"external_id": "A-1", "auth_token": "made-up"}}
    answer = api.send("POST", "/sync_auth_token", json=body)
    assert (answer.status_code, answer.json()["user"]["id"]) == (200, worker)
    assert api.world.wonolo.external_tokens == {worker: "made-up"}
    assert api.world.requests.since()[-1].body == {"user": {"external_id": "A-1", "auth_token": "***"}}
    assert "made-up" not in answer.text + str(api.world.snapshot())
    unknown = {"external_id": "A-2", "auth_token": "made-up"}
    assert api.refused("POST", "/sync_auth_token", json=unknown) == (404, "Not Found")
    assert api.refused("POST", "/sync_auth_token", json={"external_id": "A-1"}) == (
        422,
        "Missing parameter auth_token",
    )
