"""Both accounts were typed by hand and drifted apart: nothing is made again, and each doubt is asked once."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from mappings.matching import DIFFERENT, SAME
from sync.plan import Change
from tests.engine_world import Pair, configured, copied, open_pair, quiet_world

SCOPE = {"scope": {"tag": "#wonolo", "color": "0000ff"}}
IN_SCOPE = {"notes": "#wonolo", "color": "0000ff"}


class Slip(msgspec.Struct, frozen=True):
    """A difference in how one side was typed, and how it is put right; `asks` unless it is certain."""

    shift: dict[str, Any] = {}
    request: dict[str, Any] = {}
    right_shift: dict[str, Any] = {}
    right_request: dict[str, Any] = {}
    days: int = 0
    asks: int = 1

    def put_right(self, pair: Pair, shift: int, request: int) -> None:
        """Somebody sees it, or time passes."""
        if self.right_shift:
            pair.edit(shift, **self.right_shift)
        if self.right_request:
            pair.act("requestor_edits", job_request_id=request, fields=self.right_request)
        pair.world.advance(timedelta(days=self.days))


DRIVER = {"description_tasks": "Drive a forklift in the yard"}
SLIPS = {
    "draft": Slip({"published": False}, right_shift={"published": True}),
    "tag": Slip({"notes": "typed by hand"}, right_shift={"notes": "#wonolo"}),
    "colour": Slip({"color": "ff0000"}, right_shift={"color": "0000ff"}),
    "zip": Slip(request={"zip": "60671"}, right_request={"zip": "60617"}),
    "spelling": Slip(request={"address": "400 Harbour"}, right_request={"address": "400 Harbor Road"}),
    "draft in Wonolo": Slip(request={"state": "draft"}, right_request={"state": "posted"}),
    "lead": Slip({"position": "Forklift Driver"}, DRIVER, asks=0),
    "abbreviation": Slip(request={"address": "400 HARBOR RD."}, asks=0),
    "beyond": Slip({"day": 20}, {"day": 20}, days=7, asks=0),
    "an hour beyond": Slip({"day": 14, "start": "09:00"}, {"day": 14, "start": "09:00"}, days=7, asks=0),
    "none": Slip(asks=0),
}


@asynccontextmanager
async def drifted(template: Path, folder: Path) -> AsyncIterator[Pair]:
    """Two accounts of which only tagged blue shifts are offered, those of drivers a day before."""
    world = quiet_world()
    skills = [
        row | ({"lead_hours": 24} if row["name"] == "Forklift Driver" else {})
        for row in configured(world, "sqlite:////nowhere.db").model_dump()["skills"]
    ]
    async with open_pair(copied(template, folder), world, skills=skills, **SCOPE) as pair:
        yield pair


def typed(pair: Pair, slip: Slip, seats: int = 2, **when: Any) -> tuple[int, int]:
    """One demand typed into both systems; returns the shift and the request."""
    fields = {**IN_SCOPE, **when, **slip.shift}
    if position := fields.pop("position", ""):
        fields["position_id"] = pair.position(position)
    return pair.offer(seats, **fields), pair.post(seats, **{"request_name": "#wonolo", **when, **slip.request})


def seats(pair: Pair) -> tuple[int, int]:
    """The seats that each side has, whatever they look like."""
    requests = pair.world.wonolo.job_requests.records.values()
    slots = sum(row["slots"] for row in requests if row["state"] != "cancelled")
    shifts = [row for row in pair.world.wheniwork.shifts.values() if "Harbor" in _location(pair, row)]
    return slots, sum(max(1, row["instances"] or 1) for row in shifts)


def _location(pair: Pair, row: dict[str, Any]) -> str:
    return str(pair.world.wheniwork.locations[row["location_id"]]["name"])


def questions(changes: tuple[Change, ...]) -> list[str]:
    """Return the questions, as the keys of the matches they are about."""
    return [row.doubt.key for row in changes if row.doubt]


@pytest.mark.parametrize("name", SLIPS)
async def test_one_slip_in_what_both_sides_hold_doubles_nothing(
    sqlite_template: Path, tmp_path: Path, name: str
) -> None:
    """It is asked about once or not at all, and once it is put right both are linked."""
    slip = SLIPS[name]
    async with drifted(sqlite_template, tmp_path) as pair:
        shift, request = typed(pair, slip)
        number = pair.last_request()
        for _ in range(2):
            outcome = await pair.engine.reconcile()
            assert (len(questions(outcome.waiting)), outcome.failed) == (slip.asks, ())
        assert (pair.writes_since(number), seats(pair)) == ([], (2, 2))
        slip.put_right(pair, shift, request)
        number = pair.last_request()
        outcome = await pair.engine.reconcile()
        assert (outcome.waiting, pair.writes_since(number), seats(pair)) == ((), [], (2, 2))
        with pair.engine.store.begin("main") as tx:
            assert tx.links.existing([f"job_request:{request}"])


@pytest.mark.parametrize(("choice", "expected"), [(SAME, (2, 2)), (DIFFERENT, (2, 4))])
async def test_an_answer_by_its_key_is_remembered(
    sqlite_template: Path, tmp_path: Path, choice: str, expected: tuple[int, int]
) -> None:
    """Typed as any other choice, and never asked for again."""
    async with drifted(sqlite_template, tmp_path) as pair:
        typed(pair, SLIPS["tag"])
        (asked,) = (await pair.engine.reconcile()).waiting
        assert await pair.engine.deciding.answer(asked, choice, "a manager", "asked her") == "kept"
        for _ in range(2):
            assert (await pair.engine.reconcile()).waiting == ()
        assert seats(pair) == expected


async def test_two_hundred_demands_of_two_accounts_typed_by_hand(sqlite_template: Path, tmp_path: Path) -> None:
    """A third of them with a slip each: a question for each doubt, nothing doubled, and nothing written at all."""
    rng = random.Random(7)  # noqa: S311 - the world must repeat
    async with drifted(sqlite_template, tmp_path) as pair:
        asked = total = 0
        for count in range(200):
            slip = SLIPS[rng.choice(sorted(SLIPS)) if count % 3 == 0 else "none"]
            day, hour = 1 + count // 24, count % 24
            size = rng.randint(1, 5)
            typed(pair, slip, size, day=day, start=f"{hour:02}:00")
            asked, total = asked + slip.asks, total + size
        number = pair.last_request()
        outcome = await asyncio.wait_for(pair.engine.reconcile(), 60)
        assert (len(set(questions(outcome.waiting))), outcome.failed) == (asked, ())
        assert (pair.writes_since(number), seats(pair)) == ([], (total, total))
        assert len(outcome.done) == 200 - asked - sum(row["start_time"] >= horizon(pair) for row in requests(pair))


def requests(pair: Pair) -> list[dict[str, Any]]:
    """All JobRequests."""
    return list(pair.world.wonolo.job_requests.records.values())


def horizon(pair: Pair) -> Any:
    """The instant from which nothing is begun yet."""
    return pair.world.clock.now() + timedelta(days=14) - timedelta(minutes=30)


@pytest.mark.parametrize("slip", [Slip(), SLIPS["zip"], SLIPS["draft in Wonolo"]])
async def test_more_seats_of_a_linked_demand_typed_into_both_are_not_made_again(
    sqlite_template: Path, tmp_path: Path, slip: Slip
) -> None:
    """As a second request, and as shifts beside the linked ones; while a write to the linked demand is settled, too."""
    async with drifted(sqlite_template, tmp_path) as pair:
        typed(pair, Slip())
        await pair.engine.reconcile()
        shift, request = typed(pair, slip)
        pair.accept("Ada", pair.requests()[0])
        for _ in range(2):
            await pair.engine.reconcile()
            assert seats(pair) == (4, 4)
        slip.put_right(pair, shift, request)
        outcome = await pair.engine.reconcile()
        assert (outcome.waiting, seats(pair)) == ((), (4, 4))
        await pair.quiet()
