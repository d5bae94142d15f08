"""One effect for each intent, though requests and replies get lost and processes die."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import sqlalchemy

from sandbox.faults import FaultName, Rule
from sync.errors import StoreLocked
from sync.passes import Outcome
from tests.engine_world import CutShortError, Pair, at, copied, open_pair, reopened

PICKER = "Picker at Harbor Warehouse, Wed 04 Mar 08:00-16:00"


@pytest.fixture
async def pair(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Pair]:
    """A pair of accounts in which nothing is offered yet."""
    async with open_pair(copied(sqlite_template, tmp_path)) as opened:
        yield opened


@pytest.fixture
async def any_pair(database_url: str) -> AsyncIterator[Pair]:
    """The same on each kind of database."""
    async with open_pair(database_url) as opened:
        yield opened


def strike(pair: Pair, fault: FaultName, method: str, path: str = "*", **tuning: Any) -> None:
    """Let the next such request go wrong."""
    pair.world.faults.add(Rule(fault=fault, method=method, path=path, times=1, **tuning))


def rows(pair: Pair, query: str) -> list[tuple[Any, ...]]:
    """What another process sees in the database."""
    engine = sqlalchemy.create_engine(pair.config.database.url, poolclass=sqlalchemy.NullPool)
    with engine.connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(query)]


def release(pair: Pair) -> None:
    """Let the two minutes pass after which a dead run's lease ends."""
    engine = sqlalchemy.create_engine(pair.config.database.url, poolclass=sqlalchemy.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql("DELETE FROM lease")


def failures(outcome: Outcome) -> list[tuple[str, str, str]]:
    """What failed or has an unknown outcome."""
    return [(row.outcome, row.change.action, row.change.kind) for row in outcome.failed]


def later(pair: Pair, seconds: int = 301) -> None:
    """Let time pass until any listing would show what was written."""
    pair.world.advance(timedelta(seconds=seconds))


async def looked_for(pair: Pair) -> None:
    """Let a first run look for it, and time pass until a second one may conclude something."""
    later(pair, 60)
    await pair.engine.reconcile()
    later(pair)


async def test_an_intent_is_committed_before_its_request_leaves(any_pair: Pair) -> None:
    """Another process can see it while the request is on its way, and how it ended afterwards."""
    any_pair.offer(1)
    seen: list[Any] = []

    def look(request: httpx.Request) -> None:
        seen.append((request.method, request.url.path, rows(any_pair, "SELECT state, attempt FROM intent")))

    any_pair.wire.before_write = look
    await any_pair.engine.reconcile()
    assert seen == [("POST", "/api_v2/job_requests", [("sent", 1)])]
    assert rows(any_pair, "SELECT state FROM intent") == [("done",)]


@pytest.mark.parametrize("fault", ["lost_reply", "error_after_effect"])
async def test_a_request_created_without_a_reply_is_found_by_its_marker(any_pair: Pair, fault: FaultName) -> None:
    """The next run adopts it instead of creating a second one."""
    any_pair.offer(2)
    strike(any_pair, fault, "POST", "/api_v2/job_requests")
    outcome = await any_pair.engine.reconcile()
    assert (outcome.done, failures(outcome)) == ((), [("unknown", "create", "job_request")])
    assert await any_pair.settled() == [f"{PICKER}: 2 open"]
    assert len(any_pair.requests()) == 1


@pytest.mark.parametrize("fault", ["lost_reply", "error_after_effect"])
async def test_a_shift_created_without_a_reply_is_found_by_its_marker(pair: Pair, fault: FaultName) -> None:
    """The same on the other side."""
    pair.post(2)
    strike(pair, fault, "POST", "/2/shifts")
    assert failures(await pair.engine.reconcile()) == [("unknown", "create", "shift")]
    assert await pair.settled() == [f"{PICKER}: 2 open"]


@pytest.mark.parametrize("fault", ["lost_reply", "error_after_effect"])
async def test_a_user_created_without_a_reply_is_found_by_the_employee_code(pair: Pair, fault: FaultName) -> None:
    """There is one Ada."""
    pair.post(2)
    pair.accept("Ada")
    strike(pair, fault, "POST", "/2/users")
    assert ("unknown", "create", "user") in failures(await pair.engine.reconcile())
    assert await pair.settled() == [f"{PICKER}: 1 open, Ada"]
    assert len([row for row in pair.world.wheniwork.users.values() if row["employee_code"]]) == 1


@pytest.mark.parametrize("fault", ["lost_request", "error", "html"])
async def test_a_creation_that_never_arrived_is_sent_once_more(pair: Pair, fault: FaultName) -> None:
    """Not before a listing is sure to show it, had it arrived."""
    pair.offer(2)
    strike(pair, fault, "POST", "/api_v2/job_requests")
    assert failures(await pair.engine.reconcile()) == [("unknown", "create", "job_request")]
    waiting = (await pair.quiet()).waiting
    reason = (
        "the outcome of an earlier write (create) is not known yet; runs look for it, and what none of them finds "
        "after 2026-03-02 14:05 UTC is planned anew"
    )
    assert [(row.verdict, row.reason) for row in waiting] == [("blocked", reason)]
    later(pair)
    assert await pair.settled() == [f"{PICKER}: 2 open"]
    assert len(pair.requests()) == 1


@pytest.mark.parametrize("fault", ["lost_reply", "lost_request", "error_after_effect"])
@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
async def test_an_update_without_a_reply_is_looked_at_again(pair: Pair, method: str, fault: FaultName) -> None:
    """Whether it happened or not, the end is the same."""
    stack = pair.offer(2)
    await pair.settled()
    expected = [f"{PICKER}: 3 open"]
    if method == "PATCH":
        pair.edit(stack, instances=3)
    elif method == "PUT":
        pair.act("requestor_edits", job_request_id=pair.requests()[0], fields={"slots": 3})
    else:
        pair.act("requestor_cancels", job_request_id=pair.requests()[0])
        expected = []
    strike(pair, fault, method)
    assert [row[0] for row in failures(await pair.engine.reconcile())] == ["unknown"]
    later(pair)
    assert await pair.settled() == expected


@pytest.mark.parametrize("keeps", [True, False])
@pytest.mark.parametrize("fault", ["lost_reply", "lost_request", "error_after_effect"])
async def test_an_assignment_without_a_reply_seats_the_worker_once(
    pair: Pair, fault: FaultName, *, keeps: bool
) -> None:
    """One seat comes off the stack, whichever id it has."""
    pair.world.wheniwork.switches.stack_keeps_id = keeps
    pair.offer(3)
    await pair.settled()
    pair.accept("Ada")
    strike(pair, fault, "PUT")
    assert [row[:2] for row in failures(await pair.engine.reconcile())] == [("unknown", "assign")]
    later(pair)
    assert await pair.settled() == [f"{PICKER}: 2 open, Ada"]


@pytest.mark.parametrize("fault", ["lost_reply", "lost_request"])
async def test_an_assignment_in_wonolo_without_a_reply_makes_one_job(pair: Pair, fault: FaultName) -> None:
    """A manager seated a worker."""
    pair.post(1, day=5)
    pair.accept("Ada")
    stack = pair.offer(2)
    await pair.settled()
    [user] = [row["id"] for row in pair.world.wheniwork.users.values() if row["employee_code"]]
    pair.act("manager_assigns", shift_id=stack, user_id=user)
    strike(pair, fault, "POST", "/api_v2/jobs/assign")
    assert failures(await pair.engine.reconcile()) == [("unknown", "assign", "job")]
    await looked_for(pair)
    assert (await pair.settled())[1] == f"{PICKER}: 1 open, Ada"
    assert len(pair.world.wonolo.jobs.records) == 2


async def test_a_write_whose_effect_cannot_be_read_back_is_adopted_later(pair: Pair) -> None:
    """It was written, but the read after it failed for good."""
    pair.offer(2)
    pair.world.faults.add(Rule(fault="html", method="GET", path="/api_v2/job_requests/*", status=404, times=1))
    outcome = await pair.engine.reconcile()
    assert failures(outcome) == [("unknown", "create", "job_request")]
    assert await pair.settled() == [f"{PICKER}: 2 open"]
    assert len(pair.requests()) == 1


@pytest.mark.parametrize("moment", ["before the request", "after the reply was sent"])
@pytest.mark.parametrize("method", ["POST", "PATCH"])
async def test_a_process_that_dies_leaves_an_intent_that_the_next_one_closes(
    pair: Pair, method: str, moment: str
) -> None:
    """Its lease ends by itself."""
    stack = pair.offer(2)
    seats = 2
    if method == "PATCH":
        await pair.settled()
        pair.edit(stack, instances=(seats := 3))

    def die(_request: httpx.Request) -> None:
        raise CutShortError

    if moment == "before the request":
        pair.wire.before_write = die
    else:
        pair.wire.after_write = die
    with pytest.raises(CutShortError):
        await pair.engine.reconcile()
    assert rows(pair, "SELECT state FROM intent WHERE state <> 'done'") == [("sent",)]
    pair.wire.before_write = pair.wire.after_write = None
    release(pair)
    async with reopened(pair) as heir:
        await looked_for(heir)
        assert await heir.settled() == [f"{PICKER}: {seats} open"]
    assert len(pair.requests()) == 1


async def test_a_refused_write_stops_its_own_link_alone(pair: Pair) -> None:
    """It is quarantined with the reason, and tried again after an hour."""
    first = pair.offer(2)
    second = pair.offer(2, start="10:00")
    await pair.settled()
    for shift in (first, second):
        pair.edit(shift, instances=3)
    strike(pair, "error", "PATCH", status=400)
    outcome = await pair.engine.reconcile()
    assert (len(outcome.done), failures(outcome)) == (1, [("failed", "update", "job_request")])
    [left] = (await pair.quiet()).waiting
    assert (left.verdict, left.reason.partition(":")[0]) == ("blocked", "refused lately")
    pair.world.advance(timedelta(hours=1, minutes=1))
    assert await pair.settled() == [f"{PICKER}: 3 open", "Picker at Harbor Warehouse, Wed 04 Mar 10:00-18:00: 3 open"]


@pytest.mark.parametrize("fault", ["rate_limited", "throttle_403"])
async def test_a_throttled_write_is_neither_lost_nor_doubled(pair: Pair, fault: FaultName) -> None:
    """It happens in a later run."""
    pair.post(1)
    strike(pair, fault, "POST", "/2/shifts")
    outcome = await pair.engine.reconcile()
    assert len(outcome.failed) == 1
    await looked_for(pair)
    assert await pair.settled() == [f"{PICKER}: 1 open"]


async def test_somebody_faster_than_us_is_not_overwritten(pair: Pair) -> None:
    """The record changed between pull and write, so the change is planned anew."""
    stack = pair.offer(2)
    await pair.settled()
    [request] = pair.requests()
    pair.edit(stack, instances=3)
    plans = iter([True])

    def edit(_request: httpx.Request) -> None:
        if next(plans, False):
            pair.act("requestor_edits", job_request_id=request, fields={"duration": 540})

    pair.wire.before_read[f"/api_v2/job_requests/{request}"] = edit
    assert await pair.settled() == ["Picker at Harbor Warehouse, Wed 04 Mar 08:00-17:00: 3 open"]


async def test_a_shift_deleted_under_our_hands_is_noticed(pair: Pair) -> None:
    """An edit of a shift that is gone by then becomes a deletion."""
    stack = pair.offer(2)
    await pair.settled()
    pair.act("requestor_edits", job_request_id=pair.requests()[0], fields={"request_name": "Ask for Kim"})
    plans = iter([True])

    def delete(_request: httpx.Request) -> None:
        if next(plans, False):
            pair.act("manager_deletes_shift", shift_id=stack)

    pair.wire.before_read[f"/2/shifts/{stack}"] = delete
    outcome = await pair.engine.reconcile()
    assert (outcome.done, failures(outcome)) == ((), [])
    assert [(row.verdict, row.reason) for row in outcome.waiting] == [
        ("conflict", "an edited record is never deleted silently")
    ]


async def test_a_second_writer_is_turned_away(any_pair: Pair) -> None:
    """One run at a time writes for a pair; a diff may look on."""
    any_pair.offer(1)
    with any_pair.engine.store.begin("main") as tx:
        tx.leases.take("another process", "a test")
    with pytest.raises(StoreLocked, match="another run of this pair is under way"):
        await any_pair.engine.reconcile()
    assert len((await any_pair.engine.diff()).to_do) == 1
    release(any_pair)
    assert await any_pair.settled() == [f"{PICKER}: 1 open"]


async def test_a_demand_that_is_gone_when_its_lost_request_is_found_again_is_cancelled(pair: Pair) -> None:
    """Its only shift was taken, or deleted, between the creation and the next run."""
    deleted, taken = pair.offer(1), pair.offer(1, start="10:00")
    pair.world.faults.add(Rule(fault="lost_reply", method="POST", path="/api_v2/job_requests", times=2))
    assert len((await pair.engine.reconcile()).failed) == 2
    pair.act("manager_deletes_shift", shift_id=deleted)
    pair.act("employee_takes", shift_id=taken, user_id=pair.staff("Alma"))
    assert await pair.settled() == []
    assert [row["state"] for row in pair.world.wonolo.job_requests.records.values()] == ["cancelled"] * 2


@pytest.mark.parametrize(("seats", "end"), [(1, []), (3, [f"{PICKER}: 2 open"])])
async def test_an_employee_who_takes_a_seat_of_a_lost_shift_keeps_it(pair: Pair, seats: int, end: list[str]) -> None:
    """The shift was created without a reply; before it was found again there was one seat less."""
    pair.post(seats)
    strike(pair, "lost_reply", "POST", "/2/shifts")
    await pair.engine.reconcile()
    [stack] = pair.shifts(held=False)
    pair.act("employee_takes", shift_id=stack, user_id=pair.staff("Alma"))
    assert await pair.settled() == end


async def test_a_lost_request_whose_address_nobody_knows_any_more_blocks_its_demand(pair: Pair) -> None:
    """A requestor changed it at once; no second one is posted."""
    pair.offer(1)
    strike(pair, "lost_reply", "POST", "/api_v2/job_requests")
    await pair.engine.reconcile()
    [request] = pair.requests()
    pair.act("requestor_edits", job_request_id=request, fields={"address": "1 Elsewhere"})
    later(pair)
    assert [row.verdict for row in (await pair.quiet()).waiting] == ["blocked"]
    pair.act("requestor_edits", job_request_id=request, fields={"address": "400 Harbor Road"})
    assert await pair.settled() == [f"{PICKER}: 1 open"]


@pytest.mark.parametrize("fault", ["lost_reply", "lost_request"])
async def test_a_worker_who_withdraws_while_the_assignment_is_lost_is_not_called_back(
    pair: Pair, fault: FaultName
) -> None:
    """The seat in When I Work was ours, not a manager's wish."""
    pair.offer(2)
    await pair.settled()
    job = pair.accept("Ada")
    strike(pair, fault, "PUT", "/2/shifts/*")
    await pair.engine.reconcile()
    pair.act("worker_withdraws", job_id=job)
    later(pair)
    assert await pair.settled() == [f"{PICKER}: 2 open"]


@pytest.mark.parametrize("fault", ["lost_reply", "lost_request"])
async def test_a_manager_who_edits_while_our_own_edit_is_lost_is_heard(pair: Pair, fault: FaultName) -> None:
    """A requestor asked for two more; the manager then takes one away."""
    stack = pair.offer(2)
    await pair.settled()
    pair.act("requestor_edits", job_request_id=pair.requests()[0], fields={"slots": 4})
    strike(pair, fault, "PUT", "/2/shifts/*")
    await pair.engine.reconcile()
    expected = 3 if fault == "lost_reply" else 1
    pair.edit(stack, instances=expected)
    later(pair)
    assert await pair.settled() == [f"{PICKER}: {expected} open"]


async def test_a_request_that_lost_a_seat_to_another_is_not_forgotten_when_its_update_fails(any_pair: Pair) -> None:
    """The seat that moved founds a demand of its own first; the old one still has one slot too many."""
    any_pair.offer(2)
    moved = any_pair.offer(1)
    await any_pair.settled()
    any_pair.edit(moved, start_time=at(1, "10:00"), end_time=at(1, "18:00"))
    strike(any_pair, "error", "PATCH", "/api_v2/job_requests/*", status=400)
    assert failures(await any_pair.engine.reconcile()) == [("failed", "update", "job_request")]
    assert [row.verdict for row in (await any_pair.quiet()).waiting] == ["blocked"]
    any_pair.world.advance(timedelta(hours=1, minutes=1))
    assert await any_pair.settled() == [
        "Picker at Harbor Warehouse, Tue 03 Mar 10:00-18:00: 1 open",
        f"{PICKER}: 2 open",
    ]


async def test_an_unreadable_shift_beside_an_assignment_is_no_harm(pair: Pair) -> None:
    """Only the shifts of the same hours matter."""
    pair.offer(2)
    await pair.settled()
    broken = pair.offer(1, start="09:00")
    pair.accept("Ada")

    def garble(shift: dict[str, Any]) -> dict[str, Any]:
        return shift | {"start_time": "soon"} if shift["id"] == broken else shift

    pair.wire.garble = garble
    outcome = await pair.engine.reconcile()
    assert ([row.action for row in outcome.done], failures(outcome)) == (["create", "assign"], [])


@pytest.mark.parametrize("fault", ["lost_reply", "lost_request"])
async def test_a_seat_that_leaves_the_demand_it_founded_is_posted_under_a_marker_of_its_own(
    pair: Pair, fault: FaultName
) -> None:
    """So the lost request is never taken for the first one."""
    moved = pair.offer(1)
    pair.offer(2)
    await pair.settled()
    pair.edit(moved, start_time=at(1, "10:00"), end_time=at(1, "18:00"))
    strike(pair, fault, "POST", "/api_v2/job_requests")
    assert failures(await pair.engine.reconcile()) == [("unknown", "create", "job_request")]
    await looked_for(pair)
    assert await pair.settled() == ["Picker at Harbor Warehouse, Tue 03 Mar 10:00-18:00: 1 open", f"{PICKER}: 2 open"]
    names = [row["request_name"] for row in pair.world.wonolo.job_requests.records.values()]
    assert len({name.partition("[sb:")[2] for name in names}) == len(names) == 2
