"""A machine whose clock somebody sets back under a running daemon."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.processes import daemon, sandbox, until
from tests.jumping_clock import jumping_clock

HOUR = 3600


def test_a_clock_that_is_set_back_an_hour_stops_no_poll(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What happens in Wonolo is found without webhooks, though no timer would fire for an hour; the jump is counted."""
    with sandbox(tmp_path, sqlite_url, webhooks=False) as field:
        field.edit(daemon={"listen": f"127.0.0.1:{field.port}", "poll": {"requests": 1, "soon": 1}})
        clock = jumping_clock(tmp_path)
        for name, value in clock.environ.items():
            monkeypatch.setenv(name, value)
        with daemon(field.config, field.port) as running:
            until(lambda: field.posted() == field.offered(), "the first copy")
            clock.jump_to(-HOUR)
            until(lambda: running.metric("shiftbridge_clock_jumps_total") == 1, "it notices")
            [line] = running.lines("clock_jumped")
            assert -HOUR - 5 < line["seconds"] < -HOUR + 5
            workers: set[int] = set()
            for number in range(2):
                request = field.state()["wonolo"]["job_requests"][number]["id"]
                workers.add(field.act("worker_accepts", job_request_id=request)["job"]["worker"]["id"])
                until(lambda: field.seated() == workers, "the worker stands on the schedule")
            for name in clock.environ:
                monkeypatch.delenv(name)
            assert running.stop() == 0
