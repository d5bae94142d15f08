"""One run from start to end: its number, the lease that keeps others from writing, and how it ended."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, nullcontext, suppress

import structlog

from sync.clock import Clock, SystemClock
from sync.errors import StalePlan, StoreError, SyncError, UnsafePlan
from sync.mirror.store import Store

_log = structlog.get_logger(__name__)

_RENEWAL = 30
"""Seconds between renewals; a run that dies leaves its pair to others two minutes later."""


class Run:
    """A run under way; `number` names it in the database."""

    def __init__(self, store: Store, pair: str, clock: Clock, number: int) -> None:
        self._store, self._pair, self._clock = store, pair, clock
        self.number = number
        self.outcome, self.counts = "done", dict[str, int]()

    def finish(self, error: str = "") -> None:
        """Record how it ended."""
        with self._store.begin(self._pair) as tx:
            tx.runs.finish(self.number, self._clock.now(), self.outcome, self.counts, error)

    def renew(self) -> None:
        """Take or renew the lease; raises StoreLocked while another run has it."""
        with self._store.begin(self._pair) as tx:
            tx.runs.lease(self.number, SystemClock().now())


@asynccontextmanager
async def recorded(store: Store, pair: str, clock: Clock, command: str, *, writes: bool) -> AsyncIterator[Run]:
    """Record a run, also one that ends in an error; with `writes`, as the only one that may write for the pair.

    Raises StoreLocked when another run writes just now.
    """
    run = await asyncio.to_thread(_start, store, pair, clock, command)
    with structlog.contextvars.bound_contextvars(run=run.number, pair=pair):
        try:
            async with _leased(run) if writes else nullcontext():
                yield run
        except SyncError as error:
            _log.warning("run_failed", error=type(error).__name__)
            run.outcome = "refused" if isinstance(error, (UnsafePlan, StalePlan)) else "failed"
            await asyncio.to_thread(run.finish, str(error))
            raise
        except (asyncio.CancelledError, KeyboardInterrupt):
            run.outcome = "stopped"
            run.finish("stopped from outside")  # at once: a stopped run must not keep others from writing
            raise
        await asyncio.to_thread(run.finish)


def _start(store: Store, pair: str, clock: Clock, command: str) -> Run:
    with store.begin(pair) as tx:
        return Run(store, pair, clock, tx.runs.start(command, clock.now()))


@asynccontextmanager
async def _leased(run: Run) -> AsyncIterator[None]:
    await asyncio.to_thread(run.renew)
    renewal = asyncio.create_task(_keep(run))
    try:
        yield
    finally:
        renewal.cancel()
        with suppress(asyncio.CancelledError):
            await renewal


async def _keep(run: Run) -> None:
    while True:
        await asyncio.sleep(_RENEWAL)
        with suppress(StoreError):
            await asyncio.to_thread(run.renew)
