"""Who could work a shift, what shifts cost, copies of shifts, and users in bulk in the sandbox's When I Work."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox_wheniwork import Person, Sandbox, shift_body

SLOT = {"start": "2026-11-24 08:00", "end": "2026-11-24 16:00", "location_id": 136, "position_id": 32}


def eligible(person: Person, **query: Any) -> list[int]:
    return [user["id"] for user in person.get("/2/shifts/eligible", **query)["users"]]


def test_users_are_eligible_who_fit_and_are_free() -> None:
    """By place and position, without a shift or granted time off then."""
    sandbox = Sandbox()
    manager = sandbox.person("manager")
    assert eligible(manager, **SLOT) == [27384]
    assert eligible(manager, **{**SLOT, "location_id": 1045}) == []
    assert eligible(manager, **{**SLOT, "location_id": 1045}, is_shared="true") == [27384]
    anybody = {**SLOT, "position_id": 0}
    everyone = eligible(manager, **anybody)
    assert everyone == [sandbox.user_id(name) for name in ("manager", "supervisor", "employee")] + [27384]
    manager.post("/2/shifts", shift_body(user_id=27384))
    off = {"user_id": sandbox.user_id("employee"), "start_time": "2026-11-24", "end_time": "2026-11-24", "status": 2}
    manager.send("POST", "/2/requests", json=off)
    assert eligible(manager, **anybody) == everyone[:2]


def test_eligible_users_of_a_shift_that_is_there() -> None:
    """By its id; otherwise its time and place must be told."""
    sandbox = Sandbox()
    manager = sandbox.person("manager")
    stack = manager.post("/2/shifts", shift_body())["shift"]
    assert eligible(manager, id=stack["id"]) == [27384]
    assert manager.refused("GET", "/2/shifts/eligible", params={"id": 5}) == (404, 4005)
    for missing in SLOT:
        rest = {name: value for name, value in SLOT.items() if name != missing}
        assert manager.refused("GET", "/2/shifts/eligible", params=rest) == (400, 2000)
    backwards = {**SLOT, "end": "2026-11-24 07:00"}
    assert manager.refused("GET", "/2/shifts/eligible", params=backwards) == (400, 2165)
    assert sandbox.person("employee").refused("GET", "/2/shifts/eligible", params=SLOT) == (403, 3005)


def test_who_could_take_a_dropped_shift() -> None:
    """As users, as ids, or counted; the ids are text."""
    sandbox = Sandbox()
    own = sandbox.user_id("employee")
    shift = sandbox.person("manager").post("/2/shifts", shift_body(user_id=own))["shift"]["id"]
    employee = sandbox.person("employee")
    path = f"/2/shifts/{shift}/swapusers"
    answer = employee.get(path)
    assert ([user["id"] for user in answer["users"]], answer["can_release"], answer["count"]) == ([27384], True, 1)
    assert employee.get(path, ids_only=1)["users"] == ["27384"]
    assert employee.get(path, count=1) == {"count": 1}
    draft = sandbox.person("manager").post("/2/shifts", shift_body(published=False))["shift"]["id"]
    assert employee.refused("GET", f"/2/shifts/{draft}/swapusers") == (404, 4005)


def test_labor_sums_hours_and_cost_of_a_week_at_most() -> None:
    """Without unpaid breaks, by location."""
    sandbox = Sandbox()
    manager = sandbox.person("manager")
    manager.put("/2/users/101", {"hourly_rate": 20})
    answer = manager.get("/2/shifts/labor", start="2026-11-23", end="2026-11-29")
    assert answer["labor"][0] == {"location_id": 1045, "hours": 5.5, "cost": 110}
    assert manager.refused("GET", "/2/shifts/labor", params={"end": "2026-12-31"}) == (400, 2002)
    assert sandbox.person("employee").refused("GET", "/2/shifts/labor") == (403, 3005)


NEXT_WEEK = {"target_start": "2026-11-30", "target_end": "2026-12-06"}


def copies(person: Person, **fields: Any) -> list[tuple[int, str]]:
    """Holder and start of each copy."""
    answer = person.post("/2/shifts/copy", {**NEXT_WEEK, **fields})
    return [(shift["user_id"], shift["start_time"]) for shift in answer["shifts"]]


def test_the_shifts_of_last_week_are_copied_as_drafts() -> None:
    """At the same times of day, breaks included; those of some locations when told."""
    sandbox = Sandbox()
    manager = sandbox.person("manager")
    answer = manager.post("/2/shifts/copy", {**NEXT_WEEK, "location_id": 1045, "mode": "previous_week"})
    (copy,) = answer["shifts"]
    assert (copy["user_id"], copy["start_time"]) == (101, "Wed, 02 Dec 2026 08:30:00 -0600")
    assert (copy["published"], copy["break_time"], copy["notes"]) == (False, 0.5, "We need more cow bell.")
    assert (answer["confirmation"], answer["warning"]) == ("1 shifts copied.", "")
    day = {"mode": "previous_day", "target_start": "2026-11-26", "target_end": "2026-11-26"}
    assert len(copies(manager, **day)) == 3


@pytest.mark.parametrize(
    ("policy", "copied", "warning", "held"),
    [("allow", 1, "", 2), ("avoid", 0, "1 shifts were in conflict.", 1), ("overwrite", 1, "", 1)],
)
def test_a_copy_may_find_its_holder_busy(policy: str, copied: int, warning: str, held: int) -> None:
    """The policy of conflicts decides who gives way."""
    sandbox = Sandbox()
    manager = sandbox.person("manager")
    body = shift_body(user_id=101, start_time="2026-12-02 08:00", end_time="2026-12-02 10:00")
    manager.post("/2/shifts", body)
    answer = manager.post("/2/shifts/copy", {**NEXT_WEEK, "location_id": 1045, "conflicts": policy})
    assert (len(answer["shifts"]), answer["warning"]) == (copied, warning)
    window = {"start": "2026-12-02", "end": "2026-12-02", "unpublished": "true", "user_id": 101}
    assert len(manager.get("/2/shifts", **window)["shifts"]) == held


def test_an_unfit_copy_is_refused() -> None:
    """Days in order, known modes and policies, and only by who supervises the locations."""
    sandbox = Sandbox()
    manager = sandbox.person("manager")
    assert manager.refused("POST", "/2/shifts/copy", json={"target_start": "2026-11-30"}) == (400, 2000)
    for unfit in ({"mode": "previous_year"}, {"conflicts": "maybe"}):
        assert manager.refused("POST", "/2/shifts/copy", json={**NEXT_WEEK, **unfit}) == (400, 2000)
    assert manager.refused("POST", "/2/shifts/copy", json={**NEXT_WEEK, "target_end": "2026-11-01"}) == (400, 2165)
    employee, supervisor = sandbox.person("employee"), sandbox.person("supervisor")
    far = {"target_start": "2028-01-01", "target_end": "2028-01-02"}
    assert employee.refused("POST", "/2/shifts/copy", json=far) == (403, 3005)
    sandbox.state.users[sandbox.user_id("supervisor")]["locations"] = [136]
    assert supervisor.refused("POST", "/2/shifts/copy", json=NEXT_WEEK) == (403, 3005)


def test_users_are_created_in_bulk_and_the_unfit_come_back() -> None:
    """Each is invited unless it says otherwise."""
    sandbox = Sandbox()
    manager = sandbox.person("manager")
    rows = [
        {"email": "a@example.com", "locations": [136], "invite": False},
        {"first_name": "No mail"},
        {"email": "b@example.com", "locations": [136, 137]},
        "c@example.com",
    ]
    answer = manager.post("/2/users/bulkupdate", rows)
    assert (answer["count"], answer["success"], answer["locations"]) == (2, True, [136, 137])
    assert [(row["row"], row["user"]["email"]) for row in answer["validRows"]] == [
        (0, "a@example.com"),
        (2, "b@example.com"),
    ]
    assert [(row["row"], row["user"], row["code"]) for row in answer["invalidRows"]] == [
        (1, rows[1], 2000),
        (3, rows[3], 2000),
    ]
    assert [one["kind"] for one in sandbox.state.sent] == ["invitation"]
    wrapped = manager.post("/2/users/bulkupdate", {"users": [{"first_name": "No mail"}]})
    assert (wrapped["count"], wrapped["success"]) == (0, False)


def test_too_many_users_in_bulk_are_refused() -> None:
    """Fifty are the most, and employees create none."""
    sandbox = Sandbox()
    manager = sandbox.person("manager")
    row = {"email": "a@example.com"}
    for unfit in ([row] * 51, [], {}, {"users": 5}):
        assert manager.refused("POST", "/2/users/bulkupdate", json=unfit) == (400, 2000)
    assert sandbox.person("employee").refused("POST", "/2/users/bulkupdate", json=[row]) == (403, 3005)


def test_one_user_is_invited_again() -> None:
    """By e-mail, and by text where there is a phone."""
    sandbox = Sandbox()
    manager = sandbox.person("manager")
    assert manager.post("/2/users/invite/101", {}) == {"count": 1, "email": 1, "sms": 1, "success": True}
    assert manager.post("/2/users/invite/135", {})["sms"] == 0
    assert [one["user_id"] for one in sandbox.state.sent] == [101, 135]
    assert manager.refused("POST", "/2/users/invite/5") == (404, 4005)
    assert sandbox.person("employee").refused("POST", "/2/users/invite/101") == (403, 3005)


def test_everybody_sets_their_own_alerts() -> None:
    """What is not named stays."""
    employee = Sandbox().person("employee")
    before = employee.get("/2/users/alerts")["alerts"]
    quiet = {"schedule": {"sms": False, "email": False}}
    assert employee.put("/2/users/alerts", {"alerts": quiet}) == {"alerts": {**before, **quiet}}
    assert employee.put("/2/users/alerts", {}) == employee.get("/2/users/alerts")
