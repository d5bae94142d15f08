"""The option that traces a command."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
import structlog

from sandbox.serve import Server
from sandbox.world import build_world
from sync.cli import run
from sync.setup import ready_configuration


@pytest.fixture
def config(tmp_path: Path) -> Iterator[Path]:
    """The configuration of a sandbox that is there."""
    world = build_world(demands=1)
    world.wheniwork.switches.rate_limit_per_minute = 0
    root = logging.getLogger()
    handlers, level, path = root.handlers[:], root.level, tmp_path / "shiftbridge.toml"
    with Server(world) as server:
        path.write_text(asyncio.run(ready_configuration(server.url, "traced")), encoding="utf-8")
        path.chmod(0o600)
        yield path
    root.handlers[:] = handlers
    root.setLevel(level)
    structlog.reset_defaults()


@pytest.mark.parametrize(
    ("command", "writes"),
    [("diff", set()), ("reconcile", {"POST /job_requests"}), ("doctor", set())],
)
def test_a_command_traces_every_request(command: str, writes: set[str], config: Path, tmp_path: Path) -> None:
    """Logins and writes too, without the secrets of the configuration."""
    trace = tmp_path / "trace.jsonl"
    run([command, "--config", str(config), "--trace", str(trace)])
    text = trace.read_text(encoding="utf-8")
    requests = {json.loads(line)["request"] for line in text.splitlines()}
    assert {"GET /info", "POST /api_v2/authenticate", "POST /login", "GET /shifts", "GET /job_requests"} <= requests
    assert {line for line in requests if not line.startswith("GET") and "/jobs" not in line} - {
        "POST /api_v2/authenticate",
        "POST /login",
    } == writes
    assert [secret for secret in ("test_sandbox", "developer-key", "manager@") if secret in text] == []


def test_a_trace_that_cannot_be_written_stops_the_command(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Before anything is asked or written."""
    assert run(["reconcile", "--config", str(config), "--trace", "/no/such/folder/trace"]) == 1
    assert "the trace cannot be written to /no/such/folder/trace: No such file or directory" in capsys.readouterr().err
