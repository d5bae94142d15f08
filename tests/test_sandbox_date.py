"""The Date header of both services' answers, which follows the world's clock."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from sandbox.serve import Server
from sandbox.world import build_world
from tests.sandbox_control import Control
from tests.sandbox_wonolo import NOON

NOW, LATER = "Mon, 23 Nov 2026 18:00:00 GMT", "Mon, 23 Nov 2026 20:30:00 GMT"
ANSWERS: list[tuple[str, str, int]] = [
    ("GET", "/api_v2/info", 200),
    ("GET", "/api_v2/jobs", 401),
    ("TRACE", "/api_v2/jobs", 405),
    ("GET", "/2/shifts", 401),
    ("POST", "/login", 401),
]


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    """A client of a sandbox whose clock stands at noon."""
    with Server(build_world(demands=0, start=NOON)) as server, httpx.Client(base_url=server.url) as client:
        yield client


@pytest.mark.parametrize(("method", "path", "status"), ANSWERS)
def test_every_answer_has_the_worlds_date_and_no_other(http: httpx.Client, method: str, path: str, status: int) -> None:
    """Also refusals; the server adds none of its own (RFC 9110 5.6.7 and 6.6.1)."""
    answer = http.request(method, path)
    assert (answer.status_code, answer.headers.get_list("date")) == (status, [NOW])
    http.post("/_sandbox/advance", json={"hours": 2, "minutes": 30})
    assert http.request(method, path).headers.get_list("date") == [LATER]


@pytest.mark.parametrize(
    "rule", [{"fault": "error"}, {"fault": "html"}, {"fault": "redirect"}, {"fault": "slow_drip", "seconds": 0}]
)
def test_an_answer_that_a_fault_makes_is_dated_too(http: httpx.Client, rule: dict[str, Any]) -> None:
    """Whoever answers in the service's place has the same clock."""
    http.post("/_sandbox/faults", json=rule)
    assert http.get("/api_v2/info").headers.get_list("date") == [NOW]


def test_answers_in_the_process_are_dated() -> None:
    """Without a server, as tests call the application."""
    control = Control()
    assert control.send("GET", "/api_v2/info").headers["date"] == NOW
    control.post("/advance", {"hours": 2, "minutes": 30})
    assert control.send("GET", "/2/shifts").headers["date"] == LATER
