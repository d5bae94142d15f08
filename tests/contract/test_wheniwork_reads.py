"""What the reference says of reading from When I Work."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

import pytest

from sync.clock import SystemClock
from tests.contract.service import Service

Learned = Callable[[str, object], None]
fact = pytest.mark.fact

NOW = SystemClock().now().replace(microsecond=0)
START, END = NOW - timedelta(days=7), NOW + timedelta(days=21)
EVERYTHING: dict[str, Any] = {"unpublished": "true", "include_open": "true", "include_allopen": "true"}
RFC_2822 = re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}")


def listing(service: Service, start: datetime = START, end: datetime = END, **query: Any) -> Any:
    """The answer of a listing of shifts."""
    return service.get("/shifts", start=start.isoformat(), end=end.isoformat(), **query)


def shifts(service: Service, **query: Any) -> list[Any]:
    """Shifts of some weeks; none cannot be tried."""
    found: list[Any] = listing(service, **query)["shifts"]
    if not found:
        pytest.skip("there are no shifts")
    return found


def echo(body: Any) -> tuple[datetime, datetime]:
    """The window that a listing says it covers."""
    return parsedate_to_datetime(body["start"]), parsedate_to_datetime(body["end"])


# Access


@fact("When I Work 3.3")
@pytest.mark.parametrize("path", ["/shifts", "/users", "/account"])
def test_no_token(wheniwork: Service, path: str) -> None:
    """Without a token everything is answered with 401 and code 1000."""
    answer = wheniwork.bare("GET", path)
    assert (answer.status_code, answer.json().get("code")) == (401, 1000)


@fact("When I Work 2.4")
@pytest.mark.parametrize("way", ["W-Token", "w-token", "Authorization"])
def test_token_headers(wheniwork: Service, way: str) -> None:
    """The token goes in W-Token, in whatever case, or as a Bearer."""
    token = wheniwork.headers["Authorization"].removeprefix("Bearer ")
    headers = {**wheniwork.headers, "Authorization": f"Bearer {token}"}
    if way != "Authorization":
        headers.pop("Authorization")
        headers[way] = token
    assert wheniwork.bare("GET", "/account", headers=headers).status_code == 200


@fact("When I Work 2.4")
def test_token_in_the_query(wheniwork: Service) -> None:
    """The token may go in the query."""
    if wheniwork.is_real:
        pytest.skip("a real token does not go into a URL")
    token = wheniwork.headers["Authorization"].removeprefix("Bearer ")
    assert wheniwork.bare("GET", "/account", params={"W-Token": token}).status_code == 200


@fact("When I Work 2.5")
def test_own_users(wheniwork: Service) -> None:
    """A person has one user row in each account."""
    users = wheniwork.get("/login", show_pending="true")["users"]
    assert len({user["account_id"] for user in users}) == len(users) > 0


@fact("When I Work 4")
def test_limit_header(wheniwork: Service, record_property: Learned) -> None:
    """Answers say how many requests are left."""
    answer = wheniwork.ask("GET", "/account")
    record_property("learned", f"W-Limit-Remaining: {answer.headers.get('W-Limit-Remaining')}")
    assert "W-Limit-Remaining" in answer.headers


@fact("When I Work 1")
@pytest.mark.parametrize("path", ["/shifts/", "/users/", "/locations/", "/account/"])
def test_slashes(wheniwork: Service, path: str) -> None:
    """A slash at the end changes nothing, and nothing is redirected."""
    assert wheniwork.ask("GET", path).status_code == 200


@fact("When I Work 3.3")
def test_unknown_path(wheniwork: Service) -> None:
    """An unknown path is answered with 404."""
    assert wheniwork.ask("GET", "/no-such-thing").status_code == 404


# Windows


@fact("When I Work 5.2")
def test_echo(wheniwork: Service) -> None:
    """A listing echoes its window, in RFC 2822."""
    body = listing(wheniwork)
    assert (RFC_2822.fullmatch(body["start"]), RFC_2822.fullmatch(body["end"])) != (None, None)
    assert echo(body) == (START, END)


@fact("When I Work 5.2")
def test_default_window(wheniwork: Service) -> None:
    """Without a window it is from now, three days."""
    first, last = echo(wheniwork.get("/shifts"))
    assert abs(first - SystemClock().now()) < timedelta(minutes=10)
    assert timedelta(days=3) <= last - first < timedelta(days=4, hours=1)


@fact("When I Work 5.2")
def test_days(wheniwork: Service) -> None:
    """A day alone as start is a window to the end of the third day after it, in the caller's zone."""
    first, last = echo(wheniwork.get("/shifts", start="2026-03-03"))
    assert (first.isoformat()[:19], last.isoformat()[:19]) == ("2026-03-03T00:00:00", "2026-03-06T23:59:59")


@fact("When I Work 5.2")
def test_longest_window(wheniwork: Service, record_property: Learned) -> None:
    """A window over 90 days is cut to 90 without a word."""
    first, last = echo(listing(wheniwork, START, START + timedelta(days=120), include_objects="false"))
    record_property("learned", f"of 120 days asked {(last - first).days} are covered")
    assert last - first == timedelta(days=90)


@fact("When I Work 3.1")
@pytest.mark.parametrize(
    "spelled",
    [
        format_datetime(datetime(2026, 3, 3, 14, tzinfo=UTC)),
        "2026-03-03T14:00:00Z",
        "2026-03-03T08:00:00-06:00",
        "2026-03-03T14:00:00+00:00",
    ],
)
def test_instants_asked(wheniwork: Service, spelled: str) -> None:
    """Instants may be asked for in RFC 2822 and in ISO 8601."""
    first, _ = echo(wheniwork.get("/shifts", start=spelled, end="2026-03-04T00:00:00Z"))
    assert first == datetime(2026, 3, 3, 14, tzinfo=UTC)


@fact("When I Work 3.1")
@pytest.mark.parametrize("spelled", ["-1 day", "+7 days", "2026-03-03 08:00:00", "2026-03-03"])
def test_phrases_asked(wheniwork: Service, spelled: str) -> None:
    """Days, times without a zone and phrases may be asked for."""
    assert wheniwork.ask("GET", "/shifts", params={"start": spelled, "end": "+9 days"}).status_code == 200


@fact("When I Work 5.2")
def test_overlap(wheniwork: Service) -> None:
    """A listing holds the shifts that overlap its window, a running one too."""
    known = shifts(wheniwork, **EVERYTHING)[0]
    start, end = (parsedate_to_datetime(known[name]) for name in ("start_time", "end_time"))
    within = listing(wheniwork, start + (end - start) / 4, end - (end - start) / 4, **EVERYTHING)["shifts"]
    after = listing(wheniwork, end, end + timedelta(hours=1), **EVERYTHING)["shifts"]
    assert known["id"] in {shift["id"] for shift in within}
    assert known["id"] not in {shift["id"] for shift in after}


@fact("When I Work 5.2")
def test_order(wheniwork: Service) -> None:
    """Shifts come by their start."""
    starts = [parsedate_to_datetime(shift["start_time"]) for shift in shifts(wheniwork, **EVERYTHING)]
    assert starts == sorted(starts)


# What is hidden


@fact("When I Work 5.2")
def test_drafts(wheniwork: Service) -> None:
    """Drafts are hidden unless asked for, and come beside the published ones."""
    all_open = {"include_open": "true", "include_allopen": "true"}
    usual, with_drafts = shifts(wheniwork, **all_open), shifts(wheniwork, **EVERYTHING)
    assert all(shift["published"] for shift in usual)
    assert {shift["id"] for shift in usual} <= {shift["id"] for shift in with_drafts}
    if all(shift["published"] for shift in with_drafts):
        pytest.skip("there are no drafts")


@fact("When I Work 5.2")
def test_open_shifts(wheniwork: Service) -> None:
    """Open shifts, whose user is 0, are hidden unless asked for."""
    assert all(shift["user_id"] != 0 for shift in shifts(wheniwork))
    if all(shift["user_id"] for shift in shifts(wheniwork, include_open="true", include_allopen="true")):
        pytest.skip("there are no open shifts")


@fact("When I Work 3.1")
@pytest.mark.parametrize("spelled", ["true", "True", "1", "yes", "on"])
def test_flags(wheniwork: Service, spelled: str) -> None:
    """A flag is set in many spellings."""
    query: dict[str, Any] = dict.fromkeys(EVERYTHING, spelled)
    assert listing(wheniwork, **query)["shifts"] == listing(wheniwork, **EVERYTHING)["shifts"]


@fact("When I Work 3.2")
def test_sideloads(wheniwork: Service) -> None:
    """Other records come along unless `include_objects` is false, and no empty list of them does."""
    full, bare = listing(wheniwork, **EVERYTHING), listing(wheniwork, include_objects="false", **EVERYTHING)
    assert all(full[name] for name in set(full) - {"start", "end", "shifts"})
    assert "users" not in bare


@fact("When I Work 3.1")
def test_lists_asked(wheniwork: Service) -> None:
    """Ids are asked for by commas or by repeating the name."""
    users = list(dict.fromkeys(shift["user_id"] for shift in shifts(wheniwork)))[:2]
    by_commas = shifts(wheniwork, user_id=",".join(map(str, users)))
    repeated = shifts(wheniwork, **{"user_id[]": users})
    assert {shift["user_id"] for shift in by_commas} == set(users)
    assert by_commas == repeated


@fact("When I Work 5.2")
def test_deleted_ids(wheniwork: Service, record_property: Learned) -> None:
    """Deleted shifts are named by id, if there are any."""
    body = listing(wheniwork, deleted="true")
    record_property("learned", f"deleted_ids: {len(body['deleted_ids']) if 'deleted_ids' in body else 'no key'}")
    assert all(str(number).isdecimal() for number in body.get("deleted_ids", []))


# Shifts


@fact("When I Work 5.1")
def test_shift_fields(wheniwork: Service) -> None:
    """A shift has the fields the engine reads, with these types."""
    for shift in shifts(wheniwork, **EVERYTHING):
        for name in ("id", "account_id", "user_id", "location_id", "position_id", "site_id"):
            assert type(shift[name]) is int, name
        assert isinstance(shift["notes"], str)
        assert isinstance(shift["published"], bool)
        assert isinstance(shift["break_time"], int | float)
        assert re.fullmatch(r"[0-9a-fA-F]{0,6}", shift["color"])


@fact("When I Work 8")
@pytest.mark.parametrize("name", ["start_time", "end_time", "created_at", "updated_at"])
def test_dates(wheniwork: Service, name: str) -> None:
    """Instants come in RFC 2822."""
    assert all(RFC_2822.fullmatch(shift[name]) for shift in shifts(wheniwork, **EVERYTHING))


@fact("When I Work 5.1")
def test_acknowledged(wheniwork: Service) -> None:
    """`acknowledged` is a number, 0 or 1."""
    assert all(type(shift["acknowledged"]) is int for shift in shifts(wheniwork, **EVERYTHING))


@fact("When I Work 5.8")
def test_is_open(wheniwork: Service) -> None:
    """A shift is open exactly when its user is 0."""
    assert all(shift["is_open"] == (shift["user_id"] == 0) for shift in shifts(wheniwork, **EVERYTHING))


@fact("When I Work 5.3")
def test_one_shift(wheniwork: Service) -> None:
    """One shift stands under `shift`, and reads as in the listing."""
    known = shifts(wheniwork, **EVERYTHING)[0]
    alone = wheniwork.get(f"/shifts/{known['id']}")["shift"]
    assert {name: alone[name] for name in ("id", "user_id", "start_time")} == {
        name: known[name] for name in ("id", "user_id", "start_time")
    }


@fact("When I Work 12")
def test_a_missing_shift(wheniwork: Service, record_property: Learned) -> None:
    """A shift that does not exist is answered with code 4005."""
    answer = wheniwork.ask("GET", "/shifts/9999999999999")
    record_property("learned", f"code 4005 comes with status {answer.status_code}")
    assert (answer.status_code in {400, 404}, answer.json()["code"]) == (True, 4005)


@fact("When I Work 5.3")
def test_history(wheniwork: Service) -> None:
    """A shift has a history of events with type and attributes."""
    known = shifts(wheniwork)[0]["id"]
    events = wheniwork.get(f"/shifts/{known}/history", include_deleted="true")["history"]
    assert all({"type", "attributes"} <= set(event) for event in events)
