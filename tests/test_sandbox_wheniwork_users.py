"""Users of the sandbox's When I Work."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox_wheniwork import Person, Sandbox, shift_body

NEW = {"email": "new.hand@example.com", "first_name": "New", "last_name": "Hand"}

POINTED_TO = ["Goldie", "Marvin", "Lorraine", "Lorraine", "Emmett", "George", "Lorraine", "Dave", "Linda"]
"""Users whom the samples of requests, swaps, availabilities, payrolls and templates point to."""


def names(answer: Any) -> list[str]:
    return [user["first_name"] for user in answer["users"]]


def test_a_new_user_is_invited_unless_invite_is_false() -> None:
    """Missing or anything but false sends an invitation; false leaves a pending user whom nobody wrote to."""
    sandbox = Sandbox()
    manager = sandbox.person("manager")
    silent = manager.post("/2/users", {**NEW, "invite": False, "employee_code": "wonolo:7"})["user"]
    assert (silent["is_active"], silent["login_id"], silent["role"], silent["employee_code"]) == (
        False,
        0,
        3,
        "wonolo:7",
    )
    assert silent["invited_at"] == "Tue, 29 Nov -001 18:00:00 -0600"
    assert sandbox.state.sent == []
    for invite in ({}, {"invite": True}, {"invite": "false"}):
        user = manager.post("/2/users", {**NEW, **invite})["user"]
        assert user["invited_at"] == "Mon, 23 Nov 2026 12:00:00 -0600"
        assert sandbox.state.sent[-1]["user_id"] == user["id"]
    assert [message["kind"] for message in sandbox.state.sent] == ["invitation"] * 3


def test_a_user_has_every_field_of_the_wire() -> None:
    """Maps that are empty travel as lists, is_trusted as an int, unset dates as zero dates or empty texts."""
    user = Sandbox().person("manager").get("/2/users/4364")["user"]
    sample = {
        "first_name": "Goldie",
        "last_name": "Wilson",
        "email": "goldiewilson@hillvalleycalifornia.gov",
        "phone_number": "555-555-5555",
        "hours_preferred": 40,
        "hours_max": 40,
        "hourly_rate": 15.5,
        "role": 2,
        "positions": [12284, 9554],
        "locations": [34, 58934],
        "notes": "",
        "activated": True,
    }
    odd = {"position_rates": [], "is_trusted": 0, "deleted_at": "", "password": False, "employee_code": ""}
    assert {name: user[name] for name in (*sample, *odd)} == {**sample, **odd}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({}, ["Morgan", "Sam", "Emery", "Goldie", "Jennifer", "Emmett", *POINTED_TO, "Pending"]),
        ({"show_pending": "false"}, ["Morgan", "Sam", "Emery", "Goldie", "Jennifer", "Emmett", *POINTED_TO]),
        ({"only_pending": "1"}, ["Pending"]),
        (
            {"show_deleted": "true"},
            ["Morgan", "Sam", "Emery", "Goldie", "Jennifer", "Emmett", *POINTED_TO, "Pending", "Gone"],
        ),
        ({"only_deleted": "true"}, ["Gone"]),
        ({"ids": "4364,101"}, ["Goldie", "Emmett"]),
        ({"location_id": "1045"}, ["Morgan", "Sam", "Emery", "Emmett"]),
        ({"search": "PARKER"}, ["Jennifer"]),
    ],
)
def test_users_are_listed_by_what_was_asked(query: dict[str, str], found: list[str]) -> None:
    """Pending ones by default, deleted ones when asked."""
    sandbox = Sandbox()
    manager = sandbox.person("manager")
    manager.post("/2/users", {"email": "p@example.com", "first_name": "Pending", "invite": False})
    gone = manager.post("/2/users", {"email": "g@example.com", "first_name": "Gone", "invite": False})["user"]
    manager.delete(f"/2/users/{gone['id']}")
    assert names(manager.get("/2/users/", **query)) == found


def test_listed_users_bring_their_locations_and_positions() -> None:
    """As far as they exist, and left out when empty or not wanted."""
    manager = Sandbox().person("manager")
    answer = manager.get("/2/users", ids="27384")
    assert [place["id"] for place in answer["locations"]] == [136]
    assert [position["id"] for position in answer["positions"]] == [32, 5]
    assert set(manager.get("/2/users", ids="4364")) == {"users"}
    assert set(manager.get("/2/users", ids="27384", include_objects="no")) == {"users"}


def test_an_email_is_needed_and_an_active_users_email_is_taken() -> None:
    """Pending users may share one, as production data shows."""
    manager = Sandbox().person("manager")
    assert manager.refused("POST", "/2/users", json={"first_name": "X"}) == (400, 2000)
    assert manager.refused("POST", "/2/users", json={**NEW, "email": "JEN.parker@example.com"}) == (400, 2000)
    first, second = (manager.post("/2/users", {**NEW, "invite": False})["user"] for _ in range(2))
    assert first["id"] != second["id"]


def test_a_password_makes_a_login_at_once() -> None:
    """It is written only; reading says whether there is one."""
    sandbox = Sandbox()
    user = sandbox.person("manager").post("/2/users", {**NEW, "password": "made-up"})["user"]
    assert (user["is_active"], user["password"]) == (True, True)
    body = {"username": NEW["email"], "password": "made-up", "key": "sandbox-developer-key"}
    token = sandbox.stranger.post("/2/login", body)["token"]
    assert Person(sandbox.app, {"W-Token": token}).get("/2/users/profile")["user"]["id"] == user["id"]


def test_an_update_is_a_merge() -> None:
    """What is left out stays; unknown fields are ignored; unfit ones refused."""
    manager = Sandbox().person("manager")
    before = manager.get("/2/users/27384")["user"]
    after = manager.put("/2/users/27384", {"phone_number": "+15555550111", "is_trusted": True, "id": 5})["user"]
    assert after == {**before, "phone_number": "+15555550111", "is_trusted": 1}
    assert manager.put("/2/users/27384", {"position_rates": {"32": 18}})["user"]["position_rates"] == {"32": 18}
    assert manager.put("/2/users/27384", {"position_rates": {}})["user"]["position_rates"] == []
    for unfit in (
        {"timezone_name": "Mars/Base"},
        {"timezone_name": "America"},
        {"reminder_time": 99},
        {"role": 4},
        {"hours_max": "many"},
        {"position_rates": 5},
        {"locations": ["here"]},
    ):
        assert manager.refused("PUT", "/2/users/27384", json=unfit) == (400, 2000)
    same = manager.put("/2/users/27384", {"reminder_time": 6, "timezone_name": "", "positions": ""})["user"]
    assert (same["reminder_time"], same["timezone_name"], same["positions"]) == (6, "", [])
    assert manager.refused("PUT", "/2/users/5", json={}) == (404, 4005)


def test_a_deleted_users_future_shifts_become_open() -> None:
    """Past ones stay; the user can be read still, and a second delete finds nothing."""
    sandbox = Sandbox()
    manager = sandbox.person("manager")
    past = shift_body(user_id=27384, start_time="2026-11-20 08:00", end_time="2026-11-20 16:00")
    kept = manager.post("/2/shifts", past)["shift"]["id"]
    assert manager.delete("/2/users/27384") == {"success": True, "modified_shifts": [27384, 1337]}
    assert manager.get("/2/shifts/1337")["shift"]["is_open"] is True
    assert manager.get(f"/2/shifts/{kept}")["shift"]["user_id"] == 27384
    user = manager.get("/2/users/27384")["user"]
    assert (user["is_deleted"], user["deleted_at"]) == (True, "Mon, 23 Nov 2026 12:00:00 -0600")
    assert manager.refused("DELETE", "/2/users/27384") == (404, 4005)


@pytest.mark.parametrize("spelling", ["delete_shifts", "deleted_shifts"])
def test_a_deleted_users_future_shifts_can_be_deleted_too(spelling: str) -> None:
    """Both spellings of the parameter work."""
    manager = Sandbox().person("manager")
    manager.delete("/2/users/27384", **{spelling: "true"})
    assert manager.refused("GET", "/2/shifts/1337") == (404, 4005)


def test_a_deleted_user_comes_back() -> None:
    """By PUT, or by POST with the same e-mail, each with reactivate; the id stays."""
    manager = Sandbox().person("manager")
    manager.delete("/2/users/27384")
    assert manager.put("/2/users/27384", {"notes": "x"})["user"]["is_deleted"] is True
    assert manager.put("/2/users/27384", {"reactivate": True})["user"]["is_deleted"] is False
    manager.delete("/2/users/27384")
    again = {"email": "jen.parker@example.com", "last_name": "McFly", "reactivate": "true", "invite": False}
    user = manager.post("/2/users", again)["user"]
    assert (user["id"], user["last_name"], user["is_deleted"]) == (27384, "McFly", False)
    manager.delete("/2/users/27384")
    assert manager.post("/2/users", {**again, "reactivate": False})["user"]["id"] != 27384


def test_employees_change_their_own_contact_alone() -> None:
    """Other people's records and their own wage are not theirs to change; notes are hidden from them."""
    sandbox = Sandbox()
    manager, employee = sandbox.person("manager"), sandbox.person("employee")
    own = sandbox.user_id("employee")
    manager.put(f"/2/users/{own}", {"notes": "late twice"})
    after = employee.put(f"/2/users/{own}", {"phone_number": "+15555550112", "hourly_rate": 99, "role": 1})["user"]
    assert (after["phone_number"], after["hourly_rate"], after["role"], after["notes"]) == ("+15555550112", 0, 3, "")
    assert employee.refused("PUT", "/2/users/101", json={"phone_number": "1"}) == (403, 3005)
    assert employee.refused("POST", "/2/users", json=NEW) == (403, 3005)
    assert employee.refused("DELETE", "/2/users/101") == (403, 3005)
    assert employee.refused("POST", "/2/users/invite", json={"ids": [101]}) == (403, 3005)


def test_supervisors_delete_users_of_their_schedules_and_promote_nobody() -> None:
    """They must manage every location of the user."""
    supervisor = Sandbox().person("supervisor")
    assert supervisor.delete("/2/users/101")["success"] is True
    assert supervisor.refused("DELETE", "/2/users/4364") == (403, 3005)
    assert supervisor.refused("POST", "/2/users", json={**NEW, "role": 2}) == (403, 3005)
    assert supervisor.put("/2/users/27384", {"role": 3})["user"]["role"] == 3


def test_invitations_go_to_chosen_users_or_to_all_without_a_login() -> None:
    """Counts of what was sent by e-mail and as text messages."""
    sandbox = Sandbox()
    manager = sandbox.person("manager")
    assert manager.post("/2/users/invite", {"ids": [101, 5]}) == {"count": 1, "email": 1, "sms": 1, "success": True}
    everybody = manager.post("/2/users/invite", {"send_all": True})
    assert everybody["count"] == 12
    told = [message["user_id"] for message in sandbox.state.sent]
    assert (told[:4], len(told)) == ([101, 4364, 27384, 101], 13)


def test_an_avatar_is_sent_as_an_image() -> None:
    """Each other image gives another address; one's own, or anybody's by a supervisor; no image is a 400."""
    sandbox = Sandbox()
    employee, own = sandbox.person("employee"), sandbox.user_id("employee")
    urls = {sandbox.state.users[own]["avatar"]["url"]}
    for image in (b"\xff\xd8 one", b"\xff\xd8 two"):
        sent = employee.send("POST", f"/2/users/avatar/{own}", content=image, headers={"Content-Type": "image/jpeg"})
        urls.add(sent.json()["user"]["avatar"]["url"])
    assert len(urls) == 3
    assert all("%s" in url for url in urls)
    assert employee.refused("POST", f"/2/users/avatar/{own}") == (400, 2000)
    other = f"/2/users/avatar/{sandbox.user_id('manager')}"
    assert employee.refused("POST", other, content=b"x") == (403, 3005)
    assert sandbox.person("supervisor").send("POST", other, content=b"x").status_code == 200
