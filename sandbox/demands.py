"""Generated work: OpenShifts and own shifts in When I Work, and JobRequests on Wonolo alone, filled or not."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import cycle, islice
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from sandbox.places import WAREHOUSES
from sandbox.wheniwork.records import EMPLOYEE
from sandbox.wheniwork.roster import add_shift
from sandbox.wheniwork.state import WhenIWorkState
from sandbox.wonolo.job_requests import add_job_request
from sandbox.wonolo.lifecycle import accept
from sandbox.wonolo.rankings import is_ready
from sandbox.wonolo.state import WonoloState

_ZONE = ZoneInfo("America/Chicago")
_COLORS = ("2e9e5b", "d9822b", "8e44ad", "1174a6")
_DAYS = range(1, 14)
_QUARTERS = range(64)
_MINUTES = range(240, 601, 15)
_NOTES = ("", "", "Bring steel-toed boots.", "Meet at gate 2.")
_WORK = (
    ("Picker", "Fulfillment / Warehousing", "Pick and pack orders"),
    ("Forklift Driver", "Fulfillment / Warehousing", "Drive a forklift in the yard"),
    ("Event Crew", "Event Staff", "Set up and clear an event"),
)

_Item = TypeVar("_Item")


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
    starts = [_start(state.now(), day, quarter) for day in _DAYS for quarter in _QUARTERS]
    seen = set()
    while True:
        key = (_one(rng, locations), _one(rng, positions), _one(rng, starts), _one(rng, _MINUTES))
        if key not in seen:
            seen.add(key)
            place = {"location_id": key[0], "position_id": key[1]}
            times = {"start_time": key[2], "end_time": key[2] + timedelta(minutes=key[3])}
            extras = {"break_time": _one(rng, (0, 0.5)), "color": _one(rng, _COLORS), "notes": _one(rng, _NOTES)}
            yield place | times | extras


def _start(now: datetime, day: int, quarter: int) -> datetime:
    """The instant of a quarter hour after 5:00 local, so many days ahead."""
    morning = now.astimezone(_ZONE).replace(hour=5, minute=0, second=0, microsecond=0)
    return (morning + timedelta(days=day, minutes=15 * quarter)).astimezone(UTC)


def _one(rng: random.Random, items: Sequence[_Item]) -> _Item:
    # Three times as quick as choice(), which tells in a world of a hundred thousand demands.
    return items[int(rng.random() * len(items))]


def post_job_requests(state: WonoloState, rng: random.Random, count: int, filled: int = 0) -> None:
    """Add JobRequests that requestors typed into Wonolo alone; workers have accepted every slot of the first `filled`.

    The workers take turns. There are but forty, so with many JobRequests they are on several at the same time.
    """
    turns = cycle([user for user in state.users.records.values() if is_ready(user)])
    for number in range(count):
        job_request = add_job_request(state, job_request_fields(rng, state.clock.now()))
        if number < filled:
            for worker in islice(turns, job_request["slots"]):
                accept(state, job_request, worker)


def job_request_fields(rng: random.Random, now: datetime) -> dict[str, Any]:
    """Fields of a JobRequest as a requestor types them: a warehouse, one of its jobs, a start and a total wage."""
    warehouse = rng.choice(WAREHOUSES)
    title, category, tasks = rng.choice(_WORK)
    start, minutes = _start(now, rng.choice(_DAYS), rng.choice(_QUARTERS)), rng.choice(_MINUTES)
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
