"""Deciding on the command line: what waits, a yes, a no, a choice, a saved plan, and what is typed wrongly."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sandbox.people import perform
from sandbox.serve import Server
from sync.cli import run
from tests.test_cli import config, edited, latest_open_shifts, root_logger_restored, server

__all__ = ["config", "root_logger_restored", "server"]

Captured = pytest.CaptureFixture[str]
Command = Callable[..., tuple[int, str]]


@pytest.fixture
def command(config: Path, capsys: Captured) -> Command:
    """Run a command with the configuration; returns its exit code and what it printed."""

    def call(*arguments: str) -> tuple[int, str]:
        code = run([arguments[0], "--config", str(config), *arguments[1:]])
        captured = capsys.readouterr()
        return code, " ".join((captured.out + captured.err).split())

    return call


@pytest.fixture
def waiting(server: Server, command: Command) -> dict[str, Any]:
    """A conflict: a demand that was deleted in When I Work and edited in Wonolo."""
    assert command("reconcile")[0] == 0
    gone = server.world.wheniwork.shifts[latest_open_shifts(server.world)[-1]]
    request = next(
        row
        for row in server.world.wonolo.job_requests.records.values()
        if (row["start_time"], row["slots"]) == (gone["start_time"], gone["instances"])
    )
    perform(server.world, "manager_deletes_shift", {"shift_id": gone["id"]})
    perform(server.world, "requestor_edits", {"job_request_id": request["id"], "fields": {"slots": 9}})
    assert command("reconcile", "--format", "json")[0] == 3
    (row,) = json.loads(command("conflicts", "--format", "json")[1])["changes"]
    return dict(row)


def test_a_conflict_is_shown_resolved_and_kept(command: Command, waiting: dict[str, Any]) -> None:
    """By the number of a choice; the decisions say what became of it."""
    key = waiting["key"][:6]
    code, text = command("conflicts")
    assert (code, "1 conflict." in text) == (2, True)
    assert f"To decide: `shiftbridge resolve {key} 1 --config " in text
    assert "(create it in When I Work again)" in text
    code, text = command("resolve", key, "1", "--who", "a manager", "--why", "not needed")
    said = f"delete it in Wonolo too: the request ({waiting['subject']}). The next reconcile heeds it."
    assert (code, text) == (0, said)
    assert command("reconcile")[0] == 0
    assert command("conflicts") == (0, "Nothing waits for a person.")
    (line,) = command("decisions")[1].splitlines()
    assert "a manager: delete it in Wonolo too" in line
    assert line.endswith("(not needed) [carried out by run 3]")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("approve", "ffffff"), "nothing has the key 'ffffff' now: `conflicts` shows what waits, `diff` looks anew"),
        (("approve", ""), "nothing has the key ''"),
        (("approve", "KEY"), "is a conflict: resolve it with one of its choices"),
        (("resolve", "KEY", "3"), "'3' is no choice of KEY: 1 delete it in Wonolo too; 2 create it in When I Work"),
        (("resolve", "KEY", "yes"), "is a conflict: resolve it with one of its choices"),
    ],
)
def test_a_wrong_answer_is_said_to_be_wrong_and_not_kept(
    arguments: tuple[str, ...], said: str, command: Command, waiting: dict[str, Any]
) -> None:
    """Nothing is decided by a slip of the finger."""
    key = waiting["key"][:6]
    code, text = command(*(word.replace("KEY", key) for word in arguments))
    assert (code, said.replace("KEY", key) in text) == (1, True), text
    assert command("decisions")[1] == "Nobody has decided anything yet."


def test_every_wrong_key_is_named_at_once(command: Command, waiting: dict[str, Any]) -> None:
    """And the right one beside them is not kept either."""
    text = command("refuse", "aaaaaa", "bbbbbb")[1]
    assert ("'aaaaaa'" in text, "'bbbbbb'" in text) == (True, True)
    assert waiting["status"] == "conflict"


def test_a_held_change_is_approved_or_refused(server: Server, config: Path, command: Command) -> None:
    """Inside the cutoff; a refused one is left out."""
    edited(config, r"cutoff_hours = .*", "cutoff_hours = 1000")
    assert command("reconcile")[0] == 0
    first, second = latest_open_shifts(server.world)[-2:]
    for shift in (first, second):
        end = server.world.wheniwork.shifts[shift]["end_time"] + timedelta(hours=1)
        perform(server.world, "manager_edits_shift", {"shift_id": shift, "fields": {"end_time": end}})
    assert command("reconcile")[0] == 3
    rows = json.loads(command("conflicts", "--format", "json")[1])["changes"]
    assert command("approve", rows[0]["key"])[0] == 0
    assert command("refuse", rows[1]["key"][:8], "--who", "a manager")[0] == 0
    code, text = command("reconcile")
    assert (code, "1 change written" in text, "refused: a manager decided so on" in text) == (0, True, True)


def test_a_no_that_is_taken_back_keeps_who_said_yes_and_why(command: Command) -> None:
    """Both answers stay in the list; a yes that nothing waits for is not kept, and the same answer only once."""
    key, other = (row["key"][:6] for row in json.loads(command("diff", "--format", "json")[1])["changes"][:2])
    said = command("approve", other)[1]
    assert said.endswith("It waits for no yes, so nothing was kept.")
    command("refuse", key, "--who", "Dana", "--why", "not yet")
    said = command("refuse", key, "--who", "Dana")[1]
    assert said.endswith("You decided so already; nothing new was kept.")
    said = command("approve", key, "--who", "Eve", "--why", "agreed by telephone")[1]
    assert said.startswith("yes: post a request (")
    assert said.endswith("The earlier answer is taken back, and the next reconcile heeds it.")
    text = command("decisions")[1]
    assert text.count(" UTC ") == 2
    assert "Eve: yes - post a request (" in text
    assert "(agreed by telephone) [waits for a reconcile]" in text
    assert text.endswith("(not yet) [replaced by a later one]")
    assert "4 changes written" in command("reconcile")[1]


def test_a_saved_plan_is_carried_out_and_no_more(command: Command, tmp_path: Path) -> None:
    """A second time nothing of it holds any more."""
    path = tmp_path / "plan.json"
    code, text = command("diff", "--out", str(path))
    assert (code, f"Saved: shiftbridge reconcile --plan {path}" in text) == (2, True)
    assert "4 changes written" in command("reconcile", "--plan", str(path))[1]
    code, text = command("reconcile", "--plan", str(path))
    assert (code, text.count("carried out already, by run 2.")) == (7, 4)
    assert text.startswith("Error: nothing was written; the approved plan does not hold any more: - post a request (")
    assert text.endswith("What to do: look at a new diff.")
    assert "reconcile refused" in command("status")[1]


def test_a_plan_is_approved_by_its_checksum(command: Command) -> None:
    """Another checksum is another plan."""
    checksum = json.loads(command("diff", "--format", "json")[1])["checksum"]
    code, said = command("reconcile", "--approve", "0123456789abcdef")
    assert (code, f"its checksum is {checksum} now, not 0123456789abcdef" in said) == (7, True)
    assert "4 changes written" in command("reconcile", "--approve", checksum)[1]


def edit(path: Path, old: str, new: str) -> None:
    """Change a saved plan by hand."""
    path.write_text(path.read_text().replace(old, new, 1))


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("{", "no json", "is no plan that `diff --out` saved"),
        ('"facts"', '"fact"', "is no plan that `diff --out` saved"),
        ('"command": "diff"', '"command": "reconcile"', "holds a reconcile of version 1, not a diff of version 1"),
        (
            '"keys": 2',
            '"keys": 1',
            "saved by another version of shiftbridge (keys of version 1, and this one has version 2)",
        ),
        ('"pair": "test"', '"pair": "another"', "is a plan for the pair 'another', not for 'test'"),
        ('"status": "to_do"', '"status": "skip"', "was edited after it was saved"),
        ('"slots": ', '"slots": 9', "was edited after it was saved; run diff --out again, and `refuse` what is not"),
        (
            '"after": "',
            '"after": "9',
            "was edited after it was saved; run diff --out again, and `refuse` what is not",
        ),
    ],
)
def test_a_plan_that_is_none_is_refused(old: str, new: str, said: str, command: Command, tmp_path: Path) -> None:
    """Whatever is wrong with it, in one sentence."""
    path = tmp_path / "plan.json"
    command("diff", "--out", str(path))
    edit(path, old, new)
    code, text = command("reconcile", "--plan", str(path))
    assert (code, said in text) == (1, True), text


def test_files_that_cannot_be_used_are_named(command: Command, tmp_path: Path) -> None:
    """For reading and for writing; and one plan at a time."""
    missing = str(tmp_path / "no" / "plan.json")
    assert f"--plan {missing} cannot be read: No such file or directory" in command("reconcile", "--plan", missing)[1]
    assert f"--out {missing} cannot be written: No such file or directory" in command("diff", "--out", missing)[1]
    assert "use --plan or --approve, not both" in command("reconcile", "--plan", "a", "--approve", "b")[1]
