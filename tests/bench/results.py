"""What a bench found, and how it is shown."""

from __future__ import annotations

import sys

import msgspec
from rich.console import Console
from rich.table import Table


class PullResult(msgspec.Struct, frozen=True):
    """One pull into an empty database, beside the floor: medians of several rounds.

    `records` came in, about `shifts` shifts among them, at so many in a second by the engine and by the floor. Memory
    in MB is of the engine's process, before the pull and at its peak. `cpu` and `floor_cpu` are seconds of processor
    time of the reading process, `calls` the engine's requests, logins among them.
    """

    database: str
    shifts: int
    records: int
    per_second: float
    floor_per_second: float
    cpu: float
    floor_cpu: float
    calls: int
    before_mb: float
    peak_mb: float

    @property
    def of_floor(self) -> float:
        """The speed as a share of the floor's."""
        return self.per_second / self.floor_per_second


class RunResult(msgspec.Struct, frozen=True):
    """One whole reconcile: how many changes it made, what they took, and what it asked of both services.

    `seconds` go from opening the database to closing it; `calls` are requests, logins among them.
    """

    database: str
    name: str
    changes: int
    seconds: float
    cpu: float
    calls: int
    writes: int
    before_mb: float
    peak_mb: float


class Results(msgspec.Struct, frozen=True):
    """Everything one bench measured."""

    pulls: list[PullResult]
    runs: list[RunResult]


def show(results: Results) -> None:
    """Print both tables to standard output."""
    console = Console(file=sys.stdout, width=120)
    console.print(_pulls(results.pulls))
    console.print(_runs(results.runs))


def _pulls(rows: list[PullResult]) -> Table:
    columns = (
        "database",
        "shifts",
        "records",
        "of the floor",
        "records/s",
        "floor/s",
        "CPU s",
        "floor CPU s",
        "calls",
        "MB before",
        "peak",
    )
    table = _table("Pull into an empty database", columns)
    for row in rows:
        speeds = (f"{row.of_floor:.0%}", f"{row.per_second:,.0f}", f"{row.floor_per_second:,.0f}")
        processor = (f"{row.cpu:.2f}", f"{row.floor_cpu:.2f}")
        sizes = (f"{row.shifts:,}", f"{row.records:,}")
        table.add_row(row.database, *sizes, *speeds, *processor, f"{row.calls:,}", *_memory(row))
    return table


def _runs(rows: list[RunResult]) -> Table:
    columns = (
        "database",
        "reconcile",
        "changes",
        "seconds",
        "changes/s",
        "CPU s",
        "calls",
        "writes",
        "MB before",
        "peak",
    )
    table = _table("Whole runs", columns)
    for row in rows:
        rate = f"{row.changes / row.seconds:.0f}" if row.changes else ""
        times = (f"{row.seconds:.2f}", rate, f"{row.cpu:.2f}")
        table.add_row(
            row.database, row.name, f"{row.changes:,}", *times, f"{row.calls:,}", f"{row.writes:,}", *_memory(row)
        )
    return table


def _table(title: str, columns: tuple[str, ...]) -> Table:
    table = Table(title=title, title_justify="left")
    for column in columns:
        table.add_column(column, justify="left" if column in ("database", "reconcile") else "right")
    return table


def _memory(row: PullResult | RunResult) -> tuple[str, str]:
    return f"{row.before_mb:.0f}", f"{row.peak_mb:.0f}"
