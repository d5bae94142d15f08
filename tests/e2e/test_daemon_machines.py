"""Several daemons on one database: a hot standby without further settings. A process stands for each machine."""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from tests.e2e.processes import Daemon, Sandbox, daemon, free_port, sandbox, until
from tests.other_runs import rows

pytestmark = pytest.mark.postgres

TAKEN_OVER = 45.0
"""Seconds within which another daemon goes on: a lease lasts for 30."""

OFTEN = {"requests": 1, "soon": 1}


@pytest.fixture
def backend() -> str:
    """Machines share a Postgres; a file of SQLite is one machine's."""
    return "postgres"


@pytest.fixture
def field(database_url: str, tmp_path: Path) -> Iterator[Sandbox]:
    """A sandbox whose first copy takes a while, and that calls nobody."""
    with sandbox(tmp_path, database_url, demands=24, webhooks=False) as served:
        served.edit(daemon={"poll": OFTEN})
        yield served


def replica(field: Sandbox, name: str) -> Sandbox:
    """The same pair as another machine is configured for it: with an address of its own."""
    config = field.config.with_name(f"{name}.toml")
    config.write_text(field.config.read_text())
    other = replace(field, config=config, port=free_port())
    other.edit(daemon={"listen": f"127.0.0.1:{other.port}"})
    return other


def replicas(field: Sandbox, stack: ExitStack, count: int) -> list[Daemon]:
    """So many daemons, each on its own machine."""
    machines = [replica(field, f"machine{number}") for number in range(count)]
    started = [stack.enter_context(daemon(one.config, one.port, one.config.stem, wait=False)) for one in machines]
    for one in started:
        until(one.is_ready, "the daemon is ready")
    return started


def writer(database_url: str, running: list[Daemon]) -> Daemon:
    """The one of them that has the lease just now, waited for."""

    def found() -> Daemon | None:
        holders = [str(holder) for (holder,) in rows(database_url, "SELECT holder FROM lease")]
        return next((one for one in running for who in holders if f"process {one.process.pid} " in who), None)

    has_it: Daemon = until(found, "one of them has the lease")
    return has_it


def calls(field: Sandbox, seconds: float) -> int:
    """How many calls both services receive in so many seconds."""
    httpx.delete(f"{field.url}/_sandbox/requests").raise_for_status()
    time.sleep(seconds)
    return len(httpx.get(f"{field.url}/_sandbox/requests", timeout=30).raise_for_status().json()["requests"])


def names(field: Sandbox) -> Counter[str]:
    """How often each request was posted, by the name that carries our marker."""
    return Counter(row["request_name"] for row in field.state()["wonolo"]["job_requests"])


def test_three_daemons_call_the_services_no_more_often_than_one_may(field: Sandbox) -> None:
    """What one of them has read is not due for the others; twice as often is what one may at most."""
    with ExitStack() as stack:
        [alone] = replicas(field, stack, 1)
        until(lambda: field.posted() == field.offered(), "the first copy")
        one = calls(field, 15)
        assert alone.stop() == 0
    with ExitStack() as stack:
        running = replicas(field, stack, 3)
        until(lambda: calls(field, 2) > 0, "they poll")
        three = calls(field, 15)
        assert 0 < three < 2 * one
        assert [each.stop() for each in running] == [0, 0, 0]


def test_when_the_writing_one_is_killed_another_goes_on(field: Sandbox, database_url: str) -> None:
    """In the middle of a first copy, and nothing is written twice."""
    field.fault(fault="slow", method="POST", path="/api_v2/job_requests", seconds=0.5)
    with ExitStack() as stack:
        running = replicas(field, stack, 3)
        until(lambda: field.posted() > 3, "the copy has begun")
        killed = writer(database_url, running)
        killed.process.kill()
        killed.process.wait()
        field.clear_faults()
        done = field.posted()
        assert done < field.offered()
        until(lambda: field.posted() > done + 1, "another goes on", TAKEN_OVER)
        until(lambda: field.posted() == field.offered(), "all is posted")
        assert [one.stop() for one in running if one is not killed] == [0, 0]
    assert set(names(field).values()) == {1}
    assert field.run("diff")[0] == 0


def test_when_the_writing_one_freezes_another_goes_on_and_it_wakes_up_as_a_standby(
    field: Sandbox, database_url: str
) -> None:
    """It writes nothing of what it had in hand, and is there when it is needed again."""
    field.fault(fault="slow", method="POST", path="/api_v2/job_requests", seconds=0.5)
    with ExitStack() as stack:
        first, second = running = replicas(field, stack, 2)
        until(lambda: field.posted() > 3, "the copy has begun")
        frozen = writer(database_url, running)
        other = second if frozen is first else first
        frozen.signal(signal.SIGSTOP)
        time.sleep(1)  # what was on its way arrives
        field.clear_faults()
        done = field.posted()
        assert done < field.offered()
        until(lambda: field.posted() > done + 1, "the other one goes on", TAKEN_OVER)
        until(lambda: field.posted() == field.offered(), "all is posted")
        frozen.signal(signal.SIGCONT)
        until(lambda: frozen.lines("taken_over") or frozen.lines("lease_lost"), "it notices")
        until(frozen.is_ready, "it lives on")
        assert set(names(field).values()) == {1}
        assert other.stop() == 0
        request = field.state()["wonolo"]["job_requests"][0]["id"]
        worker = field.act("worker_accepts", job_request_id=request)["job"]["worker"]["id"]
        until(lambda: field.seated() == {worker}, "it takes its turn")
        assert frozen.stop() == 0
    assert field.run("diff")[0] == 0
    assert set(names(field).values()) == {1}


def test_a_webhook_is_served_whichever_replica_it_lands_on(field: Sandbox, database_url: str) -> None:
    """The one without the lease stores it, and whoever is next reads it."""
    field.edit(daemon={"poll": {"requests": 3600, "soon": 3600}})
    with ExitStack() as stack:
        running = replicas(field, stack, 2)
        until(lambda: field.posted() == field.offered(), "the first copy")
        requests = [row["id"] for row in field.state()["wonolo"]["job_requests"][:2]]
        pair = str(rows(database_url, "SELECT DISTINCT pair FROM run")[0][0])
        seated: set[int] = set()
        for one, request in zip(running, requests, strict=True):
            target = {"system": "wonolo", "url": f"{one.url}/webhooks/wonolo/{pair}"}
            httpx.post(f"{field.url}/_sandbox/webhooks", json=target).raise_for_status()
            job = field.act("worker_accepts", job_request_id=request)["job"]
            seated.add(job["worker"]["id"])
            until(lambda: field.seated() == seated, "the worker stands on the schedule", 60)
            assert one.metric("shiftbridge_webhooks_total", outcome="taken") >= 1
        assert [one.stop() for one in running] == [0, 0]
