"""Repeating shifts in the sandbox's When I Work."""

from __future__ import annotations

from typing import Any

import pytest

from tests.sandbox_wheniwork import Person, Sandbox, shift_body

# Tuesdays and Thursdays from Tuesday, 24 November; the clocks do not change within it.
TWICE_A_WEEK = {"until": "2026-12-04", "week": 1, "weekdays": 0b1010, "timezone_id": "America/Chicago"}
DAYS = ["24 Nov 2026", "26 Nov 2026", "01 Dec 2026", "03 Dec 2026"]


def _create(manager: Person, chain: Any = None, **fields: Any) -> Any:
    body = shift_body(chain=chain or TWICE_A_WEEK, **fields)
    return manager.send("POST", "/2/shifts", json=body, params={"include_repeating_shifts_to": "2027-12-31"}).json()


def _series(manager: Person, shift: Any) -> list[Any]:
    answer = manager.get(f"/2/shifts/{shift['id']}", include_repeating_shifts_to="2027-12-31")
    found: list[Any] = answer.get("repeating_shifts", [])
    return found


def _days(shifts: list[Any]) -> list[str]:
    return [shift["start_time"][5:16] for shift in shifts]


def test_a_chain_makes_a_series_at_the_same_times_of_day() -> None:
    """The first shift is answered, with its chain and, when asked for, all of them; the ids differ, the rest agrees."""
    sandbox = Sandbox()
    answer = _create(sandbox.person("manager"), notes="Each week", breaks=[{"length": 1800, "paid": False}])
    assert _days(answer["repeating_shifts"]) == DAYS
    assert answer["repeating_shifts"][0] == answer["shift"]
    (chain,) = answer["shiftchains"]
    stamps = dict.fromkeys(("created_at", "updated_at"), "Mon, 23 Nov 2026 12:00:00 -0600")
    assert chain == {
        "account_id": 0,
        "key": answer["shift"]["shiftchain_key"],
        "week": 1,
        "weekdays": 10,
        "until": "Fri, 4 Dec 2026",
        "timezone_id": "America/Chicago",
        "count": 4,
        "rrule": "DTSTART;TZID=America/Chicago:20261124T080000\n"
        "RRULE:FREQ=WEEKLY;UNTIL=20261205T055959Z;WKST=SU;BYDAY=TU,TH",
        **stamps,
    }
    alike = ("notes", "shiftchain_key", "break_time", "published", "instances", "location_id")
    assert len({tuple(shift[name] for name in alike) for shift in answer["repeating_shifts"]}) == 1
    assert len({shift["id"] for shift in answer["repeating_shifts"]}) == 4


def test_the_older_form_of_a_chain_repeats_on_the_first_ones_weekday() -> None:
    """`week` as text, `until` as MM/DD/YYYY; every other week; across the change of the clocks the hour stays."""
    manager = Sandbox().person("manager")
    answer = _create(manager, {"week": "2", "until": "03/30/2027"})
    assert [shift["start_time"][5:] for shift in answer["repeating_shifts"]][-3:] == [
        "02 Mar 2027 08:00:00 -0600",
        "16 Mar 2027 08:00:00 -0500",
        "30 Mar 2027 08:00:00 -0500",
    ]
    assert "INTERVAL=2" in answer["shiftchains"][0]["rrule"]


@pytest.mark.parametrize(
    "chain",
    [
        {"week": 1},
        {"until": "2027-12-01"},
        {"until": "2026-12-04", "weekdays": 128},
        {"until": "2026-12-04", "week": 0},
        {"until": "2026-12-04", "timezone_id": "Nowhere/Land"},
        {"until": "soon"},
        "weekly",
    ],
)
def test_an_unfit_chain_is_refused_before_a_shift_is_made(chain: Any) -> None:
    """Without an end, longer than a year, with days or zones that do not exist."""
    sandbox = Sandbox()
    before = len(sandbox.state.shifts)
    body = shift_body(chain=chain)
    assert sandbox.person("manager").refused("POST", "/2/shifts", json=body) == (400, 2000)
    assert len(sandbox.state.shifts) == before


def test_a_listing_carries_the_chains_of_its_shifts() -> None:
    """And their whole series up to the day named; neither key is there when there is nothing to say."""
    manager = Sandbox().person("manager")
    window = {"start": "2026-11-26", "end": "2026-11-26", "include_allopen": "true"}
    assert "shiftchains" not in manager.get("/2/shifts", **window)
    _create(manager)
    listing = manager.get("/2/shifts", **window)
    assert (_days(listing["shifts"]), len(listing["shiftchains"])) == (DAYS[1:2], 1)
    assert "repeating_shifts" not in listing
    listing = manager.get("/2/shifts", **window, include_repeating_shifts_to="2026-12-01")
    assert _days(listing["repeating_shifts"]) == DAYS[:3]


def test_an_edit_without_a_chain_changes_one_shift() -> None:
    """The others keep what they have; the edited one stays on the chain."""
    manager = Sandbox().person("manager")
    _, second, *_ = _create(manager)["repeating_shifts"]
    manager.put(f"/2/shifts/{second['id']}", {"notes": "Bring gloves"})
    assert [shift["notes"] for shift in _series(manager, second)] == ["", "Bring gloves", "", ""]


def test_an_edit_with_a_chain_changes_those_after_it_too() -> None:
    """They keep their ids; those before it stay as they were."""
    manager = Sandbox().person("manager")
    first, second, third, fourth = _create(manager)["repeating_shifts"]
    body = {"notes": "Gloves", "start_time": "2026-11-26 09:00:00", "chain": True}
    answer = manager.put(f"/2/shifts/{second['id']}", body)
    assert "deleted" not in answer
    series = _series(manager, first)
    assert [shift["id"] for shift in series] == [one["id"] for one in (first, second, third, fourth)]
    assert [(shift["notes"], shift["start_time"][17:19]) for shift in series] == [
        ("", "08"),
        ("Gloves", "09"),
        ("Gloves", "09"),
        ("Gloves", "09"),
    ]
    (_, event) = manager.get(f"/2/shifts/{third['id']}/history")["history"][:2]
    assert (event["type"], event["attributes"]["reason"]) == ("time_changed", "updated-from-repeating-series")


def test_another_chain_deletes_and_adds_shifts() -> None:
    """`deleted` names those whose day is gone; a new day gets a shift of its own."""
    manager = Sandbox().person("manager")
    first, second, third, fourth = _create(manager)["repeating_shifts"]
    answer = manager.put(f"/2/shifts/{second['id']}", {"chain": {"weekdays": 0b11000}})
    assert answer["deleted"] == [third["id"]]
    series = _series(manager, first)
    assert _days(series) == ["24 Nov 2026", "26 Nov 2026", "27 Nov 2026", "03 Dec 2026", "04 Dec 2026"]
    assert series[3]["id"] == fourth["id"]


def test_a_shift_may_begin_to_repeat_later() -> None:
    """An edit that gives a chain to a shift without one makes it the first of a series."""
    manager = Sandbox().person("manager")
    shift = manager.post("/2/shifts", shift_body())["shift"]
    manager.put(f"/2/shifts/{shift['id']}", {"chain": TWICE_A_WEEK})
    assert _days(_series(manager, shift)) == DAYS


def test_a_deletion_takes_one_shift_or_those_after_it_too() -> None:
    """`chain`, whatever it says, is the difference; the earlier ones stay."""
    manager = Sandbox().person("manager")
    first, second, third, fourth = _create(manager)["repeating_shifts"]
    assert manager.delete(f"/2/shifts/{second['id']}")["deleted"] == [second["id"]]
    assert _days(_series(manager, first)) == [DAYS[0], *DAYS[2:]]
    gone = manager.delete(f"/2/shifts/{third['id']}", chain="no")["deleted"]
    assert gone == [third["id"], fourth["id"]]
    assert _days(_series(manager, first)) == DAYS[:1]
    shift = manager.post("/2/shifts", shift_body())["shift"]
    assert manager.delete(f"/2/shifts/{shift['id']}", chain="1")["deleted"] == [shift["id"]]


def test_a_series_for_a_user_heeds_the_policy_of_overlaps() -> None:
    """Where overlaps are refused, one repetition in the way refuses all."""
    sandbox = Sandbox()
    manager, user_id = sandbox.person("manager"), sandbox.user_id("employee")
    sandbox.state.switches.refuse_overlaps = True
    times = {"start_time": "2026-12-01 10:00:00", "end_time": "2026-12-01 12:00:00"}
    manager.post("/2/shifts", shift_body(user_id=user_id, **times))
    body = shift_body(user_id=user_id, chain=TWICE_A_WEEK)
    assert manager.refused("POST", "/2/shifts", json=body) == (400, 2000)


def test_a_deletion_can_tell_who_held_the_shift() -> None:
    """With a `message`, even one of a single blank; without it nobody is told."""
    sandbox = Sandbox()
    manager, user_id = sandbox.person("manager"), sandbox.user_id("employee")
    for query in ({}, {"message": " "}):
        shift = manager.post("/2/shifts", shift_body(user_id=user_id))["shift"]
        manager.delete(f"/2/shifts/{shift['id']}", **query)
    told = [(sent["kind"], sent["user_id"], sent["message"]) for sent in sandbox.state.sent]
    assert told == [("deletion", user_id, " ")]
