"""Preconditions: a change is sent only to the record that it was planned on, whatever the mirror holds by then."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from sync.lease import leased
from sync.passes import Outcome
from sync.plan import Change, Plan
from tests.engine_world import Pair, copied, open_pair, reopened

PICKER = "Picker at Harbor Warehouse, Wed 04 Mar 08:00-16:00"


@pytest.fixture
async def any_pair(database_url: str) -> AsyncIterator[Pair]:
    """A pair of accounts in which nothing is offered yet, on each kind of database."""
    async with open_pair(database_url) as opened:
        yield opened


@pytest.fixture
async def pair(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Pair]:
    """The same on SQLite alone."""
    async with open_pair(copied(sqlite_template, tmp_path)) as opened:
        yield opened


async def written_late(pair: Pair, meanwhile: Callable[[Pair], object]) -> Outcome:
    """Plan; then people act and another process reads what they did; then write the plan that was made before."""
    engine = pair.engine
    await engine.pull()
    plan = await engine.plan()
    assert plan.to_do
    meanwhile(pair)
    async with reopened(pair) as other:
        await other.engine.diff()
    async with leased(engine.store, pair.config.name, "reconcile") as lease, engine.fence.holding(lease):
        passes = engine._passing(_once(plan))
        return await passes.carry_out(1, lambda _changes: ())


def _once(plan: Plan) -> Callable[[], Awaitable[Plan]]:
    """Plans nothing but this, and then nothing more."""
    plans = iter([plan])

    async def make() -> Plan:
        return next(plans, Plan())

    return make


def told(outcome: Outcome) -> list[tuple[str, str, str, str]]:
    """What was not done, and why."""
    return [(row.change.action, row.change.kind, row.outcome, row.reason) for row in outcome.failed]


async def test_a_shift_that_a_manager_just_edited_is_not_deleted(any_pair: Pair) -> None:
    """Though a diff of another process has read the edit meanwhile; the run after that asks what is meant."""
    stack = any_pair.offer(1)
    any_pair.offer(1, start="10:00")
    await any_pair.settled()
    number = any_pair.last_request()
    any_pair.act("requestor_cancels", job_request_id=any_pair.requests()[0])
    outcome = await written_late(any_pair, lambda one: one.edit(stack, instances=3))
    assert any_pair.writes_since(number) == []
    assert outcome.done == ()
    [waiting] = (await any_pair.quiet()).waiting
    assert (waiting.verdict, waiting.record or waiting.link) == ("conflict", f"shift:{stack}")


async def test_a_request_that_a_requestor_just_edited_is_not_overwritten(any_pair: Pair) -> None:
    """The edit stands, and the next run brings both together."""
    stack = any_pair.offer(2)
    await any_pair.settled()
    [request] = any_pair.requests()
    any_pair.edit(stack, instances=4)
    number = any_pair.last_request()

    def edit(one: Pair) -> None:
        one.act("requestor_edits", job_request_id=request, fields={"slots": 3})

    outcome = await written_late(any_pair, edit)
    assert (any_pair.writes_since(number), outcome.done) == ([], ())
    assert any_pair.world.wonolo.job_requests.records[request]["slots"] == 3


async def test_a_record_that_nobody_touched_is_written_though_others_read_it(any_pair: Pair) -> None:
    """What another process reads is no edit."""
    stack = any_pair.offer(2)
    await any_pair.settled()
    any_pair.edit(stack, instances=4)
    outcome = await written_late(any_pair, lambda _one: None)
    assert [(row.action, row.kind) for row in outcome.done] == [("update", "job_request")]


async def test_two_changes_of_one_plan_to_one_stack_are_both_made(pair: Pair) -> None:
    """The second one meets what the first one left behind."""
    stack = pair.offer(3)
    await pair.settled()
    pair.accept("Ada")
    [request] = pair.requests()
    pair.act("requestor_edits", job_request_id=request, fields={"slots": 2})
    plan = await pair.engine.diff()
    assert [(row.action, row.kind, row.record) for row in plan.to_do] == [
        ("create", "user", ""),
        ("assign", "shift", str(stack)),
        ("update", "shift", str(stack)),
    ]
    number = pair.last_request()
    assert await pair.settled() == [f"{PICKER}: 1 open, Ada"]
    assert len([row for row in pair.writes_since(number) if row.path == f"/2/shifts/{stack}"]) == 2


@dataclass(frozen=True)
class Settled:
    """A stack of two open seats with its request, and the Job of Ada, who holds one of two seats elsewhere."""

    stack: int
    request: int
    job: int


@dataclass(frozen=True)
class Story:
    """What people do about an open stack of two seats, or about one with Ada on it, and a change that follows."""

    name: str
    act: Callable[[Pair, Settled], object]
    change: tuple[str, str]


STORIES = [
    Story(
        "a manager wants more seats",
        lambda pair, made: pair.edit(made.stack, instances=4),
        ("update", "job_request"),
    ),
    Story(
        "a manager deletes the stack",
        lambda pair, made: pair.act("manager_deletes_shift", shift_id=made.stack),
        ("delete", "job_request"),
    ),
    Story(
        "a requestor asks for one more",
        lambda pair, made: pair.act("requestor_edits", job_request_id=made.request, fields={"slots": 3}),
        ("update", "shift"),
    ),
    Story(
        "a requestor cancels",
        lambda pair, made: pair.act("requestor_cancels", job_request_id=made.request),
        ("delete", "shift"),
    ),
    Story("a worker accepts", lambda pair, made: pair.accept("Bruno", made.request), ("assign", "shift")),
    Story(
        "a worker withdraws",
        lambda pair, made: pair.act("worker_withdraws", job_id=made.job),
        ("release", "shift"),
    ),
    Story(
        "a manager takes a worker off",
        lambda pair, _made: pair.edit(pair.shifts(held=True)[0], user_id=0),
        ("release", "job"),
    ),
]


def current(pair: Pair, change: Change) -> str:
    """The digest of the record of a change as the mirror holds it."""
    with pair.engine.store.read(pair.config.name) as tx:
        return tx.observations.digest(change.kind, int(change.record))


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
async def test_every_change_to_a_record_says_what_it_was_planned_on(pair: Pair, story: Story) -> None:
    """By the digest of that record as it was read."""
    pair.offer(2)
    await pair.settled()
    job = pair.accept("Ada")
    stack = pair.offer(2, day=3)
    await pair.settled()
    story.act(pair, Settled(stack, pair.requests()[1], job))
    plan = await pair.engine.diff()
    planned = [row for row in plan.changes if row.record and row.action not in ("none", "link", "unlink")]
    assert story.change in {(row.action, row.kind) for row in planned}
    assert [(row.kind, row.precondition) for row in planned] == [(row.kind, current(pair, row)) for row in planned]
