"""Linked work is followed wherever it goes: a horizon limits what is begun, not what is kept."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.engine_world import Pair, at, copied, open_pair, reopened

NEAR = {"sync": {"horizon_days": 7}}


@pytest.fixture
async def pair(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Pair]:
    """Three demands were linked and are beyond the horizon now, as somebody made it shorter."""
    async with open_pair(copied(sqlite_template, tmp_path)) as far:
        for start in ("06:00", "08:00", "10:00"):
            far.offer(2, day=10, start=start)
        await far.settled()
        async with reopened(far, **NEAR) as near:
            await near.engine.reconcile({"scope": 1})
            yield near


def listings(pair: Pair, number: int) -> int:
    """Return the number of times shifts were requested since."""
    rows = pair.world.requests.since(number)
    return sum(row.path == "/2/shifts" for row in rows)


async def test_linked_shifts_beyond_the_horizon_are_followed(pair: Pair) -> None:
    """One is deleted, one moved by three hours, one filled: Wonolo hears of each in the next run."""
    first, second, _ = pair.shifts(held=False)
    pair.act("manager_deletes_shift", shift_id=first)
    pair.edit(second, start_time=at(10, "11:00"), end_time=at(10, "19:00"))
    pair.accept("Ada")
    assert await pair.settled() == [
        "Picker at Harbor Warehouse, Thu 12 Mar 10:00-18:00: 1 open, Ada",
        "Picker at Harbor Warehouse, Thu 12 Mar 11:00-19:00: 2 open",
    ]


async def test_they_cost_one_listing_however_many_there_are_that_day(pair: Pair) -> None:
    """And nothing where there are none."""
    number = pair.last_request()
    await pair.engine.diff()
    beyond = listings(pair, number)
    for shift in pair.shifts(held=False):
        pair.act("manager_deletes_shift", shift_id=shift)
    await pair.settled(**{"delete:job_request": 3, "empty:shift": 3})
    number = pair.last_request()
    await pair.engine.diff()
    assert listings(pair, number) == beyond - 1


async def test_a_linked_shift_that_leaves_the_window_is_followed_and_comes_back(pair: Pair) -> None:
    """Moved out of sight, moved on there, and deleted there."""
    shift = pair.offer(1, day=3)
    await pair.settled()
    for day, start in ((12, "08:00"), (15, "08:00"), (16, "07:00"), (5, "07:00"), (20, "07:00")):
        begins = at(day, start)
        pair.edit(shift, start_time=begins, end_time=begins + timedelta(hours=8))
        await pair.settled()
    pair.act("manager_deletes_shift", shift_id=shift)
    assert len(await pair.settled()) == 3


async def test_a_shift_beyond_the_horizon_that_no_link_holds_is_not_begun(pair: Pair) -> None:
    """Though it was read beside one that is followed."""
    pair.offer(3, day=10, start="08:30")
    pair.post(3, day=10, start="09:00")
    number = pair.last_request()
    await pair.engine.reconcile()
    assert pair.writes_since(number) == []
