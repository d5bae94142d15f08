"""The request budget of a service: what is left, and readings that leave a quarter to more urgent ones."""

import asyncio
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from pyrate_limiter import Rate

RESERVE = 0.25
"""The share of a budget that is kept for what is urgent: records that changed just now, and shifts that start soon."""

_MOST_COUNTED = 100_000
_PAUSE = 0.5

_patient: ContextVar[bool] = ContextVar("patient", default=False)


@contextmanager
def patiently() -> Iterator[None]:
    """Let requests of this task wait until they leave the reserve alone."""
    token = _patient.set(True)
    try:
        yield
    finally:
        _patient.reset(token)


class Budget:
    """The requests that a rate allows, and those sent within its interval."""

    def __init__(self, rate: Rate) -> None:
        self._limit, self._seconds = rate.limit, int(rate.interval) / 1000
        self._sent: deque[float] = deque(maxlen=min(self._limit, _MOST_COUNTED))

    @property
    def left(self) -> float:
        """The share that is left, from 0 to 1."""
        since = time.monotonic() - self._seconds
        while self._sent and self._sent[0] < since:
            self._sent.popleft()
        return 1 - len(self._sent) / self._limit

    def spend(self) -> None:
        """Count a request."""
        self._sent.append(time.monotonic())

    async def await_turn(self) -> None:
        """Wait while a patient task would touch the reserve."""
        while _patient.get() and self.left <= RESERVE:  # noqa: ASYNC110 - requests leave the interval without an event
            await asyncio.sleep(_PAUSE)
