"""Stories of seats that an undo gives back or takes: who still comes gets one, and nobody is in two places."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from mappings.decision import YES
from sync.undo import Wanted
from tests.engine_world import Pair, at, copied, open_pair, reopened
from tests.test_engine_undo import DANA, PICKER, did, held, last_run, left, undone

LATER = "Picker at Harbor Warehouse, Wed 04 Mar 09:00-17:00"


@pytest.fixture
async def pair(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Pair]:
    """A pair of accounts in which nothing is offered yet."""
    async with open_pair(copied(sqlite_template, tmp_path)) as opened:
        yield opened


async def test_a_worker_on_the_schedule_comes_off_it_again(pair: Pair) -> None:
    """The seat is open again; the user stays, as users are never deleted from here."""
    pair.offer(2)
    await pair.settled()
    pair.accept("Ada")
    await pair.settled()
    outcome = await undone(pair)
    assert did(outcome) == [("release", "shift")]
    assert left(outcome) == ["users are never deleted from here; delete this one in When I Work if nobody needs it"]
    assert (pair.wonolo_side(), pair.wheniwork_side()) == ([f"{PICKER}: 1 open, Ada"], [f"{PICKER}: 2 open"])
    assert len(await held(pair)) == 1


async def test_shifts_of_a_request_go_and_the_request_stays(pair: Pair) -> None:
    """Held seats too; the link ends with them, so that the request is not cancelled for want of shifts."""
    pair.post(2)
    pair.accept("Ada")
    both = await pair.settled()
    outcome = await undone(pair)
    assert did(outcome) == [("delete", "shift"), ("delete", "shift")]
    assert (pair.wonolo_side(), pair.wheniwork_side()) == (both, [])
    assert len(await held(pair)) == 2


async def test_a_moved_demand_moves_back_seat_by_seat(pair: Pair) -> None:
    """The open seats and the held one, and both stay one demand with the request."""
    pair.offer(2)
    await pair.settled()
    pair.accept("Ada")
    await pair.settled()
    pair.act("requestor_edits", job_request_id=pair.requests()[0], fields={"start_time": at(2, "09:00").isoformat()})
    await pair.settled()
    assert did(await undone(pair)) == [("update", "shift")] * 2
    assert pair.wheniwork_side() == [f"{PICKER}: 1 open, Ada"]
    assert {row[:12] for row in await held(pair)} == {"hold: undone"}
    pair.act("requestor_edits", job_request_id=pair.requests()[0], fields={"start_time": at(2, "08:00").isoformat()})
    assert await pair.settled() == [f"{PICKER}: 1 open, Ada"]


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
    await pair.engine.deciding.answer(asked, "move the seat back", DANA, "")
    await pair.settled()
    [change] = (await undone(pair)).done
    assert [(row.name, row.before, row.after) for row in change.fields] == [
        ("start", "Wed 04 Mar 08:00", "Wed 04 Mar 09:00"),
        ("end", "Wed 04 Mar 16:00", "Wed 04 Mar 17:00"),
    ]


async def test_who_withdrew_and_is_elsewhere_by_now_gets_no_seat_back(pair: Pair) -> None:
    """Neither before she takes another seat nor after; both sides stay as they are."""
    pair.offer(1)
    await pair.settled()
    job = pair.accept("Ada")
    await pair.settled()
    pair.act("worker_withdraws", job_id=job)
    await pair.settled()
    run = last_run(pair)
    assert left(await undone(pair, run)) == ["Ada A. withdrew in Wonolo, so the seat stays open"]
    pair.offer(1, start="10:00")
    await pair.settled()
    pair.accept("Ada")
    both = await pair.settled()
    assert left(await undone(pair, run)) == ["Ada A. withdrew in Wonolo, so the seat stays open"]
    assert await pair.settled() == both
    assert both == [f"{PICKER}: 1 open", "Picker at Harbor Warehouse, Wed 04 Mar 10:00-18:00: 0 open, Ada"]


async def test_who_was_on_a_cancelled_request_is_not_on_the_schedule_again(pair: Pair) -> None:
    """Of its shifts only the open one comes back."""
    pair.offer(2)
    await pair.settled()
    pair.accept("Ada")
    await pair.settled()
    pair.act("requestor_cancels", job_request_id=pair.requests()[0])
    await pair.settled()
    outcome = await undone(pair)
    assert (did(outcome), left(outcome)) == (
        [("create", "shift")],
        ["Ada A. holds no seat of it in Wonolo, so the shift is not created again"],
    )
    assert pair.wheniwork_side() == [f"{PICKER}: 1 open"]


async def _sent_home(pair: Pair) -> None:
    """A manager deletes the shift of one of two, who loses the Job in Wonolo."""
    pair.offer(2)
    await pair.settled()
    pair.accept("Ada")
    await pair.settled()
    pair.act("manager_deletes_shift", shift_id=pair.shifts(held=True)[0])
    assert await pair.settled() == [f"{PICKER}: 1 open"]


async def test_a_job_is_not_given_back_to_who_is_taken_by_now(pair: Pair) -> None:
    """By a seat of another demand, which is named."""
    await _sent_home(pair)
    run = last_run(pair)
    pair.offer(1, start="10:00")
    await pair.settled()
    pair.accept("Ada")
    await pair.settled()
    request = pair.requests()[-1]
    later = "Picker at Harbor Warehouse, Wed 04 Mar 10:00-18:00"
    outcome = await undone(pair, run)
    assert (did(outcome), left(outcome)) == (
        [("update", "job_request")],
        [f"Ada A. is taken at that time: {later} (request {request} in Wonolo), so the seat stays open"],
    )
    assert pair.wonolo_side() == [
        f"{PICKER}: 2 open",
        f"{later}: 0 open, Ada",
    ]


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
    await pair.engine.deciding.answer(asked, "release Ada A. and ask for the new time anew", DANA, "")
    assert await pair.settled() == [f"{PICKER}: 1 open", f"{LATER}: 1 open"]
    return last_run(pair)
