"""Reads are tried again, writes never."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import httpx
import pytest
from structlog.testing import capture_logs

from sync.clients.http import Api, Limits, Service
from sync.errors import (
    Forbidden,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    RemoteError,
    Unavailable,
)
from tests.scripted import Answer, HandClock, said
from tests.scripted_api import PAGE, QUICK, Wicket, build, failure


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


@pytest.mark.parametrize(
    ("answer", "ambiguous"),
    [
        (said({"error": "Not for you"}, 403), False),
        (said({"error": "Access is limited to Private Pool keys"}, 403), False),
        (said("", 403), False),
        (said({"error": "Rate limit exceeded"}, 403), True),
        (said({"errors": ["Too many requests"]}, 403), True),
        (said({"error": "Not now"}, 403, retry_after="0"), True),
        (said(PAGE, 403), True),
    ],
)
async def test_where_no_codes_exist_a_403_is_taken_by_its_words(answer: Answer, *, ambiguous: bool) -> None:
    """Wonolo refuses Public Pool keys without any code; a pause asked for, or a proxy's page, is no such refusal."""
    api, scripted, _ = build(answer, codes=None)
    async with api:
        error = await failure(api)
    assert isinstance(error, Forbidden)
    assert (error.ambiguous, len(scripted.requests)) == (ambiguous, 3 if ambiguous else 1)


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
        "wonolo: POST /shifts: no complete answer (TimeoutError)",
    )


@pytest.fixture(autouse=True)
async def quiet() -> AsyncIterator[None]:
    """Keep this module's requests out of the test's output."""
    with capture_logs():
        yield
