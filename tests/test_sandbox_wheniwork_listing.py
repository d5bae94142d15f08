"""Which shifts the sandbox's When I Work lists, to whom."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sandbox.wheniwork import roster
from sandbox.wheniwork.timeline import Timeline
from tests.sandbox_wheniwork import NOON, Person, Sandbox, shift_body

TOMORROW = {"start": "2026-11-24", "end": "2026-11-24"}


def ids(answer: Any) -> list[int]:
    return [shift["id"] for shift in answer["shifts"]]


def test_the_default_window_is_three_days_from_now() -> None:
    """The window is echoed; sample shifts of the day after tomorrow are in it."""
    answer = Sandbox().person("manager").get("/2/shifts")
    assert answer["start"] == "Mon, 23 Nov 2026 12:00:00 -0600"
    assert answer["end"] == "Thu, 26 Nov 2026 12:00:00 -0600"
    assert ids(answer) == [10000, 27384, 1337]


@pytest.mark.parametrize(
    ("query", "start", "end"),
    [
        ({"start": "2014-03-05"}, "Wed, 05 Mar 2014 00:00:00 -0600", "Sat, 08 Mar 2014 23:59:59 -0600"),
        ({"start_time": "2014-03-05 08:00"}, "Wed, 05 Mar 2014 08:00:00 -0600", "Sat, 08 Mar 2014 08:00:00 -0600"),
        (
            {"start_time": "2014-03-05", "end_time": "2014-03-09"},
            "Wed, 05 Mar 2014 00:00:00 -0600",
            "Sun, 09 Mar 2014 23:59:59 -0500",
        ),
        ({"end": "+1 day"}, "Mon, 23 Nov 2026 12:00:00 -0600", "Tue, 24 Nov 2026 12:00:00 -0600"),
        (
            {"start": "2026-01-01 00:00", "end": "2026-12-31"},
            "Thu, 01 Jan 2026 00:00:00 -0600",
            "Wed, 01 Apr 2026 00:00:00 -0500",
        ),
    ],
)
def test_a_window_is_echoed_as_it_is_meant(query: dict[str, str], start: str, end: str) -> None:
    """A date alone reaches to the day's last second; more than 90 days are cut without a word; old names count."""
    answer = Sandbox().person("manager").get("/2/shifts", **query)
    assert (answer["start"], answer["end"]) == (start, end)


def test_the_clamp_can_be_switched_off() -> None:
    """Then the echo is what was asked."""
    sandbox = Sandbox()
    sandbox.state.switches.window_clamp_days = 0
    answer = sandbox.person("manager").get("/2/shifts", start="2026-01-01", end="2026-12-31")
    assert answer["end"] == "Thu, 31 Dec 2026 23:59:59 -0600"


def test_a_window_is_matched_by_overlap() -> None:
    """Running shifts are in; those that end at its start or start at its end are not."""
    manager = Sandbox().person("manager")
    day = {"start": "2026-11-25 14:29:59", "end": "2026-11-25 20:00"}
    assert ids(manager.get("/2/shifts", **day)) == [10000, 27384, 1337]
    assert ids(manager.get("/2/shifts", **{**day, "start": "2026-11-25 14:30:00"})) == []
    assert ids(manager.get("/2/shifts", start="2026-11-25 06:00", end="2026-11-25 08:30")) == []


def test_an_empty_listing_is_the_window_and_no_shifts() -> None:
    """Nothing is loaded beside it."""
    answer = Sandbox().person("manager").get("/2/shifts", start="2014-03-05")
    assert list(answer) == ["start", "end", "shifts"]


def test_sideloads_hold_what_the_shifts_point_to() -> None:
    """Users, locations, positions and sites of the listed shifts, each left out when empty."""
    manager = Sandbox().person("manager")
    answer = manager.get("/2/shifts", user_id="101")
    assert ids(answer) == [10000]
    for kind, number in (("users", 101), ("locations", 1045), ("positions", 19483), ("sites", 4351)):
        assert [record["id"] for record in answer[kind]] == [number]
    assert "sites" not in manager.get("/2/shifts", user_id="27384")


@pytest.mark.parametrize(
    ("objects", "kinds"),
    [
        ({"include_objects": "false"}, set()),
        ({"include_objects": "on"}, {"users", "locations", "positions", "sites"}),
        ({"include_objects": "users,sites"}, {"users", "sites"}),
        ({"include_objects[]": ["users", "positions"]}, {"users", "positions"}),
    ],
)
def test_include_objects_chooses_the_sideloads(objects: dict[str, Any], kinds: set[str]) -> None:
    """Off, on, or by name."""
    answer = Sandbox().person("manager").get("/2/shifts", user_id="101", **objects)
    assert set(answer) - {"start", "end", "shifts"} == kinds


@pytest.mark.parametrize("spelling", ["true", "True", "1", "yes", "on"])
def test_drafts_and_open_shifts_are_hidden_unless_asked(spelling: str) -> None:
    """`unpublished` adds drafts, `include_allopen` adds OpenShifts, in every spelling of a boolean."""
    manager = Sandbox().person("manager")
    draft = manager.post("/2/shifts", shift_body(user_id=101, published=False))["shift"]["id"]
    stack = manager.post("/2/shifts", shift_body())["shift"]["id"]
    open_draft = manager.post("/2/shifts", shift_body(published=False))["shift"]["id"]
    assert ids(manager.get("/2/shifts", **TOMORROW)) == []
    assert ids(manager.get("/2/shifts", **TOMORROW, unpublished=spelling)) == [draft]
    assert ids(manager.get("/2/shifts", **TOMORROW, include_allopen=spelling)) == [stack]
    both = manager.get("/2/shifts", **TOMORROW, unpublished=spelling, include_allopen=spelling)
    assert ids(both) == [draft, stack, open_draft]
    assert manager.get("/2/shifts/count", **TOMORROW, include_allopen=spelling) == {"count": 1}


def test_only_open_leaves_held_shifts_out() -> None:
    """`include_onlyopen` shows OpenShifts of the caller's schedules and nothing else."""
    manager = Sandbox().person("manager")
    manager.post("/2/shifts", shift_body(user_id=101))
    stack = manager.post("/2/shifts", shift_body())["shift"]["id"]
    assert ids(manager.get("/2/shifts", **TOMORROW, include_onlyopen="1")) == [stack]


def test_include_open_is_for_the_callers_own_schedules() -> None:
    """OpenShifts of other schedules need include_allopen, and that needs a manager."""
    sandbox = Sandbox()
    manager = sandbox.person("manager")
    far = sandbox.state.add("locations", {"name": "Far"})["id"]
    near = manager.post("/2/shifts", shift_body())["shift"]["id"]
    other = manager.post("/2/shifts", shift_body(location_id=far))["shift"]["id"]
    shared = manager.post("/2/shifts", shift_body(location_id=far, is_shared=True))["shift"]["id"]
    assert ids(manager.get("/2/shifts", **TOMORROW, include_open="1")) == [near, shared]
    assert ids(manager.get("/2/shifts", **TOMORROW, include_allopen="1")) == [near, other, shared]
    supervisor = sandbox.person("supervisor")
    assert ids(supervisor.get("/2/shifts", **TOMORROW, include_allopen="1")) == [near, shared]
    everywhere = supervisor.get("/2/shifts", **TOMORROW, include_open="1", all_locations="1")
    assert [(shift["id"], shift["readonly"]) for shift in everywhere["shifts"]] == [
        (near, True),
        (other, True),
        (shared, True),
    ]


def test_open_shifts_for_some_are_hidden_from_other_employees() -> None:
    """`linked_users` limits who may take an OpenShift; null is everyone."""
    sandbox = Sandbox()
    manager, employee = sandbox.person("manager"), sandbox.person("employee")
    for_all = manager.post("/2/shifts", shift_body())["shift"]["id"]
    for_me = manager.post("/2/shifts", shift_body(linked_users=[sandbox.user_id("employee")]))["shift"]["id"]
    manager.post("/2/shifts", shift_body(linked_users=[101]))
    assert ids(employee.get("/2/shifts", **TOMORROW, include_open="1")) == [for_all, for_me]


def test_include_open_leaves_out_what_conflicts_with_the_callers_own_shifts() -> None:
    """include_allopen shows OpenShifts even where they conflict."""
    sandbox = Sandbox()
    manager, employee = sandbox.person("manager"), sandbox.person("employee")
    mine = manager.post("/2/shifts", shift_body(user_id=sandbox.user_id("employee")))["shift"]["id"]
    stack = manager.post("/2/shifts", shift_body())["shift"]["id"]
    assert ids(employee.get("/2/shifts", **TOMORROW, include_open="1")) == [mine]
    assert ids(employee.get("/2/shifts", **TOMORROW, include_allopen="1")) == [mine, stack]


def test_employees_see_published_shifts_of_their_schedules_and_their_own() -> None:
    """Not those of other schedules, and no drafts even when asking for them."""
    sandbox = Sandbox()
    manager, employee = sandbox.person("manager"), sandbox.person("employee")
    far = sandbox.state.add("locations", {"name": "Far"})["id"]
    mine = manager.post("/2/shifts", shift_body(user_id=sandbox.user_id("employee"), location_id=far))["shift"]["id"]
    manager.post("/2/shifts", shift_body(user_id=101, location_id=far))
    near = manager.post("/2/shifts", shift_body(user_id=101))["shift"]["id"]
    draft = manager.post("/2/shifts", shift_body(user_id=sandbox.user_id("employee"), published=False))["shift"]["id"]
    assert ids(employee.get("/2/shifts", **TOMORROW, unpublished="1")) == [mine, near]
    assert employee.refused("GET", f"/2/shifts/{draft}") == (404, 4005)
    assert employee.get(f"/2/shifts/{mine}")["shift"]["id"] == mine
    assert ids(sandbox.person("supervisor").get("/2/shifts", **TOMORROW, unpublished="1")) == [near, draft]


@pytest.mark.parametrize(("name", "flag"), [("employee", "unpublished"), ("supervisor", "include_allopen")])
def test_flags_above_the_callers_role_can_be_refused(name: str, flag: str) -> None:
    """By default they are ignored; the switch makes them a 403."""
    sandbox = Sandbox()
    person = sandbox.person(name)
    assert person.get("/2/shifts", **{flag: "true"})["shifts"]
    sandbox.state.switches.refuse_flags_above_role = True
    assert person.refused("GET", "/2/shifts", params={flag: "true"}) == (403, 3005)


def test_filters_take_ids_in_every_spelling() -> None:
    """Commas, encoded commas, repeats and brackets; position_id and site_id are ignored."""
    manager = Sandbox().person("manager")
    for query in (
        "user_id=101,27384",
        "user_id=101%2C27384",
        "user_id=101&user_id=27384",
        "user_id[]=101&user_id[]=27384",
    ):
        assert ids(manager.get(f"/2/shifts/?{query}")) == [10000, 27384, 1337]
    assert ids(manager.get("/2/shifts", location_id="136", position_id="6", site_id="9")) == [27384, 1337]
    assert manager.refused("GET", "/2/shifts?user_id=x") == (400, 2000)
    assert manager.refused("GET", "/2/shifts?start=soon") == (400, 2000)


def test_shifts_are_sorted_by_start_or_by_user_and_can_be_limited() -> None:
    """There is a limit but no paging."""
    manager = Sandbox().person("manager")
    early = manager.post("/2/shifts", shift_body(user_id=27384))["shift"]["id"]
    assert ids(manager.get("/2/shifts")) == [early, 10000, 27384, 1337]
    assert ids(manager.get("/2/shifts", shift_sort="true")) == [10000, early, 27384, 1337]
    assert ids(manager.get("/2/shifts", limit="2")) == [early, 10000]
    assert len(ids(manager.get("/2/shifts", limit="-2"))) == 4


def test_deleted_ids_are_listed_when_asked() -> None:
    """By the moment of deletion, or by the shift's own time when switched; an empty list is still there."""
    sandbox = Sandbox()
    manager = sandbox.person("manager")
    manager.delete("/2/shifts/10000")
    assert "deleted_ids" not in manager.get("/2/shifts")
    assert manager.get("/2/shifts", deleted="1")["deleted_ids"] == [10000]
    assert manager.get("/2/shifts", **TOMORROW, deleted="1")["deleted_ids"] == []
    sandbox.state.switches.deleted_ids_by = "shift"
    assert manager.get("/2/shifts", **TOMORROW, deleted="1")["deleted_ids"] == []
    assert manager.get("/2/shifts", start="2026-11-25", deleted="1")["deleted_ids"] == [10000]


def test_a_shift_prints_in_the_zone_of_its_reader() -> None:
    """The same shift, the same instant, another text."""
    sandbox = Sandbox()
    manager = sandbox.person("manager")
    assert manager.get("/2/shifts/10000")["shift"]["start_time"] == "Wed, 25 Nov 2026 08:30:00 -0600"
    manager.put(f"/2/users/{sandbox.user_id('manager')}", {"timezone_name": "America/New_York"})
    assert manager.get("/2/shifts/10000")["shift"]["start_time"] == "Wed, 25 Nov 2026 09:30:00 -0500"


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ("null", None),
        ("empty", ""),
        ("zero", "0000-00-00 00:00:00"),
        ("year -001", "Tue, 29 Nov -001 18:00:00 -0600"),
    ],
)
def test_unset_dates_print_as_switched(form: str, text: str | None) -> None:
    """Null by default; the switch counts for shifts that were printed before too."""
    sandbox = Sandbox()
    manager = sandbox.person("manager")
    manager.get("/2/shifts")
    sandbox.state.switches.change({"unset_dates": form})
    shift = manager.get("/2/shifts", trim_openshifts="1")["shifts"][0]
    assert (shift["notified_at"], shift["acknowledged_at"], shift["is_trimmed"]) == (text, text, False)
    assert manager.get("/2/shifts/10000")["shift"]["notified_at"] == text


def test_a_shift_carries_every_field_of_the_wire() -> None:
    """Keys and kinds of appendix A.1: ints for ids and acknowledged, hours for break_time, texts that may be empty."""
    shift = Sandbox().person("manager").get("/2/shifts/10000")["shift"]
    (pause,) = shift.pop("breaks")
    assert shift == {
        "id": 10000,
        "account_id": 3,
        "user_id": 101,
        "location_id": 1045,
        "position_id": 19483,
        "site_id": 4351,
        "start_time": "Wed, 25 Nov 2026 08:30:00 -0600",
        "end_time": "Wed, 25 Nov 2026 14:30:00 -0600",
        "break_time": 0.5,
        "color": "cc0000",
        "notes": "We need more cow bell.",
        "alerted": False,
        "linked_users": None,
        "shiftchain_key": "",
        "published": True,
        "published_date": "Mon, 23 Nov 2026 12:00:00 -0600",
        "notified_at": None,
        "instances": 1,
        "created_at": "Mon, 23 Nov 2026 12:00:00 -0600",
        "updated_at": "Mon, 23 Nov 2026 12:00:00 -0600",
        "acknowledged": 0,
        "acknowledged_at": None,
        "creator_id": 4364,
        "is_open": False,
        "actionable": False,
        "block_id": 0,
        "requires_openshift_approval": False,
        "openshift_approval_request_id": 0,
        "is_approved_without_time": False,
        "is_shared": False,
    }
    assert (pause["length"], pause["paid"], pause["start_time"], pause["shift_id"]) == (1800, False, None, 10000)


def test_a_missing_shift_answers_4005_with_the_switched_status() -> None:
    """404 by default, 400 by switch; what is no id at all is no shift either."""
    sandbox = Sandbox()
    manager = sandbox.person("manager")
    for number in ("5", "abc", "9" * 30):
        assert manager.refused("GET", f"/2/shifts/{number}") == (404, 4005)
    sandbox.state.switches.change({"gone_status": 400})
    assert manager.send("GET", "/2/shifts/5").json() == {"error": "No shift found.", "code": 4005}
    assert manager.refused("GET", "/2/shifts/5") == (400, 4005)


def test_a_days_window_among_very_many_shifts_is_quick() -> None:
    """Ten thousand shifts over a hundred days: only the days of the window are looked at."""
    sandbox = Sandbox()
    for number in range(10_000):
        start = NOON + timedelta(days=number % 100, minutes=number // 100)
        where = {"location_id": 136, "user_id": 101, "published": True}
        roster.add_shift(sandbox.state, {**where, "start_time": start, "end_time": start + timedelta(hours=4)}, 4364)
    answer = sandbox.person("manager").get("/2/shifts", start="2027-01-01", end="2027-01-01")
    starts = [shift["start_time"] for shift in answer["shifts"]]
    assert len(starts) == 100
    assert starts == sorted(starts)


def test_the_timeline_finds_a_shift_that_began_long_ago() -> None:
    """However long a shift is, a window inside it finds it, until it is taken out."""
    timeline = Timeline()
    start = datetime(2026, 1, 1, tzinfo=UTC)
    shift = {"id": 1, "start_time": start, "end_time": start + timedelta(days=40)}
    timeline.put(shift)
    window = (start + timedelta(days=30), start + timedelta(days=31))
    assert timeline.overlapping(*window) == [shift]
    timeline.take(shift)
    assert timeline.overlapping(*window) == []


def test_a_listing_needs_a_login() -> None:
    """Without one it is 401 with code 1000."""
    sandbox = Sandbox()
    assert Person(sandbox.app).refused("GET", "/2/shifts/") == (401, 1000)


@pytest.mark.parametrize(("works", "held"), [(True, 0), (False, 3)])
def test_only_open_shifts_may_not_work(works: Any, held: int) -> None:
    """The switch include_onlyopen_works: it was reported broken in 2016."""
    sandbox = Sandbox()
    sandbox.state.switches.change({"include_onlyopen_works": works})
    manager = sandbox.person("manager")
    manager.post("/2/shifts", shift_body())
    shifts = manager.get("/2/shifts", include_onlyopen="true")["shifts"]
    assert [sum(1 for shift in shifts if shift["is_open"] is kind) for kind in (True, False)] == [1, held]


@pytest.mark.parametrize(("in_gmt", "found"), [(False, 1), (True, 0)])
def test_evening_shifts_may_be_missing_on_the_last_day(in_gmt: Any, found: int) -> None:
    """The switch days_end_in_gmt; a full datetime finds them all the same."""
    sandbox = Sandbox()
    sandbox.state.switches.change({"days_end_in_gmt": in_gmt})
    manager = sandbox.person("manager")
    evening = {"start_time": "2026-12-01 19:00", "end_time": "2026-12-01 23:00", "user_id": 101}
    manager.post("/2/shifts", shift_body(**evening))
    assert len(manager.get("/2/shifts", start="2026-12-01", end="2026-12-01")["shifts"]) == found
    assert len(manager.get("/2/shifts", start="2026-12-01", end="2026-12-01 23:59:59")["shifts"]) == 1
