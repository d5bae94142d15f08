"""Stories of what is asked and answered: after an undo, under another configuration, and week after week."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from math import inf

import pytest

from mappings.decision import NO, YES
from sync.cli.answers import answers
from sync.passes import Outcome
from sync.report import as_markdown, of_outcome
from sync.undo import Wanted
from tests.answering import commands
from tests.engine_world import Pair, at, open_pair, reopened

GUARDS = {"delete:job_request": 9, "scope": inf}


@pytest.fixture
async def pair(sqlite_url: str) -> AsyncIterator[Pair]:
    """A pair of accounts in which nothing is offered yet."""
    async with open_pair(sqlite_url) as opened:
        yield opened


def printed(outcome: Outcome) -> list[list[str]]:
    """The commands that the report of a run prints."""
    return commands(as_markdown(of_outcome(outcome, "main")).replace("<br>", "\n").replace(" | ", "\n"))


async def typed(pair: Pair, arguments: list[str]) -> str:
    """Answer as a printed command says; returns the verdict that the change has from then on."""
    verb, key, *rest = arguments
    questions = await pair.engine.deciding.open_questions()
    ((change, code),) = answers(questions.changes, {key: {"approve": YES, "refuse": NO}.get(verb) or rest[0]})
    await pair.engine.deciding.answer(change, code, "Dana", "")
    return next((row.verdict for row in (await pair.engine.plan()).changes if row.key == change.key), "gone")


async def all_undone(pair: Pair, days: int) -> Outcome:
    """Offer a shift on each of some days, post them all, and take that back; returns the run that comes next."""
    for day in range(2, 2 + days):
        pair.offer(1, day=day)
    await pair.settled()
    await pair.engine.undo(Wanted(1, "Dana"), GUARDS)
    return await pair.quiet()


async def test_every_key_that_a_report_prints_after_an_undo_can_be_answered(pair: Pair) -> None:
    """A yes has it done again, a no leaves it out, and either may be changed for the other."""
    found = printed(await all_undone(pair, 2))
    assert [row[0] for row in found] == ["approve", "refuse"] * 2
    assert [await typed(pair, row) for row in found] == ["do", "skip", "do", "skip"]
    yes, no = found[0], found[1]
    assert (await typed(pair, yes), await typed(pair, no), await typed(pair, yes)) == ("do", "skip", "do")
    outcome = await pair.engine.reconcile()
    assert [row.cause.partition("; ")[2] for row in outcome.done] == ["Dana decided so on Mon 02 Mar 08:00"]
    assert printed(outcome) == [["approve", found[3][1]]]
    assert (await pair.quiet()).waiting == ()


async def test_what_was_taken_back_stays_so_when_the_configuration_changes_details(pair: Pair) -> None:
    """Other rates, descriptions, venues, zones and another cutoff: nothing is posted again, and all can be answered."""
    await all_undone(pair, 3)
    skills = [
        row.model_dump() | {"hourly_rate": 31.5, "description": f"{row.description}, as told"}
        for row in pair.config.skills
    ]
    places = [row.model_dump() | {"venue": "Gate 9", "zone": "America/Denver"} for row in pair.config.places]
    for tables in ({"skills": skills}, {"places": places}, {"sync": {"cutoff_hours": 100}}):
        async with reopened(pair, **tables) as other:
            outcome = await other.engine.reconcile(GUARDS)
            assert (outcome.done, [row.verdict for row in outcome.waiting]) == ((), ["hold"] * 3)
            assert [await typed(other, row) for row in printed(outcome)] == ["do", "skip"] * 3
            with other.engine.store.begin(other.config.name) as tx:
                tx.decisions.end([row.key for row in outcome.waiting], "withdrawn", other.engine.clock.now())


async def test_a_hold_inside_an_undo_is_approved_by_the_command_that_it_prints(pair: Pair) -> None:
    """The cancellation that waits for a yes so near the start."""
    pair.offer(1)
    await pair.settled()
    pair.world.advance(at(2, "00:00") - pair.world.clock.now())
    outcome = await pair.engine.undo(Wanted(1, "Dana"), GUARDS)
    [[verb, run, *_, key]] = printed(outcome)
    assert (verb, run) == ("undo", "1")
    outcome = await pair.engine.undo(Wanted(1, "Dana", (key,)), GUARDS)
    assert [(row.action, row.kind) for row in outcome.done] == [("delete", "job_request")]


async def test_seven_weeks_of_unanswered_conflicts_leave_nothing_to_read(pair: Pair) -> None:
    """Each asks until its work is over; then it is told of once, and no run waits for anybody any more."""
    lines = []
    for week in range(7):
        pair.offer(2, day=2 + 7 * week)
        await pair.settled()
        pair.accept("Ada")
        await pair.settled()
        [held] = [row for row in pair.shifts(held=True) if pair.world.wheniwork.shifts[row]["start_time"] > _now(pair)]
        day = 2 + 7 * week
        pair.edit(held, start_time=at(day, "09:00"), end_time=at(day, "17:00"))
        assert [row.code for row in (await pair.engine.reconcile()).waiting] == ["stray"]
        pair.world.advance(timedelta(days=7))
        over = await pair.engine.reconcile()
        assert (over.waiting, over.failed, [row.code for row in over.skipped]) == ((), (), ["work over"])
        lines.append(len(as_markdown(of_outcome(await pair.quiet(), "main")).splitlines()))
    assert lines == [3] * 7


def _now(pair: Pair) -> object:
    return pair.world.clock.now()


async def test_holds_and_conflicts_name_whom_they_are_about_and_what_each_answer_costs(pair: Pair) -> None:
    """Pay that is lost, and the fee so near the start."""
    pair.offer(1)
    await pair.settled()
    pair.accept("Ada")
    await pair.settled()
    pair.world.advance(at(2, "00:00") - pair.world.clock.now())
    pair.act("manager_deletes_shift", shift_id=pair.shifts(held=True)[0])
    [asked] = (await pair.engine.reconcile()).waiting
    assert (asked.whom, asked.costs) == (
        "Ada A.",
        ("Ada A. loses $160.00 of pay and is owed $80.00 by the company", "Ada A. keeps the seat"),
    )


async def test_a_worker_without_a_job_in_view_is_named_as_the_mirror_knows_her(pair: Pair) -> None:
    """A manager puts Ada on the schedule of a day for which she holds no Job."""
    pair.offer(1)
    await pair.settled()
    pair.accept("Ada")
    await pair.settled()
    [held] = pair.shifts(held=True)
    pair.offer(1, day=4, user_id=pair.world.wheniwork.shifts[held]["user_id"], instances=1)
    [told] = (await pair.quiet()).skipped
    assert told.reason.startswith("Wonolo knows nothing of Ada A.'s shift; if it is work for Wonolo")
    assert told.whom == "Ada A."
