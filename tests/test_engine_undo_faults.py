"""Stories of undos that are cut short or get no answer: nothing is sent blind, and nothing undoes them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from sandbox.faults import Rule
from sync.undo import Wanted
from tests.engine_world import CutShortError, Pair, copied, open_pair, reopened
from tests.test_engine_undo import PICKER, did, held, last_run, undone


@pytest.fixture
async def pair(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Pair]:
    """A pair of accounts in which nothing is offered yet."""
    async with open_pair(copied(sqlite_template, tmp_path)) as opened:
        yield opened


async def test_an_undo_without_an_answer_is_not_sent_again_blind(pair: Pair) -> None:
    """It never arrived; the next undo looks first, and then does it."""
    pair.offer(1)
    await pair.settled()
    pair.world.faults.add(Rule(fault="lost_request", method="PATCH", path="*job_requests*", times=1))
    outcome = await undone(pair)
    assert [(row.outcome, row.change.action) for row in outcome.failed] == [("unknown", "delete")]
    [waiting] = (await pair.engine.undo_plan(Wanted(last_run(pair)))).waiting
    assert (waiting.verdict, waiting.reason.partition(" is")[0]) == ("blocked", "the outcome of an earlier write")
    assert did(await undone(pair)) == [("delete", "job_request")]
    assert len(await held(pair)) == 1


@pytest.mark.parametrize("moment", ["before_write", "after_write"])
async def test_an_undo_that_dies_is_not_undone_by_the_next_run(pair: Pair, moment: str) -> None:
    """Whether the request was cancelled or not, nothing is posted anew and no shift is deleted."""
    pair.offer(1)
    await pair.settled()
    setattr(pair.wire, moment, _die)
    with pytest.raises(CutShortError):
        await undone(pair)
    setattr(pair.wire, moment, None)
    pair.world.clock.advance(timedelta(minutes=3))
    async with reopened(pair) as again:
        _give_lease_back(again)
        await again.engine.reconcile()
        await again.quiet()
    assert pair.wheniwork_side() == [f"{PICKER}: 1 open"]
    assert len(pair.requests()) == 1


def _die(_request: object) -> None:
    raise CutShortError


def _give_lease_back(pair: Pair) -> None:
    """As two minutes later."""
    with pair.engine._store.begin(pair.config.name) as tx:
        tx.runs.finish(tx.runs.last(1)[0].id, pair.world.clock.now(), "stopped", {})


async def test_a_creation_of_an_undo_whose_reply_was_lost_is_found_again(pair: Pair) -> None:
    """By its marker, and it is not linked with what it came from."""
    stack = pair.offer(1)
    await pair.settled()
    pair.act("manager_deletes_shift", shift_id=stack)
    await pair.settled()
    pair.wire.after_write = _die
    with pytest.raises(CutShortError):
        await undone(pair)
    pair.wire.after_write = None
    async with reopened(pair) as again:
        _give_lease_back(again)
        await again.engine.reconcile()
        await again.quiet()
    assert (pair.wonolo_side(), len(pair.requests())) == ([f"{PICKER}: 1 open"], 2)
