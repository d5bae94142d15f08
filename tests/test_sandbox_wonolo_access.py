"""Who gets into the sandbox's Wonolo, and in which spellings its requests are understood."""

from __future__ import annotations

import functools
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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


def _flat(fields: dict[str, Any]) -> dict[str, Any]:
    return {"json": fields}


def _nested(fields: dict[str, Any]) -> dict[str, Any]:
    return {"json": {"job_request": fields}}


def _untyped_json(fields: dict[str, Any]) -> dict[str, Any]:
    items = ", ".join(f'"{name}": "{value}"' for name, value in fields.items())
    return {"content": f"{{{items}}}"}


def _form(fields: dict[str, Any]) -> dict[str, Any]:
    return {"data": {f"job_request[{name}]": str(value) for name, value in fields.items()}}


def _query(fields: dict[str, Any]) -> dict[str, Any]:
    return {"params": {f"job_request[{name}]": str(value) for name, value in fields.items()}}


@pytest.mark.parametrize("spelling", [_flat, _nested, _untyped_json, _form, _query])
def test_a_write_is_understood_in_every_encoding(spelling: Any) -> None:
    """Nested JSON, flat JSON, JSON without a content type, a bracketed form, a bracketed query: the same record."""
    answer = wonolo().send("POST", "/job_requests", **spelling(job_request_body()))
    record = answer.json()["job_request"]
    assert {name: record[name] for name in ("slots", "duration", "wage", "request_name", "start_time")} == {
        "slots": 2,
        "duration": 480,
        "wage": 160.0,
        "request_name": "Lifting",
        "start_time": "2026-11-24T07:00:00.000-08:00",
    }


def test_bracketed_lists_and_deep_brackets_are_read() -> None:
    """`ids[]` repeats make a list; an object may lie inside an object; a text gives way to an object."""
    api = wonolo()
    fields = {f"job_request[{name}]": str(value) for name, value in job_request_body().items()}
    pairs = {"job_request[ban_list][]": ["1003", "1004"], "job_request[preferred_candidate_ids]": "1005,1006", **fields}
    record = api.post("/job_requests", data={"job_request": "a text", **pairs})["job_request"]
    assert record["ban_list"] == [1003, 1004]
    assert record["preferred_candidate_ids"] == record["preferred_wonoloers_info"] == [1005, 1006]


@pytest.mark.parametrize("content", ['{"job_request": ', '{"a": "\\ud8"}', "{" + '"a":{' * 5000])
def test_malformed_json_is_a_bad_request(content: str) -> None:
    """In the API's own shape, however deep it goes."""
    answer = wonolo().refused("POST", "/job_requests", content=content, headers={"content-type": "application/json"})
    assert answer == (400, "There was a problem in the JSON you submitted")


def test_a_json_list_is_no_set_of_fields() -> None:
    """Nothing in it has a name, so the first required field is missing."""
    assert wonolo().refused("POST", "/job_requests", json=[1, 2]) == (422, "Missing parameter state")


def test_an_empty_json_body_is_no_error() -> None:
    """Clients send the content type of JSON with nothing in it."""
    api = wonolo()
    assert api.send("GET", "/jobs", headers={"content-type": "application/json"}).json() == {"jobs": []}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/nothing"),
        ("DELETE", "/jobs/1"),
        ("GET", "/jobs/1"),
        ("GET", "/jobs/x"),
        ("GET", "/users/9" + "9" * 30),
    ],
)
def test_what_does_not_exist_is_not_found(method: str, path: str) -> None:
    """Unknown paths, methods and ids answer alike."""
    assert wonolo().refused(method, path) == (404, "Not Found")


def test_a_slash_at_the_end_changes_nothing() -> None:
    """Rails does not care."""
    assert wonolo().get("/jobs/") == {"jobs": []}


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


_ROUTES = (
    ("POST", "/job_requests"),
    ("PATCH", "/job_requests/50001"),
    ("POST", "/jobs/assign"),
    ("PATCH", "/jobs/90001"),
    ("POST", "/users"),
    ("POST", "/users/invite"),
    ("PATCH", "/users/1005"),
    ("POST", "/badges"),
    ("PATCH", "/badges/11"),
    ("PUT", "/customers/301"),
    ("GET", "/jobs"),
    ("GET", "/users"),
    ("GET", "/customers/exists"),
)
_NAMES = (
    *job_request_body(),
    *("actual_duration", "cancelled_reason", "worker_id", "job_request_id", "ban_list", "required_badge_ids", "badge"),
    *("user_badges_attributes", "email", "phone", "first_name", "last_name", "name", "description", "is_soft", "type"),
    *(
        "job_request",
        "user",
        "page",
        "per",
        "updated_after",
        "id",
        "query",
        "external_id",
        "password",
        "use_pending_state",
    ),
)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
)


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(_ROUTES),
    st.dictionaries(st.sampled_from(_NAMES), _VALUES, max_size=4),
    st.dictionaries(st.sampled_from(_NAMES), st.text(max_size=9), max_size=3),
)
def test_whatever_is_sent_gets_an_answer(route: tuple[str, str], body: dict[str, Any], query: dict[str, str]) -> None:
    """A record, or a refusal in the API's own shape; what was stored can be read again."""
    api = _lasting_api()
    answer = api.send(*route, json={**job_request_body(), **body}, params=query)
    assert answer.status_code < 500
    assert "error" not in answer.json() or answer.status_code in (400, 401, 404, 422)
    api.wait(minutes=1)
    assert api.world.snapshot()["now"]


@functools.cache
def _lasting_api() -> Wonolo:
    """One company for all examples, with a Job in it."""
    api = wonolo()
    api.world.wonolo.tokens[api.token] = datetime.max.replace(tzinfo=UTC)
    api.act("worker_accepts", job_request_id=api.job_request()["id"])
    return api
