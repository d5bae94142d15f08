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
    assert set(answer) == {"times", "punches", "shifts", "users", "locations", "positions", "sites"}
    assert [(punch["id"], punch["type"]) for punch in answer["punches"]] == [(150134, 1), (150135, 2)]
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


def test_punches_tell_where_a_time_began_and_ended() -> None:
    """One for each clocking, with what the device said."""
    sandbox = Sandbox()
    employee = sandbox.person("employee")
    opened = employee.post("/2/times/clockin", {"latitude": "41.9", "location_id": 136})
    closed = employee.post("/2/times/clockout", {"notes": "Done."})
    assert (opened["punch"]["type"], opened["punch"]["latitude"], opened["punch"]["location_id"]) == (1, 41.9, 136)
    assert (closed["punch"]["type"], closed["punch"]["time_id"]) == (2, opened["time"]["id"])
    assert employee.get("/2/times", start="2026-11-23")["punches"] == [opened["punch"], closed["punch"]]


def test_rounded_values_take_the_place_of_the_punched_ones_when_asked() -> None:
    """Where a time has them; otherwise it stays as it is."""
    manager = Sandbox().person("manager")
    rounded = {"rounded_start_time": "2026-11-23 06:00", "rounded_end_time": "2026-11-23 11:00"}
    manager.post("/2/times", {**WORKED, **rounded, "start_time": "2026-11-23 06:04"})
    shown = manager.get("/2/times", start="2026-11-23", overwrite_with_rounded="1")["times"][0]
    assert (shown["start_time"][17:22], shown["end_time"][17:22], shown["length"]) == ("06:00", "11:00", 5)
    plain = manager.get("/2/times", start="2026-11-23")["times"][0]
    assert (plain["start_time"][17:22], plain["length"], plain["rounded_length"]) == ("06:04", 5.4333, 5)


@pytest.mark.parametrize(
    ("shape", "read", "written"),
    [("both", {"time", "times"}, {"time", "shift"}), ("newer", {"time"}, {"time"}), ("older", {"times"}, {"shift"})],
)
def test_one_time_comes_under_the_keys_of_either_documentation(shape: str, read: set[str], written: set[str]) -> None:
    """The switch single_key: the samples have a list, and once the update was documented under `shift`."""
    sandbox = Sandbox()
    sandbox.state.switches.change({"single_key": shape})
    manager = sandbox.person("manager")
    assert set(manager.get("/2/times/11")) == read
    assert set(manager.put("/2/times/11", {"notes": "Seen."})) == written
