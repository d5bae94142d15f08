"""Positions, locations and sites of the sandbox's When I Work."""

from __future__ import annotations

import pytest

from tests.sandbox_wheniwork import Sandbox


@pytest.mark.parametrize(
    ("path", "number", "name", "keys"),
    [
        ("positions", 32, "Stocker", {"color", "sort", "tips_tracking", "account_id", "is_deleted"}),
        ("locations", 136, "Downtown", {"address", "coordinates", "is_default", "place_id", "max_hours", "deleted_at"}),
        ("sites", 9, "Twin Pines", {"address", "coordinates", "location_id", "description", "deleted_at"}),
    ],
)
def test_sample_places_are_listed_and_read(path: str, number: int, name: str, keys: set[str]) -> None:
    """By every user of the account."""
    employee = Sandbox().person("employee")
    record = employee.get(f"/2/{path}/{number}")[path.removesuffix("s")]
    assert (record["id"], record["name"]) == (number, name)
    assert keys <= set(record)
    assert record in employee.get(f"/2/{path}/")[path]
    assert employee.refused("GET", f"/2/{path}/5000") == (404, 4005)


@pytest.mark.parametrize("path", ["positions", "locations", "sites"])
def test_a_place_lives_from_create_to_delete(path: str) -> None:
    """Created by name, merged, hidden once deleted, listed again when asked; a second delete finds nothing."""
    manager = Sandbox().person("manager")
    one = path.removesuffix("s")
    made = manager.post(f"/2/{path}/", {"name": "Dock", "sort": 3, "address": "1 Pier"})[one]
    merged = manager.put(f"/2/{path}/{made['id']}", {"name": "Dock 2"})[one]
    assert merged == {**made, "name": "Dock 2"}
    assert manager.delete(f"/2/{path}/{made['id']}") == {"success": True}
    assert made["id"] not in [record["id"] for record in manager.get(f"/2/{path}")[path]]
    for flag in ("show_deleted", "include_deleted"):
        gone = next(r for r in manager.get(f"/2/{path}", **{flag: "true"})[path] if r["id"] == made["id"])
        assert gone["is_deleted"] is True
    assert manager.refused("DELETE", f"/2/{path}/{made['id']}") == (404, 4005)
    assert manager.refused("POST", f"/2/{path}", json={"name": ""}) == (400, 2000)


@pytest.mark.parametrize(("path", "ids"), [("positions", "5,6"), ("locations", "136,137"), ("sites", "9,4")])
def test_several_are_deleted_by_ids(path: str, ids: str) -> None:
    """All or none: an unknown id refuses the whole."""
    manager = Sandbox().person("manager")
    assert manager.refused("DELETE", f"/2/{path}?ids={ids},5000") == (404, 4005)
    assert manager.delete(f"/2/{path}", ids=ids) == {"success": True}
    assert len(manager.get(f"/2/{path}")[path]) == {"positions": 2, "locations": 1, "sites": 1}[path]


def test_a_sites_parent_has_two_spellings() -> None:
    """The oldest documentation calls it locationid; it must exist, and 0 is every location."""
    manager = Sandbox().person("manager")
    assert manager.post("/2/sites", {"name": "A", "locationid": 136})["site"]["location_id"] == 136
    site = manager.post("/2/sites", {"name": "B", "location_id": "137"})["site"]
    assert site["location_id"] == 137
    assert "locationid" not in site
    assert manager.put(f"/2/sites/{site['id']}", {"location_id": 0})["site"]["location_id"] == 0
    assert manager.refused("POST", "/2/sites", json={"name": "C", "location_id": 5}) == (404, 4005)


def test_coordinates_are_a_pair_of_texts_or_numbers() -> None:
    """Null when unset; place is an object or null."""
    manager = Sandbox().person("manager")
    assert manager.get("/2/sites/9")["site"]["coordinates"] == ["33.9935161", "-117.9264044"]
    site = manager.put("/2/sites/9", {"coordinates": [33.5, -117], "place": {"country": "US"}})["site"]
    assert (site["coordinates"], site["place"]) == ([33.5, -117], {"country": "US"})
    unset = manager.put("/2/sites/9", {"coordinates": "", "place": ""})["site"]
    assert (unset["coordinates"], unset["place"]) == (None, None)
    for unfit in ({"coordinates": [1]}, {"coordinates": "here"}, {"latitude": "north"}, {"place": 5}):
        assert manager.refused("PUT", "/2/sites/9", json=unfit) == (400, 2000)


def test_locations_are_a_managers_business() -> None:
    """Supervisors write positions and sites, employees nothing."""
    sandbox = Sandbox()
    supervisor, employee = sandbox.person("supervisor"), sandbox.person("employee")
    assert supervisor.refused("POST", "/2/locations", json={"name": "Dock"}) == (403, 3005)
    assert supervisor.refused("DELETE", "/2/locations/136") == (403, 3005)
    assert supervisor.post("/2/positions", {"name": "Packer"})["position"]["name"] == "Packer"
    assert employee.refused("PUT", "/2/sites/9", json={"name": "x"}) == (403, 3005)


def test_unconfirmed_locations_can_be_listed_alone() -> None:
    """Flags that travel as ints are ints."""
    manager = Sandbox().person("manager")
    confirmed = manager.put("/2/locations/137", {"place_confirmed": True, "is_default": True})["location"]
    assert (confirmed["place_confirmed"], confirmed["is_default"]) == (True, 1)
    found = manager.get("/2/locations", only_unconfirmed="true")["locations"]
    assert [location["id"] for location in found] == [136, 1045]


def test_positions_are_updated_in_bulk() -> None:
    """The newer endpoint has words for codes."""
    manager = Sandbox().person("manager")
    items = [{"id": 5, "sort": 2}, {"id": 6, "sort": 1}]
    answer = manager.put("/2/positions/bulk", items)
    assert [(position["id"], position["sort"]) for position in answer["positions"]] == [(5, 2), (6, 1)]
    assert manager.refused("PUT", "/2/positions/bulk", json={"id": 5}) == (400, "INVALID_BODY")
    for unknown in ([{"id": 5000}], [{"id": None}], ["x"], [{"id": [5]}]):
        assert manager.refused("PUT", "/2/positions/bulk", json=unknown) == (404, "POSITION_NOT_FOUND")


def test_a_new_location_may_carry_a_slip_of_the_servers_clocks() -> None:
    """The switch location_stamps_slip: later by six hours in Chicago's winter."""
    sandbox = Sandbox()
    manager = sandbox.person("manager")
    sandbox.state.switches.change({"location_stamps_slip": True})
    dock = manager.post("/2/locations", {"name": "Dock"})["location"]
    assert (dock["created_at"][17:25], dock["updated_at"][17:25]) == ("12:00:00", "18:00:00")
    site = manager.post("/2/sites", {"name": "Dock"})["site"]
    assert site["created_at"] == site["updated_at"]


def test_positions_in_bulk_name_a_missing_login_in_words() -> None:
    """Other paths have the number 1000."""
    stranger = Sandbox().stranger
    assert stranger.refused("PUT", "/2/positions/bulk/", json=[]) == (401, "UNAUTHORIZED")
    assert stranger.refused("GET", "/2/positions") == (401, 1000)
