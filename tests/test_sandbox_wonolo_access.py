"""Who gets into the sandbox's Wonolo, and in which spellings its requests are understood."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.sandbox_wonolo import KEYS, Wonolo, job_request_body, wonolo


@pytest.mark.parametrize("spelling", ["data", "json", "params"])
def test_a_token_is_given_to_form_json_and_query(spelling: str) -> None:
    """The keys are read wherever they stand; the token ends a day later, in whole seconds and with a Z."""
    answer = wonolo().send("POST", "/authenticate", **{spelling: KEYS})
    assert answer.status_code == 200
    assert set(answer.json()) == {"token", "expires_at"}
    assert len(answer.json()["token"]) == 20
    assert answer.json()["expires_at"] == "2026-11-24T18:00:00Z"


@pytest.mark.parametrize("missing", ["api_key", "secret_key"])
def test_a_missing_key_is_unprocessable(missing: str) -> None:
    """422 tells a missing key from a wrong one."""
    keys = {name: value for name, value in KEYS.items() if name != missing}
    assert wonolo().refused("POST", "/authenticate", data=keys) == (422, f"Missing parameter {missing}")


@pytest.mark.parametrize("wrong", ["api_key", "secret_key"])
def test_a_wrong_key_is_unauthorized(wrong: str) -> None:
    """401 for either key."""
    answer = wonolo().refused("POST", "/authenticate", data={**KEYS, wrong: "pk_live_other"})
    assert answer == (401, "Invalid API key or secret key")


def test_info_needs_no_token() -> None:
    """It tells the time and what runs where."""
    api = wonolo()
    api.token = ""
    assert api.get("/info") == {
        "utc_time_now": "2026-11-23T18:00:00.000Z",
        "environment": "test",
        "rails_environment": "test",
        "rack_environment": "test",
        "release_version": "sandbox",
        "deploy": "sandbox",
    }


@pytest.mark.parametrize("path", ["/jobs", "/job_requests", "/users", "/badges", "/customers", "/nothing/here"])
def test_everything_else_needs_a_token(path: str) -> None:
    """A missing and an unknown token are both 401."""
    api = wonolo()
    for token in ("", "unknown"):
        api.token = token
        assert api.refused("GET", path) == (401, "Invalid or expired token")


def test_the_token_may_stand_in_a_form_or_in_json() -> None:
    """Not in the query only."""
    api = wonolo()
    token, api.token = api.token, ""
    fields = job_request_body()
    nested = {f"job_request[{name}]": value for name, value in fields.items()}
    for body in ({"json": {**fields, "token": token}}, {"data": {**nested, "token": token}}):
        assert api.send("POST", "/job_requests", **body).status_code == 200


def test_a_token_lives_for_a_day() -> None:
    """Half a minute before its end it works, then no more."""
    api = wonolo()
    api.wait(hours=23, minutes=59.5)
    assert api.get("/jobs") == {"jobs": []}
    api.wait(minutes=0.5)
    assert api.refused("GET", "/jobs") == (401, "Invalid or expired token")


def test_several_tokens_live_at_once_unless_switched() -> None:
    """With `one_token` the newest ends the others."""
    api = wonolo()
    first = api.token
    second = api.post("/authenticate", data=KEYS)["token"]
    for token in (first, second):
        assert api.get("/jobs", token=token) == {"jobs": []}
    api.switch(one_token=True)
    third = api.post("/authenticate", data=KEYS)["token"]
    statuses = [api.send("GET", "/jobs", params={"token": token}).status_code for token in (first, second, third)]
    assert statuses == [401, 401, 200]


@pytest.mark.parametrize(
    ("shape", "body"),
    [
        ("error", {"error": "Missing parameter name"}),
        ("errors", {"errors": ["Missing parameter name"]}),
        ("fields", {"errors": {"name": ["Missing parameter name"]}}),
    ],
)
def test_a_refusal_has_the_shape_that_is_switched(shape: str, body: Any) -> None:
    """Nobody public knows which of the three is Wonolo's."""
    api = wonolo()
    api.switch(error_shape=shape)
    assert api.send("POST", "/customers", json={}).json() == body


def test_records_may_come_bare_and_creates_may_answer_201() -> None:
    """Lists stay wrapped; authenticating creates nothing."""
    api = wonolo()
    api.switch(wrap_records=False, created_status=201)
    answer = api.send("POST", "/badges", json={"name": "Driver", "description": "Drives"})
    assert answer.status_code == 201
    assert answer.json()["name"] == "Driver"
    assert list(api.get("/badges")) == ["badges"]
    assert api.send("POST", "/authenticate", data=KEYS).status_code == 200


FORBIDDEN = (403, "Not available with Public Pool access")


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/job_requests"),
        ("PATCH", "/job_requests/50001"),
        ("POST", "/jobs"),
        ("POST", "/jobs/assign"),
        ("PATCH", "/jobs/90001"),
        ("POST", "/users"),
        ("PATCH", "/users/1005"),
    ],
)
def test_a_public_pool_key_may_not_write(method: str, path: str) -> None:
    """403 for what the reference lists, and for an update of a JobRequest by default."""
    api = wonolo()
    api.switch(pool="public")
    assert api.refused(method, path, json={}) == FORBIDDEN


def test_a_public_pool_key_may_update_a_job_request_if_switched() -> None:
    """The documentation does not say that it may not."""
    api = wonolo()
    number = api.job_request()["id"]
    api.switch(pool="public", public_updates_job_requests=True)
    assert api.patch(f"/job_requests/{number}", {"slots": 3})["job_request"]["slots"] == 3


def test_a_public_pool_key_sees_workers_with_active_jobs_alone() -> None:
    """A worker appears with the first Job and is gone a day after the approval; Employers are always there."""
    api = wonolo()
    worker = api.workers()[0]
    job = api.act("worker_accepts", job_request_id=api.job_request()["id"], worker_id=worker)["job"]
    api.switch(pool="public")
    assert _visible(api) == [worker, 1002, 1001]
    assert api.get(f"/users/{worker}")["user"]["id"] == worker
    assert api.refused("GET", f"/users/{worker + 1}") == (404, "Not Found")
    api.wait(hours=30)
    api.token = api.post("/authenticate", data=KEYS)["token"]
    api.act("requestor_approves", job_id=job["id"])
    api.wait(hours=23)
    assert _visible(api) == [worker, 1002, 1001]
    api.world.advance(timedelta(hours=1))
    api.token = api.post("/authenticate", data=KEYS)["token"]
    assert _visible(api) == [1002, 1001]


def _visible(api: Wonolo) -> list[int]:
    return [user["id"] for user in api.get("/users")["users"]]
