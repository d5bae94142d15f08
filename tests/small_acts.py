"""All that people may do to a small world, in either system."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from tests.factories import START, at, shift
from tests.small_world import ANA, BEN, LATER
from tests.two_sides import EMPLOYEE, TwoSides

Act = Callable[[TwoSides], bool]
"""Somebody does something; False when it cannot be done in this world."""

# What people do in Wonolo. Demands are told apart by when they were linked: 0 the first, 1 the second.


def _request(world: TwoSides, which: int) -> dict[str, Any] | None:
    number = sorted(world.requests)[which]
    row = world.requests[number]
    return row if row["state"] != "cancelled" else None


def accepts(which: int, worker: int) -> Act:
    """A worker takes an open slot."""

    def act(world: TwoSides) -> bool:
        row = _request(world, which)
        if row is None or worker in (seated := world.seated(row["id"])) or len(seated) >= row["slots"]:
            return False
        world.accept(row["id"], worker)
        return True

    return act


def job_becomes(state: str, which: int, worker: int) -> Act:
    """The Job of a worker who holds a seat moves on."""

    def act(world: TwoSides) -> bool:
        row = _request(world, which)
        if row is None or worker not in world.seated(row["id"]):
            return False
        world.accept(row["id"], worker, state)
        return True

    return act


def edits_request(which: int, edit: Callable[[dict[str, Any]], dict[str, Any]]) -> Act:
    """A requestor edits a JobRequest; never to fewer slots than are held."""

    def act(world: TwoSides) -> bool:
        row = _request(world, which)
        fields = edit(row) if row else {}
        if row is None or not max(1, len(world.seated(row["id"]))) <= fields.get("slots", row["slots"]):
            return False
        row |= fields
        return True

    return act


def cancels(which: int) -> Act:
    """A requestor cancels a JobRequest, and with it its Jobs."""

    def act(world: TwoSides) -> bool:
        row = _request(world, which)
        if row is None:
            return False
        row["state"] = "cancelled"
        for job in world.jobs_of(row["id"]):
            job["state"] = "cancelled"
        return True

    return act


# What people do in When I Work.


def _shifts(world: TwoSides, which: int, *, held: bool) -> list[dict[str, Any]]:
    """The shifts of a demand by its notes, which stay with them wherever they move."""
    name = ("First", "Second")[which]
    rows = (row for _, row in sorted(world.shifts.items()) if row["notes"].startswith((name, "Edited " + name)))
    return [row for row in rows if (row["user_id"] in world.users if held else row["user_id"] == 0)]


def edits_shift(which: int, edit: Callable[[TwoSides, dict[str, Any]], None], *, held: bool = False) -> Act:
    """A manager edits the first open or held shift of a demand."""

    def act(world: TwoSides) -> bool:
        rows = _shifts(world, which, held=held)
        if rows:
            edit(world, rows[0])
        return bool(rows)

    return act


def edits_all(which: int, edit: Callable[[TwoSides, dict[str, Any]], None]) -> Act:
    """A manager edits every shift of a demand."""

    def act(world: TwoSides) -> bool:
        rows = _shifts(world, which, held=False) + _shifts(world, which, held=True)
        for row in rows:
            edit(world, row)
        return bool(rows)

    return act


def seats_somebody(which: int, user: int) -> Act:
    """A user gets one open seat: one instance off the stack (When I Work reference 5.8)."""

    def act(world: TwoSides) -> bool:
        rows = _shifts(world, which, held=False)
        if not rows:
            return False
        if rows[0]["instances"] == 1:
            rows[0]["user_id"] = user
        else:
            rows[0]["instances"] -= 1
            world.add_shift(rows[0] | {"user_id": user, "instances": 1})
        return True

    return act


def gives_back(which: int) -> Act:
    """An employee gives a seat back."""

    def act(world: TwoSides) -> bool:
        name = ("First", "Second")[which]
        rows = [row for row in world.shifts.values() if row["user_id"] == EMPLOYEE and name in row["notes"]]
        for row in rows[:1]:
            row["user_id"] = 0
        return bool(rows)

    return act


def resizes(by: int) -> Callable[[TwoSides, dict[str, Any]], None]:
    """The stack grows or shrinks; the last instance goes with the shift."""

    def edit(world: TwoSides, row: dict[str, Any]) -> None:
        row["instances"] += by
        if row["instances"] == 0:
            del world.shifts[row["id"]]

    return edit


def moves(by: timedelta) -> Callable[[TwoSides, dict[str, Any]], None]:
    """A shift moves in time."""
    return lambda world, row: world.move(row["id"], by)


def sets(**fields: Any) -> Callable[[TwoSides, dict[str, Any]], None]:
    """Fields of a shift are typed anew."""

    def edit(_: TwoSides, row: dict[str, Any]) -> None:
        row |= fields

    return edit


def deletes(world: TwoSides, row: dict[str, Any]) -> None:
    """A shift is deleted."""
    del world.shifts[row["id"]]


def makes_again(by: timedelta) -> Callable[[TwoSides, dict[str, Any]], None]:
    """A shift is deleted, and made again at another time."""

    def edit(world: TwoSides, row: dict[str, Any]) -> None:
        del world.shifts[row["id"]]
        world.move(world.add_shift(row), by)

    return edit


def adds_equal(which: int) -> Act:
    """A manager puts one more open shift beside a demand."""

    def act(world: TwoSides) -> bool:
        world.add_shift(shift(instances=1, notes=("First", "Second")[which], **(at(LATER) if which else {})))
        return True

    return act


HOUR = timedelta(hours=1)

WONOLO_ACTS: dict[str, Act] = {
    "Ben accepts": accepts(0, BEN),
    "Ana accepts the second": accepts(1, ANA),
    "Ben accepts the second": accepts(1, BEN),
    "Ana withdraws": job_becomes("withdrawn", 0, ANA),
    "Ana does not show up": job_becomes("no_show", 0, ANA),
    "Ana starts": job_becomes("in_progress", 0, ANA),
    "Ana is done": job_becomes("completed", 0, ANA),
    "Ana is approved": job_becomes("approved", 0, ANA),
    "one slot more": edits_request(0, lambda row: {"slots": row["slots"] + 1}),
    "one slot less": edits_request(0, lambda row: {"slots": row["slots"] - 1}),
    "the request is renamed": edits_request(0, lambda _: {"request_name": "First by name"}),
    "the request moves": edits_request(0, lambda _: {"start_time": "2026-03-14T09:30:00-05:00"}),
    "the request is cancelled": cancels(0),
    "the second is cancelled": cancels(1),
}

WHENIWORK_ACTS: dict[str, Act] = {
    "the stack grows": edits_shift(0, resizes(1)),
    "the stack shrinks": edits_shift(0, resizes(-1)),
    "one more shift": adds_equal(0),
    "an employee takes a seat": seats_somebody(0, EMPLOYEE),
    "an employee gives it back": gives_back(0),
    "a manager seats Ben": seats_somebody(0, 108),
    "a manager seats Ana twice": seats_somebody(0, 107),
    "a manager seats Ben in the second": seats_somebody(1, 108),
    "a manager unseats Ana": edits_shift(0, sets(user_id=0), held=True),
    "Ben replaces Ana": edits_shift(0, sets(user_id=108), held=True),
    "an employee replaces Ana": edits_shift(0, sets(user_id=EMPLOYEE), held=True),
    "the open seats move": edits_shift(0, moves(HOUR)),
    "the open seats move to the second": edits_shift(0, moves(LATER - START)),
    "the held seat moves": edits_shift(0, moves(HOUR), held=True),
    "everything moves": edits_all(0, moves(2 * HOUR)),
    "everything is noted": edits_all(0, sets(notes="Edited First")),
    "the position changes": edits_all(0, sets(position_id=22)),
    "the stack is deleted": edits_shift(0, deletes),
    "the held shift is deleted": edits_shift(0, deletes, held=True),
    "everything is deleted": edits_all(0, deletes),
    "the held shift is made again": edits_shift(0, makes_again(HOUR), held=True),
    "everything is made again": edits_all(0, makes_again(HOUR)),
    "the stack is unpublished": edits_shift(0, sets(published=False)),
}

ACTS = WONOLO_ACTS | WHENIWORK_ACTS
