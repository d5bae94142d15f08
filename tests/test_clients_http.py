"""What both clients share: logins, budget, retries, errors and what never gets into a log."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from pyrate_limiter import Duration, Rate
from structlog.testing import capture_logs

from sync.clients.auth import Grant
from sync.clients.exchange import query
from sync.clients.http import Api, Limits, Service, require_https
from sync.errors import (
    ConfigError,
    Forbidden,
    InvalidResponse,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    RemoteError,
    Unauthorized,
    Unavailable,
)
from tests.scripted import NOON, Answer, HandClock, Scripted, said

QUICK = Limits(Rate(1000, Duration.SECOND), attempts=4, patience=5.0, first_pause=0.001, timeout=0.5)
PAGE = "<!doctype html><title>Bad gateway</title>"


class Wicket:
    """Hands out numbered grants and counts them; a refused one raises Unauthorized."""

    def __init__(self, clock: HandClock, life: timedelta = timedelta(hours=1)) -> None:
        self.clock = clock
        self.life = life
        self.logins = 0

    async def log_in(self) -> Grant:
        """Give the next grant, slowly enough for others to queue behind it."""
        self.logins += 1
        await asyncio.sleep(0.001)
        token = f"token-{self.logins}"
        return Grant(self.clock.now() + self.life, params={"token": token}, headers={"W-Token": token})


def build(
    *answers: Answer | Exception, limits: Limits = QUICK, codes: frozenset[int] | None = frozenset({3005})
) -> tuple[Api, Scripted, Wicket]:
    """Make an Api before a scripted service."""
    clock = HandClock()
    wicket = Wicket(clock)
    scripted = Scripted(*answers)
    return (
        Api(Service("wheniwork", "https://api.example/2", codes), limits, wicket.log_in, clock, scripted),
        scripted,
        wicket,
    )


async def failure(api: Api, method: str = "GET") -> RemoteError:
    """Return the error of one call."""
    with pytest.raises(RemoteError) as caught:
        await (api.get("/shifts") if method == "GET" else api.send(method, "/shifts", {"id": 1}))
    return caught.value


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


# Retries


@pytest.mark.parametrize(
    "trouble",
    [
        said("", 500),
        said(PAGE, 502),
        said({}, 429),
        said({}, 408),
        httpx.ReadTimeout("x"),
        httpx.ConnectError("x"),
        httpx.RemoteProtocolError("x"),
    ],
)
async def test_a_read_survives_passing_trouble(trouble: Answer | Exception) -> None:
    """Network errors, 5xx and 429 are tried again."""
    api, scripted, _ = build(trouble, trouble, said({"id": 1}))
    async with api:
        assert (await api.get("/shifts/1")).body == {"id": 1}
    assert len(scripted.requests) == 3


async def test_a_read_gives_up_after_its_attempts() -> None:
    """The last error comes out as it was."""
    api, scripted, _ = build(said(PAGE, 503))
    async with api:
        error = await failure(api)
    assert (type(error), error.status, len(scripted.requests)) == (Unavailable, 503, 4)
    assert str(error) == "wheniwork: GET /shifts: 503: an HTML page instead of JSON (code not_json)"


async def test_a_pause_that_the_service_asks_for_is_kept() -> None:
    """A fraction of a second in Retry-After spelled as a date a moment ahead is waited for."""
    ahead = "Fri, 20 Nov 2026 12:00:01 GMT"
    api, scripted, _ = build(said({}, 429, retry_after=ahead), said({"id": 1}))
    started = time.monotonic()
    async with api:
        await api.get("/shifts/1")
    assert (len(scripted.requests), time.monotonic() - started >= 1.0) == (2, True)


async def test_a_pause_beyond_patience_is_not_waited_for() -> None:
    """The caller is told when to come back."""
    api, scripted, _ = build(said({"error": "limit"}, 429, retry_after="3600"))
    async with api:
        error = await failure(api)
    assert isinstance(error, RateLimited)
    assert (error.retry_after, len(scripted.requests)) == (3600.0, 1)


@pytest.mark.parametrize(
    ("answer", "pause"),
    [
        (said({"error": "limit"}, 429, retry_after="7"), 7.0),
        (said({"error": "limit"}, 429, retry_after="Fri, 20 Nov 2026 12:01:00 GMT"), 60.0),
        (said({"error": "limit"}, 429, retry_after="Fri, 20 Nov 2026 11:00:00 GMT"), 0.0),
        (said({"error": "Over 100 requests. Please wait 37 seconds.", "code": 429}, 429, retry_after="soon"), 37.0),
        (said({"error": "Try again in 12"}, 429), 12.0),
        (said({"error": "Slow down", "code": 429}, 429), None),
        (said(PAGE, 429), None),
    ],
)
async def test_the_pause_is_read_from_the_header_or_the_words(answer: Answer, pause: float | None) -> None:
    """Retry-After in both its forms, else the seconds in the text."""
    api, _, _ = build(answer)
    async with api:
        error = await failure(api, "POST")
    assert isinstance(error, RateLimited)
    assert error.retry_after == pause


async def test_a_forbidden_read_without_a_reason_is_tried_twice_more() -> None:
    """It may be throttling; after that it counts as forbidden."""
    api, scripted, _ = build(said({"error": "Forbidden"}, 403))
    async with api:
        error = await failure(api)
    assert isinstance(error, Forbidden)
    assert (error.ambiguous, error.certain, len(scripted.requests)) == (True, False, 3)


@pytest.mark.parametrize("code", [3005, "3005"])
async def test_a_forbidden_read_with_a_known_reason_is_final(code: int | str) -> None:
    """When I Work's own permission codes are no throttling, as number or as text."""
    api, scripted, _ = build(said({"error": "No permission", "code": code}, 403))
    async with api:
        error = await failure(api)
    assert isinstance(error, Forbidden)
    assert (error.ambiguous, error.certain, len(scripted.requests)) == (False, True, 1)


async def test_where_no_codes_exist_each_403_is_final() -> None:
    """Wonolo refuses Public Pool keys without any code."""
    api, scripted, _ = build(said({"error": "Not for you"}, 403), codes=None)
    async with api:
        error = await failure(api)
    assert isinstance(error, Forbidden)
    assert (error.ambiguous, len(scripted.requests)) == (False, 1)


# Writes


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (said("", 500), OutcomeUnknown),
        (said(PAGE, 503), OutcomeUnknown),
        (said({}, 408), OutcomeUnknown),
        (said({}, 409), OutcomeUnknown),
        (said({}, 425), OutcomeUnknown),
        (said({}, 302, location="https://elsewhere.example/"), OutcomeUnknown),
        (said(PAGE), OutcomeUnknown),
        (httpx.ReadTimeout("x"), OutcomeUnknown),
        (httpx.WriteError("x"), OutcomeUnknown),
        (httpx.RemoteProtocolError("x"), OutcomeUnknown),
        (httpx.DecodingError("x"), OutcomeUnknown),
        (httpx.ConnectError("x"), Unavailable),
        (httpx.ConnectTimeout("x"), Unavailable),
        (httpx.PoolTimeout("x"), Unavailable),
        (said({}, 429), RateLimited),
        (said({}, 403), Forbidden),
        (said({}, 400), Rejected),
        (said({}, 404), Rejected),
        (said({}, 422), Rejected),
    ],
)
async def test_a_write_is_sent_once_and_says_what_is_known(answer: Answer | Exception, kind: type[RemoteError]) -> None:
    """Only an answer that is certain counts as one."""
    api, scripted, _ = build(answer)
    async with api:
        error = await failure(api, "POST")
    assert (type(error), scripted.lines) == (kind, ["POST /2/shifts"])


async def test_a_write_that_never_ends_is_of_unknown_outcome() -> None:
    """The whole request has a time limit, however it is slow."""

    async def endless(_request: httpx.Request) -> httpx.Response:
        return await asyncio.sleep(60, httpx.Response(200))

    limits = Limits(QUICK.rate, timeout=0.05)
    clock = HandClock()
    api = Api(
        Service("wonolo", "https://api.example"), limits, Wicket(clock).log_in, clock, httpx.MockTransport(endless)
    )
    async with api:
        error = await failure(api, "POST")
    assert (type(error), str(error)) == (
        OutcomeUnknown,
        "wonolo: POST /shifts: no answer: no complete answer (TimeoutError)",
    )


# What an answer means


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        (said(PAGE), "200: expected JSON, got an HTML page"),
        (said("gone fishing"), "200: expected JSON, got text"),
        (said({}, 301), "301: a redirect, which is never followed: check the base URL"),
    ],
)
async def test_a_read_that_gets_something_else_than_json_is_invalid(answer: Answer, message: str) -> None:
    """A page of a proxy is not taken for data."""
    api, scripted, _ = build(answer)
    async with api:
        error = await failure(api)
    assert (type(error), len(scripted.requests)) == (InvalidResponse, 1)
    assert str(error) == f"wheniwork: GET /shifts: {message}"


@pytest.mark.parametrize(
    ("body", "code", "text"),
    [
        ({"error": "No shift found", "code": 4005}, 4005, "No shift found (code 4005)"),
        (
            {"error": {"code": "INVALID_BODY", "title": "Bad"}},
            "INVALID_BODY",
            "code: INVALID_BODY; title: Bad (code INVALID_BODY)",
        ),
        ({"errors": ["a", "b"]}, None, "a; b"),
        ({"errors": {"zip": ["is missing"], "city": ["is odd"]}}, None, "zip: is missing; city: is odd"),
        ({"message": "no", "code": {"odd": 1}}, None, "no"),
        (["no"], None, "no reason given"),
        ({"error": "x" * 500}, None, "x" * 200),
        ({"error": "ada@mail.example and +15550100123 are taken"}, None, "[redacted] and [redacted] are taken"),
    ],
)
async def test_the_reason_is_found_in_every_known_shape(body: object, code: int | str | None, text: str) -> None:
    """Both APIs' shapes, short and without contact data."""
    api, _, _ = build(said(body, 422))
    async with api:
        error = await failure(api)
    assert isinstance(error, Rejected)
    assert (error.code, error.message) == (code, text)


@pytest.mark.parametrize(
    ("answer", "gone"),
    [
        (said({"error": "No shift found", "code": 4005}, 404), True),
        (said({"error": "No shift found", "code": 4005}, 400), True),
        (said({}, 410), True),
        (said("", 404), True),
        (said({"error": "bad", "code": 2000}, 400), False),
        (said({}, 422), False),
        (said(PAGE, 404), False),
    ],
)
async def test_only_the_api_itself_can_say_that_a_record_is_gone(answer: Answer, gone: bool) -> None:  # noqa: FBT001 - pytest passes the table's cells so
    """A proxy's 404 page proves no deletion."""
    api, _, _ = build(answer)
    async with api:
        error = await failure(api, "DELETE")
    assert isinstance(error, Rejected)
    assert error.gone is gone


@pytest.mark.parametrize(
    "body", [{"shift": {"id": 1}}, {"data": {"id": 1}}, {"id": 1}, {"shift": [{"id": 1}]}, [{"id": 1}]]
)
async def test_one_record_is_found_in_every_envelope(body: object) -> None:
    """Wrapped, under `data`, bare, or alone in a list."""
    api, _, _ = build(said(body))
    async with api:
        assert (await api.get("/shifts/1")).record("shift") == {"id": 1}


@pytest.mark.parametrize("body", [{"shifts": [{"id": 1}]}, {"data": [{"id": 1}]}, [{"id": 1}]])
async def test_a_list_is_found_in_every_envelope(body: object) -> None:
    """Wrapped, under `data`, or bare."""
    api, _, _ = build(said(body))
    async with api:
        assert (await api.get("/shifts")).records("shifts") == [{"id": 1}]


@pytest.mark.parametrize("body", [{"error": "odd"}, {"shift": {"name": "x"}}, {"shift": []}, [{"id": 1}, {"id": 2}], 7])
async def test_an_answer_without_the_record_is_invalid_after_a_read_and_unknown_after_a_write(body: object) -> None:
    """The write may have happened, so it is looked for instead of being sent again."""
    api, _, _ = build(said(body))
    async with api:
        read, written = await api.get("/shifts/1"), await api.send("PUT", "/shifts/1", {})
    with pytest.raises(InvalidResponse, match="expected `shift` with an id, got"):
        read.record("shift")
    with pytest.raises(OutcomeUnknown):
        written.record("shift")


@pytest.mark.parametrize(
    "body", [{"users": [{"id": 1}]}, {"shifts": {}}, {"shifts": [1]}, {"shifts": [{"name": "x"}]}, "x"]
)
async def test_an_answer_without_the_list_is_invalid(body: object) -> None:
    """An envelope that changed is never an empty list."""
    api, _, _ = build(lambda _request: httpx.Response(200, json=body))
    async with api:
        reply = await api.get("/shifts")
    with pytest.raises(InvalidResponse, match="a list of objects with ids"):
        reply.records("shifts")


async def test_an_empty_answer_is_no_object() -> None:
    """A write may answer nothing at all; who needs an object says so."""
    api, _, _ = build(said("", 204), said({"here": 1}))
    async with api:
        nothing, other = await api.get("/x"), await api.get("/x")
    assert nothing.body is None
    with pytest.raises(InvalidResponse, match="expected an object, got NoneType"):
        nothing.object()
    with pytest.raises(InvalidResponse, match="expected `there`, got the keys here"):
        other.value("there")


@pytest.mark.parametrize(
    ("body", "ids"), [({"ids": [4, "5"]}, {4, 5}), ({"ids": []}, set()), ({}, None), ({"ids": None}, None)]
)
async def test_ids_are_read_as_numbers(body: object, ids: set[int] | None) -> None:
    """Samples spell some as text; no list is something else than an empty one."""
    api, _, _ = build(said(body))
    async with api:
        assert (await api.get("/shifts")).ids("ids") == ids


@pytest.mark.parametrize("ids", ["12", {"0": 5}, [None], ["x"], [-1]])
async def test_ids_that_are_none_are_invalid(ids: object) -> None:
    """Nothing is guessed where a deletion may follow from it."""
    api, _, _ = build(said({"ids": ids}))
    async with api:
        reply = await api.get("/shifts")
    with pytest.raises(InvalidResponse, match="expected `ids`, a list of ids"):
        reply.ids("ids")


async def test_bytes_that_are_no_text_are_no_json() -> None:
    """A broken encoding is one more way of not being JSON."""
    api, _, _ = build(lambda _request: httpx.Response(200, content=b'{"a": "\xff"}'))
    async with api:
        error = await failure(api)
    assert str(error) == "wheniwork: GET /shifts: 200: expected JSON, got text"


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
