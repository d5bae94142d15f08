"""Whatever is sent to the sandbox's APIs, the answer is the API's own: never a stack trace, never a failure."""

from __future__ import annotations

import functools
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.bodies import DEEPEST, LARGEST_BODY
from tests.sandbox_both import DOCUMENTS, ROUTES, Both, documented, in_own_shape

EVERY_ROUTE = pytest.mark.parametrize("system", ["wonolo", "wheniwork"])
DEEP = b'{"a":' * 5000
TOO_DEEP = b'{"settings":' + b'{"a":' * DEEPEST + b"1" + b"}" * DEEPEST + b"}"
BODIES = {
    "nothing": b"",
    "malformed": b'{"a": ',
    "deep": DEEP,
    "too deep": TOO_DEEP,
    "list": b"[1, [2], null]",
    "text": b'"x"',
    "number": b"1",
    "null": b"null",
    "not a number": b'{"id": NaN}',
    "a huge number": b'{"id": 1' + b"0" * 400 + b', "ids": [1' + b"0" * 400 + b"]}",
    "no unicode": b'{"name": "\xff\xfe"}',
    "half a character": b'{"name": "\\ud800"}',
    "nested nulls": b'{"job_request": {"slots": null}, "user": null, "job": [null], "ids": [null], "breaks": [null]}',
    "huge": b'{"name": "' + b"x" * LARGEST_BODY + b'"}',
}


@functools.cache
def _lasting() -> Both:
    """One sandbox for all examples, with a Job in it."""
    sandbox = Both()
    sandbox.post("/act", {"name": "requestor_posts"})
    sandbox.post("/act", {"name": "worker_accepts"})
    return sandbox


@EVERY_ROUTE
@pytest.mark.parametrize("body", BODIES, ids=lambda name: name.replace(" ", "-"))
def test_no_body_breaks_a_route(system: str, body: str) -> None:
    """Malformed, of the wrong kind, deep, huge, of no encoding: each route refuses it or passes it over."""
    sandbox = _lasting()
    kinds = ("application/json", "text/xml", "multipart/form-data; boundary=x", "")
    for number, (_, method, path) in enumerate(route for route in ROUTES if route[0] == system):
        headers = {"content-type": kinds[number % len(kinds)]}
        answer = sandbox.call(system, method, path.replace("{id}", "1"), content=BODIES[body], headers=headers)
        assert answer.status_code < 500, (method, path)
        assert in_own_shape(system, answer), (method, path, answer.text)


@EVERY_ROUTE
@pytest.mark.parametrize(
    "number", ["0", "-1", "x", "9" * 30, "9" * 5000, "1.5", "%00", "%ff", "%C2%B2", "null", "1%2F2"]
)
def test_no_id_breaks_a_route(system: str, number: str) -> None:
    """Unknown ones and those that are no ids are not found, whatever the route."""
    sandbox = _lasting()
    for _, method, path in (route for route in ROUTES if route[0] == system and "{id}" in route[2]):
        answer = sandbox.call(system, method, path.replace("{id}", number), json={"ids": [number]})
        assert answer.status_code in (400, 404, 405, 422), (method, path, answer.text)
        assert in_own_shape(system, answer), (method, path, answer.text)


MOMENTS = (
    *("9999-12-31", "0000-00-00", "2026-13-45", "-0001-01-01", "2026-11-24T08:00:00+99:99", "-2000000 days"),
    *("0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00", "@99999999999", "9" * 5000, "\x00", "²-²-²"),
)


@EVERY_ROUTE
@pytest.mark.parametrize("moment", MOMENTS, ids=[moment[:20] for moment in MOMENTS])
def test_no_window_breaks_a_listing(system: str, moment: str) -> None:
    """Years that no calendar has, offsets that no zone has, an end before the start."""
    sandbox = _lasting()
    for _, method, path in (route for route in ROUTES if route[0] == system and route[1] == "GET"):
        for names in (("start", "updated_after", "start_date"), ("end", "updated_before", "end_date")):
            window = dict.fromkeys(names, moment) | {"page": moment, "per": "-1", "limit": "-1"}
            answer = sandbox.call(system, method, path.replace("{id}", "1"), params=window)
            assert answer.status_code < 500, (method, path)
            assert in_own_shape(system, answer), (method, path, answer.text)


def test_an_end_before_the_start_is_an_empty_window() -> None:
    """Nothing lies in it (no source tells of an error there)."""
    sandbox = Both()
    backwards = {"start": "2026-12-31", "end": "2026-01-01", "include_allopen": "true", "unpublished": "true"}
    assert sandbox.call("wheniwork", "GET", "/2/shifts", params=backwards).json()["shifts"] == []
    after = {"updated_after": "2026-12-31T00:00:00Z", "updated_before": "2026-01-01T00:00:00Z"}
    assert sandbox.call("wonolo", "GET", "/api_v2/users", params=after).json() == {"users": []}


def test_a_body_that_is_too_large_is_said_to_be() -> None:
    """In either API's own words, also where nothing is read from the body."""
    sandbox = Both()
    body = b'{"notes": "' + b"x" * LARGEST_BODY + b'"}'
    wonolo = sandbox.call("wonolo", "POST", "/api_v2/job_requests", content=body)
    assert (wonolo.status_code, wonolo.json()) == (413, {"error": "Request body is too large"})
    wheniwork = sandbox.call("wheniwork", "POST", "/2/shifts", content=body)
    assert (wheniwork.status_code, wheniwork.json()) == (
        413,
        {"error": "A body may have 1048576 bytes.", "code": 413},
    )
    fits = json.dumps({"name": "x" * (LARGEST_BODY - 100)}).encode()
    assert sandbox.call("wheniwork", "POST", "/2/positions", content=fits).status_code == 200


def test_json_may_be_a_hundred_levels_deep() -> None:
    """What is deeper is refused before anybody stores it."""
    sandbox = Both()
    for levels, status in ((DEEPEST - 1, 200), (DEEPEST, 400)):
        settings_of = b'{"settings":' + b'{"a":' * levels + b"1" + b"}" * (levels + 1)
        assert sandbox.call("wheniwork", "PUT", "/2/account/3", content=settings_of).status_code == status


@pytest.mark.parametrize("method", ["FOO", "OPTIONS", "HEAD", "PATCH"])
@pytest.mark.parametrize("path", ["/2", "/2/users", "/api_v2", "/api_v2/jobs", "/login", "/2/nothing"])
def test_what_no_route_answers_is_refused_in_the_apis_own_shape(method: str, path: str) -> None:
    """Methods nobody has heard of, and prefixes alone."""
    answer = Both().call("wonolo" if "api" in path else "wheniwork", method, path)
    assert answer.status_code in (200, 404, 405)
    assert not answer.content or in_own_shape("wonolo" if "api" in path else "wheniwork", answer)


def test_a_broken_host_or_cookie_is_passed_over() -> None:
    """Nothing of the answer hangs on them."""
    sandbox = Both()
    for path in ("/api_v2/job_requests", "/2/positions/bulk", "/2/shifts"):
        answer = sandbox.send("GET", path, headers={"Host": "[", "Cookie": 'W-Token="\\999; =;;=x'})
        assert answer.status_code in (401, 405)


_NASTY = st.sampled_from(
    (
        *(None, True, 0, -1, 2**31, 2**53 + 1, 2**64, 10**30, 10**400, 1.5, 1e308, "", "x", "9" * 400, "NaN", "1e400"),
        *("2026-11-24", "2026-11-24 08:00:00", "2026-11-24 16:00:00", "America/Chicago", "/etc/passwd", "FREQ=WEEKLY"),
        *("a@b.example", "Worker", "Employer", "posted", "cancelled", "daily", "true", "1,2,x", "[]", 32, 136, 1337),
    )
)
_VALUES = st.recursive(
    _NASTY | st.text(max_size=9) | st.integers() | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
)


_Asked = tuple[str, str, str, dict[str, str], Any]


@st.composite
def _requests(draw: st.DrawFn) -> _Asked:
    """A request whose names the route knows, and whose values nobody expects."""
    system, method, path = draw(st.sampled_from(ROUTES))
    operation = DOCUMENTS[system]["paths"][path][method.lower()]
    known = [one["name"] for one in operation["parameters"] if one["in"] == "query"]
    query = draw(st.dictionaries(st.sampled_from(known), _NASTY.map(str) | st.text(max_size=9))) if known else {}
    schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    record = schema.get("anyOf", [schema])[0].get("properties", {})
    fields = st.dictionaries(st.sampled_from(sorted(record)), _VALUES) if record else st.just({})
    body = draw(fields | st.lists(fields, max_size=2) | _VALUES)
    return system, method, path, query, body


@settings(max_examples=400)
@given(_requests(), st.integers(0, 40))
def test_whatever_a_route_is_sent_it_answers(request: _Asked, place: int) -> None:
    """A record, or a refusal in the API's own shape; what was stored can be read again."""
    system, method, path, query, body = request
    sandbox = _lasting()
    known = sandbox.ids(system)
    path = path.replace("{id}", str(known[place] if place < len(known) else place))
    answer = sandbox.call(system, method, path, params=query, json=body)
    assert answer.status_code < 500 or documented(method, path, answer)
    assert in_own_shape(system, answer)
    if method != "GET":
        sandbox.get("/state")
