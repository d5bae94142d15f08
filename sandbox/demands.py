"""Generated work: OpenShifts and own shifts in When I Work, and JobRequests that requestors typed into Wonolo."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.places import WAREHOUSES
from sandbox.wheniwork.records import EMPLOYEE
from sandbox.wheniwork.roster import add_shift
from sandbox.wheniwork.state import WhenIWorkState
from sandbox.wonolo.job_requests import add_job_request
from sandbox.wonolo.state import WonoloState

_ZONE = ZoneInfo("America/Chicago")
_COLORS = ("2e9e5b", "d9822b", "8e44ad", "1174a6")
_NOTES = ("", "", "Bring steel-toed boots.", "Meet at gate 2.")
_WORK = (
    ("Picker", "Fulfillment / Warehousing", "Pick and pack orders"),
    ("Forklift Driver", "Fulfillment / Warehousing", "Drive a forklift in the yard"),
    ("Event Crew", "Event Staff", "Set up and clear an event"),
)


def schedule_demands(state: WhenIWorkState, rng: random.Random, count: int) -> None:
    """Add published OpenShift stacks, as many own shifts, and a draft for every sixth stack.

    Stacks have 1 to 4 instances, start within 14 days on a quarter hour, last 4 to 10 hours and never equal one
    another in place, position and time, so that each is a demand of its own.
    """
    manager = state.admin()["id"]
    distinct = distinct_shifts(state, rng)
    staff = [user["id"] for user in state.users.values() if user["role"] == EMPLOYEE]
    for number in range(count):
        add_shift(state, {**next(distinct), "instances": rng.randint(1, 4), "published": True}, manager)
        add_shift(state, {**next(distinct), "user_id": rng.choice(staff), "published": True}, manager)
        if number % 6 == 0:
            add_shift(state, {**next(distinct), "published": False}, manager)


def distinct_shifts(state: WhenIWorkState, rng: random.Random) -> Iterator[dict[str, Any]]:
    """Endless fields of shifts, no two alike in place, position and time."""
    locations = [number for number, one in state.locations.items() if not one["is_deleted"]]
    positions = [number for number, one in state.positions.items() if not one["is_deleted"]]
    seen = set()
    now = state.now()
    while True:
        start, minutes = _slot(rng, now)
        key = (rng.choice(locations), rng.choice(positions), start, minutes)
        if key not in seen:
            seen.add(key)
            place = {"location_id": key[0], "position_id": key[1]}
            times = {"start_time": start, "end_time": start + timedelta(minutes=minutes)}
            extras = {"break_time": rng.choice((0, 0.5)), "color": rng.choice(_COLORS), "notes": rng.choice(_NOTES)}
            yield place | times | extras


def _slot(rng: random.Random, now: datetime) -> tuple[datetime, int]:
    """A start on a quarter hour between 5:00 and 20:45 local, one to thirteen days ahead, and the minutes it lasts."""
    day = (now.astimezone(_ZONE) + timedelta(days=rng.randint(1, 13))).replace(minute=0, second=0, microsecond=0)
    start = day.replace(hour=rng.randint(5, 20), minute=rng.choice((0, 15, 30, 45)))
    return start.astimezone(UTC), 15 * rng.randint(16, 40)


def post_job_requests(state: WonoloState, rng: random.Random, count: int) -> None:
    """Add JobRequests that requestors typed into Wonolo alone."""
    for _ in range(count):
        add_job_request(state, job_request_fields(rng, state.clock.now()))


def job_request_fields(rng: random.Random, now: datetime) -> dict[str, Any]:
    """Fields of a JobRequest as a requestor types them: a warehouse, one of its jobs, a start and a total wage."""
    warehouse = rng.choice(WAREHOUSES)
    title, category, tasks = rng.choice(_WORK)
    start, minutes = _slot(rng, now)
    return {
        "state": "posted",
        "category": category,
        "request_name": f"{title} at {warehouse['name']}",
        "description_tasks": tasks,
        "venue": warehouse["name"],
        "address": warehouse["street"],
        "city": warehouse["city"],
        "zip": warehouse["zip"],
        "slots": rng.randint(1, 4),
        "start_time": start.isoformat(),
        "duration": minutes,
        "wage": round(minutes / 60 * rng.choice((17, 18.5, 20, 22)), 2),
    }
