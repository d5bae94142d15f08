"""People decide: held changes go ahead once on a yes, refused ones stay out, conflicts end, saved plans are kept to."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from mappings.decision import NO, YES
from sync.errors import StalePlan
from sync.plan import Change
from sync.plan.approval import Approval
from sync.report import approval_of, as_json, of_plan
from tests.engine_world import Pair, at, open_pair
from tests.plans import code

PICKER = "Picker at Harbor Warehouse, Wed 04 Mar 08:00-16:00"


@pytest.fixture
async def pair(sqlite_url: str) -> AsyncIterator[Pair]:
    """Two accounts and the engine between them."""
    async with open_pair(sqlite_url) as opened:
        yield opened


async def waiting(pair: Pair) -> Change:
    """The only thing that waits for a person."""
    [change] = (await pair.engine.reconcile()).waiting
    return change


async def decide(pair: Pair, change: Change, choice: str) -> None:
    """A manager decides."""
    await pair.engine.deciding.answer(change, code(change, choice), "a manager", "by telephone")


async def near(pair: Pair) -> int:
    """A stack of two in both systems, eight hours before its start; returns its id."""
    stack = pair.offer(2)
    await pair.settled()
    pair.world.advance(at(2, "00:00") - pair.world.clock.now())
    return stack


async def fates(pair: Pair) -> list[tuple[str, str, int | None]]:
    """What was decided and what became of it, oldest first."""
    return [(row.decision.said, row.ended, row.run) for row in reversed(await pair.engine.deciding.decided(9))]


async def test_a_yes_is_carried_out_once(pair: Pair) -> None:
    """The next change of the same kind waits for a yes of its own."""
    stack = await near(pair)
    pair.edit(stack, end_time=at(2, "17:00"))
    await decide(pair, await waiting(pair), YES)
    [done] = (await pair.engine.reconcile()).done
    assert done.cause.endswith("a manager decided so on Wed 04 Mar 00:00 (by telephone)")
    assert await pair.settled() == [PICKER.replace("16:00", "17:00") + ": 2 open"]
    assert await fates(pair) == [("yes", "used", 4)]
    pair.edit(stack, end_time=at(2, "18:00"))
    assert (await waiting(pair)).verdict == "hold"


async def test_a_yes_counts_for_nothing_once_the_facts_changed(pair: Pair) -> None:
    """A worker took a seat of the request that was to be cancelled: now it costs half her pay."""
    stack = await near(pair)
    pair.act("manager_deletes_shift", shift_id=stack)
    asked = await waiting(pair)
    await decide(pair, asked, YES)
    pair.accept("Ada")
    outcome = await pair.engine.reconcile()
    assert (outcome.done, [row.verdict for row in outcome.waiting]) == ((), ["conflict"])
    assert [row["state"] for row in pair.world.wonolo.job_requests.records.values()] == ["posted"]


async def test_a_refused_change_stays_out_until_it_changes(pair: Pair) -> None:
    """Also one that waited for nobody."""
    stack = pair.offer(2)
    await pair.settled()
    pair.edit(stack, instances=3)
    await pair.engine.pull()
    [change] = (await pair.engine.plan()).to_do
    await decide(pair, change, NO)
    outcome = await pair.quiet()
    assert [row.reason.partition(" on ")[0] for row in outcome.skipped] == ["refused: a manager decided so"]
    pair.edit(stack, instances=4)
    assert await pair.settled() == [f"{PICKER}: 4 open"]


async def test_a_refusal_is_taken_back_by_a_yes(pair: Pair) -> None:
    """The change goes ahead, and its history says on whose word."""
    stack = pair.offer(2)
    await pair.settled()
    pair.edit(stack, instances=3)
    await pair.engine.pull()
    [change] = (await pair.engine.deciding.open_questions()).to_do
    await decide(pair, change, NO)
    await pair.quiet()
    [again] = (await pair.engine.deciding.open_questions()).changes
    await decide(pair, again, YES)
    assert await pair.settled() == [f"{PICKER}: 3 open"]
    assert await fates(pair) == [("no", "replaced", None), ("yes", "used", 4)]


async def test_the_break_of_work_that_has_begun_is_put_back(pair: Pair) -> None:
    """Nobody may overrule the other any more; once a person took Wonolo's, nothing is left to decide."""
    stack = pair.offer(1, break_time=0.5)
    await pair.settled()
    pair.world.advance(at(2, "09:00") - pair.world.clock.now())
    pair.edit(stack, break_time=1)
    await decide(pair, await waiting(pair), "take Wonolo's unpaid break")
    [done] = (await pair.engine.reconcile()).done
    assert (done.record, pair.world.wheniwork.shifts[stack]["break_time"]) == (str(stack), 0.5)
    assert (await pair.quiet()).waiting == ()


async def strayed(pair: Pair) -> Change:
    """Ada's seat alone was moved by an hour; returns the conflict."""
    pair.offer(2)
    await pair.settled()
    pair.accept("Ada")
    await pair.settled()
    [held] = pair.shifts(held=True)
    pair.edit(held, start_time=at(2, "09:00"), end_time=at(2, "17:00"))
    return await waiting(pair)


LATER = "Picker at Harbor Warehouse, Wed 04 Mar 09:00-17:00"


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        ("move the seat back", [f"{PICKER}: 1 open, Ada"]),
        ("move the whole demand", [f"{LATER}: 1 open, Ada"]),
        ("release {} and ask for the new time anew", [f"{PICKER}: 1 open", f"{LATER}: 1 open"]),
    ],
)
async def test_a_strayed_seat_ends_as_a_person_chose(pair: Pair, choice: str, expected: list[str]) -> None:
    """Both systems show it, and nothing is left to do."""
    asked = await strayed(pair)
    [words] = [row for row in asked.choices if row.startswith(choice.partition("{")[0])]
    await decide(pair, asked, words)
    assert await pair.settled() == expected
    assert [(row[0], row[1]) for row in await fates(pair)] == [(words, "used")]


@pytest.mark.parametrize(
    ("choice", "expected"),
    [("delete it in Wonolo too", []), ("create it in When I Work again", [f"{PICKER}: 3 open"])],
)
async def test_a_deleted_and_edited_demand_ends_as_a_person_chose(pair: Pair, choice: str, expected: list[str]) -> None:
    """It goes everywhere, or comes again."""
    stack = pair.offer(2)
    await pair.settled()
    pair.act("manager_deletes_shift", shift_id=stack)
    pair.act("requestor_edits", job_request_id=pair.requests()[-1], fields={"slots": 3})
    await decide(pair, await waiting(pair), choice)
    assert await pair.settled() == expected


async def test_a_cancelled_and_edited_demand_is_posted_again(pair: Pair) -> None:
    """As a request of its own; the cancelled one stays cancelled."""
    stack = pair.offer(2)
    await pair.settled()
    pair.act("requestor_cancels", job_request_id=pair.requests()[-1])
    pair.edit(stack, instances=3)
    await decide(pair, await waiting(pair), "create it in Wonolo again (+$480.00)")
    assert await pair.settled() == [f"{PICKER}: 3 open"]
    states = [row["state"] for row in pair.world.wonolo.job_requests.records.values()]
    assert states == ["cancelled", "posted"]


async def test_more_workers_than_seats_ends_as_a_person_chose(pair: Pair) -> None:
    """The latest to come is sent home, and Wonolo asks for as many as are left."""
    stack = pair.offer(2)
    await pair.settled()
    pair.accept("Ada")
    pair.accept("Bruno")
    pair.act("employee_takes", shift_id=stack, user_id=pair.staff("Alma"))
    asked = await waiting(pair)
    [release] = [row for row in asked.choices if row.startswith("release Bruno")]
    await decide(pair, asked, release)
    assert await pair.settled() == [f"{PICKER}: 0 open, Ada"]


async def approval(pair: Pair) -> Approval:
    """Everything that the plan of this moment would do, as a saved plan has it."""
    return approval_of(as_json(of_plan(await pair.engine.diff(), "main")).encode(), "main")


async def test_nothing_but_a_saved_plan_is_carried_out(pair: Pair) -> None:
    """What came up since waits for another plan."""
    pair.offer(2)
    saved = await approval(pair)
    pair.offer(1, day=3)
    outcome = await pair.engine.reconcile(approved=saved)
    assert [row.subject for row in outcome.done] == [PICKER]
    assert (outcome.stale, len(pair.requests())) == ((), 1)


async def test_of_a_saved_plan_only_the_changed_record_is_stale(pair: Pair) -> None:
    """The rest is carried out."""
    moved, _ = pair.offer(2), pair.offer(1, day=3)
    saved = await approval(pair)
    pair.edit(moved, instances=3)
    outcome = await pair.engine.reconcile(approved=saved)
    [told] = outcome.stale
    assert told == (
        f"post a request ({PICKER}), seats: 2: planned otherwise by now: post a request ({PICKER}), seats: 3, "
        "open shifts in When I Work that Wonolo does not know"
    )
    assert [row.subject for row in outcome.done] == ["Picker at Harbor Warehouse, Thu 05 Mar 08:00-16:00"]


async def test_a_saved_plan_of_which_nothing_holds_is_refused(pair: Pair) -> None:
    """Nothing is written."""
    moved = pair.offer(2)
    saved = await approval(pair)
    pair.edit(moved, instances=3)
    with pytest.raises(StalePlan, match="nothing was written, as the approved plan does not hold any more: post a"):
        await pair.engine.reconcile(approved=saved)
    assert pair.requests() == []


async def test_a_saved_plan_that_was_carried_out_says_by_which_run(pair: Pair) -> None:
    """Nobody changed anything, so nothing else is to be blamed; status says that the run was refused."""
    pair.offer(2)
    saved = await approval(pair)
    await pair.engine.reconcile(approved=saved)
    with pytest.raises(StalePlan) as told:
        await pair.engine.reconcile(approved=saved)
    assert told.value.changed == [f"post a request ({PICKER}), seats: 2: carried out already, by run 2"]
    with pair.engine.store.begin("main") as tx:
        assert tx.runs.last(1)[0].outcome == "refused"


async def test_a_saved_plan_says_what_else_is_planned_waits_or_is_not_needed(pair: Pair) -> None:
    """Each approved change is told with what became of it."""
    stack, gone = pair.offer(2), pair.offer(1, day=3)
    await pair.settled()
    pair.edit(stack, instances=3)
    pair.edit(gone, instances=2)
    saved = await approval(pair)
    pair.act("requestor_edits", job_request_id=pair.requests()[0], fields={"request_name": "Dock 4"})
    pair.edit(gone, instances=1)
    with pytest.raises(StalePlan) as told:
        await pair.engine.reconcile(approved=saved)
    first, second = told.value.changed
    assert first.startswith(
        f"change request {pair.requests()[0]} ({PICKER}), seats: 2 \N{RIGHTWARDS ARROW} 3: what it rests on changed; "
        "it would be now: change request"
    )
    assert second.endswith(": nothing is to be done about it any more")


async def test_the_plan_of_a_checksum_is_carried_out_or_refused_as_a_whole(pair: Pair) -> None:
    """A person approved what it showed, and nothing else."""
    pair.offer(2)
    shown = (await pair.engine.diff()).checksum
    pair.offer(1, day=3)
    with pytest.raises(StalePlan, match="the plan as a whole: its checksum is"):
        await pair.engine.reconcile(checksum=shown)
    assert pair.requests() == []
    assert len((await pair.engine.reconcile(checksum=(await pair.engine.diff()).checksum)).done) == 2
