"""Work that is over asks nobody anything, and no conflict offers what can no longer be carried out."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from itertools import islice, product

import msgspec
import pytest

from mappings.decision import Decision
from mappings.demand import OVER
from sync.plan import Change, make_plan
from tests.factories import NOW, START
from tests.small_acts import ACTS, job_becomes
from tests.small_world import ANA, copied, small_world
from tests.test_small_worlds import SEATS
from tests.two_sides import TwoSides

FIRST = "shift:1000"
"""The link of the demand in which Ana holds a seat."""


def worked(state: str, now: datetime) -> TwoSides:
    """A small world in which Ana's Job has come so far, and everything was applied before."""
    world = small_world()
    job_becomes(state, 0, ANA)(world)
    world.now = now
    return world


STAGES: dict[str, Callable[[], TwoSides]] = {
    "ended, and Wonolo has not noticed": lambda: worked("filled", START + timedelta(days=2)),
    "done before its end": lambda: worked("completed", START + timedelta(hours=7)),
    "done": lambda: worked("completed", START + timedelta(days=2)),
    "settled": lambda: worked("approved", START + timedelta(days=20)),
}


def asked(world: TwoSides) -> list[Change]:
    """Return the changes about the first demand that wait for a person."""
    return [row for row in world.plan().waiting if row.link == FIRST]


@pytest.mark.parametrize("over", STAGES.values(), ids=STAGES)
def test_nothing_that_anybody_does_to_finished_work_asks_for_a_decision(over: Callable[[], TwoSides]) -> None:
    """Whatever two things people do; and Wonolo, which refuses such writes by then, is written nothing of it."""
    turn = list(STAGES.values()).index(over)  # each stage takes every second pair, so that all are tried at two of them
    for one, two in islice(product(ACTS, SEATS), turn % 2, None, 2):
        world = over()
        if not ACTS[one](world):
            continue
        ACTS[two](world)
        plan = world.plan()
        jobs = {row["state"] for row in world.jobs_of(min(world.requests))}
        if (over is STAGES["done before its end"] and jobs - OVER) or world.now < _end(world):
            continue  # work goes on after all
        assert [(one, two, row.code) for row in asked(world)] == []
        writes = [row for row in plan.to_do if row.link == FIRST and row.system == "wonolo"]
        assert [(one, two, row.action, row.kind) for row in writes] == []


def _end(world: TwoSides) -> datetime:
    """Return the end of the first demand's last shift; now if it has none, or its request is done."""
    sides = world.sides(FIRST) if FIRST in world.links else None
    shifts = (*sides.group.shifts, *sides.group.strayed) if sides and sides.group else ()
    done = sides and sides.posting and {row.state for row in sides.posting.seats} <= OVER
    return NOW if done else max((row.end for row in shifts), default=NOW)


def offered() -> Iterator[tuple[str, TwoSides, Change, str]]:
    """Every choice of every conflict that two acts lead to, at each stage."""
    hours = {"open": -72, "locked": -10, "running": 1}
    for stage, state in (*((name, "filled") for name in hours), ("running", "in_progress"), ("running", "completed")):
        first = worked(state, START + timedelta(hours=hours[stage]))
        for one, two in product(ACTS, SEATS):
            world = copied(first)
            if ACTS[one](world) and ACTS[two](world):
                for row in world.plan().waiting:
                    yield from ((f"{stage}, {one}, {two}", world, row, option) for option in row.options)


def test_every_choice_of_every_conflict_can_be_carried_out() -> None:
    """It leads to writes, none of a Job that is over, and the conflict is none any more."""
    seen = set()
    for told, world, row, option in offered():
        said = {row.key: Decision(row.key, row.facts, option, "Dana", NOW)}
        plan = make_plan(msgspec.structs.replace(world.snapshot(), decisions=said))
        assert row.key not in {one.key for one in plan.waiting}, (told, option)
        over = {str(number) for number, job in world.jobs.items() if job["state"] in OVER}
        assert [one for one in plan.to_do if one.kind == "job" and one.record in over] == [], (told, option)
        assert [one for one in plan.to_do if one.payload.get("slots") == 0] == [], (told, option)
        copied(world).carry_out(plan)
        seen.add((row.code, option.partition("-wonolo:")[0]))
    assert {code for code, _ in seen} == {"stray", "double", "too many workers", "both differ", "edited and deleted"}
