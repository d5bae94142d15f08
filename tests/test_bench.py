"""The bench, at a size that proves nothing but that it runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec

from tests.bench.results import Results

BENCH = Path(__file__).parent / "bench"


def test_the_bench_measures_pulls_and_whole_runs(tmp_path: Path) -> None:
    """It fails by itself when a run makes other changes or writes than it must."""
    sizes = ("--demands", "3", "--pulled", "13", "26", "--rounds", "1", "--databases", "sqlite")
    found = tmp_path / "results.json"
    bench = subprocess.run([sys.executable, BENCH, *sizes, "--json", found], capture_output=True, text=True, check=True)
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
