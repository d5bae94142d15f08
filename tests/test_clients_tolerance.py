"""What the references say that the real services may do, and how both clients take it."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine, Iterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from sandbox.app import create_app
from sandbox.world import build_world
from sync.clients.wheniwork import WhenIWork
from sync.clients.wheniwork.collections import all_pages
from sync.clients.wonolo import Wonolo
from sync.errors import InvalidResponse, OutcomeUnknown, Rejected
from tests.sandbox_wonolo import KEYS, job_request_body
from tests.scripted import Answer, HandClock, Scripted, said

TOKEN = said({"token": "tok-1", "expires_at": "2026-11-21T12:00:00Z"})
LOGIN = said({"login": {"token": "tok-1"}, "user": {"id": 11}})


def wonolo(*answers: Answer, login: Answer = TOKEN) -> tuple[Wonolo, Scripted]:
    """Make a Wonolo client that logs in first and then gets the answers."""
    scripted = Scripted(login, *answers)
    base = "https://wonolo.example/api_v2"
    return Wonolo(base, "pk", "sk", transport=scripted, per_second=1000, clock=HandClock()), scripted


def wheniwork(*answers: Answer) -> tuple[WhenIWork, Scripted]:
    """Make a When I Work client that logs in first and then gets the answers."""
    scripted, base = Scripted(LOGIN, *answers), "https://wiw.example/2"
    login = (f"{base}/login", "key", "m@sandbox.example", "pw")
    return WhenIWork(base, *login, transport=scripted, per_minute=60_000, clock=HandClock()), scripted


def rows(*ids: object) -> list[dict[str, object]]:
    """Make records with these ids."""
    return [{"id": number} for number in ids]


# Pages counted from nobody knows what (When I Work reference 7.5 and 7.6)


@pytest.mark.parametrize(
    ("pages", "asked"),
    [
        ([{"requests": rows(1, 2), "more": True}, {"requests": rows(3), "more": False}], 2),
        ([{"requests": rows(1, 2)}, {"requests": rows(3)}, {"requests": []}], 3),
        ([{"requests": rows(1, 2)}, {"requests": rows(1, 2)}, {"requests": rows(3)}, {"requests": []}], 4),
        ([{"requests": []}, {"requests": rows(1, 2, 3)}, {"requests": []}], 3),
        ([{"requests": rows(1, 2, 3), "total": 3, "page": 0}], 3),
        ([{"requests": rows(1, 2), "more": True}, {"requests": rows(2, 3), "more": "0"}], 2),
        ([{"requests": rows("1", 2)}, {"requests": rows(1, "3")}, {"requests": []}], 3),
    ],
    ids=["told", "empty end", "from one, 0 is 1", "from one, 0 is empty", "page ignored", "moved", "ids as text"],
)
async def test_a_listing_is_whole_from_whatever_number_its_pages_count(pages: list[object], asked: int) -> None:
    """Each record comes once, and the listing ends."""
    client, scripted = wheniwork(*(said(page) for page in pages))
    async with client:
        assert await client.requests.list(start="2026-11-01", end="2026-11-30") == rows(1, 2, 3)
    sent = [dict(request.url.params) for request in scripted.requests[1:]]
    window = {"start": "2026-11-01", "end": "2026-11-30"}
    assert sent == [{**window, "limit": "200", "page": str(page)} for page in range(asked)]


async def test_a_listing_without_end_is_invalid() -> None:
    """There is a cap on the number of pages."""
    numbers = iter(range(1, 100))
    client, _ = wheniwork(lambda _request: httpx.Response(200, json={"swaps": rows(next(numbers))}))
    async with client:
        with pytest.raises(InvalidResponse, match="more than 3 pages"):
            await all_pages(client._api, "/swaps", "swaps", {}, 1, most=3)


# Envelopes and ids

Call = Callable[[WhenIWork], Coroutine[Any, Any, object]]
NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)

ENVELOPES: list[tuple[Call, object, object]] = [
    (lambda wiw: wiw.requests.types(), {"request-types": rows(7)}, rows(7)),
    (lambda wiw: wiw.requests.types(), {"requesttypes": rows(7)}, rows(7)),
    (lambda wiw: wiw.requests.create_type({}), {"request-type": {"id": 7}}, {"id": 7}),
    (lambda wiw: wiw.timezones(), {"timezones": rows("7")}, rows(7)),
    (lambda wiw: wiw.timezones(), {"timezone": rows(7)}, rows(7)),
    (lambda wiw: wiw.swaps.get(7), {"swaps": rows("7"), "messages": rows(1), "shifts": rows(2)}, {"id": 7}),
    (lambda wiw: wiw.swaps.get(7), {"swap": {"id": 7}}, {"id": 7}),
    (lambda wiw: wiw.templates.get(7), {"templates": rows(7), "templateshifts": rows("1", "2")}, {"id": 7}),
    (lambda wiw: wiw.times.clock_in({"id": 3}), {"time": {"id": 7}}, {"id": 7}),
    (lambda wiw: wiw.times.of_user(3), {"user": {"id": 3}, "times": []}, {"user": {"id": 3}, "times": []}),
    (lambda wiw: wiw.sites.list(), {"site": rows(7)}, rows(7)),
    (lambda wiw: wiw.positions.list(), [], []),
    (lambda wiw: wiw.users.list(), {"users": {"id": "7"}}, rows(7)),
    (
        lambda wiw: wiw.availabilities.items(),
        {"availability": {"id": 10}, "availabilityitems": rows(85, 12)},
        rows(85, 12),
    ),
    (lambda wiw: wiw.availability_events.update(7, {}), {"availabilityevent": {"id": 7}}, {"id": 7}),
    (lambda wiw: wiw.availability_events.replace(7, {}), {"availabilityevents": rows(7, 8)}, rows(7, 8)),
    (lambda wiw: wiw.availability_events.replace(7, {}), {"availabilityevent": {"id": 7}}, rows(7)),
    (lambda wiw: wiw.send_mail([1], "s", "m"), [], None),
    (lambda wiw: wiw.batch([{}]), [{"shifts": []}, {"message": "no"}], [{"shifts": []}, {"message": "no"}]),
    (
        lambda wiw: wiw.acknowledge([7], NINE),
        {"success": True, "acknowledged": 1},
        {"success": True, "acknowledged": 1},
    ),
    (lambda wiw: wiw.swap_users(7), {"can_release": True, "users": rows(3)}, rows(3)),
]


@pytest.mark.parametrize(("call", "answer", "result"), ENVELOPES)
async def test_an_answer_is_understood_under_every_name_it_has_been_seen_with(
    call: Call, answer: object, result: object
) -> None:
    """Hyphens, singulars, lists of one, ids as text."""
    client, _ = wheniwork(said(answer))
    async with client:
        assert await call(client) == result


async def test_a_job_comes_once_though_its_id_changes_its_type() -> None:
    """Text on one page, a number on the next."""
    client, _ = wonolo(said({"jobs": rows(*(str(number) for number in range(1, 51)))}), said({"jobs": rows(50, 51)}))
    async with client:
        pages = [[row["id"] for row in page] async for page in client.jobs()]
    assert pages == [list(range(1, 51)), [51]]


@pytest.mark.parametrize("text", ["", "0", "-1", "٣", "7b", "1e3", "9" * 20])
async def test_an_id_that_is_no_plain_number_stays_as_it_came(text: str) -> None:
    """Some services use other ids, and a wrong number would be another record."""
    client, _ = wonolo(said({"job": {"id": text}}))
    async with client:
        assert await client.job(5) == {"id": text}


# Writes


async def test_users_created_in_part_tell_both_parts() -> None:
    """A 400 that holds the valid rows is an answer; nobody is invited unasked."""
    done = {"validRows": [{"id": 7}], "invalidRows": [{"email": "x"}]}
    client, scripted = wheniwork(said(done, 400))
    async with client:
        assert await client.users.create_many([{"email": "a"}, {"email": "x", "invite": True}]) == done
    assert json.loads(scripted.requests[1].content) == [
        {"invite": False, "email": "a"},
        {"invite": True, "email": "x"},
    ]


async def test_time_off_that_cannot_be_deleted_is_not_asked_twice() -> None:
    """The service says so with a 500, which might mean anything."""
    client, scripted = wheniwork(said({"error": "not canceled"}, 500))
    async with client:
        with pytest.raises(OutcomeUnknown, match="not canceled"):
            await client.requests.delete(7)
    assert len(scripted.requests) == 2


async def test_positions_are_never_deleted_without_ids() -> None:
    """A delete without ids might be a delete of everything."""
    client, scripted = wheniwork()
    async with client:
        with pytest.raises(ValueError, match="no filter is everything"):
            await client.positions.delete_many([])
    assert scripted.requests == []


# Wonolo's open questions


@pytest.mark.parametrize(
    ("answer", "exists"),
    [
        (said({"exists": True}), True),
        (said({"exists": False}), False),
        (said("true"), True),
        (said("false"), False),
        (said({"error": "Not Found"}, 404), False),
    ],
)
async def test_a_customer_exists_in_whatever_words(answer: Answer, exists: bool) -> None:  # noqa: FBT001 - pytest passes the table's cells so
    """An object, a bare word, or a 404."""
    client, _ = wonolo(answer)
    async with client:
        assert await client.customer_exists("Dock 9") is exists


@pytest.mark.parametrize("expires_at", ["2026-11-20T14:00:00", "2026-11-20T14:00:00.000Z", "2026-11-20T06:00:00-08:00"])
async def test_the_end_of_a_token_is_an_instant_on_every_machine(expires_at: str) -> None:
    """Without a zone it is UTC, and not the zone of the machine."""
    client, _ = wonolo(login=said({"token": "t", "expires_at": expires_at}))
    assert client._renewal(expires_at) == datetime(2026, 11, 20, 13, 55, tzinfo=UTC)


async def test_a_check_for_a_customer_may_be_refused() -> None:
    """That is no answer to the question."""
    client, _ = wonolo(said({"error": "Missing parameter name"}, 422))
    async with client:
        with pytest.raises(Rejected, match="Missing parameter name"):
            await client.customer_exists("")


NEEDED = {"state": "posted", "slots": 2, "category": "General Labor", "city": "Chicago", "zip": "60601"}
THERE = {**NEEDED, "address": "1 Some Street", "request_name": "Dock", "description_tasks": "Lift"}


async def test_a_change_that_needs_the_whole_record_is_sent_with_it() -> None:
    """Only what a create needs and what is there; the caller's fields win."""
    record = {"id": 7, **THERE, "description": "made of the parts", "wage": 100, "state": "filled"}
    missing, one = said({"error": "Missing parameter category"}, 422), said({"job_request": record})
    client, scripted = wonolo(missing, one, one)
    async with client:
        assert await client.update_job_request(7, {"state": "cancelled"}) == record
    assert scripted.lines[1:] == [f"{method} /api_v2/job_requests/7" for method in ("PATCH", "GET", "PATCH")]
    assert json.loads(scripted.requests[3].content) == {"job_request": {**THERE, "state": "cancelled"}}


async def test_a_change_refused_for_itself_is_refused() -> None:
    """With the whole record too, or when there is nothing to add."""
    refused, one = said({"error": "Slots must be positive"}, 422), said({"job_request": {"id": 7, **THERE}})
    client, scripted = wonolo(refused, one, refused, refused, one)
    async with client:
        with pytest.raises(Rejected, match="Slots must be positive"):
            await client.update_job_request(7, {"slots": -1})
        with pytest.raises(Rejected, match="Slots must be positive"):
            await client.update_job_request(7, {**THERE, "slots": -1})
    assert [line.split()[0] for line in scripted.lines[1:]] == ["PATCH", "GET", "PATCH", "PATCH", "GET"]


async def test_a_job_request_is_changed_where_partial_changes_are_refused() -> None:
    """The sandbox, by its switch."""
    world = build_world(seed=7, demands=0)
    world.wonolo.switches.partial_patch = False
    transport, keys = httpx.ASGITransport(create_app(world)), (KEYS["api_key"], KEYS["secret_key"])
    async with Wonolo("http://127.0.0.1/api_v2", *keys, transport=transport, per_second=1000) as client:
        posted = await client.create_job_request(job_request_body(slots=2))
        changed = await client.update_job_request(posted["id"], {"slots": 3})
    same = ("request_name", "address", "description", "start_time", "duration", "wage")
    assert (changed["slots"], [changed[name] for name in same]) == (3, [posted[name] for name in same])


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Keep the request log out of the test's output."""
    with capture_logs():
        yield
