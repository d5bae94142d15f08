"""The control API of the sandbox: what tests, demonstrations and people script it with."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest

from sandbox.app import create_app
from sandbox.people import ACTS
from sandbox.world import World, build_world
from tests.sandbox_wonolo import KEYS, NOON


class Control:
    """The whole sandbox called in the process, with three demands at NOON."""

    def __init__(self) -> None:
        self.world: World = build_world(seed=3, demands=3, start=NOON)
        self.app = create_app(self.world)

    def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send one request as httpx would."""
        return asyncio.run(self._send(method, path, **options))

    async def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://sandbox") as client:
            return await client.request(method, path, **options)

    def get(self, path: str, **query: Any) -> Any:
        """The body of a GET that succeeds."""
        return self._succeeded(self.send("GET", f"/_sandbox{path}", params=query))

    def post(self, path: str, body: Any) -> Any:
        """The body of a POST that succeeds."""
        return self._succeeded(self.send("POST", f"/_sandbox{path}", json=body))

    def refused(self, path: str, body: Any) -> tuple[int, str]:
        """Status and text of a POST that must fail."""
        answer = self.send("POST", f"/_sandbox{path}", json=body)
        return answer.status_code, answer.json()["error"]

    def wonolo(self, method: str, path: str, **options: Any) -> httpx.Response:
        """A request to Wonolo with a fresh token."""
        token = self.send("POST", "/api_v2/authenticate", data=KEYS).json()["token"]
        return self.send(method, f"/api_v2{path}", params={"token": token}, **options)

    @staticmethod
    def _succeeded(answer: httpx.Response) -> Any:
        assert answer.status_code == 200, answer.text
        return answer.json()


def test_the_state_shows_both_services_whole() -> None:
    """Drafts, people and switches included."""
    state = Control().get("/state")
    assert state["now"] == "2026-11-23T18:00:00+00:00"
    assert set(state["wonolo"]) == {"job_requests", "jobs", "users", "badges", "customers", "switches"}
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


def test_a_worker_accepts_by_an_act() -> None:
    """The answer holds the records that the act touched; what is left open is chosen."""
    control = Control()
    posted = control.post("/act", {"name": "requestor_posts", "fields": {"slots": 1}})["job_request"]
    touched = control.post("/act", {"name": "worker_accepts"})
    assert touched["job"]["job_request_id"] == touched["job_request"]["id"] == posted["id"]
    assert touched["job_request"]["state"] == "filled"


def test_a_manager_and_an_employee_act_in_when_i_work() -> None:
    """Every act of that side, one after the other."""
    control = Control()
    place = {"location_id": 136, "position_id": 32, "start_time": "2026-11-25 08:00", "end_time": "2026-11-25 16:00"}
    made = control.post("/act", {"name": "manager_creates_shift", "fields": {**place, "published": False}})["shift"]
    number = made["id"]
    assert (made["published"], made["start_time"]) == (False, "Wed, 25 Nov 2026 08:00:00 -0600")
    edit = {"name": "manager_edits_shift", "shift_id": number, "fields": {"instances": 3}}
    assert control.post("/act", edit)["shift"]["instances"] == 3
    assert control.post("/act", {"name": "manager_publishes", "shift_id": number})["shift"]["published"] is True
    held = control.post("/act", {"name": "employee_takes", "shift_id": number})["shift"]
    assigned = control.post("/act", {"name": "manager_assigns", "shift_id": number, "user_id": 27384})["shift"]
    assert (held["is_open"], assigned["user_id"]) == (False, 27384)
    assert control.post("/act", {"name": "employee_releases", "shift_id": held["id"]})["shift"]["is_open"] is True
    assert control.post("/act", {"name": "manager_deletes_shift", "shift_id": number})["shift"]["id"] == number


@pytest.mark.parametrize("name", sorted(name for name in ACTS if "_job" not in name))
def test_every_act_chooses_what_is_left_open(name: str) -> None:
    """With no argument at all, in a world where something fits it; the same seed chooses the same."""
    happened = []
    for _ in range(2):
        control = Control()
        soon = {"start_time": "2026-11-23 13:00", "duration": 60, "slots": 1}
        for fields in ({**soon, "slots": 2}, soon, {**soon, "start_time": "2026-11-24 13:00"}, {}):
            number = control.post("/act", {"name": "requestor_posts", "fields": fields})["job_request"]["id"]
            control.post("/act", {"name": "worker_accepts", "job_request_id": number})
        control.post("/act", {"name": "requestor_posts"})
        control.post("/advance", {"minutes": 60})
        control.post("/act", {"name": "worker_finishes"})
        happened.append(control.post("/act", {"name": name}))
    assert happened[0] == happened[1]


def test_an_edit_without_fields_is_a_random_one() -> None:
    """A JobRequest and a shift end up different, and a given id is respected."""
    control = Control()
    posted = control.post("/act", {"name": "requestor_posts"})["job_request"]
    edited = control.post("/act", {"name": "requestor_edits", "job_request_id": posted["id"]})["job_request"]
    assert edited["id"] == posted["id"]
    assert [edited[name] for name in ("slots", "duration", "start_time")] != [
        posted[name] for name in ("slots", "duration", "start_time")
    ]
    shift = next(shift for shift in control.get("/state")["wheniwork"]["shifts"] if shift["is_open"])
    changed = control.post("/act", {"name": "manager_edits_shift", "shift_id": shift["id"]})["shift"]
    assert [changed["end_time"], changed["instances"]] != [shift["end_time"], shift["instances"]]


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        ({}, 400, "There is no act ''"),
        ({"name": "nobody_does"}, 400, "There is no act 'nobody_does'; there are employee_releases,"),
        ({"name": "worker_accepts", "who": 1}, 400, "The act worker_accepts takes no who."),
        ({"name": "worker_accepts", "worker_id": "x"}, 400, "worker_id must be a whole number."),
        ({"name": "requestor_posts", "fields": 3}, 400, "fields must be an object."),
        ({"name": "worker_accepts"}, 409, "Nothing in the world fits this act now."),
        ({"name": "worker_accepts", "job_request_id": 7}, 409, "Not Found"),
        ({"name": "manager_edits_shift", "shift_id": 7}, 409, "No shift found."),
        ({"name": "worker_finishes", "job_id": 7, "minutes": -1}, 409, "Minutes worked cannot be negative"),
        ({"name": "life", "acts": -1}, 400, "Life takes acts, from 0 to 10000."),
        ({"name": "life", "years": 1}, 400, "Life takes acts, from 0 to 10000."),
        ({"name": "life", "acts": "many"}, 400, "Expected `int`, got `str`"),
    ],
)
def test_an_act_that_is_unknown_or_impossible_says_so(body: dict[str, Any], status: int, says: str) -> None:
    """400 for what is no act, 409 for what cannot happen now."""
    found, text = Control().refused("/act", body)
    assert (found, text[: len(says)]) == (status, says)


def test_life_lets_things_happen_and_repeats_under_its_seed() -> None:
    """The same world lives the same life."""
    lives = []
    for _ in range(2):
        control = Control()
        lives.append(control.post("/act", {"name": "life", "acts": 30})["happened"])
    assert lives[0] == lives[1]
    assert len(lives[0]) == 30
    assert len({act["name"] for act in lives[0]}) > 5


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
    assert large["body"] == "(20001 bytes)"


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
        ({"wonolo": {"nothing": 1}}, "Wonolo has no switch nothing; it has created_status,"),
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
    beginning = {"seed": 3, "demands": 3, "posted": 0.0, "start": "2026-11-23T18:00:00Z"}
    assert control.post("/reset", {}) == {**beginning, "now": "2026-11-23T18:00:00+00:00"}
    assert control.get("/state") == begun
    assert control.get("/faults") == {"faults": []}
    assert control.get("/requests") == {"requests": []}
    assert control.wonolo("GET", "/jobs").json() == {"jobs": []}


def test_a_reset_may_begin_elsewhere() -> None:
    """Another seed, more demands, JobRequests of requestors, another start."""
    control = Control()
    body = {"seed": 4, "demands": 20, "posted": 0.5, "start": "2027-01-01T00:00:00Z"}
    assert control.post("/reset", body) == {**body, "now": "2027-01-01T00:00:00+00:00"}
    state = control.get("/state")
    assert (len(state["wonolo"]["job_requests"]), state["now"]) == (10, "2027-01-01T00:00:00+00:00")
    assert "start" in control.post("/reset", {"start": None})


@pytest.mark.parametrize(
    ("body", "says"),
    [
        ({"size": 1}, "A beginning has seed, demands, posted, start, not size."),
        ({"demands": -1}, "Demands go from 0 to 200000, posted from 0 to 1."),
        ({"posted": 2}, "Demands go from 0 to 200000, posted from 0 to 1."),
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
