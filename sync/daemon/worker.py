"""The worker: takes jobs from the queue and does them, with engines that it keeps open, as logins cost."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager, suppress

import structlog

from sync.config import Config
from sync.daemon.due import Due
from sync.daemon.metrics import Metrics
from sync.daemon.queue import Queue
from sync.daemon.queued import QueuedPair
from sync.daemon.roles import GRACE, Pair, stop_all
from sync.daemon.work import STANDBY, PairWork
from sync.errors import Stopped, StoreError, SyncError
from sync.mirror.store import Store

_log = structlog.get_logger(__name__)

_MOST_OPEN = 200
"""Pairs that are kept open at most; the one that is not used for longest is closed."""

_WAIT = 25.0
"""Seconds to wait for the lease: that of a dead worker ends by then, as its job is swept after 10 at least."""

_PULSE = 1.0


class WorkedPair:
    """A pair as a worker has it: `sync` does one job of it."""

    def __init__(self, work: PairWork, queued: QueuedPair) -> None:
        self.config, self.store = work.config, work.store
        self._work, self._queued = work, queued
        self._busy = asyncio.Lock()
        self._open = AsyncExitStack()
        self._job: asyncio.Task[None] | None = None
        self._rests_until = 0.0
        self.is_open = False

    def start(self) -> None:
        """Have it looked at, by any worker; call it once."""
        self._queued.start()

    def wake(self) -> None:
        """Have it looked at, by any worker."""
        self._queued.wake()

    @property
    def is_stopped(self) -> bool:
        """True once it was asked to end, perhaps in the middle of a job."""
        return self._work.is_stopping

    @property
    def is_idle(self) -> bool:
        """True while no job of it is being done."""
        return not self._busy.locked()

    async def sync(self) -> None:
        """Read and write until nothing is due; an error ends it, and so the pair rests for a while."""
        async with self._busy:
            self._job = asyncio.current_task()
            with structlog.contextvars.bound_contextvars(pair=self.config.name):
                try:
                    await self._take_turns()
                except Stopped:
                    pass
                except SyncError as error:
                    self._rests_until = time.monotonic() + self._work.failed(error)
                    await self._close()

    async def _take_turns(self) -> None:
        if time.monotonic() < self._rests_until or self._work.is_stopping:
            return
        if not self.is_open:
            await self._open.enter_async_context(self._work.opened())
            self.is_open = True
        deadline = time.monotonic() + _WAIT
        async with _pulsing(self._work.event):
            while (turn := await self._work.turn()) != "idle" and not self._work.is_stopping:
                if turn != "taken":
                    continue
                if time.monotonic() > deadline:
                    return  # who has the lease does the work, or a later job
                await asyncio.sleep(STANDBY)

    async def close(self) -> None:
        """Log out once no job of it is being done; the next job opens it again."""
        async with self._busy:
            await self._close()

    async def _close(self) -> None:
        self.is_open = False
        await self._open.aclose()

    async def stop(self, within: float) -> None:
        """End in order: the write in flight is settled. Cancelled after so many seconds."""
        await self._queued.stop(within)
        self._work.stop()
        with suppress(TimeoutError):
            await asyncio.wait_for(self.close(), within)
            return
        _log.warning("pair_cancelled", pair=self.config.name)
        if self._job:
            self._job.cancel()
        await self.close()


class Working:
    """The work of every job that comes, in this process."""

    def __init__(self, url: str, metrics: Metrics) -> None:
        self._metrics, self._planning = metrics, asyncio.Lock()
        self._queue = Queue(url, self._sync)
        self._pairs: OrderedDict[str, WorkedPair] = OrderedDict()  # the one that was used last is the last
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to take jobs."""
        self._task = asyncio.create_task(self._queue.work(GRACE), name="worker")

    def begin(self, config: Config, store: Store) -> Pair:
        """Do the jobs of a pair from now on."""
        due = Due(config.daemon.poll.seconds, config.daemon.stretch_polls, timed=False)
        work = PairWork(config, store, self._metrics, self._planning, due, "worker")
        pair = self._pairs[config.name] = WorkedPair(work, QueuedPair(config, store, self._metrics, self._queue))
        pair.start()
        return pair

    async def drop(self, pair: Pair) -> None:
        """Do them no longer."""
        self._pairs.pop(pair.config.name, None)
        await pair.stop(GRACE)

    async def end(self, pairs: Iterable[Pair]) -> None:
        """Take no job any more, and let those that are being done end."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, stop_all(pairs), return_exceptions=True)
        await self._queue.close()

    async def _sync(self, name: str) -> None:
        pair = self._pairs.get(name)
        if pair is None:
            _log.warning("job_of_unknown_pair", pair=name, todo="give every process the same configuration")
            return
        self._pairs.move_to_end(name)
        await pair.sync()
        if pair.is_stopped:
            with suppress(StoreError):  # the next beat of a timer asks for it as well
                await self._queue.defer(name)  # another worker goes on at once
        await self._close_some()

    async def _close_some(self) -> None:
        """Close what was not used for longest, where too many pairs are open."""
        opened = [pair for pair in self._pairs.values() if pair.is_open]
        for pair in [pair for pair in opened if pair.is_idle][: max(0, len(opened) - _MOST_OPEN)]:
            await pair.close()


@asynccontextmanager
async def _pulsing(event: asyncio.Event) -> AsyncIterator[None]:
    """Say that something may have come, each second: other processes take the webhooks."""

    async def pulse() -> None:
        while True:
            await asyncio.sleep(_PULSE)
            event.set()

    task = asyncio.create_task(pulse())
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
