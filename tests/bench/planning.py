"""`python -m tests.bench.planning`: what planning costs as linked demands and changes grow, beside DiffSync.

Each measurement is a process of its own, so that its memory is its own.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Literal

import msgspec
from rich.console import Console
from rich.table import Table

from sync.gather.planning import snapshot
from sync.mirror.store import Store
from sync.plan import Policy, make_plan
from tests.bench.linked import AHEAD, NOW, PAIR, RULES, fill
from tests.bench.memory import memory
from tests.bench.plot import lines

_PLOT = Path(__file__).parents[2] / "docs" / "planning.svg"


class Case(msgspec.Struct, frozen=True):
    """So many linked demands of which so many changed; compared by us (in a database) or by the peer (in memory)."""

    what: Literal["plan", "peer"]
    count: int
    changed: int
    database: str = ""


class Measured(msgspec.Struct, frozen=True):
    """Seconds for the whole, of them in pure code (the peer: without loading); changes found; the most MB held."""

    seconds: float
    pure: float
    changes: int
    peak_mb: float


def measure(case: Case) -> Measured:
    """Measure in this process."""
    if case.what == "peer":
        from tests.bench.peer import compare  # noqa: PLC0415 - its memory is not ours

        began = time.perf_counter()
        pure, changes = compare(case.count, case.changed)
        return Measured(time.perf_counter() - began, pure, changes, memory("VmHWM"))
    store = Store.open(case.database)
    began = time.perf_counter()
    with store.begin(PAIR) as tx:
        seen = snapshot(tx, Policy(RULES), NOW, AHEAD)
    gathered = time.perf_counter()
    plan = make_plan(seen)
    ended = time.perf_counter()
    assert len(plan.to_do) == case.changed
    return Measured(ended - began, ended - gathered, len(plan.to_do), memory("VmHWM"))


def _child(case: Case) -> Measured:
    command = [sys.executable, "-m", "tests.bench.planning", "--case", msgspec.json.encode(case).decode()]
    done = subprocess.run(command, check=True, capture_output=True)
    return msgspec.json.decode(done.stdout, type=Measured)


def _ours(folder: str, count: int, changed: int, rounds: int) -> Measured:
    """The quickest of some rounds: planning reads only, and what else the machine does makes it slower alone."""
    url = f"sqlite:///{folder}/{count}-{changed}.db"
    fill(url, count, changed)
    rows = [_child(Case("plan", count, changed, url)) for _ in range(rounds)]
    Path(url.removeprefix("sqlite:///")).unlink()
    return min(rows, key=lambda row: row.seconds)


def main() -> None:
    """Measure, print the tables and draw the plot."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.planning", description="Measure planning.")
    parser.add_argument("--linked", type=int, default=100_000, help="linked demands beside the peer (default 100000)")
    parser.add_argument("--sizes", type=int, nargs="+", default=[10_000, 100_000, 1_000_000], help="for the growth")
    parser.add_argument("--rounds", type=int, default=3, help="of each; the quickest counts (default 3)")
    parser.add_argument("--plot", type=Path, default=_PLOT, help=f"where the plot goes (default {_PLOT.name} in docs)")
    parser.add_argument("--case", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.case:
        sys.stdout.buffer.write(msgspec.json.encode(measure(msgspec.json.decode(options.case, type=Case))))
        return
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        _beside_the_peer(folder, options.linked, options.rounds)
        _growth(folder, options.sizes, options.rounds, options.plot)


def _beside_the_peer(folder: str, linked: int, rounds: int) -> None:
    """Planning next to DiffSync on the same pairs; both columns of seconds are of the whole."""
    table = Table(
        "of " + f"{linked:,}", "seconds", "of them pure", "MB", "DiffSync", "of them its diff", "MB", "faster"
    )
    for changed in (0, linked // 100, linked // 10):
        ours = _ours(folder, linked, changed, rounds)
        peer = min((_child(Case("peer", linked, changed)) for _ in range(rounds)), key=lambda row: row.seconds)
        figures = (f"{ours.seconds:.3f}", f"{ours.pure:.3f}", f"{ours.peak_mb:.0f}")
        others = (f"{peer.seconds:.2f}", f"{peer.pure:.2f}", f"{peer.peak_mb:.0f}")
        table.add_row(f"{changed:,} changed", *figures, *others, f"{peer.seconds / ours.seconds:.0f} times")
    Console(width=110).print(table)


def _growth(folder: str, sizes: list[int], rounds: int, plot: Path) -> None:
    """How the seconds grow with unchanged links, and with changes."""
    table = Table("linked demands", "changed", "seconds", "MB")
    drawn: dict[str, list[tuple[float, float]]] = {}
    for count in sizes:
        for changed in (0, 100, 1_000):
            row = _ours(folder, count, changed, rounds)
            table.add_row(f"{count:,}", f"{changed:,}", f"{row.seconds:.3f}", f"{row.peak_mb:.0f}")
            drawn.setdefault(f"{changed:,} changed" if changed else "nothing changed", []).append((count, row.seconds))
    Console(width=110).print(table)
    plot.write_text(lines(drawn, "linked demands", "seconds to plan"), encoding="utf-8")


if __name__ == "__main__":
    main()
