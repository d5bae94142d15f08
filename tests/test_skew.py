"""Clocks that differ: up to two minutes nothing happens, beyond that nothing is written."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

import pytest

from sandbox.world import World
from sync.engine import open_engine
from sync.errors import ClockWrong
from tests.engine_world import Pair, copied, open_pair
from tests.other_runs import rows

PICKER = "Picker at Harbor Warehouse, Wed 04 Mar 08:00-16:00"
NAMES = {"wonolo": "Wonolo", "wheniwork": "When I Work"}
ADVICE = (
    "so nothing is written: set this machine's clock right (for a sandbox whose time was moved, set clock = "
    '"wonolo" under [sync])'
)

System = Literal["wonolo", "wheniwork"]


@pytest.fixture
async def pair(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Pair]:
    """A pair of accounts in which nothing is offered yet."""
    async with open_pair(copied(sqlite_template, tmp_path)) as opened:
        yield opened


def set_ahead(pair: Pair, system: System, seconds: float) -> None:
    """Let the clock of a service be ahead, or behind if negative."""
    service = pair.world.wonolo if system == "wonolo" else pair.world.wheniwork
    service.switches.clock_skew_seconds = seconds


@pytest.mark.parametrize("system", ["wonolo", "wheniwork"])
@pytest.mark.parametrize("seconds", [119, -119])
async def test_a_clock_that_is_two_minutes_off_is_fine(pair: Pair, system: System, seconds: int) -> None:
    """Either way, of either service."""
    set_ahead(pair, system, seconds)
    pair.offer(1)
    assert await pair.settled() == [f"{PICKER}: 1 open"]


@pytest.mark.parametrize("system", ["wonolo", "wheniwork"])
@pytest.mark.parametrize(("seconds", "words"), [(150, "2 minutes ahead of"), (-10_800, "3 hours behind")])
async def test_a_clock_that_is_further_off_stops_the_run_before_any_write(
    pair: Pair, system: System, seconds: int, words: str
) -> None:
    """It says whose clock it is, how far off, and what to do; once that is done all goes on."""
    pair.offer(1)
    set_ahead(pair, system, seconds)
    with pytest.raises(ClockWrong) as caught:
        await pair.engine.reconcile()
    said = f"the clock of {NAMES[system]} is {words} this machine's, {ADVICE}"
    assert (str(caught.value), pair.writes_since(0)) == (said, [])
    assert rows(pair.config.database.url, "SELECT outcome, error FROM run") == [("failed", said)]
    set_ahead(pair, system, 0)
    assert await pair.settled() == [f"{PICKER}: 1 open"]


async def test_a_service_whose_clock_jumps_in_the_middle_of_a_run_gets_no_further_write(pair: Pair) -> None:
    """The one that was about to be sent is unsent, and is made by the next run."""
    for hour in (8, 9, 10):
        pair.offer(1, start=f"{hour:02}:00")
    pair.wire.after_write = lambda _request: set_ahead(pair, "wonolo", 600)
    with pytest.raises(ClockWrong, match="the clock of Wonolo is 10 minutes ahead of this machine's"):
        await pair.engine.reconcile()
    assert rows(pair.config.database.url, "SELECT state FROM intent") == [("done",), ("unsent",)]
    pair.wire.after_write = None
    set_ahead(pair, "wonolo", 0)
    assert len(await pair.settled()) == 3
    assert len(pair.requests()) == 3


class Machine:
    """The clock of the machine that the engine runs on; `ahead` is how far it is off."""

    def __init__(self, world: World) -> None:
        self._world, self.ahead = world, timedelta(0)

    def now(self) -> datetime:
        """The time that it shows."""
        return self._world.clock.now() + self.ahead


@asynccontextmanager
async def on_machine(pair: Pair) -> AsyncIterator[tuple[Pair, Machine]]:
    """The pair with an engine that has a clock of its own."""
    machine = Machine(pair.world)
    async with open_engine(pair.config, transport=pair.wire, clock=machine) as engine:
        yield replace(pair, engine=engine), machine


@pytest.mark.parametrize("minutes", [-30, 30])
async def test_a_machine_whose_clock_jumps_in_the_middle_of_a_run_writes_nothing_more(pair: Pair, minutes: int) -> None:
    """The run has ended for good, its unsent intent blocks nothing, and the machine goes on when its clock is right."""
    for hour in (8, 9, 10):
        pair.offer(1, start=f"{hour:02}:00")
    async with on_machine(pair) as (here, machine):
        here.wire.after_write = lambda _request: setattr(machine, "ahead", timedelta(minutes=minutes))
        with pytest.raises(ClockWrong):
            await here.engine.reconcile()
    pair.wire.after_write = None
    assert len(pair.requests()) == 1
    assert rows(pair.config.database.url, "SELECT outcome FROM run") == [("failed",)]
    pair.world.advance(timedelta(minutes=1))
    assert len(await pair.settled()) == 3
    assert len(pair.requests()) == 3


async def test_a_shift_that_begins_between_plan_and_sending_is_not_posted(pair: Pair) -> None:
    """Nobody can be asked to come to it any more; the next plan leaves it out."""
    begins = pair.world.clock.now() + timedelta(hours=12)
    ends = begins + timedelta(hours=8)
    for skill in ("Picker", "Event Crew"):
        pair.offer(1, start_time=begins, end_time=ends, position_id=pair.position(skill))
    pair.world.advance(timedelta(hours=12) - timedelta(seconds=30))
    moved: list[tuple[str, str, str]] = []
    pair.wire.after_write = lambda _request: pair.world.advance(timedelta(seconds=45))
    async with open_engine(
        pair.config,
        transport=pair.wire,
        clock=pair.world.clock,
        written=lambda row: moved.append((row.change.action, row.outcome, row.reason)),
    ) as engine:
        outcome = await engine.reconcile()
        assert moved == [("create", "done", ""), ("create", "moved", "its start has passed meanwhile")]
        assert (len(outcome.done), outcome.failed, len(pair.requests())) == (1, (), 1)
        assert (await engine.diff()).to_do == ()
