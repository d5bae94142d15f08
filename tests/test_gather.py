"""Gathering what one plan needs: links that changed or have something beside them, and records without a link."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import event

from sandbox.wheniwork.records import EMPLOYEE
from sync.gather.planning import snapshot
from sync.mirror.store import Store
from sync.outbox import Outbox
from sync.plan import Change, Policy, Snapshot, make_plan
from tests.bench.linked import AHEAD, NOW, PAIR, RULES, fill
from tests.engine_world import Pair, at, copied, open_pair


@pytest.fixture
async def pair(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Pair]:
    """A pair of accounts in which nothing is offered yet; what is asked of the database is tested elsewhere."""
    async with open_pair(copied(sqlite_template, tmp_path)) as opened:
        yield opened


async def gathered(pair: Pair) -> Snapshot:
    """What the mirror holds for a plan after a pull."""
    await pair.engine.pull()
    with pair.engine.store.begin("main") as tx:
        return snapshot(tx, pair.engine.planner.policy, pair.world.clock.now(), timedelta(days=14))


async def test_an_unchanged_link_is_not_loaded(pair: Pair) -> None:
    """Planning grows with what changed."""
    stack = pair.offer(1)
    pair.offer(1, start="10:00")
    await pair.settled()
    assert (await gathered(pair)).links == ()
    pair.edit(stack, instances=2)
    assert [link.key for link in (await gathered(pair)).links] == [f"shift:{stack}"]


async def test_a_link_is_loaded_for_a_shift_beside_it(pair: Pair) -> None:
    """Also when that shift comes from another link, or cannot be told yet."""
    first = pair.offer(1)
    moved = pair.offer(1, start="10:00")
    await pair.settled()
    beside = pair.offer(1)
    found = await gathered(pair)
    assert ([link.key for link in found.links], [row["id"] for row in found.shifts]) == ([f"shift:{first}"], [beside])
    pair.offer(1, location_id=136, site_id=9)
    row = pair.world.wheniwork.shifts[beside]
    pair.edit(moved, start_time=row["start_time"], end_time=row["end_time"])
    assert {link.key for link in (await gathered(pair)).links} == {f"shift:{first}", f"shift:{moved}"}


async def test_people_are_those_of_the_jobs_and_candidates_are_read_for_strangers_alone(pair: Pair) -> None:
    """A worker who is a user already needs none."""
    pair.post(2)
    pair.accept("Ada")
    found = await gathered(pair)
    key = f"wonolo:{pair.worker('Ada')}"
    assert ({*found.people}, found.people[key].first_name) == ({key}, "Ada")
    assert len(found.candidates) == pair.company()["user"]
    await pair.settled()
    assert (await gathered(pair)).candidates == ()
    pair.accept("Bruno")
    found = await gathered(pair)
    assert (len(found.candidates), list(found.users.values())) == (pair.company()["user"] - 1, [key])


async def test_links_with_an_unknown_write_are_busy(pair: Pair) -> None:
    """They are not planned before it is known."""
    change = Change(action="update", kind="shift", record="1", link="shift:1", subject="s")
    with pair.engine.store.begin("main") as tx:
        Outbox(tx.rows).begin(1, change, pair.world.clock.now())
    assert (await gathered(pair)).busy == {
        "shift:1": "the outcome of an earlier write (update) is not known yet; the next run looks for it"
    }


async def test_keys_that_links_have_are_told(pair: Pair) -> None:
    """A shift may have left the link that was founded with it."""
    stack = pair.offer(1)
    await pair.settled()
    assert (await gathered(pair)).taken == frozenset()
    pair.edit(stack, instances=2)
    assert (await gathered(pair)).taken == {f"shift:{stack}"}


async def test_where_strangers_are_at_work_is_told_with_the_shifts_of_users_near_them(pair: Pair) -> None:
    """Ada took a seat at noon; of the company's own shifts those that begin within half an hour of it are looked at."""
    pair.post(1, start="12:00")
    pair.accept("Ada")
    people = pair.world.wheniwork.users.values()
    first, second, third = [int(row["id"]) for row in people if row["role"] == EMPLOYEE][:3]
    near = [pair.offer(1, start="12:00", user_id=first), pair.offer(1, start="12:30", user_id=second)]
    pair.offer(1, start="13:00", user_id=third)
    near.append(pair.offer(1, start="12:00", user_id=first, location_id=136, site_id=9))
    found = await gathered(pair)
    assert [row["id"] for row in found.shifts] == near
    assert found.seats == {
        f"wonolo:{pair.worker('Ada')}": frozenset({("Harbor Warehouse", at(2, "12:00"))}),
        f"user:{first}": frozenset({("Harbor Warehouse", at(2, "12:00"))}),
        f"user:{second}": frozenset({("Harbor Warehouse", at(2, "12:30"))}),
    }
    workers = [row for row in pair.world.wonolo.users.records.values() if row["type"] == "Worker"]
    assert (len(found.roster), make_plan(found).doubts) == (len(workers), ())


async def test_what_takes_people_is_read_around_the_demands_that_are_planned_alone(pair: Pair) -> None:
    """Ada's seat of another day is none of them, the one of the same morning is."""
    far, near = pair.post(1, day=5), pair.post(1, start="10:00")
    for request in (far, near):
        pair.accept("Ada", request)
    await pair.settled()
    assert (await gathered(pair)).booked == {}
    key = f"wonolo:{pair.worker('Ada')}"
    pair.post(1)
    pair.accept("Ada")
    found = (await gathered(pair)).booked[key]
    assert [(row.kind, row.what, row.start) for row in found] == [
        ("job_request", "Picker at Harbor Warehouse", at(2, "08:00")),
        ("job_request", "Picker at Harbor Warehouse", at(2, "10:00")),
        ("shift", "Picker at Harbor Warehouse", at(2, "10:00")),
    ]


_GROWING = ("wonolo_job_request", "wonolo_job", "wheniwork_shift", "link", "intent")
"""Tables with rows for each demand there is, or ever was."""

_OF_FEW = re.compile(r"ix_\w+_(unsettled|lone) ")
"""Indexes that hold but the rows that changed, or that no link holds."""

_ALL_AHEAD = re.compile(r"\(pair=\? AND start_time>\?\)")
"""A search through everything that is ahead."""


def test_no_question_goes_through_what_is_quiet(sqlite_url: str) -> None:
    """Neither through a whole table nor through all rows of a pair, by what SQLite tells of its plans."""
    fill(sqlite_url, 300, 3)
    store, asked = Store.open(sqlite_url), []
    with store.begin(PAIR) as tx:
        listening = (tx.rows.connection, "before_cursor_execute", lambda *told: asked.append(told[2:4]))
        event.listen(*listening)
        snapshot(tx, Policy(RULES), NOW, AHEAD)
        event.remove(*listening)
        plans = [
            step
            for question, values in asked
            for (_, _, _, step) in tx.rows.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {question}", values)
        ]
    store.close()
    growing = [step for step in plans if any(f" {name} USING" in step or step == f"SCAN {name}" for name in _GROWING)]
    assert len(growing) > 8
    through = [step for step in growing if " AND " not in step or _ALL_AHEAD.search(step)]
    assert [step for step in through if not _OF_FEW.search(step)] == []
