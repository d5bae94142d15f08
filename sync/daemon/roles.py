"""The roles of a process: it does all the work of its pairs, or only puts them into the queue."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Protocol

from sync.config import Config, Deployment
from sync.daemon.metrics import Metrics
from sync.daemon.receiver import Receiving
from sync.daemon.timers import Marked, Timers
from sync.mirror.store import Store

GRACE = 22.0
"""Seconds that a write in flight gets to settle; the whole must end within half a minute."""


class Pair(Receiving, Protocol):
    """A pair of a process."""

    async def stop(self, within: float) -> None:
        """End in order, cancelled after so many seconds."""


class Role(Protocol):
    """The part that a process plays for its pairs."""

    def start(self) -> None:
        """Begin with what is done for all pairs; call it once."""

    def begin(self, config: Config, store: Store) -> Pair:
        """Serve a pair from now on."""
        ...

    async def drop(self, pair: Pair) -> None:
        """Serve a pair no longer; what is in flight is settled."""

    async def end(self, pairs: Iterable[Pair]) -> None:
        """Serve nothing any more; what is in flight is settled, all at the same time."""


AsRole = Callable[[Deployment, Metrics], Role]
"""Returns the role that a configuration asks for; raises ConfigError where it cannot be played."""


class Looped(Pair, Marked, Protocol):
    """A pair that timers mark."""

    config: Config

    def start(self) -> None:
        """Begin; called once."""


class Timed:
    """Pairs that timers mark; `new` makes one, and `close` gives back what they share."""

    def __init__(
        self, timers: Timers, new: Callable[[Config, Store], Looped], close: Callable[[], Awaitable[None]] | None = None
    ) -> None:
        self._timers, self._new, self._close = timers, new, close

    def start(self) -> None:
        """Let timers fire."""
        self._timers.start()

    def begin(self, config: Config, store: Store) -> Pair:
        """Begin a pair, and its timers."""
        pair = self._new(config, store)
        self._timers.add(pair)
        pair.start()
        return pair

    async def drop(self, pair: Pair) -> None:
        """End both."""
        self._timers.remove(pair.config.name)
        await pair.stop(GRACE)

    async def end(self, pairs: Iterable[Pair]) -> None:
        """End all of them."""
        await self._timers.stop()
        await stop_all(pairs)
        if self._close:
            await self._close()


async def stop_all(pairs: Iterable[Pair]) -> None:
    """Let every pair end in order, all at the same time."""
    await asyncio.gather(*(pair.stop(GRACE) for pair in pairs))
