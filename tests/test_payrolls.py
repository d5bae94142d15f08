"""Hours are written only into payroll periods that are known to be open, however old they are."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox.faults import Rule
from tests.engine_world import Pair, at, copied, open_pair
from tests.factories import START
from tests.test_engine_times import adjust, close_payroll, done, edit, entered, only, shown, worked
from tests.test_engine_undo import undone
from tests.test_plan_times import done as done_job
from tests.test_plan_times import lone, of, plan, tied, until

Record = dict[str, Any]

_WRITES = {"open", "of another time"}
"""The states of payroll periods in which hours are written."""


@pytest.fixture
async def pair(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Pair]:
    """A pair of accounts in which nothing is offered yet."""
    async with open_pair(copied(sqlite_template, tmp_path)) as opened:
        yield opened


def period(first: datetime, last: datetime, **flags: bool) -> Record:
    """A payroll period from day to day."""
    bounds = {"start_date": f"{first:%a, %d %b %Y} 00:00:00 -0500", "end_date": f"{last:%a, %d %b %Y} 23:59:59 -0500"}
    return {"id": 24, "is_closed": False, "is_finalized": False, **bounds, **flags}


def payrolls(state: str) -> tuple[Record, ...]:
    """Return the payroll periods that When I Work shows for the time of the work."""
    first, last = START - timedelta(days=6), START + timedelta(days=7)
    if state == "of another time":
        return (period(first - timedelta(days=14), first - timedelta(days=1), is_closed=True),)
    flags = {"closed": {"is_closed": True}, "finalized": {"is_closed": True, "is_finalized": True}}.get(state, {})
    return (period(first, last, **flags),)


@pytest.mark.parametrize("state", ["open", "closed", "finalized", "of another time"])
@pytest.mark.parametrize("known", [None, *range(0, 61, 10)])
def test_hours_of_any_age_are_written_only_into_periods_known_to_be_open(state: str, known: int | None) -> None:
    """New hours, changed ones of either side and approvals; what was read so many days back says nothing of before."""
    for age in range(61):
        now = START + timedelta(days=age)
        since = None if known is None else now - timedelta(days=known)
        works = (lone(), tied(done_job(510)), tied(time=until("15:00")), tied(done_job(state="approved")))
        rows = [
            row for work in works for row in plan(work, now=now, payrolls=payrolls(state), payrolls_since=since).changes
        ]
        is_known = known is not None and age <= known
        assert [row.writes for row in rows] == [is_known and state in _WRITES] * len(rows)
        # A closed period is final, an unknown one is asked for.
        unwritten = "blocked" if state in _WRITES else "skip"
        assert {row.verdict for row in rows} == {"do" if rows[0].writes else unwritten}


def test_hours_of_an_unknown_period_say_what_they_wait_for() -> None:
    """The question answers itself in the next run."""
    [change] = plan(lone(), payrolls_since=START + timedelta(minutes=1)).changes
    assert (change.verdict, change.reason) == (
        "blocked",
        "the payroll period of Sat 14 Mar is not known yet, so nothing is written: the next run asks for it",
    )
    assert plan(tied(), payrolls_since=None).changes == ()
    assert of().payrolls_since is not None


async def later(pair: Pair, days: int, *, finalized: bool) -> int:
    """Hours are entered and paid, and so many days pass; returns the Job's id. Nobody reads the period when it ends."""
    job, _ = await entered(pair)
    pair.world.advance(timedelta(days=days))
    if finalized:
        close_payroll(pair, finalized=True)
    return job


@pytest.mark.parametrize("days", [15, 17, 60])
@pytest.mark.parametrize("finalized", [False, True])
async def test_hours_corrected_long_after_the_work(pair: Pair, days: int, *, finalized: bool) -> None:
    """A finalized period is known as such also where hours are not looked for any more."""
    job = await later(pair, days, finalized=finalized)
    adjust(pair, job, actual_duration=510, hours_worked=8.5)
    outcome = await pair.engine.reconcile()
    written = [] if finalized else [("update", "time", "hours 7 h 30 min -> 8 h in Wonolo")]
    assert (done(outcome), outcome.waiting) == (written, ())
    assert shown(only(pair))[1] == ("16:00" if finalized else "16:30")
    await pair.quiet()


async def test_hours_that_turn_up_from_long_ago_wait_until_their_period_is_read(pair: Pair) -> None:
    """As when a webhook brings them; the reading of requests asks for it, and again while it is not shown."""
    job = await later(pair, 20, finalized=False)
    await pair.engine.read({"hours"})
    adjust(pair, job, actual_duration=510)
    pair.world.faults.add(Rule(fault="html", method="GET", path="/2/payrolls", status=404))
    await pair.engine.read({"requests"})
    [change] = (await pair.engine.plan()).changes
    assert (change.verdict, "is not known yet" in change.reason) == ("blocked", True)
    pair.world.faults.clear()
    await pair.engine.read({"requests"})
    [change] = (await pair.engine.plan()).changes
    assert (change.verdict, change.action, change.kind) == ("do", "update", "time")


def closing(pair: Pair) -> None:
    """Somebody closes the payroll once the plan is made: between the two readings of a run."""
    readings = 0

    def close(_request: httpx.Request) -> None:
        nonlocal readings
        readings += 1
        if readings == 2:
            close_payroll(pair)

    pair.wire.before_read["/2/payrolls"] = close


@pytest.mark.parametrize("edited", ["time", "job", "new"])
async def test_a_payroll_that_closes_between_plan_and_write_is_not_written(pair: Pair, edited: str) -> None:
    """It is looked at once more right before, and the rest is planned again."""
    job, time = await entered(pair) if edited != "new" else (await worked(pair), 0)
    if edited == "time":
        edit(pair, time, end_time=at(2, "15:00"))
    elif edited == "job":
        adjust(pair, job, actual_duration=510)
    closing(pair)
    outcome = await pair.engine.reconcile()
    assert (outcome.done, outcome.waiting, outcome.failed) == ((), (), ())
    assert ["is closed" in row.reason for row in outcome.skipped] == [True]
    await pair.quiet()


async def test_payrolls_that_are_not_shown_again_hold_hours_and_nothing_else(pair: Pair) -> None:
    """Hours of a period not known to be open are not written; they are tried again next time."""
    job, _ = await entered(pair)
    adjust(pair, job, actual_duration=510)
    pair.offer(1, day=3)

    def fail(_request: httpx.Request) -> None:
        pair.world.faults.add(Rule(fault="html", method="GET", path="/2/payrolls", status=404))

    pair.wire.before_read["/2/times"] = fail
    outcome = await pair.engine.reconcile()
    assert [row[:2] for row in done(outcome)] == [("create", "job_request")]
    [untried] = outcome.untried
    assert untried.reason.startswith("When I Work did not show its payroll periods again: ")
    pair.wire.before_read.clear()
    pair.world.faults.clear()
    assert [row[:2] for row in done(await pair.engine.reconcile())] == [("update", "time")]


async def test_a_run_that_enters_hours_asks_for_payrolls_three_times(pair: Pair) -> None:
    """In each of the two readings that a new Time rests on, and once for all that it writes; else it asks once."""
    await worked(pair)
    for expected in (3, 1):
        number = pair.last_request()
        await pair.engine.reconcile()
        assert [row.path for row in pair.world.requests.since(number)].count("/2/payrolls") == expected


@pytest.mark.parametrize("is_closed", [False, True])
async def test_old_hours_are_taken_back_from_an_open_period_alone(pair: Pair, *, is_closed: bool) -> None:
    """An undo asks for the period of what it takes back."""
    job = await later(pair, 30, finalized=False)
    adjust(pair, job, actual_duration=510)
    await pair.engine.reconcile()
    pair.world.advance(timedelta(days=10))
    if is_closed:
        close_payroll(pair, finalized=True)
    outcome = await undone(pair)
    assert [row.record for row in outcome.done] == ([] if is_closed else [str(only(pair)["id"])])
    assert shown(only(pair))[1] == ("16:30" if is_closed else "16:00")
