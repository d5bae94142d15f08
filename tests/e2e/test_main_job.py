"""The main job as a user does it: the installed command as a process, against a sandbox in another process."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import tomlkit

SHIFTBRIDGE = Path(sys.executable).with_name("shiftbridge")
PATIENCE = 90
"""Seconds for a process to get ready, on a machine that is busy with other tests."""


@dataclass(frozen=True)
class Field:
    """A sandbox that runs, and the command line with the configuration it wrote."""

    config: Path
    url: str

    def run(self, *arguments: str) -> tuple[int, str]:
        """Exit code and standard output of one command; nothing may be on standard error."""
        command = [str(SHIFTBRIDGE), *arguments, "--config", str(self.config)]
        done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
        assert done.stderr == ""
        return done.returncode, done.stdout

    def plan(self) -> tuple[int, list[tuple[str, str]]]:
        """Exit code of a diff, and action and kind of what it would do."""
        code, printed = self.run("diff", "--format", "json")
        return code, [(change["action"], change["kind"]) for change in json.loads(printed)["changes"]]

    def act(self, name: str, **arguments: Any) -> dict[str, Any]:
        """Let a person do something, in either system."""
        answer = httpx.post(f"{self.url}/_sandbox/act", json={"name": name, **arguments}).raise_for_status()
        touched: dict[str, Any] = answer.json()
        return touched

    def state(self) -> dict[str, Any]:
        """Everything both systems hold."""
        held: dict[str, Any] = httpx.get(f"{self.url}/_sandbox/state").raise_for_status().json()
        return held

    def written(self) -> list[str]:
        """The writes both systems have received, logins apart."""
        log = httpx.get(f"{self.url}/_sandbox/requests", params={"writes": "true"}).raise_for_status().json()
        calls = [f"{row['method']} {row['path']}" for row in log["requests"]]
        return [call for call in calls if not call.endswith(("/login", "/authenticate"))]


@pytest.fixture
def field(database_url: str, tmp_path: Path) -> Iterator[Field]:
    """A fresh sandbox of six demands and a configuration for it, on either database."""
    config = tmp_path / "shiftbridge.toml"
    command = [str(SHIFTBRIDGE), "sandbox", "--port", "0", "--demands", "6", "--config", str(config)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        _wait_for(config, process)
        written = tomlkit.parse(config.read_text())
        written["database"] = {"url": database_url.replace("+psycopg", "")}
        config.write_text(tomlkit.dumps(written))
        yield Field(config, str(written["wonolo"]["base_url"]).removesuffix("/api_v2"))
    finally:
        process.send_signal(signal.SIGINT)
        _, complaints = process.communicate(timeout=PATIENCE)
        assert (process.returncode, complaints) == (0, "")


def _wait_for(config: Path, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + PATIENCE
    while not config.exists():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, "the sandbox never wrote its configuration"
        time.sleep(0.05)


def test_two_accounts_become_one_truth_and_stay_it(field: Field) -> None:
    """Plan, apply, quiet; then a worker accepts, a manager deletes, a requestor posts, each carried over once."""
    left_alone = [("none", "shift")] * 2  # the company's own people's, and drafts
    assert field.plan() == (2, [("create", "job_request")] * 6 + left_alone)
    assert field.written() == [], "a diff writes nothing"
    assert field.run("reconcile")[0] == 0
    assert field.written() == ["POST /api_v2/job_requests"] * 6
    assert field.plan() == (0, [])

    first, *_, last = field.state()["wonolo"]["job_requests"]
    field.act("worker_accepts", job_request_id=first["id"])
    field.act("requestor_cancels", job_request_id=last["id"])
    field.act("requestor_posts")
    code, changes = field.plan()
    assert code == 2
    assert sorted(changes) == [
        ("assign", "shift"),
        ("create", "shift"),
        ("create", "user"),
        ("delete", "shift"),
    ]
    assert field.run("reconcile")[0] == 0
    assert field.plan() == (0, [])
    before = field.written()
    assert field.run("reconcile")[0] == 0
    assert field.written() == before, "a quiet world is left alone"


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_every_refusal_is_one_message_and_exit_code_one(field: Field) -> None:
    """Wrong keys, and a database of a newer version: said in a sentence, without a traceback."""
    broken = field.config.with_name("broken.toml")
    broken.write_text(field.config.read_text().replace("sk_test_sandbox", "sk_test_wrong"))
    command = [str(SHIFTBRIDGE), "reconcile", "--config", str(broken)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Error: Wonolo does not accept the login")
    assert "Traceback" not in done.stderr
    assert field.written() == []
