"""Several machines at one queue: a daemon that asks for work, and workers that die, freeze or lose connections."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest

from sync.mirror.leases import Holder
from sync.mirror.store import Store
from tests.e2e.processes import Daemon, Sandbox, daemon, sandbox, until, worker

pytestmark = pytest.mark.postgres

TAKEN_OVER_WITHIN = 45.0


@pytest.fixture
def backend() -> str:
    """A queue needs Postgres."""
    return "postgres"


@contextmanager
def at_work(database_url: str, folder: Path, demands: int) -> Iterator[tuple[Sandbox, list[Daemon]]]:
    """A sandbox, a daemon that only asks for work, and two workers."""
    with sandbox(folder, database_url, demands=demands) as field:
        listen = f"127.0.0.1:{field.port}"
        field.edit(daemon={"listen": listen, "workers": "queue", "poll": {"requests": 5, "soon": 5}})
        if demands > 10:  # one at a time, so that somebody is in the middle of it
            field.fault(fault="slow", method="POST", path="/api_v2/job_requests", seconds=1)
        with (
            daemon(field.config, field.port, wait=False) as asking,
            worker(field.config, "first") as first,
            worker(field.config, "second") as second,
        ):
            for one in (asking, first, second):
                until(one.is_ready, f"{one.log.stem} is ready")
            yield field, [first, second]


def holder(database_url: str) -> Holder | None:
    """Who has the lease of the one pair."""
    with psycopg.connect(database_url.replace("+psycopg", "")) as connection:
        row = connection.execute("SELECT pair FROM look LIMIT 1").fetchone()
    store = Store.unopened(database_url)
    try:
        with store.read(row[0] if row else "") as tx:
            return tx.leases.holder()
    finally:
        store.close()


def busy(database_url: str, workers: list[Daemon]) -> Daemon:
    """The worker that has the lease."""

    def found() -> Daemon | None:
        held = holder(database_url)
        who = held.who if held else ""
        return next((one for one in workers if who.startswith(f"worker, process {one.process.pid} on ")), None)

    one: Daemon = until(found, "a worker has the lease")
    return one


def in_the_middle(field: Sandbox, database_url: str, workers: list[Daemon]) -> Daemon:
    """Wait until some requests are posted, and return the worker that posts them."""
    until(lambda: field.posted() > 3, "the copy has begun")
    return busy(database_url, workers)


def accept(field: Sandbox, request: dict[str, Any]) -> None:
    """Let somebody accept, and wait until they stand on the schedule."""
    accepted = field.act("worker_accepts", job_request_id=request["id"])["job"]["worker"]["id"]
    until(lambda: accepted in field.seated(), "the worker stands on the schedule", 60)


def everything_is_there_once(field: Sandbox) -> None:
    """The copy is complete, and no request was posted twice."""
    until(lambda: field.posted() >= field.offered(), "the rest is posted")
    names = [row["request_name"] for row in field.state()["wonolo"]["job_requests"]]
    assert len(names) == len(set(names)) == field.offered()


def has_read_twice(process: Daemon) -> bool:
    """Whether a process has read its configuration anew."""
    return len(process.lines("configuration_read")) == 2


def drop_connections(database_url: str) -> None:
    """Let the database end every connection but the one that asks for it."""
    with psycopg.connect(database_url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_a_worker_who_accepts_stands_on_the_schedule(database_url: str, tmp_path: Path) -> None:
    """By webhook, over daemon, queue and a worker; also after lost connections, and after a reload in the workers."""
    with at_work(database_url, tmp_path, 6) as (field, workers):
        until(lambda: field.posted() == field.offered(), "the first copy")
        first, second, third = field.state()["wonolo"]["job_requests"][:3]
        accept(field, first)
        drop_connections(database_url)
        accept(field, second)
        field.edit(sync={"horizon_days": 13})
        for one in workers:
            one.signal(signal.SIGHUP)
            until(partial(has_read_twice, one), "it is read anew")
        accept(field, third)
        assert all(one.is_ready() for one in workers)


@pytest.mark.parametrize(
    "number", [signal.SIGTERM, signal.SIGKILL, signal.SIGSTOP], ids=["is asked to end", "dies", "freezes"]
)
def test_when_the_worker_at_work_is_gone_another_goes_on(number: int, database_url: str, tmp_path: Path) -> None:
    """Within 45 seconds, in the middle of a first copy; who was only frozen wakes up and writes nothing twice."""
    with at_work(database_url, tmp_path, 12) as (field, workers):
        gone = in_the_middle(field, database_url, workers)
        gone.signal(number)
        [other] = [one for one in workers if one is not gone]
        done = len(field.writes())
        until(lambda: len(field.writes()) > done + 2, "another goes on", TAKEN_OVER_WITHIN)
        assert busy(database_url, workers) is other
        if number == signal.SIGSTOP:
            gone.signal(signal.SIGCONT)
        else:
            assert gone.process.wait(timeout=30) == (0 if number == signal.SIGTERM else -number)
        field.clear_faults()
        everything_is_there_once(field)
        assert field.run("diff")[0] == 0
