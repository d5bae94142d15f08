"""Deciding doubtful matches on the command line: shown, asked on a terminal, by file."""

from __future__ import annotations

import csv
import os
import pty
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sandbox.people import perform
from sandbox.serve import Server
from sandbox.wheniwork.records import EMPLOYEE
from sync.cli import run
from tests.test_cli import MAIN, ROOT, config, root_logger_restored, server

__all__ = ["config", "root_logger_restored", "server"]

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def command(config: Path, capsys: Captured) -> Callable[..., tuple[int, str]]:
    """Run a command with the configuration; returns its exit code and what it printed."""

    def call(*arguments: str) -> tuple[int, str]:
        code = run([arguments[0], "--config", str(config), *arguments[1:]])
        captured = capsys.readouterr()
        return code, captured.out + captured.err

    return call


@pytest.fixture
def doubtful(server: Server, command: Any) -> list[str]:
    """Two workers took seats; each has the telephone number and nearly the name of one of the company's own people."""
    world = server.world
    assert command("reconcile")[0] == 0
    request = next(row["id"] for row in world.wonolo.job_requests.records.values() if row["slots"] > 1)
    staff = [row for row in world.wheniwork.users.values() if row["role"] == EMPLOYEE]
    for user in staff[:2]:
        job = perform(world, "worker_accepts", {"job_request_id": request})["job"]
        worker = world.wonolo.users.records[job["worker"]["id"]]
        user |= {"first_name": f"{worker['first_name']}n", "last_name": worker["last_name"]}
        user["phone_number"] = worker["phone"]
    assert command("reconcile")[0] == 3
    return sorted(row["first_name"] for row in staff[:2])


def test_matches_in_doubt_are_listed_where_nobody_can_be_asked(command: Any, doubtful: list[str]) -> None:
    """Side by side, with score and evidence, and no contact data."""
    code, text = command("match")
    assert code == 2
    assert all(f"  When I Work  {name}" in text for name in doubtful)
    assert text.count("same phone number") == 2
    assert "In doubt: 2. Nothing is made for these records until a person decides." in text
    assert "To decide, run it on a terminal, or: shiftbridge match --out FILE --config " in text
    assert "+1312" not in text
    assert "@" not in text


def test_matches_are_decided_in_a_file(command: Any, doubtful: list[str], tmp_path: Path) -> None:
    """One is the same and linked, one is somebody else and becomes a user."""
    path = tmp_path / "matches.csv"
    code, text = command("match", "--out", str(path))
    assert (code, f"Wrote {path} with 2 matches." in text) == (0, True)
    with path.open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert sorted(row["wheniwork"].split()[0] for row in rows) == doubtful
    rows[0]["decision"], rows[1]["decision"] = "same", "different"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    code, text = command("match", "--apply", str(path), "--who", "a manager", "--why", "asked both")
    assert (code, text) == (
        0,
        "Kept 2 decisions. The next reconcile heeds them.\nNo match is in doubt, as of the latest pull.\n",
    )
    code, text = command("reconcile", "--format", "markdown")
    assert (code, "recognise user" in text, "add a user" in text) == (0, True, True)
    assert "a manager said so (asked both)" in text
    said = command("decisions")[1]
    assert [line.endswith("(asked both)  [heeded, and stays in force]") for line in said.splitlines()] == [True, True]


def test_a_file_with_a_wrong_row_is_refused_as_a_whole(command: Any, doubtful: list[str], tmp_path: Path) -> None:
    """What else it says is not kept."""
    path = tmp_path / "matches.csv"
    assert command("match", "--out", str(path))[0] == 0
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    path.write_text("\n".join([lines[0], lines[1].replace(",,", ",same,"), lines[2].replace(",,", ",maybe,")]))
    code, text = command("match", "--apply", str(path))
    assert (code, f"nothing was kept, as 1 row of {path} is wrong:" in text) == (1, True)
    assert "line 3: 'maybe' is no decision" in text
    assert command("match")[1].count("When I Work") == len(doubtful)
    code, text = command("match", "--apply", str(path), "--out", str(path))
    assert (code, "one at a time" in text) == (1, True)


def test_on_a_terminal_matches_are_asked_about_one_by_one(config: Path, command: Any, doubtful: list[str]) -> None:
    """What is no answer is said to be none and asked again; what is answered is kept although the rest is left."""
    for answers, expected in (("x\ny\nq\n", 1), ("s\n", 1), ("n\n", 0)):
        controller, terminal = pty.openpty()
        os.write(controller, answers.encode())
        arguments = [*MAIN, "match", "--config", str(config), "--who", "a manager"]
        done = subprocess.run(
            arguments, stdin=terminal, capture_output=True, text=True, cwd=ROOT, timeout=60, check=False
        )
        os.close(terminal)
        os.close(controller)
        left = f"In doubt: {expected}." if expected else "No match is in doubt"
        assert ("'x' is no answer: write y, n, s or q." in done.stderr) == answers.startswith("x")
        assert (done.returncode, left in done.stdout, done.stderr.count("The same?")) == (
            2 if expected else 0,
            True,
            len(answers.split()),
        ), done
    assert len(doubtful) == 2
    assert command("reconcile")[0] == 0


def test_where_no_match_is_in_doubt(command: Any) -> None:
    """It says so."""
    assert command("match") == (0, "No match is in doubt, as of the latest pull.\n")
