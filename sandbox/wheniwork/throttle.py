"""Counts requests in a rolling minute of real time (When I Work reference 4)."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from sandbox.wheniwork.answers import ApiError

WINDOW_SECONDS = 60.0


class Throttle:
    """Recent requests by whoever made them: a login, or an address before its login.

    `monotonic` gives the seconds of a clock that never goes back.
    """

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._recent: dict[str, deque[float]] = {}

    def take(self, who: str, limit: int, status: int) -> int:
        """Count one request and return how many are left in the window; raises the throttled answer at the limit."""
        now = self._monotonic()
        recent = self._recent.setdefault(who, deque())
        while recent and recent[0] <= now - WINDOW_SECONDS:
            recent.popleft()
        if len(recent) >= limit:
            seconds = int(recent[0] + WINDOW_SECONDS - now) + 1
            raise ApiError(status, f"Too many requests. Please wait {seconds} seconds.", status)
        recent.append(now)
        return limit - len(recent)
