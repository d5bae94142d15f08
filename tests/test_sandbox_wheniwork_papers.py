"""Blocks, templates, payrolls, messages, mails, plans, the account and batches of the sandbox's When I Work."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox_wheniwork import Sandbox, shift_body


def test_the_sample_block_is_read_under_both_spellings() -> None:
    """Times of day are local and without a date."""
    employee = Sandbox().person("employee")
    block = employee.get("/2/blocks/233")["block"]
    assert (block["start_time"], block["end_time"], block["break_time"]) == ("16:00:00", "21:30:00", 0.5)
    assert (block["requires_openshift_approval"], block["is_shared"]) == (0, 0)
    assert employee.get("/2/block/233/") == {"block": block}
    assert [one["id"] for one in employee.get("/2/blocks/", location_id="14")["blocks"]] == [233, 183, 204]
    assert employee.refused("GET", "/2/block/1") == (404, 4005)


def test_a_block_lives_from_create_to_delete() -> None:
    """Employees only look."""
    sandbox = Sandbox()
    supervisor, employee = sandbox.person("supervisor"), sandbox.person("employee")
    body = {"start_time": "8:00", "end_time": "011:30:00", "location_id": 136, "breaks": [{"length": 600}]}
    made = supervisor.post("/2/blocks/", body)["block"]
    assert (made["start_time"], made["end_time"], made["breaks"]) == ("08:00:00", "11:30:00", [{"length": 600}])
    assert supervisor.put(f"/2/blocks/{made['id']}", {"is_shared": True})["block"] == {**made, "is_shared": 1}
    assert supervisor.delete(f"/2/block/{made['id']}") == {"success": True}
    assert supervisor.refused("DELETE", f"/2/blocks/{made['id']}") == (404, 4005)
    assert employee.refused("POST", "/2/blocks", json=body) == (403, 3005)
    assert employee.refused("DELETE", "/2/blocks/233") == (403, 3005)
    for unfit in ({"start_time": "25:00"}, {"location_id": 5}, {"end_time": ""}):
        assert supervisor.refused("POST", "/2/blocks", json={**body, **unfit}) == (400, 2000)


def test_template_shifts_have_ids_as_text() -> None:
    """Days come without a time; one template is read under both spellings and both keys."""
    supervisor = Sandbox().person("supervisor")
    answer = supervisor.get("/2/template/12")
    assert answer["templates"] == [answer["template"]]
    assert (answer["template"]["start_date"], answer["template"]["end_date"]) == (
        "Mon, 23 Nov 2026",
        "Sun, 29 Nov 2026",
    )
    assert [shift["id"] for shift in answer["templateshifts"]] == ["38383", "144", "148"]
    assert supervisor.get("/2/templates/")["templateshifts"] == answer["templateshifts"]


@pytest.mark.parametrize(
    ("chosen", "kept"),
    [
        ({}, {101, 27384}),
        ({"ids": [10000]}, {101}),
        ({"ids": [{"user_id": "27384", "location_id": 136}]}, {27384}),
        ({"location_id": 1045}, {101}),
    ],
)
def test_a_template_keeps_the_shifts_of_a_window(chosen: dict[str, Any], kept: set[int]) -> None:
    """All, or those with an id, or those that match an object as in the sample."""
    sandbox = Sandbox()
    manager = sandbox.person("manager")
    body = {"name": "Week", "start": "2026-11-25", "end": "2026-11-25", **chosen}
    answer = manager.post("/2/templates/", body)
    assert {shift["user_id"] for shift in answer["templateshifts"]} == kept
    path = f"/2/templates/{answer['template']['id']}"
    renamed = manager.put(path, {"name": "Day", "location_id": 136})
    assert renamed["template"] == {**answer["template"], "name": "Day"}
    assert manager.delete(path.replace("templates", "template")) == {"success": True}
    assert len(sandbox.state.table("template_shifts")) == 3


def test_an_unfit_template_is_refused() -> None:
    """It needs a name and days in order."""
    sandbox = Sandbox()
    manager = sandbox.person("manager")
    days = {"name": "Week", "start": "2026-11-25", "end": "2026-11-26"}
    assert manager.refused("POST", "/2/templates", json={**days, "name": ""}) == (400, 2000)
    assert manager.refused("POST", "/2/templates", json={**days, "ids": "10000"}) == (400, 2000)
    assert manager.refused("POST", "/2/templates", json={**days, "end": "2026-11-20"}) == (400, 2165)
    assert sandbox.person("employee").refused("GET", "/2/templates") == (403, 3005)


def test_payrolls_are_found_by_days_and_carry_their_hours() -> None:
    """A date that was never set prints as the year -001, and one of the sample rows has no total."""
    manager = Sandbox().person("manager")
    assert [one["id"] for one in manager.get("/2/payrolls/")["payrolls"]] == [24, 25, 26]
    found = manager.get("/2/payrolls", start="2026-11-01", end="2026-11-10")["payrolls"]
    assert [one["id"] for one in found] == [25]
    answer = manager.get("/2/payrolls/24")
    assert answer["payroll"]["finalized_at"] == "Tue, 29 Nov -001 18:00:00 -0600"
    assert [hours.get("total") for hours in answer["payrollhours"]] == [None, 100, 55]
    assert "total" not in answer["payrollhours"][0]


def test_payrolls_are_changed_but_neither_made_nor_deleted() -> None:
    """Closing notes when; employees see none."""
    sandbox = Sandbox()
    manager = sandbox.person("manager")
    opened = manager.put("/2/payrolls/25", {"is_closed": False, "is_finalized": "0"})["payroll"]
    assert (opened["is_closed"], opened["closed_at"], opened["is_edited"]) == (False, None, True)
    closed = manager.put("/2/payrolls/25", {"is_closed": 1, "is_finalized": True})["payroll"]
    assert closed["closed_at"] == closed["finalized_at"] == "Mon, 23 Nov 2026 12:00:00 -0600"
    assert manager.refused("PUT", "/2/payrolls/25", json={"end_date": "2020-01-01"}) == (400, 2165)
    assert manager.refused("POST", "/2/payrolls", json={}) == (405, 405)
    assert manager.refused("DELETE", "/2/payrolls/25") == (405, 405)
    assert sandbox.person("employee").refused("GET", "/2/payrolls") == (403, 3005)


def test_messages_are_listed_by_what_they_are_about() -> None:
    """At least one id is needed."""
    sandbox = Sandbox()
    employee = sandbox.person("employee")
    assert [one["id"] for one in employee.get("/2/messages", request_id="54")["messages"]] == [61, 66]
    assert employee.refused("GET", "/2/messages") == (400, 2000)
    made = employee.post("/2/messages", {"conversation_id": 9, "content": "Hello."})["message"]
    assert employee.get("/2/messages", conversation_id=9) == {"messages": [made]}
    assert employee.put(f"/2/messages/{made['id']}", {"title": "Hi"})["message"] == {**made, "title": "Hi"}
    assert employee.get(f"/2/messages/{made['id']}")["message"]["user_id"] == sandbox.user_id("employee")
    assert employee.refused("DELETE", "/2/messages/61") == (403, 3005)
    assert employee.delete(f"/2/messages/{made['id']}") == {"success": True}
    assert sandbox.person("supervisor").delete("/2/messages/61") == {"success": True}
    assert employee.refused("POST", "/2/messages", json={"title": "x"}) == (400, 2000)


def test_a_mail_to_users_is_answered_by_an_empty_array() -> None:
    """It stands among what people would have been sent."""
    sandbox = Sandbox()
    manager = sandbox.person("manager")
    assert manager.post("/2/send", {"ids": [101, "4364"], "subject": "Up", "message": "A shift."}) == []
    assert [(one["kind"], one["user_id"]) for one in sandbox.state.sent] == [("mail", 101), ("mail", 4364)]
    assert manager.refused("POST", "/2/send", json={"ids": [5], "message": "x"}) == (404, 4005)
    assert manager.refused("POST", "/2/send", json={"message": "x"}) == (400, 2000)
    assert sandbox.person("employee").refused("POST", "/2/send", json={}) == (403, 3005)


def test_plans_answer_to_get_and_to_the_documented_post() -> None:
    """Their number of employees travels as text."""
    employee = Sandbox().person("employee")
    plans = employee.get("/2/plans")
    assert employee.post("/2/plans", {}) == plans
    assert (plans["plans"][0]["name"], plans["plans"][0]["employees"], plans["plans"][0]["sort"]) == ("Free", "5", 0)


def test_the_account_is_changed_by_managers() -> None:
    """Settings merge; a parent account lists its children."""
    sandbox = Sandbox()
    manager = sandbox.person("manager")
    before = manager.get("/2/account")
    assert set(before) == {"account"}
    changed = manager.put("/2/account/3", {"company": "Depot", "settings": {"x": 1}})["account"]
    assert (changed["company"], changed["settings"]) == ("Depot", {**before["account"]["settings"], "x": 1})
    assert manager.put("/2/account/3", {"settings": ""})["account"] == changed
    assert manager.put("/2/account/3", {"logo": "a.png"})["account"]["logo"] == "a.png"
    assert manager.refused("PUT", "/2/account/4", json={}) == (404, 4005)
    assert sandbox.person("supervisor").refused("PUT", "/2/account/3", json={}) == (403, 3005)
    child = sandbox.state.add_account("Branch")
    child["master_id"] = 3
    assert [one["id"] for one in manager.get("/2/account")["accounts"]] == [child["id"]]


@pytest.mark.parametrize("key", ["timezones", "timezone"])
def test_time_zones_come_under_a_live_and_a_documented_key(key: str) -> None:
    """The switch timezones_key; ids are text."""
    sandbox = Sandbox()
    sandbox.state.switches.change({"timezones_key": key})
    assert [zone["id"] for zone in sandbox.person("employee").get("/2/timezones")[key]] == ["11"]


def test_a_batch_answers_bodies_without_statuses() -> None:
    """The sample's paths begin with /rest; a failure is a bare message in its place."""
    manager = Sandbox().person("manager")
    days = {"start": "Mon, 23 Nov 2026 00:00:00", "end": "Sat, 28 Nov 2026 23:59:59"}
    calls = [
        {"method": "get", "url": "/rest/shifts", "params": {**days, "unpublished": True, "user_id": [101]}},
        {"method": "GET", "url": "/2/users/4364/?x=1"},
        {"method": "put", "url": "shifts/10000", "params": {"notes": "Batched."}},
        {"method": "delete", "url": "/rest/positions", "params": {"ids": [5, 6], "reason": None}},
        {"method": "get", "url": "/rest/shifts/5"},
        {"method": "patch", "url": "/rest/shifts"},
        {"url": "/nowhere"},
        {"url": "/shifts", "params": "x"},
        "shifts",
    ]
    shifts, user, updated, deleted, *failed = manager.post("/2/batch", calls)
    assert [shift["id"] for shift in shifts["shifts"]] == [10000]
    assert (user["user"]["id"], updated["shift"]["notes"], deleted) == (4364, "Batched.", {"success": True})
    assert [one["code"] for one in failed] == [4005, 405, 404, 2000, 2000]
    assert all(set(one) == {"message", "code"} for one in failed)
    assert manager.refused("POST", "/2/batch", json={}) == (400, 2000)


@pytest.mark.parametrize("publishes", [False, True])
def test_published_has_no_effect_in_a_batch_unless_switched(*, publishes: bool) -> None:
    """The switch batch_publishes."""
    sandbox = Sandbox()
    sandbox.state.switches.change({"batch_publishes": publishes})
    manager = sandbox.person("manager")
    (made,) = manager.post("/2/batch", [{"method": "post", "url": "/rest/shifts", "params": shift_body()}])
    assert made["shift"]["published"] is publishes


def test_an_answer_that_is_not_json_cannot_be_had() -> None:
    """406 for a client that accepts nothing else."""
    manager = Sandbox().person("manager")
    assert manager.refused("GET", "/2/account", headers={"Accept": "text/xml"}) == (406, 406)
    assert manager.send("GET", "/2/account", headers={"Accept": "text/html, */*;q=0.1"}).status_code == 200
