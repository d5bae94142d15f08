"""OpenShift stacks, publication, notification and history in the sandbox's When I Work."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from sandbox.wheniwork.roster import send_reminders
from tests.sandbox_wheniwork import Person, Sandbox, shift_body

WINDOW = {"start": "2026-11-24", "end": "2026-11-24", "include_allopen": "1"}


def seats(manager: Person) -> list[tuple[int, int, int]]:
    """What is listed tomorrow, as (rank of the id, user, instances)."""
    found = sorted(manager.get("/2/shifts", **WINDOW)["shifts"], key=lambda shift: int(shift["id"]))
    return [(rank, shift["user_id"], shift["instances"]) for rank, shift in enumerate(found)]


def stack(manager: Person, instances: int = 3, **fields: Any) -> int:
    number: int = manager.post("/2/shifts", shift_body(instances=instances, **fields))["shift"]["id"]
    return number


def test_one_slot_comes_off_the_stack() -> None:
    """The seat gets a new id, the stack keeps its own with one instance less; other fields go to the seat alone."""
    manager = Sandbox().person("manager")
    number = stack(manager, break_time=0.5)
    fields = {"user_id": 101, "notes": "for you", "instances": 3}
    seat = manager.put(f"/2/shifts/{number}?assign_openshift_instances=true", fields)["shift"]
    assert (seat["user_id"], seat["instances"], seat["is_open"], seat["notes"]) == (101, 1, False, "for you")
    assert seat["id"] != number
    rest = manager.get(f"/2/shifts/{number}")["shift"]
    assert (rest["user_id"], rest["instances"], rest["is_open"], rest["notes"]) == (0, 2, True, "")
    assert seat["breaks"][0]["id"] != rest["breaks"][0]["id"]
    assert seat["breaks"][0]["shift_id"] == seat["id"]


def test_the_seat_keeps_the_old_id_when_switched() -> None:
    """Clients must not assume which id survives."""
    sandbox = Sandbox()
    manager = sandbox.person("manager")
    sandbox.state.switches.stack_keeps_id = False
    number = stack(manager)
    seat = manager.put(f"/2/shifts/{number}?assign_openshift_instances=1", {"user_id": 101})["shift"]
    assert seat["id"] == number
    assert seats(manager) == [(0, 101, 1), (1, 0, 2)]


def test_the_last_slot_changes_hands_as_it_is() -> None:
    """A stack of one, or of none as some rows have it, keeps its id."""
    manager = Sandbox().person("manager")
    for instances in (1, 0):
        number = stack(manager, instances)
        seat = manager.put(f"/2/shifts/{number}?assign_openshift_instances=true", {"user_id": 101})["shift"]
        assert (seat["id"], seat["instances"]) == (number, 1)


@pytest.mark.parametrize(("kept", "instances"), [(False, 1), (True, 3)])
def test_without_the_flag_the_whole_stack_goes(*, kept: bool, instances: int) -> None:
    """All seats become one held shift; what becomes of `instances` is unknown and switched."""
    sandbox = Sandbox()
    manager = sandbox.person("manager")
    sandbox.state.switches.converted_stack_keeps_instances = kept
    number = stack(manager)
    seat = manager.put(f"/2/shifts/{number}", {"user_id": 101})["shift"]
    assert (seat["id"], seat["user_id"], seat["instances"], seat["is_open"]) == (number, 101, instances, False)
    assert seats(manager) == [(0, 101, instances)]


def test_a_bulk_update_takes_single_slots_too() -> None:
    """The flag is documented for it."""
    manager = Sandbox().person("manager")
    number = stack(manager, 2)
    shift = manager.get(f"/2/shifts/{number}")["shift"]
    item = {**shift, "user_id": 101}
    manager.put("/2/shifts/bulk?assign_openshift_instances=true", [item])
    assert seats(manager) == [(0, 0, 1), (1, 101, 1)]


def test_assigning_several_users_takes_a_slot_for_each() -> None:
    """User ids are texts; the stack that is left is listed last; both paths do the same."""
    sandbox = Sandbox()
    manager = sandbox.person("manager")
    for keeps in (True, False):
        sandbox.state.switches.stack_keeps_id = keeps
        number = stack(manager)
        shifts = manager.post(f"/2/shifts/{number}/assign", {"user_ids": ["101", "27384"]})["shifts"]
        assert [(shift["user_id"], shift["instances"]) for shift in shifts] == [(101, 1), (27384, 1), (0, 1)]
        (last,) = manager.post(f"/2/shifts/{shifts[-1]['id']}", {"user_ids": ["4364"]})["shifts"]
        assert (last["user_id"], last["is_open"]) == (4364, False)


@pytest.mark.parametrize(
    ("user_ids", "answer"),
    [(["101", "27384", "4364"], (400, 2000)), (["5"], (404, 4005)), ([], (400, 2000)), (["x"], (400, 2000))],
)
def test_an_impossible_assignment_changes_nothing(user_ids: list[str], answer: tuple[int, int]) -> None:
    """More users than instances, unknown users, none at all."""
    manager = Sandbox().person("manager")
    number = stack(manager, 2)
    assert manager.refused("POST", f"/2/shifts/{number}/assign", json={"user_ids": user_ids}) == answer
    assert seats(manager) == [(0, 0, 2)]


def test_held_shifts_and_deleted_users_cannot_be_assigned() -> None:
    """400 for a shift that is not open, 404 for a user who is gone."""
    manager = Sandbox().person("manager")
    assert manager.refused("POST", "/2/shifts/10000/assign", json={"user_ids": ["4364"]}) == (400, 2000)
    manager.delete("/2/users/27384")
    number = stack(manager)
    assert manager.refused("POST", f"/2/shifts/{number}/assign", json={"user_ids": ["27384"]}) == (404, 4005)
    assert manager.refused("PUT", f"/2/shifts/{number}", json={"user_id": 27384}) == (400, 2000)


def test_overlapping_shifts_are_taken_unless_switched() -> None:
    """One user may hold two shifts at a time; the switch refuses it in every way of giving a shift."""
    sandbox = Sandbox()
    manager = sandbox.person("manager")
    number = stack(manager)
    for user_id in (101, 101):
        manager.post(f"/2/shifts/{number}/assign", {"user_ids": [user_id]})
    sandbox.state.switches.refuse_overlaps = True
    assert manager.refused("POST", f"/2/shifts/{number}/assign", json={"user_ids": ["101"]}) == (400, 2000)
    assert manager.refused("PUT", f"/2/shifts/{number}", json={"user_id": 101}) == (400, 2000)
    assert manager.refused("POST", "/2/shifts", json=shift_body(user_id=101)) == (400, 2000)
    assert manager.put("/2/shifts/10000", {"user_id": 101})["shift"]["user_id"] == 101
    assert manager.put(f"/2/shifts/{number}", {"user_id": 27384})["shift"]["user_id"] == 27384


def test_an_unassigned_shift_is_open_again() -> None:
    """It becomes an OpenShift of one instance, unconfirmed; holders may give up their own, nobody else's."""
    sandbox = Sandbox()
    manager, employee = sandbox.person("manager"), sandbox.person("employee")
    mine = stack(manager, user_id=sandbox.user_id("employee"))
    employee.post("/2/shifts/acknowledge", {"ids": [mine]})
    (shift,) = employee.post("/2/shifts/unassign", {"shift_ids": [str(mine)]})["shifts"]
    told = {name: shift[name] for name in ("user_id", "is_open", "instances", "acknowledged", "acknowledged_at")}
    assert told == {"user_id": 0, "is_open": True, "instances": 1, "acknowledged": 0, "acknowledged_at": None}
    assert employee.refused("POST", "/2/shifts/unassign", json={"shift_ids": ["10000"]}) == (403, 3005)
    again = manager.post("/2/shifts/unassign", {"shift_ids": [mine, 10000]})["shifts"]
    assert [shift["is_open"] for shift in again] == [True, True]


def test_giving_a_shift_to_nobody_opens_it() -> None:
    """A PUT with user_id 0, as clients do it."""
    manager = Sandbox().person("manager")
    shift = manager.put("/2/shifts/10000", {"user_id": 0, "instances": 2})["shift"]
    assert (shift["is_open"], shift["instances"]) == (True, 2)
    types = [event["type"] for event in manager.get("/2/shifts/10000/history")["history"]]
    assert types == ["current", "released", "created"]


def test_publishing_moves_updated_at_and_tells_nobody() -> None:
    """Publish and unpublish answer the shifts, or success alone when switched."""
    sandbox = Sandbox()
    manager = sandbox.person("manager")
    number = stack(manager, published=False)
    sandbox.clock.advance(timedelta(hours=1))
    (shift,) = manager.post("/2/shifts/publish", {"ids": [number]})["shifts"]
    assert shift["updated_at"] == shift["published_date"] == "Mon, 23 Nov 2026 13:00:00 -0600"
    assert sandbox.state.sent == []
    sandbox.clock.advance(timedelta(hours=1))
    (draft,) = manager.post("/2/shifts/unpublish", {"ids": f"{number}"})["shifts"]
    assert (draft["published"], draft["updated_at"]) == (False, "Mon, 23 Nov 2026 14:00:00 -0600")
    sandbox.state.switches.publish_reply = "success"
    assert manager.post("/2/shifts/publish", {"ids": [number, 5]}) == {"success": True}
    assert manager.refused("POST", "/2/shifts/publish", json={"ids": [5]}) == (404, 4005)
    assert manager.refused("POST", "/2/shifts/publish", json={}) == (400, 2000)


def test_a_notification_stamps_without_moving_updated_at() -> None:
    """Every holder is told once a call; without `all` only what is new or changed since is told again."""
    sandbox = Sandbox()
    manager = sandbox.person("manager")
    sandbox.clock.advance(timedelta(hours=1))
    week = {"start": "2026-11-22", "end": "2026-11-29"}
    assert manager.post("/2/shifts/notify", week) == {"success": True, "email": 2, "sms": 2}
    shift = manager.get("/2/shifts/10000")["shift"]
    assert (shift["notified_at"], shift["updated_at"]) == (
        "Mon, 23 Nov 2026 13:00:00 -0600",
        "Mon, 23 Nov 2026 12:00:00 -0600",
    )
    assert manager.post("/2/shifts/notify", week)["email"] == 0
    sandbox.clock.advance(timedelta(hours=1))
    manager.put("/2/shifts/10000", {"notes": "changed"})
    assert manager.post("/2/shifts/notify", {**week, "message": "Look."})["email"] == 1
    assert manager.post("/2/shifts/notify", {**week, "all": True})["email"] == 2
    assert manager.post("/2/shifts/notify", {**week, "all": 1, "location_id": 136, "user_id": "27384"})["email"] == 1
    assert manager.post("/2/shifts/notify", {**week, "all": 1, "position_ids": [6]})["email"] == 0
    assert [message["message"] for message in sandbox.state.sent if message["user_id"] == 101] == ["", "Look.", ""]
    assert manager.refused("POST", "/2/shifts/notify", json={"start": "2026-11-22"}) == (400, 2000)


def test_one_shift_is_notified_by_its_id() -> None:
    """Its holder is told if it is published; an OpenShift has nobody to tell."""
    manager = Sandbox().person("manager")
    assert manager.post("/2/shifts/notify/10000", {"message": "Soon."})["email"] == 1
    assert manager.post(f"/2/shifts/notify/{stack(manager)}", {})["email"] == 0
    manager.post("/2/shifts/unpublish", {"ids": [10000]})
    assert manager.post("/2/shifts/notify/10000", {})["email"] == 0


def test_an_acknowledgement_is_for_what_the_holder_has_seen() -> None:
    """`before` is when the holder last looked; updated_at stays; other people's shifts are passed over."""
    sandbox = Sandbox()
    manager, employee = sandbox.person("manager"), sandbox.person("employee")
    mine = stack(manager, user_id=sandbox.user_id("employee"))
    sandbox.clock.advance(timedelta(hours=1))
    late = {"ids": [mine, 10000], "before": "2026-11-23 11:00"}
    assert employee.post("/2/shifts/acknowledge", late) == {"success": True, "acknowledged": []}
    assert employee.post("/2/shifts/acknowledge", {"ids": [mine, 10000]})["acknowledged"] == [mine]
    shift = employee.get(f"/2/shifts/{mine}")["shift"]
    assert (shift["acknowledged"], shift["acknowledged_at"]) == (1, "Mon, 23 Nov 2026 13:00:00 -0600")
    assert shift["updated_at"] == "Mon, 23 Nov 2026 12:00:00 -0600"
    taken = manager.put(f"/2/shifts/{mine}", {"user_id": 101})["shift"]
    assert (taken["acknowledged"], taken["acknowledged_at"]) == (0, None)


def test_the_reminder_moves_updated_at_two_hours_before_the_start() -> None:
    """Once, for published held shifts; OpenShifts, drafts and shifts of strangers are passed over."""
    sandbox = Sandbox()
    manager = sandbox.person("manager")
    stack(manager)
    draft = stack(manager, user_id=101, published=False)
    held = stack(manager, user_id=101)
    sandbox.clock.advance(timedelta(hours=17))
    assert send_reminders(sandbox.state) == []
    sandbox.clock.advance(timedelta(hours=2))
    assert [shift["id"] for shift in send_reminders(sandbox.state)] == [held]
    shift = manager.get(f"/2/shifts/{held}")["shift"]
    assert (shift["alerted"], shift["updated_at"]) == (True, "Tue, 24 Nov 2026 06:00:00 -0600")
    assert manager.get(f"/2/shifts/{draft}")["shift"]["alerted"] is False
    sandbox.clock.advance(timedelta(hours=12))
    assert send_reminders(sandbox.state) == []


def test_reminders_are_sent_for_what_a_great_leap_of_the_clock_passed() -> None:
    """A day at once reminds of every shift in between."""
    sandbox = Sandbox()
    held = stack(sandbox.person("manager"), user_id=101)
    sandbox.clock.advance(timedelta(days=5))
    reminded = {shift["id"] for shift in send_reminders(sandbox.state)}
    assert reminded == {held, 10000, 27384, 1337}


def test_the_history_tells_what_happened_and_who_did_it() -> None:
    """The present first, then the events from the newest, with what each of them concerns."""
    sandbox = Sandbox()
    manager = sandbox.person("manager")
    sandbox.clock.advance(timedelta(hours=1))
    manager.put("/2/shifts/10000", {"end_time": "2026-11-25 15:30", "position_id": 0, "site_id": 9, "break_time": 0})
    manager.put("/2/shifts/10000", {"location_id": 137, "user_id": 27384})
    history = manager.get("/2/shifts/10000/history")["history"]
    assert [event["type"] for event in history] == [
        "current",
        "location_changed",
        "reassigned",
        "break_removed",
        "site_changed",
        "position_removed",
        "time_changed",
        "created",
    ]
    told = {event["type"]: event["attributes"] for event in history}
    assert told["time_changed"] == {
        "actor": "Morgan Manager",
        "at": "Mon, 23 Nov 2026 13:00:00 -0600",
        "reason": "edit",
        "start": "Wed, 25 Nov 2026 08:30:00 -0600",
        "end": "Wed, 25 Nov 2026 15:30:00 -0600",
    }
    assert told["reassigned"]["user"] == "Jennifer Parker"
    assert (told["created"]["user"], told["created"]["position"]) == ("Emmett Brown", "Greeter")
    assert (told["site_changed"]["site"], told["position_removed"]["position"]) == ("Twin Pines", "")
    assert told["break_removed"]["break"] == 0
    assert told["current"]["end"] == "Wed, 25 Nov 2026 15:30:00 -0600"


def test_the_history_of_a_deleted_shift_is_kept_unless_it_was_open() -> None:
    """It is read with include_deleted alone; sixty days after its start it is empty."""
    sandbox = Sandbox()
    manager = sandbox.person("manager")
    manager.delete("/2/shifts/10000")
    assert manager.refused("GET", "/2/shifts/10000/history") == (404, 4005)
    answer = manager.get("/2/shifts/10000/history", include_deleted="1")
    assert answer["shift"]["id"] == 10000
    assert [event["type"] for event in answer["history"]] == ["deleted", "created"]
    number = stack(manager)
    manager.delete(f"/2/shifts/{number}")
    assert manager.get(f"/2/shifts/{number}/history", include_deleted="1")["history"] == []
    sandbox.clock.advance(timedelta(days=63))
    assert manager.get("/2/shifts/10000/history", include_deleted="1")["history"] == []
    assert manager.refused("GET", "/2/shifts/abc/history") == (404, 4005)
