"""Answers that no longer fit: what a person said yes to is done once, as it was, or asked about again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from mappings.decision import NO, YES
from sandbox.faults import Rule
from tests.engine_world import Pair, at, copied, open_pair
from tests.test_engine_decisions import decide, fates, waiting


@pytest.fixture
async def pair(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Pair]:
    """Two accounts and the engine between them."""
    async with open_pair(copied(sqlite_template, tmp_path)) as opened:
        yield opened


async def opened_by_a_manager(pair: Pair) -> tuple[int, int]:
    """Eight hours before the start a manager opens Ada's seat; returns her shift and her user."""
    pair.offer(2)
    await pair.settled()
    pair.accept("Ada")
    await pair.settled()
    pair.world.advance(at(2, "00:00") - pair.world.clock.now())
    [shift] = pair.shifts(held=True)
    user = int(pair.world.wheniwork.shifts[shift]["user_id"])
    pair.edit(shift, user_id=0)
    return shift, user


def states(pair: Pair) -> list[str]:
    """The states of all Jobs."""
    return [row["state"] for row in pair.world.wonolo.jobs.records.values()]


async def test_a_yes_to_what_was_taken_back_meanwhile_is_no_yes_to_the_next(pair: Pair) -> None:
    """The manager gives the seat back before the run, and opens it again two hours later: it is asked about again."""
    shift, user = await opened_by_a_manager(pair)
    await decide(pair, await waiting(pair), YES)
    pair.edit(shift, user_id=user)
    await pair.quiet()
    assert await fates(pair) == [("yes", "void", None)]
    pair.world.advance(at(2, "02:00") - pair.world.clock.now())
    pair.edit(shift, user_id=0)
    assert (await waiting(pair)).verdict == "hold"
    assert states(pair) == ["filled"]


async def test_a_yes_from_before_the_start_sends_nobody_home_who_is_at_work(pair: Pair) -> None:
    """By the time of the run she has begun: that is something else to say yes to."""
    await opened_by_a_manager(pair)
    await decide(pair, await waiting(pair), YES)
    pair.world.advance(at(2, "10:00") - pair.world.clock.now())
    asked = await waiting(pair)
    assert (asked.verdict, asked.reason) == (
        "hold",
        "now that work has begun a cancellation costs half the pay ($80.00)",
    )
    assert (states(pair), await fates(pair)) == (["in_progress"], [("yes", "void", None)])


async def test_a_job_that_is_over_is_never_cancelled(pair: Pair) -> None:
    """A manager tidies the schedule after the shift."""
    pair.offer(1)
    await pair.settled()
    pair.accept("Ada")
    await pair.settled()
    pair.world.advance(at(2, "17:00") - pair.world.clock.now())
    await pair.engine.reconcile()
    [shift] = pair.shifts(held=True)
    pair.edit(shift, user_id=0)
    outcome = await pair.engine.reconcile()
    assert [(row.verdict, row.reason) for row in (*outcome.waiting, *outcome.skipped)] == [
        ("skip", "Ada A. has done the work, so the Job stays")
    ]
    assert states(pair) == ["completed"]


async def test_a_job_in_a_state_that_nobody_knows_is_no_withdrawal(pair: Pair) -> None:
    """Her shift stays hers, and the report says why nothing is done."""
    pair.offer(1)
    await pair.settled()
    job = pair.accept("Ada")
    await pair.settled()
    pair.world.wonolo.jobs.records[job].update(state="on_hold", updated_at=pair.world.clock.now())
    outcome = await pair.quiet()
    (row,) = outcome.waiting
    why = f"its Job {job} has the state 'on_hold', of which is not known whether somebody comes"
    assert (row.verdict, row.reason.partition("; on it: ")[0]) == ("blocked", why)
    assert len(pair.shifts(held=True)) == 1


async def test_a_stack_that_was_deleted_and_made_again_stays_the_same_demand(pair: Pair) -> None:
    """So near the start a second request would be posted while the first waits for its cancellation."""
    stack = pair.offer(2, notes="")
    await pair.settled()
    pair.world.advance(at(2, "00:00") - pair.world.clock.now())
    pair.act("manager_deletes_shift", shift_id=stack)
    pair.offer(2, notes="")
    number = pair.last_request()
    assert await pair.settled() == ["Picker at Harbor Warehouse, Wed 04 Mar 08:00-16:00: 2 open"]
    assert pair.writes_since(number) == []


async def test_a_shift_that_moves_into_tonight_waits_for_a_yes(pair: Pair) -> None:
    """Whoever accepted it for Thursday is not sent to work in two hours unasked."""
    stack = pair.offer(1, day=3)
    await pair.settled()
    pair.world.advance(at(2, "08:00") - pair.world.clock.now())
    pair.edit(stack, start_time=at(2, "10:00"), end_time=at(2, "18:00"))
    asked = await waiting(pair)
    assert (asked.verdict, asked.reason) == ("hold", "the start is too near to change this without a yes")


async def test_a_shift_that_moves_into_the_past_is_a_conflict(pair: Pair) -> None:
    """Nobody can go to work this morning any more."""
    stack = pair.offer(1, day=3)
    await pair.settled()
    pair.world.advance(at(2, "12:00") - pair.world.clock.now())
    pair.edit(stack, start_time=at(2, "06:00"), end_time=at(2, "14:00"))
    assert (await waiting(pair)).verdict == "conflict"


async def test_a_yes_to_a_write_that_got_lost_still_counts(pair: Pair) -> None:
    """Nothing happened, so nothing is asked about twice, and nothing was spent."""
    stack = pair.offer(2)
    await pair.settled()
    pair.world.advance(at(2, "00:00") - pair.world.clock.now())
    pair.edit(stack, end_time=at(2, "17:00"))
    await decide(pair, await waiting(pair), YES)
    pair.world.faults.add(Rule(fault="lost_request", method="PATCH", path="/api_v2/job_requests/*", times=1))
    await pair.engine.reconcile()
    assert [fate[:2] for fate in await fates(pair)] == [("yes", "used")]
    pair.world.advance(timedelta(minutes=6))
    await pair.engine.reconcile()
    assert await pair.settled() == ["Picker at Harbor Warehouse, Wed 04 Mar 08:00-17:00: 2 open"]
    assert [fate[:2] for fate in await fates(pair)] == [("yes", "used")]


async def a_seat_less(pair: Pair) -> int:
    """Eight hours before the start a manager deletes Ada's shift; returns her Job."""
    pair.offer(2)
    await pair.settled()
    job = pair.accept("Ada")
    await pair.settled()
    pair.world.advance(at(2, "00:00") - pair.world.clock.now())
    pair.act("manager_deletes_shift", shift_id=pair.shifts(held=True)[0])
    return job


async def test_one_yes_takes_a_worker_off_and_the_seat_along(pair: Pair) -> None:
    """Alone, Wonolo would offer the seat to others; and it cannot have fewer seats than people on them."""
    await a_seat_less(pair)
    hold, seat = sorted((await pair.engine.reconcile()).waiting, key=lambda row: row.verdict, reverse=True)
    assert (hold.verdict, hold.kind) == ("hold", "job")
    assert (seat.verdict, seat.kind, seat.reason) == (
        "blocked",
        "job_request",
        "goes with taking Ada A. off: what is decided of that counts",
    )
    await decide(pair, hold, YES)
    assert await pair.settled() == ["Picker at Harbor Warehouse, Wed 04 Mar 08:00-16:00: 1 open"]
    assert states(pair) == ["cancelled"]


async def test_one_no_keeps_the_worker_and_the_seat(pair: Pair) -> None:
    """Nothing is asked about the seat by itself."""
    await a_seat_less(pair)
    hold = next(row for row in (await pair.engine.reconcile()).waiting if row.verdict == "hold")
    await decide(pair, hold, NO)
    outcome = await pair.quiet()
    assert (outcome.waiting, outcome.skipped[-1].reason) == ((), "Ada A. stays, and so does the seat")
    assert states(pair) == ["filled"]
