"""The table of known cases: each row is whole, and is held by a test that exists."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "known-cases.md"


def rows() -> list[list[str]]:
    """The cells of each case, without the headings."""
    lines = [line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines]
    return [row for row in cells if row[0] != "case" and set(row[0]) != {"-"}]


@cache
def functions_of(name: str) -> frozenset[str]:
    """The names of the tests of a file, those of state machines by their class."""
    path = ROOT / "tests" / name
    if not path.exists():
        return frozenset()
    nodes = ast.walk(ast.parse(path.read_text("utf-8")))
    return frozenset(
        node.name for node in nodes if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    )


def test_each_known_case_says_what_is_right_and_which_test_holds_it() -> None:
    """So that a renamed test does not leave a case behind that nothing holds."""
    wrong = []
    for row in rows():
        named = re.findall(r"`(?:tests/)?([\w/]+\.py)::(\w+)`", row[-1])
        if len(row) != 4 or not all(row) or not named:
            wrong.append(f"not a whole row: {row}")
        wrong += [f"no test {name} in tests/{file}" for file, name in named if name not in functions_of(file)]
    assert wrong == []
