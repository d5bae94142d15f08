"""The window of shifts is read in parts: no part is large, and together they prove what one listing would."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from tests.engine_world import START, Pair, copied, open_pair, quiet_world

Span = tuple[datetime, datetime]
WINDOW = (START - timedelta(days=1), START + timedelta(days=14))
HOUR = timedelta(hours=1)


@pytest.fixture
async def pair(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Pair]:
    """A pair of accounts in which nothing is offered yet; what is asked of the database is tested elsewhere."""
    async with open_pair(copied(sqlite_template, tmp_path)) as opened:
        yield opened


@pytest.fixture
async def large(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Pair]:
    """A pair with 6,500 shifts in fourteen days."""
    async with open_pair(copied(sqlite_template, tmp_path), quiet_world(demands=3000)) as opened:
        yield opened


async def parts(pair: Pair) -> list[Span]:
    """The windows that one more pull asks for."""
    number = pair.last_request()
    await pair.engine.pull()
    asked = [row.query for row in pair.world.requests.since(number) if row.path == "/2/shifts"]
    return [(_instant(query["start"]), _instant(query["end"])) for query in asked]


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def begin_in(pair: Pair, part: Span) -> int:
    """How many shifts begin in a window."""
    return sum(part[0] <= row["start_time"] < part[1] for row in pair.world.wheniwork.shifts.values())


def mirrored(pair: Pair) -> set[int]:
    """Ids of the shifts that the mirror has."""
    with pair.engine.store.begin("main") as tx:
        return {int(row["id"]) for row in tx.observations.all("shift")}


async def test_a_few_shifts_are_one_call_once_they_are_known(pair: Pair) -> None:
    """The first reading feels its way: each part is twice as long as the one before."""
    first = await parts(pair)
    assert [end - start for start, end in first[:-1]] == [6 * HOUR, 12 * HOUR, 24 * HOUR, 48 * HOUR, 96 * HOUR]
    assert [(first[0][0], first[-1][1])] == [WINDOW]
    assert all(one[1] == other[0] for one, other in pairwise(first))
    assert await parts(pair) == [WINDOW]


async def test_many_shifts_are_read_in_parts_of_three_thousand(large: Pair) -> None:
    """As the mirror knows where they begin; the first reading learns it on the way."""
    first, second = await parts(large), await parts(large)
    assert max(begin_in(large, part) for part in first) < 5000
    assert len(second) == 3
    assert [2900 < begin_in(large, part) <= 3000 for part in second] == [True, True, False]
    assert (second[0][0], second[-1][1]) == WINDOW
    assert all(one[1] == other[0] for one, other in pairwise(second))


async def test_a_shift_over_the_end_of_a_part_counts_once(large: Pair) -> None:
    """Both parts list it."""
    shifts = large.world.wheniwork.shifts
    first, second = await large.engine.pull(), await large.engine.pull()
    assert first.counts["shift"] == second.counts["shift"] == len(shifts)
    assert mirrored(large) == set(shifts)


async def test_a_shift_that_moved_into_another_part_is_not_missed(large: Pair) -> None:
    """Neither onwards nor backwards; one that was deleted is."""
    await large.engine.pull()
    ahead = sorted(large.world.wheniwork.shifts.values(), key=lambda row: row["start_time"])
    ahead = [row for row in ahead if row["is_open"] and row["start_time"] > START]
    early, late, lost = ahead[0], ahead[-1], ahead[len(ahead) // 2]
    (early_start, early_end), (late_start, late_end) = ((row["start_time"], row["end_time"]) for row in (early, late))
    large.edit(early["id"], start_time=late_start, end_time=late_end)
    large.edit(late["id"], start_time=early_start, end_time=early_end)
    large.act("manager_deletes_shift", shift_id=lost["id"])
    before = mirrored(large)
    await large.engine.pull()
    assert before - mirrored(large) == {lost["id"]}


async def test_one_part_cut_short_is_enough_to_conclude_no_deletion(large: Pair) -> None:
    """Whichever shifts the others lack."""
    await large.engine.pull()
    second = (await parts(large))[1]
    lost = next(row["id"] for row in large.world.wheniwork.shifts.values() if row["start_time"] > second[1])
    large.act("manager_deletes_shift", shift_id=lost)
    large.world.wheniwork.switches.window_clamp_days = 5
    pulled = await large.engine.pull()
    assert (pulled.complete, len(pulled.problems), lost in mirrored(large)) == (False, 1, True)
