"""What the reference says of When I Work's other records."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from sync.clock import SystemClock
from tests.contract.service import Service

Learned = Callable[[str, object], None]
fact = pytest.mark.fact

DAY = SystemClock().now().date()
MONTH = {"start": str(DAY - timedelta(days=30)), "end": str(DAY + timedelta(days=30))}
LISTS: list[tuple[str, str, dict[str, str]]] = [
    ("/users", "users", {}),
    ("/positions", "positions", {}),
    ("/locations", "locations", {}),
    ("/sites", "sites", {}),
    ("/blocks", "blocks", {}),
    ("/templates", "templates", {}),
    ("/annotations", "annotations", MONTH),
    ("/requests", "requests", MONTH),
    ("/requesttypes", "request-types", {}),
    ("/swaps", "swaps", {}),
    ("/openshiftapprovalrequests", "openshiftapprovalrequests", MONTH),
    ("/availabilities", "availabilities", {}),
    ("/availabilities/items", "availabilityitems", MONTH),
    ("/availabilityevents", "availabilityevents", MONTH),
    ("/times", "times", MONTH),
    ("/payrolls", "payrolls", MONTH),
    ("/plans", "plans", {}),
    ("/timezones", "timezones", {}),
]


def some(service: Service, path: str, key: str, **query: Any) -> list[Any]:
    """Some records of a list; an empty list cannot be tried."""
    records: list[Any] = service.get(path, **query)[key]
    if not records:
        pytest.skip(f"there are no {key}")
    return records


@fact("When I Work 7")
@pytest.mark.parametrize(("path", "key", "query"), LISTS, ids=[path for path, _, _ in LISTS])
def test_envelopes(wheniwork: Service, path: str, key: str, query: dict[str, str]) -> None:
    """A list stands under the name of its records."""
    records = wheniwork.get(path, **query)[key]
    assert all("id" in record for record in records)


@fact("When I Work 6.1")
def test_users(wheniwork: Service) -> None:
    """A user has a known role, places and skills by number, and an employee code."""
    for user in some(wheniwork, "/users", "users"):
        assert user["role"] in {1, 2, 3, 4, 5}
        assert all(type(number) is int for number in [*user["positions"], *user["locations"]])
        assert {"first_name", "last_name", "email", "phone_number", "employee_code", "is_deleted"} <= set(user)


@fact("When I Work 6.1")
def test_flags_as_numbers(wheniwork: Service) -> None:
    """`is_trusted` is a number where the documents say yes or no."""
    assert all(type(user["is_trusted"]) is int for user in some(wheniwork, "/users", "users"))


@fact("When I Work 7.2")
def test_no_zone_on_a_location(wheniwork: Service) -> None:
    """A location has no time zone, and its `is_default` is a number."""
    for location in some(wheniwork, "/locations", "locations"):
        assert not {"timezone_id", "timezone_name", "timezone"} & set(location)
        assert type(location["is_default"]) is int


@fact("When I Work 7.3")
def test_sites(wheniwork: Service) -> None:
    """A site names its location under `location_id`."""
    assert all(type(site["location_id"]) is int for site in some(wheniwork, "/sites", "sites"))


@fact("When I Work 7.10")
def test_account(wheniwork: Service) -> None:
    """The account tells its company, and its zone by name."""
    account = wheniwork.get("/account")["account"]
    assert {"id", "master_id", "company", "timezone_name", "settings"} <= set(account)
    assert "/" in account["timezone_name"]


@fact("When I Work 7.10")
def test_timezones(wheniwork: Service) -> None:
    """The ids of time zones are texts."""
    assert all(isinstance(zone["id"], str) for zone in some(wheniwork, "/timezones", "timezones"))


@fact("When I Work 7.5")
@pytest.mark.parametrize(("path", "key"), [("/requests", "requests"), ("/swaps", "swaps")])
def test_first_page(wheniwork: Service, path: str, key: str, record_property: Learned) -> None:
    """Open: do pages count from 0 or from 1?"""
    pages = [wheniwork.get(path, limit="1", page=number, **MONTH) for number in (0, 1, 2)]
    ids = [[record["id"] for record in page[key]] for page in pages]
    told = {name: pages[0].get(name, "none") for name in ("page", "more", "total")}
    record_property(
        "learned",
        f"{key} on the pages 0, 1, 2 (one each): {[len(page) for page in ids]}, "
        f"page 1 repeats page 0: {ids[0] == ids[1] != []}; {told}",
    )
    if not any(ids):
        pytest.skip(f"there are no {key}")
    assert len(ids[0]) <= 1


@fact("When I Work 7.8")
def test_times_since(wheniwork: Service) -> None:
    """Times worked can be asked for since an instant, so an instant ahead gives none."""
    ahead = (SystemClock().now() + timedelta(days=1)).isoformat()
    assert wheniwork.get("/times", updated_at=ahead, **MONTH)["times"] == []


@fact("When I Work 7.11")
def test_messages_of_nothing(wheniwork: Service, record_property: Learned) -> None:
    """Messages are listed of a request, a swap or a conversation, never all."""
    if wheniwork.ask("GET", "/messages", params={"request_id": 1}).status_code in {403, 404}:
        pytest.skip("messages are not served")
    answer = wheniwork.ask("GET", "/messages")
    record_property("learned", f"messages of nothing are answered with {answer.status_code}")
    assert answer.status_code == 400 or answer.json()["messages"] == []


@fact("When I Work 5.3")
def test_count(wheniwork: Service, record_property: Learned) -> None:
    """Open: what does the count of shifts answer?"""
    record_property("learned", f"/shifts/count answers with the keys {list(wheniwork.get('/shifts/count', **MONTH))}")


@fact("When I Work 7.7")
def test_long_availability(wheniwork: Service, record_property: Learned) -> None:
    """A window of availability events that is too long is refused with code 2002."""
    wheniwork.get("/availabilityevents", **MONTH)
    window = {"start": str(DAY), "end": str(DAY + timedelta(days=200))}
    answer = wheniwork.ask("GET", "/availabilityevents", params=window)
    record_property("learned", f"200 days of availability events are answered with {answer.status_code}")
    assert (answer.status_code, answer.json().get("code")) == (400, 2002)
