"""Faults by switch in front of the sandbox's APIs, over TCP and in the process."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from sandbox.app import create_app
from sandbox.world import build_world
from tests.sandbox_faults import Client, served
from tests.sandbox_wonolo import NOON

CUSTOMER = {"customer": {"name": "Depot"}}


@pytest.fixture
def client() -> Iterator[Client]:
    """A client of a fresh sandbox."""
    with served() as client:
        yield client


@pytest.mark.parametrize(("fault", "names"), [("lost_request", 2), ("lost_reply", 3)])
def test_a_broken_connection_leaves_the_caller_in_doubt(client: Client, fault: str, names: int) -> None:
    """Either the request was lost before it did anything, or the reply after it did; the caller sees the same."""
    client.fault(fault=fault, method="POST", times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        client.wonolo("POST", "/customers", json=CUSTOMER)
    assert len(client.customers()) == names
    assert client.last() == (None, fault, fault == "lost_reply")
    assert client.wonolo("GET", "/customers").status_code == 200


def test_an_effect_may_come_long_after_the_caller_gave_up(client: Client) -> None:
    """After 37 seconds of virtual time, and then once."""
    client.fault(fault="late_effect", method="POST", minutes=37 / 60, times=1)
    with pytest.raises(httpx.RemoteProtocolError):
        client.wonolo("POST", "/customers", json=CUSTOMER)
    counts = [len(client.customers())]
    for seconds in (36, 2, 60):
        client.world.advance(timedelta(seconds=seconds))
        client.wonolo("GET", "/customers")
        counts.append(len(client.customers()))
    assert counts == [2, 2, 3, 3]


@pytest.mark.parametrize(
    ("rule", "status", "names"),
    [
        ({"fault": "error"}, 500, 2),
        ({"fault": "error", "status": 503}, 503, 2),
        ({"fault": "error_after_effect"}, 502, 3),
        ({"fault": "error_after_effect", "status": 504}, 504, 3),
        ({"fault": "rate_limited"}, 429, 2),
        ({"fault": "throttle_403"}, 403, 2),
    ],
)
def test_an_error_comes_before_or_after_the_effect(
    client: Client, rule: dict[str, Any], status: int, names: int
) -> None:
    """The status alone does not tell which."""
    client.fault(**rule, path="/api_v2/customers")
    answer = client.wonolo("POST", "/customers", json=CUSTOMER)
    assert (answer.status_code, list(answer.json())) == (status, ["error"])
    assert len(client.customers()) == names


def test_a_proxy_answers_in_html(client: Client) -> None:
    """With an error's status, or with 200."""
    for options, status in (({}, 503), ({"status": 200}, 200)):
        client.fault(fault="html", times=1, **options)
        answer = client.wonolo("GET", "/jobs")
        assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
        assert answer.text.startswith("<!DOCTYPE html>")


def test_a_limit_may_say_how_long_to_wait(client: Client) -> None:
    """In the header and the text, or in the text alone."""
    client.fault(fault="rate_limited", times=1, retry_after=7)
    client.fault(fault="rate_limited", times=1)
    told, untold = (client.wonolo("GET", "/jobs") for _ in range(2))
    assert (told.headers["retry-after"], told.json()) == ("7", {"error": "Too many requests. Please wait 7 seconds."})
    assert "retry-after" not in untold.headers


def test_all_tokens_end_at_once(client: Client) -> None:
    """In both services, each under its own rule."""
    login = {"username": "manager@sandbox.example", "password": "sandbox"}
    headers = {"W-Key": "sandbox-developer-key"}
    token = client.http.post("/2/login", json=login, headers=headers).json()["login"]["token"]
    client.fault(fault="expire_tokens", system="wheniwork", times=1)
    client.fault(fault="expire_tokens", system="wonolo", times=1)
    assert client.http.get("/2/shifts", headers={"W-Token": token}).status_code == 401
    assert client.wonolo("GET", "/jobs").status_code == 401
    assert client.last() == (401, "expire_tokens", True)


def test_listings_come_empty_or_truncated(client: Client) -> None:
    """Only the lists at the top are cut; the envelope stays."""
    client.fault(fault="empty_listing", times=1)
    client.fault(fault="truncated_listing", times=1)
    empty, half, whole = (client.wonolo("GET", "/users").json()["users"] for _ in range(3))
    assert (empty, half) == ([], whole[:21])


def test_a_single_record_is_not_cut(client: Client) -> None:
    """An answer in whose top there is no list passes unchanged."""
    client.fault(fault="truncated_listing", times=1)
    assert client.wonolo("GET", "/customers/301").json()["customer"]["id"] == 301


def test_a_slow_answer_takes_its_time(client: Client) -> None:
    """Real seconds, whatever the virtual clock says."""
    client.fault(fault="slow", seconds=0.2, times=1)
    began = time.perf_counter()
    assert client.wonolo("GET", "/jobs").status_code == 200
    assert time.perf_counter() - began >= 0.2


def test_a_rule_strikes_only_what_it_names(client: Client) -> None:
    """By service, method and path."""
    client.fault(fault="error", system="wheniwork")
    client.fault(fault="error", method="post")
    client.fault(fault="error", path="/api_v2/jobs/*")
    statuses = [
        client.wonolo("GET", "/jobs").status_code,
        client.wonolo("GET", "/jobs/1").status_code,
        client.wonolo("POST", "/customers", json=CUSTOMER).status_code,
        client.http.get("/login").status_code,
        client.http.get("/2").status_code,
    ]
    assert statuses == [200, 500, 500, 500, 500]


def test_a_rule_with_times_ends_with_its_last_stroke(client: Client) -> None:
    """Until then it says how many are left; the next rule takes over."""
    client.fault(fault="error", times=2)
    client.fault(fault="throttle_403")
    assert client.wonolo("GET", "/jobs").status_code == 500
    rules = client.http.get("/_sandbox/faults").json()["faults"]
    assert [(rule["fault"], rule["times"]) for rule in rules] == [("error", 1), ("throttle_403", None)]
    assert [client.wonolo("GET", "/jobs").status_code for _ in range(3)] == [500, 403, 403]
    assert client.http.delete("/_sandbox/faults").json() == {"faults": []}
    assert client.wonolo("GET", "/jobs").status_code == 200


def test_chance_repeats_under_the_seed(client: Client) -> None:
    """The same seed strikes the same requests."""
    runs = []
    for _ in range(2):
        client.http.post("/_sandbox/reset", json={})
        client.fault(fault="error", probability=0.5)
        runs.append([client.http.get("/api_v2/info").status_code for _ in range(20)])
    assert runs[0] == runs[1]
    assert set(runs[0]) == {200, 500}


@pytest.mark.parametrize(
    "rule",
    [
        {"fault": "meteor"},
        {"fault": "error", "sytem": "wonolo"},
        {"fault": "error", "times": 0},
        {"fault": "error", "probability": 2},
        {"fault": "error", "status": 42},
        {"fault": "error", "system": "payroll"},
        {},
    ],
)
def test_a_rule_that_makes_no_sense_is_refused(client: Client, rule: dict[str, Any]) -> None:
    """400, and nothing is put in force."""
    assert client.http.post("/_sandbox/faults", json=rule).status_code == 400
    assert client.http.get("/_sandbox/faults").json() == {"faults": []}


def test_in_the_process_a_broken_connection_is_an_exception() -> None:
    """There is no connection to break, so the call raises ConnectionResetError."""
    world = build_world(demands=0, start=NOON)
    app = create_app(world)

    async def ask() -> None:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://sandbox") as client:
            await client.post("/_sandbox/faults", json={"fault": "lost_reply"})
            with pytest.raises(ConnectionResetError):
                await client.get("/api_v2/info")

    asyncio.run(ask())
    assert [received.reached for received in world.requests.since()] == [True]


def test_a_body_may_come_bit_by_bit(client: Client) -> None:
    """The whole of it, over real seconds; the head does not wait."""
    client.fault(fault="slow_drip", seconds=2, times=1)
    began = time.perf_counter()
    with client.http.stream("GET", "/api_v2/users", params={"token": client.token}) as answer:
        head = time.perf_counter() - began
        body = b"".join(answer.iter_raw())
    assert time.perf_counter() - began >= 1.9
    assert head < 1.9
    assert body == client.wonolo("GET", "/users").content


@pytest.mark.parametrize(
    ("rule", "status", "location"),
    [
        ({"fault": "forbidden"}, 403, None),
        ({"fault": "redirect"}, 302, "http://127.0.0.1:9/"),
        ({"fault": "redirect", "status": 308}, 308, "http://127.0.0.1:9/"),
    ],
)
def test_a_request_may_be_sent_away(client: Client, rule: dict[str, Any], status: int, location: str | None) -> None:
    """As a public pool key is, or to an address where nobody listens; nothing has happened."""
    client.fault(**rule, path="/api_v2/customers", times=1)
    answer = client.wonolo("POST", "/customers", json=CUSTOMER)
    assert (answer.status_code, answer.headers.get("location"), len(client.customers())) == (status, location, 2)
    assert client.last() == (status, rule["fault"], False)
