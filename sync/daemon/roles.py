"""The roles of a process: it does all the work of its pairs, or only puts them into the queue."""

import asyncio
from collections.abc import Callable, Iterable
from importlib.util import find_spec
from typing import TYPE_CHECKING, Protocol

from sync.config import Config, Deployment
from sync.daemon.metrics import Metrics
from sync.daemon.pair import PairLoop
from sync.daemon.receiver import Receiving
from sync.daemon.timers import Timers
from sync.errors import ConfigError
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


def as_daemon(deployment: Deployment, metrics: Metrics) -> Role:
    """Return the role of the daemon, by `[daemon] workers`; raises ConfigError where the queue cannot be used."""
    if deployment.daemon.workers == "inside":
        return Inside(metrics)
    require_queue(deployment)
    from sync.daemon.queue import Queue  # noqa: PLC0415 - procrastinate may not be installed

    return Enqueuing(metrics, Queue(deployment.database.url))


def as_worker(deployment: Deployment, metrics: Metrics) -> Role:
    """Return the role of a worker; raises ConfigError where the queue is not, or cannot be, used."""
    if deployment.daemon.workers != "queue":
        todo = 'set it to "queue", so that the daemon leaves the work to workers, and start the daemon again'
        raise ConfigError([f'daemon.workers: it is "inside", so there is nothing for a worker to do; {todo}'])
    require_queue(deployment)
    from sync.daemon.worker import Working  # noqa: PLC0415 - procrastinate may not be installed

    return Working(deployment.database.url, metrics)


def require_queue(deployment: Deployment) -> None:
    """Raise ConfigError where the queue cannot be used, with everything that is missing."""
    problems = []
    if not deployment.database.url.startswith("postgresql"):
        todo = 'set url under [database] to "postgresql://user:password@host/name", or workers to "inside"'
        problems.append(f'daemon.workers: "queue" needs Postgres, which several machines can share; {todo}')
    if not find_spec("procrastinate"):
        todo = 'install "shiftbridge[scale]", or set workers to "inside"'
        problems.append(f'daemon.workers: "queue" needs procrastinate, which is not installed; {todo}')
    if problems:
        raise ConfigError(problems)
