"""Parts of a pair read each by itself: what each asks for, what a failing one stops, what is concluded of a window."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from sandbox.faults import Rule
from sync.clock import SystemClock
from sync.errors import Forbidden, InvalidResponse, RemoteError, Unavailable
from sync.intake.parts import PARTS, Part
from sync.mirror.looks import LastLook
from tests.engine_world import START, Pair, at, copied, open_pair

PICKER = "Picker at Harbor Warehouse, Wed 04 Mar 08:00-16:00"

LISTINGS: dict[Part, set[str]] = {
    "soon": {"/2/shifts"},
    "requests": {"/api_v2/job_requests", "/api_v2/jobs"},
    "time_off": {"/2/requests", "/2/swaps"},
    "people": {"/api_v2/users", "/2/users"},
    "hours": {"/2/times", "/2/payrolls"},
    "later": {"/2/shifts"},
    "places": {"/2/positions", "/2/locations", "/2/sites"},
    "second_look": {"/api_v2/job_requests", "/api_v2/jobs"},
}


@pytest.fixture
async def pair(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Pair]:
    """A pair of accounts in which nothing is offered yet."""
    async with open_pair(copied(sqlite_template, tmp_path)) as opened:
        yield opened


def asked(pair: Pair, number: int = 0) -> list[str]:
    """The paths that were read after the request of that number, records by id as {id}."""
    paths = [row.path for row in pair.world.requests.since(number) if row.method == "GET"]
    return [re.sub(r"/\d+$", "/{id}", path) for path in paths if not path.endswith("login")]


def looks(pair: Pair) -> dict[str, LastLook]:
    """The last complete readings."""
    with pair.engine.store.read("main") as tx:
        return tx.looks.all()


def mirrored(pair: Pair) -> set[int]:
    """The shifts that there are, as the mirror says."""
    with pair.engine.store.read("main") as tx:
        return {int(row["id"]) for row in tx.observations.all("shift")}


def cursor(pair: Pair, kind: str) -> datetime | None:
    """How far a poller has read."""
    with pair.engine.store.read("main") as tx:
        return tx.observations.cursor(kind)


@pytest.mark.parametrize("part", PARTS)
async def test_a_part_asks_for_its_own_listings_alone(pair: Pair, part: Part) -> None:
    """And its reading is noted with when it began, by the clock of this machine."""
    before = SystemClock().now()
    pulled = await pair.engine.read({part})
    assert (set(asked(pair)), pulled.failed, set(pulled.parts)) == (LISTINGS[part], {}, {part})
    assert before <= pulled.parts[part] <= SystemClock().now()
    assert looks(pair) == {part: LastLook(pulled.parts[part])}


async def test_both_windows_of_shifts_are_read_as_one(pair: Pair) -> None:
    """In no more calls than a pull makes."""
    await pair.engine.pull()
    number = pair.last_request()
    await pair.engine.read({"soon", "later"})
    assert (asked(pair, number), looks(pair).keys() >= {"soon", "later"}) == (["/2/shifts"], True)


@pytest.mark.parametrize(
    ("path", "status", "kind", "part"),
    [
        ("/2/requests", 200, InvalidResponse, "time_off"),
        ("/2/positions", 200, InvalidResponse, "places"),
        ("/api_v2/users", 200, InvalidResponse, "people"),
        ("/2/shifts", 200, InvalidResponse, "soon"),
    ],
)
async def test_a_part_that_fails_stops_no_other(
    pair: Pair, path: str, status: int, kind: type[RemoteError], part: Part
) -> None:
    """Those of the same system are read too; what failed is not noted as read."""
    pair.world.faults.add(Rule(fault="html", path=path, status=status))
    pulled = await pair.engine.read({"requests", "places", "people", "soon", "time_off"})
    assert {name: type(error) for name, error in pulled.failed.items()} == {part: kind}
    assert pulled.parts.keys() == {"requests", "places", "people", "soon", "time_off"} - {part}
    assert looks(pair).keys() == pulled.parts.keys()


async def test_a_part_that_the_login_may_not_see_stops_no_other(pair: Pair) -> None:
    """It is an error of that part alone."""
    pair.world.faults.add(Rule(fault="forbidden", path="/2/positions", status=403))
    pulled = await pair.engine.read({"places", "soon"})
    assert {name: type(error) for name, error in pulled.failed.items()} == {"places": Forbidden}
    assert pulled.parts.keys() == {"soon"}


async def test_a_system_that_does_not_answer_is_left_alone_and_the_other_is_read(pair: Pair) -> None:
    """Its further parts would only wait for it too."""
    wheniwork = pair.engine._wheniwork._api
    pair.world.faults.add(Rule(fault="error", system="wheniwork", path="/2/shifts"))
    await wheniwork.get("/positions")
    number = pair.last_request()
    wheniwork._limits = type(wheniwork._limits)(wheniwork._limits.rate, attempts=1)
    pulled = await pair.engine.read({"requests", "soon", "later", "time_off", "hours"})
    assert {name: type(error) for name, error in pulled.failed.items()} == dict.fromkeys(
        ("soon", "later", "time_off", "hours"), Unavailable
    )
    assert pulled.parts.keys() == {"requests"}
    assert set(asked(pair, number)) == {"/2/shifts", "/api_v2/job_requests", "/api_v2/jobs"}


async def test_a_shift_that_moved_from_the_near_window_into_the_far_one_is_not_gone(pair: Pair) -> None:
    """Linked or not, it is asked for by its id."""
    linked = pair.offer(1, day=1)
    strange = pair.offer(1, day=1, location_id=136, site_id=9)
    await pair.settled()
    for shift in (linked, strange):
        pair.edit(shift, start_time=at(6, "08:00"), end_time=at(6, "16:00"))
    number = pair.last_request()
    await pair.engine.read({"soon"})
    assert asked(pair, number) == ["/2/shifts", "/2/shifts/{id}", "/2/shifts/{id}"]
    assert {linked, strange} <= mirrored(pair)
    number = pair.last_request()
    assert await pair.settled() == ["Picker at Harbor Warehouse, Sun 08 Mar 08:00-16:00: 1 open"]
    assert [row.method for row in pair.writes_since(number)] == ["PATCH"]


async def test_a_shift_that_was_deleted_in_the_near_window_is_gone(pair: Pair) -> None:
    """Its reading by id says so."""
    stack = pair.offer(1, day=1)
    await pair.settled()
    pair.act("manager_deletes_shift", shift_id=stack)
    await pair.engine.read({"soon"})
    assert stack not in mirrored(pair)


async def test_many_shifts_that_vanish_from_a_window_make_both_due_at_once(pair: Pair) -> None:
    """Nothing is concluded of one window, nor asked one by one; the whole tells which are gone."""
    strange = {"location_id": 136, "site_id": 9}
    stacks = [pair.offer(1, day=1, start=f"10:{minute:02}", **strange) for minute in range(26)]
    await pair.engine.pull()
    pair.world.advance(timedelta(minutes=1))
    for stack in stacks[1:]:
        pair.act("manager_deletes_shift", shift_id=stack)
    pair.edit(stacks[0], start_time=at(6, "08:00"), end_time=at(6, "16:00"))
    number = pair.last_request()
    await pair.engine.read({"soon"})
    assert asked(pair, number) == ["/2/shifts"]
    assert set(stacks) <= mirrored(pair)
    assert [looks(pair)[part].marked for part in ("soon", "later")] == [True, True]
    await pair.engine.read({"soon", "later"})
    assert mirrored(pair) & set(stacks) == {stacks[0]}
    assert [looks(pair)[part].marked for part in ("soon", "later")] == [False, False]


async def test_a_second_look_finds_what_two_cut_listings_hid(pair: Pair) -> None:
    """The polls after them begin later: it would never be seen."""
    requests = [pair.post(1, start=f"{hour:02}:00") for hour in (8, 9, 10, 11)]
    pair.world.advance(timedelta(hours=1))
    pair.world.faults.add(Rule(fault="truncated_listing", path="/api_v2/job_requests", times=1))
    await pair.engine.pull()
    pair.world.faults.add(Rule(fault="truncated_listing", path="/api_v2/job_requests", times=1))
    pair.world.advance(timedelta(hours=1))
    await pair.engine.read({"requests"})

    def known() -> set[int]:
        with pair.engine.store.read("main") as tx:
            return {int(row["id"]) for row in tx.observations.all("job_request")}

    assert len(known()) == 2
    pair.world.advance(timedelta(hours=1))
    await pair.engine.read({"requests"})
    assert len(known()) == 2
    await pair.engine.read({"second_look"})
    assert known() == set(requests)


async def test_a_second_look_reads_linked_records_again_that_were_unread_for_a_day(pair: Pair) -> None:
    """A request that was edited unseen is noticed; what was read today is not asked for."""
    pair.offer(1, day=6)
    await pair.settled()
    [request] = pair.requests()
    number = pair.last_request()
    await pair.engine.read({"second_look"})
    assert "/api_v2/job_requests/{id}" not in asked(pair, number)
    pair.world.advance(timedelta(days=1))
    record = pair.world.wonolo.job_requests.records[request]
    record["slots"] = 3  # its updated_at does not show it
    number = pair.last_request()
    await pair.engine.read({"second_look"})
    assert asked(pair, number).count("/api_v2/job_requests/{id}") == 1
    assert asked(pair, number).count("/2/shifts/{id}") == 1
    with pair.engine.store.read("main") as tx:
        found = tx.observations.record("job_request", request)
    assert found
    assert found["slots"] == 3


async def test_a_bulk_edit_is_read_again_twice_and_not_in_every_quiet_poll(pair: Pair) -> None:
    """Two readings show it, and the overlap of the next meets it; then it is left, though nothing newer came."""
    for minute in range(100):
        pair.post(1, start=f"{8 + minute // 60:02}:{minute % 60:02}")
    await pair.engine.read({"requests"})
    pages = []
    for hours in (2, 3, 4, 5, 6):
        pair.world.advance(START + timedelta(hours=hours) - pair.world.clock.now())
        if hours == 2:
            for request in pair.requests():
                pair.act("requestor_edits", job_request_id=request, fields={"slots": 2})
        number = pair.last_request()
        await pair.engine.read({"requests"})
        pages.append(asked(pair, number).count("/api_v2/job_requests"))
    assert pages == [pages[0], pages[0], pages[0], 1, 1]
    assert pages[0] > 1
    assert cursor(pair, "job_request") == START + timedelta(hours=4)


async def test_a_bulk_edit_is_forgotten_by_quick_polls_as_soon_as_the_overlap_is_over(pair: Pair) -> None:
    """Every half minute the same pages come again for ten minutes, and then no more."""
    for minute in range(100):
        pair.post(1, start=f"{8 + minute // 60:02}:{minute % 60:02}")
    pages = []
    for _ in range(30):
        number = pair.last_request()
        await pair.engine.read({"requests"})
        pages.append(asked(pair, number).count("/api_v2/job_requests"))
        pair.world.advance(timedelta(seconds=30))
    assert pages[-8:] == [1] * 8
