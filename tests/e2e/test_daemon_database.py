"""A database that goes away under a running daemon, and comes back: a Postgres that restarts, a disk that is full."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.processes import Daemon, Sandbox, daemon, sandbox, until
from tests.own_postgres import OwnPostgres, own_postgres

POLL = {"requests": 3600, "soon": 3600}
"""So seldom that what is found meanwhile came by webhook."""

A_MINUTE = 60.0


@pytest.fixture
def postgres() -> Iterator[OwnPostgres]:
    """A server that nobody else uses."""
    with own_postgres() as server:
        yield server


def deliveries(field: Sandbox) -> list[dict[str, Any]]:
    """The webhooks that were called, with every attempt."""
    answer = httpx.get(f"{field.url}/_sandbox/webhooks", timeout=30).raise_for_status()
    calls: list[dict[str, Any]] = answer.json()["deliveries"]
    return calls


def accept(field: Sandbox, number: int) -> int:
    """Let a worker accept one of the requests; returns the worker's id."""
    request = field.state()["wonolo"]["job_requests"][number]["id"]
    body = {"name": "worker_accepts", "job_request_id": request}
    touched = httpx.post(f"{field.url}/_sandbox/act", json=body, timeout=60).raise_for_status().json()
    return int(touched["job"]["worker"]["id"])


def let_them_come_again(field: Sandbox) -> None:
    """Let the minute pass after which services call again."""
    httpx.post(f"{field.url}/_sandbox/advance", json={"minutes": 2}, timeout=60).raise_for_status()


def status(running: Daemon, path: str) -> int:
    """The status of an answer of the daemon."""
    return httpx.get(f"{running.url}{path}", timeout=30).status_code


@pytest.mark.postgres
def test_a_postgres_that_restarts_in_the_middle_of_a_copy_costs_a_minute(postgres: OwnPostgres, tmp_path: Path) -> None:
    """Webhooks meanwhile are sent back and come again; nothing is lost and nothing is written twice."""
    with sandbox(tmp_path, postgres.url, demands=16) as field:
        field.edit(daemon={"poll": POLL})
        field.fault(fault="slow", method="POST", path="/api_v2/job_requests", seconds=0.3)
        with daemon(field.config, field.port) as running:
            until(lambda: field.posted() > 3, "the copy has begun")
            postgres.stop()
            done = field.posted()
            assert done < field.offered()
            worker = accept(field, 0)
            until(lambda: running.metric("shiftbridge_webhooks_total", outcome="not_stored"), "it is sent back")
            assert (status(running, "/readyz"), status(running, "/healthz")) == (503, 200)
            field.clear_faults()
            postgres.start()
            until(lambda: field.posted() == 16, "it recovers", A_MINUTE)
            assert status(running, "/readyz") == 200
            let_them_come_again(field)
            until(lambda: {call["outcome"] for call in deliveries(field)} == {"delivered"}, "they came again")
            until(lambda: field.seated() == {worker}, "the worker stands on the schedule")
            assert running.stop() == 0
        assert 503 in {attempt["status"] for call in deliveries(field) for attempt in call["attempts"]}
        names = [row["request_name"] for row in field.state()["wonolo"]["job_requests"]]
        assert len(names) == len(set(names)) == 16
        assert field.run("diff")[0] == 0


def test_a_full_disk_sends_webhooks_back_until_there_is_room(sqlite_url: str, tmp_path: Path) -> None:
    """One clear line for each attempt says what is wrong; nothing is lost."""
    with sandbox(tmp_path, sqlite_url) as field:
        field.edit(daemon={"poll": POLL})
        with daemon(field.config, field.port) as running:
            until(lambda: field.posted() == field.offered(), "the first copy")
            pid, before = running.process.pid, resource.prlimit(running.process.pid, resource.RLIMIT_FSIZE)
            # No file may grow beyond this: those of the database are larger, the log is not.
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (64 * 1024, before[1]))
            worker = accept(field, 0)
            until(lambda: running.metric("shiftbridge_webhooks_total", outcome="not_stored"), "it is sent back")
            assert status(running, "/healthz") == 200
            reasons = {line["reason"] for line in running.lines("webhook") if line["outcome"] == "not_stored"}
            assert all(reason.startswith(f"the database {sqlite_url} cannot be used: ") for reason in reasons)
            resource.prlimit(pid, resource.RLIMIT_FSIZE, before)
            let_them_come_again(field)
            until(lambda: field.seated() == {worker}, "it recovers")
            until(lambda: {call["outcome"] for call in deliveries(field)} == {"delivered"}, "they came again")
            assert running.stop() == 0
        assert field.run("diff")[0] == 0
