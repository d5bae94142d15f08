"""Long runs are not blind: what happens while a run writes for minutes is read, planned and served between writes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from sandbox.faults import Rule
from sync.passes import Outcome
from tests.engine_world import START, Pair, copied, open_pair, quiet_world

MANY = 60
PACE = timedelta(seconds=5)
"""Each write takes so long, as far as the clock of the world is concerned: a copy of sixty takes five minutes."""

DEAR = {"spend_per_run": 100_000, "spend_per_day": 100_000}

Act = Callable[[], object]


@pytest.fixture
async def pair(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Pair]:
    """Two accounts, with many demands that Wonolo does not know."""
    url, world = copied(sqlite_template, tmp_path), quiet_world(demands=MANY)
    async with open_pair(url, world, guards=DEAR) as opened:
        yield opened


def meanwhile(pair: Pair, **acts: Act) -> None:
    """Let each write take its time, and let people act so many seconds after the start: `after_75=...`."""
    waiting = sorted((int(name.removeprefix("after_")), act) for name, act in acts.items())

    def go_on(_request: object) -> None:
        pair.world.advance(PACE)
        while waiting and pair.world.clock.now() - START >= timedelta(seconds=waiting[0][0]):
            waiting.pop(0)[1]()

    pair.wire.after_write = go_on


async def copied_slowly(pair: Pair, **allow: int) -> Outcome:
    """One run, then the pace of writes is of no account any more."""
    outcome = await pair.engine.reconcile(allow)
    pair.wire.after_write = None
    return outcome


def tonight(pair: Pair) -> int:
    """A manager publishes an open shift for ten hours from the start on."""
    begins = START + timedelta(hours=10)
    return pair.offer(1, start_time=begins, end_time=begins + timedelta(hours=6))


def posted_at(pair: Pair) -> dict[datetime, datetime]:
    """When each JobRequest was posted, by its start."""
    records = pair.world.wonolo.job_requests.records.values()
    return {row["start_time"]: row["created_at"] for row in records}


async def test_a_shift_for_tonight_that_is_offered_during_a_first_copy_is_posted_soon(pair: Pair) -> None:
    """Within two minutes, and long before the copy ends; the copy is complete all the same."""
    meanwhile(pair, after_75=lambda: tonight(pair))
    outcome = await copied_slowly(pair)
    posted = posted_at(pair)[START + timedelta(hours=10)]
    assert posted - START <= timedelta(seconds=75 + 120)
    assert max(posted_at(pair).values()) - posted > timedelta(minutes=2)
    assert (len(outcome.done), outcome.failed, outcome.untried) == (MANY + 1, (), ())
    assert len(await pair.settled()) == MANY + 1


async def test_a_run_one_change_of_which_failed_is_not_blind_either(pair: Pair) -> None:
    """The demand that was refused waits; the one for tonight does not."""
    rule = Rule(fault="error", method="POST", path="/api_v2/job_requests", status=422, times=1)
    pair.world.faults.add(rule)
    meanwhile(pair, after_75=lambda: tonight(pair))
    outcome = await copied_slowly(pair)
    posted = posted_at(pair)[START + timedelta(hours=10)]
    assert posted - START <= timedelta(seconds=75 + 120)
    assert (len(outcome.done), [row.outcome for row in outcome.failed]) == (MANY, ["failed"])


async def test_a_near_demand_that_is_deleted_or_edited_during_a_copy_is_heeded(sqlite_url: str) -> None:
    """It is never posted, or posted as it is by then."""
    async with open_pair(sqlite_url, guards=DEAR) as pair:
        stacks = [pair.offer(1, day=1, start=f"10:{minute:02}") for minute in range(0, 60, 2)]

        def act() -> None:
            pair.act("manager_deletes_shift", shift_id=stacks[-1])
            pair.edit(stacks[-2], instances=3)

        meanwhile(pair, after_10=act)
        outcome = await copied_slowly(pair)
        assert (len(outcome.done), outcome.failed, outcome.untried) == (len(stacks) - 1, (), ())
        assert {row.method for row in pair.writes_since(0)} == {"POST"}, "nothing had to be mended"
        *_, last = await pair.settled()
        assert last == "Picker at Harbor Warehouse, Tue 03 Mar 10:56-18:56: 3 open"


async def test_guards_count_over_the_whole_of_a_long_run(sqlite_url: str) -> None:
    """What is deleted in the middle of it adds up with what it deleted before."""
    async with open_pair(sqlite_url, guards=DEAR) as pair:
        linked = [pair.offer(1, day=1, start=f"{hour:02}:00") for hour in range(8, 20)]
        await pair.settled()
        for minute in range(0, 60, 2):
            pair.offer(1, day=1, start=f"20:{minute:02}")

        def delete(shifts: list[int]) -> None:
            for shift in shifts:
                pair.act("manager_deletes_shift", shift_id=shift)

        delete(linked[:2])
        meanwhile(pair, after_65=lambda: delete(linked[2:5]))
        outcome = await copied_slowly(pair)
        assert sum(change.action == "delete" for change in outcome.done) == 2
        [reason] = {row.reason for row in outcome.waiting}
        assert reason.startswith(
            "together with what this run has done already, 5 requests in Wonolo would be cancelled"
        )


async def test_a_run_that_is_over_within_a_minute_reads_nothing_between_its_writes(pair: Pair) -> None:
    """Reading costs calls."""
    await pair.engine.pull()
    number = pair.last_request()
    await pair.engine.pull()
    of_a_pull = [row.path for row in pair.world.requests.since(number)].count("/2/shifts")
    number = pair.last_request()
    await pair.engine.reconcile()
    assert [row.path for row in pair.world.requests.since(number)].count("/2/shifts") == of_a_pull


async def test_a_run_that_writes_for_minutes_reads_what_is_near_once_a_minute(pair: Pair) -> None:
    """And no more of the horizon than that, but for the second look before anything is made."""
    meanwhile(pair)
    await copied_slowly(pair)
    asked = [row for row in pair.world.requests.since(0) if row.path == "/api_v2/job_requests" and row.method == "GET"]
    since = [(row.at - START) // timedelta(minutes=1) for row in asked if row.query["page"] == "1"]
    assert since == [0, 0, 1, 2, 3, 4]
