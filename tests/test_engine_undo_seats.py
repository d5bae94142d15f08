"""Stories of seats that an undo gives back or takes: who still comes gets one, and nobody is in two places."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox.wheniwork.state import ACCOUNT_ID
from tests.engine_world import Pair, at, copied, open_pair
from tests.test_engine_undo import PICKER, did, held, last_run, left, undone


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


async def test_who_has_time_off_by_now_gets_no_seat_back(pair: Pair) -> None:
    """The undo of an undo: the Job is still there, but a manager has granted the day off."""
    pair.offer(1)
    await pair.settled()
    pair.accept("Ada")
    await pair.settled()
    await undone(pair)
    user = pair.staff("Ada")
    off = {"user_id": user, "status": 2, "start_time": at(2, "00:00"), "end_time": at(2, "23:59")}
    pair.world.wheniwork.add("requests", {**off, "account_id": ACCOUNT_ID, "creator_id": user})
    assert left(await undone(pair)) == [
        "Ada A. is taken at that time: time off in When I Work, Wed 04 Mar 00:00-23:59, so the seat stays open"
    ]
    assert pair.wheniwork_side() == [f"{PICKER}: 1 open"]


async def test_a_later_run_that_is_undone_already_need_not_be_undone_first(pair: Pair) -> None:
    """The shift it deleted is another one now."""
    pair.offer(2)
    await pair.settled()
    job = pair.accept("Ada")
    await pair.settled()
    pair.act("worker_withdraws", job_id=job)
    await pair.settled()
    run = last_run(pair)
    pair.act("requestor_cancels", job_request_id=pair.requests()[0])
    await pair.settled()
    later = last_run(pair)
    deleted = f"it was deleted since: by shiftbridge in run {later}"
    assert left(await undone(pair, run)) == [f"{deleted}; undo run {later} first"]
    await undone(pair, later)
    assert left(await undone(pair, run)) == [deleted]


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
