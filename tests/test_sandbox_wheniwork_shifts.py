"""Creating, changing and deleting shifts in the sandbox's When I Work."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.sandbox_wheniwork import Sandbox, shift_body

NOON_TEXT = "Mon, 23 Nov 2026 12:00:00 -0600"
LATER_TEXT = "Mon, 23 Nov 2026 13:00:00 -0600"


def test_a_new_shift_is_a_draft_unless_it_says_otherwise() -> None:
    """`published` true counts by default; the id is beyond 32 bits; a POST answers 200."""
    manager = Sandbox().person("manager")
    body = shift_body()
    del body["published"]
    draft = manager.post("/2/shifts/", body)["shift"]
    assert (draft["published"], draft["published_date"], draft["is_open"]) == (False, None, True)
    assert draft["id"] > 2**31
    published = manager.post("/2/shifts", {**body, "published": True})["shift"]
    assert (published["published"], published["published_date"]) == (True, NOON_TEXT)
    assert published["creator_id"] != 0


def test_published_can_be_ignored_until_shifts_publish() -> None:
    """The switch for what one production client met: a separate publish is needed."""
    sandbox = Sandbox()
    manager = sandbox.person("manager")
    sandbox.state.switches.publish_on_create = False
    shift = manager.post("/2/shifts", shift_body())["shift"]
    assert shift["published"] is False
    (published,) = manager.post("/2/shifts/publish", {"ids": [shift["id"]]})["shifts"]
    assert published["published"] is True


def test_an_array_creates_many_or_none() -> None:
    """One unfit item refuses all."""
    sandbox = Sandbox()
    manager = sandbox.person("manager")
    answer = manager.post("/2/shifts", [shift_body(notes="one"), shift_body(notes="two")])
    assert [shift["notes"] for shift in answer["shifts"]] == ["one", "two"]
    assert answer["tagIdsMap"] == []
    before = len(sandbox.state.shifts)
    assert manager.refused("POST", "/2/shifts", json=[shift_body(), {}]) == (400, 2000)
    assert len(sandbox.state.shifts) == before


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"start_time": None}, 2000),
        ({"end_time": ""}, 2000),
        ({"location_id": 0}, 2000),
        ({"location_id": 999}, 2000),
        ({"position_id": 999}, 2000),
        ({"site_id": 999}, 2000),
        ({"user_id": 999}, 2000),
        ({"user_id": "nobody"}, 2000),
        ({"user_id": 1.5}, 2000),
        ({"user_id": 1 << 60}, 2000),
        ({"end_time": "2026-11-24 08:00:00"}, 2165),
        ({"notes": "x" * 351}, 2000),
        ({"notes": ["x"]}, 2000),
        ({"instances": -1}, 2000),
        ({"break_time": 25}, 2000),
        ({"break_time": "nan"}, 2000),
        ({"breaks": {"length": 1}}, 2000),
        ({"breaks": [{"length": -1}]}, 2000),
        ({"breaks": [5]}, 2000),
        ({"linked_users": ["x"]}, 2000),
        ({"chain": {"week": 1}}, 2000),
    ],
)
def test_an_unfit_shift_is_refused(fields: dict[str, Any], code: int) -> None:
    """Missing times, unknown links, an end before the start, too long notes, wrong kinds."""
    manager = Sandbox().person("manager")
    assert manager.refused("POST", "/2/shifts", json=shift_body(**fields)) == (400, code)


def test_a_body_that_is_no_object_is_refused() -> None:
    """A number, a list of numbers, nothing at all."""
    manager = Sandbox().person("manager")
    bodies: tuple[object, ...] = (5, [5], {})
    for body in bodies:
        assert manager.refused("POST", "/2/shifts", json=body) == (400, 2000)


def test_values_are_read_leniently() -> None:
    """Ids and numbers as texts, 1 for true, null for nothing; the service's own fields are ignored."""
    body = shift_body(position_id="32", site_id=None, break_time="0.5", published=1, notes=None, instances="2")
    own = {"id": 1, "account_id": 9, "is_open": False, "alerted": True, "created_at": "x", "acknowledged": 1}
    shift = Sandbox().person("manager").post("/2/shifts", {**body, **own})["shift"]
    read = {name: shift[name] for name in ("position_id", "site_id", "break_time", "published", "notes", "instances")}
    assert read == {
        "position_id": 32,
        "site_id": 0,
        "break_time": 0.5,
        "published": True,
        "notes": "",
        "instances": 2,
    }
    assert (shift["account_id"], shift["is_open"], shift["alerted"], shift["acknowledged"]) == (3, True, False, 0)


def test_long_notes_are_cut_when_switched() -> None:
    """350 characters stay; whether the service cuts or refuses is unknown."""
    sandbox = Sandbox()
    sandbox.state.switches.long_notes = "cut"
    assert sandbox.person("manager").post("/2/shifts", shift_body(notes="x" * 400))["shift"]["notes"] == "x" * 350


def test_an_update_is_a_merge_and_the_last_writer_wins() -> None:
    """Fields left out stay; updated_at moves."""
    sandbox = Sandbox()
    manager = sandbox.person("manager")
    before = manager.get("/2/shifts/10000")["shift"]
    sandbox.clock.advance(timedelta(hours=1))
    after = manager.put("/2/shifts/10000/", {"notes": "Bring a drum."})["shift"]
    assert after == {**before, "notes": "Bring a drum.", "updated_at": LATER_TEXT}
    assert manager.get("/2/shifts/10000")["shift"] == after


def test_a_moved_shift_is_listed_where_it_went() -> None:
    """The index follows an edit."""
    manager = Sandbox().person("manager")
    manager.put("/2/shifts/10000", {"start_time": "2026-12-24 08:00", "end_time": "2026-12-24 09:00"})
    assert 10000 not in [shift["id"] for shift in manager.get("/2/shifts")["shifts"]]
    assert [shift["id"] for shift in manager.get("/2/shifts", start="2026-12-24")["shifts"]] == [10000]


def test_a_shift_can_be_sent_back_as_it_was_read() -> None:
    """Reading, then writing all of it, changes nothing but updated_at."""
    sandbox = Sandbox()
    manager = sandbox.person("manager")
    sandbox.state.add("sites", {"id": 77, "name": "Old"})
    manager.put("/2/shifts/10000", {"site_id": 77})
    manager.delete("/2/sites/77")
    before = manager.get("/2/shifts/10000")["shift"]
    assert manager.put("/2/shifts/10000", before)["shift"] == before


def test_a_strict_put_needs_times_and_location() -> None:
    """As one schema of the newest documentation has it."""
    sandbox = Sandbox()
    manager = sandbox.person("manager")
    sandbox.state.switches.strict_put = True
    assert manager.refused("PUT", "/2/shifts/10000", json={"notes": "x"}) == (400, 2000)
    shift = manager.get("/2/shifts/10000")["shift"]
    needed = {name: shift[name] for name in ("start_time", "end_time", "location_id")}
    assert manager.put("/2/shifts/10000", {**needed, "notes": "x"})["shift"]["notes"] == "x"


def test_an_update_is_checked_against_the_whole_shift() -> None:
    """A new start after the old end, and unknown links."""
    manager = Sandbox().person("manager")
    assert manager.refused("PUT", "/2/shifts/10000", json={"start_time": "2026-11-25 20:00"}) == (400, 2165)
    assert manager.refused("PUT", "/2/shifts/10000", json={"user_id": 5}) == (400, 2000)
    assert manager.refused("PUT", "/2/shifts/5", json={}) == (404, 4005)


def test_published_in_an_update_publishes_and_unpublishes() -> None:
    """The date stays that of the latest publication."""
    sandbox = Sandbox()
    manager = sandbox.person("manager")
    sandbox.clock.advance(timedelta(hours=1))
    draft = manager.put("/2/shifts/10000", {"published": False})["shift"]
    assert (draft["published"], draft["published_date"]) == (False, NOON_TEXT)
    again = manager.put("/2/shifts/10000", {"published": True})["shift"]
    assert (again["published"], again["published_date"]) == (True, LATER_TEXT)


def test_breaks_replace_the_old_list() -> None:
    """A break that is left out is gone, one with a known id is updated; break_time is the unpaid sum in hours."""
    manager = Sandbox().person("manager")
    lunch = {"length": 1800, "paid": False, "start_time": "2026-11-25 12:00"}
    rest = {"length": 600, "paid": True}
    both = manager.put("/2/shifts/10000", {"breaks": [lunch, rest]})["shift"]
    assert [(pause["length"], pause["paid"], pause["sort"]) for pause in both["breaks"]] == [
        (1800, False, 0),
        (600, True, 1),
    ]
    assert both["breaks"][0]["end_time"] == "Wed, 25 Nov 2026 12:30:00 -0600"
    assert both["break_time"] == 0.5
    first = both["breaks"][0]
    one = manager.put("/2/shifts/10000", {"breaks": [{"id": first["id"], "length": 2700}]})["shift"]
    assert one["breaks"] == [{**first, "length": 2700, "end_time": "Wed, 25 Nov 2026 12:45:00 -0600"}]
    assert one["break_time"] == 0.75
    assert manager.put("/2/shifts/10000", {"breaks": None})["shift"]["breaks"] == []


def test_break_time_alone_leaves_paid_breaks() -> None:
    """It replaces the unpaid ones; the same number changes nothing; 0 removes them."""
    manager = Sandbox().person("manager")
    start = manager.put("/2/shifts/10000", {"breaks": [{"length": 600, "paid": True}, {"length": 1800}]})["shift"]
    assert manager.put("/2/shifts/10000", {"break_time": 0.5})["shift"]["breaks"] == start["breaks"]
    longer = manager.put("/2/shifts/10000", {"break_time": 1})["shift"]
    assert [(pause["length"], pause["paid"]) for pause in longer["breaks"]] == [(600, True), (3600, False)]
    none = manager.put("/2/shifts/10000", {"break_time": 0})["shift"]
    assert ([pause["paid"] for pause in none["breaks"]], none["break_time"]) == ([True], 0)


def test_a_bulk_update_answers_successes_beside_errors() -> None:
    """HTTP 400 carries the shifts that were changed; each item needs its times and location."""
    manager = Sandbox().person("manager")
    shifts = {shift["id"]: shift for shift in manager.get("/2/shifts")["shifts"]}
    good = {**shifts[10000], "notes": "changed"}
    late = {**shifts[27384], "end_time": shifts[27384]["start_time"]}
    items = [good, late, {"id": 1337, "notes": "bare"}, {"id": 5}, "no object"]
    answer = manager.send("PUT", "/2/shifts/bulk", json=items)
    body = answer.json()
    assert answer.status_code == 400
    assert [(shift["id"], shift["notes"]) for shift in body["shifts"]] == [(10000, "changed")]
    assert [(error["shift_id"], error["code"]) for error in body["errors"]] == [
        (27384, 2165),
        (1337, 2000),
        (5, 4005),
        (None, 4005),
    ]
    assert body["code"] == 2165
    assert [shift["id"] for shift in manager.put("/2/shifts/bulk", [good])["shifts"]] == [10000]
    assert manager.refused("PUT", "/2/shifts/bulk", json={"id": 10000}) == (400, 2000)


def test_a_deleted_shift_is_gone_for_good() -> None:
    """It reads like one that never was, and a second delete finds nothing."""
    manager = Sandbox().person("manager")
    assert manager.delete("/2/shifts/10000", message="Sorry") == {"success": True, "deleted": [10000]}
    assert manager.refused("GET", "/2/shifts/10000") == (404, 4005)
    assert manager.refused("DELETE", "/2/shifts/10000") == (404, 4005)
    assert manager.refused("PUT", "/2/shifts/10000", json={}) == (404, 4005)


@pytest.mark.parametrize(
    "options",
    [
        {"params": {"ids": "10000,1337,5"}},
        {"params": {"ids[]": ["10000", "1337"]}},
        {"json": {"ids": [10000, "1337"]}},
        {"json": {"ids": "10000,1337"}},
        {"params": {"start": "2026-11-25", "end": "2026-11-25", "location_id": "136,1045"}},
        {"json": {"start": "2026-11-25", "end": "2026-11-26", "location_id": [136, 1045]}},
    ],
)
def test_many_are_deleted_by_ids_or_by_window(options: dict[str, Any]) -> None:
    """Ids or a window from the query or the body; unknown ids are passed over."""
    manager = Sandbox().person("manager")
    if any("start" in part for part in options.values()):
        manager.delete("/2/shifts/27384")
    answer = manager.send("DELETE", "/2/shifts/", **options).json()
    assert answer == {"success": True, "deleted": [10000, 1337], "count": 2}


def test_success_is_missing_when_nothing_was_deleted() -> None:
    """And without ids or a window it is refused."""
    manager = Sandbox().person("manager")
    assert manager.delete("/2/shifts", ids="5,6") == {"deleted": [], "count": 0}
    window = {"start": "2026-11-25", "end": "2026-11-26"}
    assert manager.delete("/2/shifts", ids="5", **window) == {"deleted": [], "count": 0}
    assert manager.refused("DELETE", "/2/shifts") == (400, 2000)
    assert manager.refused("DELETE", "/2/shifts?ids=x") == (400, 2000)


def test_employees_change_nothing_and_supervisors_their_schedules() -> None:
    """403 with code 3005 otherwise, and nothing has happened."""
    sandbox = Sandbox()
    employee, supervisor = sandbox.person("employee"), sandbox.person("supervisor")
    far = sandbox.state.add("locations", {"name": "Far"})["id"]
    assert employee.refused("POST", "/2/shifts", json=shift_body()) == (403, 3005)
    assert employee.refused("PUT", "/2/shifts/10000", json={"notes": "x"}) == (403, 3005)
    assert employee.refused("DELETE", "/2/shifts/10000") == (403, 3005)
    assert employee.refused("DELETE", "/2/shifts?ids=10000") == (403, 3005)
    assert employee.refused("POST", "/2/shifts/publish", json={"ids": [10000]}) == (403, 3005)
    assert employee.refused("GET", "/2/shifts/10000/history") == (403, 3005)
    assert supervisor.put("/2/shifts/10000", {"notes": "x"})["shift"]["notes"] == "x"
    assert supervisor.refused("PUT", "/2/shifts/10000", json={"location_id": far}) == (403, 3005)
    assert supervisor.refused("POST", "/2/shifts", json=shift_body(location_id=far)) == (403, 3005)
    assert sandbox.state.shifts[10000]["location_id"] == 1045
