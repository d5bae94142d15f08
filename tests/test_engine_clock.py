"""The clock of the machine is set back between two runs: nothing that people did meanwhile is overlooked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from sync.errors import ClockWrong
from tests.engine_world import Pair, copied, open_pair, reopened


@pytest.fixture
async def pair(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Pair]:
    """Two accounts and the engine between them."""
    async with open_pair(copied(sqlite_template, tmp_path)) as opened:
        yield opened


def set_back(pair: Pair, minutes: int) -> None:
    """Somebody sets the clock back."""
    pair.world.clock._advanced -= timedelta(minutes=minutes)


async def test_a_stack_that_is_split_after_the_clock_went_back_is_read_whole(pair: Pair) -> None:
    """Half of it would ask Wonolo for one worker too many."""
    stack = pair.offer(2, notes="")
    await pair.settled()
    set_back(pair, 5)
    pair.edit(stack, instances=1)
    pair.offer(1, notes="")
    async with reopened(pair) as again:
        number = again.last_request()
        assert await again.settled() == ["Picker at Harbor Warehouse, Wed 04 Mar 08:00-16:00: 2 open"]
        assert again.writes_since(number) == []


async def test_a_clock_far_behind_the_last_run_stops_the_next_one(pair: Pair) -> None:
    """Before anything is read."""
    pair.offer(1)
    await pair.settled()
    set_back(pair, 30)
    async with reopened(pair) as again:
        number = again.last_request()
        with pytest.raises(ClockWrong):
            await again.engine.reconcile()
        assert again.last_request() == number
