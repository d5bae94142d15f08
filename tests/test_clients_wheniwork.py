"""The When I Work client: its two logins and its listings."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
from structlog.testing import capture_logs

from sync.clients.wheniwork import ShiftListing, WhenIWork
from sync.errors import ConfigError, InvalidResponse, Unauthorized
from tests.scripted import NOON, said
from tests.scripted_wheniwork import BASE, CURRENT, LEGACY, TOKEN, client

# Logins


async def test_the_legacy_login_gives_a_w_token() -> None:
    """Key in the header, both spellings of the name in the body."""
    wheniwork, scripted, _ = client(said({"account": {"id": 1}}))
    async with wheniwork:
        assert await wheniwork.account() == {"id": 1}
    login, call = scripted.requests
    assert (str(login.url), login.headers["W-Key"], json.loads(login.content)) == (
        LEGACY,
        "dev-key",
        {"username": "m@sandbox.example", "email": "m@sandbox.example", "password": "pw"},
    )
    assert (call.headers["W-Token"], call.headers["W-UserId"], "W-Key" in call.headers) == ("tok-1", "11", False)


async def test_the_current_login_gives_a_bearer_token() -> None:
    """It is on a host of its own and takes the e-mail only."""
    wheniwork, scripted, _ = client(
        said({"account": {"id": 1}}), login=said({"person": {"id": 3}, "token": "jwt-1"}), login_url=CURRENT
    )
    async with wheniwork:
        await wheniwork.account()
    login, call = scripted.requests
    assert (str(login.url), json.loads(login.content)) == (CURRENT, {"email": "m@sandbox.example", "password": "pw"})
    assert (call.headers["Authorization"], call.headers["W-UserId"]) == ("Bearer jwt-1", "11")


@pytest.mark.parametrize(
    ("answer", "user_id", "token", "acting"),
    [
        ({"login": {"token": "a"}, "token": "b", "users": [{"id": 1, "token": "c"}]}, None, "a", "1"),
        ({"token": "b", "users": [{"id": 1, "token": "c"}]}, None, "b", "1"),
        ({"users": [{"id": 1, "token": "c"}, {"id": 2, "token": "d"}], "accounts": []}, 2, "d", "2"),
        ({"users": [{"id": 1, "token": "c"}, {"id": 2, "token": "d"}], "accounts": []}, None, "c", None),
        ({"person": {"token": "e"}}, None, "e", None),
        ({"data": {"token": "f"}}, 9, "f", "9"),
        ({"login": {"token": "a"}, "user": {"id": 5}}, None, "a", "5"),
    ],
)
async def test_the_token_is_found_in_every_known_answer(
    answer: object, user_id: int | None, token: str, acting: str | None
) -> None:
    """And the acting user is sent when it is configured or the only one."""
    wheniwork, scripted, _ = client(said({"account": {"id": 1}}), login=said(answer), user_id=user_id)
    async with wheniwork:
        await wheniwork.account()
    headers = scripted.requests[1].headers
    assert (headers["W-Token"], headers.get("W-UserId")) == (token, acting)


async def test_a_login_without_any_token_is_an_invalid_response() -> None:
    """A user row of another account does not help."""
    wheniwork, _, _ = client(login=said({"users": [{"id": 1, "token": "c"}]}), user_id=2)
    async with wheniwork:
        with pytest.raises(InvalidResponse, match="no token in the answer"):
            await wheniwork.account()


async def test_a_second_factor_is_named() -> None:
    """The program cannot answer it, so the user has to know."""
    wheniwork, _, _ = client(
        login=said({"error": "MFA code required", "code": "MFA_CODE_REQUIRED"}, 400), login_url=CURRENT
    )
    async with wheniwork:
        with pytest.raises(Unauthorized, match=r"POST /login: 400: MFA code required \(code MFA_CODE_REQUIRED\)"):
            await wheniwork.account()


@pytest.mark.parametrize(("login_url", "hours"), [(LEGACY, 23), (CURRENT, 5 * 24)])
async def test_a_token_is_renewed_in_time(login_url: str, hours: int) -> None:
    """A legacy token after 23 hours, a JSON Web Token two days before its seven are over."""
    account = said({"account": {"id": 1}})
    wheniwork, scripted, clock = client(account, account, TOKEN, account, login_url=login_url)
    async with wheniwork:
        await wheniwork.account()
        clock.move(hours=hours, seconds=-1)
        await wheniwork.account()
        clock.move(seconds=1)
        await wheniwork.account()
    assert [line.split()[0] for line in scripted.lines] == ["POST", "GET", "GET", "POST", "GET"]


def test_a_login_address_without_https_is_a_configuration_error() -> None:
    """The password goes there."""
    with pytest.raises(ConfigError, match=r"^wheniwork\.login_url: "):
        WhenIWork(BASE, "http://login.example/login", "k", "m@sandbox.example", "pw")


async def test_the_users_of_this_person_are_listed() -> None:
    """One row for each account; W-UserId is chosen among them."""
    wheniwork, scripted, _ = client(said({"users": [{"id": 11}, {"id": 12}]}))
    async with wheniwork:
        assert await wheniwork.own_users() == [{"id": 11}, {"id": 12}]
    assert str(scripted.requests[1].url) == f"{BASE}/login?show_pending=true"


# Shift listings

WEEK = NOON + timedelta(days=7)
CHICAGO = ZoneInfo("America/Chicago")


def echoed(start: datetime, end: datetime) -> dict[str, Any]:
    """Spell a window as When I Work echoes it."""
    return {"start": format_datetime(start.astimezone(CHICAGO)), "end": format_datetime(end.astimezone(CHICAGO))}


async def test_a_listing_asks_for_drafts_open_shifts_and_deletions() -> None:
    """Hidden unless asked for, each of them."""
    wheniwork, scripted, _ = client(said({**echoed(NOON, WEEK), "shifts": [{"id": 1}], "deleted_ids": [4, "5"]}))
    async with wheniwork:
        listing = await wheniwork.shifts(NOON, WEEK)
    assert listing == ShiftListing(NOON, WEEK, [{"id": 1}], frozenset({4, 5}), complete=True)
    assert dict(scripted.requests[1].url.params) == {
        "start": "2026-11-20T12:00:00+00:00",
        "end": "2026-11-27T12:00:00+00:00",
        "unpublished": "true",
        "include_open": "true",
        "include_allopen": "true",
        "include_objects": "false",
        "deleted": "true",
    }


@pytest.mark.parametrize(
    ("echo", "complete"),
    [
        (echoed(NOON, WEEK), True),
        (echoed(NOON - timedelta(days=1), WEEK), True),
        (echoed(NOON + timedelta(seconds=1), WEEK), False),
        (echoed(NOON, WEEK - timedelta(seconds=1)), False),
        ({"start": "2026-11-20T06:00:00-06:00", "end": "2026-11-27T12:00:00Z"}, True),
        ({"start": "2026-11-20 12:00:00", "end": "2026-11-27 12:00:00"}, False),
        ({"start": "0000-00-00 00:00:00", "end": None}, False),
        ({}, False),
    ],
)
async def test_a_listing_is_complete_when_its_echo_covers_the_window(echo: dict[str, Any], complete: bool) -> None:  # noqa: FBT001 - pytest passes the table's cells so
    """A cut window, or one that cannot be read, proves no deletion."""
    wheniwork, _, _ = client(said({**echo, "shifts": []}))
    async with wheniwork:
        listing = await wheniwork.shifts(NOON, WEEK, deleted=False)
    assert (listing.complete, listing.shifts, listing.deleted_ids) == (complete, [], frozenset())


async def test_fractions_of_a_second_are_rounded_outwards() -> None:
    """The echo has none, and must cover what was asked."""
    wheniwork, scripted, _ = client(said({**echoed(NOON, WEEK + timedelta(seconds=1)), "shifts": []}))
    async with wheniwork:
        listing = await wheniwork.shifts(NOON + timedelta(microseconds=7), WEEK + timedelta(microseconds=7))
    assert listing.complete
    assert scripted.requests[1].url.params["end"] == "2026-11-27T12:00:01+00:00"


def echo_of(request: httpx.Request) -> httpx.Response:
    """Answer a window with one shift that overlaps all windows and one of its own."""
    start, end = (datetime.fromisoformat(request.url.params[name]) for name in ("start", "end"))
    own = start.toordinal()
    return httpx.Response(
        200, json={**echoed(start, end), "shifts": [{"id": 1}, {"id": own}], "deleted_ids": [own + 1]}
    )


async def test_a_long_window_is_asked_in_parts() -> None:
    """Seventy days are three calls and one listing, each shift once."""
    end = NOON + timedelta(days=70)
    wheniwork, scripted, _ = client(echo_of)
    async with wheniwork:
        listing = await wheniwork.shifts(NOON, end)
    windows = [(request.url.params["start"], request.url.params["end"]) for request in scripted.requests[1:]]
    first = NOON.toordinal()
    assert windows == [
        ("2026-11-20T12:00:00+00:00", "2026-12-21T12:00:00+00:00"),
        ("2026-12-21T12:00:00+00:00", "2027-01-21T12:00:00+00:00"),
        ("2027-01-21T12:00:00+00:00", "2027-01-29T12:00:00+00:00"),
    ]
    assert listing == ShiftListing(
        NOON,
        end,
        [{"id": 1}, {"id": first}, {"id": first + 31}, {"id": first + 62}],
        frozenset({first + 1, first + 32, first + 63}),
        complete=True,
    )


async def test_a_window_without_a_zone_is_refused() -> None:
    """It would be read in the caller's zone, which is nobody's."""
    wheniwork, scripted, _ = client(echo_of)
    async with wheniwork:
        with pytest.raises(ValueError, match="without a zone"):
            await wheniwork.shifts(datetime(2026, 11, 20), datetime(2026, 11, 21))  # noqa: DTZ001 - the mistake under test is this
    assert scripted.requests == []


async def test_a_listing_without_shifts_is_invalid() -> None:
    """It is not an empty schedule."""
    wheniwork, _, _ = client(said(echoed(NOON, WEEK)))
    async with wheniwork:
        with pytest.raises(InvalidResponse, match="expected `shifts`"):
            await wheniwork.shifts(NOON, WEEK)


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Keep the request log out of the test's output."""
    with capture_logs():
        yield
