"""The daemon as its users meet it: a process between two systems that goes on whatever happens to it."""

from __future__ import annotations

import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from sync.mirror.store import Store
from tests.e2e.processes import Sandbox, daemon, sandbox, until


@pytest.fixture
def field(database_url: str, tmp_path: Path) -> Iterator[Sandbox]:
    """A sandbox of six demands, its webhooks aimed at the daemon's port, on either database."""
    with sandbox(tmp_path, database_url) as served:
        yield served


@pytest.fixture
def small(sqlite_url: str, tmp_path: Path) -> Iterator[Sandbox]:
    """The same on SQLite, for what has nothing to do with databases."""
    with sandbox(tmp_path, sqlite_url) as served:
        yield served


def left_behind(database_url: str, config: Path) -> tuple[list[int], bool]:
    """The runs that are called running, and whether somebody has the lease."""
    name = next(line.split('"')[1] for line in config.read_text().splitlines() if line.startswith("name = "))
    store = Store.open(database_url)
    with store.read(name) as tx:
        found = [run.id for run in tx.runs.last(100) if run.outcome == "running"], tx.leases.holder() is not None
    store.close()
    return found


def test_a_worker_who_accepts_stands_on_the_schedule_within_seconds(field: Sandbox, database_url: str) -> None:
    """By webhook, long before a poll is due; a withdrawal too. The end is orderly."""
    field.edit(daemon={"listen": f"127.0.0.1:{field.port}", "poll": {"requests": 3600, "soon": 3600}})
    with daemon(field.config, field.port) as running:
        until(lambda: field.posted() == field.offered(), "the first copy")
        request = field.state()["wonolo"]["job_requests"][0]["id"]
        job = field.act("worker_accepts", job_request_id=request)["job"]
        until(lambda: field.seated() == {job["worker"]["id"]}, "the worker stands on the schedule", 30)
        field.act("worker_withdraws", job_id=job["id"])
        until(lambda: field.seated() == set(), "the seat is open again", 30)
        assert running.metric("shiftbridge_webhooks_total", outcome="taken") >= 2
        assert running.stop() == 0
    assert left_behind(database_url, field.config) == ([], False)


def test_without_webhooks_the_next_poll_finds_it(sqlite_url: str, tmp_path: Path) -> None:
    """They are a matter of latency alone."""
    with sandbox(tmp_path, sqlite_url, webhooks=False) as field:
        field.edit(daemon={"listen": f"127.0.0.1:{field.port}", "poll": {"requests": 1, "soon": 1}})
        with daemon(field.config, field.port):
            until(lambda: field.posted() == field.offered(), "the first copy")
            request = field.state()["wonolo"]["job_requests"][0]["id"]
            worker = field.act("worker_accepts", job_request_id=request)["job"]["worker"]["id"]
            until(lambda: field.seated() == {worker}, "the worker stands on the schedule")


def test_killed_in_the_middle_of_a_first_copy_it_goes_on_and_doubles_nothing(database_url: str, tmp_path: Path) -> None:
    """With kill -9, between two writes or in one; the one whose answer was lost is looked for."""
    with sandbox(tmp_path, database_url, demands=30) as field:
        field.fault(fault="slow", path="/api_v2/job_requests", seconds=0.05)
        with daemon(field.config, field.port) as running:
            until(lambda: len(field.writes()) > 8, "some requests are posted")
            running.process.kill()
            running.process.wait()
        field.clear_faults()
        assert 0 < field.posted() < field.offered()
        with daemon(field.config, field.port, "second") as running:
            until(lambda: field.posted() == field.offered(), "the rest is posted", 120)
            assert running.stop() == 0
        assert field.run("diff")[0] == 0
        names = [row["request_name"] for row in field.state()["wonolo"]["job_requests"]]
        assert len(names) == len(set(names)) == 30


def test_started_while_the_services_are_down_it_says_so_and_recovers(small: Sandbox) -> None:
    """It is ready for webhooks all the same."""
    small.fault(fault="error", status=503)
    with daemon(small.config, small.port) as running:
        failed = until(lambda: running.lines("pair_failed") or running.lines("not_read"), "it says so")
        assert failed[0]["kind"] == "Unavailable"
        small.clear_faults()
        until(lambda: small.posted() == small.offered(), "it recovers", 120)


def test_asked_to_end_in_the_middle_of_a_copy_it_settles_the_write_in_flight(field: Sandbox, database_url: str) -> None:
    """Nothing is left unknown, so that the next start has nothing to look for."""
    field.fault(fault="slow", path="/api_v2/job_requests", seconds=1)
    with daemon(field.config, field.port) as running:
        until(lambda: field.posted() > 0, "the copy has begun")
        began = time.monotonic()
        assert running.stop() == 0
        assert time.monotonic() - began < 30
    assert left_behind(database_url, field.config) == ([], False)
    done, offered = field.posted(), field.offered()
    field.clear_faults()
    assert 0 < done < offered
    assert field.run("reconcile")[0] == 0
    assert field.posted() == offered


def test_a_port_in_use_is_one_clear_line(small: Sandbox) -> None:
    """And exit code 1."""
    with socket.create_server(("127.0.0.1", small.port)):
        code, text = small.run("daemon")
    listen = f"127.0.0.1:{small.port}"
    expected = f"Error: daemon.listen: {listen} cannot be listened on: Address already in use"
    assert (code, text.startswith(expected), text.count("\n")) == (1, True, 1)


def test_a_bad_file_at_a_reload_keeps_the_old_configuration(small: Sandbox) -> None:
    """It says which line is wrong, and goes on; a good one is taken."""
    with daemon(small.config, small.port) as running:
        until(lambda: small.posted() == small.offered(), "the first copy")
        good = small.config.read_text()
        small.config.write_text(good.replace("horizon_days = 14", "horizon_days = 0"))
        running.signal(signal.SIGHUP)
        [refused] = until(lambda: running.lines("configuration_refused"), "it is refused")
        assert refused["problems"] == ["sync.horizon_days: must be greater than or equal to 1"]
        request = small.state()["wonolo"]["job_requests"][0]["id"]
        worker = small.act("worker_accepts", job_request_id=request)["job"]["worker"]["id"]
        until(lambda: small.seated() == {worker}, "it goes on")
        small.config.write_text(good.replace("horizon_days = 14", "horizon_days = 15"))
        running.signal(signal.SIGHUP)
        until(lambda: len(running.lines("configuration_read")) == 2, "the new one is read")
        assert running.is_ready()


def test_a_database_that_cannot_be_written_sends_webhooks_back(small: Sandbox) -> None:
    """They come again once it can; the daemon lives through it."""
    with daemon(small.config, small.port) as running:
        until(lambda: small.posted() == small.offered(), "the first copy")
        database = small.config.with_name("shiftbridge.db")
        away = database.with_name("away.db")
        moved = [(path, away.with_name(path.name.replace("shiftbridge", "away"))) for path in _files(database)]
        for path, elsewhere in moved:
            path.rename(elsewhere)
        database.mkdir()
        until(lambda: httpx.get(f"{running.url}/readyz", timeout=10).status_code in (200, 503), "it answers")
        assert httpx.get(f"{running.url}/healthz", timeout=10).status_code == 200
        database.rmdir()
        for path, elsewhere in moved:
            elsewhere.rename(path)
        request = small.state()["wonolo"]["job_requests"][0]["id"]
        worker = small.act("worker_accepts", job_request_id=request)["job"]["worker"]["id"]
        until(lambda: small.seated() == {worker}, "it goes on", 120)


def _files(database: Path) -> list[Path]:
    return [path for suffix in ("", "-wal", "-shm") if (path := database.with_name(database.name + suffix)).exists()]
