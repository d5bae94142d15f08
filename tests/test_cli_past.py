"""History and undo on the command line: what is printed, exit codes, and what is typed wrongly."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sandbox.people import perform
from sandbox.serve import Server
from sync.cli import run
from tests.answering import commands
from tests.test_cli import config, latest_open_shifts, root_logger_restored, server
from tests.test_cli_decisions import command

__all__ = ["command", "config", "root_logger_restored", "server"]


def test_a_run_is_shown_undone_and_held(command: Any, server: Server) -> None:
    """First how, then for good; the next reconcile writes nothing and says who took it back."""
    assert command("reconcile")[0] == 0
    code, text = command("undo", "1", "--allow", "delete:job_requests=4")
    assert (code, "cancel request" in text, "4 changes to write (4 in Wonolo)" in text) == (2, True, True)
    assert re.search(r"Nothing is written yet: shiftbridge undo 1 --yes --config \S+ carries it out\.$", text)
    code, text = command("undo", "1", "--yes")
    assert (code, "--allow delete:job_request" in text) == (7, True)
    code, text = command("undo", "1", "--yes", "--who", "Dana", "--allow", "delete:job_requests=4")
    assert (code, "4 changes written (4 in Wonolo)" in text) == (0, True)
    number = max(row.number for row in server.world.requests.since(0))
    code, text = command("reconcile", "--format", "markdown")
    assert (code, "undone by Dana on" in text, "4 wait for a yes" in text) == (3, True, True)
    assert server.world.requests.since(number, writes=True) == []
    assert "Dana: undone - " in command("decisions")[1]
    assert "(undo of run 1) [not done again]" in command("decisions")[1]


def test_what_a_report_prints_after_an_undo_is_typed_as_it_stands(
    command: Any, config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The whole commands, configuration and all: one is done again, one left out, and two still wait."""

    def printed() -> list[list[str]]:
        run(["conflicts", "--config", str(config)])
        return commands(capsys.readouterr().out)

    command("reconcile")
    command("undo", "1", "--yes", "--allow", "delete:job_requests=4")
    asked = printed()
    assert [row[0] for row in asked] == ["approve", "refuse"] * 4
    assert [run([*asked[0], "--who", "Dana"]), run([*asked[3], "--who", "Dana"])] == [0, 0]
    text = capsys.readouterr().out
    assert (text.count("yes: post a request"), text.count("no: post a request")) == (1, 1)
    assert "1 change written (1 in Wonolo)" in command("reconcile")[1]
    assert printed() == asked[4:]


def test_a_late_cancellation_names_the_way_to_say_yes(command: Any, server: Server) -> None:
    """With the key, and only for what waits."""
    assert command("reconcile")[0] == 0
    first = min(row["start_time"] for row in server.world.wheniwork.shifts.values() if row["is_open"])
    server.world.clock.advance(first - timedelta(hours=1) - server.world.clock.now())
    text = command("undo", "1", "--format", "json")[1]
    waiting = [row for row in json.loads(text[: text.rindex("}") + 1])["changes"] if row["status"] == "hold"]
    key = waiting[0]["key"][:6]
    assert f"To decide: `shiftbridge undo 1 --yes --approve {key} --config " in command("undo", "1")[1]
    code, text = command("undo", "1", "--approve", key)
    assert (code, "approved it" in text) == (2, True)
    code, text = command("undo", "1", "--approve", "zzz")
    assert (code, text) == (1, "Error: nothing waits for a yes under the key 'zzz' in the undo of run 1.")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("undo",), "Missing argument 'run'."),
        (("undo", "last"), "'last' is no run: write its number, as `shiftbridge status` shows it"),
        (("undo", "9"), "Error: there is no run 9 of test; there is none yet: `shiftbridge status` lists them."),
        (("history",), "Missing argument 'record'."),
        (("history", "shfit", "3"), "Error: 'shfit 3' names no record: write it like shift 10000, request 12,"),
        (("history", "shift", "3"), "Error: nothing is known of 'shift 3': no pull ever showed it;"),
    ],
)
def test_a_slip_is_answered_with_what_is_right(command: Any, arguments: tuple[str, ...], said: str) -> None:
    """In one line."""
    code, text = command(*arguments)
    assert (code, said in text) == (1, True), text


def test_who_deleted_this(command: Any, server: Server) -> None:
    """What the pulls noticed, and what When I Work itself tells."""
    assert command("reconcile")[0] == 0
    shift = latest_open_shifts(server.world)[-1]
    perform(server.world, "manager_edits_shift", {"shift_id": shift, "fields": {"notes": "Gate 2"}})
    assert command("reconcile")[0] == 0
    code, text = command("history", "shift", str(shift))
    assert code == 0
    assert f"somebody in When I Work: shift {shift} changed notes: " in text
    assert "Gate 2 evidence: in a listing at" in text
    assert "belongs together with request" in text
    assert "When I Work's own history" not in text
    assert "Morgan Manager in When I Work" in command("history", f"shift:{shift}", "--ask")[1]
    assert command("history", str(shift), "--format", "markdown")[1].startswith(f"# shift {shift} Times in")
    found = json.loads(command("history", "link", f"shift:{shift}", "--format", "json")[1])
    assert {row["who"] for row in found["events"]} >= {"shiftbridge in run 1", "shiftbridge in run 2"}
