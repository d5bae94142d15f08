"""The When I Work client: how each call is spelled, deletions and bulk updates."""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

import pytest
from structlog.testing import capture_logs

from sync.clients.wheniwork import BulkResult, Collection, WhenIWork
from sync.errors import OutcomeUnknown, Rejected
from tests.api_endpoints import FIVE, NINE
from tests.scripted import said
from tests.scripted_wheniwork import BASE, client

# The spelling of each call

Call = Callable[[WhenIWork], Coroutine[Any, Any, object]]
ONE, MANY = {"shift": {"id": 7}}, {"shifts": [{"id": 7}]}

CALLS: list[tuple[Call, str, object, object, object]] = [
    (lambda wiw: wiw.shift(7), "GET /shifts/7", None, ONE, {"id": 7}),
    (lambda wiw: wiw.create_shift({"notes": "n"}), "POST /shifts", {"notes": "n"}, ONE, {"id": 7}),
    (lambda wiw: wiw.create_shifts([{"notes": "n"}]), "POST /shifts", [{"notes": "n"}], MANY, [{"id": 7}]),
    (lambda wiw: wiw.update_shift(7, {"notes": "n"}), "PUT /shifts/7", {"notes": "n"}, ONE, {"id": 7}),
    (
        lambda wiw: wiw.update_shift(7, {"user_id": 3}, assign_one=True),
        "PUT /shifts/7?assign_openshift_instances=true",
        {"user_id": 3},
        ONE,
        {"id": 7},
    ),
    (lambda wiw: wiw.update_shifts([{"id": 7}]), "PUT /shifts/bulk", [{"id": 7}], MANY, BulkResult([{"id": 7}], [])),
    (
        lambda wiw: wiw.update_shifts([{"id": 7}], assign_one=True),
        "PUT /shifts/bulk?assign_openshift_instances=true",
        [{"id": 7}],
        MANY,
        BulkResult([{"id": 7}], []),
    ),
    (lambda wiw: wiw.delete_shift(7), "DELETE /shifts/7", None, {"success": True}, True),
    (
        lambda wiw: wiw.delete_shifts([7, 8]),
        "DELETE /shifts?ids=7%2C8",
        None,
        {"success": True, "deleted": ["7"]},
        frozenset({7}),
    ),
    (lambda wiw: wiw.delete_shifts([7, 8]), "DELETE /shifts?ids=7%2C8", None, {"success": True}, frozenset({7, 8})),
    (lambda wiw: wiw.publish([7]), "POST /shifts/publish", {"ids": [7]}, {"success": True}, None),
    (lambda wiw: wiw.unpublish([7]), "POST /shifts/unpublish", {"ids": [7]}, MANY, None),
    (lambda wiw: wiw.assign(7, [3]), "POST /shifts/7/assign", {"user_ids": ["3"]}, MANY, [{"id": 7}]),
    (lambda wiw: wiw.unassign([7]), "POST /shifts/unassign", {"shift_ids": ["7"]}, MANY, [{"id": 7}]),
    (
        lambda wiw: wiw.notify(NINE, FIVE, location_id=136),
        "POST /shifts/notify",
        {"start": "2026-11-23T09:00:00+00:00", "end": "2026-11-23T17:00:00+00:00", "location_id": 136},
        {"success": True, "email": 2, "sms": 0},
        {"success": True, "email": 2, "sms": 0},
    ),
    (
        lambda wiw: wiw.acknowledge([7], NINE),
        "POST /shifts/acknowledge",
        {"ids": [7], "before": "2026-11-23T09:00:00+00:00"},
        {"success": True, "acknowledged": 1},
        {"success": True, "acknowledged": 1},
    ),
    (
        lambda wiw: wiw.copy_shifts(NINE, FIVE, mode="previous_day", conflicts="avoid"),
        "POST /shifts/copy",
        {
            "target_start": "2026-11-23T09:00:00+00:00",
            "target_end": "2026-11-23T17:00:00+00:00",
            "mode": "previous_day",
            "conflicts": "avoid",
        },
        {"confirmation": False, "shifts": [{"id": 7}]},
        [{"id": 7}],
    ),
    (
        lambda wiw: wiw.eligible_users(id=7, start=NINE),
        "GET /shifts/eligible?id=7&start=2026-11-23T09%3A00%3A00%2B00%3A00",
        None,
        {"users": [{"id": 3}]},
        [{"id": 3}],
    ),
    (
        lambda wiw: wiw.send_mail([3], "Open shifts", "Two"),
        "POST /send",
        {"ids": [3], "subject": "Open shifts", "message": "Two"},
        [],
        None,
    ),
    (
        lambda wiw: wiw.approval_requests.withdraw(7),
        "DELETE /openshiftapprovarequests/7/user-requests",
        None,
        {"success": True},
        True,
    ),
    (
        lambda wiw: wiw.history(7),
        "GET /shifts/7/history?include_deleted=true",
        None,
        {"history": [{"type": "deleted"}]},
        [{"type": "deleted"}],
    ),
    (
        lambda wiw: wiw.users.list(show_pending=True, show_deleted=False),
        "GET /users?show_pending=true&show_deleted=false",
        None,
        {"users": [{"id": 7}]},
        [{"id": 7}],
    ),
    (
        lambda wiw: wiw.users.create({"email": "w@mail.example"}),
        "POST /users",
        {"invite": False, "email": "w@mail.example"},
        {"user": {"id": 7}},
        {"id": 7},
    ),
    (lambda wiw: wiw.users.create({"invite": True}), "POST /users", {"invite": True}, {"user": {"id": 7}}, {"id": 7}),
    (
        lambda wiw: wiw.users.delete(7, delete_shifts=False),
        "DELETE /users/7?delete_shifts=false",
        None,
        {"success": True},
        True,
    ),
    (
        lambda wiw: wiw.users.update_alerts({"shift": {"sms": False}}),
        "PUT /users/alerts",
        {"alerts": {"shift": {"sms": False}}},
        {"alerts": {}},
        {"alerts": {}},
    ),
    (
        lambda wiw: wiw.create_account({"company": "Second"}),
        "POST /account",
        {"company": "Second"},
        {"success": True, "account": {"id": 4}},
        {"id": 4},
    ),
    (lambda wiw: wiw.positions.list(), "GET /positions", None, [], []),
    (lambda wiw: wiw.times.get(7), "GET /times/7", None, {"times": {"id": 7}}, {"id": 7}),
    (lambda wiw: wiw.times.update(7, {"notes": "n"}), "PUT /times/7", {"notes": "n"}, ONE, {"id": 7}),
]


@pytest.mark.parametrize(("call", "line", "body", "answer", "result"), CALLS)
async def test_each_call_is_spelled_as_documented(
    call: Call, line: str, body: object, answer: object, result: object
) -> None:
    """Method, path, query and body out; the record, the list or the outcome back."""
    wheniwork, scripted, _ = client(said(answer))
    async with wheniwork:
        assert await call(wheniwork) == result
    request = scripted.requests[1]
    assert f"{request.method} {request.url}" == line.replace(" ", f" {BASE}", 1)
    assert (json.loads(request.content) if request.content else None) == body


KINDS: list[tuple[Callable[[WhenIWork], Collection], str, str]] = [
    (lambda wiw: wiw.users, "users", "user"),
    (lambda wiw: wiw.positions, "positions", "position"),
    (lambda wiw: wiw.locations, "locations", "location"),
    (lambda wiw: wiw.sites, "sites", "site"),
    (lambda wiw: wiw.times, "times", "time"),
]


@pytest.mark.parametrize(("kind", "plural", "singular"), KINDS)
async def test_each_collection_has_the_five_calls(
    kind: Callable[[WhenIWork], Collection], plural: str, singular: str
) -> None:
    """Users, positions, locations, sites and times are all read and written alike."""
    one, answer = {"id": 7, "new_field": {}}, said({singular: {"id": 7, "new_field": {}}})
    wheniwork, scripted, _ = client(said({plural: [one], "other": []}), answer, answer, answer, said({"success": True}))
    async with wheniwork:
        records = kind(wheniwork)
        assert await records.list() == [one]
        assert [await records.get(7), await records.create({}), await records.update(7, {})] == [one, one, one]
        assert await records.delete(7)
    path = f"/2/{plural}"
    assert scripted.lines[1:] == [f"GET {path}", f"GET {path}/7", f"POST {path}", f"PUT {path}/7", f"DELETE {path}/7"]


# Deletions and bulk


@pytest.mark.parametrize("status", [404, 400])
async def test_a_second_delete_of_the_same_shift_is_gone(status: int) -> None:
    """Whatever status its code 4005 comes with."""
    wheniwork, _, _ = client(said({"success": True}), said({"error": "No shift found", "code": 4005}, status))
    async with wheniwork:
        assert (await wheniwork.delete_shift(7), await wheniwork.delete_shift(7)) == (True, False)


async def test_a_delete_may_be_answered_with_nothing() -> None:
    """An empty 2xx is a yes."""
    wheniwork, _, _ = client(said("", 204))
    async with wheniwork:
        assert await wheniwork.delete_shift(7)
        assert await wheniwork.delete_shifts([7]) == frozenset({7})


async def test_a_delete_that_does_not_say_success_is_of_unknown_outcome() -> None:
    """The shifts have to be read again."""
    wheniwork, _, _ = client(said({"deleted": []}))
    async with wheniwork:
        with pytest.raises(OutcomeUnknown, match="does not say that anything was deleted"):
            await wheniwork.delete_shift(7)
        with pytest.raises(OutcomeUnknown, match="does not say that anything was deleted"):
            await wheniwork.delete_shifts([7])


async def test_a_refused_delete_is_an_error() -> None:
    """Only a record that is gone counts as deleted."""
    wheniwork, _, _ = client(said({"error": "payroll closed", "code": 2000}, 400))
    async with wheniwork:
        with pytest.raises(Rejected, match="payroll closed"):
            await wheniwork.delete_shift(7)


async def test_deleting_no_shifts_asks_nothing() -> None:
    """A delete without ids would be a filter, and an empty filter is every shift."""
    wheniwork, scripted, _ = client()
    async with wheniwork:
        assert await wheniwork.delete_shifts([]) == frozenset()
    assert scripted.requests == []


async def test_a_bulk_update_done_in_part_tells_both_parts() -> None:
    """A 400 that holds the successes is an answer."""
    errors = [{"shift_id": 8, "error": "end must be after start", "code": 2165}]
    wheniwork, _, _ = client(said({"shifts": [{"id": 7}], "errors": errors}, 400))
    async with wheniwork:
        assert await wheniwork.update_shifts([{"id": 7}, {"id": 8}]) == BulkResult([{"id": 7}], errors)


async def test_a_bulk_update_refused_as_a_whole_is_an_error() -> None:
    """A 400 without successes is a refusal."""
    wheniwork, _, _ = client(said({"error": "bad", "code": 2000}, 400))
    async with wheniwork:
        with pytest.raises(Rejected, match="bad"):
            await wheniwork.update_shifts([{"id": 7}])


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Keep the request log out of the test's output."""
    with capture_logs():
        yield


async def test_a_picture_is_sent_as_it_is() -> None:
    """Its bytes under its own type, with the token; a trace tells how many and of what type."""
    wheniwork, scripted, _ = client(said({"user": {"id": 7}}))
    async with wheniwork:
        assert await wheniwork.users.set_avatar(7, b"\x89PNG", "image/png") == {"id": 7}
    request = scripted.requests[1]
    assert (request.method, str(request.url)) == ("POST", f"{BASE}/users/avatar/7")
    assert (request.content, request.headers["content-type"]) == (b"\x89PNG", "image/png")
    assert "w-token" in request.headers or "authorization" in request.headers
