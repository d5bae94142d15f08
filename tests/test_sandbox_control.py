"""The control API of the sandbox: what tests, demonstrations and people script it with."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox_control import Control


def test_the_state_shows_both_services_whole() -> None:
    """Drafts, people and switches included."""
    state = Control().get("/state")
    assert state["now"] == "2026-11-23T18:00:00+00:00"
    tables = {"job_requests", "multi_day_job_requests", "jobs", "messages", "users", "badges", "customers"}
    assert set(state["wonolo"]) == {*tables, "notifications", "switches"}
    assert len(state["wonolo"]["users"]) == 42
    shifts = state["wheniwork"]["shifts"]
    assert {shift["published"] for shift in shifts if shift["is_open"]} == {True, False}
    assert "Harbor Warehouse" in {location["name"] for location in state["wheniwork"]["locations"]}


@pytest.mark.parametrize(
    ("body", "now"),
    [
        ({"minutes": 90}, "2026-11-23T19:30:00+00:00"),
        ({"hours": 2, "minutes": 0.5}, "2026-11-23T20:00:30+00:00"),
        ({"to": "2026-11-24T00:00:00-06:00"}, "2026-11-24T06:00:00+00:00"),
        ({}, "2026-11-23T18:00:00+00:00"),
    ],
)
def test_the_clock_advances_by_a_span_or_to_an_instant(body: dict[str, Any], now: str) -> None:
    """And stands still otherwise."""
    control = Control()
    assert control.post("/advance", body) == control.get("/clock") == {"now": now}


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"minutes": -1}, "The clock cannot go back."),
        ({"to": "2026-11-23T17:59:59Z"}, "The clock cannot go back."),
        ({"to": "2026-11-24"}, "An instant needs an offset, as 2026-03-02T08:00:00-06:00."),
        ({"to": "tomorrow"}, "Invalid isoformat string: 'tomorrow'"),
        ({"days": 1}, "Advancing takes minutes, hours or to, not days."),
        ({"minutes": "many"}, "Expected `float`, got `str` - at `$[...]`"),
        ({"hours": 1e300}, "The clock advances by ten years at most."),
        ([1], "The body must be a JSON object."),
    ],
)
def test_the_clock_refuses_what_it_cannot_do(body: Any, says: str) -> None:
    """With one sentence, and without moving."""
    control = Control()
    status, text = control.refused("/advance", body)
    assert status == 400
    assert text == says
    assert control.get("/clock") == {"now": "2026-11-23T18:00:00+00:00"}


def test_malformed_json_is_refused() -> None:
    """Like every other mistake."""
    answer = Control().send("POST", "/_sandbox/act", content="{")
    assert (answer.status_code, answer.json()) == (400, {"error": "Input data was truncated"})


def test_requests_are_listed_without_secrets() -> None:
    """Both services, in the order received, numbered; the control API itself is not listed."""
    control = Control()
    control.wonolo("GET", "/jobs")
    control.send("POST", "/2/login", json={"username": "manager@sandbox.example", "password": "wrong"})
    control.get("/clock")
    first, second, third = control.get("/requests")["requests"]
    common: dict[str, Any] = {"at": "2026-11-23T18:00:00+00:00", "fault": None, "reached": True, "query": {}}
    keys = {"api_key": "***", "secret_key": "***"}
    path = "/api_v2/authenticate"
    assert first == {
        **common,
        "number": 1,
        "system": "wonolo",
        "method": "POST",
        "path": path,
        "body": keys,
        "status": 200,
    }
    assert (second["path"], second["query"], second["body"]) == ("/api_v2/jobs", {"token": "***"}, None)
    login = {"username": "manager@sandbox.example", "password": "***"}
    assert (third["system"], third["body"], third["number"]) == ("wheniwork", login, 3)
    assert third["status"] >= 400


def test_requests_can_be_counted_from_a_number_and_narrowed_to_writes() -> None:
    """Logging in is no write; clearing the list leaves the numbers."""
    control = Control()
    control.wonolo("GET", "/jobs")
    control.wonolo("POST", "/customers", json={"customer": {"name": "Depot", "tags": [{"key": "hidden"}]}})
    (write,) = control.get("/requests", writes="true")["requests"]
    assert (write["number"], write["body"]) == (4, {"customer": {"name": "Depot", "tags": [{"key": "***"}]}})
    assert [one["number"] for one in control.get("/requests", since=2)["requests"]] == [3, 4]
    assert control.send("DELETE", "/_sandbox/requests").json() == {"requests": []}
    control.wonolo("GET", "/jobs")
    assert [one["number"] for one in control.get("/requests")["requests"]] == [5, 6]
    assert control.send("GET", "/_sandbox/requests", params={"since": "x"}).status_code == 400


def test_requests_show_forms_repeated_names_and_the_size_of_large_bodies() -> None:
    """A body that is no JSON is read as a form."""
    control = Control()
    control.send("POST", "/api_v2/jobs?a=1&a=2", content="secret_key=x&b=2")
    control.send("POST", "/api_v2/jobs", content=b"x" * 20_001)
    form, large = control.get("/requests")["requests"]
    assert (form["query"], form["body"]) == ({"a": ["1", "2"]}, {"secret_key": "***", "b": "2"})
    assert large["body"] == "(more than 20000 bytes)"


def test_switches_are_shown_and_changed_by_service() -> None:
    """A change answers with all of them."""
    control = Control()
    before = control.get("/switches")
    after = control.post("/switches", {"wonolo": {"pool": "public"}, "wheniwork": {"publish_on_create": False}})
    assert after == control.get("/switches")
    assert {**after["wonolo"], "pool": "private"} == before["wonolo"]
    assert {**after["wheniwork"], "publish_on_create": True} == before["wheniwork"]


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"wonolo": {"nothing": 1}}, "Wonolo has no switch nothing; it has auth_in, body_in,"),
        ({"wonolo": {"pool": "shared"}}, "Invalid enum value 'shared' - at `$.pool`"),
        ({"wonolo": {"start_time_zone": "Mars/Base"}}, "'No time zone found with key Mars/Base'"),
        ({"wonolo": {"start_time_zone": "../x"}}, "ZoneInfo keys"),
        ({"payroll": {}}, "There is no service payroll; there are wheniwork and wonolo."),
        ({"wonolo": 1}, "Expected `object`, got `int` - at `$[...]`"),
    ],
)
def test_a_switch_that_does_not_exist_is_refused(body: dict[str, Any], says: str) -> None:
    """And so is a value it cannot have; nothing changes."""
    control = Control()
    before = control.get("/switches")
    status, text = control.refused("/switches", body)
    assert (status, text[: len(says)]) == (400, says)
    assert control.get("/switches") == before


def test_a_reset_begins_again() -> None:
    """With the same beginning the same world comes back: acts, requests, faults, switches and tokens are gone."""
    control = Control()
    begun = control.get("/state")
    control.post("/act", {"name": "life", "acts": 5})
    control.post("/advance", {"hours": 30})
    control.post("/faults", {"fault": "error"})
    control.post("/switches", {"wonolo": {"pool": "public"}})
    beginning = {"seed": 3, "demands": 3, "posted": 0.0, "filled": 0.0, "start": "2026-11-23T18:00:00Z"}
    assert control.post("/reset", {}) == {**beginning, "now": "2026-11-23T18:00:00+00:00"}
    assert control.get("/state") == begun
    assert control.get("/faults") == {"faults": []}
    assert control.get("/requests") == {"requests": []}
    assert control.wonolo("GET", "/jobs").json() == {"jobs": []}


def test_a_reset_may_begin_elsewhere() -> None:
    """Another seed, more demands, JobRequests of requestors, half of them filled, another start."""
    control = Control()
    body = {"seed": 4, "demands": 20, "posted": 0.5, "filled": 0.5, "start": "2027-01-01T00:00:00Z"}
    assert control.post("/reset", body) == {**body, "now": "2027-01-01T00:00:00+00:00"}
    state = control.get("/state")
    states = [row["state"] for row in state["wonolo"]["job_requests"]]
    assert (states, state["now"]) == (["filled"] * 5 + ["posted"] * 5, "2027-01-01T00:00:00+00:00")
    assert "start" in control.post("/reset", {"start": None})


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"size": 1}, "A beginning has seed, demands, posted, filled, start, not size."),
        ({"demands": -1}, "Demands go from 0 to 200000, posted and filled from 0 to 1."),
        ({"posted": 2}, "Demands go from 0 to 200000, posted and filled from 0 to 1."),
        ({"filled": -0.1}, "Demands go from 0 to 200000, posted and filled from 0 to 1."),
        ({"seed": "x"}, "Expected `int`, got `str` - at `$.seed`"),
        ({"start": "9999-12-31T00:00:00Z"}, "A world begins in this century."),
        ({"start": "2027-01-01"}, "An instant needs an offset, as 2026-03-02T08:00:00-06:00."),
    ],
)
def test_a_beginning_that_cannot_be_is_refused(body: dict[str, Any], says: str) -> None:
    """And the world goes on."""
    control = Control()
    status, text = control.refused("/reset", body)
    assert (status, text[: len(says)]) == (400, says)
    assert control.world.beginning.seed == 3


def test_the_routes_describe_themselves() -> None:
    """As OpenAPI, for tools that try every route."""
    paths = Control().get("/openapi.json")["paths"]
    assert {"/_sandbox/act", "/api_v2/job_requests/{id}"} <= set(paths)
    assert paths["/api_v2/users/invite"]["post"]["description"].startswith("Invite a Worker by phone")
