"""Stories of undos of which a part waits: what builds on it waits too; and of how their rows read."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from mappings.decision import YES
from sync.undo import Wanted
from tests.engine_world import Pair, at, copied, open_pair, reopened
from tests.test_engine_undo import DANA, PICKER, did, last_run, undone

LATER = "Picker at Harbor Warehouse, Wed 04 Mar 09:00-17:00"


@pytest.fixture
async def pair(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Pair]:
    """A pair of accounts in which nothing is offered yet."""
    async with open_pair(copied(sqlite_template, tmp_path)) as opened:
        yield opened


async def test_room_is_made_before_who_takes_it_near_the_start_too(pair: Pair) -> None:
    """More seats need no yes; taking them back does, and fewer seats wait for who leaves."""
    run = await _sent_home_late(pair)
    assert did(await undone(pair, run)) == [("update", "job_request"), ("assign", "job")]
    assert pair.wonolo_side() == [f"{PICKER}: 1 open, Ada, Bruno"]
    again = last_run(pair)
    first, fewer = (await undone(pair, again)).waiting
    assert [(row.verdict, row.action) for row in (first, fewer)] == [("hold", "release"), ("hold", "update")]
    [alone] = (await pair.engine.undo_plan(Wanted(again, DANA, (fewer.key,)))).changes[1:]
    assert (alone.verdict, alone.reason) == (
        "blocked",
        "this waits for another change of the undo: worker Ada A. -> none in Wonolo",
    )
    outcome = await pair.engine.undo(Wanted(again, DANA, (first.key, fewer.key)))
    assert did(outcome) == [("release", "job"), ("update", "job_request")]


async def test_who_takes_a_seat_waits_with_the_room_for_it(pair: Pair) -> None:
    """Where every change of the seats needs a yes; it is given in one, and both are done."""
    run = await _sent_home_late(pair)
    asks = {"locked": {"headcount": "wheniwork, ask"}}
    async with reopened(pair, ownership=asks) as asked:
        first, then = (await undone(asked, run)).waiting
        assert [(row.verdict, row.action) for row in (first, then)] == [("hold", "update"), ("blocked", "assign")]
        assert then.reason == "this waits for another change of the undo: seats 2 -> 3 in Wonolo"
        outcome = await asked.engine.undo(Wanted(run, DANA, (first.key,)))
        assert did(outcome) == [("update", "job_request"), ("assign", "job")]


async def _sent_home_late(pair: Pair) -> int:
    """A manager takes one of two workers off in the night before, with a yes; returns the run."""
    pair.offer(3)
    await pair.settled()
    pair.accept("Ada")
    pair.accept("Bruno")
    await pair.settled()
    pair.world.clock.advance(at(2, "00:00") - pair.world.clock.now())
    pair.act("manager_deletes_shift", shift_id=pair.shifts(held=True)[0])
    for row in (await pair.engine.reconcile()).waiting:
        await pair.engine.deciding.answer(row, YES, DANA, "")
    assert await pair.settled() == [f"{PICKER}: 1 open, Bruno"]
    return last_run(pair)


async def test_a_shift_waits_for_a_job_that_may_not_be_given(pair: Pair) -> None:
    """Writing to Wonolo is switched off: nobody is on the schedule alone; once it is on, the Job comes first."""
    run = await _left_for_later(pair)
    async with reopened(pair, wonolo={"write": False}) as off:
        outcome = await undone(off, run)
    assert did(outcome) == []
    assert [(row.verdict, row.action, row.kind) for row in outcome.waiting] == [
        ("blocked", "update", "job_request"),
        ("blocked", "assign", "job"),
        ("blocked", "assign", "shift"),
        ("blocked", "delete", "job_request"),
    ]
    assert did(await undone(pair, run)) == [(row.action, row.kind) for row in outcome.waiting]
    assert pair.wonolo_side() == [f"{PICKER}: 1 open, Ada"]
    assert pair.wheniwork_side() == [f"{PICKER}: 1 open", f"{LATER}: 0 open, Ada"]


async def test_what_an_undo_gave_is_taken_back_job_first(pair: Pair) -> None:
    """And both sides are one again."""
    run = await _left_for_later(pair)
    both = pair.wonolo_side()
    await undone(pair, run)
    assert did(await undone(pair)) == [
        ("release", "job"),
        ("update", "job_request"),
        ("release", "shift"),
        ("create", "job_request"),
    ]
    assert await pair.settled() == both


async def _left_for_later(pair: Pair) -> int:
    """A manager moves the shift of one of two, who is released from both systems; returns the run."""
    pair.offer(2)
    await pair.settled()
    pair.accept("Ada")
    await pair.settled()
    pair.edit(pair.shifts(held=True)[0], start_time=at(2, "09:00"), end_time=at(2, "17:00"))
    [asked] = (await pair.engine.reconcile()).waiting
    await pair.engine.deciding.answer(asked, "release-anew", DANA, "")
    assert await pair.settled() == [f"{PICKER}: 1 open", f"{LATER}: 1 open"]
    return last_run(pair)


async def test_a_moved_demand_is_headed_by_the_time_it_has_now(pair: Pair) -> None:
    """The other side has moved since the run planned it; a seat moved back by a person's choice shows its times."""
    stack = pair.offer(1)
    await pair.settled()
    pair.edit(stack, start_time=at(2, "09:00"), end_time=at(2, "17:00"))
    await pair.settled()
    [change] = (await undone(pair)).done
    assert change.subject == LATER
    assert [(row.name, row.before, row.after) for row in change.fields] == [
        ("start", "Wed 04 Mar 09:00", "Wed 04 Mar 08:00"),
        ("end", "Wed 04 Mar 17:00", "Wed 04 Mar 16:00"),
    ]


async def test_a_seat_that_was_moved_back_shows_its_times(pair: Pair) -> None:
    """The choice of a person that moved it had no words for them."""
    pair.offer(2)
    await pair.settled()
    pair.accept("Ada")
    await pair.settled()
    pair.edit(pair.shifts(held=True)[0], start_time=at(2, "09:00"), end_time=at(2, "17:00"))
    [asked] = (await pair.engine.reconcile()).waiting
    await pair.engine.deciding.answer(asked, "seat-back", DANA, "")
    await pair.settled()
    [change] = (await undone(pair)).done
    assert [(row.name, row.before, row.after) for row in change.fields] == [
        ("start", "Wed 04 Mar 08:00", "Wed 04 Mar 09:00"),
        ("end", "Wed 04 Mar 16:00", "Wed 04 Mar 17:00"),
    ]
