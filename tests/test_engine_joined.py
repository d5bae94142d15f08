"""Stories of shifts that joined a linked demand: they are followed as its seats, whatever is alone elsewhere."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.engine_world import Pair, at, copied, open_pair

PICKER = "Picker at Harbor Warehouse, Wed 04 Mar 08:00-16:00"
ELSEWHERE: dict[str, Any] = {"venue": "Nowhere", "address": "9 Elsewhere St", "zip": "60601"}
STRAY = pytest.mark.parametrize("stray", [{"start": "08:20"}, {"state": "draft"}], ids=["posted", "draft"])
"""Requests at about the time of a demand, at an address that nobody mapped."""


@pytest.fixture
async def pair(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Pair]:
    """A pair of accounts in which nothing is offered yet."""
    async with open_pair(copied(sqlite_template, tmp_path)) as opened:
        yield opened


@STRAY
async def test_the_first_shift_of_a_demand_is_deleted_while_a_request_elsewhere_is_alone(
    pair: Pair, stray: dict[str, Any]
) -> None:
    """Two more seats have joined it, with a longer break: the pay follows once, and nothing is written again."""
    pair.post(1, **(ELSEWHERE | stray))
    first = pair.offer(1)
    await pair.engine.reconcile()
    pair.offer(2)
    await pair.engine.reconcile()
    pair.act("manager_deletes_shift", shift_id=first)
    await pair.engine.reconcile()
    before = pair.last_request()
    await pair.engine.reconcile()
    request = pair.world.wonolo.job_requests.records[pair.requests()[-1]]
    assert (pair.writes_since(before), request["slots"], request["wage"]) == ([], 2, 150)


async def two_joined(pair: Pair, stray: dict[str, Any]) -> int:
    """A demand of two shifts, of which one joined the other, both held; returns the second, which Bruno holds."""
    pair.post(1, **(ELSEWHERE | stray))
    pair.offer(1)
    await pair.engine.reconcile()
    second = pair.offer(1)
    await pair.engine.reconcile()
    for name in ("Ada", "Bruno"):
        pair.accept(name, pair.requests()[-1])
        await pair.engine.reconcile()
    return second


@STRAY
async def test_a_shift_that_joined_and_was_filled_is_deleted(pair: Pair, stray: dict[str, Any]) -> None:
    """Whoever held it is released, and nobody else is asked about, whatever is alone elsewhere."""
    second = await two_joined(pair, stray)
    pair.act("manager_deletes_shift", shift_id=second)
    outcome = await pair.engine.reconcile()
    assert (outcome.waiting, pair.wheniwork_side()) == ((), [f"{PICKER}: 0 open, Ada"])
    request = pair.world.wonolo.job_requests.records[pair.requests()[-1]]
    assert (request["slots"], request["state"]) == (1, "filled")


@STRAY
async def test_a_shift_that_joined_and_was_filled_moves_alone(pair: Pair, stray: dict[str, Any]) -> None:
    """It is the seat that moved, and of nobody else a choice speaks, whatever is alone elsewhere."""
    second = await two_joined(pair, stray)
    pair.edit(second, start_time=at(2, "09:00"), end_time=at(2, "17:00"))
    (row,) = (await pair.engine.reconcile()).waiting
    assert (row.record, row.reason, row.choices[2]) == (
        str(second),
        "Wonolo cannot move one worker of a JobRequest",
        "release Bruno H. and ask for the new time anew",
    )
