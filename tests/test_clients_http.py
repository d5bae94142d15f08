"""What both clients share: what a request carries and where it may go, logins, the budget, the log."""

from __future__ import annotations

import asyncio
import gc
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from pyrate_limiter import Duration, Rate
from structlog.testing import capture_logs

from sync.clients.exchange import Reply, query
from sync.clients.http import Limits, Service, require_https
from sync.errors import (
    ConfigError,
    Forbidden,
    Rejected,
    RemoteError,
    Unauthorized,
    Unavailable,
)
from tests.scripted import NOON, Answer, said
from tests.scripted_api import PAGE, build, failure

# What a request carries


async def test_each_request_carries_the_grant_and_its_own_parameters() -> None:
    """Token in query and header beside the call's parameters; the body is JSON."""
    api, scripted, _ = build(said({"id": 1}))
    async with api:
        await api.send("PUT", "/shifts/1", {"notes": "x"}, {"flag": True, "none": None})
    request = scripted.requests[0]
    assert str(request.url) == "https://api.example/2/shifts/1?flag=true&token=token-1"
    assert request.headers["W-Token"] == "token-1"
    assert request.content == b'{"notes":"x"}'


async def test_a_public_read_needs_no_login() -> None:
    """The service's own facts are read without credentials."""
    api, scripted, wicket = build(said({"up": True}))
    async with api:
        reply = await api.get("/info", public=True)
    assert (reply.body, str(scripted.requests[0].url), wicket.logins) == ({"up": True}, "https://api.example/2/info", 0)


async def test_cookies_are_not_kept() -> None:
    """A token cookie set by one answer does not come back with the next request."""
    api, scripted, _ = build(said({}, set_cookie="W-Token=old; Path=/"))
    async with api:
        await api.get("/a")
        await api.get("/b")
    assert "cookie" not in scripted.requests[1].headers


async def test_an_answer_is_let_go_at_once() -> None:
    """Large ones would pile up if they waited for the garbage collector."""
    api, _, _ = build(said({"shifts": []}))

    def answers() -> int:
        return sum(isinstance(one, Reply | httpx.Response) for one in gc.get_objects())

    async with api:
        await api.get("/shifts")
        gc.collect()
        before = answers()
        gc.disable()
        try:
            await api.get("/shifts")
            assert answers() == before
        finally:
            gc.enable()


def test_parameters_are_spelled_as_both_apis_read_them() -> None:
    """Booleans, lists, instants with and without fractions; None is left out."""
    five = datetime(2026, 11, 20, 5, 0, 0, 250_000, tzinfo=UTC)
    asked = {"yes": True, "no": False, "ids": [1, 2], "none": None, "whole": NOON, "part": five, "text": "x"}
    assert query(asked) == {
        "yes": "true",
        "no": "false",
        "ids": "1,2",
        "whole": "2026-11-20T12:00:00+00:00",
        "part": "2026-11-20T05:00:00.250+00:00",
        "text": "x",
    }


def test_an_instant_without_a_zone_is_refused() -> None:
    """Nobody could say which instant it is."""
    with pytest.raises(ValueError, match="without a zone"):
        query({"start": NOON.replace(tzinfo=None)})


# Where it may go


@pytest.mark.parametrize(
    "url",
    ["https://api.example/2", "http://127.0.0.1:8000/2", "http://127.8.9.10/", "http://localhost/", "http://[::1]:80/"],
)
def test_https_and_this_machine_are_allowed(url: str) -> None:
    """Plain http never leaves the machine."""
    require_https("wonolo.base_url", url)


@pytest.mark.parametrize(
    "url",
    [
        "http://api.example/2",
        "http://10.0.0.1/",
        "ftp://api.example/",
        "api.example",
        "https://",
        "https://[::1",
        "https://a:b",
    ],
)
def test_any_other_address_is_a_configuration_error(url: str) -> None:
    """The message names the setting and the address."""
    with pytest.raises(ConfigError, match=r"^wonolo\.base_url: ") as caught:
        Service("wonolo", url)
    assert url in caught.value.problems[0]


# Logins


async def test_many_first_requests_log_in_once() -> None:
    """Ten requests at once share one login."""
    api, scripted, wicket = build(said({"id": 1}))
    async with api:
        await asyncio.gather(*(api.get(f"/shifts/{number}") for number in range(10)))
    assert (wicket.logins, len(scripted.requests)) == (1, 10)


async def test_a_grant_is_renewed_before_it_expires() -> None:
    """Nothing is refused first: the renewal comes with the clock."""
    api, scripted, wicket = build(said({"id": 1}))
    async with api:
        await api.get("/shifts/1")
        wicket.clock.move(minutes=59)
        await api.get("/shifts/1")
        wicket.clock.move(minutes=1)
        await api.get("/shifts/1")
    assert [request.headers["W-Token"] for request in scripted.requests] == ["token-1", "token-1", "token-2"]


def only(token: str) -> Answer:
    """Answer requests that carry this token and refuse the others."""
    refused, accepted = said({"error": "User login required", "code": 1000}, 401), said({"id": 1})
    return lambda request: (accepted if request.headers["W-Token"] == token else refused)(request)


@pytest.mark.parametrize("method", ["GET", "PUT"])
async def test_a_refused_token_is_renewed_and_the_request_sent_once_more(method: str) -> None:
    """Reads and writes alike: behind a 401 nothing happened."""
    api, scripted, wicket = build(only("token-2"))
    async with api:
        reply = await (api.get("/shifts/1") if method == "GET" else api.send(method, "/shifts/1", {}))
    assert (reply.body, wicket.logins, scripted.lines) == ({"id": 1}, 2, [f"{method} /2/shifts/1"] * 2)


async def test_many_refused_requests_renew_once() -> None:
    """Those refused with the old token take the new one that the first of them got."""
    api, scripted, wicket = build(only("token-2"))
    async with api:
        await asyncio.gather(*(api.get(f"/shifts/{number}") for number in range(10)))
    assert (wicket.logins, len(scripted.requests)) == (2, 20)


async def test_a_token_refused_twice_is_unauthorized() -> None:
    """One renewal and one replay, no more."""
    api, scripted, wicket = build(said({"error": "User login required", "code": 1000}, 401))
    async with api:
        error = await failure(api)
    assert (type(error), wicket.logins, len(scripted.requests)) == (Unauthorized, 2, 2)
    assert str(error) == "wheniwork: GET /shifts: 401: User login required (code 1000)"


@pytest.mark.parametrize(("status", "code"), [(401, 1000), (422, 7), (403, 3005)])
async def test_credentials_refused_in_whatever_way_are_unauthorized(status: int, code: int) -> None:
    """The caller learns one thing: these credentials do not work."""
    api, _, _ = build(said({"error": "no", "code": code}, status))
    async with api:
        with pytest.raises(Unauthorized, match="POST /login"):
            await api.log_in("https://login.example/login", {"password": "x"})


@pytest.mark.parametrize(
    ("answer", "kind"),
    [(said(PAGE, 404), Rejected), (said({"error": "slow down"}, 403), Forbidden), (said("", 503), Unavailable)],
)
async def test_a_login_refused_by_something_else_keeps_its_own_error(answer: Answer, kind: type[RemoteError]) -> None:
    """A wrong address, throttling or a broken service do not mean wrong credentials."""
    api, _, _ = build(answer)
    async with api:
        with pytest.raises(kind):
            await api.log_in("https://login.example/login", {"password": "x"})


# Budget and logs


async def test_the_rate_budget_spreads_requests() -> None:
    """Two at once, then one each fiftieth of a second."""
    limits = Limits(Rate(50, Duration.SECOND, burst=2))
    api, scripted, _ = build(said({"id": 1}), limits=limits)
    started = time.monotonic()
    async with api:
        await asyncio.gather(*(api.get("/x") for _ in range(12)))
    assert (len(scripted.requests), time.monotonic() - started >= 0.19) == (12, True)


async def test_each_request_is_logged_without_the_token() -> None:
    """System, method, path, status and milliseconds, of failures too."""
    api, _, _ = build(said("", 500), said({"id": 1}))
    async with api:
        with capture_logs() as lines:
            await api.get("/shifts", {"search": "Ada"})
    times = [line.pop("ms") for line in lines if "ms" in line]
    request: dict[str, Any] = {
        "event": "request",
        "log_level": "debug",
        "system": "wheniwork",
        "method": "GET",
        "path": "/shifts",
    }
    retry = lines.pop(1)
    assert lines == [request | {"status": 500}, request | {"status": 200}]
    assert (retry["event"], retry["attempt"], retry["error"]) == (
        "retry",
        1,
        "wheniwork: GET /shifts: 500: no reason given",
    )
    assert all(0 <= took < 500 for took in times)
    assert "token" not in str([*lines, retry])


async def test_a_failed_request_takes_no_token_along() -> None:
    """Neither the text nor the cause of an error leads to the URL with the token in it."""
    api, _, _ = build(httpx.ReadError("x"))
    async with api:
        with capture_logs():
            error = await failure(api, "POST")
    assert "token-1" not in repr(error)
    assert (error.__cause__, error.__suppress_context__) == (None, True)


@pytest.fixture(autouse=True)
async def quiet() -> AsyncIterator[None]:
    """Keep this module's requests out of the test's output."""
    with capture_logs():
        yield
