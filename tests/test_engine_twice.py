"""Stories of what comes twice: one request posted twice, one person booked twice, two demands that share seats."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.engine_world import Pair, at, copied, open_pair, reopened

PICKER = "Picker at Harbor Warehouse, Wed 04 Mar 08:00-16:00"
TEN = "Picker at Harbor Warehouse, Wed 04 Mar 10:00-18:00"


@pytest.fixture
async def pair(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Pair]:
    """A pair of accounts in which nothing is offered yet; what is asked of the database is tested elsewhere."""
    async with open_pair(copied(sqlite_template, tmp_path)) as opened:
        yield opened


async def test_a_request_that_was_posted_twice_is_cancelled_once(pair: Pair) -> None:
    """It carries our marker, and turns up after the other one was linked."""
    pair.offer(2)
    await pair.settled()
    [ours] = pair.requests()
    name = pair.world.wonolo.job_requests.records[ours]["request_name"]
    again = pair.post(2, request_name=name)
    assert await pair.settled() == [f"{PICKER}: 2 open"]
    states = {number: row["state"] for number, row in pair.world.wonolo.job_requests.records.items()}
    assert states == {ours: "posted", again: "cancelled"}


async def test_a_second_seat_of_one_worker_goes_to_who_accepts_next(pair: Pair) -> None:
    """Until then a person is asked, and no slot is taken away."""
    stack = pair.offer(2)
    await pair.settled()
    pair.accept("Ada")
    await pair.settled()
    [held] = pair.shifts(held=True)
    user = pair.world.wheniwork.shifts[held]["user_id"]
    pair.act("manager_assigns", shift_id=stack, user_id=user)
    outcome = await pair.engine.reconcile()
    assert [(change.verdict, change.kind) for change in outcome.waiting] == [("conflict", "shift")]
    assert pair.wonolo_side() == [f"{PICKER}: 1 open, Ada"]
    pair.accept("Bruno")
    assert await pair.settled() == [f"{PICKER}: 0 open, Ada, Bruno"]


async def test_near_the_start_seats_that_move_to_another_demand_are_asked_for_once(pair: Pair) -> None:
    """The demand that they leave waits for a yes; who accepted the one that they join sits among them."""
    moved = pair.offer(1)
    pair.offer(1)
    pair.offer(1, start="10:00")
    await pair.settled()
    pair.world.advance(at(2, "02:00") - pair.world.clock.now())
    pair.accept("Ada", pair.requests()[-1])
    pair.edit(moved, start_time=at(2, "10:00"), end_time=at(2, "18:00"))
    outcome = await pair.engine.reconcile()
    assert [(change.verdict, change.kind) for change in outcome.waiting] == [("hold", "job_request")]
    assert await pair.quiet()
    assert pair.wheniwork_side() == [f"{PICKER}: 1 open", f"{TEN}: 1 open, Ada"]
    assert pair.wonolo_side() == [f"{PICKER}: 2 open", f"{TEN}: 1 open, Ada"]


async def test_open_shifts_that_nobody_offers_do_not_join(pair: Pair) -> None:
    """Not while a write of ours is settled either: they have no tag."""
    async with reopened(pair, scope={"tag": "#wonolo"}) as tagged:
        tagged.offer(2, notes="#wonolo")
        tagged.offer(3)
        await tagged.engine.reconcile()
        tagged.accept("Ada")
        await tagged.engine.reconcile()
        assert tagged.wonolo_side() == [f"{PICKER}: 1 open, Ada"]
        assert sorted(row["instances"] for row in tagged.world.wheniwork.shifts.values() if not row["user_id"]) == [
            1,
            3,
        ]
