"""Two accounts that both already hold people and demands: what is the same is linked, what may be waits."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from mappings.matching import DIFFERENT, SAME
from sync.plan import Change
from tests.engine_world import Pair, copied, open_pair, reopened

PICKER = "Picker at Harbor Warehouse, Wed 04 Mar"


@pytest.fixture
async def pair(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Pair]:
    """Two accounts that were used for years before the engine."""
    async with open_pair(copied(sqlite_template, tmp_path)) as opened:
        yield opened


def employ(pair: Pair, name: str, **changes: Any) -> int:
    """A manager typed a Wonolo worker into When I Work long ago; returns the user's id."""
    worker = pair.world.wonolo.users.records[pair.worker(name)]
    known = {field: worker[field] for field in ("first_name", "last_name", "email")}
    return int(pair.world.wheniwork.add("users", {**known, "phone_number": worker["phone"], **changes})["id"])


def seat(pair: Pair, user: int, **when: Any) -> int:
    """A manager puts a user on a shift at Harbor Warehouse; returns its id."""
    return pair.offer(1, user_id=user, notes="", **when)


def done(changes: tuple[Change, ...]) -> list[str]:
    """What was done, as `link job_request`."""
    return [f"{change.action} {change.kind}" for change in changes]


async def decided(pair: Pair, choice: str) -> None:
    """A manager decides the only match in doubt."""
    [doubt], _ = await pair.engine.deciding.doubts()
    await pair.engine.deciding.settle([(doubt, choice)], "a manager", "asked her")


async def test_what_both_sides_hold_already_is_linked_without_a_write(pair: Pair) -> None:
    """An open demand, one half taken, one full: the same people on both sides, known by name and address."""
    pair.offer(2, start="06:00", notes="")
    pair.post(2, start="06:00")
    pair.offer(1, notes="")
    ada, bruno = employ(pair, "Ada", phone_number=""), employ(pair, "Bruno", phone_number="+13125559999")
    seat(pair, ada)
    pair.accept("Ada", pair.post(2))
    seat(pair, bruno, start="10:00")
    pair.accept("Bruno", pair.post(1, start="10:00"))
    number = pair.last_request()
    outcome = await pair.engine.reconcile()
    assert sorted(done(outcome.done)) == ["link job_request"] * 3 + ["link user"] * 2
    assert ((outcome.waiting, outcome.failed), pair.writes_since(number)) == (((), ()), [])
    expected = [
        f"{PICKER} 06:00-14:00: 2 open",
        f"{PICKER} 08:00-16:00: 1 open, Ada",
        f"{PICKER} 10:00-18:00: 0 open, Bruno",
    ]
    assert await pair.settled() == expected


async def test_somebody_in_doubt_gets_nothing_until_a_person_decides(pair: Pair) -> None:
    """She is on the schedule under nearly her name; after the answer she is linked, and no shift was doubled."""
    shift = seat(pair, employ(pair, "Ada", first_name="Adda", phone_number=""))
    pair.accept("Ada", pair.post(1))
    number = pair.last_request()
    for _ in range(2):
        outcome = await pair.engine.reconcile()
        assert (outcome.done, [change.verdict for change in outcome.waiting]) == ((), ["blocked", "blocked"])
    assert pair.writes_since(number) == []
    await decided(pair, SAME)
    assert await pair.settled() == [f"{PICKER} 08:00-16:00: 0 open, Ada"]
    assert pair.shifts(held=True) == [shift]
    assert [(row.decision.choice, row.ended) for row in await pair.engine.deciding.decided(9)] == [(SAME, "")]


async def test_somebody_who_is_another_becomes_a_user(pair: Pair) -> None:
    """With a shift beside that of her namesake, which stays as it is."""
    namesake = employ(pair, "Ada", first_name="Adda", email="")
    seat(pair, namesake)
    pair.accept("Ada", pair.post(1))
    await pair.engine.reconcile()
    await decided(pair, DIFFERENT)
    before = pair.own_shifts()
    assert await pair.settled() == [f"{PICKER} 08:00-16:00: 0 open, Ada"]
    assert (pair.own_shifts(), len(pair.shifts(held=True))) == (before, 1)
    assert await pair.engine.deciding.doubts() == ((), {})


async def test_a_decision_is_void_when_she_is_known_otherwise(pair: Pair) -> None:
    """Somebody corrected her name meanwhile: the match is in doubt no longer, or anew."""
    user = employ(pair, "Ada", first_name="Adda", email="")
    seat(pair, user)
    pair.accept("Ada", pair.post(1))
    await pair.engine.reconcile()
    await decided(pair, DIFFERENT)
    pair.world.wheniwork.users[user]["first_name"] = "Addah"
    outcome = await pair.engine.reconcile()
    assert (outcome.done, len(outcome.waiting)) == ((), 2)
    [kept] = await pair.engine.deciding.decided(9)
    assert kept.ended == "void"


async def test_demands_whose_times_nearly_agree_wait(pair: Pair) -> None:
    """Typed a quarter of an hour apart: after the answer there is one demand, at When I Work's time."""
    pair.offer(2)
    pair.post(2, start="08:15")
    number = pair.last_request()
    outcome = await pair.engine.reconcile()
    assert ([change.reason for change in outcome.waiting], outcome.done) == (
        ["they may be the same: decide with `shiftbridge match`"],
        (),
    )
    assert pair.writes_since(number) == []
    await decided(pair, SAME)
    assert await pair.settled() == [f"{PICKER} 08:00-16:00: 2 open"]
    assert len(pair.requests()) == 1


async def test_demands_that_are_two_are_made_on_both_sides(pair: Pair) -> None:
    """As if the other were not there."""
    pair.offer(2)
    pair.post(2, start="08:15")
    await pair.engine.reconcile()
    await decided(pair, DIFFERENT)
    assert await pair.settled() == [f"{PICKER} 08:00-16:00: 2 open", f"{PICKER} 08:15-16:15: 2 open"]


async def test_a_first_run_says_what_it_leaves_alone(pair: Pair) -> None:
    """In numbers: shifts of the company's own people, drafts, and what is not offered; later runs do not repeat it."""
    pair.offer(1)
    for start in ("06:00", "07:00"):
        pair.offer(3, start=start, published=False)
    async with reopened(pair, scope={"tag": "#wonolo"}) as tagged:
        assert await left_alone(tagged) == [
            ("3 shifts in When I Work", "left alone, as the company's own people hold them"),
            ("2 shifts in When I Work", "left alone, as they are drafts"),
            ("1 shift in When I Work", "left alone, as they are outside [scope], or not to be offered yet"),
        ]
    await pair.engine.reconcile()
    assert await left_alone(pair) == []


async def left_alone(pair: Pair) -> list[tuple[str, str]]:
    """What a diff says that it leaves alone."""
    return [(row.subject, row.reason) for row in (await pair.engine.diff()).changes if row.verdict == "skip"]
