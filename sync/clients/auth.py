"""Logins: what one gives, when to renew it, and never two of them at once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sync.clock import Clock


@dataclass(frozen=True, slots=True)
class Grant:
    """What a login gave: the query parameters and headers that each request carries, and when to log in again.

    With `in_body` those requests that may have a body carry the parameters there instead.
    """

    renew_at: datetime
    params: Mapping[str, str] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    in_body: bool = False


class Grants:
    """The one valid grant of a client, renewed early or after a refusal."""

    def __init__(self, log_in: Callable[[], Awaitable[Grant]], clock: Clock) -> None:
        self._log_in = log_in
        self._clock = clock
        self._grant: Grant | None = None
        self._lock = asyncio.Lock()

    async def current(self) -> Grant:
        """Return a grant that is not due for renewal, logging in if there is none."""
        async with self._lock:
            if self._grant is None or self._clock.now() >= self._grant.renew_at:
                self._grant = await self._log_in()
            return self._grant

    async def after_refusal(self, refused: Grant) -> Grant:
        """Return a grant other than the refused one.

        Many requests may be refused at once; the first to get here logs in and the rest take what it got.
        """
        async with self._lock:
            if self._grant is None or self._grant is refused:
                self._grant = await self._log_in()
            return self._grant
