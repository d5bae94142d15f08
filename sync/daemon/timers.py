"""The clock of the daemon: timers that mark parts as due, and a watcher that puts them right after the clock jumped.

Timers only mark. So one that fires late, twice or beside another does no harm.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from typing import Any, Protocol

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler
from apscheduler.triggers.interval import IntervalTrigger

from sync.clock import SystemClock
from sync.config import Config
from sync.daemon.metrics import Metrics
from sync.intake.parts import PARTS, Part

_log = structlog.get_logger(__name__)

_JUMP = 5.0
"""Seconds by which the clock may drift from the monotonic one within a second before it counts as a jump."""

_WATCH = 1.0


class Marked(Protocol):
    """A pair whose parts timers mark."""

    config: Config

    def mark(self, *parts: Part) -> None:
        """Make parts due, and look."""
        ...


class Timers:
    """The timers of all pairs of a process: one for each part, or one for all of them `together`, at the shortest."""

    def __init__(self, metrics: Metrics, *, together: bool = False) -> None:
        self._metrics, self._together = metrics, together
        self._scheduler = AsyncIOScheduler(
            timezone="UTC",
            # A timer is never too late, fires once for all the times it missed, and never beside itself.
            job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1},
        )
        self._pairs: dict[str, Marked] = {}
        self._watcher: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to fire, and to watch the clock."""
        self._scheduler.start()
        self._watcher = asyncio.create_task(self._watch())

    async def stop(self) -> None:
        """Fire no more."""
        self._scheduler.shutdown(wait=False)
        if self._watcher:
            self._watcher.cancel()
            await asyncio.gather(self._watcher, return_exceptions=True)

    def add(self, pair: Marked) -> None:
        """Mark the parts of a pair from now on, each at its cadence."""
        name = pair.config.name
        self._pairs[name] = pair
        for parts, seconds in self._cadences(pair.config.daemon.poll.seconds):
            self._scheduler.add_job(
                _marking(pair, parts),
                cadence(seconds),
                id=f"{name}/{parts[0]}",
            )

    def _cadences(self, seconds: Mapping[str, float]) -> list[tuple[tuple[Part, ...], float]]:
        if self._together:
            return [(PARTS, min(seconds.values()))]
        return [((part,), seconds[part]) for part in PARTS]

    def remove(self, name: str) -> None:
        """Mark the parts of a pair no longer."""
        if pair := self._pairs.pop(name, None):
            for parts, _ in self._cadences(pair.config.daemon.poll.seconds):
                self._scheduler.remove_job(f"{name}/{parts[0]}")

    async def _watch(self) -> None:
        """Compare the clock with the monotonic one: a jump either way, or a suspend, leaves timers behind."""
        clock, monotonic = SystemClock().now(), time.monotonic()
        while True:
            await asyncio.sleep(_WATCH)
            now, ticks = SystemClock().now(), time.monotonic()
            jumped = (now - clock).total_seconds() - (ticks - monotonic)
            clock, monotonic = now, ticks
            if abs(jumped) > _JUMP:
                self._put_right(jumped)

    def _put_right(self, jumped: float) -> None:
        """Fire everything now: after a step back timers would wait until the clock has caught up."""
        self._metrics.jumped(jumped)
        _log.warning("clock_jumped", seconds=round(jumped, 1))
        now = SystemClock().now()
        for job in self._scheduler.get_jobs():
            job.modify(next_run_time=now)


def cadence(seconds: float) -> IntervalTrigger:
    """Return the instants at which a part is marked: so many seconds apart, a tenth more at most."""
    # Jitter only adds; it keeps pairs from asking all at once.
    jitter = max(1, round(seconds / 10)) if seconds >= 5 else None
    return IntervalTrigger(seconds=seconds, timezone="UTC", jitter=jitter)


def _marking(pair: Marked, parts: tuple[Part, ...]) -> Callable[[], Any]:
    async def mark() -> None:
        pair.mark(*parts)

    return mark
