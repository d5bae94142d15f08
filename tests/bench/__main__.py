"""`make bench`: what a pull and whole runs cost, against the sandbox served by another process of this machine."""

from __future__ import annotations

import argparse
import subprocess
import sys
from pathlib import Path
from statistics import median
from typing import Literal

import msgspec

from sync.mirror.database import migrate
from tests.bench.child import Measured, Task
from tests.bench.databases import KINDS, NewDatabase
from tests.bench.results import PullResult, Results, RunResult, show
from tests.bench.service import Service, Windows, pulled_sandbox, sandbox
from tests.bench.setting import SETTING_CALLS


def main() -> None:
    """Measure, print the tables, and write them as JSON where asked."""
    options = _options().parse_args()
    pulls = [_pull(name, size, options.rounds) for name in options.databases for size in options.pulled]
    runs = [run for name in options.databases for run in _runs(name, options.demands)]
    results = Results(pulls, runs)
    show(results)
    if options.json:
        options.json.write_bytes(msgspec.json.format(msgspec.json.encode(results)) + b"\n")


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python tests/bench", description="Measure pulls and whole runs.")
    parser.add_argument("--demands", type=int, default=1000, help="open stacks in a whole run (default 1000)")
    parser.add_argument(
        "--pulled",
        type=int,
        nargs="+",
        default=[25_000, 100_000],
        help="shifts in a pull, beside about as many Jobs and half as many JobRequests; several sizes show how memory "
        "grows (default 25000 100000)",
    )
    parser.add_argument("--rounds", type=int, default=1, help="pulls of each kind; medians are shown (default 1)")
    parser.add_argument("--databases", nargs="+", choices=KINDS, default=list(KINDS), help="default: both")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results to a file, too")
    return parser


def _pull(name: str, size: int, rounds: int) -> PullResult:
    """Engine and floor take turns, so that what else the machine does strikes both."""
    with KINDS[name]() as new, pulled_sandbox(size) as service:
        pulls, floors, calls = zip(*(_round(service, new) for _ in range(rounds)), strict=True)
    assert {row.count for row in floors} == {row.count for row in pulls}, "the floor read other records"
    return PullResult(
        database=name,
        shifts=size,
        records=pulls[0].count,
        per_second=median(row.count / row.seconds for row in pulls),
        floor_per_second=median(row.count / row.seconds for row in floors),
        cpu=median(row.cpu for row in pulls),
        floor_cpu=median(row.cpu for row in floors),
        calls=calls[0],
        before_mb=median(row.before_mb for row in pulls),
        peak_mb=max(row.peak_mb for row in pulls),
    )


def _round(service: Service, new: NewDatabase) -> tuple[Measured, Measured, int]:
    """One pull, the floor over the windows that it asked for, and the calls of the pull."""
    database = new()
    migrate(database)  # here, as what makes tables is no part of a pull's memory
    service.forget_requests()
    pull = _measured("pull", service, database)
    calls, _writes = service.requests()
    return pull, _measured("floor", service, new(), service.shift_windows()), calls - SETTING_CALLS


def _runs(name: str, demands: int) -> list[RunResult]:
    """First copy, nothing changed, and one in a hundred shifts (one at least) lengthened."""
    changed = max(1, demands // 100)
    with KINDS[name]() as new, sandbox(demands) as service:
        database = new()
        first = _run((name, "first copy"), service, database, demands)
        nothing = _run((name, "nothing changed"), service, database, 0)
        service.lengthen_shifts(changed)
        return [first, nothing, _run((name, "1 % changed"), service, database, changed)]


def _run(titles: tuple[str, str], service: Service, database: str, expected: int) -> RunResult:
    """Measure one reconcile, which must make as many changes as expected and as many writes."""
    service.forget_requests()
    found = _measured("reconcile", service, database)
    calls, writes = service.requests()
    assert (found.count, found.left, writes) == (expected, 0, expected), f"{titles}: {found}, {writes} writes"
    return RunResult(
        database=titles[0],
        name=titles[1],
        changes=found.count,
        seconds=found.seconds,
        cpu=found.cpu,
        calls=calls - SETTING_CALLS,
        writes=writes,
        before_mb=found.before_mb,
        peak_mb=found.peak_mb,
    )


def _measured(
    what: Literal["floor", "pull", "reconcile"], service: Service, database: str, windows: Windows = ()
) -> Measured:
    task = msgspec.json.encode(Task(what, service.url, database, windows)).decode()
    answer = subprocess.run([sys.executable, "-m", "tests.bench.child", task], stdout=subprocess.PIPE, check=True)
    return msgspec.json.decode(answer.stdout, type=Measured)


if __name__ == "__main__":
    main()
