"""Stories of what comes twice: one request posted twice, one person booked twice, two demands that share seats."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from sandbox.faults import Rule
from sandbox.wheniwork.state import ACCOUNT_ID
from tests.engine_world import Pair, at, copied, open_pair, reopened

PICKER = "Picker at Harbor Warehouse, Wed 04 Mar 08:00-16:00"
TEN = "Picker at Harbor Warehouse, Wed 04 Mar 10:00-18:00"


@pytest.fixture
async def pair(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Pair]:
    """A pair of accounts in which nothing is offered yet; what is asked of the database is tested elsewhere."""
    async with open_pair(copied(sqlite_template, tmp_path)) as opened:
        yield opened


async def test_a_copy_of_a_request_of_ours_is_a_demand(pair: Pair) -> None:
    """A requestor copied it for three more people, marker and all, and somebody accepted: nobody is sent home."""
    pair.offer(2)
    await pair.settled()
    [ours] = pair.requests()
    name = pair.world.wonolo.job_requests.records[ours]["request_name"]
    pair.accept("Ada", pair.post(3, request_name=name))
    assert await pair.settled() == [f"{PICKER}: 4 open, Ada"]
    assert {row["state"] for row in pair.world.wonolo.job_requests.records.values()} == {"posted"}


async def test_a_request_that_was_sent_twice_is_a_question_when_both_turn_up(pair: Pair) -> None:
    """The first one comes after it was taken for lost; once a person says so it is cancelled."""
    pair.offer(2)
    lost = Rule(fault="lost_request", method="POST", path="/api_v2/job_requests", times=1)
    pair.world.faults.add(lost)
    for _ in range(3):
        await pair.engine.reconcile()
        pair.world.advance(timedelta(minutes=10))
    [second] = pair.requests()
    first = pair.post(2, request_name=pair.world.wonolo.job_requests.records[second]["request_name"])
    (asked,) = (await pair.engine.reconcile()).waiting
    assert (asked.verdict, asked.record) == ("conflict", str(first))
    assert await pair.engine.deciding.answer(asked, asked.options[0], "a manager", "") == "kept"
    assert await pair.settled() == [f"{PICKER}: 2 open"]
    states = {number: row["state"] for number, row in pair.world.wonolo.job_requests.records.items()}
    assert states == {first: "cancelled", second: "posted"}


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


async def test_who_accepts_while_on_a_shift_of_the_company_is_not_seated_twice(pair: Pair) -> None:
    """Ada is a user already; a manager gave her another shift of that morning. Both are named until one is gone."""
    await _known(pair, "Ada")
    user = _user_of(pair, "Ada")
    own = pair.offer(1, start="10:00", published=False)
    pair.edit(own, user_id=user, published=True)
    pair.offer(1)
    await pair.engine.reconcile()
    job = pair.accept("Ada")
    outcome = await pair.engine.reconcile()
    [blocked] = outcome.waiting
    ada = _short(pair, "Ada")
    assert blocked.reason == (
        f"{ada} is taken at that time: {TEN} (shift {own} in When I Work); take {ada} off this one, or off the other"
    )
    assert pair.wheniwork_side()[1:] == [f"{PICKER}: 1 open", f"{TEN}: 0 open, Ada"]
    pair.act("worker_withdraws", job_id=job)
    await pair.engine.reconcile()
    assert (await pair.engine.plan()).waiting == ()


async def test_who_has_time_off_is_not_seated(pair: Pair) -> None:
    """Until the time off is cancelled."""
    await _known(pair, "Ada")
    user = _user_of(pair, "Ada")
    off = {"user_id": user, "status": 2, "start_time": at(2, "00:00"), "end_time": at(2, "23:59")}
    record = pair.world.wheniwork.add("requests", {**off, "account_id": ACCOUNT_ID, "creator_id": user})
    pair.offer(1)
    await pair.settled()
    pair.accept("Ada")
    [blocked] = (await pair.engine.reconcile()).waiting
    assert "time off in When I Work, Wed 04 Mar 00:00-23:59" in blocked.reason
    record["status"] = 1
    assert f"{PICKER}: 0 open, Ada" in await pair.settled()


async def test_a_pending_swap_is_told_where_its_shift_is_written(pair: Pair) -> None:
    """Whoever reads the plan should know that the shift may change hands."""
    request = pair.post(1)
    pair.accept("Ada", request)
    await pair.settled()
    [held] = pair.shifts(held=True)
    user = pair.world.wheniwork.shifts[held]["user_id"]
    swap = {"shift_id": held, "user_id": user, "creator_id": user, "type": 2, "statuses": [], "status": 0}
    pair.world.wheniwork.add("swaps", {**swap, "account_id": ACCOUNT_ID, "location_id": 1})
    pair.act("requestor_edits", job_request_id=request, fields={"request_name": "Dock 4"})
    plan = await pair.engine.diff()
    [change] = plan.to_do
    assert change.cause.endswith("; a drop is pending on this shift")


async def _known(pair: Pair, first_name: str) -> None:
    """The worker has a seat on another day, and with it a user."""
    pair.post(1, day=5)
    pair.accept(first_name)
    await pair.settled()


def _user_of(pair: Pair, first_name: str) -> int:
    code = f"wonolo:{pair.worker(first_name)}"
    return next(int(row["id"]) for row in pair.world.wheniwork.users.values() if row["employee_code"] == code)


def _short(pair: Pair, first_name: str) -> str:
    last = pair.world.wonolo.users.records[pair.worker(first_name)]["last_name"]
    return f"{first_name} {last[0]}."


async def test_a_seat_that_is_about_to_be_given_away_is_told_of_though_nothing_else_changed(pair: Pair) -> None:
    """As is one whose holder is granted time off over it."""
    pair.offer(2)
    await pair.settled()
    pair.accept("Ada")
    pair.accept("Bruno")
    await pair.settled()
    assert (await pair.engine.reconcile()).skipped == ()
    ada, bruno = _user_of(pair, "Ada"), _user_of(pair, "Bruno")
    [shift] = [row for row in pair.shifts(held=True) if pair.world.wheniwork.shifts[row]["user_id"] == ada]
    pair.world.wheniwork.add("swaps", {"shift_id": shift, "user_id": ada, "type": 2, "status": 0})
    off = {"user_id": bruno, "status": 2, "start_time": at(2, "12:00"), "end_time": at(3, "12:00")}
    pair.world.wheniwork.add("requests", off)
    outcome = await pair.quiet()
    who = _short(pair, "Bruno")
    away = f"{who} is taken at that time: time off in When I Work, Wed 04 Mar 12:00-Thu 05 Mar 12:00"
    assert sorted(row.reason for row in outcome.skipped) == [
        f"{_short(pair, 'Ada')} may not come: a drop is pending on this shift",
        f"{away}; take {who} off this one, or end the time off",
    ]
    assert outcome.waiting == ()
