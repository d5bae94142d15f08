"""The roles of a process: it does all the work of its pairs, or only puts them into the queue."""

import asyncio
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Protocol

from sync.config import Config, Deployment
from sync.daemon.metrics import Metrics
from sync.daemon.pair import PairLoop
from sync.daemon.receiver import Receiving
from sync.daemon.timers import Timers
from sync.mirror.store import Store

if TYPE_CHECKING:
    from sync.daemon.queue import Queue

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


class Inside:
    """All of the work, in this process."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics, self._timers, self._planning = metrics, Timers(metrics), asyncio.Lock()

    def start(self) -> None:
        """Let timers fire."""
        self._timers.start()

    def begin(self, config: Config, store: Store) -> Pair:
        """Begin the loop of a pair, and its timers."""
        pair = PairLoop(config, store, self._metrics, self._planning)
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


class Enqueuing:
    """Timers and webhooks alone: the work is done by whoever takes it from the queue."""

    def __init__(self, metrics: Metrics, queue: "Queue") -> None:
        self._metrics, self._queue, self._timers = metrics, queue, Timers(metrics, together=True)

    def start(self) -> None:
        """Let timers fire."""
        self._timers.start()

    def begin(self, config: Config, store: Store) -> Pair:
        """Put a pair into the queue now, and whenever its timer fires."""
        from sync.daemon.queued import QueuedPair  # noqa: PLC0415 - procrastinate may not be installed

        pair = QueuedPair(config, store, self._metrics, self._queue)
        self._timers.add(pair)
        pair.start()
        return pair

    async def drop(self, pair: Pair) -> None:
        """End that."""
        self._timers.remove(pair.config.name)
        await pair.stop(GRACE)

    async def end(self, pairs: Iterable[Pair]) -> None:
        """End all of that."""
        await self._timers.stop()
        await stop_all(pairs)
        await self._queue.close()


async def stop_all(pairs: Iterable[Pair]) -> None:
    """Let every pair end in order, all at the same time."""
    await asyncio.gather(*(pair.stop(GRACE) for pair in pairs))
