"""Swaps and OpenShift approval requests of the sandbox's When I Work."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from sandbox.wheniwork import people
from tests.sandbox_wheniwork import Person, Sandbox, shift_body


def made(person: Person, body: Any) -> Any:
    """The swap of a POST that is answered with 201."""
    answer = person.send("POST", "/2/swaps/", json=body)
    assert answer.status_code == 201, answer.text
    return answer.json()["swap"]


def shift_of(sandbox: Sandbox, user_id: int, **fields: Any) -> int:
    """The id of a new shift that a user holds."""
    shift: int = sandbox.person("manager").post("/2/shifts", shift_body(user_id=user_id, **fields))["shift"]["id"]
    return shift


def test_the_sample_swap_is_read_under_both_spellings_and_keys() -> None:
    """With the shift and the people it is about; the id is a number."""
    manager = Sandbox().person("manager")
    answer = manager.get("/2/swap/2238")
    assert answer["swaps"] == [answer["swap"]]
    assert [one["user_id"] for one in answer["swap"]["statuses"]] == [23, 24]
    assert [user["id"] for user in answer["users"]] == [101, 23, 24]
    assert [shift["id"] for shift in answer["shifts"]] == [10000]
    assert manager.get("/2/swaps/2238") == answer
    assert manager.refused("GET", "/2/swaps/1") == (404, 4005)


@pytest.mark.parametrize(("shape", "keys"), [("newer", {"swap"}), ("older", {"swaps"})])
def test_one_swap_comes_under_a_key_that_is_switched(shape: str, keys: set[str]) -> None:
    """The switch single_key."""
    sandbox = Sandbox()
    sandbox.state.switches.change({"single_key": shape})
    assert set(sandbox.person("manager").get("/2/swaps/2238")) & {"swap", "swaps"} == keys


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, [2238]),
        ({"page": 0}, [2238]),
        ({"page": 2}, []),
        ({"status": "0,1"}, [2238]),
        ({"status": "4"}, []),
        ({"type": "2,3"}, []),
        ({"user_id": "101"}, [2238]),
        ({"shift_id": "5"}, []),
        ({"open_only": "true"}, [2238]),
        ({"start": "2026-11-25", "end": "2026-11-25"}, [2238]),
        ({"start": "2026-11-26", "end": "2026-11-30"}, []),
    ],
)
def test_swaps_are_listed_in_pages_from_one(query: dict[str, Any], found: list[int]) -> None:
    """By state, kind, user, shift, and the days of the shift."""
    assert [swap["id"] for swap in Sandbox().person("manager").get("/2/swaps", **query)["swaps"]] == found


def test_the_pages_of_swaps_may_begin_at_zero() -> None:
    """The switch swaps_first_page."""
    sandbox = Sandbox()
    sandbox.state.switches.change({"swaps_first_page": 0})
    manager = sandbox.person("manager")
    assert [len(manager.get("/2/swaps", page=page)["swaps"]) for page in (0, 1)] == [1, 0]
    assert manager.refused("GET", "/2/swaps", params={"start": "2026-11-25"}) == (400, 2000)


def test_a_dropped_shift_goes_to_who_takes_it() -> None:
    """Once somebody asked approves and a supervisor completes."""
    sandbox = Sandbox()
    own = sandbox.user_id("employee")
    shift = shift_of(sandbox, 101)
    manager, employee = sandbox.person("manager"), sandbox.person("employee")
    swap = made(manager, {"shift_id": shift, "type": "2", "users": [own, 4364]})
    path = f"/2/swaps/{swap['id']}"
    assert swap["statuses"][0] == {"user_id": own, "status": 0, "shift_id": 0}
    assert employee.get(path)["swap"]["allowed_statuses"] == [1, 2]
    assert employee.refused("PUT", path, json={"status": 3}) == (403, 3005)
    taken = employee.put(path, {"status": 1})["swap"]
    assert (taken["status"], taken["accepted_id"], taken["user_status"]) == (1, own, 1)
    assert employee.put(path, {}) == employee.get(path)
    assert employee.refused("PUT", path, json={"status": 9}) == (400, 2000)
    done = manager.put(path, {"status": 3})["swap"]
    assert (done["status"], done["completed_at"], done["actionable"]) == (3, "Mon, 23 Nov 2026 12:00:00 -0600", False)
    assert manager.get(f"/2/shifts/{shift}")["shift"]["user_id"] == own
    assert manager.get("/2/swaps", open_only="1", user_id=101)["swaps"][0]["id"] == 2238


def test_two_shifts_change_hands() -> None:
    """A swap of type 1 names the shifts asked for in return."""
    sandbox = Sandbox()
    own = sandbox.user_id("employee")
    given, returned = shift_of(sandbox, own), shift_of(sandbox, sandbox.user_id("supervisor"))
    employee, supervisor = sandbox.person("employee"), sandbox.person("supervisor")
    swap = made(employee, {"shift_id": given, "shifts": [returned]})
    assert swap["type"] == 1
    supervisor.put(f"/2/swaps/{swap['id']}", {"status": 1})
    answer = supervisor.put(f"/2/swaps/{swap['id']}", {"status": 3})
    assert {shift["id"]: shift["user_id"] for shift in answer["shifts"]} == {
        given: sandbox.user_id("supervisor"),
        returned: own,
    }


def test_a_swap_that_everybody_declines_is_declined() -> None:
    """Until then it is open for the others."""
    sandbox = Sandbox()
    shift = shift_of(sandbox, 101)
    askable = [sandbox.user_id("employee"), sandbox.user_id("supervisor")]
    swap = made(sandbox.person("manager"), {"shift_id": shift, "type": 3, "users": askable})
    path = f"/2/swaps/{swap['id']}"
    assert sandbox.person("employee").put(path, {"status": 2})["swap"]["status"] == 0
    assert sandbox.person("supervisor").put(path, {"status": 2})["swap"]["status"] == 2


def test_a_swap_is_cancelled_and_deleted_by_who_began_it() -> None:
    """Or by a supervisor; others who were asked may not."""
    sandbox = Sandbox()
    shift = shift_of(sandbox, sandbox.user_id("employee"))
    employee, supervisor = sandbox.person("employee"), sandbox.person("supervisor")
    swap = made(employee, {"shift_id": shift, "type": 2, "users": [101]})
    cancelled = employee.put(f"/2/swap/{swap['id']}", {"status": 4})["swap"]
    assert (cancelled["status"], cancelled["canceled_id"]) == (4, sandbox.user_id("employee"))
    assert employee.delete(f"/2/swap/{swap['id']}/") == {"success": True}
    other = made(supervisor, {"shift_id": shift_of(sandbox, 101), "type": 2, "users": [swap["user_id"]]})
    assert employee.refused("DELETE", f"/2/swaps/{other['id']}") == (403, 3005)
    assert supervisor.delete(f"/2/swaps/{other['id']}") == {"success": True}


def test_unfit_swaps_are_refused() -> None:
    """One's own shifts, held by somebody, and known people; other people's swaps are not there."""
    sandbox = Sandbox()
    manager, employee = sandbox.person("manager"), sandbox.person("employee")
    stack = manager.post("/2/shifts", shift_body())["shift"]["id"]
    assert manager.refused("POST", "/2/swaps", json={}) == (400, 2000)
    assert manager.refused("POST", "/2/swaps", json={"shift_id": stack}) == (400, 2000)
    assert manager.refused("POST", "/2/swaps", json={"shift_id": 10000, "type": 4}) == (400, 2000)
    assert manager.refused("POST", "/2/swaps", json={"shift_id": 5}) == (404, 4005)
    assert manager.refused("POST", "/2/swaps", json={"shift_id": 10000, "type": 2, "users": [5]}) == (404, 4005)
    assert employee.refused("POST", "/2/swaps", json={"shift_id": 10000}) == (403, 3005)
    assert employee.refused("GET", "/2/swaps/2238") == (404, 4005)


def test_a_swap_left_open_expires_when_its_shift_begins_or_goes() -> None:
    """Nothing can be done to it any more."""
    sandbox = Sandbox()
    manager = sandbox.person("manager")
    sandbox.clock.advance(timedelta(days=3))
    swap = manager.get("/2/swaps/2238")["swap"]
    assert (swap["status"], swap["allowed_statuses"]) == (5, [])
    manager.delete("/2/shifts/10000")
    gone = manager.get("/2/swaps/2238")
    assert (gone["swap"]["status"], "shifts" in gone) == (5, False)
    assert manager.get("/2/swaps", start="2026-11-20", end="2026-11-30")["swaps"] == []


def test_a_listing_of_shifts_brings_their_swaps_when_asked() -> None:
    """Those that the caller may see."""
    sandbox = Sandbox()
    manager = sandbox.person("manager")
    assert [swap["id"] for swap in manager.get("/2/shifts", include_swaps="true")["swaps"]] == [2238]
    assert "swaps" not in manager.get("/2/shifts")
    assert "swaps" not in sandbox.person("employee").get("/2/shifts", include_swaps="true")


def wanted(sandbox: Sandbox, *user_ids: int) -> tuple[int, int]:
    """An OpenShift that needs an approval and that users want: the ids of the shift and of the approval request."""
    body = shift_body(requires_openshift_approval=True, instances=2)
    shift = sandbox.person("manager").post("/2/shifts", body)["shift"]["id"]
    for user_id in user_ids:
        assert people.employee_takes(sandbox.state, shift, user_id)["id"] == shift
    return shift, sandbox.state.shifts[shift]["openshift_approval_request_id"]


def test_taking_an_open_shift_may_need_an_approval() -> None:
    """The wishes of all are collected on one request; assigning approves it."""
    sandbox = Sandbox()
    own = sandbox.user_id("employee")
    shift, request = wanted(sandbox, own, 101, own)
    manager, employee = sandbox.person("manager"), sandbox.person("employee")
    answer = manager.get("/2/openshiftapprovalrequests/", start="2026-11-24", end="2026-11-24")
    assert (answer["total"], answer["page"], answer["more"]) == (1, 0, False)
    (one,) = answer["openshiftapprovalrequests"]
    assert (one["id"], one["status"], one["shift"]["id"]) == (request, 0, shift)
    assert [wish["user_id"] for wish in one["user_requests"]] == [own, 101]
    assert one["user_requests"][0]["created_at"] == "Mon, 23 Nov 2026 12:00:00 -0600"
    assert employee.get(f"/2/openshiftapprovalrequests/{request}")["openshiftapprovalrequest"]["id"] == request
    given = manager.post(f"/2/shifts/{shift}/assign", {"user_ids": [str(own)]})
    assert [one["status"] for one in given["openshiftapprovalrequests"]] == [1]
    assert given["shifts"][0]["user_id"] == own
    assert manager.post(f"/2/shifts/{shift}/assign", {"user_ids": [101]})["openshiftapprovalrequests"] == []


def test_approval_requests_are_listed_by_the_days_of_their_shift() -> None:
    """Nobody sees those of others."""
    sandbox = Sandbox()
    wanted(sandbox, 101)
    manager = sandbox.person("manager")
    for window in ({"start": "2026-11-25"}, {"end": "2026-11-23"}):
        assert manager.get("/2/openshiftapprovalrequests", **window)["total"] == 0
    employee = sandbox.person("employee")
    assert employee.get("/2/openshiftapprovalrequests")["openshiftapprovalrequests"] == []


def test_an_approval_is_denied_or_withdrawn() -> None:
    """Withdrawing has a misspelt path; the last wish that goes cancels the request."""
    sandbox = Sandbox()
    own = sandbox.user_id("employee")
    _, request = wanted(sandbox, own, 101)
    employee, manager = sandbox.person("employee"), sandbox.person("manager")
    misspelt = f"/2/openshiftapprovarequests/{request}/user-requests"
    path = f"/2/openshiftapprovalrequests/{request}"
    assert employee.delete(misspelt) == {"success": True}
    assert employee.refused("DELETE", misspelt) == (403, 3005)
    left = manager.get(path)["openshiftapprovalrequest"]
    assert (left["status"], left["user_requests"][0]["deleted_at"]) == (0, "Mon, 23 Nov 2026 12:00:00 -0600")
    assert manager.refused("PUT", path, json={"status": 1}) == (400, 2000)
    assert manager.put(path, {"status": 6})["openshiftapprovalrequest"]["status"] == 6
    assert manager.refused("PUT", path, json={"status": 4}) == (400, 2000)
    assert employee.refused("PUT", path, json={"status": 6}) == (403, 3005)
    assert manager.delete(path) == {"success": True}
    assert employee.refused("GET", path) == (404, 4005)


def test_the_last_wish_withdrawn_cancels_and_a_new_one_begins_again() -> None:
    """The shift then has another request."""
    sandbox = Sandbox()
    shift, request = wanted(sandbox, sandbox.user_id("employee"))
    sandbox.person("employee").delete(f"/2/openshiftapprovalrequests/{request}/user-requests")
    assert sandbox.state.table("approval_requests")[request]["status"] == 4
    people.employee_takes(sandbox.state, shift, 101)
    assert sandbox.state.shifts[shift]["openshift_approval_request_id"] == request + 1
    assert sandbox.person("employee").refused("GET", f"/2/openshiftapprovalrequests/{request + 1}") == (404, 4005)


def test_an_approval_request_expires_with_its_shift() -> None:
    """Also when the shift is gone."""
    sandbox = Sandbox()
    shift, request = wanted(sandbox, 101)
    manager = sandbox.person("manager")
    sandbox.clock.advance(timedelta(days=2))
    path = f"/2/openshiftapprovalrequests/{request}"
    assert manager.get(path)["openshiftapprovalrequest"]["status"] == 5
    manager.delete(f"/2/shifts/{shift}")
    gone = manager.get(path)["openshiftapprovalrequest"]
    assert (gone["status"], gone["shift"]) == (5, None)
