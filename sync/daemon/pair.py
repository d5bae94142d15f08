"""The loop of one pair: wait until something is due, read it, plan, write; and what it does about trouble.

There is no queue of work. Timers, webhooks and people mark parts as due and records as dirty, and set one event; the
loop derives from them what is to be done. So a burst costs one reading, and nothing is lost when the process dies.
"""

import asyncio
import time
from contextlib import suppress

import structlog

from sync.config import Config
from sync.daemon.due import Due
from sync.daemon.metrics import Metrics
from sync.daemon.work import STANDBY, PairWork
from sync.errors import Stopped, SyncError
from sync.intake.parts import Part
from sync.mirror.store import Store

_log = structlog.get_logger(__name__)

_IDLE = 60.0
"""Seconds to sleep at most; timers and webhooks wake the loop before."""


class PairLoop:
    """The loop of one pair. `wake` makes it look at once, `mark` makes parts due, `stop` ends it in order."""

    def __init__(self, config: Config, store: Store, metrics: Metrics, planning: asyncio.Lock) -> None:
        self.config, self.store = config, store
        self.due = Due(config.daemon.poll.seconds, config.daemon.stretch_polls)
        self._work = PairWork(config, store, metrics, planning, self.due, "daemon")
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin; call it once."""
        self._task = asyncio.create_task(self._run(), name=f"pair {self.config.name}")

    def wake(self) -> None:
        """Look at once for what is due or dirty."""
        self._work.event.set()

    def mark(self, *parts: Part) -> None:
        """Make parts due, and look."""
        self.due.mark(*parts)
        self._work.event.set()

    async def stop(self, within: float) -> None:
        """End in order: nothing new is begun, the write in flight is settled. Cancelled after so many seconds."""
        self._work.stop()
        if self._task:
            _, late = await asyncio.wait({self._task}, timeout=within)
            for task in late:
                _log.warning("pair_cancelled", pair=self.config.name)
                task.cancel()
            await asyncio.gather(self._task, return_exceptions=True)

    async def _run(self) -> None:
        """Open the pair and serve it; what ends that is waited out, and tried again."""
        with structlog.contextvars.bound_contextvars(pair=self.config.name):
            while not self._work.is_stopping:
                try:
                    async with self._work.opened():
                        await self._serve()
                except Stopped:
                    return
                except SyncError as error:
                    await self._pause(self._work.failed(error))

    async def _serve(self) -> None:
        while not self._work.is_stopping:
            turn = await self._work.turn()
            if turn == "idle":
                await self._sleep(self._rest())
            elif turn == "taken":
                await self._sleep(STANDBY)

    def _rest(self) -> float:
        """Seconds to sleep unless somebody wakes the loop: until the next pause ends, a minute at most."""
        now = time.monotonic()
        return min([_IDLE, *(max(0.1, end - now) for end in self.due.backoff.ends() if end > now)])

    async def _sleep(self, seconds: float) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._work.event.wait(), seconds)

    async def _pause(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while not self._work.is_stopping and (left := until - time.monotonic()) > 0:
            self._work.event.clear()  # what came is stored, and is read once the pause is over
            await self._sleep(left)
