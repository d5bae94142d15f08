"""The work of one pair: its engine, opened, and its turns under the lease. A loop does it, or the jobs of a worker."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Literal

import structlog

from sync.config import Config
from sync.daemon.cycle import Cycle
from sync.daemon.due import Due
from sync.daemon.metrics import Metrics
from sync.engine import open_engine
from sync.errors import LeaseLost, LeaseTaken, SyncError, UnsafePlan
from sync.lease import leased
from sync.mirror import migrate
from sync.mirror.store import Store

_log = structlog.get_logger(__name__)

_BURST = 0.2
"""Seconds to wait for more once something has happened: events come in bursts, and one reading serves them all."""

STANDBY = 1.0
"""Seconds until a lease that somebody else has is asked for again, while there is something to do."""

Turn = Literal["idle", "done", "refused", "taken"]
"""How a turn ended: there was nothing to do, it was done, guards refused the plan, or somebody else has the lease."""


class PairWork:
    """The work of one pair. `event` says that something may have come; `command` is who holds the lease, in words."""

    def __init__(
        self, config: Config, store: Store, metrics: Metrics, planning: asyncio.Lock, due: Due, command: str
    ) -> None:
        self.config, self.store, self.due, self._command = config, store, due, command
        self._metrics, self._planning = metrics, planning
        self.event = asyncio.Event()
        self.is_stopping = False
        self._cycle: Cycle | None = None

    def stop(self) -> None:
        """Begin nothing more, and write nothing more than what is in flight."""
        self.is_stopping = True
        self.event.set()
        if self._cycle:
            self._cycle.engine.fence.stopping.set()

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Keep the engine open, so that turns can be taken; raises StoreError kinds and ConfigError."""
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
            self._cycle = Cycle(engine, self.config, self.due, self._metrics, self.event)
            if self.is_stopping:
                engine.fence.stopping.set()
            try:
                yield
            finally:
                self._cycle = None

    async def turn(self) -> Turn:
        """Do what is due or dirty, while `opened`; raises Stopped and the errors that `failed` is to be given."""
        cycle = self._cycle
        self.event.clear()
        if cycle is None or not await cycle.is_needed():
            return "idle"
        await asyncio.sleep(_BURST)
        try:
            async with leased(self.store, self.config.name, self._command) as lease:
                await cycle.engine.catch_up()
                await cycle.run(lease)
        except LeaseTaken as error:
            _log.debug("standby", holder=error.holder)
            return "taken"
        except LeaseLost as error:  # frozen for long: what it had in hand is another's by now
            self._metrics.failed(self.config.name, type(error).__name__)
            _log.warning("taken_over", error=str(error))
            return "taken"
        except UnsafePlan as error:
            self._metrics.refused(self.config.name)
            _log.error("plan_refused", reason=error.advice, todo="run shiftbridge diff, then reconcile --allow")
            return "refused"
        self.due.backoff.succeeded("pair")
        self._report_pause()
        return "done"

    def failed(self, error: SyncError) -> float:
        """Report an error that ended a turn; returns the seconds until the next, more each time."""
        pause = self.due.backoff.failed("pair", error, time.monotonic())
        self._metrics.failed(self.config.name, type(error).__name__)
        self._report_pause()
        _log.error("pair_failed", kind=type(error).__name__, error=str(error), pause_seconds=pause)
        return pause

    def _report_pause(self) -> None:
        self._metrics.backoff(self.config.name, self.due.backoff.longest)
