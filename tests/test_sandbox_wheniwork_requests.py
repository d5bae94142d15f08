"""Time off, its kinds, and the annotations that forbid it, in the sandbox's When I Work."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.sandbox_wheniwork import Person, Sandbox

YEAR = {"start": "2026-01-01", "end": "2027-12-31"}
OFF = {"start_time": "2026-12-01", "end_time": "2026-12-02"}


def made(person: Person, path: str, body: Any) -> Any:
    """The body of a POST that is answered with 201."""
    answer = person.send("POST", path, json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()


def numbers(answer: Any) -> list[int]:
    return [one["id"] for one in answer["requests"]]


def test_the_sample_requests_carry_their_messages_and_users() -> None:
    """The window is needed; the kind of time off has a label."""
    manager = Sandbox().person("manager")
    answer = manager.get("/2/requests", **YEAR)
    assert numbers(answer) == [54, 55]
    assert [message["id"] for message in answer["messages"]] == [61, 66, 68]
    assert [user["id"] for user in answer["users"]] == [135]
    assert (answer["total"], answer["page"], answer["more"]) == (2, 0, False)
    one = manager.get("/2/requests/54")
    assert (one["request"]["type_label"], one["request"]["status"]) == ("Unpaid", 0)
    assert [message["id"] for message in one["messages"]] == [61, 66]
    assert manager.refused("GET", "/2/requests", params={"start": "2026-01-01"}) == (400, 2000)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"start": "2026-12-09"}, [55]),
        ({"end": "2026-12-01"}, [54]),
        ({"since_id": 54}, [55]),
        ({"max_id": 55}, [54]),
        ({"user_id": "101"}, []),
        ({"status": "1,2"}, []),
        ({"type": "0", "sortby": "start"}, [54, 55]),
        ({"location_id": "136"}, []),
        ({"limit": 1, "page": 1}, [55]),
        ({"page": 1}, []),
    ],
)
def test_requests_are_narrowed(query: dict[str, Any], found: list[int]) -> None:
    """By days, ids, users, states, kinds and locations of the user, in pages of 5 from 0."""
    assert numbers(Sandbox().person("manager").get("/2/requests", **{**YEAR, **query})) == found


@pytest.mark.parametrize(
    ("switches", "first", "about"),
    [
        ({}, [54], {"page": 0, "total": 2, "more": True}),
        ({"requests_first_page": 1}, [54], {"page": 1, "total": 2, "more": True}),
        ({"more_key": False}, [54], {"page": 0, "total": 2}),
    ],
)
def test_pages_are_counted_as_either_source_says(
    switches: dict[str, Any], first: list[int], about: dict[str, Any]
) -> None:
    """The switches requests_first_page, requests_total and more_key."""
    sandbox = Sandbox()
    sandbox.state.switches.change(switches)
    answer = sandbox.person("manager").get("/2/requests", **YEAR, limit=1, page=0)
    assert numbers(answer) == first
    assert {name: value for name, value in answer.items() if name in {"page", "total", "more"}} == about


def test_the_total_may_count_pages() -> None:
    """Two requests make one page of five."""
    sandbox = Sandbox()
    sandbox.state.switches.change({"requests_total": "pages"})
    manager = sandbox.person("manager")
    assert [manager.get("/2/requests", **YEAR, limit=limit)["total"] for limit in (1, 0, 200)] == [2, 1, 1]


def test_time_off_is_asked_for_and_granted() -> None:
    """Days alone are whole days; the employee sees what is theirs, and what they may do next."""
    sandbox = Sandbox()
    employee, supervisor = sandbox.person("employee"), sandbox.person("supervisor")
    asked = made(employee, "/2/requests/", {**OFF, "type_id": 3, "hours": "16", "message": "A cold."})["request"]
    assert (asked["start_time"], asked["end_time"]) == (
        "Tue, 01 Dec 2026 00:00:00 -0600",
        "Wed, 02 Dec 2026 23:59:59 -0600",
    )
    assert (asked["type_label"], asked["allowed_statuses"], asked["hours"]) == ("Sick", [1], 16)
    answer = employee.get("/2/requests", **YEAR)
    assert (numbers(answer), [one["content"] for one in answer["messages"]]) == ([asked["id"]], ["A cold."])
    path = f"/2/requests/{asked['id']}"
    assert supervisor.get(path)["request"]["allowed_statuses"] == [1, 2, 4]
    assert employee.refused("PUT", path, json={"status": 2}) == (403, 3005)
    granted = supervisor.put(path, {"status": 2, "user_id": 101, "message": "Get well."})["request"]
    assert (granted["status"], granted["user_status"], granted["user_id"]) == (2, 2, asked["user_id"])
    assert granted["updater_id"] == sandbox.user_id("supervisor")
    assert supervisor.put(path, {"end_time": "2026-12-03"})["request"]["status"] == 2


def test_a_denied_request_is_cancelled_and_only_then_deleted() -> None:
    """Denied is the user's status alone; deleting a live request is a documented 500."""
    sandbox = Sandbox()
    employee, supervisor = sandbox.person("employee"), sandbox.person("supervisor")
    path = f"/2/requests/{made(employee, '/2/requests', OFF)['request']['id']}"
    assert employee.refused("DELETE", path) == (500, 500)
    denied = supervisor.put(path, {"status": 4})["request"]
    assert (denied["status"], denied["user_status"], denied["allowed_statuses"]) == (1, 4, [])
    assert denied["canceled_by"] == sandbox.user_id("supervisor")
    assert employee.delete(path) == {"success": True}
    assert employee.refused("DELETE", path) == (404, 4005)


def test_a_request_left_pending_expires_when_it_is_over() -> None:
    """It can be found by that state."""
    sandbox = Sandbox()
    sandbox.clock.advance(timedelta(days=15))
    answer = sandbox.person("manager").get("/2/requests", **YEAR, status=3)
    assert [(one["id"], one["user_status"], one["allowed_statuses"]) for one in answer["requests"]] == [(54, 3, [])]


def test_requests_of_deleted_users_are_left_out() -> None:
    """Unless include_deleted_users."""
    manager = Sandbox().person("manager")
    manager.delete("/2/users/135")
    assert numbers(manager.get("/2/requests", **YEAR)) == []
    assert numbers(manager.get("/2/requests", **YEAR, include_deleted_users="true")) == [54, 55]


def test_unfit_requests_are_refused() -> None:
    """Times in order, known users and kinds, known states, and nobody else's business."""
    sandbox = Sandbox()
    employee, manager = sandbox.person("employee"), sandbox.person("manager")
    assert manager.refused("POST", "/2/requests", json={"start_time": "2026-12-01"}) == (400, 2000)
    assert manager.refused("POST", "/2/requests", json={**OFF, "end_time": "2026-11-01"}) == (400, 2165)
    assert manager.refused("POST", "/2/requests", json={**OFF, "status": 9}) == (400, 2000)
    assert manager.refused("POST", "/2/requests", json={**OFF, "user_id": 5}) == (404, 4005)
    assert manager.refused("POST", "/2/requests", json={**OFF, "type_id": 9}) == (404, 4005)
    assert employee.refused("POST", "/2/requests", json={**OFF, "user_id": 101}) == (403, 3005)
    assert employee.refused("GET", "/2/requests/54") == (404, 4005)
    granted = made(manager, "/2/requests", {**OFF, "user_id": "101", "status": "2"})["request"]
    assert (granted["user_id"], granted["status"]) == (101, 2)


def test_the_kinds_of_time_off_have_a_hyphen() -> None:
    """Managers add to the four that are built in."""
    sandbox = Sandbox()
    manager = sandbox.person("manager")
    kind = made(manager, "/2/requesttypes", {"name": "Jury duty", "allow_paid": "yes"})["request-type"]
    listed = manager.get("/2/requesttypes/")["request-types"]
    assert [one["name"] for one in listed] == ["Unpaid", "Paid", "Sick", "Holiday", "Jury duty"]
    assert (listed[0]["built_in"], kind["built_in"], kind["allow_paid"]) == (True, False, True)
    assert manager.refused("POST", "/2/requesttypes", json={}) == (400, 2000)
    assert sandbox.person("supervisor").refused("POST", "/2/requesttypes", json={"name": "x"}) == (403, 3005)


@pytest.mark.parametrize("status", [200, 201])
def test_the_status_of_a_created_request_is_switched(status: int) -> None:
    """The switch created_status; other creations answer 200 all the same."""
    sandbox = Sandbox()
    sandbox.state.switches.change({"created_status": status})
    manager = sandbox.person("manager")
    assert manager.send("POST", "/2/requests", json=OFF).status_code == status
    assert manager.send("POST", "/2/positions", json={"name": "Packer"}).status_code == 200


CLOSED = {"start_date": "2026-12-01", "end_date": "2026-12-01", "title": "Inventory", "business_closed": True}


def test_an_annotation_lives_from_create_to_delete() -> None:
    """Its days are ISO 8601, and its locations go in as ids and come out as objects."""
    sandbox = Sandbox()
    manager = sandbox.person("manager")
    note = manager.post("/2/annotations/", {**CLOSED, "locations": [136, "137"]})["annotation"]
    assert (note["start_date"], note["end_date"]) == ("2026-12-01T00:00:00-06:00", "2026-12-01T23:59:59-06:00")
    assert [location["name"] for location in note["locations"]] == ["Downtown", "Uptown"]
    path = f"/2/annotations/{note['id']}"
    changed = manager.put(path, {"message": "Closed.", "locations": [note["locations"][0]]})["annotation"]
    assert [location["id"] for location in changed["locations"]] == [136]
    assert manager.get(path) == {"annotation": changed}
    assert manager.delete(path) == {"success": True}
    assert manager.refused("GET", path) == (404, 4005)


def test_annotations_are_listed_for_a_year_and_narrowed() -> None:
    """By days, locations and their types."""
    sandbox = Sandbox()
    manager = sandbox.person("manager")
    here = manager.post("/2/annotations", {**CLOSED, "locations": 136})["annotation"]
    all_over = manager.post("/2/annotations", {**CLOSED, "no_time_off": 1, "all_locations": True})["annotation"]
    manager.post("/2/annotations", {**CLOSED, "start_date": "2028-01-01", "end_date": "2028-01-01"})
    employee = sandbox.person("employee")
    assert employee.get("/2/annotations")["annotations"] == [here, all_over]
    assert employee.get("/2/annotations", no_time_off="true")["annotations"] == [all_over]
    assert employee.get("/2/annotations", locations="7,137")["annotations"] == [all_over]
    late = employee.get("/2/annotations", start_date="2026-12-02", end_date="2026-12-31")
    assert late == {"annotations": []}


def test_an_annotation_needs_one_of_its_types() -> None:
    """Code 2076, unless the switch annotation_needs_type is off."""
    sandbox = Sandbox()
    manager = sandbox.person("manager")
    plain = {**CLOSED, "business_closed": False}
    assert manager.refused("POST", "/2/annotations", json=plain) == (400, 2076)
    sandbox.state.switches.change({"annotation_needs_type": False})
    assert manager.post("/2/annotations", plain)["annotation"]["business_closed"] is False
    assert manager.refused("POST", "/2/annotations", json={**CLOSED, "end_date": "2026-01-01"}) == (400, 2165)
    assert manager.refused("POST", "/2/annotations", json={**CLOSED, "title": ""}) == (400, 2000)
    assert manager.refused("POST", "/2/annotations", json={**CLOSED, "locations": [5]}) == (404, 4005)


def test_annotations_are_written_by_who_supervises_their_locations() -> None:
    """A supervisor neither everywhere nor elsewhere."""
    sandbox = Sandbox()
    supervisor = sandbox.person("supervisor")
    assert supervisor.post("/2/annotations", {**CLOSED, "locations": [136]})["annotation"]["title"] == "Inventory"
    sandbox.state.users[sandbox.user_id("supervisor")]["locations"] = [137]
    for where in ({"locations": [136]}, {"all_locations": True}):
        assert supervisor.refused("POST", "/2/annotations", json={**CLOSED, **where}) == (403, 3005)
    assert sandbox.person("employee").refused("POST", "/2/annotations", json=CLOSED) == (403, 3005)


def test_time_off_conflicts_with_days_that_allow_none() -> None:
    """Code 3704, for users of the annotation's locations."""
    sandbox = Sandbox()
    manager, employee = sandbox.person("manager"), sandbox.person("employee")
    manager.post("/2/annotations", {**CLOSED, "no_time_off": True, "locations": [136]})
    assert employee.refused("POST", "/2/requests", json=OFF) == (403, 3704)
    assert made(manager, "/2/requests", {**OFF, "user_id": 101})["request"]["user_id"] == 101
    assert made(employee, "/2/requests", {**OFF, "start_time": "2026-12-02"})["request"]["status"] == 0
