"""The bench, at a size that proves nothing but that it runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec

from tests.bench.daemon import Results as DaemonResults
from tests.bench.results import Results

BENCH = Path(__file__).parent / "bench"


def test_the_bench_measures_pulls_and_whole_runs(tmp_path: Path) -> None:
    """It fails by itself when a run makes other changes or writes than it must."""
    sizes = ("--demands", "3", "--pulled", "13", "26", "--rounds", "1", "--databases", "sqlite")
    found = tmp_path / "results.json"
    bench = subprocess.run(
        [sys.executable, BENCH, *sizes, "--json", found], capture_output=True, text=True, check=False
    )
    assert bench.returncode == 0, bench.stderr
    results = msgspec.json.decode(found.read_bytes(), type=Results)
    assert [(row.database, row.shifts, row.per_second > 0, row.floor_per_second > 0) for row in results.pulls] == [
        ("sqlite", 13, True, True),
        ("sqlite", 26, True, True),
    ]
    assert all(row.calls > 0 and 0 < row.before_mb <= row.peak_mb for row in results.pulls)
    assert [(row.name, row.changes, row.writes) for row in results.runs] == [
        ("first copy", 3, 3),
        ("nothing changed", 0, 0),
        ("1 % changed", 1, 1),
    ]
    assert all(row.calls > 0 and 0 < row.before_mb <= row.peak_mb for row in results.runs)
    assert "of the floor" in bench.stdout


def bench_of_daemon(part: str, tmp_path: Path, *options: str) -> tuple[DaemonResults, str]:
    """Run one part of the daemon's bench; returns what it found and what it printed."""
    found = tmp_path / "results.json"
    command = [
        sys.executable,
        "-m",
        "tests.bench.daemon",
        "--only",
        part,
        "--databases",
        "sqlite",
        "--json",
        str(found),
    ]
    bench = subprocess.run([*command, *options], cwd=BENCH.parents[1], capture_output=True, text=True, check=False)
    assert bench.returncode == 0, bench.stderr
    return msgspec.json.decode(found.read_bytes(), type=DaemonResults), bench.stdout


def test_the_bench_sends_webhooks_to_two_floors_and_to_the_daemon(tmp_path: Path) -> None:
    """Each is answered with 200, or it fails by itself; beside some of them plans are made."""
    found, printed = bench_of_daemon("webhooks", tmp_path, "--seconds", "0.3", "--rounds", "1", "--linked", "20")
    assert [(row.server, row.work, row.full.sent > 0, row.plans > 0) for row in found.webhooks] == [
        ("verify alone", "idle", True, False),
        ("verify, one SQLite commit", "idle", True, False),
        ("daemon, sqlite", "idle", True, False),
        ("daemon, sqlite", "planning", True, True),
    ]
    assert all(0 < row.steady.p50 <= row.steady.p99 <= row.steady.worst for row in found.webhooks)
    assert "of one commit" in printed


def test_the_bench_times_events_with_and_without_webhooks(tmp_path: Path) -> None:
    """Until each seat is held."""
    found, printed = bench_of_daemon("latency", tmp_path, "--events", "2", "--pause", "0.5", "--poll", "1")
    assert [(row.name, len(row.seconds), row.calls > 0, row.floor > 0) for row in found.latency] == [
        ("with webhooks", 2, True, True),
        ("without, a poll each 1 s", 2, False, True),
    ]
    assert all(0 < row.p50 <= row.p95 for row in found.latency)
    assert "floor of p50" in printed


def test_the_bench_counts_what_quiet_pairs_cost(tmp_path: Path) -> None:
    """And computes what thousands of them need."""
    found, printed = bench_of_daemon("quiet", tmp_path, "--watched", "2", "--pairs", "2")
    assert [(row.pairs, row.faster, row.mb > 0) for row in found.quiet] == [(1, 60, True), (1, 1, True), (2, 1, True)]
    assert all(count > 0 for count in found.quiet[0].calls.values())
    assert [row.pairs for row in found.sizes] == [1, 10, 100, 1_000, 10_000]
    assert "On paper a quiet hour takes 245 calls of Wonolo and 94 of When I Work." in printed


def test_the_bench_watches_the_memory_of_a_day(tmp_path: Path) -> None:
    """It looks at the beginning and after each twelfth."""
    found, printed = bench_of_daemon("day", tmp_path, "--days", "0.005")
    assert found.day is not None
    assert (found.day.readings, found.day.acts, len(found.day.mb), min(found.day.mb) > 0) == (14, 1, 13, True)
    assert "Memory over 0.005 days" in printed
