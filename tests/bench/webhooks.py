"""How many signed webhooks are stored in a second and how long one takes, idle and while plans are made."""

from __future__ import annotations

import asyncio
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import msgspec
from rich.table import Table

from tests.bench.databases import KINDS, sqlite
from tests.bench.linked import fill
from tests.bench.webhook_load import Load, at_a_rate, at_full_speed
from tests.bench.webhook_server import Case, Served


class Sizes(msgspec.Struct, frozen=True):
    """How much is sent: seconds of each load, connections, the steady rate, and rounds of which the quickest counts.

    While plans are made, `linked` demands are in the database, of which one in ten changed.
    """

    seconds: float = 10
    connections: int = 16
    per_second: float = 50
    rounds: int = 3
    linked: int = 100_000


class WebhookResult(msgspec.Struct, frozen=True):
    """One server under both loads, and the plans it made meanwhile; `slowest` in seconds."""

    server: str
    work: Literal["idle", "planning"]
    full: Load
    steady: Load
    plans: int
    slowest: float


def measure(sizes: Sizes, databases: list[str], folder: Path) -> list[WebhookResult]:
    """Measure both floors, then the daemon on each database, idle and planning."""
    with sqlite() as new:
        floors = [
            _quickest("verify alone", Case("verify"), sizes, folder),
            _quickest("verify, one SQLite commit", Case("commit", new()), sizes, folder),
        ]
    return floors + [row for name in databases for row in _on(name, sizes, folder)]


def _on(name: str, sizes: Sizes, folder: Path) -> list[WebhookResult]:
    with KINDS[name]() as new:
        database = new()
        fill(database, sizes.linked, sizes.linked // 10)
        title = f"daemon, {name}"
        return [_quickest(title, Case("daemon", database, planning), sizes, folder) for planning in (False, True)]


def _quickest(title: str, case: Case, sizes: Sizes, folder: Path) -> WebhookResult:
    """Of some rounds the most webhooks and the best p99: what else the machine does makes both worse alone."""
    rounds = [_round(title, case, sizes, folder) for _ in range(sizes.rounds)]
    return WebhookResult(
        title,
        rounds[0].work,
        max((row.full for row in rounds), key=lambda load: load.per_second),
        min((row.steady for row in rounds), key=lambda load: load.p99),
        sum(row.plans for row in rounds),
        min(row.slowest for row in rounds),
    )


def _round(title: str, case: Case, sizes: Sizes, folder: Path) -> WebhookResult:
    with _serving(case, folder) as server:
        full = asyncio.run(at_full_speed(server.port, sizes.seconds, sizes.connections))
        steady = asyncio.run(at_a_rate(server.port, sizes.seconds, sizes.connections, sizes.per_second))
    [served] = server.ended
    return WebhookResult(title, "planning" if case.planning else "idle", full, steady, served.plans, served.slowest)


@dataclass
class _Server:
    """A server that runs, and what it said in the end."""

    port: int
    ended: list[Served] = field(default_factory=list)


@contextmanager
def _serving(case: Case, folder: Path) -> Iterator[_Server]:
    """Run a server until the block ends; what it logs goes into a file, as a daemon's would."""
    command = [sys.executable, "-m", "tests.bench.webhook_server", msgspec.json.encode(case).decode()]
    with (folder / "webhook_server.log").open("wb") as file:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=file)
    try:
        assert process.stdout is not None
        server = _Server(int(process.stdout.readline()))
        yield server
        process.send_signal(signal.SIGTERM)
        server.ended.append(msgspec.json.decode(process.communicate(timeout=60)[0], type=Served))
    finally:
        process.kill()
        process.wait()


def table(rows: list[WebhookResult]) -> Table:
    """A table of the results; the ratio is of the webhooks of the floor with one commit."""
    commits = rows[1].full.per_second
    shown = Table(title="Signed webhooks, each stored before it is answered", title_justify="left")
    for column in ("server", "beside", "per second", "of one commit", "p50 ms", "p99 ms", "worst ms", "plans"):
        shown.add_column(column, justify="left" if column in ("server", "beside") else "right")
    for row in rows:
        times = (f"{row.steady.p50:.1f}", f"{row.steady.p99:.1f}", f"{row.steady.worst:.1f}")
        speed = (f"{row.full.per_second:,.0f}", f"{row.full.per_second / commits:.0%}")
        shown.add_row(row.server, row.work, *speed, *times, f"{row.plans}")
    return shown
