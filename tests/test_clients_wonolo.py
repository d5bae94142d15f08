"""The Wonolo client: its login, its pages, and how each call is spelled."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from typing import Any

import httpx
import pytest
from structlog.testing import capture_logs

from sync.clients.wonolo import Wonolo
from sync.errors import InvalidResponse, OutcomeUnknown, Rejected, Unauthorized
from tests.scripted import Answer, HandClock, Scripted, said

BASE = "https://wonolo.example/api_v2"
TOKEN = said({"token": "tok-1", "expires_at": "2026-11-21T12:00:00Z"})


def client(*answers: Answer | Exception, login: Answer = TOKEN) -> tuple[Wonolo, Scripted, HandClock]:
    """Make a client that logs in first and then gets the answers."""
    scripted, clock = Scripted(login, *answers), HandClock()
    return Wonolo(BASE, "pk_test_1", "sk_test_1", transport=scripted, per_second=1000, clock=clock), scripted, clock


def rows(first: int, count: int) -> list[dict[str, int]]:
    """Make so many records with ids from `first`."""
    return [{"id": number} for number in range(first, first + count)]


async def collected(pages: AsyncIterator[list[dict[str, Any]]]) -> list[list[int]]:
    """Return the ids of each page."""
    return [[row["id"] for row in page] async for page in pages]


# Login


async def test_the_keys_travel_in_the_body_and_the_token_in_the_query() -> None:
    """Nothing of the keys shows in a URL."""
    wonolo, scripted, _ = client(said({"job": {"id": 5}}))
    async with wonolo:
        await wonolo.job(5)
    login, call = scripted.requests
    assert (str(login.url), json.loads(login.content)) == (
        f"{BASE}/authenticate",
        {"api_key": "pk_test_1", "secret_key": "sk_test_1"},
    )
    assert str(call.url) == f"{BASE}/jobs/5?token=tok-1"


@pytest.mark.parametrize(
    ("expires_at", "renewed_after_hours"),
    [
        ("2026-11-21T12:00:00Z", 23.9166667),
        ("2020-01-01T00:00:00Z", 23.9166667),
        ("soon", 23.9166667),
        ("2026-11-20T14:00:00Z", 1.9166667),
    ],
)
async def test_the_token_is_renewed_five_minutes_before_its_end(expires_at: str, renewed_after_hours: float) -> None:
    """By the service's word, or by the documented day when its clock is not ours."""
    login, job = said({"token": "t", "expires_at": expires_at}), said({"job": {"id": 5}})
    wonolo, scripted, clock = client(job, job, login, job, login=login)
    async with wonolo:
        await wonolo.job(5)
        clock.move(hours=renewed_after_hours, seconds=-1)
        await wonolo.job(5)
        clock.move(seconds=2)
        await wonolo.job(5)
    assert scripted.lines[:3] == ["POST /api_v2/authenticate", "GET /api_v2/jobs/5", "GET /api_v2/jobs/5"]
    assert scripted.lines[3:] == ["POST /api_v2/authenticate", "GET /api_v2/jobs/5"]


async def test_wrong_keys_are_unauthorized() -> None:
    """Also when the service calls it a missing parameter."""
    wonolo, _, _ = client(login=said({"error": "Missing parameter api_key"}, 422))
    async with wonolo:
        with pytest.raises(Unauthorized, match="POST /api_v2/authenticate: 422: Missing parameter api_key"):
            await wonolo.job(5)


async def test_a_login_without_a_token_is_an_invalid_response() -> None:
    """The API changed shape."""
    wonolo, _, _ = client(login=said({"key": "x"}))
    async with wonolo:
        with pytest.raises(InvalidResponse, match="expected `token`, got the keys key"):
            await wonolo.job(5)


async def test_info_needs_no_login() -> None:
    """Health and clock can be checked with wrong keys too."""
    scripted = Scripted(said({"utc_time_now": "2026-11-20T12:00:00.000Z"}))
    async with Wonolo(BASE, "", "", transport=scripted) as wonolo:
        assert await wonolo.info() == {"utc_time_now": "2026-11-20T12:00:00.000Z"}
    assert str(scripted.requests[0].url) == f"{BASE}/info"


# Pages


async def test_pages_are_read_until_an_empty_one() -> None:
    """Fifty, ten, fifty: a short one may have been cut."""
    wonolo, scripted, _ = client(
        said({"jobs": rows(1, 50)}), said({"jobs": rows(51, 10)}), said({"jobs": rows(101, 50)}), said({"jobs": []})
    )
    async with wonolo:
        pages = await collected(wonolo.jobs(job_request_id=7, state=None))
    assert [len(page) for page in pages] == [50, 10, 50]
    assert [request.url.params.multi_items()[:-1] for request in scripted.requests[1:]] == [
        [("job_request_id", "7"), ("page", page), ("per", "50")] for page in ("1", "2", "3", "4")
    ]


async def test_a_full_last_page_is_followed_by_an_empty_one() -> None:
    """The empty one ends the listing and is not handed on."""
    wonolo, _, _ = client(said({"users": rows(1, 50)}), said({"users": []}))
    async with wonolo:
        assert len(await collected(wonolo.users(type="Worker"))) == 1


async def test_a_record_that_moved_between_pages_comes_once() -> None:
    """Someone posted a job request while we read, so the last of page 1 is the first of page 2."""
    wonolo, _, _ = client(said({"job_requests": rows(1, 50)}), said({"job_requests": rows(50, 2)}))
    async with wonolo:
        pages = await collected(wonolo.job_requests())
    assert pages[1] == [51]


async def test_a_page_of_nothing_new_is_not_handed_on() -> None:
    """A short page of known records ends the listing in silence."""
    wonolo, _, _ = client(said({"badges": rows(1, 50)}), said({"badges": rows(50, 1)}))
    async with wonolo:
        assert len(await collected(wonolo.badges(query="forklift"))) == 1


async def test_a_listing_that_ignores_the_page_is_invalid() -> None:
    """The same full page twice would go on for ever."""
    wonolo, _, _ = client(said({"customers": rows(1, 50)}))
    async with wonolo:
        with pytest.raises(InvalidResponse, match="page 2 repeats page 1"):
            await collected(wonolo.customers())


async def test_a_listing_without_end_is_invalid() -> None:
    """There is a cap on the number of pages."""
    numbers = iter(range(1, 1000, 50))
    wonolo, _, _ = client(lambda _request: httpx.Response(200, json={"jobs": rows(next(numbers), 50)}))
    async with wonolo:
        with pytest.raises(InvalidResponse, match="more than 2 pages"):
            await collected(wonolo._pages("jobs", {}, most=2))


# The spelling of each call

Call = Callable[[Wonolo], Coroutine[Any, Any, object]]

READS: list[tuple[Call, str, str]] = [
    (lambda wonolo: wonolo.job_request(7), "/job_requests/7", "job_request"),
    (lambda wonolo: wonolo.job(7), "/jobs/7", "job"),
    (lambda wonolo: wonolo.user(7), "/users/7", "user"),
    (lambda wonolo: wonolo.badge(7), "/badges/7", "badge"),
    (lambda wonolo: wonolo.customer(7), "/customers/7", "customer"),
]

WRITES: list[tuple[Call, str, str, object]] = [
    (
        lambda wonolo: wonolo.create_job_request({"slots": 2}),
        "POST /job_requests",
        "job_request",
        {"job_request": {"slots": 2}},
    ),
    (
        lambda wonolo: wonolo.update_job_request(7, {"slots": 2}),
        "PATCH /job_requests/7",
        "job_request",
        {"job_request": {"slots": 2}},
    ),
    (lambda wonolo: wonolo.create_job({"worker_id": 1}), "POST /jobs", "job", {"job": {"worker_id": 1}}),
    (
        lambda wonolo: wonolo.assign_job(1, 2),
        "POST /jobs/assign",
        "job",
        {"job": {"worker_id": 1, "job_request_id": 2}},
    ),
    (
        lambda wonolo: wonolo.assign_job(1, 2, "n"),
        "POST /jobs/assign",
        "job",
        {"job": {"worker_id": 1, "job_request_id": 2, "requestor_notes": "n"}},
    ),
    (lambda wonolo: wonolo.update_job(7, {"state": "cancelled"}), "PATCH /jobs/7", "job", {"state": "cancelled"}),
    (lambda wonolo: wonolo.create_user({"type": "Worker"}), "POST /users", "user", {"user": {"type": "Worker"}}),
    (lambda wonolo: wonolo.update_user(7, {"zip": "1"}), "PATCH /users/7", "user", {"user": {"zip": "1"}}),
    (lambda wonolo: wonolo.invite_user({"type": "Worker"}), "POST /users/invite", "user", {"user": {"type": "Worker"}}),
    (lambda wonolo: wonolo.create_badge({"name": "a"}), "POST /badges", "badge", {"badge": {"name": "a"}}),
    (lambda wonolo: wonolo.update_badge(7, {"name": "a"}), "PATCH /badges/7", "badge", {"badge": {"name": "a"}}),
    (lambda wonolo: wonolo.create_customer({"name": "a"}), "POST /customers", "customer", {"customer": {"name": "a"}}),
    (
        lambda wonolo: wonolo.update_customer(7, {"name": "a"}),
        "PATCH /customers/7",
        "customer",
        {"customer": {"name": "a"}},
    ),
]


@pytest.mark.parametrize(("call", "path", "key"), READS)
async def test_one_record_is_read_by_its_id(call: Call, path: str, key: str) -> None:
    """Unknown fields are kept as they came."""
    wonolo, scripted, _ = client(said({key: {"id": 7, "new_field": [1]}}))
    async with wonolo:
        assert await call(wonolo) == {"id": 7, "new_field": [1]}
    assert str(scripted.requests[1].url) == f"{BASE}{path}?token=tok-1"


@pytest.mark.parametrize(("call", "line", "key", "body"), WRITES)
async def test_a_write_nests_its_fields_and_returns_the_record(call: Call, line: str, key: str, body: object) -> None:
    """Only a job's update travels flat."""
    wonolo, scripted, _ = client(said({key: {"id": 7}}, 201))
    async with wonolo:
        assert await call(wonolo) == {"id": 7}
    request = scripted.requests[1]
    assert f"{request.method} {request.url}" == line.replace(" ", f" {BASE}", 1) + "?token=tok-1"
    assert json.loads(request.content) == body


async def test_a_created_job_request_that_does_not_come_back_is_of_unknown_outcome() -> None:
    """It exists all the same, so it is searched by its marker, not posted again."""
    wonolo, scripted, _ = client(said({"status": "ok"}))
    async with wonolo:
        with pytest.raises(OutcomeUnknown):
            await wonolo.create_job_request({"slots": 2})
    assert len(scripted.requests) == 2


async def test_a_badge_can_be_deleted_twice() -> None:
    """The second time it was already gone; any other refusal is an error."""
    wonolo, scripted, _ = client(
        said({"badge": {"id": 7}}), said({"error": "Not Found"}, 404), said({"error": "in use"}, 422)
    )
    async with wonolo:
        assert (await wonolo.delete_badge(7), await wonolo.delete_badge(7)) == (True, False)
        with pytest.raises(Rejected, match="in use"):
            await wonolo.delete_badge(7)
    assert scripted.lines[1] == "DELETE /api_v2/badges/7"


async def test_a_customer_is_asked_for_by_name() -> None:
    """The name goes in the query and so into no log and no error."""
    wonolo, scripted, _ = client(said({"exists": True}), said({"exists": False}))
    async with wonolo:
        assert (await wonolo.customer_exists("Dock 9"), await wonolo.customer_exists("x")) == (True, False)
    assert scripted.requests[1].url.params["name"] == "Dock 9"


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Keep the request log out of the test's output."""
    with capture_logs():
        yield
