"""One measurement in a process of its own, so that its memory is its own: `python -m tests.bench.child TASK`.

TASK is a Task as JSON; a Measured is printed as JSON.
"""

from __future__ import annotations

import asyncio
import sys
import time
from pathlib import Path
from typing import Literal

import msgspec

from sync import log
from sync.clock import SystemClock
from sync.config import Config
from sync.engine import open_engine
from tests.bench.service import Windows
from tests.bench.setting import configuration

_AWAY = ("time_off", "swap")
"""Kinds that the floor does not read: a few records, whatever there is."""


class Task(msgspec.Struct, frozen=True):
    """What to measure, against which sandbox and in which database; the floor reads the shifts of these windows."""

    what: Literal["floor", "pull", "reconcile"]
    url: str
    database: str
    windows: Windows = ()


class Measured(msgspec.Struct, frozen=True):
    """How long it took, how many records or changes it was about, and the process's memory in MB.

    `seconds` went by, and for `cpu` seconds the process computed, all its threads together. `before_mb` is what it held
    with everything imported, `peak_mb` the most it ever held. `left` is how many changes a reconcile could not make.
    """

    seconds: float
    cpu: float
    count: int
    before_mb: float
    peak_mb: float
    left: int = 0


def _floor(task: Task) -> Measured:
    from tests.bench import floor  # noqa: PLC0415 - its drivers are no part of the engine's memory

    watch = _Watch()
    return watch.stop(floor.pull(task.url, task.database, SystemClock().now(), task.windows))


async def _pull(config: Config) -> Measured:
    """The tables exist before it begins; both logins are part of it."""
    async with open_engine(config) as engine:
        watch = _Watch()
        pulled = await engine.pull()
        return watch.stop(sum(count for kind, count in pulled.counts.items() if kind not in _AWAY))


async def _reconcile(config: Config) -> Measured:
    """From opening the database, which makes its tables the first time, until everything is closed."""
    watch = _Watch()
    async with open_engine(config) as engine:
        outcome = await engine.reconcile()
    return watch.stop(len(outcome.done), len(outcome.failed) + len(outcome.waiting))


def _measure(task: Task) -> Measured:
    if task.what == "floor":
        return _floor(task)
    config = asyncio.run(configuration(task.url, task.database))
    return asyncio.run((_pull if task.what == "pull" else _reconcile)(config))


class _Watch:
    """Begins to measure when it is made."""

    def __init__(self) -> None:
        self._before = _memory("VmRSS")
        self._began, self._cpu = time.perf_counter(), time.process_time()

    def stop(self, count: int, left: int = 0) -> Measured:
        """What it came to."""
        seconds, cpu = time.perf_counter() - self._began, time.process_time() - self._cpu
        return Measured(seconds, cpu, count, self._before, _memory("VmHWM"), left)


def _memory(name: str) -> float:
    # Not getrusage: its peak begins with that of the process which started this one.
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    raise OSError(f"no {name} in /proc/self/status")


if __name__ == "__main__":
    log.configure()
    measured = _measure(msgspec.json.decode(sys.argv[1], type=Task))
    sys.stdout.write(msgspec.json.encode(measured).decode())
