"""`python -m tests.bench.daemon`: what the daemon costs, beside floors of the same run."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import msgspec
from rich.console import Console

from tests.bench import day, latency, quiet, sizing, webhooks
from tests.bench.databases import KINDS

_PARTS = ("webhooks", "latency", "quiet", "day")


class Results(msgspec.Struct):
    """Everything that one bench of the daemon measured, and the load of the machine when each part began."""

    load: dict[str, float] = {}
    webhooks: list[webhooks.WebhookResult] = []
    latency: list[latency.LatencyResult] = []
    quiet: list[quiet.QuietResult] = []
    day: day.DayResult | None = None
    sizes: list[sizing.Size] = []


def main() -> None:
    """Measure, print the tables, and write everything as JSON where asked."""
    options = _options().parse_args()
    console, results = Console(file=sys.stdout, width=140), Results()
    work: dict[str, Callable[[argparse.Namespace, Console, Results], None]] = {
        "webhooks": _webhooks,
        "latency": _latency,
        "quiet": _quiet,
        "day": _day,
    }
    for part in options.only:
        results.load[part] = os.getloadavg()[0]
        console.print(f"{part}: the load of this machine is {results.load[part]:.1f}")
        work[part](options, console, results)
    if options.json:
        options.json.write_bytes(msgspec.json.format(msgspec.json.encode(results)) + b"\n")


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.daemon", description="Measure the daemon.")
    parser.add_argument("--only", nargs="+", choices=_PARTS, default=list(_PARTS), help="default: everything")
    parser.add_argument("--databases", nargs="+", choices=KINDS, default=list(KINDS), help="default: both")
    parser.add_argument("--seconds", type=float, default=10, help="of each load of webhooks (default 10)")
    parser.add_argument("--rounds", type=int, default=3, help="of each load; the quickest counts (default 3)")
    parser.add_argument("--rate", type=float, default=20, help="webhooks a second where p99 is taken (default 20)")
    parser.add_argument("--linked", type=int, default=100_000, help="demands in the plans (default 100000)")
    parser.add_argument("--events", type=int, default=30, help="workers who accept (default 30)")
    parser.add_argument("--pause", type=float, default=4, help="mean seconds between them (default 4)")
    parser.add_argument("--poll", type=float, default=30, help="seconds between polls of Wonolo (default 30)")
    parser.add_argument("--pairs", type=int, nargs="*", default=[10, 100], help="beside one pair (default 10 100)")
    parser.add_argument("--watched", type=float, default=120, help="seconds of watching quiet pairs (default 120)")
    parser.add_argument("--days", type=float, default=1, help="of readings, for the memory (default 1)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results to a file, too")
    return parser


def _webhooks(options: argparse.Namespace, console: Console, results: Results) -> None:
    sizes = webhooks.Sizes(
        seconds=options.seconds, rounds=options.rounds, per_second=options.rate, linked=options.linked
    )
    with tempfile.TemporaryDirectory() as folder:
        results.webhooks = webhooks.measure(sizes, options.databases, Path(folder))
    console.print(webhooks.table(results.webhooks))


def _latency(options: argparse.Namespace, console: Console, results: Results) -> None:
    how = (options.events, options.pause)
    results.latency = [
        latency.measure("with webhooks", *how, poll=options.poll, webhooks=True),
        latency.measure(f"without, a poll each {options.poll:g} s", *how, poll=options.poll, webhooks=False),
    ]
    console.print(latency.table(results.latency))


def _quiet(options: argparse.Namespace, console: Console, results: Results) -> None:
    """One pair an hour or two long on each database, then several pairs at their real pace on SQLite."""
    hours = [quiet.measure(name, 1, options.watched, faster=60) for name in options.databases]
    several = [quiet.measure("sqlite", count, options.watched) for count in (1, *options.pairs)]
    results.quiet = [*hours, *several]
    console.print(quiet.table(results.quiet))
    wonolo, wheniwork = sizing.calls_on_paper()
    console.print(f"On paper a quiet hour takes {wonolo:.0f} calls of Wonolo and {wheniwork:.0f} of When I Work.")
    first, last = several[0], several[-1]
    busy = last if last.cpu and sum(last.calls.values()) else hours[0]  # who watches for seconds may see nothing
    measured = sizing.Measured(
        cpu=_hourly(busy.cpu, busy),
        transactions=max(_hourly(row.transactions, row) for row in hours),
        first_mb=first.mb,
        pair_mb=(last.mb - first.mb) / max(1, last.pairs - first.pairs),
    )
    results.sizes = sizing.sizes(measured, [1, 10, 100, 1_000, 10_000])
    console.print(sizing.table(measured, results.sizes))


def _hourly(amount: float, row: quiet.QuietResult) -> float:
    """What comes to each call, times the calls of an hour: readings that are rare may have missed what was watched."""
    return amount / max(1, sum(row.calls.values())) * sum(sizing.calls_on_paper())


def _day(options: argparse.Namespace, console: Console, results: Results) -> None:
    results.day = day.measure(options.days, faster=200, acts=round(144 * options.days))
    console.print(day.table(results.day))


if __name__ == "__main__":
    main()
