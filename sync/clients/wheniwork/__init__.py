"""The client of When I Work's API v2: every call of it, records in and out as plain dicts."""

from __future__ import annotations

import ssl
from datetime import timedelta
from typing import Self

import httpx
from pyrate_limiter import Duration, Rate

from sync.clients.auth import Grant
from sync.clients.http import Api, BeforeWrite, Limits, Service, require_https
from sync.clients.trace import Trace
from sync.clients.wheniwork.account import Account
from sync.clients.wheniwork.collections import Collection, Positions
from sync.clients.wheniwork.login import Login
from sync.clients.wheniwork.people import Availabilities, AvailabilityEvents, Users
from sync.clients.wheniwork.requests import ApprovalRequests, Swaps, TimeOff
from sync.clients.wheniwork.shift_acts import ShiftActs
from sync.clients.wheniwork.shifts import BulkResult, ShiftListing
from sync.clients.wheniwork.worked import Payrolls, Times
from sync.clock import Clock, SystemClock

__all__ = ["BulkResult", "Collection", "ShiftListing", "WhenIWork"]

_PERMISSION_CODES = frozenset({3005, 3704})


class WhenIWork(ShiftActs, Account):
    """When I Work as one manager of one account sees it; use it as an async context manager.

    `base_url` ends in `/2`. `login_url` is `<base_url>/login` for the legacy login, anything else speaks the current
    one (When I Work reference 2). `user_id` is the manager's user row in the account meant; without it the service
    chooses, so check `account()` before writing. Fields are spelled as When I Work spells them: break_time in hours.
    Every method raises the RemoteErrors of `sync.errors`. `trace` is told every exchange;
    `trust` says whose certificates are believed, if not the usual authorities'; `before_write` is called right before a
    write is sent.

    Beside shifts and account there are the collections `users` (filters show_pending, show_deleted), `positions`
    (show_deleted), `locations`, `sites` (include_deleted), `times` (start, end, user_id, updated_at), `blocks`,
    `templates`, `annotations`, `messages`, `requests`, `swaps`, `approval_requests`, `availabilities`,
    `availability_events` and `payrolls`.
    """

    def __init__(  # noqa: PLR0913 - a login takes five values here
        self,
        base_url: str,
        login_url: str,
        key: str,
        email: str,
        password: str,
        *,
        user_id: int | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        per_minute: int = 90,
        clock: Clock | None = None,
        trace: Trace | None = None,
        trust: ssl.SSLContext | None = None,
        before_write: BeforeWrite | None = None,
    ) -> None:
        require_https("wheniwork.login_url", login_url)
        legacy = login_url.rstrip("/") == base_url.rstrip("/") + "/login"
        self._login = Login(login_url, legacy, key, email, password, user_id)
        self._clock = clock or SystemClock()
        # Ninety a minute and ten at once stay within the hundred of When I Work reference 4.
        rate = Rate(per_minute, Duration.MINUTE, burst=max(1, per_minute // 9))
        service = Service("wheniwork", base_url, _PERMISSION_CODES, trust)
        super().__init__(
            Api(
                service,
                Limits(rate),
                self._log_in,
                self._clock,
                transport=transport,
                trace=trace,
                before_write=before_write,
            )
        )
        self._collect()

    def _collect(self) -> None:
        self.users = Users(self._api)
        self.positions = Positions(self._api)
        self.locations = Collection(self._api, "locations", "location")
        self.sites = Collection(self._api, "sites", "site")
        self.times = Times(self._api)
        self.blocks = Collection(self._api, "blocks", "block")
        self.templates = Collection(self._api, "templates", "template")
        self.annotations = Collection(self._api, "annotations", "annotation")
        self.messages = Collection(self._api, "messages", "message")
        self.requests = TimeOff(self._api)
        self.swaps = Swaps(self._api)
        self.approval_requests = ApprovalRequests(self._api)
        self.availabilities = Availabilities(self._api)
        self.availability_events = AvailabilityEvents(self._api)
        self.payrolls = Payrolls(self._api)

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
        return await self._login.grant(self._api, self._clock)
