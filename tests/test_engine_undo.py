"""Stories of runs that are taken back: what comes back, what stays and why, and that nothing does it again unasked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest

from mappings.decision import YES
from sandbox.faults import Rule
from sync.errors import NothingToUndo, UnsafePlan
from sync.passes import Outcome
from sync.undo import Wanted
from tests.engine_world import Pair, at, open_pair, reopened

PICKER = "Picker at Harbor Warehouse, Wed 04 Mar 08:00-16:00"
DANA = "Dana"


@pytest.fixture
async def pair(sqlite_url: str) -> AsyncIterator[Pair]:
    """A pair of accounts in which nothing is offered yet."""
    async with open_pair(sqlite_url) as opened:
        yield opened


def last_run(pair: Pair) -> int:
    """The number of the newest run that wrote something."""
    with pair.engine.store.begin(pair.config.name) as tx:
        return next(run.id for run in tx.runs.last(50) if run.counts.get("done"))


async def undone(pair: Pair, run: int | None = None, **allow: int) -> Outcome:
    """Take a run back, the newest unless told."""
    permitted = {name.replace("_", ":", 1): count for name, count in allow.items()}
    return await pair.engine.undo(Wanted(run or last_run(pair), DANA), permitted)


async def held(pair: Pair) -> list[str]:
    """What the next reconcile holds; it writes nothing."""
    outcome = await pair.quiet()
    return [f"{row.verdict}: {row.reason}" for row in outcome.waiting]


def did(outcome: Outcome) -> list[tuple[str, str]]:
    """What was done to which kind of record."""
    return [(row.action, row.kind) for row in outcome.done]


def left(outcome: Outcome) -> list[str]:
    """Why something was not taken back."""
    return [row.reason for row in outcome.skipped]


async def test_five_posted_requests_are_cancelled_and_stay_so(pair: Pair) -> None:
    """The guard has its say; then the shifts are untouched, and posting them again waits for a yes."""
    for day in range(2, 7):
        pair.offer(1, day=day)
    await pair.settled()
    shifts = pair.wheniwork_side()
    with pytest.raises(UnsafePlan, match="--allow delete:job_requests=5"):
        await undone(pair)
    assert (await pair.quiet()).waiting == ()
    outcome = await undone(pair, delete_job_request=5)
    assert did(outcome) == [("delete", "job_request")] * 5
    assert (pair.wonolo_side(), pair.wheniwork_side()) == ([], shifts)
    assert await held(pair) == ["hold: undone by Dana on Mon 02 Mar 08:00 (undo of run 1)"] * 5


async def test_a_hold_of_what_was_undone_is_lifted_by_a_yes(pair: Pair) -> None:
    """The same shift is posted again."""
    pair.offer(1)
    both = await pair.settled()
    await undone(pair)
    [again] = [row for row in (await pair.engine.deciding.open_questions()).changes if row.action == "create"]
    await pair.engine.deciding.answer(again, YES, DANA, "")
    assert await pair.settled() == both


async def test_an_edit_makes_what_was_undone_a_new_thing(pair: Pair) -> None:
    """Nobody took that back."""
    stack = pair.offer(1)
    await pair.settled()
    await undone(pair)
    pair.edit(stack, start_time=at(2, "09:00"), end_time=at(2, "17:00"))
    assert await pair.settled() == ["Picker at Harbor Warehouse, Wed 04 Mar 09:00-17:00: 1 open"]


async def test_a_moved_end_moves_back_on_the_side_that_was_written(pair: Pair) -> None:
    """The manager's edit stays where it was made, and is not carried over again."""
    stack = pair.offer(1)
    await pair.settled()
    pair.edit(stack, end_time=at(2, "17:00"))
    await pair.settled()
    outcome = await undone(pair)
    assert did(outcome) == [("update", "job_request")]
    assert [(row.name, row.before, row.after) for row in outcome.done[0].fields] == [
        ("end", "Wed 04 Mar 17:00", "Wed 04 Mar 16:00")
    ]
    assert [(row["duration"], row["wage"]) for row in pair.world.wonolo.job_requests.records.values()] == [(480, 160)]
    assert len(await held(pair)) == 1
    assert pair.wheniwork_side() == ["Picker at Harbor Warehouse, Wed 04 Mar 08:00-17:00: 1 open"]


async def test_a_posted_request_that_somebody_joined_stays(pair: Pair) -> None:
    """The worker was told."""
    pair.offer(2)
    await pair.settled()
    pair.accept("Ada")
    outcome = await undone(pair)
    assert did(outcome) == []
    assert left(outcome) == ["Ada A. took a seat since and was told; release them first, or cancel it by hand"]
    assert await pair.settled() == [f"{PICKER}: 1 open, Ada"]


async def test_what_somebody_changed_since_is_left_alone(pair: Pair) -> None:
    """And it says who changed what."""
    pair.offer(1)
    pair.offer(1, day=3)
    await pair.settled()
    pair.act("requestor_edits", job_request_id=pair.requests()[0], fields={"request_name": "Ask for Kim"})
    outcome = await undone(pair)
    assert did(outcome) == [("delete", "job_request")]
    assert left(outcome) == [
        "it was changed since: title Picker at Harbor Warehouse -> Ask for Kim in Wonolo, seen on Mon 02 Mar 08:00"
    ]


async def test_what_a_later_run_changed_names_that_run(pair: Pair) -> None:
    """Undone in the right order, both go."""
    stack = pair.offer(1)
    await pair.settled()
    first = last_run(pair)
    pair.edit(stack, end_time=at(2, "17:00"))
    await pair.settled()
    second = last_run(pair)
    assert left(await undone(pair, first)) == [
        f"it was changed since: by shiftbridge in run {second}; undo run {second} first"
    ]
    assert did(await undone(pair, second)) == [("update", "job_request")]
    assert did(await undone(pair, first)) == [("delete", "job_request")]
    assert pair.wonolo_side() == []


async def test_a_stack_of_which_a_later_run_took_a_seat_names_that_run(pair: Pair) -> None:
    """The shift itself was not what that run wrote."""
    pair.post(2)
    await pair.settled()
    first = last_run(pair)
    pair.accept("Ada")
    await pair.settled()
    [reason] = left(await undone(pair, first))
    assert reason == f"it was changed since: along with what run {last_run(pair)} wrote to the same demand"


async def test_what_the_key_may_not_do_is_blocked_in_an_undo_too(pair: Pair) -> None:
    """With what to do in the portal; nothing is held then."""
    stack = pair.offer(1)
    await pair.settled()
    pair.edit(stack, end_time=at(2, "17:00"))
    pair.world.faults.add(Rule(fault="forbidden", method="PATCH", path="*job_requests*", times=1))
    await pair.engine.reconcile()
    [waiting] = (await undone(pair)).waiting
    assert (waiting.verdict, waiting.action) == ("blocked", "delete")
    assert "cancel it in the Wonolo portal" in waiting.reason


async def test_a_cancelled_request_is_posted_anew(pair: Pair) -> None:
    """With the pay it had; the shift it came from is gone, and is not created from it."""
    stack = pair.offer(1)
    await pair.settled()
    pair.act("requestor_edits", job_request_id=pair.requests()[0], fields={"wage": 200})
    await pair.settled()
    pair.act("manager_deletes_shift", shift_id=stack)
    await pair.settled()
    assert did(await undone(pair)) == [("create", "job_request")]
    assert (pair.wonolo_side(), pair.wheniwork_side()) == ([f"{PICKER}: 1 open"], [])
    assert [row["wage"] for row in pair.world.wonolo.job_requests.records.values()] == [200, 200]
    assert len(await held(pair)) == 1


async def test_deleted_shifts_are_created_anew(pair: Pair) -> None:
    """They are not posted again."""
    pair.offer(2)
    await pair.settled()
    pair.act("requestor_cancels", job_request_id=pair.requests()[0])
    await pair.settled()
    assert did(await undone(pair)) == [("create", "shift")]
    assert (pair.wonolo_side(), pair.wheniwork_side()) == ([], [f"{PICKER}: 2 open"])
    assert len(await held(pair)) == 1


async def test_the_undo_of_an_undo_brings_both_sides_together_again(pair: Pair) -> None:
    """The new request and the shift it stands for are linked by the next run, and nothing is held any more."""
    pair.offer(1)
    both = await pair.settled()
    await undone(pair)
    assert did(await undone(pair)) == [("create", "job_request")]
    assert await pair.settled() == both


async def test_an_adoption_is_taken_apart(pair: Pair) -> None:
    """And put together again by the undo of the undo."""
    pair.offer(1)
    pair.post(1)
    await pair.settled()
    assert did(await undone(pair)) == [("unlink", "job_request")]
    assert [row[:4] for row in await held(pair)] == ["hold"]
    assert did(await undone(pair)) == [("link", "job_request")]
    assert await pair.settled() == [f"{PICKER}: 1 open"]


async def test_near_the_start_a_cancellation_waits_for_a_yes(pair: Pair) -> None:
    """Given with the undo, by the key it shows."""
    pair.offer(1, day=0, start="19:00", hours=4)
    await pair.settled()
    [waiting] = (await undone(pair)).waiting
    assert (waiting.verdict, waiting.reason) == (
        "hold",
        "so near the start a cancellation costs half the pay",
    )
    assert (await pair.quiet()).waiting == ()
    outcome = await pair.engine.undo(Wanted(last_run(pair), DANA, (waiting.key[:6],)))
    assert did(outcome) == [("delete", "job_request")]


async def test_work_that_has_begun_is_not_taken_back(pair: Pair) -> None:
    """Whatever it was."""
    pair.offer(1)
    await pair.settled()
    pair.world.clock.advance(timedelta(days=3))
    assert left(await undone(pair)) == ["work has begun"]


async def test_a_dry_run_writes_nothing(pair: Pair) -> None:
    """It is the plan that would be carried out."""
    pair.offer(1)
    await pair.settled()
    number = pair.last_request()
    plan = await pair.engine.undo_plan(Wanted(last_run(pair)))
    assert [(row.action, row.kind, row.undoes) for row in plan.to_do] == [("delete", "job_request", 1)]
    assert pair.writes_since(number) == []
    assert (await pair.quiet()).waiting == ()


async def test_nothing_is_held_where_nothing_could_be_taken_back(pair: Pair) -> None:
    """A refused write leaves things as they were."""
    pair.offer(1)
    await pair.settled()
    async with _switched_off(pair) as off:
        outcome = await off.engine.undo(Wanted(last_run(pair), DANA))
    assert [row.verdict for row in outcome.waiting] == ["blocked"]
    assert await held(pair) == []


def _switched_off(pair: Pair) -> Any:
    return reopened(pair, wonolo={"write": False})


async def test_a_run_that_cannot_be_undone_says_why(pair: Pair) -> None:
    """It is not there, it wrote nothing, or it has not ended."""
    with pytest.raises(NothingToUndo, match=r"^there is no run 7 of main; there is none yet: `shiftbridge status`"):
        await pair.engine.undo_plan(Wanted(7))
    await pair.engine.diff()
    with pytest.raises(NothingToUndo, match=r"^run 1 \(diff\) wrote nothing, so there is nothing to undo"):
        await undone(pair, 1)
    with pytest.raises(NothingToUndo, match=r"the latest is 1"):
        await undone(pair, 2)


async def test_a_run_under_way_cannot_be_undone_yet(pair: Pair) -> None:
    """One that died can."""
    pair.offer(1)
    await pair.settled()
    with pair.engine.store.begin(pair.config.name) as tx:
        run = tx.runs.start("reconcile", pair.world.clock.now())
        tx.leases.take("another process", "a test")
    with pytest.raises(NothingToUndo, match=f"^run {run} is still under way"):
        await pair.engine.undo_plan(Wanted(run))
