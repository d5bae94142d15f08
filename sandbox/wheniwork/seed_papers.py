"""The example objects of the smaller kinds in the oldest documentation, moved to days near the sandbox's present."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from sandbox.wheniwork.state import WhenIWorkState


def seed_papers(state: WhenIWorkState) -> None:
    """Put the samples of blocks, requests, swaps, availabilities, payrolls, punches, messages, templates."""
    _seed_people(state)
    _seed_blocks(state)
    _seed_requests(state)
    _seed_availabilities(state)
    _seed_payrolls(state)
    _seed_templates(state)


def _at(state: WhenIWorkState, days: int, hour: int = 0, minute: int = 0) -> datetime:
    """A time of day in the account's zone, so many days from now."""
    zone, now = state.zone_of(state.admin()), state.now()
    day = now.astimezone(zone).date() + timedelta(days=days)
    return datetime.combine(day, time(hour, minute), zone).astimezone(now.tzinfo)


def _last_second(state: WhenIWorkState, days: int) -> datetime:
    return _at(state, days, 23, 59) + timedelta(seconds=59)


def _seed_people(state: WhenIWorkState) -> None:
    """Those whom the samples only point to; their location 14 and position 7 stay unknown."""
    people = {
        135: ("Goldie", "Wilson"),
        145: ("Marvin", "Berry"),
        23: ("Lorraine", "Tannen"),
        24: ("Lorraine", "Baines"),
        371: ("Emmett", "Brown"),
        453: ("George", "McFly"),
        456: ("Lorraine", "McFly"),
        44: ("Dave", "McFly"),
        4634: ("Linda", "McFly"),
    }
    for number, (first, last) in people.items():
        mail = f"{first}.{last}.{number}@example.com".lower()
        names = {"first_name": first, "last_name": last, "email": mail}
        state.add("users", {"id": number, **names, "is_active": True})


def _seed_blocks(state: WhenIWorkState) -> None:
    where = {"location_id": 14, "position_id": 7}
    look = {"color": "b38dd9", "break_time": 0.5}
    for number, start, end in ((233, "16:00", "21:30"), (183, "06:00", "14:30"), (204, "08:45", "16:30")):
        state.add("blocks", {"id": number, **where, "start_time": f"{start}:00", "end_time": f"{end}:00", **look})


def _seed_requests(state: WhenIWorkState) -> None:
    for number, name in enumerate(("Unpaid", "Paid", "Sick", "Holiday")):
        paid = {"allow_paid": number > 0, "allow_unpaid": number == 0}
        state.add("request_types", {"id": number + 1, "name": name, "built_in": True, **paid})
    asked = {"user_id": 135, "creator_id": 135, "type_id": 1}
    state.add("requests", {"id": 54, **asked, "start_time": _at(state, 7), "end_time": _at(state, 14)})
    state.add("requests", {"id": 55, **asked, "start_time": _at(state, 17, 8), "end_time": _at(state, 21, 8)})
    said = {"user_id": 135, "content": "This request has been canceled."}
    state.add("messages", {"id": 61, **said, "request_id": 54, "title": "This is a message title."})
    state.add("messages", {"id": 66, **said, "request_id": 54, "title": "Request Approved"})
    state.add("messages", {"id": 68, **said, "request_id": 55, "title": "Request Approved"})
    statuses = [{"user_id": number, "status": 0, "shift_id": 0} for number in (23, 24)]
    swap = {"user_id": 101, "creator_id": 101, "shift_id": 10000, "location_id": 1045}
    state.add("swaps", {"id": 2238, **swap, "type": 1, "statuses": statuses})


def _seed_availabilities(state: WhenIWorkState) -> None:
    today = state.now().astimezone(state.zone_of(state.admin())).date()
    days: dict[str, Any] = {"start_date": today, "end_date": today + timedelta(days=90), "repeat": 1}
    rows = (
        (10, 371, "Emmett's availability preferences.", "Emmett B.'s summer availability"),
        (11, 453, "George's availability", "George M.'s School Year Availability"),
        (12, 456, "Lorraine's availability", "Lorraine B.'s Winter Availability"),
    )
    for number, user_id, name, text in rows:
        state.add("availabilities", {"id": number, "user_id": user_id, "name": name, "description": text, **days})
    # The third digit of 011:00:00 is the sample's.
    hours = (
        (85, 0, "07:15", "16:00"),
        (12, 1, "08:00", "18:30"),
        (13, 3, "05:00", "14:00"),
        (14, 5, "011:00", "23:15"),
    )
    for number, day, start, end in hours:
        times = {"start_time": f"{start}:00", "end_time": f"{end}:00"}
        state.add("availability_items", {"id": number, "availability_id": 10, "user_id": 371, "day": day, **times})


def _seed_payrolls(state: WhenIWorkState) -> None:
    done = {"is_closed": True, "is_finalized": True}
    for number, back in ((24, 12), (25, 26), (26, 40)):
        times = {"start_date": _at(state, -back), "end_date": _last_second(state, 13 - back)}
        state.add("payrolls", {"id": number, **times, **done})
    # One of the three rows has no total in the sample.
    for number, hours, rate, total in (
        (100, 20.25, 15.75, {}),
        (101, 10, 10, {"total": 100}),
        (102, 5, 11, {"total": 55}),
    ):
        worked = {"user_id": 4634, "position_id": 32, "hours": hours, "rate": rate}
        state.add("payroll_hours", {"id": number, "payroll_id": 24, **worked, **total})
    for number, kind in ((150134, 1), (150135, 2)):
        state.add("punches", {"id": number, "time_id": 11, "user_id": 4364, "location_id": 136, "type": kind})


def _seed_templates(state: WhenIWorkState) -> None:
    monday = _at(state, 0).astimezone(state.zone_of(state.admin())).date()
    monday -= timedelta(days=monday.weekday())
    text = {"name": "Winter Schedule", "description": "Our weekly schedule for December - March."}
    days = {"start_date": monday, "end_date": monday + timedelta(days=6)}
    state.add("templates", {"id": 12, "user_id": state.admin()["id"], **days, **text})
    for number, day, end in ((38383, 1, 15), (144, 1, 17), (148, 2, 16)):
        times = {"start_time": _at(state, day, 8), "end_time": _at(state, day, end)}
        where = {"location_id": 14, "position_id": 7, "user_id": 44}
        state.add("template_shifts", {"id": number, "template_id": 12, **where, **times})
