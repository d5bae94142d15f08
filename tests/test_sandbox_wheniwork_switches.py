"""What the sources leave open about When I Work, switched: spellings, logins, errors and policies."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.sandbox_control import Control
from tests.sandbox_wheniwork import KEY, Sandbox, shift_body

NOON_TEXT = "Mon, 23 Nov 2026 12:00:00 -0600"
NEW_LOGIN = {"email": "manager@sandbox.example", "password": "sandbox"}


def test_a_header_can_ask_for_iso_dates() -> None:
    """Where the switch lets it, every date of an answer changes and nothing else; it is ignored by default."""
    sandbox = Sandbox()
    manager = sandbox.person("manager")
    asked = {"W-Date-Format": "iso"}
    before = manager.send("GET", "/2/shifts/10000", headers=asked).json()
    sandbox.state.switches.iso_dates_when_asked = True
    answer = manager.send("GET", "/2/shifts/10000", headers=asked).json()
    assert before["shift"]["created_at"] == NOON_TEXT
    assert answer["shift"]["created_at"] == "2026-11-23T12:00:00-06:00"
    assert answer["shift"]["notes"] == before["shift"]["notes"]
    assert manager.get("/2/shifts/10000") == before


def test_a_locations_dates_can_be_as_odd_as_in_the_oldest_sample() -> None:
    """Month before day, also beside shifts; those of other records stay as they are."""
    sandbox = Sandbox()
    manager = sandbox.person("manager")
    sandbox.state.switches.odd_location_dates = True
    odd = "Mon, Nov 23 2026 12:00:00 -0600"
    listing = manager.get("/2/shifts", start="2026-11-25", end="2026-11-25")
    found = [
        *manager.get("/2/locations")["locations"],
        manager.get("/2/locations/136")["location"],
        manager.put("/2/locations/136", {"sort": 1})["location"],
        manager.post("/2/locations", {"name": "Suburb"})["location"],
        *listing["locations"],
    ]
    assert {one["created_at"] for one in found} == {one["updated_at"] for one in found} == {odd}
    assert manager.get("/2/sites/9")["site"]["created_at"] == NOON_TEXT


def test_an_account_can_hold_json_inside_texts() -> None:
    """Features, settings and the id of the zone, as in a sample."""
    sandbox = Sandbox()
    manager = sandbox.person("manager")
    account = manager.get("/2/account")["account"]
    sandbox.state.switches.account_as_text = True
    shown = manager.get("/2/account")["account"]
    assert {name: json.loads(shown[name]) for name in ("features", "settings", "timezone_id")} == {
        name: account[name] for name in ("features", "settings", "timezone_id")
    }


@pytest.mark.parametrize("place", ["top", "person", "data"])
def test_the_newer_login_can_keep_its_token_in_several_places(place: str) -> None:
    """It is good wherever it stands."""
    sandbox = Sandbox()
    sandbox.state.switches.change({"jwt_at": place})
    body = sandbox.stranger.send("POST", "/login", json=NEW_LOGIN, headers=KEY).json()
    holder = body if place == "top" else body[place]
    assert [name for name in body if "token" in (name, *body[name])] == (["token"] if place == "top" else [place])
    sandbox.stranger.headers["Authorization"] = f"Bearer {holder['token']}"
    assert sandbox.stranger.get("/2/account")["account"]["id"] == 3


def test_the_newer_login_can_ask_for_a_code() -> None:
    """The first call is refused with what the second one needs."""
    sandbox = Sandbox()
    sandbox.state.switches.mfa = True
    refused = sandbox.stranger.send("POST", "/login", json=NEW_LOGIN, headers=KEY)
    assert (refused.status_code, refused.json()["code"]) == (401, "MFA_CODE_REQUIRED")
    second = {**NEW_LOGIN, **refused.json()["data"], "code": "000000"}
    assert sandbox.stranger.send("POST", "/login", json=second, headers=KEY).status_code == 200


@pytest.mark.parametrize(
    ("shape", "body"),
    [
        ("coded", {"error": "No shift found.", "code": 4005}),
        ("plain", {"error": "No shift found."}),
        ("errors", {"errors": ["No shift found."]}),
    ],
)
def test_an_error_can_have_other_shapes(shape: str, body: Any) -> None:
    """Without its code, or a list of texts."""
    sandbox = Sandbox()
    sandbox.state.switches.change({"error_shape": shape})
    assert sandbox.person("manager").send("GET", "/2/shifts/1").json() == body


@pytest.mark.parametrize("status", [404, 400, 410])
def test_what_is_gone_can_have_other_statuses(status: int) -> None:
    """The code stays 4005."""
    sandbox = Sandbox()
    sandbox.state.switches.change({"gone_status": status})
    assert sandbox.person("manager").refused("GET", "/2/shifts/1") == (status, 4005)


def test_a_single_shift_can_have_zero_instances_or_none() -> None:
    """A stack keeps its number; what was printed before is printed anew."""
    sandbox = Sandbox()
    manager = sandbox.person("manager")
    one, three = (manager.post("/2/shifts", shift_body(instances=count))["shift"]["id"] for count in (1, 3))
    found = []
    for form in ("one", "zero", "absent"):
        sandbox.state.switches.change({"lone_instances": form})
        found += [manager.get(f"/2/shifts/{number}")["shift"].get("instances") for number in (one, three)]
    assert found == [1, 3, 0, 3, None, 3]


def test_acknowledged_can_be_a_boolean() -> None:
    """As documented; as seen it is a number."""
    sandbox = Sandbox()
    manager = sandbox.person("manager")
    assert manager.get("/2/shifts/10000")["shift"]["acknowledged"] == 0
    sandbox.state.switches.acknowledged_as = "boolean"
    assert manager.get("/2/shifts/10000")["shift"]["acknowledged"] is False


def test_the_date_of_publishing_can_be_a_clock_of_utc_under_the_local_offset() -> None:
    """Six hours ahead in winter, by either way of publishing."""
    sandbox = Sandbox()
    manager = sandbox.person("manager")
    sandbox.state.switches.published_date_slips = True
    created = manager.post("/2/shifts", shift_body())["shift"]
    (published,) = manager.post("/2/shifts/publish", {"ids": [10000]})["shifts"]
    stamps = {shift["published_date"] for shift in (created, published)}
    assert stamps == {"Mon, 23 Nov 2026 18:00:00 -0600"}
    assert published["updated_at"] == NOON_TEXT


def test_publishing_can_tell_the_holders() -> None:
    """At once when created published, or by shifts/publish; an OpenShift has nobody to tell."""
    sandbox = Sandbox()
    manager, user_id = sandbox.person("manager"), sandbox.user_id("employee")
    sandbox.state.switches.publish_notifies = True
    created = manager.post("/2/shifts", shift_body(user_id=user_id))["shift"]
    draft = manager.post("/2/shifts", shift_body(user_id=user_id, published=False))["shift"]
    manager.post("/2/shifts", shift_body())
    (published,) = manager.post("/2/shifts/publish", {"ids": [draft["id"]]})["shifts"]
    assert [draft["notified_at"], created["notified_at"], published["notified_at"]] == [None, NOON_TEXT, NOON_TEXT]
    assert [sent["user_id"] for sent in sandbox.state.sent] == [user_id, user_id]


def test_a_listing_can_have_a_hidden_end() -> None:
    """The window is echoed whole and the count tells of more."""
    sandbox = Sandbox()
    manager = sandbox.person("manager")
    window = {"start": "2026-11-23", "end": "2026-11-30"}
    assert len(manager.get("/2/shifts", **window)["shifts"]) == 3
    sandbox.state.switches.listing_row_cap = 2
    listing = manager.get("/2/shifts", **window)
    assert (len(listing["shifts"]), listing["end"]) == (2, "Mon, 30 Nov 2026 23:59:59 -0600")
    assert len(manager.get("/2/shifts", **window, limit=1)["shifts"]) == 1
    assert manager.get("/2/shifts/count", **window) == {"count": 3}


@pytest.mark.parametrize("status", [400, 403])
def test_conflicts_can_be_refused(status: int) -> None:
    """A shift in accepted time off, and one over another, with either status; by default both are taken."""
    sandbox = Sandbox()
    manager, user_id = sandbox.person("manager"), sandbox.user_id("employee")
    away = {"user_id": user_id, "start_time": "2026-11-24", "end_time": "2026-11-24", "status": 2}
    manager.send("POST", "/2/requests", json=away)
    body = shift_body(user_id=user_id)
    manager.post("/2/shifts", body)
    sandbox.state.switches.change({"refuse_time_off": True, "conflict_status": status})
    assert manager.refused("POST", "/2/shifts", json=body) == (status, 2000)
    sandbox.state.switches.change({"refuse_time_off": False, "refuse_overlaps": True})
    assert manager.refused("POST", "/2/shifts", json=body) == (status, 2000)


def test_the_clock_can_be_wrong() -> None:
    """In the Date header; Wonolo keeps its own clock."""
    control = Control()
    control.post("/switches", {"wheniwork": {"clock_skew_seconds": -3600}})
    assert control.send("GET", "/2/shifts").headers["date"] == "Mon, 23 Nov 2026 17:00:00 GMT"
    assert control.send("GET", "/api_v2/info").headers["date"] == "Mon, 23 Nov 2026 18:00:00 GMT"
    assert control.refused("/switches", {"wheniwork": {"clock_skew_seconds": 1e9}})[0] == 400
