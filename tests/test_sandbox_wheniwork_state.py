"""The sandbox's When I Work as a whole: switches, limits, snapshot, people's acts, and any request at all."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.wheniwork import people
from sandbox.wheniwork.answers import ApiError
from sandbox.wheniwork.throttle import Throttle
from tests.sandbox_wheniwork import Sandbox, shift_body


def test_switches_are_set_by_name_or_not_at_all() -> None:
    """An unknown name or an unfit value changes nothing."""
    switches = Sandbox().state.switches
    switches.change({"long_notes": "cut", "window_clamp_days": 31})
    for unfit in ({"long_notes": "refuse", "speed": 1}, {"window_clamp_days": 7, "login_shape": "new"}):
        with pytest.raises(ValueError, match=r"speed|login_shape|Invalid"):
            switches.change(unfit)
    assert (switches.long_notes, switches.window_clamp_days) == ("cut", 31)


@pytest.mark.parametrize("status", [429, 403])
def test_requests_over_the_limit_are_throttled_with_a_time_to_wait(status: int) -> None:
    """The header counts down; the text says the seconds; each login has its own count."""
    sandbox = Sandbox()
    manager, employee = sandbox.person("manager"), sandbox.person("employee")
    sandbox.state.switches.change({"rate_limit_per_minute": 3, "throttle_status": status})
    left = [manager.send("GET", "/2/account").headers["W-Limit-Remaining"] for _ in range(3)]
    assert left == ["2", "1", "0"]
    refused = manager.send("GET", "/2/account")
    assert (refused.status_code, refused.headers["W-Limit-Remaining"]) == (status, "0")
    assert "wait" in refused.json()["error"]
    assert any(word.isdecimal() for word in refused.json()["error"].split())
    assert employee.send("GET", "/2/account").status_code == 200
    wrong = [sandbox.stranger.send("GET", "/2/account").status_code for _ in range(4)]
    assert wrong == [401, 401, 401, status]


def test_the_window_of_the_limit_rolls() -> None:
    """Sixty seconds later a request counts no more."""
    throttle = Throttle(iter([0.0, 1.0, 59.5, 60.0, 60.5]).__next__)
    assert [throttle.take("me", 2, 429), throttle.take("me", 2, 429)] == [1, 0]
    with pytest.raises(ApiError, match="wait 1 seconds"):
        throttle.take("me", 2, 429)
    assert throttle.take("me", 2, 429) == 0
    with pytest.raises(ApiError, match="wait 1 seconds"):
        throttle.take("me", 2, 429)


def test_the_snapshot_is_json_and_keeps_secrets() -> None:
    """All tables as an admin reads them, drafts included; no passwords and no tokens."""
    sandbox = Sandbox()
    manager = sandbox.person("manager")
    draft = manager.post("/2/shifts", shift_body(published=False, break_time=0.5))["shift"]
    manager.delete("/2/shifts/10000")
    manager.post("/2/users/invite", {"ids": [101]})
    snapshot = json.loads(json.dumps(sandbox.state.snapshot()))
    assert snapshot["shifts"][-1] == draft
    assert [shift["id"] for shift in snapshot["deleted_shifts"]] == [10000]
    assert [message["at"] for message in snapshot["sent"]] == ["Mon, 23 Nov 2026 12:00:00 -0600"]
    assert snapshot["switches"]["publish_on_create"] is True
    assert manager.headers["W-Token"] not in json.dumps(snapshot)


def test_people_work_on_shifts_by_name() -> None:
    """The same rules and history as through the API."""
    sandbox = Sandbox()
    state = sandbox.state
    shift = people.manager_creates_shift(state, shift_body(instances=3, published=False))
    people.manager_publishes(state, shift["id"])
    people.manager_edits_shift(state, shift["id"], {"end_time": shift["end_time"] + timedelta(hours=1)})
    taken = people.employee_takes(state, shift["id"], 27384)
    given_to = people.manager_assigns(state, shift["id"], 101)
    assert [taken["user_id"], given_to["user_id"], shift["instances"]] == [27384, 101, 1]
    assert people.employee_releases(state, taken["id"])["is_open"] is True
    assert people.manager_deletes_shift(state, taken["id"])["id"] == taken["id"]
    manager = sandbox.person("manager")
    events = manager.get(f"/2/shifts/{shift['id']}/history")["history"]
    assert [event["type"] for event in events] == ["current", "time_changed", "published", "created"]
    own = manager.get(f"/2/shifts/{given_to['id']}/history")["history"]
    assert [(event["type"], event["attributes"].get("reason")) for event in own][1:] == [("reassigned", "assign")]


def test_people_cannot_do_the_impossible() -> None:
    """Errors are those of the API."""
    state = Sandbox().state
    stack = people.manager_creates_shift(state, shift_body())["id"]
    impossible: list[Any] = [
        lambda: people.manager_edits_shift(state, 5, {}),
        lambda: people.employee_takes(state, 10000, 27384),
        lambda: people.employee_takes(state, stack, 5),
        lambda: people.employee_releases(state, stack),
        lambda: people.manager_creates_shift(state, {}),
    ]
    for act in impossible:
        with pytest.raises(ApiError):
            act()


def test_ids_of_samples_stay_and_new_ones_are_fresh() -> None:
    """No record replaces another."""
    sandbox = Sandbox()
    one, two = (sandbox.state.add("locations", {"name": name})["id"] for name in "ab")
    assert two == one + 1
    assert {136, 137, 1045, one, two} == set(sandbox.state.locations)


PATHS = st.sampled_from(
    [
        *("login", "account", "shifts", "shifts/bulk", "shifts/10000", "shifts/10000/history", "shifts/10000/assign"),
        *(
            "shifts/publish",
            "shifts/unpublish",
            "shifts/notify",
            "shifts/notify/1337",
            "shifts/unassign",
            "shifts/count",
        ),
        *("shifts/acknowledge", "users", "users/101", "users/invite", "positions", "positions/bulk", "positions/5"),
        *(
            "locations",
            "locations/137",
            "sites",
            "sites/9",
            "times",
            "times/11",
            "times/clockin",
            "times/clockout",
            "-",
        ),
    ]
)
NAMES = st.sampled_from(
    [
        *(
            "id",
            "ids",
            "ids[]",
            "user_ids",
            "shift_ids",
            "start",
            "end",
            "start_time",
            "end_time",
            "location_id",
            "user_id",
        ),
        *(
            "breaks",
            "break_time",
            "instances",
            "notes",
            "published",
            "all",
            "email",
            "role",
            "locations",
            "limit",
            "name",
        ),
        *(
            "position_rates",
            "reminder_time",
            "timezone_name",
            "coordinates",
            "place",
            "before",
            "linked_users",
            "password",
        ),
    ]
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.sampled_from([0, 1, -1, 5, 101, 10000, 1 << 40, 1 << 70, 0.5, 1e300])
    | st.sampled_from(
        ["", "x", "10000,1337", "2026-11-25", "+1 day", "2026-11-25 08:00", "true", "٣", "\x00", "9" * 5000]
    )
    | st.text(max_size=8).filter(lambda text: text.isprintable()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)


@settings(deadline=None, max_examples=30)
@given(st.sampled_from(["GET", "POST", "PUT", "DELETE", "PATCH"]), PATHS, st.dictionaries(NAMES, VALUES), VALUES)
def test_any_request_gets_a_documented_status(method: str, path: str, body: dict[str, Any], other: Any) -> None:
    """Whatever is sent, the answer is a JSON object: a success, or the error shape with a client's status."""
    manager = Sandbox().person("manager")
    query = {name: str(value)[:50] for name, value in body.items()}
    for sent in (body, other, [body, other]):
        answer = manager.send(method, f"/2/{path}", params=query if sent is other else {}, json=sent)
        assert answer.status_code in {200, 400, 401, 403, 404, 405}
        found = answer.json()
        assert answer.status_code == 200 or {"error", "code"} <= set(found)
