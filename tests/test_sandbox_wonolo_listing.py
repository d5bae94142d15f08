"""Pages, order and windows of lists in the sandbox's Wonolo."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sandbox.wonolo.table import Table
from sandbox.world import build_world
from tests.sandbox_wonolo import NOON, Wonolo, wonolo


def _ids(api: Wonolo, **query: Any) -> list[int]:
    return [record["id"] for record in api.get("/job_requests", **query)["job_requests"]]


def _posted(api: Wonolo, count: int) -> list[int]:
    """JobRequests made a minute apart, oldest first."""
    made = []
    for _ in range(count):
        api.wait(minutes=1)
        made.append(api.act("requestor_posts")["job_request"]["id"])
    return made


def test_a_page_has_fifty_records_at_most() -> None:
    """Whatever `per` says; without it a page is full, and one past the end is empty."""
    api = Wonolo(build_world(seed=7, demands=120, posted=1.0, start=NOON))
    newest = list(range(50120, 50000, -1))
    assert _ids(api) == _ids(api, per=500) == _ids(api, per=0) == _ids(api, per="x", page=-1) == newest[:50]
    assert _ids(api, page=3) == newest[100:]
    assert _ids(api, page=4) == _ids(api, page=10**9) == []
    assert _ids(api, per=7, page=2) == newest[7:14]
    assert list(api.get("/job_requests")) == ["job_requests"]


def test_lists_are_newest_first_by_update_and_then_by_id() -> None:
    """An update moves a record to the front; records of one instant stand by id."""
    api = wonolo()
    first, second, third = _posted(api, 3)
    assert _ids(api) == [third, second, first]
    api.wait(minutes=1)
    for number in (second, first):
        api.patch(f"/job_requests/{number}", {"venue": "Dock"})
    assert _ids(api) == [second, first, third]
    api.switch(newest_first=False)
    assert _ids(api) == [third, first, second]
    assert _ids(api, per=2, page=2) == [second]


def test_a_page_drifts_while_records_change() -> None:
    """A record updated between two pages pushes another one over the border, where it is seen twice."""
    api = wonolo()
    first, second, third, fourth = _posted(api, 4)
    assert _ids(api, per=2, page=1) == [fourth, third]
    api.wait(minutes=1)
    api.patch(f"/job_requests/{first}", {"venue": "Dock"})
    assert _ids(api, per=2, page=2) == [third, second]


@pytest.mark.parametrize(("inclusive", "expected"), [(False, [1]), (True, [2, 1, 0])])
def test_the_bounds_of_a_window_include_their_instant_if_switched(inclusive: bool, expected: list[int]) -> None:  # noqa: FBT001 - a parameter of the table
    """`updated_after` takes back what `updated_at` printed, with and without the other bound."""
    api = wonolo()
    made = _posted(api, 3)
    api.switch(updated_bounds_inclusive=inclusive)
    stamps = {number: api.get(f"/job_requests/{number}")["job_request"]["updated_at"] for number in made}
    bounds = {"updated_after": stamps[made[0]], "updated_before": stamps[made[2]]}
    assert _ids(api, **bounds) == _ids(api, state="posted", **bounds) == [made[index] for index in expected]
    tail = made[0:] if inclusive else made[1:]
    assert _ids(api, updated_after=stamps[made[0]]) == tail[::-1]


def test_a_window_works_with_an_index_too() -> None:
    """Jobs of one JobRequest, updated in a span of time."""
    api = wonolo()
    number = api.job_request()["id"]
    for _ in range(2):
        api.wait(minutes=1)
        api.act("worker_accepts", job_request_id=number)
    after = {"updated_after": "2026-11-23T12:01:30-06:00", "job_request_id": number}
    assert [job["id"] for job in api.get("/jobs", **after)["jobs"]] == [90002]
    assert api.get("/jobs", updated_before="2026-11-23 12:01", job_request_id=number) == {"jobs": []}


def test_a_bound_without_a_zone_is_one_of_the_company() -> None:
    """Half past twelve local."""
    api = wonolo()
    _posted(api, 1)
    assert _ids(api, updated_after="2026-11-23 12:00:30") == [50001]
    assert _ids(api, updated_after="2026-11-23 12:30") == []


def test_a_bound_that_is_no_time_is_unprocessable() -> None:
    """422 with the name of the parameter."""
    says = "Invalid parameter 'updated_after' value 'now': Must be a DateTime"
    assert wonolo().refused("GET", "/users", params={"updated_after": "now"}) == (422, says)


def test_a_page_of_a_large_table_costs_no_scan() -> None:
    """Among a hundred thousand records an unfiltered page and an update take well under a millisecond."""
    table, start = Table(1), datetime(2026, 1, 1, tzinfo=UTC)
    for minute in range(100_000):
        table.add({}, start + timedelta(minutes=minute))
    began = time.perf_counter()
    for number in range(1, 101):
        table.touch(table.records[number], start + timedelta(days=365, minutes=number))
    assert time.perf_counter() - began < 0.5
