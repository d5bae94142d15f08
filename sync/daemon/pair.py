"""The loop of one pair: wait until something is due, read it, plan, write; and what it does about trouble.

There is no queue of work. Timers, webhooks and people mark parts as due and records as dirty, and set one event; the
loop derives from them what is to be done. So a burst costs one reading, and nothing is lost when the process dies.
"""

import asyncio
import time
from contextlib import suppress

import structlog

from sync.config import Config
from sync.daemon.cycle import Cycle
from sync.daemon.due import Due
from sync.daemon.metrics import Metrics
from sync.engine import open_engine
from sync.errors import LeaseLost, LeaseTaken, Stopped, SyncError, UnsafePlan
from sync.intake.parts import Part
from sync.lease import leased
from sync.mirror import migrate
from sync.mirror.store import Store

_log = structlog.get_logger(__name__)

_BURST = 0.2
"""Seconds to wait for more once something has happened: events come in bursts, and one reading serves them all."""

_IDLE = 60.0
"""Seconds to sleep at most; timers and webhooks wake the loop before."""

_STANDBY = 1.0
"""Seconds until a lease that somebody else has is asked for again, while there is something to do."""


class PairLoop:
    """The loop of one pair. `wake` makes it look at once, `mark` makes parts due, `stop` ends it in order."""

    def __init__(self, config: Config, store: Store, metrics: Metrics, planning: asyncio.Lock) -> None:
        self.config, self.store = config, store
        self._metrics, self._planning = metrics, planning
        self._event = asyncio.Event()
        self._stopping = asyncio.Event()
        self.due = Due(config.daemon.poll.seconds, config.daemon.stretch_polls)
        self._cycle: Cycle | None = None
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin; call it once."""
        self._task = asyncio.create_task(self._run(), name=f"pair {self.config.name}")

    def wake(self) -> None:
        """Look at once for what is due or dirty."""
        self._event.set()

    def mark(self, *parts: Part) -> None:
        """Make parts due, and look."""
        self.due.mark(*parts)
        self._event.set()

    async def stop(self, within: float) -> None:
        """End in order: nothing new is begun, the write in flight is settled. Cancelled after so many seconds."""
        self._stopping.set()
        self._event.set()
        if self._cycle:
            self._cycle.engine.fence.stopping.set()
        if self._task:
            _, late = await asyncio.wait({self._task}, timeout=within)
            for task in late:
                _log.warning("pair_cancelled", pair=self.config.name)
                task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        """Open the pair and serve it; what ends that is waited out, and tried again."""
        with structlog.contextvars.bound_contextvars(pair=self.config.name):
            while not self._stopping.is_set():
                try:
                    await self._open_and_serve()
                except Stopped:
                    return
                except SyncError as error:
                    await self._pause(error)

    async def _open_and_serve(self) -> None:
        name = self.config.name
        await asyncio.to_thread(migrate, self.config.database.url)
        async with open_engine(
            self.config,
            store=self.store,
            planning=self._planning,
            trace=lambda exchange: self._metrics.call(name, exchange),
            written=lambda result: self._metrics.changed(
                name, result.change.action, result.change.kind, result.outcome
            ),
        ) as engine:
            self._cycle = Cycle(engine, self.config, self.due, self._metrics, self._event)
            if self._stopping.is_set():
                engine.fence.stopping.set()
            try:
                await self._serve(self._cycle)
            finally:
                self._cycle = None

    async def _serve(self, cycle: Cycle) -> None:
        while not self._stopping.is_set():
            self._event.clear()
            if await cycle.is_needed():
                await asyncio.sleep(_BURST)
                try:
                    async with leased(self.store, self.config.name, "daemon") as lease:
                        await cycle.run(lease)
                    self._recovered()
                    continue
                except LeaseTaken as error:
                    _log.debug("standby", holder=error.holder)
                    await self._sleep(_STANDBY)
                    continue
                except LeaseLost as error:  # frozen for long: what it had in hand is another's by now
                    self._metrics.failed(self.config.name, type(error).__name__)
                    _log.warning("taken_over", error=str(error))
                    continue
                except UnsafePlan as error:
                    self._metrics.refused(self.config.name)
                    _log.error("plan_refused", reason=error.advice, todo="run shiftbridge diff, then reconcile --allow")
                    continue
            await self._sleep(self._rest())

    def _rest(self) -> float:
        """Seconds to sleep unless somebody wakes the loop: until the next pause ends, a minute at most."""
        now = time.monotonic()
        return min([_IDLE, *(max(0.1, end - now) for end in self.due.backoff.ends() if end > now)])

    def _recovered(self) -> None:
        self.due.backoff.succeeded("pair")
        self._report_pause()

    async def _sleep(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._event.wait(), seconds)

    async def _pause(self, error: SyncError) -> None:
        """Wait after an error that ended a cycle, longer each time."""
        pause = self.due.backoff.failed("pair", error, time.monotonic())
        self._metrics.failed(self.config.name, type(error).__name__)
        self._report_pause()
        _log.error("pair_failed", kind=type(error).__name__, error=str(error), pause_seconds=pause)
        until = time.monotonic() + pause
        while not self._stopping.is_set() and (left := until - time.monotonic()) > 0:
            self._event.clear()  # what came is stored, and is read once the pause is over
            await self._sleep(left)

    def _report_pause(self) -> None:
        self._metrics.backoff(self.config.name, self.due.backoff.longest)
