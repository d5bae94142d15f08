"""A pair whose work is done elsewhere: here it is only put into the queue, which any worker takes it from."""

import asyncio

import structlog

from sync.config import Config
from sync.daemon.metrics import Metrics
from sync.daemon.queue import Queue
from sync.errors import SyncError
from sync.intake.parts import Part
from sync.mirror import migrate
from sync.mirror.store import Store

_log = structlog.get_logger(__name__)

_FIRST_PAUSE = 1.0
_LONGEST_PAUSE = 60.0


class QueuedPair:
    """A pair that is put into the queue by timers and webhooks, and at its start; its workers find out what is due."""

    def __init__(self, config: Config, store: Store, metrics: Metrics, queue: Queue) -> None:
        self.config, self.store = config, store
        self._metrics, self._queue = metrics, queue
        self._event, self._has_tables = asyncio.Event(), False
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin; call it once."""
        self._event.set()
        self._task = asyncio.create_task(self._run(), name=f"queued {self.config.name}")

    def wake(self) -> None:
        """Have what is marked looked at now."""
        self._event.set()

    def mark(self, *_parts: Part) -> None:
        """Have what is due looked at now; workers know by themselves which parts are."""
        self._event.set()

    async def stop(self, within: float) -> None:  # noqa: ARG002 - as other kinds of pairs
        """End at once: what was asked for stands in the database."""
        if self._task:
            self._task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        pause = _FIRST_PAUSE
        while True:
            await self._event.wait()
            self._event.clear()
            try:
                await self._put()
            except SyncError as error:
                self._metrics.failed(self.config.name, type(error).__name__)
                _log.warning("not_queued", pair=self.config.name, error=str(error), pause_seconds=pause)
                await asyncio.sleep(pause)
                pause = min(pause * 2, _LONGEST_PAUSE)
                self._event.set()
            else:
                pause = _FIRST_PAUSE

    async def _put(self) -> None:
        if not self._has_tables:
            await asyncio.to_thread(migrate, self.config.database.url)  # webhooks need them before any worker starts
            self._has_tables = True
        await self._queue.defer(self.config.name)
