"""The one place where both APIs' HTTP is done: login, rate budget, retries of reads, errors, logs.

Reads are retried, writes never: a write that got no certain answer raises OutcomeUnknown, and what to do about it is
the caller's decision. Redirects are refused, because a redirected request would carry the token elsewhere.
"""

from __future__ import annotations

import asyncio
import ipaddress
import random
import ssl
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Self
from urllib.parse import urlsplit

import httpx
import structlog
from pyrate_limiter import Limiter, Rate, SingleBucketFactory, StateBucket
from tenacity import AsyncRetrying, RetryCallState, stop_after_attempt, stop_any, stop_before_delay
from tenacity.wait import wait_exponential_jitter

from sync.clients.auth import Grant, Grants
from sync.clients.budget import Budget
from sync.clients.exchange import Reply, Request, Upload, dated, form, query, read
from sync.clients.trace import Exchange, Trace
from sync.clients.trust import mistrust
from sync.clock import Clock
from sync.errors import (
    ConfigError,
    Forbidden,
    RateLimited,
    Rejected,
    RemoteError,
    Unauthorized,
    Unavailable,
    Untrusted,
)

_log = structlog.get_logger(__name__)

BeforeWrite = Callable[[], Awaitable[None]]

_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)

_WITH_BODY = frozenset({"POST", "PUT", "PATCH"})


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a client asks of one service, and for how long.

    `rate` is the request budget; `attempts` and `patience` (seconds, pauses included) bound the retries of one read;
    `first_pause` (seconds) is doubled after each attempt; `timeout` (seconds) bounds one request as a whole.
    """

    rate: Rate
    attempts: int = 5
    patience: float = 90.0
    first_pause: float = 0.5
    timeout: float = 30.0


@dataclass(frozen=True, slots=True)
class Service:
    """One API: its system name, its base URL, and the error codes that mark a true lack of permission.

    When `permission_codes` is None, a 403 is a lack of permission unless its words say otherwise; when `trust` is None,
    the usual authorities are trusted and no other; with `forms` bodies travel as forms instead of JSON. Raises
    ConfigError when the base URL is not https, except on loopback.
    """

    system: str
    base_url: str
    permission_codes: frozenset[int] | None = None
    trust: ssl.SSLContext | None = None
    forms: bool = False

    def __post_init__(self) -> None:
        require_https(f"{self.system}.base_url", self.base_url)


def require_https(name: str, url: str) -> None:
    """Raise ConfigError unless the URL is https, or plain http to this very machine; `name` is the setting's."""
    try:
        scheme, host, _port = (parts := urlsplit(url)).scheme, parts.hostname, parts.port
    except ValueError:
        scheme, host = "", None
    if not host or scheme not in {"http", "https"}:
        raise ConfigError([f"{name}: {url!r} is not a web address like https://host/path"])
    if scheme == "http" and not _is_loopback(host):
        raise ConfigError([f"{name}: {url!r} must start with https:// (plain http is for this machine only)"])


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


class Api:
    """Requests to one service; use it as an async context manager.

    Every method returns a Reply or raises a RemoteError of `sync.errors`. `trace` is told every exchange;
    `before_write` is called right before a write is sent, and what it raises holds the write back. `skew` is how far
    the service's clock was ahead at its last answer, None until one shows it; `budget` is what it may still be asked.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - a service, its limits, and what tests and runs put in between
        self,
        service: Service,
        limits: Limits,
        log_in: Callable[[], Awaitable[Grant]],
        clock: Clock,
        transport: httpx.AsyncBaseTransport | None = None,
        trace: Trace | None = None,
        before_write: BeforeWrite | None = None,
    ) -> None:
        self.service = service
        self._limits = limits
        self._clock = clock
        self._trace = trace
        self._before_write = before_write
        self.skew: timedelta | None = None
        self.budget = Budget(limits.rate)
        self._grants = Grants(log_in, clock)
        # The state bucket needs no thread to trim it, so neither does the limiter need closing.
        self._limiter = Limiter(SingleBucketFactory(StateBucket([limits.rate]), schedule_leak=False), buffer_ms=0)
        self._http = httpx.AsyncClient(
            transport=transport,
            verify=service.trust or True,
            timeout=httpx.Timeout(limits.timeout, connect=min(5.0, limits.timeout)),
            # A short life: a connection that the server closes while we write makes an outcome unknown.
            limits=httpx.Limits(max_connections=8, max_keepalive_connections=4, keepalive_expiry=3.0),
            headers={"Accept": "application/json"},
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),  # a kept W-Token cookie would outlive its login
            follow_redirects=False,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_exception: object) -> None:
        await self.close()

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def get(self, path: str, params: Mapping[str, Any] | None = None, *, public: bool = False) -> Reply:
        """Read `path`, retrying within the limits; `public` reads need no login."""
        ask = self._exchange if public else self._exchange_logged_in
        return await self._retrying(ask, self._request("GET", path, params=query(params or {})))

    async def send(
        self,
        method: str,
        path: str,
        json: object = None,
        params: Mapping[str, Any] | None = None,
        *,
        partial_key: str | None = None,
    ) -> Reply:
        """Send one write, once; raises OutcomeUnknown when it may have happened without a certain answer.

        `partial_key` names what a 400 of a bulk write holds when a part of it was done: that is an answer, no error.
        """
        request = self._request(
            method, path, params=query(params or {}), json=json, writes=True, partial_key=partial_key
        )
        return await self._exchange_logged_in(request)

    async def log_in(self, url: str, json: object, headers: Mapping[str, str] | None = None) -> Reply:
        """Post credentials to `url`, once; raises Unauthorized when they are refused, however that is spelled."""
        system = self.service.system
        request = Request(system, "POST", urlsplit(url).path, url, headers=headers or {}, json=json)
        try:
            return await self._exchange(request)
        except (Rejected, Forbidden) as error:
            if error.certain:
                raise Unauthorized(system, str(request), error.status, error.message) from None
            raise

    def _request(self, method: str, path: str, **rest: Any) -> Request:
        return Request(self.service.system, method, path, self.service.base_url.rstrip("/") + path, **rest)

    async def _exchange_logged_in(self, request: Request) -> Reply:
        grant = await self._grants.current()
        try:
            return await self._exchange(request, grant)
        except Unauthorized:
            # Nothing happened behind a 401, so even a write may be sent once more.
            return await self._exchange(request, await self._grants.after_refusal(grant))

    async def _exchange(self, request: Request, grant: Grant | None = None) -> Reply:
        await self.budget.await_turn()
        await self._limiter.try_acquire_async()
        self.budget.spend()
        if request.writes and self._before_write:
            await self._before_write()  # now, as the login and the budget may have taken a minute
        started = time.perf_counter()
        answer: httpx.Response | RemoteError | None = None
        try:
            response = answer = await self._transmit(request, grant)
        except RemoteError as error:
            answer = error
            raise
        finally:
            self._tell(request, answer, round((time.perf_counter() - started) * 1000, 1))
        self._compare_clocks(response)
        return read(request, response, self.service.permission_codes, self._clock.now())

    def _compare_clocks(self, response: httpx.Response) -> None:
        """Note how far the service's clock is ahead of this one, to the second."""
        told = dated(response)
        if told:
            self.skew = told - self._clock.now()

    def _tell(self, request: Request, answer: httpx.Response | RemoteError | None, ms: float) -> None:
        status = answer.status_code if isinstance(answer, httpx.Response) else None
        _log.debug("request", system=request.system, method=request.method, path=request.path, status=status, ms=ms)
        if self._trace:
            self._trace(Exchange(self._clock.now(), ms, request, answer))

    async def _transmit(self, request: Request, grant: Grant | None) -> httpx.Response:
        kind = {"Content-Type": request.json.content_type} if isinstance(request.json, Upload) else {}
        headers = {**request.headers, **kind, **(grant.headers if grant else {})}
        content = self._content(request, grant)
        try:
            async with asyncio.timeout(self._limits.timeout):
                response = await self._http.request(request.method, request.url, headers=headers, **content)
                response.stream = httpx.ByteStream(b"")  # it refers back, which would keep the body until a collection
                return response
        # The cause is cut off each time: an httpx error holds the request, whose URL holds the token.
        except _NEVER_SENT as error:
            raise _not_reached(request, error) from None
        except (httpx.RequestError, OSError) as error:
            raise request.failed(None, f"no complete answer ({type(error).__name__})") from None

    def _content(self, request: Request, grant: Grant | None) -> dict[str, Any]:
        """Query and body, with what the grant adds to them."""
        params, body = request.params, request.json
        if grant and grant.in_body and request.method in _WITH_BODY:
            body = {**(body if isinstance(body, dict) else {}), **grant.params}
        elif grant:
            params = {**params, **grant.params}
        if isinstance(body, Upload):
            return {"params": params, "content": body.content}
        if self.service.forms and isinstance(body, dict):
            return {"params": params, "data": form(body)}
        return {"params": params, "json": body}

    async def _retrying(self, ask: Callable[[Request], Awaitable[Reply]], request: Request) -> Reply:
        retrying = AsyncRetrying(
            stop=stop_any(stop_after_attempt(self._limits.attempts), stop_before_delay(self._limits.patience)),
            wait=self._pause,
            retry=_worth_another_try,
            before_sleep=_log_retry,
            reraise=True,
        )
        # In a loop, as a call of `retrying` keeps the answer in a circle of references until a collection.
        async for attempt in retrying:
            with attempt:
                return await ask(request)
        raise AssertionError("a retry ends with an answer or an error")

    def _pause(self, state: RetryCallState) -> float:
        first = self._limits.first_pause
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, RateLimited) and error.retry_after is not None:
            return error.retry_after + random.uniform(0, first)  # noqa: S311 - jitter needs no secrecy at all
        return wait_exponential_jitter(multiplier=first, max=20.0, jitter=first)(state)


def _not_reached(request: Request, error: httpx.RequestError) -> Unavailable:
    host, reason = urlsplit(request.url).hostname, mistrust(error)
    if reason:
        return Untrusted(request.system, str(request), None, f"the certificate of {host} is not trusted ({reason})")
    return Unavailable(request.system, str(request), None, f"{host} was not reached ({type(error).__name__})")


def _worth_another_try(state: RetryCallState) -> bool:
    error = state.outcome.exception() if state.outcome else None
    if isinstance(error, Forbidden):
        # It may be throttling (When I Work reference 4), but not for ever.
        return error.ambiguous and state.attempt_number <= 2
    return isinstance(error, Unavailable) and not isinstance(error, Untrusted)


def _log_retry(state: RetryCallState) -> None:
    error = state.outcome.exception() if state.outcome else None
    _log.info("retry", attempt=state.attempt_number, pause=round(state.upcoming_sleep, 2), error=str(error))
