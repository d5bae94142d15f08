"""A world of two demands and two workers, and what each side shows of it."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from mappings.convert import instant
from tests.factories import START, at, shift
from tests.two_sides import TwoSides

ANA, BEN = 7, 8
LATER = START + timedelta(hours=10)
"""When the second demand starts: after the first one ends."""

Slot = tuple[str, float, datetime, datetime]
Seats = tuple[int, frozenset[int]]
"""How many seats are asked for, and the Wonolo ids of those who hold one."""


def small_world(seats: int = 2) -> TwoSides:
    """Two linked demands of so many seats: in the first Ana holds one, in the second all are open."""
    world = TwoSides()
    world.add_shift(shift(instances=seats, notes="First"))
    world.add_shift(shift(instances=seats, notes="Second", **at(LATER)))
    settle(world)
    world.accept(min(world.requests), ANA)
    settle(world)
    world.users |= {108: "wonolo:8"}
    return world


def settle(world: TwoSides, passes: int = 4, rng: Random | None = None) -> int:
    """Plan and carry out until nothing is left to do; returns how many writes that took. The engine too gives up.

    With `rng` in any order that is allowed.
    """
    written = 0
    for _ in range(passes):
        plan = world.plan()
        world.carry_out(plan, rng=rng)
        written += sum(change.writes for change in plan.to_do)
        if not plan.to_do:
            return written
    raise AssertionError([(change.action, change.kind, change.payload) for change in world.plan().to_do])


def copied(world: TwoSides) -> TwoSides:
    """The same world, to be changed apart."""
    twin = copy.copy(world)
    twin.requests, twin.jobs, twin.shifts = copy.deepcopy((world.requests, world.jobs, world.shifts))
    twin.links, twin.users = dict(world.links), dict(world.users)
    twin.ids = copy.copy(world.ids)
    return twin


def wonolo_side(world: TwoSides) -> dict[Slot, Seats]:
    """The seats that Wonolo shows, by place, skill and time."""
    found: dict[Slot, Seats] = {}
    for number, row in world.requests.items():
        if row["state"] != "cancelled":
            start = _instant(row["start_time"])
            slot = (row["zip"], skill_of(row), start, start + timedelta(minutes=row["duration"]))
            _add(found, slot, row["slots"], frozenset(world.seated(number)))
    return found


def skill_of(row: Mapping[str, Any]) -> float:
    """The position that a JobRequest means."""
    return 22 if row["description_tasks"] == "Pack orders" else 21


def wheniwork_side(world: TwoSides) -> dict[Slot, Seats]:
    """The seats that When I Work shows as open or held by workers, by place, skill and time.

    A draft of somebody who is seated counts, and a worker whom a manager scheduled for the company itself does not.
    """
    linked = {number for _, _, shifts in world.links.values() for number in shifts}
    found: dict[Slot, Seats] = {}
    for row in world.shifts.values():
        user = row["user_id"]
        if (user == 0 and row["published"]) or (user in world.users and row["id"] in linked):
            slot = ("60601", row["position_id"], _instant(row["start_time"]), _instant(row["end_time"]))
            workers = frozenset({int(world.users[user].removeprefix("wonolo:"))} if user else ())
            _add(found, slot, 1 if user else row["instances"], workers)
    return found


def _add(found: dict[Slot, Seats], slot: Slot, seats: int, workers: frozenset[int]) -> None:
    before = found.get(slot, (0, frozenset()))
    found[slot] = (before[0] + seats, before[1] | workers)


def _instant(value: Any) -> datetime:
    moment = instant(value)
    assert moment
    return moment.astimezone(UTC)
