"""How many mutants the tests killed in the last `make mutants`, for each package; fails when fewer than nine in ten.

A mutant that never ends counts as killed, one that no test runs as survived.
"""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

from mutmut.mutation.data import SourceFileMutationData
from mutmut.stats import status_by_exit_code

PACKAGES = ("mappings", "sync/plan", "sync/guards")
KILLED = ("killed", "timeout")
LEAST = 90
"""Per cent of the mutants of each package."""


def outcomes(package: str) -> Counter[str]:
    """How many mutants of a package ended how, by mutmut's words."""
    found: Counter[str] = Counter()
    for path in sorted(Path(package).rglob("*.py")):
        data = SourceFileMutationData(path=path)
        data.load()
        found.update(status_by_exit_code[code] for code in data.exit_code_by_key.values())
    return found


def score(found: Counter[str]) -> float:
    """The mutants killed, in per cent."""
    return 100 * sum(found[status] for status in KILLED) / found.total()


def main() -> int:
    """Print one line for each package; 1 when one of them is below the limit."""
    scores = []
    for package in PACKAGES:
        found = outcomes(package)
        scores.append(score(found))
        told = ", ".join(f"{count} {status}" for status, count in sorted(found.items()))
        print(f"{package}: {scores[-1]:.1f} % of {found.total()} mutants killed ({told})")  # noqa: T201 - it is a command
    return int(min(scores) < LEAST)


if __name__ == "__main__":
    sys.exit(main())
