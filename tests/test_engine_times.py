"""Stories of hours worked: entered in When I Work once, edited on either side, approved, paid, and then left alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox.faults import FaultName, Rule
from sandbox.wheniwork import times as time_clock
from sync.errors import ConfigError
from sync.passes import Outcome
from sync.plan import Change
from sync.plan.variance import HoursRow, Worked
from tests.engine_world import CHICAGO, Pair, Record, at, copied, open_pair, reopened

SUBJECT = "Ada A.'s hours: Picker at Harbor Warehouse, Wed 04 Mar 08:00-16:00"
SEEDED = {11}
"""Times that the sandbox's company has from the start; they are not of Wonolo's workers."""


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


async def seated(pair: Pair) -> int:
    """A manager offers a shift of eight hours, Ada takes it in Wonolo and is seated; returns the Job's id."""
    pair.offer(1, break_time=0.5)
    await pair.settled()
    job = pair.accept("Ada")
    await pair.settled()
    return job


async def worked(pair: Pair) -> int:
    """Ada works it, an hour passes; returns the Job's id."""
    job = await seated(pair)
    pair.world.advance(at(2, "17:00") - pair.world.clock.now())
    return job


async def entered(pair: Pair) -> tuple[int, int]:
    """Her hours are entered in When I Work; returns the ids of Job and Time."""
    job = await worked(pair)
    await pair.engine.reconcile()
    await pair.quiet()
    return job, only(pair)["id"]


def times(pair: Pair) -> list[Record]:
    """The Times of Wonolo's workers."""
    return [row for number, row in sorted(pair.world.wheniwork.times.items()) if number not in SEEDED]


def only(pair: Pair) -> Record:
    """The one Time there is."""
    (time,) = times(pair)
    return time


def shown(time: Record) -> tuple[str, str, float, bool]:
    """Start and end on the wall, hours of break, and whether it is approved."""
    start, end = (f"{time[name].astimezone(CHICAGO):%H:%M}" for name in ("start_time", "end_time"))
    return start, end, time["break_hours"], time["is_approved"]


def edit(pair: Pair, time: int, **fields: Any) -> None:
    """A manager edits a Time."""
    record = pair.world.wheniwork.times[time]
    record.update(fields, updated_at=pair.world.clock.now())
    time_clock._measured(record)


def job_record(pair: Pair, job: int) -> Record:
    """A Job as Wonolo stores it."""
    return dict(pair.world.wonolo.jobs.records[job])


def close_payroll(pair: Pair, *, finalized: bool = False) -> None:
    """Somebody closes the payroll of these two weeks."""
    bounds = {"start_date": at(0, "00:00"), "end_date": at(13, "23:59") + timedelta(seconds=59)}
    pair.world.wheniwork.add("payrolls", {**bounds, "is_closed": True, "is_finalized": finalized})


def told(changes: tuple[Change, ...]) -> list[tuple[str, str, str]]:
    """Subject, cause and reason of each change."""
    return [(row.subject, row.cause, row.reason) for row in changes]


def done(outcome: Outcome) -> list[tuple[str, str, str]]:
    """What was done to which kind of record, and why."""
    return [(row.action, row.kind, row.cause) for row in outcome.done]


def adjust(pair: Pair, job: int, **fields: Any) -> None:
    """Wonolo changes a Job by itself."""
    record = pair.world.wonolo.jobs.records[job]
    record.update(fields)
    pair.world.wonolo.jobs.touch(record, pair.world.clock.now())


async def test_a_worker_who_finishes_has_the_hours_in_when_i_work(any_pair: Pair) -> None:
    """Of the shift, with its break, and provisional; a second run writes nothing."""
    await worked(any_pair)
    outcome = await any_pair.engine.reconcile()
    assert done(outcome) == [("create", "time", "the work is over in Wonolo, and When I Work has no hours of it")]
    time = only(any_pair)
    assert shown(time) == ("08:00", "16:00", 0.5, False)
    [shift] = any_pair.shifts(held=True)
    [user] = [row["id"] for row in any_pair.world.wheniwork.users.values() if row["employee_code"]]
    expected = (user, shift, any_pair.location("Harbor Warehouse"), any_pair.position("Picker"))
    assert (time["user_id"], time["shift_id"], time["location_id"], time["position_id"]) == expected
    await any_pair.quiet()
    assert len(times(any_pair)) == 1


async def test_an_approval_follows(any_pair: Pair) -> None:
    """A requestor approves in the portal; afterwards nothing is looked at any more."""
    job, time = await entered(any_pair)
    any_pair.act("requestor_approves", job_id=job)
    outcome = await any_pair.engine.reconcile()
    assert done(outcome) == [("update", "time", "approved in Wonolo")]
    assert shown(any_pair.world.wheniwork.times[time]) == ("08:00", "16:00", 0.5, True)
    await any_pair.quiet()
    with any_pair.engine.store.begin(any_pair.config.name) as tx:
        assert tx.timesheets.unsettled() == set()


async def test_a_crew_s_hours_are_entered_and_approved_at_once(pair: Pair) -> None:
    """No guard takes an ordinary Friday for a mistake."""
    names = ["Ada", "Bruno", "Carla", "Dmitri", "Esra", "Farid", "Greta", "Hugo", "Ines", "Jonas", "Kamala"]
    pair.offer(len(names))
    await pair.settled()
    jobs = [pair.accept(name) for name in names]
    await pair.settled()
    pair.world.advance(at(2, "17:00") - pair.world.clock.now())
    assert [row[:2] for row in done(await pair.engine.reconcile())] == [("create", "time")] * len(names)
    for job in jobs:
        pair.act("requestor_approves", job_id=job)
    assert [row[:2] for row in done(await pair.engine.reconcile())] == [("update", "time")] * len(names)
    assert all(row["is_approved"] for row in times(pair))
    await pair.quiet()


async def test_hours_changed_in_wonolo_change_the_time(pair: Pair) -> None:
    """Wonolo adjusted what the worker had reported."""
    job, _ = await entered(pair)
    adjust(pair, job, actual_duration=510, hours_worked=8.5)
    assert done(await pair.engine.reconcile()) == [("update", "time", "hours 7 h 30 min -> 8 h in Wonolo")]
    assert shown(only(pair)) == ("08:00", "16:30", 0.5, False)
    await pair.quiet()


async def test_an_edited_time_flows_back_while_the_job_is_not_approved(any_pair: Pair) -> None:
    """And with it the pay; then it is approved, and so is the Time."""
    job, time = await entered(any_pair)
    edit(any_pair, time, end_time=at(2, "15:00"))
    outcome = await any_pair.engine.reconcile()
    assert done(outcome) == [("update", "job", "hours 7 h 30 min -> 6 h 30 min in When I Work")]
    [risk] = [row.risk for row in outcome.done]
    assert (risk.paid_minutes, risk.cents, risk.people) == (-60, -2000, 1)
    record = any_pair.world.wonolo.jobs.records[job]
    assert (record["actual_duration"], record["hours_worked"]) == (420, 7.0)
    await any_pair.quiet()
    any_pair.act("requestor_approves", job_id=job)
    assert done(await any_pair.engine.reconcile()) == [("update", "time", "approved in Wonolo")]
    assert shown(only(any_pair)) == ("08:00", "15:00", 0.5, True)


async def test_hours_edited_on_both_sides_are_wonolo_s(pair: Pair) -> None:
    """The report says so."""
    job, time = await entered(pair)
    edit(pair, time, end_time=at(2, "15:00"))
    adjust(pair, job, actual_duration=510)
    [(_, _, cause)] = done(await pair.engine.reconcile())
    assert cause.endswith("both sides changed the hours: Wonolo decides")
    assert shown(only(pair)) == ("08:00", "16:30", 0.5, False)
    await pair.quiet()


async def test_an_approved_job_is_never_written(any_pair: Pair) -> None:
    """A manager edited the Time too late: the difference is said, on every run."""
    job, time = await entered(any_pair)
    any_pair.act("requestor_approves", job_id=job)
    edit(any_pair, time, end_time=at(2, "15:00"))
    before = dict(any_pair.world.wonolo.jobs.records[job])
    outcome = await any_pair.quiet()
    reason = "Wonolo's hours are approved, so nothing is changed: put them right by hand"
    assert told(outcome.skipped) == [(SUBJECT, "", f"{reason} (7 h 30 min in Wonolo, 6 h 30 min in When I Work)")]
    assert any_pair.world.wonolo.jobs.records[job] == before
    edit(any_pair, time, end_time=at(2, "16:00"))
    assert done(await any_pair.engine.reconcile()) == [("update", "time", "approved in Wonolo")]


@pytest.mark.parametrize("finalized", [False, True])
async def test_a_payroll_period_that_is_over_is_never_written(any_pair: Pair, *, finalized: bool) -> None:
    """Neither Time nor Job, whoever edited what; opened again, the hours go on."""
    job, time = await entered(any_pair)
    close_payroll(any_pair, finalized=finalized)
    edit(any_pair, time, end_time=at(2, "15:00"))
    outcome = await any_pair.quiet()
    state = "finalized" if finalized else "closed"
    reason = f"the payroll period Mon 02 Mar to Sun 15 Mar is {state}, so nothing is changed"
    assert told(outcome.skipped) == [(SUBJECT, "", f"{reason} (7 h 30 min in Wonolo, 6 h 30 min in When I Work)")]
    adjust(any_pair, job, actual_duration=510)
    await any_pair.quiet()
    for payroll in any_pair.world.wheniwork.table("payrolls").values():
        payroll.update(is_closed=False, is_finalized=False)
    [(action, kind, _)] = done(await any_pair.engine.reconcile())
    assert (action, kind) == ("update", "time")


async def test_no_time_is_entered_into_a_closed_period(pair: Pair) -> None:
    """Somebody paid early."""
    await worked(pair)
    close_payroll(pair)
    outcome = await pair.quiet()
    assert times(pair) == []
    period, hours = "the payroll period Mon 02 Mar to Sun 15 Mar", "7 h 30 min in Wonolo, none in When I Work"
    assert [row.reason for row in outcome.skipped] == [f"{period} is closed, so no Time is entered ({hours})"]


async def test_a_worker_who_clocked_in_has_one_time(any_pair: Pair) -> None:
    """It is recognised by the shift and then ends as Wonolo says."""
    await seated(any_pair)
    [shift] = any_pair.shifts(held=True)
    [user] = [row["id"] for row in any_pair.world.wheniwork.users.values() if row["employee_code"]]
    given = {"user_id": user, "shift_id": shift, "account_id": any_pair.world.wheniwork.admin()["account_id"]}
    clocked = {"start_time": at(2, "07:58"), "end_time": at(2, "16:05"), "break_hours": 0.5}
    any_pair.world.advance(at(2, "17:00") - any_pair.world.clock.now())
    time = any_pair.world.wheniwork.add("times", {**given, **clocked})
    assert [row[:2] for row in done(await any_pair.engine.reconcile())] == [("link", "time"), ("update", "time")]
    assert only(any_pair)["id"] == time["id"]
    assert shown(only(any_pair)) == ("07:58", "15:58", 0.5, False)
    await any_pair.quiet()


async def test_a_worker_who_is_still_clocked_in_is_waited_for(pair: Pair) -> None:
    """No second Time is entered, and the Job stays as it is."""
    await seated(pair)
    [user] = [row["id"] for row in pair.world.wheniwork.users.values() if row["employee_code"]]
    pair.world.advance(at(2, "17:00") - pair.world.clock.now())
    given = {"user_id": user, "account_id": pair.world.wheniwork.admin()["account_id"]}
    time = pair.world.wheniwork.add("times", {**given, "start_time": at(2, "08:00")})
    assert [row.reason for row in (await pair.quiet()).skipped] == [
        "the worker is still clocked in in When I Work: clock out there, or enter the end"
    ]
    edit(pair, time["id"], end_time=at(2, "16:00"))
    assert [row[:2] for row in done(await pair.engine.reconcile())] == [("link", "time"), ("update", "time")]
    await pair.quiet()


async def test_a_break_that_when_i_work_ignores_shortens_the_time_instead(pair: Pair) -> None:
    """Newer accounts have no such field: what is paid agrees all the same."""
    await worked(pair)

    def ignore(request: httpx.Request) -> None:
        if request.url.path == "/2/times":
            edit(pair, only(pair)["id"], break_hours=0)

    pair.wire.after_write = ignore
    assert [row[:2] for row in done(await pair.engine.reconcile())] == [("create", "time"), ("update", "time")]
    assert shown(only(pair)) == ("08:00", "15:30", 0, False)
    await pair.quiet()


async def test_a_deleted_time_waits_for_a_person_who_wants_it_again(any_pair: Pair) -> None:
    """Then it is entered once more, and once only."""
    _, time = await entered(any_pair)
    del any_pair.world.wheniwork.times[time]
    [change] = (await any_pair.quiet()).waiting
    assert (change.verdict, change.choices) == ("conflict", ("create it again", "leave it out"))
    await any_pair.engine.deciding.answer(change, "create", "Dana", "it was a slip")
    assert [row[:2] for row in done(await any_pair.engine.reconcile())] == [("create", "time")]
    assert only(any_pair)["id"] != time
    await any_pair.quiet()


async def test_a_deleted_time_that_a_person_leaves_out_stays_out(any_pair: Pair) -> None:
    """Also when the Job is approved later."""
    job, time = await entered(any_pair)
    del any_pair.world.wheniwork.times[time]
    [change] = (await any_pair.quiet()).waiting
    await any_pair.engine.deciding.answer(change, "leave-out", "Dana", "")
    assert [row[:2] for row in done(await any_pair.engine.reconcile())] == [("unlink", "time")]
    any_pair.act("requestor_approves", job_id=job)
    assert ((await any_pair.quiet()).waiting, times(any_pair)) == ((), [])


async def test_a_time_that_a_manager_approved_is_changed_on_a_yes_only(pair: Pair) -> None:
    """The hold says what it is about; after the yes it is done."""
    job, time = await entered(pair)
    edit(pair, time, is_approved=True)
    await pair.quiet()
    adjust(pair, job, actual_duration=510)
    [change] = (await pair.quiet()).waiting
    assert (change.verdict, change.reason) == (
        "hold",
        "the Time is approved in When I Work already; changing it needs a yes",
    )
    await pair.engine.deciding.answer(change, "yes", "Dana", "")
    assert [row[:2] for row in done(await pair.engine.reconcile())] == [("update", "time")]
    assert shown(only(pair)) == ("08:00", "16:30", 0.5, True)
    await pair.quiet()


@pytest.mark.parametrize("fault", ["lost_reply", "error_after_effect"])
async def test_a_time_created_without_a_reply_is_found_by_its_marker(any_pair: Pair, fault: FaultName) -> None:
    """There is one."""
    await worked(any_pair)
    any_pair.world.faults.add(Rule(fault=fault, method="POST", path="/2/times", times=1))
    outcome = await any_pair.engine.reconcile()
    assert [(row.outcome, row.change.kind) for row in outcome.failed] == [("unknown", "time")]
    await any_pair.quiet()
    assert shown(only(any_pair)) == ("08:00", "16:00", 0.5, False)
    with any_pair.engine.store.begin(any_pair.config.name) as tx:
        assert (tx.ahead.linked(any_pair.world.clock.now())["time"], tx.timesheets.unsettled()) == (1, set())


async def test_a_time_that_never_arrived_is_entered_once_more(pair: Pair) -> None:
    """Not before a listing is sure to show it, had it arrived."""
    await worked(pair)
    pair.world.faults.add(Rule(fault="lost_request", method="POST", path="/2/times", times=1))
    await pair.engine.reconcile()
    [waiting] = (await pair.quiet()).waiting
    assert waiting.reason.startswith("the outcome of an earlier write (create) is not known yet; runs look for it")
    pair.world.advance(timedelta(minutes=5))
    assert [row[:2] for row in done(await pair.engine.reconcile())] == [("create", "time")]
    assert len(times(pair)) == 1


@pytest.mark.parametrize("fault", ["lost_reply", "lost_request", "error_after_effect"])
@pytest.mark.parametrize("method", ["PUT", "PATCH"])
async def test_an_update_of_hours_without_a_reply_is_looked_at_again(pair: Pair, method: str, fault: FaultName) -> None:
    """Whether it happened or not, the end is the same."""
    job, time = await entered(pair)
    if method == "PUT":
        adjust(pair, job, actual_duration=450)
    else:
        edit(pair, time, end_time=at(2, "15:30"))
    pair.world.faults.add(Rule(fault=fault, method=method, times=1))
    assert [row.outcome for row in (await pair.engine.reconcile()).failed] == ["unknown"]
    pair.world.advance(timedelta(minutes=6))
    await pair.engine.reconcile()
    assert pair.world.wonolo.jobs.records[job]["actual_duration"] == 450
    assert shown(only(pair)) == ("08:00", "15:30", 0.5, False)
    await pair.quiet()


async def test_a_key_that_may_not_change_jobs_leaves_the_hours_to_a_person(pair: Pair) -> None:
    """The report says what to do."""
    _, time = await entered(pair)
    pair.world.wonolo.switches.pool = "public"
    edit(pair, time, end_time=at(2, "15:00"))
    await pair.engine.reconcile()
    [change] = (await pair.quiet()).waiting
    assert change.verdict == "blocked"
    assert "change the hours in the Wonolo portal before the job is approved" in change.reason


async def test_an_account_without_a_time_clock_has_no_hours(pair: Pair) -> None:
    """Everything else goes on."""
    await worked(pair)
    pair.offer(1, day=3)
    pair.world.faults.add(Rule(fault="html", method="GET", path="/2/payrolls", status=404))
    outcome = await pair.engine.reconcile()
    assert [row[:2] for row in done(outcome)] == [("create", "job_request")]
    assert (outcome.failed, outcome.waiting, times(pair)) == ((), (), [])


async def test_the_hours_of_both_systems_are_compared(any_pair: Pair) -> None:
    """After a pull, row by row; nothing is written, also what a payroll keeps apart is shown."""
    job, time = await entered(any_pair)
    close_payroll(any_pair)
    edit(any_pair, time, end_time=at(2, "15:00"))
    number = any_pair.last_request()
    rows = await any_pair.engine.hours()
    assert any_pair.writes_since(number) == []
    key = f"wonolo:{any_pair.worker('Ada')}"
    worked = Worked(planned=450, wonolo=450, wheniwork=390)
    day = at(2, "08:00").date()
    assert rows == (HoursRow(job, key, "Ada A.", "Harbor Warehouse", "Picker", day, worked, "payroll closed"),)
    assert await any_pair.engine.hours(day, day) == rows
    assert await any_pair.engine.hours(day + timedelta(days=1)) == ()
    assert await any_pair.engine.hours(last=day - timedelta(days=1)) == ()


async def test_hours_that_nobody_tied_yet_are_compared_too(pair: Pair) -> None:
    """A pair may write no Times at all; the Time that a worker clocked is found."""
    await worked(pair)
    [user] = [row["id"] for row in pair.world.wheniwork.users.values() if row["employee_code"]]
    given = {"user_id": user, "account_id": pair.world.wheniwork.admin()["account_id"]}
    pair.world.wheniwork.add("times", {**given, "start_time": at(2, "08:00"), "end_time": at(2, "15:00")})
    async with reopened(pair, sync={"times_days": 0}) as other:
        [row] = await other.engine.hours()
    assert (row.worked, row.state, row.note) == (Worked(450, 450, 420), "provisional", "")


async def test_hours_cannot_be_compared_without_a_time_clock(pair: Pair) -> None:
    """The error says what is missing."""
    await entered(pair)
    pair.world.faults.add(Rule(fault="html", method="GET", path="/2/times", status=404))
    with pytest.raises(ConfigError, match="this login is not shown hours worked; use one of a supervisor"):
        await pair.engine.hours()


async def test_a_pair_may_leave_times_alone(pair: Pair) -> None:
    """Then not even a listing of them is asked for."""
    await worked(pair)
    async with reopened(pair, sync={"times_days": 0}) as other:
        number = other.last_request()
        await other.quiet()
        asked = {row.path for row in other.world.requests.since(number)}
    assert not {"/2/times", "/2/payrolls"} & asked
    assert times(pair) == []


async def test_hours_of_work_long_ago_are_left_alone(pair: Pair) -> None:
    """What nobody saw in two weeks is not entered any more; what is tied is still carried over."""
    job, time = await entered(pair)
    pair.world.advance(timedelta(days=20))
    await pair.quiet()
    pair.act("requestor_approves", job_id=job)
    assert done(await pair.engine.reconcile()) == [("update", "time", "approved in Wonolo")]
    assert pair.world.wheniwork.times[time]["is_approved"] is True
    await pair.quiet()


async def test_a_time_deleted_long_after_is_noticed_before_it_is_written(pair: Pair) -> None:
    """Listings do not reach so far back; the read before the write does."""
    job, time = await entered(pair)
    pair.world.advance(timedelta(days=20))
    del pair.world.wheniwork.times[time]
    pair.act("requestor_approves", job_id=job)
    outcome = await pair.engine.reconcile()
    assert [row.verdict for row in outcome.waiting] == ["conflict"]
    assert times(pair) == []


async def test_a_no_show_that_was_completed_before_leaves_its_time_to_a_person(pair: Pair) -> None:
    """Hours are never deleted by a program."""
    job, _ = await entered(pair)
    adjust(pair, job, state="no_show")
    outcome = await pair.engine.reconcile()
    assert [row.reason for row in outcome.waiting if row.kind == "time"] == [
        "Wonolo now calls the Job no_show: delete the Time in When I Work if nobody worked"
    ]
    assert len(times(pair)) == 1


@pytest.mark.parametrize("worker", [False, True])
async def test_a_time_that_is_given_to_somebody_else_is_followed(pair: Pair, *, worker: bool) -> None:
    """It may go to one of the company's own people or to another worker: it is reported until it is given back."""
    _, time = await entered(pair)
    mine = only(pair)["user_id"]
    other = pair.world.wheniwork.add("users", {"employee_code": "wonolo:9"})["id"] if worker else pair.staff("Goldie")
    edit(pair, time, user_id=other)
    [waiting] = (await pair.quiet()).waiting
    who = "the Time is somebody else's now: give it back to Ada A. in When I Work, or delete it"
    assert (waiting.verdict, waiting.reason) == ("blocked", who)
    [row] = await pair.engine.hours()
    assert (row.worked.wheniwork, row.note) == (None, "the Time in When I Work is somebody else's now")
    edit(pair, time, user_id=mine)
    assert (await pair.quiet()).waiting == ()


async def test_who_was_sent_home_has_no_hours(pair: Pair) -> None:
    """Corrected to nothing before a Time was entered, none is; nothing is unknown about it."""
    job = await worked(pair)
    adjust(pair, job, actual_duration=0, hours_worked=0)
    await pair.quiet()
    [row] = await pair.engine.hours()
    assert (times(pair), row.worked, row.state) == ([], Worked(450, 0, 0), "agreed")


async def test_a_time_of_who_was_sent_home_is_a_persons_to_delete(pair: Pair) -> None:
    """Then nothing is left to say."""
    job, time = await entered(pair)
    adjust(pair, job, actual_duration=0, hours_worked=0)
    await pair.engine.reconcile()
    [waiting] = (await pair.quiet()).waiting
    assert waiting.reason == "Wonolo says that nothing was worked: delete the Time in When I Work"
    del pair.world.wheniwork.times[time]
    assert (await pair.quiet()).waiting == ()
