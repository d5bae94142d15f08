"""A plan, applied to plain models of both sides and planned again, ends with both sides equal and no edit lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.demand import HOLDING
from mappings.model import Demand
from mappings.ownership import FIELDS
from sync.plan.reading import wonolo_demand
from tests.factories import RULES, START, job_request, shift
from tests.two_sides import EMPLOYEE, TwoSides

Edit = Callable[[TwoSides, int], None]


def _requests(world: TwoSides) -> list[int]:
    return [number for number, row in world.requests.items() if row["state"] != "cancelled"]


def _accept(world: TwoSides, dice: int) -> None:
    for number in _requests(world):
        worker = 7 + dice % 3
        if len(world.seated(number)) < world.requests[number]["slots"] and worker not in world.seated(number):
            world.accept(number, worker)


def _leave(state: str) -> Edit:
    def leave(world: TwoSides, dice: int) -> None:
        seated = [row for row in world.jobs.values() if row["state"] in HOLDING]
        for row in seated[dice % 3 : dice % 3 + 1]:
            row["state"] = state

    return leave


def _more_slots(world: TwoSides, dice: int) -> None:
    for number in _requests(world):
        world.requests[number]["slots"] += 1 + dice % 2


def _fewer_slots(world: TwoSides, _: int) -> None:
    for number in _requests(world):
        if world.requests[number]["slots"] > max(1, len(world.seated(number))):
            world.requests[number]["slots"] -= 1


def _rename(world: TwoSides, dice: int) -> None:
    for number in _requests(world)[:1]:
        world.requests[number]["request_name"] = f"Evening crew {dice}"


def _cancel(world: TwoSides, _: int) -> None:
    for number in _requests(world)[:1]:
        world.requests[number]["state"] = "cancelled"
        for row in world.jobs_of(number):
            row["state"] = "cancelled"


def _later_in_wonolo(world: TwoSides, dice: int) -> None:
    for number in _requests(world)[:1]:
        world.requests[number]["start_time"] = f"2026-03-14T1{dice % 5}:00:00-05:00"


def _stacks(world: TwoSides) -> list[int]:
    return [number for number, row in world.shifts.items() if row["user_id"] == 0]


def _one_more_shift(world: TwoSides, dice: int) -> None:
    world.add_shift(shift(instances=1 + dice % 2))


def _bigger_stack(world: TwoSides, _: int) -> None:
    for number in _stacks(world)[:1]:
        world.shifts[number]["instances"] += 1


def _employee_takes_one(world: TwoSides, _: int) -> None:
    for number in _stacks(world)[:1]:
        row = world.shifts[number]
        if row["instances"] == 1:
            row["user_id"] = EMPLOYEE
        else:
            row["instances"] -= 1
            world.add_shift(row | {"user_id": EMPLOYEE, "instances": 1})


def _move_everything(world: TwoSides, dice: int) -> None:
    for number in list(world.shifts):
        world.move(number, timedelta(hours=1 + dice % 3))


def _move_a_stack(world: TwoSides, dice: int) -> None:
    for number in _stacks(world)[dice % 2 :][:1]:
        world.move(number, timedelta(hours=1 + dice % 3))


def _note(world: TwoSides, dice: int) -> None:
    for row in world.shifts.values():
        row["notes"] = f"Bring boots {dice}"


def _longer_break(world: TwoSides, dice: int) -> None:
    for row in world.shifts.values():
        row["break_time"] = 0.25 * (dice % 4)


def _unseat(world: TwoSides, dice: int) -> None:
    for row in [row for row in world.shifts.values() if row["user_id"] in world.users][dice % 2 :][:1]:
        row["user_id"] = 0


def _delete_one(world: TwoSides, dice: int) -> None:
    for number in list(world.shifts)[dice % 3 :][:1]:
        del world.shifts[number]


def _seat(world: TwoSides, dice: int) -> None:
    free = sorted(world.users.keys() - {row["user_id"] for row in world.shifts.values()})
    for number in _stacks(world)[:1]:
        if world.shifts[number]["instances"] == 1 and free:
            world.shifts[number]["user_id"] = free[dice % len(free)]


def _another_position(world: TwoSides, dice: int) -> None:
    for row in world.shifts.values():
        row["position_id"] = 21 + dice % 3


def _another_place(world: TwoSides, dice: int) -> None:
    for row in world.shifts.values():
        row["location_id"], row["site_id"] = (11, 0) if dice % 2 else (12, 5)


def _post(world: TwoSides, dice: int) -> None:
    number = next(world.ids)
    world.requests[number] = job_request(number, slots=1 + dice % 3, request_name="Posted by hand")


def _evening_before(world: TwoSides, _: int) -> None:
    world.now = START - timedelta(hours=10)


EDITS: list[Edit] = [
    _another_position,
    _another_place,
    _post,
    _evening_before,
    _accept,
    _leave("withdrawn"),
    _leave("no_show"),
    _more_slots,
    _fewer_slots,
    _rename,
    _cancel,
    _later_in_wonolo,
    _one_more_shift,
    _bigger_stack,
    _employee_takes_one,
    _move_everything,
    _move_a_stack,
    _note,
    _longer_break,
    _unseat,
    _delete_one,
    _seat,
]

SOME_EDITS = st.lists(st.tuples(st.sampled_from(EDITS), st.integers(0, 11)), min_size=1, max_size=3)
LOST_WRITES = st.frozensets(st.integers(0, 5), max_size=2)


def _quiet(world: TwoSides) -> None:
    """Plan and apply until nothing is left to do, which takes a few passes at most."""
    for _ in range(8):
        world.carry_out(world.plan())
    assert [change for change in world.plan().changes if change.verdict == "do"] == []


def _demands(world: TwoSides, key: str) -> tuple[Demand, Demand] | None:
    """What each side of a link means now; None when a side is gone."""
    sides = world.sides(key)
    if sides.posting is None or sides.group is None:
        return None
    return wonolo_demand(sides.posting, world.links[key][0], RULES, sides.group).demand, sides.group.demand


@settings(max_examples=40)
@given(st.lists(st.tuples(SOME_EDITS, LOST_WRITES), min_size=1, max_size=4))
def test_planning_and_applying_ends_with_both_sides_equal(
    rounds: list[tuple[list[tuple[Edit, int]], frozenset[int]]],
) -> None:
    """Whatever people did, and whichever writes were lost, a few passes bring quiet; the rest waits."""
    world = TwoSides()
    world.add_shift(shift())
    for edits, lost in rounds:
        for edit, dice in edits:
            edit(world, dice)
        world.carry_out(world.plan(), lost)
    _quiet(world)
    waiting = {change.link for change in world.plan().waiting}
    for key in world.links.keys() - waiting:
        base = world.links[key][0]
        assert _demands(world, key) == (base, base)


@settings(max_examples=40)
@given(SOME_EDITS, SOME_EDITS)
def test_no_edit_is_lost(earlier: list[tuple[Edit, int]], edits: list[tuple[Edit, int]]) -> None:
    """A field that one side alone changed ends with that value on both sides, unless it waits for a person."""
    world = TwoSides()
    world.add_shift(shift())
    _quiet(world)
    for edit, dice in earlier:
        edit(world, dice)
    _quiet(world)
    bases = {key: base for key, (base, _, _) in world.links.items()}
    for edit, dice in edits:
        edit(world, dice)
    edited = {key: _demands(world, key) for key in bases}
    _quiet(world)
    waiting = {change.link for change in world.plan().waiting}
    # A seat beside two equal demands joins only one of them.
    fields = set(FIELDS) - {"workers"} - ({"headcount"} if len(world.links) > 1 else set())
    for key in (bases.keys() & world.links.keys()) - waiting:
        sides = edited[key]
        assert sides
        for name in fields:
            changed = {getattr(side, name) for side in sides} - {getattr(bases[key], name)}
            if len(changed) == 1:
                assert getattr(world.links[key][0], name) in changed
