"""Silence is no answer: what a service did not say, or said too late, makes nothing twice and loses nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sandbox.faults import FaultName, Rule
from sync.passes import Outcome
from tests.engine_world import Pair, at, copied, open_pair

PICKER = "Picker at Harbor Warehouse, Wed 04 Mar 08:00-16:00"


@pytest.fixture
async def pair(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Pair]:
    """A pair of accounts in which nothing is offered yet; what is asked of the database is tested elsewhere."""
    async with open_pair(copied(sqlite_template, tmp_path), sync={"times_days": 14}) as opened:
        yield opened


def strike(pair: Pair, fault: FaultName, method: str, path: str = "*", **tuning: Any) -> None:
    """Let the next such request go wrong."""
    pair.world.faults.add(Rule(fault=fault, method=method, path=path, times=1, **tuning))


async def after(pair: Pair, *seconds: int) -> Outcome:
    """Reconcile again and again, so many seconds after each other; returns what the last run came to."""
    for some in seconds:
        pair.world.advance(timedelta(seconds=some))
        outcome = await pair.engine.reconcile()
    return outcome


async def test_a_request_whose_effect_comes_late_is_posted_once(pair: Pair) -> None:
    """After 37 seconds, when a run had looked for it in vain."""
    pair.offer(2)
    strike(pair, "late_effect", "POST", "/api_v2/job_requests", minutes=37 / 60)
    await pair.engine.reconcile()
    await after(pair, 31, 300)
    assert await pair.settled() == [f"{PICKER}: 2 open"]
    assert len(pair.requests()) == 1


async def test_one_empty_listing_after_a_lost_reply_proves_nothing(pair: Pair) -> None:
    """However late it comes."""
    pair.offer(2)
    strike(pair, "lost_reply", "POST", "/api_v2/job_requests")
    await pair.engine.reconcile()
    pair.world.faults.add(Rule(fault="empty_listing", method="GET", path="/api_v2/job_requests", times=2))
    await after(pair, 600)
    assert await pair.settled() == [f"{PICKER}: 2 open"]
    assert len(pair.requests()) == 1


async def test_a_copy_for_another_day_of_a_request_without_a_reply_is_a_demand(pair: Pair) -> None:
    """It is not the same one twice, though it carries the marker."""
    pair.offer(2)
    strike(pair, "lost_reply", "POST", "/api_v2/job_requests")
    await pair.engine.reconcile()
    [first] = pair.requests()
    name = pair.world.wonolo.job_requests.records[first]["request_name"]
    pair.post(1, day=3, request_name=name)
    await after(pair, 31, 600)
    assert await pair.settled() == ["Picker at Harbor Warehouse, Thu 05 Mar 08:00-16:00: 1 open", f"{PICKER}: 2 open"]
    assert len(pair.requests()) == 2


async def test_shifts_whose_effect_comes_late_are_made_once(pair: Pair) -> None:
    """The stack and the seat of who accepted; and the user is one."""
    pair.post(2)
    pair.accept("Ada")
    for path in ("/2/users", "/2/shifts", "/2/shifts"):
        strike(pair, "late_effect", "POST", path, minutes=37 / 60)
    await pair.engine.reconcile()
    await after(pair, 31, 300, 31, 300)
    assert await pair.settled() == [f"{PICKER}: 1 open, Ada"]
    assert len([row for row in pair.world.wheniwork.users.values() if row["employee_code"]]) == 1


@pytest.mark.parametrize("fault", ["late_effect", "lost_reply"])
async def test_an_assignment_whose_effect_comes_late_takes_one_seat(pair: Pair, fault: FaultName) -> None:
    """A reading that does not show it yet is no proof."""
    pair.offer(3)
    await pair.settled()
    pair.accept("Ada")
    strike(pair, fault, "PUT", "/2/shifts/*", minutes=37 / 60)
    await pair.engine.reconcile()
    await after(pair, 31, 300)
    assert await pair.settled() == [f"{PICKER}: 2 open, Ada"]
    assert len(pair.shifts(held=True)) == 1


async def test_an_update_whose_effect_comes_late_is_not_sent_again(pair: Pair) -> None:
    """Nor is the requestor's newer edit undone by it."""
    stack = pair.offer(2)
    await pair.settled()
    pair.edit(stack, instances=3)
    strike(pair, "late_effect", "PATCH", minutes=37 / 60)
    number = pair.last_request()
    await pair.engine.reconcile()
    await after(pair, 31, 300)
    assert await pair.settled() == [f"{PICKER}: 3 open"]
    assert len([row for row in pair.writes_since(number) if row.method == "PATCH"]) == 1


@pytest.mark.parametrize("fault", ["late_effect", "lost_reply"])
async def test_hours_are_entered_once_though_their_answer_was_lost(pair: Pair, fault: FaultName) -> None:
    """And though the next listing of Times is empty."""
    pair.offer(1)
    await pair.settled()
    pair.accept("Ada")
    await pair.settled()
    pair.world.advance(at(2, "17:00") - pair.world.clock.now())
    strike(pair, fault, "POST", "/2/times", minutes=37 / 60)
    strike(pair, "empty_listing", "GET", "/2/times")
    await pair.engine.reconcile()
    strike(pair, "empty_listing", "GET", "/2/times")
    await after(pair, 31, 300, 300)
    assert len([row for row in pair.world.wheniwork.table("times").values() if "[sb:" in (row["notes"] or "")]) == 1
    assert (await pair.quiet()).waiting == ()


async def two_typed_by_hand(pair: Pair) -> list[str]:
    """Twelve seats that both sides know already, of which nothing is linked; returns what they show."""
    for hour in range(6, 18, 2):
        pair.offer(2, start=f"{hour:02}:00")
        pair.post(2, start=f"{hour:02}:00")
    return pair.wonolo_side()


@pytest.mark.parametrize("path", ["/api_v2/job_requests", "/2/shifts"])
@pytest.mark.parametrize("fault", ["empty_listing", "truncated_listing"])
async def test_a_first_listing_that_came_back_short_makes_nothing_twice(
    pair: Pair, fault: FaultName, path: str
) -> None:
    """Existing records are read when something is to be made in their place."""
    before = await two_typed_by_hand(pair)
    strike(pair, fault, "GET", path)
    number = pair.last_request()
    outcome = await pair.engine.reconcile()
    assert ([row for row in pair.writes_since(number) if row.method == "POST"], outcome.waiting) == ([], ())
    assert await pair.settled() == before == pair.wheniwork_side()


async def test_a_user_that_a_listing_lacked_is_not_made_again(pair: Pair) -> None:
    """Ada is there already, under her employee code."""
    pair.post(1)
    pair.accept("Ada")
    pair.world.wheniwork.add("users", {"first_name": "Ada", "employee_code": f"wonolo:{pair.worker('Ada')}"})
    strike(pair, "empty_listing", "GET", "/2/users")
    assert await pair.settled() == [f"{PICKER}: 0 open, Ada"]
    assert len([row for row in pair.world.wheniwork.users.values() if row["employee_code"]]) == 1


@pytest.mark.parametrize("fault", ["empty_listing", "truncated_listing"])
async def test_an_acceptance_that_one_listing_of_jobs_lacked_is_found_by_the_next(pair: Pair, fault: FaultName) -> None:
    """Though runs are an hour apart, and somebody else's acceptance was on it."""
    pair.offer(3)
    await pair.settled()
    for name in ("Ada", "Bruno"):
        pair.world.advance(timedelta(minutes=1))
        pair.accept(name)
    pair.world.advance(timedelta(hours=1))
    strike(pair, fault, "GET", "/api_v2/jobs")
    await pair.engine.reconcile()
    pair.world.advance(timedelta(hours=1))
    assert await pair.settled() == [f"{PICKER}: 1 open, Ada, Bruno"]


async def test_a_page_that_was_cut_is_not_the_last(pair: Pair) -> None:
    """The pages after it are read."""
    for number in range(60):
        pair.post(1, day=1 + number // 12, start=f"{6 + number % 12:02}:00")
    strike(pair, "truncated_listing", "GET", "/api_v2/job_requests")
    pulled = await pair.engine.pull()
    assert pulled.counts["job_request"] == 35
