"""Stories of what is there twice although it was asked for once: both are named, and a person leaves one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from mappings.convert import marker
from sandbox.faults import Rule
from tests.engine_world import Pair, at, copied, open_pair

PICKER = "Picker at Harbor Warehouse, Wed 04 Mar 08:00-16:00"


@pytest.fixture
async def pair(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Pair]:
    """A pair of accounts in which nothing is offered yet; what is asked of the database is tested elsewhere."""
    async with open_pair(copied(sqlite_template, tmp_path), sync={"times_days": 14}) as opened:
        yield opened


async def waiting(pair: Pair) -> list[tuple[str, str]]:
    """Return the verdict and the reason of each change that waits, from a run that writes nothing."""
    return [(row.verdict, row.reason) for row in (await pair.quiet()).waiting]


def again(pair: Pair, table: str, record: int, **fields: object) -> int:
    """The record turns up a second time, word for word but for some fields."""
    row = dict(pair.world.wheniwork.table(table)[record])
    row.pop("id")
    return int(pair.world.wheniwork.add(table, row | fields)["id"])


async def test_a_creation_that_turns_up_twice_is_adopted_once_one_is_gone(pair: Pair) -> None:
    """Nothing is sent before that, for however long."""
    pair.offer(2)
    pair.world.faults.add(Rule(fault="lost_reply", method="POST", path="/api_v2/job_requests", times=1))
    await pair.engine.reconcile()
    [ours] = pair.requests()
    other = pair.post(2, request_name=pair.world.wonolo.job_requests.records[ours]["request_name"])
    pair.world.advance(timedelta(minutes=6))
    text = "the outcome of an earlier write (create) is not known yet: it is there twice, as requests"
    reason = f"{text} {ours} and {other}: cancel all but one of them in Wonolo"
    assert ("blocked", reason) in await waiting(pair)
    pair.act("requestor_cancels", job_request_id=other)
    assert await pair.settled() == [f"{PICKER}: 2 open"]


async def test_two_users_of_one_worker_wait_until_the_code_is_left_to_one(pair: Pair) -> None:
    """No seat is given to either."""
    pair.post(1, day=5)
    pair.accept("Ada")
    await pair.settled()
    [user] = [row["id"] for row in pair.world.wheniwork.users.values() if row["employee_code"]]
    second = again(pair, "users", user, email="ada@elsewhere.example")
    reason = f"it is there twice, as users {user} and {second}: leave the employee code to one of them in When I Work"
    assert await waiting(pair) == [("blocked", reason)]
    pair.offer(1)
    await pair.engine.reconcile()
    pair.accept("Ada")
    assert await waiting(pair) == [("blocked", reason)]
    pair.world.wheniwork.users[second]["employee_code"] = ""
    assert f"{PICKER}: 0 open, Ada" in await pair.settled()


async def test_who_is_two_users_and_withdraws_is_taken_off_the_schedule(pair: Pair) -> None:
    """A release names its shift, whichever of the two holds it; that they are two is still told."""
    pair.offer(1)
    await pair.settled()
    job = pair.accept("Ada")
    await pair.settled()
    [user] = [row["id"] for row in pair.world.wheniwork.users.values() if row["employee_code"]]
    second = again(pair, "users", user, email="ada@elsewhere.example")
    pair.act("worker_withdraws", job_id=job)
    outcome = await pair.engine.reconcile()
    assert [(row.action, row.kind) for row in outcome.done] == [("release", "shift")]
    told = [("blocked", f"it is there twice, as users {user} and {second}")]
    assert [(row.verdict, row.reason.partition(":")[0]) for row in outcome.waiting] == told
    assert pair.wheniwork_side() == [f"{PICKER}: 1 open"]


async def test_two_times_of_one_job_wait_until_one_is_deleted(pair: Pair) -> None:
    """Corrected hours are not written to either."""
    pair.offer(1)
    await pair.settled()
    job = pair.accept("Ada")
    await pair.settled()
    pair.world.advance(at(2, "17:00") - pair.world.clock.now())
    await pair.engine.reconcile()
    [time] = [row for row in pair.world.wheniwork.table("times").values() if marker(row["notes"])]
    second = again(pair, "times", time["id"])
    reason = (
        f"the Times {time['id']} and {second} in When I Work record the same hours: delete one there, or correct it"
    )
    assert await waiting(pair) == [("blocked", reason)]
    pair.world.wonolo.jobs.records[job]["actual_duration"] = 420
    pair.world.wonolo.jobs.touch(pair.world.wonolo.jobs.records[job], pair.world.clock.now())
    assert await waiting(pair) == [("blocked", reason)]
    del pair.world.wheniwork.table("times")[second]
    assert [row.action for row in (await pair.engine.reconcile()).done] == ["update"]
    assert await waiting(pair) == []


@pytest.mark.parametrize(("choice", "seats"), [(0, 4), (1, 2)])
async def test_a_second_stack_with_our_marker_is_no_wish_for_more_people(pair: Pair, choice: int, seats: int) -> None:
    """Before a person says so: its seats would be paid."""
    pair.post(2)
    await pair.settled()
    [stack] = pair.shifts(held=False)
    second = pair.offer(2, notes=pair.world.wheniwork.shifts[stack]["notes"])
    [asked] = (await pair.quiet()).waiting
    reason = f"it may be there twice, as shifts {stack} and {second}, or somebody copied it to ask for more people"
    assert (asked.verdict, asked.reason) == ("conflict", reason)
    await pair.engine.deciding.answer(asked, asked.options[choice], "Dana", "")
    assert await pair.settled() == [f"{PICKER}: {seats} open"]
