"""The cycles of a pair in one process: what is read first, what waits, and what trouble does to them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sandbox.faults import Rule
from sync.clock import SystemClock
from sync.config.daemon import PollSection
from sync.daemon.cycle import Cycle
from sync.daemon.due import Due
from sync.daemon.metrics import Metrics
from sync.errors import Unauthorized, Unavailable, UnsafePlan
from sync.intake.parts import PARTS, WHOLE, Part
from sync.lease import leased
from tests.engine_world import Pair, copied, open_pair

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
PICKER = "Picker at Harbor Warehouse, Tue 03 Mar 08:00-16:00"


class Daemon:
    """The cycles of a pair, run by hand."""

    def __init__(self, pair: Pair) -> None:
        self.pair, self.metrics = pair, Metrics()
        self.metrics.begin("main")
        self.due = Due(PollSection().seconds, 1.0)
        self.event = asyncio.Event()
        self.cycle = Cycle(pair.engine, pair.config, self.due, self.metrics, self.event)

    async def run(self, *parts: Part) -> list[str]:
        """Run a cycle in which these parts are due; returns the paths it asked for."""
        number = self.pair.last_request()
        self.due.mark(*parts)
        async with leased(self.pair.engine.store, "main", "a test") as lease:
            await self.cycle.run(lease)
        received = self.pair.world.requests.since(number)
        return [row.path for row in received if not row.path.endswith(("/login", "/authenticate"))]

    def dirty(self, *records: tuple[str, int]) -> None:
        """Webhooks name these records."""
        with self.pair.engine.store.begin("main") as tx:
            tx.dirty.mark(records, SystemClock().now())  # type: ignore[arg-type]  # kinds by their names

    def waiting(self) -> list[tuple[str, int]]:
        """The records that are dirty."""
        with self.pair.engine.store.read("main") as tx:
            return [(row.kind, row.record) for row in tx.dirty.oldest(10_000)]

    def long_ago(self) -> None:
        """Let every reading have been a day ago."""
        with self.pair.engine.store.begin("main") as tx:
            for part in PARTS:
                tx.looks.looked(part, NOON)

    def shown(self, name: str) -> float:
        """The sum of a metric over all its lines."""
        lines = self.metrics.render().decode().splitlines()
        return sum(float(line.rsplit(" ", 1)[1]) for line in lines if line.startswith(f"{name}{{"))


@pytest.fixture
async def daemon(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Daemon]:
    """A pair of accounts whose engine a daemon has opened; what is asked of the database is tested elsewhere."""
    async with open_pair(copied(sqlite_template, tmp_path)) as pair:
        yield Daemon(pair)


async def test_the_first_cycle_reads_everything_before_it_plans(daemon: Daemon) -> None:
    """Else a worker who is a user already would be made one again."""
    daemon.pair.offer(1, day=1)
    before = daemon.pair.last_request()
    await daemon.run()
    asked = [(row.method, row.path) for row in daemon.pair.world.requests.since(before)]
    assert asked.index(("GET", "/2/users")) < asked.index(("POST", "/api_v2/job_requests"))
    assert daemon.pair.wonolo_side() == [f"{PICKER}: 1 open"]
    with daemon.pair.engine.store.read("main") as tx:
        assert [(run.command, run.outcome) for run in tx.runs.last(5)] == [("daemon", "done")]
        assert tx.leases.holder() is None
    assert await daemon.run() == []


async def test_a_quiet_cycle_is_no_run(daemon: Daemon) -> None:
    """A day of polls would hide the runs that did something."""
    await daemon.run()
    daemon.long_ago()
    assert sorted(await daemon.run("requests", "soon")) == ["/2/shifts", "/api_v2/job_requests", "/api_v2/jobs"]
    with daemon.pair.engine.store.read("main") as tx:
        assert tx.runs.last(5) == []


async def test_a_dirty_record_is_read_by_its_id_and_carried_over(daemon: Daemon) -> None:
    """The listings of requests are left alone, and the time from event to write is measured."""
    daemon.pair.offer(1, day=1)
    await daemon.run()
    job = daemon.pair.accept("Ada")
    daemon.dirty(("job", job))
    asked = await daemon.run()
    assert asked[:2] == [f"/api_v2/jobs/{job}", f"/api_v2/job_requests/{daemon.pair.requests()[0]}"]
    assert "/api_v2/job_requests" not in asked
    assert daemon.pair.wheniwork_side() == [f"{PICKER}: 0 open, Ada"]
    assert (daemon.waiting(), daemon.shown("shiftbridge_event_to_write_seconds_count")) == ([], 1)


async def test_dirty_records_of_a_system_that_is_down_wait_and_the_others_are_read(daemon: Daemon) -> None:
    """However many they are."""
    stack = daemon.pair.offer(1, day=1)
    await daemon.run()
    daemon.dirty(*(("job", number) for number in range(1, 61)))
    daemon.due.backoff.failed("wonolo", Unavailable("wonolo", "GET /jobs", 503, "down"), time.monotonic())
    daemon.dirty(("shift", stack))
    assert await daemon.run() == [f"/2/shifts/{stack}"]
    assert daemon.waiting() == [("job", number) for number in range(1, 61)]
    daemon.due.backoff.succeeded("wonolo")
    await daemon.run()
    assert daemon.waiting() == []


async def test_of_too_many_dirty_records_everything_is_read_instead(daemon: Daemon) -> None:
    """A thousand calls cost more than all listings."""
    await daemon.run()
    daemon.dirty(*(("shift", number) for number in range(1, 1102)))
    asked = await daemon.run()
    assert (len(asked) < 30, daemon.waiting()) == (True, [])
    assert {"/2/users", "/2/shifts", "/api_v2/job_requests"} <= set(asked)


async def test_a_service_that_is_down_stops_plans_and_is_asked_again_later(daemon: Daemon) -> None:
    """A plan of half the truth is worse than none."""
    await daemon.run()
    daemon.pair.offer(1, day=1)
    daemon.long_ago()
    daemon.pair.world.faults.add(Rule(fault="error", system="wonolo", status=503))
    daemon.pair.engine._wonolo._api._limits = type(daemon.pair.engine._wonolo._api._limits)(
        daemon.pair.engine._wonolo._api._limits.rate, attempts=1
    )
    await daemon.run("requests", "soon")
    assert daemon.pair.requests() == []
    daemon.pair.world.faults.clear()
    assert await daemon.run() == []  # it rests for half a minute
    daemon.due.backoff.succeeded("wonolo")
    await daemon.run()
    assert daemon.pair.wonolo_side() == [f"{PICKER}: 1 open"]


async def test_a_listing_that_makes_no_sense_stops_writing_to_its_system_alone(daemon: Daemon) -> None:
    """Until that listing is read again."""
    await daemon.run()
    daemon.long_ago()
    daemon.pair.world.faults.add(Rule(fault="html", path="/2/requests", status=200))
    await daemon.run("time_off")
    daemon.pair.post(1, day=1)
    daemon.long_ago()
    await daemon.run("requests")
    assert daemon.pair.shifts(held=False) == []
    assert daemon.shown("shiftbridge_writing_stopped") == 1
    [waiting] = (await daemon.pair.engine.plan()).waiting
    assert waiting.reason.startswith(
        "nothing is written there until it answers rightly again: wheniwork: GET /requests"
    )
    daemon.pair.world.faults.clear()
    daemon.due.backoff.succeeded("time_off")
    await daemon.run("time_off")
    assert len(daemon.pair.shifts(held=False)) == 1
    assert daemon.shown("shiftbridge_writing_stopped") == 0


async def test_refused_keys_stop_writing_until_they_are_taken_again(daemon: Daemon) -> None:
    """The reading is the probe."""
    await daemon.run()
    daemon.cycle._trouble.meet(Unauthorized("wonolo", "GET /jobs", 401, "no such token"))
    daemon.pair.offer(1, day=1)
    daemon.long_ago()
    await daemon.run("soon")
    assert daemon.pair.requests() == []
    daemon.due.backoff.succeeded("wonolo")
    daemon.long_ago()
    await daemon.run("requests")
    assert daemon.pair.wonolo_side() == [f"{PICKER}: 1 open"]


async def test_a_refused_plan_is_reported_once(sqlite_template: Path, tmp_path: Path) -> None:
    """Not in each cycle; once it is no longer refused, it is carried out."""
    async with open_pair(copied(sqlite_template, tmp_path), guards={"spend_per_run": 100}) as pair:
        daemon = Daemon(pair)
        pair.offer(1, day=1)
        with pytest.raises(UnsafePlan):
            await daemon.run()
        for _ in range(2):
            daemon.long_ago()
            await daemon.run("requests", "soon")
        with pair.engine.store.read("main") as tx:
            assert [run.outcome for run in tx.runs.last(9)] == ["refused"]
        pair.offer(1, day=1, start="09:00")
        daemon.long_ago()
        with pytest.raises(UnsafePlan):
            await daemon.run("requests", "soon")


async def test_far_parts_wait_where_the_budget_runs_low(daemon: Daemon) -> None:
    """Near ones and dirty records are read meanwhile."""
    stack = daemon.pair.offer(1, day=1)
    await daemon.run()
    daemon.long_ago()
    budget = daemon.pair.engine._wheniwork._api.budget
    budget._limit = 40
    for _ in range(32):
        budget.spend()
    daemon.due.mark("places", "later")
    async with leased(daemon.pair.engine.store, "main", "a test") as lease:
        number = daemon.pair.last_request()
        running = asyncio.create_task(daemon.cycle.run(lease))
        await asyncio.sleep(0.3)
        assert [row.path for row in daemon.pair.world.requests.since(number)] == ["/api_v2/info"]
        daemon.dirty(("shift", stack))
        daemon.event.set()
        await asyncio.sleep(0.3)
        assert [row.path for row in daemon.pair.world.requests.since(number)][-1] == f"/2/shifts/{stack}"
        budget._sent.clear()
        await running
    asked = {row.path for row in daemon.pair.world.requests.since(number)}
    assert asked >= {"/2/positions", "/2/locations", "/2/sites", "/2/shifts"}


async def test_a_write_without_an_answer_is_looked_for_in_a_complete_reading(daemon: Daemon) -> None:
    """Not before a listing would show it."""
    daemon.pair.offer(1, day=1)
    daemon.pair.world.faults.add(Rule(fault="lost_reply", path="/api_v2/job_requests", method="POST", times=1))
    await daemon.run()
    assert await daemon.pair.engine.unanswered() == 1
    daemon.cycle._recovered_at -= 60
    asked = await daemon.run()
    assert await daemon.pair.engine.unanswered() == 0
    assert {"/2/users", "/api_v2/job_requests"} <= set(asked)
    assert daemon.pair.wonolo_side() == daemon.pair.wheniwork_side() == [f"{PICKER}: 1 open"]


def test_the_parts_of_a_complete_pull_are_all_but_the_second_look() -> None:
    """That one reads again what listings may have hidden."""
    assert set(PARTS) - WHOLE == {"second_look"}
