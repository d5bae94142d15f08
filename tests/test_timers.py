"""The timers of the daemon: their cadence, and what happens when the clock jumps under them."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sync.config.daemon import PollSection
from sync.daemon.metrics import Metrics
from sync.daemon.timers import Timers, cadence
from sync.intake.parts import PARTS, Part
from tests.jumping_clock import JumpingClock, jumping_clock
from tests.timers_process import Watched

HOUR = 3600
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
NEVER: dict[str, float] = dict.fromkeys(PARTS, 86_400.0)


class Counted(Watched):
    """A pair that counts what is marked."""

    def __init__(self, name: str, poll: Mapping[str, float]) -> None:
        super().__init__(name, poll)
        self.marks = Counter[Part]()

    def mark(self, *parts: Part) -> None:
        """Count."""
        self.marks.update(parts)


async def until(happened: Callable[[], bool]) -> None:
    """Wait until something is true, for half a minute at most."""
    async with asyncio.timeout(30):
        while not happened():  # noqa: ASYNC110 - it may be anything
            await asyncio.sleep(0.05)


@pytest.mark.parametrize(("seconds", "most"), [(0.5, 0), (4, 0), (5, 1), (30, 3), (900, 90), (86_400, 8640)])
def test_jitter_only_adds_and_a_tenth_at_most(seconds: float, most: float) -> None:
    """Short cadences have none; no timer is ever early."""
    trigger = cadence(seconds)
    waits = {(trigger.get_next_fire_time(NOON, NOON) - NOON).total_seconds() for _ in range(200)}
    assert (min(waits) >= seconds, max(waits) <= seconds + most, len(waits) > 1) == (True, True, most > 0)


async def test_parts_are_marked_at_their_cadence_until_the_pair_is_taken_away() -> None:
    """The timers of the other pair go on."""
    timers = Timers(Metrics())
    here, there = (Counted(name, NEVER | {"requests": 0.2, "soon": 0.4}) for name in ("here", "there"))
    timers.start()
    began = time.monotonic()
    for pair in (here, there):
        timers.add(pair)
    await until(lambda: here.marks["soon"] >= 2 and there.marks["soon"] >= 2)
    assert here.marks.keys() == {"requests", "soon"}
    assert here.marks["requests"] <= (time.monotonic() - began) / 0.2
    timers.remove("here")
    await asyncio.sleep(0.05)  # one that had fired already may still mark
    marked, others = here.marks.copy(), there.marks["requests"]
    await until(lambda: there.marks["requests"] >= others + 3)
    assert here.marks == marked
    timers.remove("here")  # once more does no harm
    await timers.stop()


@dataclass
class Running:
    """The timers in a process whose clock jumps."""

    process: subprocess.Popen[str]
    clock: JumpingClock
    marks: list[str] = field(default_factory=list)

    def wait_for(self, count: int, part: str) -> None:
        """Wait until a part was marked so many times since the last `forget`."""
        deadline = time.monotonic() + 30
        while self.marks.count(part) < count:
            assert time.monotonic() < deadline, self.marks
            time.sleep(0.05)

    def forget(self) -> None:
        """Count anew from here."""
        self.marks.clear()

    def end(self) -> tuple[list[str], list[dict[str, object]]]:
        """End it; returns the number of jumps and seconds of the last, and the lines it logged."""
        assert self.process.stdin is not None
        assert self.process.stderr is not None
        self.process.stdin.close()
        logged = [json.loads(line) for line in self.process.stderr.read().splitlines()]
        assert self.process.wait(timeout=30) == 0
        self.wait_for(1, "ended")
        return self.marks[-2].split(), logged


@contextmanager
def running(clock: JumpingClock, **poll: float) -> Iterator[Running]:
    """Run the timers at default cadences, but for these."""
    command = [sys.executable, "-m", "tests.timers_process", json.dumps(PollSection().seconds | poll)]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=os.environ | clock.environ
    ) as process:
        timers = Running(process, clock)
        reader = threading.Thread(target=_read, args=(timers,))
        reader.start()
        try:
            timers.wait_for(1, "started")
            yield timers
        finally:
            process.kill()
            reader.join()


def _read(timers: Running) -> None:
    assert timers.process.stdout is not None
    for line in timers.process.stdout:
        timers.marks.append(line.strip())
    timers.marks.append("ended")


@pytest.mark.parametrize("seconds", [-HOUR, 7 * HOUR, 90])
def test_after_a_jump_of_the_clock_everything_is_due_once(tmp_path: Path, seconds: int) -> None:
    """Whichever way: a timer that missed its time hours ago marks once, and one that would wait an hour does not."""
    clock = jumping_clock(tmp_path)
    with running(clock) as timers:
        time.sleep(1.5)  # the watcher has looked at the clock
        timers.forget()
        clock.jump_to(seconds)
        for part in PARTS:
            timers.wait_for(1, part)
        assert sorted(timers.marks) == sorted(PARTS)
        [jumps, last], logged = timers.end()
    assert (jumps, abs(float(last) - seconds) < 3) == ("1.0", True)
    [line] = logged
    assert (line["event"], line["level"], abs(float(str(line["seconds"])) - seconds) < 3) == (
        "clock_jumped",
        "warning",
        True,
    )


def test_timers_go_on_at_their_cadence_after_a_jump(tmp_path: Path) -> None:
    """By the clock as it is now; back and forth again is two jumps."""
    clock = jumping_clock(tmp_path)
    with running(clock, requests=0.5) as timers:
        timers.wait_for(2, "requests")
        for seconds in (-HOUR, 0):
            clock.jump_to(seconds)
            timers.forget()
            timers.wait_for(1, "places")  # it was noticed
            timers.forget()
            timers.wait_for(5, "requests")
        assert timers.end()[0][0] == "2.0"


def test_a_clock_that_is_only_slewed_does_not_jump(tmp_path: Path) -> None:
    """Some seconds are what a time service puts right; nothing is read for that."""
    clock = jumping_clock(tmp_path)
    with running(clock, requests=0.5) as timers:
        timers.wait_for(2, "requests")
        clock.jump_to(3)
        timers.forget()
        timers.wait_for(8, "requests")
        assert set(timers.marks) == {"requests"}
        assert timers.end() == (["0.0", "0.0"], [])
