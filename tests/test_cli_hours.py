"""Comparing hours on the command line: exit codes, formats, and what is typed wrongly."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sandbox.faults import Rule
from sandbox.people import perform
from sandbox.serve import Server
from sync.cli import run
from tests.test_cli import config, root_logger_restored, server

__all__ = ["config", "root_logger_restored", "server"]

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def command(config: Path, capsys: Captured) -> Any:
    """Run a command with the configuration; returns its exit code, standard output and standard error."""

    def call(*arguments: str) -> tuple[int, str, str]:
        code = run([arguments[0], "--config", str(config), *arguments[1:]])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return call


@pytest.fixture
def worked(server: Server, command: Any) -> dict[str, Any]:
    """A worker took a shift that both sides know, and worked it; no Time is entered yet. Returns the Job."""
    assert command("reconcile")[0] == 0
    state = server.world.wonolo
    open_requests = [row for row in state.job_requests.records.values() if row["state"] == "posted"]
    soonest = min(open_requests, key=lambda row: (row["start_time"], row["id"]))
    worker = next(row["id"] for row in state.users.records.values() if row["type"] == "Worker")
    job = perform(server.world, "worker_accepts", {"job_request_id": soonest["id"], "worker_id": worker})["job"]
    assert command("reconcile")[0] == 0
    over = soonest["start_time"] + timedelta(minutes=soonest["duration"] + 60)
    server.world.advance(over - server.world.clock.now())
    return dict(state.jobs.records[job["id"]])


def test_hours_that_are_not_known_are_shown_with_what_totals_leave_out(command: Any, worked: dict[str, Any]) -> None:
    """Exit code 2, in every format; nothing is written."""
    code, text, _ = command("hours")
    assert (code, " ".join(text.split()).endswith("the hours of 1 are not known and left out.")) == (2, True)
    code, page, _ = command("hours", "--format", "markdown")
    assert (code, "| By worker | Planned | Wonolo | When I Work | Difference | Left out |" in page) == (2, True)
    code, told, _ = command("hours", "--format", "json")
    (row,) = json.loads(told)["rows"]
    paid = worked["actual_duration"]
    hours = (row["wonolo"], row["wheniwork"], row["difference"])
    assert (code, row["job"], row["note"], hours) == (2, worked["id"], "no Time in When I Work yet", (paid, None, None))


def test_days_without_work_have_no_hours(command: Any) -> None:
    """Exit code 0."""
    assert command("hours", "--from", "2001-01-01", "--to", "2001-01-02")[:2] == (
        0,
        "No work was over in these days.\n",
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--from", "2026-03-10", "--to", "2026-03-01"], "--from 2026-03-10 is after --to 2026-03-01"),
        (["--from", "10 March"], "--from '10 March' is no day like 2026-03-02\n"),
    ],
)
def test_days_typed_wrongly_are_one_clear_message(command: Any, arguments: list[str], message: str) -> None:
    """Nothing is read then."""
    code, out, err = command("hours", *arguments)
    assert (code, out, message in err) == (1, "", True)


def test_a_login_that_is_not_shown_hours_is_one_clear_message(server: Server, command: Any) -> None:
    """It says whose login is needed."""
    server.world.faults.add(Rule(fault="html", method="GET", path="/2/times", status=404))
    code, out, err = command("hours")
    assert (code, out) == (1, "")
    assert "this login is not shown hours worked; use one of a supervisor" in err
