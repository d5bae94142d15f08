"""One run from start to end: its number in the database, and how it ended."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime

import structlog

from sync.clock import Clock
from sync.errors import ClockWrong, StalePlan, Stopped, SyncError, UnsafePlan
from sync.mirror.store import Store

_log = structlog.get_logger(__name__)

_RUNS = 50
"""The newest runs, among which one that did not fail is looked for."""


class Run:
    """A run under way; `number` names it in the database."""

    def __init__(self, store: Store, pair: str, clock: Clock, number: int, began: datetime) -> None:
        self._store, self._pair, self._clock, self._began = store, pair, clock, began
        self.number = number
        self.outcome, self.counts = "done", dict[str, int]()

    def finish(self, error: str = "") -> None:
        """Record how it ended."""
        with self._store.begin(self._pair) as tx:
            tx.runs.finish(self.number, self._now(), self.outcome, self.counts, error)

    def _now(self) -> datetime:
        """The time; when the run began where the clock is wrong by now, as the run has ended all the same."""
        try:
            return self._clock.now()
        except ClockWrong:
            return self._began


@asynccontextmanager
async def recorded(store: Store, pair: str, clock: Clock, command: str) -> AsyncIterator[Run]:
    """Record a run, also one that ends in an error."""
    run = await asyncio.to_thread(_start, store, pair, clock, command)
    with structlog.contextvars.bound_contextvars(run=run.number, pair=pair):
        try:
            yield run
        except SyncError as error:
            _log.warning("run_failed", error=type(error).__name__)
            run.outcome = _outcome(error)
            await asyncio.to_thread(run.finish, str(error))
            raise
        except (asyncio.CancelledError, KeyboardInterrupt):
            run.outcome = "stopped"
            run.finish("stopped from outside")  # in this thread: a cancelled task may not get another turn
            raise
        await asyncio.to_thread(run.finish)


def _outcome(error: SyncError) -> str:
    if isinstance(error, Stopped):
        return "stopped"
    return "refused" if isinstance(error, (UnsafePlan, StalePlan)) else "failed"


def _start(store: Store, pair: str, clock: Clock, command: str) -> Run:
    began = clock.now()
    with store.begin(pair) as tx:
        return Run(store, pair, clock, tx.runs.start(command, began), began)


@asynccontextmanager
async def opened_store(url: str, store: Store | None) -> AsyncIterator[Store]:
    """The database at a URL; one that was open already is neither opened nor closed."""
    if store is not None:
        yield store
        return
    opened = await asyncio.to_thread(Store.open, url)
    try:
        yield opened
    finally:
        opened.close()


def latest_run(store: Store, pair: str) -> datetime | None:
    """Return when the newest run ended, or began if it never did; None before the first.

    Failed ones do not count: one that failed as the clock was ahead would lock the pair until that time has come.
    """
    with store.read(pair) as tx:
        runs = (run for run in tx.runs.last(_RUNS) if run.outcome != "failed")
        return next((run.finished_at or run.started_at for run in runs), None)


def latest_look(store: Store, pair: str) -> datetime | None:
    """Return when the newest reading began, by the clock of the machine that read; None before the first."""
    with store.read(pair) as tx:
        return max((look.at for look in tx.looks.all().values() if look.at), default=None)
