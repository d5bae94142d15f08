"""Requests that somebody typed otherwise: at one address they are the same, and nothing is posted a second time."""
# ruff: noqa: RUF001 - signs that look like others are what is tested

from __future__ import annotations

import unicodedata
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from mappings.unmapped import InUse
from tests.engine_world import Pair, copied, open_pair, quiet_world, reopened


@pytest.fixture
async def pair(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Pair]:
    """Two accounts that were used for years before the engine."""
    async with open_pair(copied(sqlite_template, tmp_path)) as opened:
        yield opened


SLIPS: list[dict[str, Any]] = [
    {"address": "400 Harbor Rd."},
    {"address": "400 HARBOR ROAD", "venue": "HARBOR WAREHOUSE"},
    {"address": unicodedata.normalize("NFD", "400 Hárbor Road"), "city": "CHICAGO"},
    {"address": "400\u200b Harbor\u00a0Road", "zip": "60617-0001"},
    {"zip": "60617\u200b"},
    {"zip": "６０６１７", "venue": "The harbour"},
    {"category": "FULFILLMENT /  Warehousing"},
]


async def test_a_request_with_a_slip_is_linked_and_not_posted_again(pair: Pair) -> None:
    """Both sides typed the same demand by hand, a slip for each day; the first run writes nothing."""
    for day, slip in enumerate(SLIPS, 2):
        pair.offer(2, day=day, notes="")
        pair.post(2, day=day, **slip)
    number = pair.last_request()
    outcome = await pair.engine.reconcile()
    assert [f"{change.action} {change.kind}" for change in outcome.done] == ["link job_request"] * len(SLIPS)
    assert (outcome.waiting, outcome.skipped, pair.writes_since(number)) == ((), (), [])
    await pair.quiet()


async def test_our_own_requests_are_known_after_a_lost_database(
    sqlite_template: Path, tmp_path: Path, pair: Pair
) -> None:
    """Though somebody typed their addresses anew since."""
    for day in range(2, 2 + len(SLIPS)):
        pair.offer(2, day=day)
    await pair.settled()
    for request, slip in zip(pair.requests(), SLIPS, strict=True):
        pair.world.wonolo.job_requests.records[request].update(slip)
    (tmp_path / "new").mkdir()
    async with open_pair(copied(sqlite_template, tmp_path / "new"), pair.world) as fresh:
        number = fresh.last_request()
        outcome = await fresh.engine.reconcile()
        assert [f"{change.action} {change.kind}" for change in outcome.done] == ["link job_request"] * len(SLIPS)
        assert (outcome.waiting, fresh.writes_since(number)) == ((), [])


async def test_an_address_that_no_rule_explains_is_listed_and_also_maps_it(pair: Pair) -> None:
    """The diff says which place is the nearest, and the line that it proposes is enough."""
    pair.offer(1)
    pair.post(1, address="Old Harbor Yard, Gate 2", venue="Gate 2")
    plan = await pair.engine.diff()
    line = 'also = ["Old Harbor Yard, Gate 2, 60617"]'
    value = "Gate 2, Old Harbor Yard, Gate 2, Chicago, 60617"
    assert plan.unmapped == (InUse("address", value, 1, (line,), "Harbor Warehouse", plan.unmapped[0].score),)
    places = [row.model_dump() for row in pair.config.places]
    for row in places:
        row["also"] = ["Old Harbor Yard, Gate 2, 60617"] if row["name"] == "Harbor Warehouse" else []
    async with reopened(pair, places=places) as now:
        outcome = await now.engine.reconcile()
        assert [f"{change.action} {change.kind}" for change in outcome.done] == ["link job_request"]
        assert (await now.engine.diff()).unmapped == ()


async def test_a_skill_whose_siblings_were_deleted_takes_no_requests_of_theirs(
    sqlite_template: Path, tmp_path: Path
) -> None:
    """Once it has words: what does not mention them is listed, and nothing is made of it."""
    url = copied(sqlite_template, tmp_path)
    async with open_pair(url, quiet_world()) as pair:
        skills = [row.model_dump() | {"words": ["Picker"]} for row in pair.config.skills if row.name == "Picker"]
        for day, name in ((2, "Picker, early"), (3, "Unload trucks"), (4, "Unload trucks")):
            pair.post(1, day=day, request_name=name, description_tasks="Work hard")
        async with reopened(pair, skills=skills) as now:
            outcome = await now.engine.reconcile()
            assert [change.kind for change in outcome.done] == ["shift"]
            plan = await now.engine.diff()
            lines = ('category = "Fulfillment / Warehousing"', 'words = ["Unload trucks"]')
            assert plan.unmapped == (InUse("category", "Fulfillment / Warehousing (Unload trucks)", 2, lines),)


async def test_somebody_whose_code_a_manager_typed_is_known(pair: Pair) -> None:
    """In capitals, with blanks or wide digits; a superscript is no digit, and a run goes on without a traceback."""
    ada, bruno = pair.worker("Ada"), pair.worker("Bruno")
    wide = "".join(chr(ord(digit) + 0xFEE0) for digit in str(bruno))
    known = {
        name: pair.world.wheniwork.add("users", {"first_name": name, "last_name": "X", "employee_code": code})["id"]
        for name, code in (("A", f"Wonolo:{ada}"), ("B", f" wonolo: {wide}"), ("C", f"wonolo:{ada}²"))
    }
    pair.accept("Ada", pair.post(1))
    pair.accept("Bruno", pair.post(1, day=3))
    users = len(pair.world.wheniwork.users)
    await pair.engine.reconcile()
    shifts = pair.world.wheniwork.shifts.values()
    assert {row["user_id"] for row in shifts if row["user_id"]} >= {known["A"], known["B"]}
    assert len(pair.world.wheniwork.users) == users
