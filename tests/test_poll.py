"""The pollers: what is asked for, what is believed, and how far a cursor moves."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from sandbox.faults import Rule
from sync.connecting import service_time
from sync.errors import InvalidResponse, Unavailable
from tests.engine_world import START, Pair, at, copied, open_pair

PICKER = "Picker at Harbor Warehouse, Wed 04 Mar 08:00-16:00"


@pytest.fixture
async def pair(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Pair]:
    """A pair of accounts in which nothing is offered yet; what is asked of the database is tested elsewhere."""
    async with open_pair(copied(sqlite_template, tmp_path)) as opened:
        yield opened


def cursor(pair: Pair, name: str) -> datetime | None:
    """How far a poller has read."""
    with pair.engine.store.begin("main") as tx:
        return tx.observations.cursor(name)


def asked(pair: Pair, path: str) -> list[dict[str, Any]]:
    """The queries sent to a path, oldest first."""
    return [row.query for row in pair.world.requests.since(0) if row.path == path]


def mirrored(pair: Pair, kind: Any) -> set[int]:
    """Ids of the records that a system still has, as the mirror says."""
    with pair.engine.store.begin("main") as tx:
        return {int(row["id"]) for row in tx.observations.all(kind)}


async def test_a_pull_counts_what_it_read(pair: Pair) -> None:
    """By kind."""
    pair.post(1)
    pair.accept("Ada")
    pulled = await pair.engine.pull()
    assert (pulled.counts, pulled.complete, pulled.problems) == (
        {"job_request": 1, "job": 1, "worker": 40, "shift": 3, "time": 0, "payroll": 2}
        | {"time_off": 0, "swap": 1, **pair.company()},
        True,
        [],
    )


async def test_each_pull_looks_back_to_the_start_of_the_last_but_one(pair: Pair) -> None:
    """With ten minutes of overlap each, as clocks differ; an empty listing does not count."""
    await pair.engine.pull()
    assert cursor(pair, "job_request") is None
    pair.world.advance(timedelta(hours=2))
    pair.post(1)
    for _ in range(4):
        pair.world.advance(timedelta(hours=1))
        await pair.engine.pull()
    asked_for = [row for row in asked(pair, "/api_v2/job_requests") if row["page"] == "1"]
    since = [datetime.fromisoformat(query["updated_after"]) for query in asked_for]
    long, overlap = timedelta(days=92), timedelta(minutes=10)
    hours = [START + timedelta(hours=number) for number in (0, 3, 4, 3, 3)]
    assert since == [*(hour - long - overlap for hour in hours[:3]), *(hour - overlap for hour in hours[3:])]
    assert cursor(pair, "job_request") == START + timedelta(hours=4)


async def test_a_cursor_does_not_move_before_the_last_page_is_kept(pair: Pair) -> None:
    """The pages read so far are kept, and read again."""
    for _ in range(60):
        pair.post(1)
    pair.world.advance(timedelta(hours=1))
    pages = iter(["whole", "broken"])

    def spoil(request: httpx.Request) -> None:
        if "page=2" in str(request.url) and next(pages, "broken"):
            pair.world.faults.add(Rule(fault="html", path="/api_v2/job_requests", status=200, times=1))

    pair.wire.before_read["/api_v2/job_requests"] = spoil
    with pytest.raises(InvalidResponse):
        await pair.engine.pull()
    assert (len(mirrored(pair, "job_request")), cursor(pair, "job_request")) == (50, None)
    pair.wire.before_read.clear()
    await pair.engine.pull()
    assert (len(mirrored(pair, "job_request")), cursor(pair, "job_request")) == (60, START + timedelta(hours=1))


async def test_trouble_in_one_system_does_not_cut_off_the_other(pair: Pair) -> None:
    """Its pages are kept; the error is told all the same."""
    pair.post(1)
    pair.world.faults.add(Rule(fault="html", path="/2/users", status=200, times=1))
    with pytest.raises(InvalidResponse, match="GET /users"):
        await pair.engine.pull()
    assert len(mirrored(pair, "job_request")) == 1


async def test_a_listing_cut_short_concludes_no_deletion(pair: Pair) -> None:
    """The window that came back is smaller than the one that was asked for."""
    stack = pair.offer(1, day=10)
    await pair.settled()
    pair.world.wheniwork.switches.window_clamp_days = 5
    pulled = await pair.engine.pull()
    assert (pulled.complete, len(pulled.problems)) == (False, 1)
    assert stack in mirrored(pair, "shift")
    assert await pair.settled() == ["Picker at Harbor Warehouse, Thu 12 Mar 08:00-16:00: 1 open"]


@pytest.mark.parametrize("fault", ["empty_listing", "truncated_listing"])
async def test_a_listing_that_lacks_linked_shifts_is_checked_one_by_one(pair: Pair, fault: Any) -> None:
    """They are still there, so nothing is cancelled."""
    for hour in (8, 9, 10):
        pair.offer(1, start=f"{hour:02}:00")
    before = await pair.settled()
    pair.world.faults.add(Rule(fault=fault, path="/2/shifts", times=1))
    outcome = await pair.quiet()
    assert (outcome.waiting, await pair.settled()) == ((), before)


async def test_a_deletion_is_believed_when_listing_and_reading_agree(pair: Pair) -> None:
    """A shift nobody linked needs no second look."""
    linked, strange = pair.offer(1), pair.offer(1, location_id=136, site_id=9)
    await pair.engine.reconcile()
    for stack in (linked, strange):
        pair.act("manager_deletes_shift", shift_id=stack)
    await pair.engine.pull()
    assert not {linked, strange} & mirrored(pair, "shift")
    assert [len(asked(pair, f"/2/shifts/{stack}")) for stack in (linked, strange)] == [1, 0]


async def test_a_shift_that_moved_out_of_the_window_is_followed(pair: Pair) -> None:
    """It is not gone: its request moves along."""
    stack = pair.offer(1)
    await pair.settled()
    pair.edit(stack, start_time=at(20, "08:00"), end_time=at(20, "16:00"))
    assert await pair.settled() == ["Picker at Harbor Warehouse, Sun 22 Mar 08:00-16:00: 1 open"]


async def test_a_check_that_gets_no_answer_concludes_nothing(pair: Pair) -> None:
    """The reading goes on and tells of it; the next one asks again."""
    stack = pair.offer(1)
    await pair.settled()
    pair.act("manager_deletes_shift", shift_id=stack)
    pair.world.faults.add(Rule(fault="html", path=f"/2/shifts/{stack}", status=404, times=1))
    assert list((await pair.engine.pull()).refused) == [("shift", stack)]
    assert stack in mirrored(pair, "shift")
    assert await pair.settled() == []


async def test_a_record_without_a_usable_id_is_a_problem_and_no_error(pair: Pair) -> None:
    """The rest is kept."""
    broken = pair.offer(1)

    def garble(shift: dict[str, Any]) -> dict[str, Any]:
        return shift | {"id": "new"} if shift["id"] == broken else shift

    pair.wire.garble = garble
    pulled = await pair.engine.pull()
    assert [text.partition(": ")[0] for text in pulled.problems] == ["a shift record cannot be kept"]
    assert len(mirrored(pair, "shift")) == 3


async def test_a_service_that_stays_away_is_unavailable(pair: Pair) -> None:
    """Nothing about it is concluded."""
    stack = pair.offer(1)
    await pair.settled()

    def refuse(_request: httpx.Request) -> None:
        raise httpx.ConnectError("refused")

    limits = pair.engine._wheniwork._api._limits
    object.__setattr__(limits, "attempts", 1)
    pair.wire.before_read["/2/shifts"] = refuse
    with pytest.raises(Unavailable):
        await pair.engine.reconcile()
    assert stack in mirrored(pair, "shift")


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"utc_time_now": "2026-03-02 14:00:00 UTC"}, START),
        ({"utc_time_now": "2026-03-02T14:00:00+00:00"}, datetime(2026, 3, 2, 14, tzinfo=UTC)),
        ({"utc_time_now": "noon"}, None),
        ({}, None),
    ],
)
def test_the_service_s_time_is_read_in_its_own_spelling(told: dict[str, str], expected: datetime | None) -> None:
    """One that cannot be read is none."""
    assert service_time(told) == expected


async def test_a_deleted_user_is_nobody_s_worker_any_more(pair: Pair) -> None:
    """Else a seat would be given to somebody who cannot hold one, and be refused."""
    pair.offer(1)
    await pair.settled()
    pair.accept("Ada")
    await pair.settled()
    [user] = [row for row in pair.world.wheniwork.users.values() if row["employee_code"]]
    assert user["id"] in mirrored(pair, "user")
    user["is_deleted"] = True
    await pair.engine.pull()
    assert user["id"] not in mirrored(pair, "user")
    with pair.engine.store.begin("main") as tx:
        assert tx.links.users() == {}


async def test_a_run_stopped_from_outside_leaves_the_pair_to_others(pair: Pair) -> None:
    """It is recorded as stopped, and its lease ends with it."""
    pair.offer(1)
    running = asyncio.create_task(pair.engine.reconcile())

    def stop(_request: httpx.Request) -> None:
        running.cancel()

    pair.wire.before_write = stop
    with pytest.raises(asyncio.CancelledError):
        await running
    pair.wire.before_write = None
    with pair.engine.store.begin("main") as tx:
        assert tx.runs.last(1)[0].outcome == "stopped"
    assert await pair.settled() == [f"{PICKER}: 1 open"]
