"""The client of Wonolo's API V2: every call of it, records in and out as plain dicts."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from typing import Literal, Self

import httpx
from pyrate_limiter import Duration, Rate

from sync.clients.auth import Grant
from sync.clients.exchange import Record
from sync.clients.http import Api, BeforeWrite, Limits, Service
from sync.clients.trace import Trace
from sync.clients.wonolo.company import Badges, Customers, Search
from sync.clients.wonolo.job_requests import JobRequests, MultiDayJobRequests
from sync.clients.wonolo.jobs import Jobs, Messages
from sync.clients.wonolo.records import PER_PAGE
from sync.clients.wonolo.users import Users
from sync.clock import Clock, SystemClock

__all__ = ["PER_PAGE", "Wonolo"]

_RENEW_BEFORE = timedelta(minutes=5)
_TOKEN_LIFE = timedelta(hours=24)


class Wonolo(JobRequests, MultiDayJobRequests, Jobs, Messages, Users, Badges, Customers, Search):
    """Wonolo as one company sees it; use it as an async context manager.

    `base_url` ends in `/api_v2`. Fields are spelled as Wonolo spells them: durations in minutes, wages in dollars,
    `start_time` written without a zone. Creates and updates return the record as Wonolo answered it. Every method
    raises the RemoteErrors of `sync.errors`; a Public Pool key gets Forbidden on most writes (Wonolo reference 13).
    `body` is how the fields of a write are spelled: JSON, nested under the record's name or flat, or a form (nested by
    brackets); `auth_in` is where a write carries the token (Wonolo reference 14).
    `trace` is told every exchange; `trust` says whose certificates are believed, if not the usual authorities';
    `before_write` is called right before a write is sent.
    """

    def __init__(  # noqa: PLR0913 - keys, and what tests replace
        self,
        base_url: str,
        api_key: str,
        secret_key: str,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        per_second: float = 2.0,
        clock: Clock | None = None,
        trace: Trace | None = None,
        trust: ssl.SSLContext | None = None,
        before_write: BeforeWrite | None = None,
        body: Literal["nested", "flat", "form"] = "nested",
        auth_in: Literal["query", "body"] = "query",
    ) -> None:
        self._login_url = base_url.rstrip("/") + "/authenticate"
        self._keys = {"api_key": api_key, "secret_key": secret_key}
        self._clock = clock or SystemClock()
        rate = Rate(max(1, round(per_second * 60)), Duration.MINUTE, burst=max(1, round(per_second)))
        self._auth_in_body = auth_in == "body"
        service = Service("wonolo", base_url, trust=trust, forms=body == "form")
        api = Api(
            service,
            Limits(rate),
            self._log_in,
            self._clock,
            transport=transport,
            trace=trace,
            before_write=before_write,
        )
        super().__init__(api, flat=body == "flat")

    @property
    def skew(self) -> timedelta | None:
        """The lead of the service's clock over this one at its last answer, None until one showed it."""
        return self._api.skew

    @property
    def budget_left(self) -> float:
        """The share of the request budget that is left, from 0 to 1."""
        return self._api.budget.left

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_exception: object) -> None:
        await self._api.close()

    async def _log_in(self) -> Grant:
        # In the body: what is in the query ends in access logs (Wonolo reference 2).
        reply = await self._api.log_in(self._login_url, self._keys)
        token, expires_at = reply.value("token"), reply.value("expires_at")
        return Grant(self._renewal(str(expires_at)), params={"token": str(token)}, in_body=self._auth_in_body)

    def _renewal(self, expires_at: str) -> datetime:
        now = self._clock.now()
        try:
            expiry = datetime.fromisoformat(expires_at)
        except ValueError:
            expiry = now
        if expiry.tzinfo is None:
            expiry = expiry.replace(tzinfo=UTC)  # every sample ends in Z (Wonolo reference 2)
        # An expiry in the past means that the two clocks disagree: count the documented life from here instead.
        return (expiry if expiry > now + _RENEW_BEFORE else now + _TOKEN_LIFE) - _RENEW_BEFORE

    async def info(self) -> Record:
        """Return the service's own facts, among them `utc_time_now`; needs no login (Wonolo reference 4)."""
        return (await self._api.get("/info", public=True)).object()
