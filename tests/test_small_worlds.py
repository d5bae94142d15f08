"""Every order in which people may act on a small world, at every stage: planned and applied, both sides agree.

Explored here: two linked demands and two workers, 37 acts and a run of the engine between them. All orders of two acts
at each stage, and of three of the acts that concern seats: about 2,400 different worlds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from random import Random

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.model import Demand
from mappings.ownership import FIELDS
from sync.plan import Plan
from tests.factories import NOW, START
from tests.small_acts import ACTS, WHENIWORK_ACTS, WONOLO_ACTS, Act
from tests.small_world import Slot, copied, settle, small_world, wheniwork_side, wonolo_side
from tests.two_sides import TwoSides

STAGES = {"open": NOW, "locked": START - timedelta(hours=10), "running": START + timedelta(hours=1)}

SEATS = (
    "Ben accepts",
    "Ana withdraws",
    "one slot less",
    "the request is cancelled",
    "the stack shrinks",
    "one more shift",
    "an employee takes a seat",
    "an employee gives it back",
    "a manager seats Ben",
    "a manager seats Ana twice",
    "a manager unseats Ana",
    "Ben replaces Ana",
    "the held seat moves",
    "everything is deleted",
)


def _the_engine_runs(world: TwoSides) -> bool:
    settle(world)
    return True


Reached = tuple[tuple[str, ...], TwoSides]
"""A world, and the acts that led there."""


def worlds(now: datetime, acts: Mapping[str, Act], depth: int) -> Iterator[Reached]:
    """Each world that up to `depth` acts in any order lead to, once, with the acts that led there first."""
    first = small_world()
    first.now = now
    known = {_facts(first)}
    frontier: list[Reached] = [((), first)]
    for _ in range(depth):
        reached: list[Reached] = []
        for history, world in frontier:
            for name, act in {**acts, "the engine runs": _the_engine_runs}.items():
                twin = copied(world)
                if act(twin) and (facts := _facts(twin)) not in known:
                    known.add(facts)
                    reached.append(((*history, name), twin))
                    yield reached[-1]
        frontier = reached


def _facts(world: TwoSides) -> bytes:
    tables = (world.requests, world.jobs, world.shifts, world.links, world.users)
    return msgspec.json.encode([sorted(table.items()) for table in tables], order="deterministic")


def problems(history: Iterable[str], world: TwoSides, rng: Random | None = None) -> list[str]:
    """What is wrong once the engine has run; nothing is lost, nothing uncovered, nothing is written twice."""
    bases = {key: base for key, (base, _, _) in world.links.items()}
    edited = _as_edited(world)
    after = copied(world)
    settle(after, rng=rng)
    plan = after.plan()
    assert settle(copied(after)) == 0
    found = [*_uncovered(after, plan), *_lost(bases, edited, after, plan), *_deleted_edits(bases, edited, after, plan)]
    return [f"{' > '.join(history)}: {problem}" for problem in found]


Both = tuple[Demand | None, Demand | None]


def _as_edited(world: TwoSides) -> dict[str, Both]:
    """What each side of each link means, with the shifts that a person moved from one to another."""
    twin = copied(world)
    twin.tie(world.plan())
    return {key: _sides(twin, key) for key in world.links}


def _sides(world: TwoSides, key: str) -> Both:
    """What each side of a link means now, Wonolo's first; None where a side is gone."""
    sides = world.sides(key)
    return sides.posting.demand if sides.posting else None, sides.group.demand if sides.group else None


def _uncovered(world: TwoSides, plan: Plan) -> list[str]:
    """Slots ahead that the two sides show differently, but for those of demands that wait for a person."""
    waiting = {change.link for change in plan.changes} & world.links.keys()
    excused: set[Slot] = set()
    for key in waiting:
        _, request, shifts = world.links[key]
        alone = copied(world)
        alone.requests = {number: row for number, row in world.requests.items() if number == request}
        alone.shifts = {number: row for number, row in world.shifts.items() if number in shifts}
        excused |= wonolo_side(alone).keys() | wheniwork_side(alone).keys()
    one, other = wonolo_side(world), wheniwork_side(world)
    return [
        f"Wonolo shows {one.get(slot)}, When I Work {other.get(slot)} at {slot[2]}"
        for slot in one.keys() | other.keys()
        if one.get(slot) != other.get(slot) and slot not in excused and slot[2] > world.now
    ]


def _lost(bases: Mapping[str, Demand], edited: Mapping[str, Both], world: TwoSides, plan: Plan) -> Iterator[str]:
    """Fields that one side alone changed and that side shows no more; or the other does not, though nothing waits."""
    waiting = {change.link for change in plan.changes}
    for key in bases.keys() & world.links.keys():
        for which, name, value in _edits(bases[key], edited[key]):
            shown = [getattr(side, name) for side in _sides(world, key) if side]
            if len(shown) == 2 and (shown[which] != value or (shown[1 - which] != value and key not in waiting)):
                yield f"{name} {value} of {key} was lost: {shown}"


def _edits(base: Demand, sides: Both) -> Iterator[tuple[int, str, object]]:
    """Which side alone changed which field to what; workers are a set that both may change, a break only one has."""
    if None in sides:
        return
    for name in sorted({*FIELDS} - {"workers", "break_minutes"}):
        values = [getattr(side, name) for side in sides]
        changed = [place for place, value in enumerate(values) if value != getattr(base, name)]
        if len(changed) == 1:
            yield changed[0], name, values[changed[0]]


def _deleted_edits(
    bases: Mapping[str, Demand], edited: Mapping[str, Both], world: TwoSides, plan: Plan
) -> Iterator[str]:
    """Demands that were deleted on one side and edited on the other, and of which nobody is asked."""
    conflicts = {change.link for change in plan.changes if change.verdict in ("conflict", "skip")}
    for key, sides in edited.items():
        kept = next((side for side in sides if side), None)
        if None in sides and kept and _was_edited(bases[key], kept) and key not in conflicts:
            yield f"{key} was edited and is gone"
        elif None in sides and kept is None and key in world.links:
            yield f"{key} is gone on both sides and still linked"


def _was_edited(base: Demand, now: Demand) -> bool:
    """Who leaves with the deletion edited nothing; a break only one side has."""
    agreed = msgspec.structs.replace(base, workers=base.workers & now.workers, break_minutes=now.break_minutes)
    return now != agreed


@pytest.mark.parametrize("stage", STAGES)
def test_two_acts_in_any_order_end_with_both_sides_equal(stage: str) -> None:
    """With the engine running between them or not; what differs then waits for a person, and no edit is lost."""
    _nothing_is_wrong(worlds(STAGES[stage], ACTS, 2))


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(sorted(STAGES)),
    st.lists(st.sampled_from(sorted(WONOLO_ACTS)), min_size=1, max_size=4),
    st.lists(st.sampled_from(sorted(WHENIWORK_ACTS)), min_size=1, max_size=4),
    st.randoms(use_true_random=False),
)
def test_both_sides_edited_at_random_end_equal_in_whatever_order_a_plan_is_carried_out(
    stage: str, wonolo: list[str], wheniwork: list[str], rng: Random
) -> None:
    """A world that was equal, edited on both sides; each write changes something, and nothing is written again."""
    world = small_world()
    world.now = STAGES[stage]
    done = [name for name in (*wonolo, *wheniwork) if ACTS[name](world)]
    assert problems(done, world, rng) == []


def test_three_acts_about_seats_in_any_order_end_with_both_sides_equal() -> None:
    """Seats asked for are open or held, on both sides."""
    _nothing_is_wrong(worlds(NOW, {name: ACTS[name] for name in SEATS}, 3))


def _nothing_is_wrong(explored: Iterable[Reached]) -> None:
    assert [problem for history, world in explored for problem in problems(history, world)] == []
