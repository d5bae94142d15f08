"""How requests to the sandbox's Wonolo may be spelled, and what anything else is answered."""

from __future__ import annotations

import functools
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sandbox_wonolo import Wonolo, job_request_body, wonolo


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


def test_fields_may_be_looked_for_in_one_place_only() -> None:
    """Which one Wonolo means is not known (Wonolo reference 4): what stands elsewhere is as if it was not there."""
    api = wonolo()
    fields = {"first_name": "Nia", "last_name": "Moor", "type": "Worker", "phone": "+13125550199"}
    found: list[int] = []
    for style in ("nested", "flat"):
        api.switch(fields_in=style)
        own = {**fields, "phone": f"+1312555019{len(found)}"}
        found += [api.send("POST", "/users/invite", json=body).status_code for body in (own, {"user": own})]
    assert found == [422, 200, 200, 422]
    assert len(api.get("/users")["users"]) == 44


def test_a_body_may_be_read_in_one_encoding_only() -> None:
    """In the other it counts as none (Wonolo reference 1)."""
    api = wonolo()
    found = []
    for encoding in ("json", "form"):
        api.switch(body_in=encoding)
        fields = {"name": f"Read as {encoding}"}
        answers = api.send("POST", "/customers", json=fields), api.send("POST", "/customers", data=fields)
        found += [answer.status_code for answer in answers]
    assert found == [200, 422, 422, 200]


def test_the_token_of_a_write_may_be_looked_for_in_one_place_only() -> None:
    """In the query or in the body (Wonolo reference 2); a read has its token in the query."""
    api = wonolo()
    found = []
    for place in ("query", "body"):
        api.switch(auth_in=place)
        fields = {"name": f"Looked for in the {place}"}
        found.append(api.send("POST", "/customers", json=fields).status_code)
        named = fields | {"token": api.token}
        found.append(api.send("POST", "/customers", json=named, params={"token": "none"}).status_code)
        found.append(api.send("GET", "/customers").status_code)
    assert found == [200, 401, 200, 401, 200, 200]
