"""Stories of a worker who clocked out for lunch: two Times in When I Work, one Job in Wonolo, one timesheet."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest

from sync.plan.variance import Worked
from tests.engine_world import Pair, at, copied, open_pair
from tests.test_engine_times import adjust, close_payroll, done, edit, entered, job_record, seated, shown, times


@pytest.fixture
async def any_pair(database_url: str) -> AsyncIterator[Pair]:
    """A pair of accounts in which nothing is offered yet, on each kind of database."""
    async with open_pair(database_url) as opened:
        yield opened


@pytest.fixture
async def pair(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Pair]:
    """The same on SQLite alone."""
    async with open_pair(copied(sqlite_template, tmp_path)) as opened:
        yield opened


def clocked(pair: Pair, start: str, end: str | None) -> int:
    """Ada was clocked in from start to end, or still is; returns the Time's id."""
    [user] = [row["id"] for row in pair.world.wheniwork.users.values() if row["employee_code"]]
    given = {"user_id": user, "account_id": pair.world.wheniwork.admin()["account_id"], "start_time": at(2, start)}
    return int(pair.world.wheniwork.add("times", {**given, "end_time": at(2, end) if end else None})["id"])


async def lunched(pair: Pair) -> tuple[int, int, int]:
    """Ada works from eight to four with half an hour of lunch; returns the ids of her Job and her two Times."""
    job = await seated(pair)
    pair.world.advance(at(2, "17:00") - pair.world.clock.now())
    morning, afternoon = clocked(pair, "08:00", "12:00"), clocked(pair, "12:30", "16:00")
    assert done(await pair.engine.reconcile()) == [
        ("link", "time", "the worker clocked in in When I Work for the same work")
    ]
    await pair.quiet()
    return job, morning, afternoon


def spans(pair: Pair) -> list[tuple[str, str, bool]]:
    """Start and end of each Time on the wall, and whether it is approved."""
    rows = [shown(time) for time in times(pair)]
    return [(start, end, approved) for start, end, _, approved in rows]


async def compared(pair: Pair) -> tuple[Worked, str, str]:
    """The one row of the comparison of hours."""
    [row] = await pair.engine.hours()
    return row.worked, row.state, row.note


async def test_a_lunch_is_one_timesheet_until_both_sides_are_final(any_pair: Pair) -> None:
    """Tied at once, compared as one, an edit of either half told to Wonolo as one, and approved together."""
    job, morning, _ = await lunched(any_pair)
    assert await compared(any_pair) == (Worked(450, 450, 450), "agreed", "")
    edit(any_pair, morning, start_time=at(2, "09:00"))
    assert done(await any_pair.engine.reconcile()) == [
        ("update", "job", "hours 7 h 30 min -> 6 h 30 min in When I Work")
    ]
    assert job_record(any_pair, job)["actual_duration"] == 420
    await any_pair.quiet()
    adjust(any_pair, job, actual_duration=480, hours_worked=8)
    assert done(await any_pair.engine.reconcile()) == [("update", "time", "hours 6 h 30 min -> 7 h 30 min in Wonolo")]
    await any_pair.quiet()
    any_pair.act("requestor_approves", job_id=job)
    assert done(await any_pair.engine.reconcile()) == [("update", "time", "approved in Wonolo")] * 2
    assert spans(any_pair) == [("09:00", "12:00", True), ("12:30", "17:00", True)]
    await any_pair.quiet()
    with any_pair.engine.store.begin(any_pair.config.name) as tx:
        assert tx.timesheets.unsettled() == set()


async def test_a_time_that_a_manager_splits_around_the_lunch_is_no_edit(any_pair: Pair) -> None:
    """Nothing is written, and the new half is followed from then on."""
    job, time = await entered(any_pair)
    edit(any_pair, time, end_time=at(2, "12:00"), break_hours=0)
    afternoon = clocked(any_pair, "12:30", "16:00")
    assert (await any_pair.quiet()).waiting == ()
    assert await compared(any_pair) == (Worked(450, 450, 450), "agreed", "")
    edit(any_pair, afternoon, end_time=at(2, "15:00"))
    await any_pair.engine.reconcile()
    assert job_record(any_pair, job)["actual_duration"] == 420
    await any_pair.quiet()


async def test_a_half_that_joins_later_is_an_edit_of_the_whole(pair: Pair) -> None:
    """Nothing else has changed meanwhile: the Time alone is what is new."""
    job, time = await entered(pair)
    edit(pair, time, end_time=at(2, "12:00"), break_hours=0)
    await pair.engine.reconcile()
    assert job_record(pair, job)["actual_duration"] == 270
    await pair.quiet()
    clocked(pair, "12:30", "16:00")
    assert done(await pair.engine.reconcile()) == [("update", "job", "hours 4 h -> 7 h 30 min in When I Work")]
    assert job_record(pair, job)["actual_duration"] == 480
    await pair.quiet()


async def test_a_closed_payroll_protects_both_halves(pair: Pair) -> None:
    """Whichever is edited, and whatever Wonolo says by then."""
    job, morning, afternoon = await lunched(pair)
    close_payroll(pair)
    edit(pair, morning, start_time=at(2, "09:00"))
    edit(pair, afternoon, end_time=at(2, "15:00"))
    await pair.quiet()
    adjust(pair, job, actual_duration=510)
    assert [row.verdict for row in (await pair.quiet()).skipped] == ["skip"]


@pytest.mark.parametrize("end", ["16:00", "12:00"])
async def test_a_second_time_of_the_same_hours_waits_until_one_is_deleted(pair: Pair, end: str) -> None:
    """Both are named, on every run, and neither side is written."""
    _, time = await entered(pair)
    again = clocked(pair, "08:00", end)
    [waiting] = (await pair.quiet()).waiting
    reason = f"the Times {time} and {again} in When I Work record the same hours: delete one there, or correct it"
    assert waiting.reason.replace(f"{again} and {time}", f"{time} and {again}") == reason
    assert (await compared(pair))[0].wheniwork is None
    del pair.world.wheniwork.times[again]
    assert (await pair.quiet()).waiting == ()
    assert await compared(pair) == (Worked(450, 450, 450), "agreed", "")


async def test_a_worker_back_from_lunch_who_never_clocked_out_has_unknown_hours(pair: Pair) -> None:
    """They are no zero, and nothing is written until somebody enters the end."""
    await seated(pair)
    pair.world.advance(at(2, "17:00") - pair.world.clock.now())
    clocked(pair, "08:00", "12:00")
    afternoon = clocked(pair, "12:30", None)
    await pair.quiet()
    note = "the worker is still clocked in in When I Work: clock out there, or enter the end"
    assert await compared(pair) == (Worked(450, 450, None), "unknown", note)
    edit(pair, afternoon, end_time=at(2, "16:00"))
    assert [row[:2] for row in done(await pair.engine.reconcile())] == [("link", "time")]
    await pair.quiet()


async def test_a_half_that_is_deleted_is_asked_about_before_wonolo_pays_less(pair: Pair) -> None:
    """After the yes the rest is the timesheet."""
    job, _, afternoon = await lunched(pair)
    del pair.world.wheniwork.times[afternoon]
    [change] = (await pair.quiet()).waiting
    assert (change.verdict, change.reason) == (
        "hold",
        "one of its Times was deleted in When I Work: fewer hours need a yes",
    )
    await pair.engine.deciding.answer(change, "yes", "Dana", "she left at noon")
    assert [row[:2] for row in done(await pair.engine.reconcile())] == [("update", "job")]
    assert job_record(pair, job)["actual_duration"] == 270
    await pair.quiet()


@pytest.mark.parametrize("minutes", [60, -60])
async def test_a_start_that_moves_in_wonolo_moves_both_halves(pair: Pair, minutes: int) -> None:
    """Each as long as before."""
    job, *_ = await lunched(pair)
    started: datetime = job_record(pair, job)["started_at"]
    adjust(pair, job, started_at=started.replace(hour=started.hour + minutes // 60))
    assert [row[:2] for row in done(await pair.engine.reconcile())] == [("update", "time")] * 2
    moved = {60: [("09:00", "13:00"), ("13:30", "17:00")], -60: [("07:00", "11:00"), ("11:30", "15:00")]}[minutes]
    assert [row[:2] for row in spans(pair)] == moved
    await pair.quiet()
