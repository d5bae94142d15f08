"""What the recorded days leave out: the clients' other calls, played against the sandbox in this process."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from sandbox.app import create_app
from sandbox.people import perform
from sandbox.wheniwork.approvals import ask
from sandbox.world import World, build_world
from sync.clients.wheniwork import Collection, WhenIWork
from sync.clients.wonolo import Wonolo
from sync.errors import OutcomeUnknown, Rejected
from tests.sandbox_wonolo import KEYS, NOON, job_request_body

LOGIN = ("sandbox-developer-key", "manager@sandbox.example", "sandbox")


@pytest.fixture
def world() -> World:
    """A small world of its own for each test."""
    return build_world(seed=7, demands=0, start=NOON)


@pytest.fixture
async def wonolo(world: World) -> AsyncIterator[Wonolo]:
    """A client of its Wonolo."""
    transport, keys = httpx.ASGITransport(create_app(world)), (KEYS["api_key"], KEYS["secret_key"])
    with capture_logs():
        async with Wonolo("http://127.0.0.1/api_v2", *keys, transport=transport, per_second=1000) as client:
            yield client


@pytest.fixture
async def wheniwork(world: World) -> AsyncIterator[WhenIWork]:
    """The manager of its When I Work."""
    world.wheniwork.switches.rate_limit_per_minute = 0
    transport, here = httpx.ASGITransport(create_app(world)), "http://127.0.0.1"
    with capture_logs():
        async with WhenIWork(f"{here}/2", f"{here}/login", *LOGIN, transport=transport, per_minute=60_000) as client:
            yield client


async def ids(pages: AsyncIterator[list[dict[str, Any]]]) -> list[int]:
    """Return the ids of a whole listing."""
    return [row["id"] async for page in pages for row in page]


# Wonolo


async def test_workers_are_ranked_told_again_and_ranked_anew(wonolo: Wonolo, world: World) -> None:
    """The answers' shapes are not known, so they come as they are."""
    posted = await wonolo.create_job_request(job_request_body())
    assert len((await wonolo.rankings(posted["id"]))["rankings"]) > 1
    assert (await wonolo.resend_notifications(posted["id"]))["job_request"]["id"] == posted["id"]
    assert (await wonolo.re_rank_workers(posted["id"]))["job_request"]["id"] == posted["id"]
    worker = perform(world, "worker_accepts", {"job_request_id": posted["id"]})["job"]["worker"]
    assert (await wonolo.tracking(worker["id"])).keys() == {"tracking"}


async def test_a_message_is_sent_found_and_read(wonolo: Wonolo, world: World) -> None:
    """By its job, and by its id."""
    posted = await wonolo.create_job_request(job_request_body())
    job = perform(world, "worker_accepts", {"job_request_id": posted["id"]})["job"]
    people = {"sender_id": job["employer"]["id"], "receiver_id": job["worker"]["id"], "job_id": job["id"]}
    sent = await wonolo.create_message(people | {"body": "Gate 4"})
    assert await wonolo.message(sent["id"]) == sent
    assert (await ids(wonolo.messages(job_id=job["id"])), await ids(wonolo.messages(job_id=1))) == ([sent["id"]], [])


async def test_days_stand_under_one_umbrella(wonolo: Wonolo) -> None:
    """Each of them is a job request that names it."""
    fields = {"repeat_type": "daily", "repeat_number": 3, "job_request": job_request_body()}
    made = await wonolo.create_multi_day_job_request(fields)
    changed = await wonolo.update_multi_day_job_request(made["id"], {"same_workers": True})
    assert (made["same_workers"], changed["same_workers"]) == (False, True)
    assert await wonolo.multi_day_job_request(made["id"]) == changed
    assert len(await ids(wonolo.job_requests(multi_day_job_request_id=made["id"]))) == 3


async def test_the_company_is_searched(wonolo: Wonolo) -> None:
    """What is found comes as it is, and a search for nothing is refused."""
    badge = await wonolo.create_badge({"name": "Reach Truck", "description": "May drive one"})
    assert [row["id"] for row in (await wonolo.search(query="reach"))["badges"]] == [badge["id"]]
    with pytest.raises(Rejected, match="query"):
        await wonolo.search()


# When I Work

KINDS: list[tuple[Callable[[WhenIWork], Collection], dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    (lambda wiw: wiw.positions, {"name": "Scanner"}, {"name": "Scanning"}, {}),
    (lambda wiw: wiw.locations, {"name": "North"}, {"name": "South"}, {}),
    (lambda wiw: wiw.sites, {"name": "Gate 4", "location_id": 136}, {"name": "Gate 5"}, {}),
    (lambda wiw: wiw.blocks, {"start_time": "08:00", "end_time": "16:00", "location_id": 136}, {"notes": "x"}, {}),
    (
        lambda wiw: wiw.templates,
        {"name": "A week", "start": "2026-11-23", "end": "2026-11-29"},
        {"description": "x"},
        {},
    ),
    (
        lambda wiw: wiw.annotations,
        {
            "title": "x",
            "announcement": True,
            "all_locations": True,
            "start_date": "2026-11-24",
            "end_date": "2026-11-24",
        },
        {"message": "y"},
        {"start": "2026-11-23", "end": "2026-11-30"},
    ),
    (lambda wiw: wiw.messages, {"request_id": 54, "content": "x"}, {"content": "y"}, {"request_id": 54}),
    (lambda wiw: wiw.availabilities, {"name": "x", "start_date": "2026-11-24"}, {"description": "y"}, {}),
    (
        lambda wiw: wiw.availability_events,
        {"start_time": "2026-11-24 09:00", "end_time": "2026-11-24 12:00", "type": 1},
        {"notes": "y"},
        {"start": "2026-11-23", "end": "2026-11-30"},
    ),
    (
        lambda wiw: wiw.requests,
        {"start_time": "2026-11-24 09:00", "end_time": "2026-11-24 12:00", "type_id": 1},
        {"status": 1},
        {"start": "2026-11-23", "end": "2026-11-30"},
    ),
    (
        lambda wiw: wiw.times,
        {"start_time": "2026-11-22 09:00", "end_time": "2026-11-22 12:00", "user_id": 4364, "location_id": 136},
        {"notes": "y"},
        {"start": "2026-11-20", "end": "2026-11-30"},
    ),
]


@pytest.mark.parametrize(
    ("kind", "fields", "change", "filters"),
    KINDS,
    ids=[
        "position",
        "location",
        "site",
        "block",
        "template",
        "annotation",
        "message",
        "availability",
        "event",
        "request",
        "time",
    ],
)
async def test_a_record_is_made_listed_changed_read_and_deleted(
    wheniwork: WhenIWork,
    kind: Callable[[WhenIWork], Collection],
    fields: dict[str, Any],
    change: dict[str, Any],
    filters: dict[str, Any],
) -> None:
    """Under whatever envelope each of them comes."""
    records = kind(wheniwork)
    made = await records.create(fields)
    assert made["id"] in {row["id"] for row in await records.list(**filters)}
    changed = await records.update(made["id"], change)
    assert {name: changed[name] for name in change} == change
    assert (await records.get(made["id"]))["id"] == made["id"]
    assert await records.delete(made["id"])
    assert made["id"] not in {row["id"] for row in await records.list(**filters)}


DAY = (NOON, NOON + timedelta(days=1))


async def test_people_are_told_and_asked_about_shifts(wheniwork: WhenIWork) -> None:
    """Counts and users come back; nothing about a shift changes."""
    fields = {
        "start_time": "2026-11-24 08:00:00",
        "end_time": "2026-11-24 16:00:00",
        "location_id": 136,
        "position_id": 32,
    }
    shift = await wheniwork.create_shift(fields | {"published": True})
    assert (await wheniwork.notify(*DAY, location_id=136))["success"]
    assert (await wheniwork.notify_shift(shift["id"], "Gate 4"))["success"]
    assert (await wheniwork.count_shifts(*DAY)).keys() == {"count"}
    assert await wheniwork.labor(*DAY)
    first, *others = [user["id"] for user in await wheniwork.eligible_users(id=shift["id"])]
    [held] = await wheniwork.assign(shift["id"], [first])
    assert [user["id"] for user in await wheniwork.swap_users(held["id"])] == others
    assert (await wheniwork.acknowledge([held["id"]], NOON))["success"]
    assert [row["user_id"] for row in await wheniwork.unassign([held["id"]])] == [0]


async def test_a_day_is_copied(wheniwork: WhenIWork) -> None:
    """The copies come back."""
    await wheniwork.create_shift({"start_time": "2026-11-23 13:00", "end_time": "2026-11-23 15:00", "location_id": 136})
    day = NOON + timedelta(days=1)
    copies = await wheniwork.copy_shifts(day, day + timedelta(hours=11), mode="previous_day", location_id=136)
    assert [row["location_id"] for row in copies] == [136]


async def test_a_swap_is_offered_found_and_withdrawn(wheniwork: WhenIWork) -> None:
    """Under `swap` and `swaps`."""
    fields = {"start_time": "2026-11-24 08:00", "end_time": "2026-11-24 16:00", "location_id": 136}
    shift = await wheniwork.create_shift(fields | {"user_id": 4364, "published": True})
    made = await wheniwork.swaps.create({"shift_id": shift["id"], "type": 2, "users": [27384]})
    assert made["id"] in {row["id"] for row in await wheniwork.swaps.list()}
    assert (await wheniwork.swaps.update(made["id"], {"status": 4}))["status"] == 4
    assert (await wheniwork.swaps.get(made["id"]))["shift_id"] == shift["id"]
    assert await wheniwork.swaps.delete(made["id"])


async def test_a_wish_for_an_open_shift_is_seen_and_withdrawn(wheniwork: WhenIWork, world: World) -> None:
    """Where the shift needs an approval."""
    fields = {"start_time": "2026-11-24 08:00", "end_time": "2026-11-24 16:00", "location_id": 136, "position_id": 32}
    shift = await wheniwork.create_shift(fields | {"published": True, "requires_openshift_approval": True})
    user = next(user for user in await wheniwork.eligible_users(id=shift["id"]))
    ask(world.wheniwork, world.wheniwork.shifts[shift["id"]], user["id"])
    window = {"start": "2026-11-23", "end": "2026-11-30"}
    [wish] = await wheniwork.approval_requests.list(**window)
    assert (await wheniwork.approval_requests.get(wish["id"]))["shift_id"] == shift["id"]
    assert (await wheniwork.approval_requests.update(wish["id"], {"status": 6}))["status"] == 6
    assert await wheniwork.approval_requests.delete(wish["id"])
    assert not await wheniwork.approval_requests.withdraw(wish["id"])


async def test_time_off_that_is_not_cancelled_cannot_be_deleted(wheniwork: WhenIWork) -> None:
    """The documented 500 is of unknown outcome; once it is cancelled the deletion works."""
    made = await wheniwork.requests.create({"start_time": "2026-11-24 09:00", "end_time": "2026-11-24 12:00"})
    with pytest.raises(OutcomeUnknown):
        await wheniwork.requests.delete(made["id"])
    await wheniwork.requests.update(made["id"], {"status": 1})
    assert await wheniwork.requests.delete(made["id"])
    kind = await wheniwork.requests.create_type({"name": "Training"})
    assert kind["id"] in {row["id"] for row in await wheniwork.requests.types()}


async def test_hours_worked_are_clocked_and_paid(wheniwork: WhenIWork) -> None:
    """In, out, by user, and as a payroll."""
    begun = await wheniwork.times.clock_in({"id": 4364})
    ended = await wheniwork.times.clock_out({"id": 4364})
    assert (begun["id"], begun["user_id"]) == (ended["id"], 4364)
    assert (await wheniwork.times.of_user(4364))["user"]["id"] == 4364
    payrolls = await wheniwork.payrolls.list(start="2026-10-01", end="2026-12-01")
    one = await wheniwork.payrolls.get(payrolls[0]["id"])
    assert (await wheniwork.payrolls.update(one["id"], {"notes": "x"}))["notes"] == "x"


async def test_users_and_positions_are_written_several_at_once(wheniwork: WhenIWork) -> None:
    """Nobody is invited unasked."""
    rows = [{"first_name": "Ada", "last_name": str(number), "email": f"ada{number}@mail.example"} for number in (1, 2)]
    made = await wheniwork.users.create_many(rows)
    assert len(made["validRows"]) == 2
    user = next(row for row in await wheniwork.users.list() if row["email"] == "ada1@mail.example")
    assert await wheniwork.users.invite(user["id"], "Welcome")
    assert await wheniwork.users.invite_many({"ids": [user["id"]]})
    assert await wheniwork.users.profile()
    assert await wheniwork.users.alerts() is not None
    position = await wheniwork.positions.create({"name": "Scanner"})
    [changed] = await wheniwork.positions.update_many([{"id": position["id"], "name": "Scanning"}])
    assert changed["name"] == "Scanning"
    assert await wheniwork.positions.delete_many([position["id"]])


async def test_availability_is_read_hour_by_hour_and_taken_out_of_a_series(wheniwork: WhenIWork) -> None:
    """Every event that a change leaves comes back."""
    assert {row["availability_id"] for row in await wheniwork.availabilities.items(user_id=[371])} == {10}
    times = {"start_time": "2026-11-24 09:00", "end_time": "2026-11-24 12:00", "type": 1}
    made = await wheniwork.availability_events.create(times | {"recurrence": "FREQ=WEEKLY;BYDAY=TU"})
    assert [row["notes"] for row in await wheniwork.availability_events.replace(made["id"], {"notes": "x"})] == ["x"]
    events = await wheniwork.availability_events.add_exception(made["id"], {"start_time": "2026-12-01 09:00"})
    assert len(events) == 2


async def test_the_account_and_what_belongs_to_no_record(wheniwork: WhenIWork) -> None:
    """Zones, plans, mail and batches."""
    account = await wheniwork.account()
    assert (await wheniwork.update_account(account["id"], {}))["id"] == account["id"]
    assert all(isinstance(zone["id"], int) for zone in await wheniwork.timezones())
    assert await wheniwork.plans()
    await wheniwork.send_mail([4364], "Open shifts", "There are some")
    [answer] = await wheniwork.batch([{"method": "get", "url": "/rest/positions", "params": {}}])
    assert answer["positions"]
