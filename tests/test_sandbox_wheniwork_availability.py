"""When people of the sandbox's When I Work can work: the old availabilities and the newer events."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.sandbox_wheniwork import Sandbox

ITEMS = [{"day": 1, "start_time": "8:00", "end_time": "12:30:00"}, {"day": "2", "type": 2}]


def test_the_sample_availability_comes_with_its_items() -> None:
    """Days have no time, and one hour of the sample has three digits."""
    employee = Sandbox().person("employee")
    answer = employee.get("/2/availabilities/10")
    assert (answer["availability"]["start_date"], answer["availability"]["ongoing"]) == ("Mon, 23 Nov 2026", False)
    assert [(item["day"], item["start_time"]) for item in answer["availabilityitems"]] == [
        (0, "07:15:00"),
        (1, "08:00:00"),
        (3, "05:00:00"),
        (5, "011:00:00"),
    ]
    listed = employee.get("/2/availabilities/", user_id="371,453")["availabilities"]
    assert [one["id"] for one in listed] == [10, 11]


def test_items_are_those_in_force_in_a_window() -> None:
    """A single availability is also printed by itself, as in the sample."""
    employee = Sandbox().person("employee")
    answer = employee.get("/2/availabilities/items", user_id=371, start="2026-11-23 8:00am", end="2026-12-01 10:00pm")
    assert (answer["availability"]["id"], len(answer["availabilityitems"])) == (10, 4)
    everybody = employee.get("/2/availabilities/items")
    assert ("availability" in everybody, len(everybody["availabilities"])) == (False, 3)
    for window in ({"start": "2027-11-01"}, {"end": "2026-11-01"}):
        found = employee.get("/2/availabilities/items", **window)
        assert found == {"availabilities": [], "availabilityitems": []}


def test_an_availability_lives_from_create_to_delete() -> None:
    """New items replace all old ones; without items they stay."""
    sandbox = Sandbox()
    employee = sandbox.person("employee")
    body = {"name": "Mine", "start_date": "2026-11-23", "availabilityitems": ITEMS}
    made = employee.post("/2/availabilities/", body)
    assert (made["availability"]["user_id"], made["availability"]["end_date"]) == (sandbox.user_id("employee"), None)
    first, second = made["availabilityitems"]
    assert (first["start_time"], first["end_time"], second["day"], second["type"]) == ("08:00:00", "12:30:00", 2, 2)
    path = f"/2/availabilities/{made['availability']['id']}"
    renamed = employee.put(path, {"name": "Ours", "end_date": "2026-12-01"})
    assert renamed["availability"]["end_date"] == "Tue, 1 Dec 2026"
    assert renamed["availabilityitems"] == made["availabilityitems"]
    assert [item["day"] for item in employee.put(path, {"items": [{"day": 6}]})["availabilityitems"]] == [6]
    assert employee.delete(path) == {"success": True}
    assert len(sandbox.state.table("availability_items")) == 4
    assert employee.refused("DELETE", path) == (404, 4005)


def test_an_ongoing_availability_has_no_last_day() -> None:
    """It is in force long after its end_date."""
    employee = Sandbox().person("employee")
    employee.post("/2/availabilities", {"start_date": "2026-11-23", "end_date": "2026-11-24", "ongoing": 1})
    assert len(employee.get("/2/availabilities/items", start="2028-01-01")["availabilities"]) == 1


@pytest.mark.parametrize(
    ("fields", "answer"),
    [
        ({"start_date": ""}, (400, 2000)),
        ({"end_date": "2026-01-01"}, (400, 2000)),
        ({"items": "all"}, (400, 2000)),
        ({"items": [{"day": 7}]}, (400, 2000)),
        ({"items": [{"start_time": "late"}]}, (400, 2000)),
        ({"user_id": 101}, (403, 3005)),
        ({"user_id": 5}, (404, 4005)),
    ],
)
def test_an_unfit_availability_is_refused(fields: dict[str, Any], answer: tuple[int, int]) -> None:
    """Days in order, days of the week, one's own."""
    employee = Sandbox().person("employee")
    assert employee.refused("POST", "/2/availabilities", json={"start_date": "2026-11-23", **fields}) == answer
    assert employee.refused("POST", "/2/availabilities", json={"name": "x"}) == (400, 2000)


def test_availabilities_of_others_are_written_by_supervisors() -> None:
    """Employees neither take them over nor delete them."""
    sandbox = Sandbox()
    employee, supervisor = sandbox.person("employee"), sandbox.person("supervisor")
    own = sandbox.user_id("employee")
    assert employee.refused("PUT", "/2/availabilities/11", json={"user_id": own}) == (403, 3005)
    assert employee.refused("DELETE", "/2/availabilities/11") == (403, 3005)
    assert supervisor.put("/2/availabilities/11", {"name": "G."})["availability"]["name"] == "G."
    assert supervisor.delete("/2/availabilities/11") == {"success": True}


WEEKLY = {"start_time": "2026-11-24 09:00", "end_time": "2026-11-24 12:00", "recurrence": "FREQ=WEEKLY;BYDAY=TU,TH"}


def event_ids(answer: Any) -> list[int]:
    return [event["id"] for event in answer["availabilityevents"]]


def test_an_event_lives_from_create_to_delete() -> None:
    """An update is answered by a list; the login's id is text."""
    sandbox = Sandbox()
    employee = sandbox.person("employee")
    made = employee.post("/2/availabilityevents/", {"start_time": "2026-11-24 09:00", "notes": "Dentist"})
    event = made["availabilityevent"]
    login = sandbox.state.users[sandbox.user_id("employee")]["login_id"]
    assert (event["login_id"], event["type"]) == (str(login), 1)
    assert event["end_time"] == "Tue, 24 Nov 2026 10:00:00 -0600"
    path = f"/2/availabilityevents/{event['id']}"
    (changed,) = employee.put(path, {"type": 2})["availabilityevents"]
    assert changed == {**event, "type": 2}
    assert employee.get(path) == {"availabilityevent": changed}
    assert employee.delete(path) == {"success": True}
    assert employee.refused("GET", path) == (404, 4005)


def test_events_are_listed_by_window_and_user() -> None:
    """A series counts as long as it goes on; other people's come with include_all for supervisors."""
    sandbox = Sandbox()
    employee, supervisor = sandbox.person("employee"), sandbox.person("supervisor")
    single = employee.post("/2/availabilityevents", {**WEEKLY, "recurrence": ""})["availabilityevent"]["id"]
    series = employee.post("/2/availabilityevents", WEEKLY)["availabilityevent"]["id"]
    assert event_ids(employee.get("/2/availabilityevents")) == [single, series]
    later = {"start": "2027-01-01", "end": "2027-01-31"}
    assert event_ids(employee.get("/2/availabilityevents", **later)) == [series]
    assert event_ids(employee.get("/2/availabilityevents", start="2026-11-01", end="2026-11-10")) == []
    assert event_ids(supervisor.get("/2/availabilityevents")) == []
    assert event_ids(supervisor.get("/2/availabilityevents", include_all="true")) == [single, series]
    own = sandbox.user_id("employee")
    assert event_ids(supervisor.get("/2/availabilityevents", user_id=own)) == [single, series]
    theirs = supervisor.post("/2/availabilityevents", WEEKLY)["availabilityevent"]["id"]
    assert employee.refused("GET", f"/2/availabilityevents/{theirs}") == (404, 4005)
    assert sandbox.person("manager").get(f"/2/availabilityevents/{single}")["availabilityevent"]["user_id"] == own


@pytest.mark.parametrize(("days", "refused_at"), [(95, 96), (45, 46)])
def test_a_window_of_events_that_is_too_long_is_refused(days: int, refused_at: int) -> None:
    """The switch availability_window_days; sources say 95 and 45."""
    sandbox = Sandbox()
    sandbox.state.switches.change({"availability_window_days": days})
    employee = sandbox.person("employee")
    for span, status in ((days, 200), (refused_at, 400)):
        params = {"start": "now", "end": f"+{span} days"}
        assert employee.send("GET", "/2/availabilityevents", params=params).status_code == status
    assert employee.refused("GET", "/2/availabilityevents", params=params) == (400, 2002)


@pytest.mark.parametrize(
    ("fields", "answer"),
    [
        ({"recurrence": "FREQ=DAILY"}, (400, 2006)),
        ({"end_time": "2026-11-24 08:00"}, (400, 2165)),
        ({"notes": "x" * 161}, (400, 2000)),
        ({"type": 3}, (400, 2000)),
        ({"start_time": ""}, (400, 2000)),
        ({"user_id": 101}, (403, 3005)),
    ],
)
def test_an_unfit_event_is_refused(fields: dict[str, Any], answer: tuple[int, int]) -> None:
    """A recurrence needs BYDAY."""
    employee = Sandbox().person("employee")
    assert employee.refused("POST", "/2/availabilityevents", json={**WEEKLY, **fields}) == answer
    assert employee.refused("POST", "/2/availabilityevents", json={"notes": "x"}) == (400, 2000)


def test_an_exception_splits_a_series() -> None:
    """It ends before the day that is taken out, and begins again on the next of its days, across a change of clocks."""
    sandbox = Sandbox()
    employee = sandbox.person("employee")
    event = employee.post("/2/availabilityevents", WEEKLY)["availabilityevent"]
    path = f"/2/availabilityevents/{event['id']}/exceptions"
    answer = employee.post(path, {"start_time": "2027-03-11 09:00"})
    first, second = answer["availabilityevents"]
    assert (first["id"], first["recurrence_end"]) == (event["id"], "Thu, 11 Mar 2027 09:00:00 -0600")
    assert (second["start_time"], second["end_time"], second["recurrence"]) == (
        "Tue, 16 Mar 2027 09:00:00 -0500",
        "Tue, 16 Mar 2027 12:00:00 -0500",
        event["recurrence"],
    )
    after = employee.get("/2/availabilityevents", start="2027-03-12", end="2027-03-20")
    assert event_ids(after) == [second["id"]]
    for unfit in ({"start_time": "2027-03-10"}, {"start_time": "2026-11-19 09:00"}, {}):
        assert employee.refused("POST", path, json=unfit) == (400, 2000)


def test_a_whole_day_event_lasts_a_day() -> None:
    """Without an end of its own."""
    sandbox = Sandbox()
    employee = sandbox.person("employee")
    body = {"start_time": "2026-11-24", "all_day": True}
    event = employee.post("/2/availabilityevents", body)["availabilityevent"]
    assert (event["all_day"], event["end_time"]) == (True, "Tue, 24 Nov 2026 23:59:59 -0600")
    sandbox.clock.advance(timedelta(days=3))
    assert event_ids(employee.get("/2/availabilityevents")) == []
    no_series = f"/2/availabilityevents/{event['id']}/exceptions"
    assert employee.refused("POST", no_series, json={"start_time": "2026-11-24"}) == (400, 2000)
