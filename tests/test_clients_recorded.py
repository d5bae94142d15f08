"""Both clients through a working day, against the sandbox as it is now and as it was recorded.

The cassettes in `tests/cassettes/` hold no secret. To record them again after a client or the sandbox changed:
`pytest tests/test_clients_recorded.py --record-mode=rewrite`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from sandbox.app import create_app
from sandbox.serve import Server
from sandbox.world import World, build_world
from sync.clients.exchange import Record
from sync.clients.wheniwork import WhenIWork
from sync.clients.wonolo import Wonolo
from sync.errors import Rejected
from tests.scripted import HandClock

START = datetime(2026, 11, 20, 12, tzinfo=UTC)
HOST = "http://127.0.0.1"
CASSETTES = Path(__file__).parent / "cassettes"
SECRET = "scrubbed"


def a_world() -> World:
    """Make the same world at each call."""
    return build_world(seed=1, demands=0, start=START)


def sandbox() -> httpx.ASGITransport:
    """Make a fresh sandbox in this process."""
    return httpx.ASGITransport(create_app(a_world()))


@pytest.fixture
def recorded_from(record_mode: str) -> Iterator[str]:
    """Give the address of a sandbox to record from; nothing is there when a cassette is replayed."""
    if record_mode == "none":
        yield HOST
        return
    with Server(a_world()) as server:
        yield server.url


@pytest.fixture(scope="module")
def vcr_config() -> dict[str, Any]:
    """Match what the clients say, and keep every secret out of the cassettes."""
    return {
        "match_on": ["method", "path", "query", "body"],
        "filter_headers": ["W-Token", "W-Key", "Authorization", "Cookie", "Host", "User-Agent"],
        "filter_query_parameters": ["token"],
        "filter_post_data_parameters": [(name, SECRET) for name in ("api_key", "secret_key", "password")],
        "before_record_request": without_port,
        "before_record_response": scrubbed,
    }


def without_port(request: Any) -> Any:
    """Return a recorded request to the sandbox without its port, which is another each time."""
    request.uri = re.sub(r"(?<=127\.0\.0\.1):\d+", "", request.uri)
    return request


def scrubbed(response: dict[str, Any]) -> dict[str, Any]:
    """Return a recorded response without its tokens and cookies."""
    headers = {name: values for name, values in response["headers"].items() if name.lower() == "content-type"}
    body = json.loads(response["body"]["string"] or "null")
    return {**response, "headers": headers, "body": {"string": json.dumps(without_tokens(body)).encode()}}


def without_tokens(value: Any) -> Any:
    """Return a JSON value with each `token` in it blotted out."""
    if isinstance(value, dict):
        return {key: SECRET if key == "token" else without_tokens(inner) for key, inner in value.items()}
    return [without_tokens(inner) for inner in value] if isinstance(value, list) else value


def wonolo_at(url: str, transport: httpx.AsyncBaseTransport | None = None) -> Wonolo:
    """Make a Wonolo client of the sandbox."""
    clock = HandClock(START)
    return Wonolo(
        f"{url}/api_v2", "pk_test_sandbox", "sk_test_sandbox", transport=transport, per_second=1000, clock=clock
    )


def wheniwork_at(url: str, login_path: str, transport: httpx.AsyncBaseTransport | None = None) -> WhenIWork:
    """Make a When I Work client of the sandbox."""
    return WhenIWork(
        f"{url}/2",
        url + login_path,
        "sandbox-developer-key",
        "manager@sandbox.example",
        "sandbox",
        transport=transport,
        per_minute=60_000,
        clock=HandClock(START),
    )


# The working days


async def a_day_in_wonolo(wonolo: Wonolo) -> None:
    """Post, fill, move and cancel a job request; keep badges, customers and users."""
    assert (await wonolo.info())["utc_time_now"] == "2026-11-20T12:00:00.000Z"
    fields = {
        "state": "posted",
        "category": "General Labor",
        "description_tasks": "Carry boxes",
        "slots": 2,
        "start_time": "2026-11-23 08:00",
        "duration": 480,
        "address": "400 Harbor Road",
        "city": "Chicago",
        "zip": "60617",
        "request_name": "Dock 9",
        "wage": 160,
    }
    posted = await wonolo.create_job_request(fields)
    assert (posted["state"], posted["slots"], posted["duration"]) == ("posted", 2, 480)
    listed = [
        row
        async for page in wonolo.job_requests(state="posted", updated_after=START - timedelta(minutes=1))
        for row in page
    ]
    assert posted["id"] in [row["id"] for row in listed]

    [worker] = [row async for page in wonolo.users(first_name="Ada", last_name="Abel") for row in page]
    job = await wonolo.assign_job(worker["id"], posted["id"], "knows the dock")
    assert (job["state"], job["requestor_notes"]) == ("filled", "knows the dock")
    assert [row["id"] async for page in wonolo.jobs(job_request_id=posted["id"]) for row in page] == [job["id"]]
    moved = await wonolo.update_job_request(posted["id"], {"start_time": "2026-11-23 09:00", "slots": 3})
    assert (moved["slots"], moved["request_name"]) == (3, "Dock 9")
    withdrawn = await wonolo.update_job(job["id"], {"state": "cancelled", "cancelled_reason": "admin_cancelled"})
    assert (withdrawn["state"], (await wonolo.job(job["id"]))["state"]) == ("cancelled", "cancelled")
    await wonolo.update_job_request(posted["id"], {"state": "cancelled"})
    assert (await wonolo.job_request(posted["id"]))["state"] == "cancelled"

    await a_day_among_wonolo_people(wonolo)
    with pytest.raises(Rejected) as missing:
        await wonolo.job_request(999_999)
    with pytest.raises(Rejected) as incomplete:
        await wonolo.create_job_request({"state": "posted"})
    assert (missing.value.gone, incomplete.value.gone, incomplete.value.status) == (True, False, 422)


async def a_day_among_wonolo_people(wonolo: Wonolo) -> None:
    """Invite a worker, rename a customer, drop a badge."""
    person = {"type": "Worker", "first_name": "Vera", "last_name": "Zell", "phone": "+13125550190"}
    invited = await wonolo.invite_user(person)
    renamed = await wonolo.update_user(invited["id"], {"external_id": "w-7"})
    assert (renamed["external_id"], (await wonolo.user(invited["id"]))["last_name"]) == ("w-7", "Zell")

    badge = await wonolo.create_badge({"name": "Scanner", "description": "May use the scanner"})
    await wonolo.update_badge(badge["id"], {"description": "May use the hand scanner"})
    assert (await wonolo.badge(badge["id"]))["description"] == "May use the hand scanner"
    assert [row["name"] async for page in wonolo.badges(query="Scanner") for row in page] == ["Scanner"]
    assert (await wonolo.delete_badge(badge["id"]), await wonolo.delete_badge(badge["id"])) == (True, False)

    customer = await wonolo.create_customer({"name": "Sandbox Fairs"})
    await wonolo.update_customer(customer["id"], {"name": "Sandbox Trade Fairs"})
    assert (await wonolo.customer(customer["id"]))["name"] == "Sandbox Trade Fairs"
    assert [await wonolo.customer_exists(name) for name in ("Sandbox Trade Fairs", "Nobody")] == [True, False]
    assert customer["id"] in [row["id"] async for page in wonolo.customers() for row in page]


async def a_day_in_wheniwork(wheniwork: WhenIWork) -> None:
    """Plan a stack of open shifts, publish, give out, move and delete them."""
    assert (await wheniwork.account())["timezone_name"] == "America/Chicago"
    location = (await wheniwork.locations.list())[0]["id"]
    position = (await wheniwork.positions.list())[0]["id"]
    place = {"location_id": location, "position_id": position}
    hours = {"start_time": "2026-11-23T14:00:00+00:00", "end_time": "2026-11-23T22:00:00+00:00"}
    stack = await wheniwork.create_shift({**place, **hours, "user_id": 0, "instances": 3, "notes": "Dock 9"})
    assert (stack["instances"], stack["published"]) == (3, False)
    await wheniwork.publish([stack["id"]])
    assert (await wheniwork.shift(stack["id"]))["published"]

    window = (START + timedelta(days=3), START + timedelta(days=4))
    listing = await wheniwork.shifts(*window)
    assert listing.complete
    assert stack["id"] in [shift["id"] for shift in listing.shifts]

    person = await wheniwork.users.create(
        {
            "email": "vera.zell@example.com",
            "first_name": "Vera",
            "last_name": "Zell",
            "role": 3,
            "locations": [location],
            "positions": [position],
        }
    )
    held = await wheniwork.update_shift(stack["id"], {**hours, **place, "user_id": person["id"]}, assign_one=True)
    assert held["user_id"] in {0, person["id"]}
    same = [shift for shift in (await wheniwork.shifts(*window)).shifts if shift["notes"] == "Dock 9"]
    assert sorted((shift["user_id"], shift["instances"]) for shift in same) == [(0, 2), (person["id"], 1)]
    own = next(shift["id"] for shift in same if shift["user_id"])
    rest = next(shift["id"] for shift in same if not shift["user_id"])
    assert [shift["user_id"] for shift in await wheniwork.unassign([own])] == [0]
    assert person["id"] in [shift["user_id"] for shift in await wheniwork.assign(rest, [person["id"]])]

    await a_day_of_bulk_changes(wheniwork, place, hours)
    await a_day_among_wheniwork_records(wheniwork, person, place)


async def a_day_of_bulk_changes(wheniwork: WhenIWork, place: Record, hours: Record) -> None:
    """Create two shifts at once, change one of them, delete both twice."""
    first, second = await wheniwork.create_shifts(
        [{**place, **hours, "user_id": 0, "notes": note} for note in ("a", "b")]
    )
    backwards = {"start_time": hours["end_time"], "end_time": hours["start_time"]}
    result = await wheniwork.update_shifts(
        [{"id": first["id"], **place, **hours, "notes": "c"}, {"id": second["id"], **place, **backwards}]
    )
    assert [shift["notes"] for shift in result.shifts] == ["c"]
    assert [(error["shift_id"], error["code"]) for error in result.errors] == [(second["id"], 2165)]
    await wheniwork.publish([first["id"]])
    await wheniwork.unpublish([first["id"]])
    events = {event["type"] for event in await wheniwork.history(first["id"])}
    assert {"created", "published", "unpublished"} <= events
    assert (await wheniwork.delete_shift(first["id"]), await wheniwork.delete_shift(first["id"])) == (True, False)
    assert await wheniwork.delete_shifts([second["id"]]) == {second["id"]}
    listing = await wheniwork.shifts(START, START + timedelta(days=40))
    assert (listing.complete, {first["id"], second["id"]} <= listing.deleted_ids) == (True, True)
    with pytest.raises(Rejected) as gone:
        await wheniwork.shift(first["id"])
    assert gone.value.gone


async def a_day_among_wheniwork_records(wheniwork: WhenIWork, person: Record, place: Record) -> None:
    """Keep a site, a position, a time sheet and a user."""
    site = await wheniwork.sites.create(
        {"name": "Dock 9", "location_id": place["location_id"], "address": "400 Harbor Road"}
    )
    await wheniwork.sites.update(site["id"], {"name": "Dock 10"})
    assert (await wheniwork.sites.get(site["id"]))["name"] == "Dock 10"
    assert await wheniwork.sites.delete(site["id"])
    position = await wheniwork.positions.create({"name": "Scanner"})
    assert position["id"] in [row["id"] for row in await wheniwork.positions.list(show_deleted=True)]

    worked = {"start_time": "2026-11-19T14:00:00+00:00", "end_time": "2026-11-19T22:00:00+00:00"}
    time = await wheniwork.times.create({**worked, **place, "user_id": person["id"]})
    await wheniwork.times.update(time["id"], {"notes": "checked"})
    assert (await wheniwork.times.get(time["id"]))["notes"] == "checked"
    assert time["id"] in [row["id"] for row in await wheniwork.times.list(start=START - timedelta(days=2), end=START)]
    assert await wheniwork.times.delete(time["id"])

    await wheniwork.users.update(person["id"], {"employee_code": "wonolo:7"})
    assert (await wheniwork.users.get(person["id"]))["employee_code"] == "wonolo:7"
    assert await wheniwork.users.delete(person["id"])
    left = await wheniwork.users.list(show_pending=True, show_deleted=False)
    assert person["id"] not in [user["id"] for user in left]


# Live and recorded


async def test_a_day_in_wonolo_in_the_sandbox() -> None:
    """The client and the sandbox of today agree."""
    async with wonolo_at(HOST, sandbox()) as wonolo:
        await a_day_in_wonolo(wonolo)


@pytest.mark.vcr
async def test_a_day_in_wonolo_as_recorded(recorded_from: str) -> None:
    """The client still says and reads what it did when this was recorded."""
    async with wonolo_at(recorded_from) as wonolo:
        await a_day_in_wonolo(wonolo)


@pytest.mark.parametrize("login_path", ["/2/login", "/login"])
async def test_a_day_in_wheniwork_in_the_sandbox(login_path: str) -> None:
    """The client and the sandbox of today agree, whichever login is used."""
    async with wheniwork_at(HOST, login_path, sandbox()) as wheniwork:
        assert len(await wheniwork.own_users()) == 1
        await a_day_in_wheniwork(wheniwork)


@pytest.mark.vcr
async def test_a_day_in_wheniwork_as_recorded(recorded_from: str) -> None:
    """The client still says and reads what it did when this was recorded."""
    async with wheniwork_at(recorded_from, "/2/login") as wheniwork:
        await a_day_in_wheniwork(wheniwork)


@pytest.mark.vcr
async def test_the_current_login_as_recorded(recorded_from: str) -> None:
    """The JSON Web Token of today's login host opens the same account."""
    async with wheniwork_at(recorded_from, "/login") as wheniwork:
        users = await wheniwork.own_users()
        assert (len(users), users[0]["account_id"]) == (1, (await wheniwork.account())["id"])


def test_no_cassette_holds_a_secret() -> None:
    """Neither keys nor password nor any token that was ever issued."""
    texts = [path.read_text() for path in CASSETTES.rglob("*.yaml")]
    assert len(texts) == 3
    for text in texts:
        assert not [
            word for word in ("_test_sandbox", "developer-key", '"password":"sandbox"', "W-Token") if word in text
        ]
        assert text.count('"token": ') == text.count(f'"token": "{SECRET}"')


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Keep the request log out of the test's output."""
    with capture_logs():
        yield
