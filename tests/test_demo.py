"""The demo tells its story to the end, and notices when the end is not a happy one."""

from __future__ import annotations

import asyncio
import io
import re
import time
from pathlib import Path

import pytest
from rich.console import Console

from sandbox.people import perform
from sandbox.serve import Server
from sandbox.world import build_world
from sync.cli import run
from sync.config import load
from sync.demo import play
from sync.demo.compare import compare
from sync.setup import ready_configuration


def screen() -> Console:
    """A pipe of 100 columns."""
    return Console(file=io.StringIO(), width=100)


def shown(console: Console) -> str:
    """What was printed on it."""
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


@pytest.mark.parametrize("seed", [1, 2])
def test_the_story_ends_with_both_systems_equal(seed: int) -> None:
    """Within a minute, chapter by chapter; whoever accepted and did not withdraw is on both sides."""
    console, began = screen(), time.monotonic()
    assert play(console, seed)
    assert time.monotonic() - began < 60
    text = shown(console)
    assert re.findall(r"^(\S.*?) ==+$", text, re.MULTILINE) == [
        "Two accounts",
        "The plan is carried out",
        "Once more",
        "Workers accept",
        "A manager moves the time",
        "A worker withdraws",
        "Another worker accepts",
        "A manager deletes an open shift",
        "A requestor posts in Wonolo",
        "One seat moves alone",
        "A person decides",
        "Tonight",
        "Somebody takes it",
        "Tonight is called off",
        "A person decides",
        "The end",
        "And from now on by itself",
    ]
    for deed in ("post a request", "add a user", "fill shift", "change request", "reopen shift", "cancel request"):
        assert deed in text
    assert "\nBoth systems are equal.\n" in text
    filled = r"\n[\w-]+ \w\. accepted request \d+, and was on the schedule \d+\.\d seconds later\.\n"
    assert re.search(filled + r"\Z", text)


def test_the_command_ends_with_the_storys_exit_code(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing goes to standard error."""
    assert run(["demo"]) == 0
    captured = capsys.readouterr()
    assert (captured.out.endswith("seconds later.\n"), captured.err) == (True, "")


def test_two_sides_that_differ_are_shown_and_told(tmp_path: Path) -> None:
    """A demand that one side does not know is a difference; without it there is none."""
    world = build_world(demands=1)
    with Server(world) as server:
        path = tmp_path / "shiftbridge.toml"
        path.write_text(asyncio.run(ready_configuration(server.url, "test")))
    config, console = load(path, {}), screen()
    assert not compare(console, world, config.rules)
    assert re.search(r"Downtown +- +\d open +x\n", shown(console))
    perform(world, "manager_deletes_shift", {})
    assert compare(screen(), world, config.rules)
