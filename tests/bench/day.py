"""The memory of a daemon over a day with a trickle of events, its cadences made shorter so that it takes minutes."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

import httpx
import msgspec
from rich.table import Table

from sync.config.daemon import PollSection
from tests.bench.databases import sqlite
from tests.bench.memory import memory
from tests.e2e.processes import Daemon, Sandbox, daemon, sandbox, until

_DEMANDS = 24
_DAY = 86_400
_STEPS = 12
"""Memory is looked at so many times a day."""

_PATIENCE = 3600.0


class DayResult(msgspec.Struct, frozen=True):
    """MB of a daemon after each twelfth of its readings, the first at the beginning.

    It read JobRequests `readings` times, as often as by default in `days`, in so many seconds, while `acts` people did
    something and `webhooks` came; `records` were read meanwhile.
    """

    days: float
    readings: int
    seconds: float
    acts: int
    webhooks: int
    records: int
    mb: list[float]

    @property
    def growth(self) -> float:
        """MB that came on after the first quarter, when everything had been used once."""
        return self.mb[-1] - self.mb[len(self.mb) // 4]


def measure(days: float, faster: float, acts: int) -> DayResult:
    """Run a daemon until it has read as often as in so many days, and let people act at equal distances."""
    cadences = PollSection().seconds
    readings = max(_STEPS, round(days * _DAY / cadences["requests"]))
    with (
        tempfile.TemporaryDirectory() as folder,
        sqlite() as new,
        sandbox(Path(folder), new(), demands=_DEMANDS) as served,
    ):
        poll = {part: seconds / faster for part, seconds in cadences.items()}
        served.edit(daemon={"listen": f"127.0.0.1:{served.port}", "poll": poll})
        with daemon(served.config, served.port) as running:
            until(lambda: served.posted() == served.offered(), "the first copy")
            time.sleep(2)
            began, records = time.monotonic(), _records(running)
            mb = _live(running, served, readings, acts)
            seconds = time.monotonic() - began
            webhooks = int(running.metric("shiftbridge_webhooks_total", outcome="taken"))
            return DayResult(days, readings, seconds, acts, webhooks, _records(running) - records, mb)


def _live(running: Daemon, served: Sandbox, readings: int, acts: int) -> list[float]:
    """Let people act as the readings go on; returns the memory after each step."""
    first, done = _read(running), 0
    mb = [memory("VmRSS", running.process.pid)]
    deadline = time.monotonic() + _PATIENCE
    while len(mb) <= _STEPS:
        share = (_read(running) - first) / readings
        while done < min(acts, int(share * acts)):
            httpx.post(f"{served.url}/_sandbox/act", json={"name": "life", "acts": 1}).raise_for_status()
            done += 1
        if share * _STEPS >= len(mb):
            mb.append(memory("VmRSS", running.process.pid))
        assert time.monotonic() < deadline, f"{share:.0%} of the readings were done"
        time.sleep(min(1.0, _STEPS / readings))
    return mb


def _read(running: Daemon) -> float:
    return running.metric("shiftbridge_pulls_total", part="requests", outcome="ok")


def _records(running: Daemon) -> int:
    return int(running.metric("shiftbridge_records_read_total"))


def table(row: DayResult) -> Table:
    """A table of the memory over the day."""
    title = (
        f"Memory over {row.days:g} days: {row.readings:,} readings in {row.seconds:.0f} s, {row.acts} acts, "
        f"{row.webhooks} webhooks, {row.records:,} records read"
    )
    shown = Table(title=title, title_justify="left")
    for step in range(len(row.mb)):
        shown.add_column(f"{step}/{_STEPS}", justify="right")
    shown.add_column("since 3/12", justify="right")
    shown.add_row(*(f"{mb:.1f}" for mb in row.mb), f"{row.growth:+.1f}")
    return shown
