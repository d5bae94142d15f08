"""Both clients under each switch of the sandbox: what is not known of the services must not matter to them."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator
from dataclasses import fields
from datetime import timedelta
from typing import Any, Literal, get_args, get_origin, get_type_hints

import httpx
import pytest
from structlog.testing import capture_logs

from sandbox.app import create_app
from sandbox.wheniwork.switches import Switches as WhenIWorkSwitches
from sandbox.wonolo.switches import Switches as WonoloSwitches
from sandbox.world import World, build_world
from sync.clients.wheniwork import WhenIWork
from sync.clients.wonolo import Wonolo
from sync.errors import Forbidden, Rejected, Unauthorized
from tests.sandbox_wonolo import KEYS, NOON, job_request_body

LOGIN = ("sandbox-developer-key", "manager@sandbox.example", "sandbox")


def settings(kind: Any) -> list[tuple[str, Any]]:
    """Every switch of a sandbox with each value that it has but for the default."""
    hints = get_type_hints(kind)
    return [
        (switch.name, value)
        for switch in fields(kind)
        for value in _values(hints[switch.name])
        if value != switch.default
    ]


def _values(hint: Any) -> tuple[Any, ...]:
    return get_args(hint) if get_origin(hint) is Literal else (True, False) if hint is bool else ()


@pytest.fixture
def world() -> World:
    """A small world of its own for each test."""
    world = build_world(seed=7, demands=3, start=NOON, posted=1.0)
    world.wheniwork.switches.rate_limit_per_minute = 0
    return world


@pytest.fixture
async def wonolo(world: World) -> AsyncIterator[Wonolo]:
    """A client of its Wonolo."""
    transport, keys = httpx.ASGITransport(create_app(world)), (KEYS["api_key"], KEYS["secret_key"])
    async with Wonolo("http://127.0.0.1/api_v2", *keys, transport=transport, per_second=1000) as client:
        yield client


@pytest.fixture
async def wheniwork(world: World) -> AsyncIterator[WhenIWork]:
    """The manager of its When I Work, by the legacy login, whose answer has many shapes."""
    transport, here = httpx.ASGITransport(create_app(world)), "http://127.0.0.1"
    manager = next(user["id"] for user in world.wheniwork.users.values() if user["email"] == LOGIN[1])
    async with WhenIWork(
        f"{here}/2", f"{here}/2/login", *LOGIN, user_id=manager, transport=transport, per_minute=60_000
    ) as client:
        yield client


STYLES = ("fields_in", "body_in", "auth_in")
"""Switches that need another spelling of the client: tests/test_clients_wonolo_styles.py has them."""
OTHERS = [(switch, value) for switch, value in settings(WonoloSwitches) if switch not in STYLES]


MISSING: dict[tuple[str, object], tuple[type[Exception], bool]] = {
    ("missing_status", 403): (Forbidden, False),
    ("missing_status", 401): (Unauthorized, False),
}
"""Refusals that might mean that a record is gone, and that nothing may be concluded from."""


@pytest.mark.parametrize(("switch", "value"), OTHERS)
async def test_wonolo_is_read_and_written_under_each_switch(
    world: World, wonolo: Wonolo, switch: str, value: object
) -> None:
    """A public pool key reads and is told that it may not write; everything else just works."""
    world.wonolo.switches.change({switch: value})
    known = set(world.wonolo.job_requests.records)
    assert {row["id"] async for page in wonolo.job_requests() for row in page} == known
    recent = wonolo.job_requests(updated_after=NOON - timedelta(minutes=10))
    assert {row["id"] async for page in recent for row in page} <= known
    refused, gone = MISSING.get((switch, value), (Rejected, True))
    with pytest.raises(refused) as caught:
        await wonolo.job_request(1)
    assert getattr(caught.value, "gone", False) is gone
    if (switch, value) == ("pool", "public"):
        with pytest.raises(Forbidden):
            await wonolo.create_job_request(job_request_body())
        return
    posted = await wonolo.create_job_request(job_request_body(slots=2))
    assert (await wonolo.update_job_request(posted["id"], {"slots": 3}))["slots"] == 3
    job = await wonolo.assign_job((await wonolo.rankings(posted["id"]))["rankings"][0]["worker_id"], posted["id"])
    assert [row["id"] async for page in wonolo.jobs(job_request_id=posted["id"]) for row in page] == [job["id"]]
    assert (await wonolo.update_job(job["id"], {"state": "cancelled"}))["state"] == "cancelled"
    with pytest.raises(Rejected, match=r"422|400: Missing"):
        await wonolo.create_job_request({})
    assert (await wonolo.job_request(posted["id"]))["slots"] == 3


async def test_a_wonolo_that_wants_nested_fields_changes_no_job(world: World, wonolo: Wonolo) -> None:
    """A job's change is spelled flat, as documented: a service without that refuses it or leaves the job as it is."""
    world.wonolo.switches.change({"fields_in": "nested"})
    posted = await wonolo.create_job_request(job_request_body(slots=2))
    worker = (await wonolo.rankings(posted["id"]))["rankings"][0]["worker_id"]
    job = await wonolo.assign_job(worker, posted["id"])
    with contextlib.suppress(Rejected):
        assert (await wonolo.update_job(job["id"], {"state": "cancelled"}))["state"] == "filled"
    assert (await wonolo.job(job["id"]))["state"] == "filled"


@pytest.mark.parametrize(("switch", "value"), settings(WhenIWorkSwitches))
async def test_when_i_work_is_read_and_written_under_each_switch(
    world: World, wheniwork: WhenIWork, switch: str, value: object
) -> None:
    """A shift is made, published, moved, found and deleted, twice."""
    world.wheniwork.switches.change({switch: value})
    place = {"location_id": 136, "position_id": 32}
    hours = {"start_time": "2026-11-24T14:00:00Z", "end_time": "2026-11-24T22:00:00Z"}
    made = await wheniwork.create_shift(hours | place | {"instances": 2, "published": True})
    await wheniwork.publish([made["id"]])
    moved = hours | {"end_time": "2026-11-24T23:00:00Z", "location_id": 136}
    await wheniwork.update_shift(made["id"], moved)
    listing = await wheniwork.shifts(NOON, NOON + timedelta(days=100))
    [read] = [row for row in listing.shifts if row["id"] == made["id"]]
    assert (read["published"], read["instances"], listing.complete) == (True, 2, True)
    assert read["end_time"] == (await wheniwork.shift(made["id"]))["end_time"]
    user = (await wheniwork.eligible_users(id=made["id"]))[0]["id"]
    await wheniwork.update_shift(made["id"], moved | {"user_id": user}, assign_one=True)
    assert user in {row["user_id"] for row in (await wheniwork.shifts(NOON, NOON + timedelta(days=3))).shifts}
    assert (await wheniwork.delete_shift(made["id"]), await wheniwork.delete_shift(made["id"])) == (True, False)


PAGES = [("requests_first_page", 1), ("requests_total", "pages"), ("more_key", False), ("swaps_first_page", 0)]


@pytest.mark.parametrize(("switch", "value"), [("more_key", True), *PAGES])
async def test_every_page_is_read_from_whatever_number_they_count(
    world: World, wheniwork: WhenIWork, switch: str, value: object
) -> None:
    """More requests and swaps than two pages hold."""
    state = world.wheniwork
    state.switches.change({switch: value})
    for number in range(450):
        times = {"start_time": NOON, "end_time": NOON + timedelta(hours=8)}
        state.add("requests", {"id": 90_000 + number, "user_id": 135, "creator_id": 135, "type_id": 1, **times})
        state.add("swaps", {"id": 90_000 + number, "user_id": 101, "creator_id": 101, "shift_id": 10000, "type": 2})
    requests = await wheniwork.requests.list(start="2026-11-20", end="2026-11-30")
    swaps = await wheniwork.swaps.list()
    expected = set(range(90_000, 90_450))
    assert [expected - {row["id"] for row in rows} for rows in (requests, swaps)] == [set(), set()]
    assert [len({row["id"] for row in rows}) - len(rows) for rows in (requests, swaps)] == [0, 0]


@pytest.mark.parametrize(
    ("switch", "value"), [("single_key", "newer"), ("single_key", "older"), ("timezones_key", "timezone")]
)
async def test_one_record_is_read_under_either_name(
    world: World, wheniwork: WhenIWork, switch: str, value: object
) -> None:
    """Of the seed's documents, and of today's."""
    world.wheniwork.switches.change({switch: value})
    for records in (wheniwork.swaps, wheniwork.templates, wheniwork.times, wheniwork.blocks):
        first = (await records.list(start="2026-10-01", end="2026-12-31"))[0]["id"]
        assert (await records.get(first))["id"] == first
    assert await wheniwork.timezones()


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Keep the request log out of the test's output."""
    with capture_logs():
        yield
