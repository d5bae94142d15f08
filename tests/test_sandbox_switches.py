"""Every switch and every fault of the sandbox is thrown by a test of what it does."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

import pytest

from sandbox.faults import FaultName
from sandbox.wheniwork.switches import Switches as WhenIWorkSwitches
from sandbox.wonolo.switches import Switches as WonoloSwitches

HERE = Path(__file__).parent
SWITCHES = {"wonolo": WonoloSwitches, "wheniwork": WhenIWorkSwitches}


def _thrown(tree: ast.AST) -> Iterator[tuple[str, ast.expr]]:
    """Names and values in `switches.name = value`, `switch(name=value)` and `{"name": value}`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Attribute):
            yield node.targets[0].attr, node.value
        elif isinstance(node, ast.Call):
            yield from ((word.arg, word.value) for word in node.keywords if word.arg)
        elif isinstance(node, ast.Dict):
            pairs = zip(node.keys, node.values, strict=True)
            yield from ((str(name.value), value) for name, value in pairs if isinstance(name, ast.Constant))


def _differs(value: ast.expr, default: Any) -> bool:
    """Whether a value is not the default; one that a parameter of the test holds has others too."""
    return not isinstance(value, ast.Constant) or value.value != default


@pytest.mark.parametrize("system", SWITCHES)
def test_each_switch_is_set_to_something_else_by_a_test(system: str) -> None:
    """In the tests of its service; one that no test throws might as well not be there."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in sorted(HERE.glob(f"test_sandbox_{system}*.py"))]
    defaults: dict[str, Any] = {switch.name: switch.default for switch in fields(SWITCHES[system])}
    thrown = {
        name for tree in trees for name, value in _thrown(tree) if name in defaults and _differs(value, defaults[name])
    }
    assert set(defaults) - thrown == set()


def test_each_fault_is_set_by_a_test() -> None:
    """By name, in the tests of faults or of webhooks."""
    texts = {
        node.value
        for path in (*HERE.glob("test_sandbox_faults*.py"), HERE / "test_sandbox_webhook_faults.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant)
    }
    faults = {name for kind in get_args(FaultName) for name in (get_args(kind) or (kind,))}
    assert faults - texts == set()
