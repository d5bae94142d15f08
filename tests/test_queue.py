"""The queue that several machines share, on a real Postgres."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any

import psycopg
import pytest

from sync.daemon.queue import Queue, Sync, prepare
from sync.errors import StoreError

pytestmark = pytest.mark.postgres


@pytest.fixture
def backend() -> str:
    """A queue needs Postgres."""
    return "postgres"


@pytest.fixture
def url(database_url: str) -> str:
    """The database as psycopg wants to hear of it."""
    return database_url.replace("+psycopg", "")


def rows(url: str, statement: str) -> list[tuple[Any, ...]]:
    """What a statement returns, committed."""
    with psycopg.connect(url, autocommit=True) as connection:
        found = connection.execute(statement)
        return found.fetchall() if found.description else []


def jobs(url: str) -> list[tuple[Any, ...]]:
    """Pair and state of each job of a pair, in the order in which they came."""
    return rows(url, "SELECT lock, status::text FROM procrastinate_jobs WHERE task_name = 'sync' ORDER BY id")


@asynccontextmanager
async def working(url: str, sync: Sync) -> AsyncIterator[Queue]:
    """A process that does jobs until the block ends."""
    queue = Queue(url, sync)
    task = asyncio.create_task(queue.work(within=5))
    try:
        yield queue
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
        await queue.close()


async def until(happened: Callable[[], Any]) -> None:
    """Wait until something is true."""
    async with asyncio.timeout(30):
        while not happened():  # noqa: ASYNC110 - the database is asked
            await asyncio.sleep(0.05)


async def test_the_tables_are_made_once_by_processes_that_start_at_once(url: str) -> None:
    """None of them fails, and a later start finds them."""
    await asyncio.gather(*(prepare(url) for _ in range(4)))
    await prepare(url)
    assert rows(url, "SELECT count(*) FROM procrastinate_jobs") == [(0,)]


async def test_of_one_pair_one_job_waits_at_most(url: str) -> None:
    """Whoever asks; another pair has its own."""
    queues = [Queue(url), Queue(url)]
    asked = [await queue.defer(pair) for queue in queues for pair in ("north", "south", "north")]
    for queue in queues:
        await queue.close()
    assert asked == [True, True, False, False, False, False]
    assert jobs(url) == [("north", "todo"), ("south", "todo")]


async def test_what_is_asked_for_during_a_job_is_done_after_it_and_not_beside_it(url: str) -> None:
    """So what was marked while the job was reading is read by the next."""
    began, may_end = asyncio.Event(), asyncio.Event()
    log: list[str] = []

    async def sync(pair: str) -> None:
        log.append(f"begins {pair}")
        began.set()
        await may_end.wait()
        log.append(f"ends {pair}")

    async with working(url, sync) as queue, working(url, sync):
        await queue.defer("north")
        await began.wait()
        assert [await queue.defer("north") for _ in range(3)] == [True, False, False]
        await asyncio.sleep(2)  # longer than workers look away
        assert log == ["begins north"]
        may_end.set()
        await until(lambda: jobs(url) == [])
    assert log == ["begins north", "ends north"] * 2


async def test_the_job_of_a_dead_worker_is_failed_and_another_one_begins_anew(url: str) -> None:
    """It is never retried, also where the next one waits already; and both locks are free again."""
    queue = Queue(url)
    await queue.defer("north")
    rows(url, "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '16 s')")
    rows(url, "UPDATE procrastinate_jobs SET status = 'doing', worker_id = (SELECT id FROM procrastinate_workers)")
    await queue.defer("north")
    assert jobs(url) == [("north", "doing"), ("north", "todo")]
    assert await queue.sweep(silent_seconds=17) == []
    assert await queue.sweep() == ["north"]
    assert await queue.sweep() == []
    await queue.close()
    assert jobs(url) == [("north", "failed"), ("north", "todo")]
    done: list[str] = []

    async def sync(pair: str) -> None:
        done.append(pair)

    async with working(url, sync):
        await until(lambda: jobs(url) == [("north", "failed")])
    assert done == ["north"]


async def test_a_worker_that_was_taken_for_dead_ends_its_job_without_harm(url: str) -> None:
    """It was frozen, say: the job it still does was failed meanwhile, and it does the next ones."""
    began, may_end = asyncio.Event(), asyncio.Event()

    async def sync(_pair: str) -> None:
        began.set()
        await may_end.wait()

    async with working(url, sync) as queue:
        await queue.defer("north")
        await began.wait()
        assert await queue.sweep(silent_seconds=-60) == ["north"]
        may_end.set()
        await until(lambda: jobs(url) == [("north", "failed")])


async def test_a_worker_whose_connections_are_dropped_in_a_job_goes_on(url: str) -> None:
    """Whatever was lost, the pair's locks are free in the end."""
    began, may_end = asyncio.Event(), asyncio.Event()

    async def sync(_pair: str) -> None:
        began.set()
        await may_end.wait()

    async with working(url, sync) as queue:
        await queue.defer("north")
        await began.wait()
        drop = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        rows(url, f"{drop} AND pid <> pg_backend_pid()")
        may_end.set()
        await until(lambda: ("north", "doing") not in jobs(url))
        await queue.defer("south")
        await until(lambda: ("south", "todo") not in jobs(url))


async def test_a_worker_that_was_forgotten_registers_again(url: str) -> None:
    """One that was frozen for long: others take it out of the list of workers when they start."""
    done: list[str] = []

    async def sync(pair: str) -> None:
        done.append(pair)

    async with working(url, sync) as queue:
        await queue.defer("north")
        await until(lambda: done == ["north"])
        rows(url, "DELETE FROM procrastinate_workers")
        await queue.defer("south")
        await until(lambda: done == ["north", "south"])


async def test_a_database_that_does_not_answer_is_said_to_be_out_of_use() -> None:
    """In one sentence and in time; whoever asks again later gets through."""
    queue = Queue("postgresql+psycopg://somebody@127.0.0.1:9/none")
    with pytest.raises(StoreError, match=r"^the queue in the database cannot be used: connection failed"):
        await queue.defer("north")


async def test_what_failed_is_forgotten_after_a_day_and_jobs_of_other_programs_are_left_alone(url: str) -> None:
    """A worker sees to it by itself, every ten minutes and at its start."""
    queue = Queue(url)
    await queue.defer("old")
    await queue.defer("new")
    await queue.close()
    rows(url, "UPDATE procrastinate_jobs SET status = 'failed'")
    rows(
        url,
        "INSERT INTO procrastinate_jobs (queue_name, task_name, lock, status) VALUES ('hers', 'sync', 'x', 'doing')",
    )
    rows(url, "UPDATE procrastinate_events SET at = now() - interval '25 h' WHERE job_id = 1")

    async def sync(_pair: str) -> None:
        raise AssertionError

    async with working(url, sync) as queue:
        await until(lambda: ("old", "failed") not in jobs(url))
        assert await queue.sweep() == []
    assert jobs(url) == [("new", "failed"), ("x", "doing")]
