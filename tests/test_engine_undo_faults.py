"""Stories of undos that are cut short or get no answer: nothing is sent blind, and nothing undoes them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sandbox.faults import Rule
from sync.errors import NothingToUndo, UnsafePlan
from sync.undo import Wanted
from tests.engine_world import CutShortError, Pair, at, copied, open_pair, reopened
from tests.test_engine_undo import DANA, PICKER, did, held, last_run, left, undone


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
    pair.world.advance(timedelta(minutes=6))
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
    with pair.engine.store.begin(pair.config.name) as tx:
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


async def test_what_somebody_changes_during_an_undo_stays_and_is_told(pair: Pair) -> None:
    """It follows in the next reconcile, as any edit; nothing of it is held."""
    stack = pair.offer(1)
    await pair.settled()
    pair.edit(stack, end_time=at(2, "17:00"))
    await pair.settled()
    [request] = pair.requests()
    _meanwhile(pair, f"/api_v2/job_requests/{request}", "requestor_edits", job_request_id=request, fields={"slots": 3})
    outcome = await undone(pair)
    assert (did(outcome), left(outcome)) == (
        [],
        ["it was changed since: seats 1 -> 3 in Wonolo, seen on Mon 02 Mar 08:00"],
    )
    assert await pair.settled() == ["Picker at Harbor Warehouse, Wed 04 Mar 08:00-17:00: 3 open"]


async def test_the_rest_of_a_demand_that_somebody_changes_waits_for_another_undo(pair: Pair) -> None:
    """It says so; that undo takes back what is left."""
    pair.offer(2)
    await pair.settled()
    pair.accept("Ada")
    await pair.settled()
    pair.act("requestor_edits", job_request_id=pair.requests()[0], fields={"start_time": at(2, "09:00").isoformat()})
    await pair.settled()
    run = last_run(pair)
    [seat] = pair.shifts(held=True)
    _meanwhile(pair, f"/2/shifts/{seat}", "manager_edits_shift", shift_id=seat, fields={"notes": "Gate 2"})
    outcome = await undone(pair, run)
    assert (did(outcome), [row.reason for row in outcome.waiting]) == (
        [],
        [f"not done, as something changed on the way; undo run {run} again"],
    )
    assert did(await undone(pair, run)) == [("update", "shift")]


def _meanwhile(pair: Pair, path: str, act: str, **options: Any) -> None:
    """Somebody does something once, when the engine reads this the next time."""

    def look(_request: object) -> None:
        del pair.wire.before_read[path]
        pair.act(act, **options)

    pair.wire.before_read[path] = look


async def test_an_undo_of_an_undo_that_does_nothing_leaves_what_is_held(pair: Pair) -> None:
    """Be it refused, told wrongly what to approve, or switched off; once it is done, nothing is held."""
    for day in range(2, 7):
        pair.offer(1, day=day)
    both = await pair.settled()
    await undone(pair, delete_job_request=5)
    kept = await held(pair)
    run = last_run(pair)
    with pytest.raises(NothingToUndo):
        await pair.engine.undo(Wanted(run, DANA, ("nothing",)))
    async with reopened(pair, wonolo={"write": False}) as off:
        assert did(await undone(off, run)) == []
    async with reopened(pair, guards={"spend_per_run": 1}) as strict:
        with pytest.raises(UnsafePlan):
            await undone(strict, run)
    assert await held(pair) == kept == ["hold: undone by Dana on Mon 02 Mar 08:00 (undo of run 1)"] * 5
    await undone(pair, run)
    assert await pair.settled() == both


async def test_an_undo_of_an_undo_that_does_a_part_holds_the_rest(pair: Pair) -> None:
    """What it could not do is not done by the next reconcile either."""
    pair.offer(1)
    pair.offer(1, day=3)
    await pair.settled()
    await undone(pair)
    pair.world.faults.add(Rule(fault="error", method="POST", path="*job_requests*", times=1, status=422))
    outcome = await undone(pair)
    assert (did(outcome), [row.outcome for row in outcome.failed]) == ([("create", "job_request")], ["failed"])
    after = await pair.engine.reconcile()
    assert did(after) == [("link", "job_request")]
    assert [row.reason.partition(" by")[0] for row in after.waiting] == ["undone"]
