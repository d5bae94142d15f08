"""Time entries of the sandbox's When I Work."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.sandbox_wheniwork import Sandbox

WORKED = {"user_id": 27384, "start_time": "2026-11-23 06:00", "end_time": "2026-11-23 11:30", "location_id": 136}


def ids(answer: Any) -> list[int]:
    return [time["id"] for time in answer["times"]]


def test_the_sample_time_is_of_the_last_three_days() -> None:
    """It brings its shift, user, location, position and site along."""
    manager = Sandbox().person("manager")
    answer = manager.get("/2/times")
    assert ids(answer) == [11]
    assert set(answer) == {"times", "shifts", "users", "locations", "positions", "sites"}
    time = manager.get("/2/times/11")["time"]
    assert (time["length"], time["break_hours"], time["is_approved"], time["alert_type"]) == (6, 0.5, True, 8)
    assert time["start_time"] == "Sun, 22 Nov 2026 08:30:00 -0600"


def test_times_are_listed_by_start_user_and_update() -> None:
    """updated_at is the one incremental filter; open times can be listed alone."""
    sandbox = Sandbox()
    manager = sandbox.person("manager")
    old = manager.post("/2/times", {**WORKED, "start_time": "2026-11-10 06:00"})["time"]["id"]
    sandbox.clock.advance(timedelta(hours=1))
    new = manager.post("/2/times", WORKED)["time"]["id"]
    running = manager.post("/2/times", {**WORKED, "end_time": None})["time"]["id"]
    assert ids(manager.get("/2/times")) == [11, new, running]
    assert ids(manager.get("/2/times", start="2026-11-01", end="2026-11-10")) == [old]
    assert ids(manager.get("/2/times", user_id="27384")) == [new, running]
    assert ids(manager.get("/2/times", updated_at="2026-11-23 12:30", start="2026-11-01")) == [new, running]
    assert ids(manager.get("/2/times", only_open="1")) == [running]


def test_a_time_is_created_merged_and_deleted() -> None:
    """Its length is computed in hours; the editor is noted."""
    sandbox = Sandbox()
    manager = sandbox.person("manager")
    manager.put("/2/users/27384", {"hourly_rate": 18.5})
    made = manager.post("/2/times/", WORKED)["time"]
    assert (made["length"], made["hourly_rate"], made["shift_id"], made["modified_by"]) == (5.5, 18.5, 0, 0)
    merged = manager.put(f"/2/times/{made['id']}", {"is_approved": True, "cash_tips": "12.50"})["time"]
    assert merged == {
        **made,
        "is_approved": True,
        "cash_tips": "12.50",
        "modified_by": sandbox.user_id("manager"),
    }
    assert manager.delete(f"/2/times/{made['id']}") == {"success": True}
    assert manager.refused("DELETE", f"/2/times/{made['id']}") == (404, 4005)


@pytest.mark.parametrize(
    ("fields", "answer"),
    [
        ({"user_id": 5}, (404, 4005)),
        ({"start_time": "soon"}, (400, 2000)),
        ({"end_time": "2026-11-23 05:00"}, (400, 2165)),
        ({"break_hours": "long"}, (400, 2000)),
    ],
)
def test_an_unfit_time_is_refused(fields: dict[str, Any], answer: tuple[int, int]) -> None:
    """Unknown users, unreadable moments, an end before the start."""
    manager = Sandbox().person("manager")
    assert manager.refused("POST", "/2/times", json={**WORKED, **fields}) == answer


def test_a_time_needs_a_start() -> None:
    """Without one it is refused, also as an update that breaks the order."""
    manager = Sandbox().person("manager")
    assert manager.refused("POST", "/2/times", json={"user_id": 27384}) == (400, 2000)
    assert manager.refused("PUT", "/2/times/11", json={"end_time": "2026-11-01"}) == (400, 2165)


def test_people_clock_in_and_out() -> None:
    """Once each; the open time shows in the punch state."""
    sandbox = Sandbox()
    employee = sandbox.person("employee")
    own = sandbox.user_id("employee")
    before = employee.get(f"/2/times/user/{own}")
    assert (before["times"], before["user"]["punch_state"]["can_punch_in"]) == ([], True)
    opened = employee.post("/2/times/clockin", {"id": own, "location_id": 136})["time"]
    assert (opened["end_time"], opened["location_id"]) == (None, 136)
    assert employee.refused("POST", "/2/times/clockin", json={}) == (400, 2000)
    state = employee.get(f"/2/times/user/{own}")["user"]["punch_state"]
    assert (state["can_punch_out"], state["open_time_id"], state["punch_in_shift_id"]) == (True, opened["id"], 0)
    sandbox.clock.advance(timedelta(hours=4, minutes=15))
    closed = employee.post("/2/times/clockout", {"id": own})["time"]
    assert (closed["id"], closed["length"]) == (opened["id"], 4.25)
    assert employee.refused("POST", "/2/times/clockout", json={}) == (400, 2000)


def test_employees_see_and_clock_themselves_alone() -> None:
    """Other people's times read as if they were not there; writing is for supervisors."""
    sandbox = Sandbox()
    employee = sandbox.person("employee")
    assert employee.get("/2/times") == {"times": []}
    assert employee.refused("GET", "/2/times/11") == (404, 4005)
    assert employee.refused("POST", "/2/times/clockin", json={"id": 101}) == (403, 3005)
    for method, path in (("POST", "/2/times"), ("PUT", "/2/times/11"), ("DELETE", "/2/times/11")):
        assert employee.refused(method, path, json=WORKED) == (403, 3005)
    assert sandbox.person("supervisor").post("/2/times/clockin", {"id": 101})["time"]["user_id"] == 101
