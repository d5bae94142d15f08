"""The example objects of the oldest documentation, moved to days near the sandbox's present.

What a sample points to without showing it (the user, location, position and site of shift 10000) gets a record under
the same id, so that a client may send a shift back as it read it.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta

from sandbox.wheniwork import records, roster
from sandbox.wheniwork.seed_papers import seed_papers
from sandbox.wheniwork.state import WhenIWorkState


def seed_objects(state: WhenIWorkState) -> None:
    """Put every sample into the state: here the places, users, shifts and a time entry, in `seed_papers` the others."""
    _seed_places(state)
    _seed_users(state)
    _seed_shifts(state)
    _seed_time(state)
    seed_papers(state)


def _seed_places(state: WhenIWorkState) -> None:
    downtown = {"address": "9303 Lyon Drive, Hill Valley, CA 12345", "coordinates": ["34.2390664", "-118.4332328"]}
    uptown = {"address": "100 Courthouse Square, Hill Valley, CA 12345", "coordinates": ["34.141362", "-118.349732"]}
    twin_pines = {
        "address": "1600 S Azusa Ave, City of Industry, CA 91748",
        "coordinates": ["33.9935161", "-117.9264044"],
    }
    state.add("locations", {"id": 136, "name": "Downtown", "is_default": 1, **downtown})
    state.add("locations", {"id": 137, "name": "Uptown", **uptown})
    state.add("locations", {"id": 1045, "name": "Midtown", "address": "200 Courthouse Square, Hill Valley, CA 12345"})
    state.add("sites", {"id": 9, "name": "Twin Pines", "location_id": 136, **twin_pines})
    state.add("sites", {"id": 4, "name": "Lone Pine", "location_id": 136})
    state.add("sites", {"id": 4351, "name": "Clock Tower", "location_id": 1045})
    state.add("positions", {"id": 32, "name": "Stocker", "color": "1174a6"})
    state.add("positions", {"id": 5, "name": "Bagger", "color": "FF6666"})
    state.add("positions", {"id": 6, "name": "Cashier", "color": "0066FF"})
    state.add("positions", {"id": 19483, "name": "Greeter", "color": "cc0000"})


def _seed_users(state: WhenIWorkState) -> None:
    phone = {"phone_number": "555-555-5555", "is_active": True}
    goldie = {"first_name": "Goldie", "last_name": "Wilson", "email": "goldiewilson@hillvalleycalifornia.gov", **phone}
    wage = {"hours_preferred": 40, "hours_max": 40, "hourly_rate": 15.5, "role": records.MANAGER}
    state.add("users", {"id": 4364, **goldie, **wage, "positions": [12284, 9554], "locations": [34, 58934]})
    jennifer = {"first_name": "Jennifer", "last_name": "Parker", "email": "jen.parker@example.com", **phone}
    state.add("users", {"id": 27384, **jennifer, "positions": [32, 5], "locations": [136]})
    emmett = {"first_name": "Emmett", "last_name": "Brown", "email": "emmett.brown@example.com", **phone}
    state.add("users", {"id": 101, **emmett, "positions": [19483], "locations": [1045]})
    for user in state.users.values():
        if user["email"].endswith("@sandbox.example"):
            user["locations"] = [136, 137, 1045]


def _seed_shifts(state: WhenIWorkState) -> None:
    start, end = _hours(state, days=2)
    published = {"published": True, "published_date": state.now()}
    bell = {"break_time": 0.5, "color": "cc0000", "notes": "We need more cow bell.", **published}
    where = {"location_id": 1045, "position_id": 19483, "site_id": 4351}
    times = {"start_time": start, "end_time": end}
    roster.add_shift(state, {"id": 10000, "user_id": 101, **where, **times, **bell}, 4364)
    early = {"notes": "Come in early today.", "location_id": 136, "position_id": 32}
    roster.add_shift(state, {"id": 27384, "user_id": 27384, "location_id": 136, **times, **published}, 4364)
    roster.add_shift(state, {"id": 1337, "user_id": 27384, **early, **times, **published}, 4364)


def _seed_time(state: WhenIWorkState) -> None:
    start, end = _hours(state, days=-1)
    given = {
        "user_id": 4364,
        "creator_id": 4364,
        "position_id": 32,
        "location_id": 136,
        "site_id": 9,
        "shift_id": 10000,
    }
    worked = {"start_time": start, "end_time": end, "length": 6, "break_hours": 0.5, "hourly_rate": 20}
    state.add("times", {"id": 11, **given, **worked, "is_alerted": True, "alert_type": 8, "is_approved": True})


def _hours(state: WhenIWorkState, days: int) -> tuple[datetime, datetime]:
    """The samples' 08:30 to 14:30 in the account's zone, so many days from now."""
    zone = state.zone_of(state.admin())
    day = state.now().astimezone(zone).date() + timedelta(days=days)
    utc = state.now().tzinfo
    return (
        datetime.combine(day, time(8, 30), zone).astimezone(utc),
        datetime.combine(day, time(14, 30), zone).astimezone(utc),
    )
