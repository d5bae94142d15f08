"""The fence: a run that lost its lease sends nothing any more, says so once, and stands in nobody's way."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from datetime import timedelta

import pytest
import sqlalchemy

from sync.errors import LeaseLost
from tests.engine_world import Pair, open_pair
from tests.other_runs import end_lease, rows, take_over

PICKER = "Picker at Harbor Warehouse, Wed 04 Mar 08:00-16:00"
LATER = "Picker at Harbor Warehouse, Wed 04 Mar 10:00-18:00"
LOST = (
    "another run has taken over, as this one did not move for more than 30 seconds; it ends here, and what it had not "
    "sent is planned anew"
)


@pytest.fixture
async def pair(database_url: str) -> AsyncIterator[Pair]:
    """A pair of accounts in which nothing is offered yet."""
    async with open_pair(database_url) as opened:
        yield opened


def intents(pair: Pair) -> list[str]:
    """The states of all intents, oldest first."""
    return [state for (state,) in rows(pair.config.database.url, "SELECT state FROM intent ORDER BY id")]


def last_run(pair: Pair) -> tuple[str, str]:
    """How the newest run ended, and with which error."""
    [found] = rows(pair.config.database.url, "SELECT outcome, error FROM run ORDER BY id DESC LIMIT 1")
    return found[0], found[1]


def at_write(pair: Pair, number: int, act: Callable[[Pair], None]) -> None:
    """Let something happen right before the fence looks at a write, the first being number 1."""
    writes = iter(range(1, 1000))

    def check() -> None:
        if next(writes) == number:
            act(pair)

    pair.engine.fence.checks.append(check)


async def test_a_lease_lost_between_intent_and_sending_holds_the_write_back(pair: Pair) -> None:
    """Its intent is unsent and blocks nothing: the next run makes it at once."""
    pair.offer(1)
    pair.offer(1, start="10:00")
    at_write(pair, 2, take_over)
    with pytest.raises(LeaseLost) as caught:
        await pair.engine.reconcile()
    assert str(caught.value) == LOST
    assert (len(pair.requests()), intents(pair), last_run(pair)) == (1, ["done", "unsent"], ("failed", LOST))
    assert await pair.settled() == [f"{PICKER}: 1 open", f"{LATER}: 1 open"]
    assert (len(pair.requests()), intents(pair)) == (2, ["done", "unsent", "done"])


async def test_a_lease_lost_after_sending_leaves_the_write_to_the_next_run(pair: Pair) -> None:
    """It finds what was created by its marker and adopts it; nothing is doubled."""
    pair.offer(1)
    pair.offer(1, start="10:00")
    pair.wire.after_write = lambda _request: take_over(pair)
    with pytest.raises(LeaseLost):
        await pair.engine.reconcile()
    assert (len(pair.requests()), intents(pair), last_run(pair)) == (1, ["sent"], ("failed", LOST))
    pair.wire.after_write = None
    assert await pair.settled() == [f"{PICKER}: 1 open", f"{LATER}: 1 open"]
    assert (len(pair.requests()), intents(pair)) == (2, ["done", "done"])


async def test_a_lease_lost_before_a_created_shift_is_published_leaves_a_draft(pair: Pair) -> None:
    """Publishing is a write of its own; the next run finds the draft and publishes no second shift beside it."""
    pair.world.wheniwork.switches.publish_on_create = False
    pair.post(1)
    at_write(pair, 2, take_over)
    with pytest.raises(LeaseLost):
        await pair.engine.reconcile()
    assert (intents(pair), last_run(pair)) == (["sent"], ("failed", LOST))
    assert await pair.settled() == [f"{PICKER}: 1 open"]
    assert len(pair.shifts(held=False)) == 1


async def test_a_run_that_lost_its_lease_sends_nothing_of_what_is_left(pair: Pair) -> None:
    """Not even its intents are recorded."""
    for hour in range(8, 16):
        pair.offer(1, start=f"{hour:02}:00")
    at_write(pair, 3, take_over)
    with pytest.raises(LeaseLost):
        await pair.engine.reconcile()
    assert (len(pair.requests()), intents(pair)) == (2, ["done", "done", "unsent"])


async def test_a_run_that_overslept_alone_goes_on(pair: Pair) -> None:
    """A lid was closed for a minute; nobody else can have written, so nothing is lost."""
    pair.offer(1)
    pair.offer(1, start="10:00")
    pair.wire.after_write = lambda _request: end_lease(pair.engine.store, pair.config.name)
    at_write(pair, 2, lambda one: end_lease(one.engine.store, one.config.name))
    assert await pair.settled() == [f"{PICKER}: 1 open", f"{LATER}: 1 open"]
    assert intents(pair) == ["done", "done"]


async def test_a_lease_that_is_about_to_end_is_renewed_before_a_write(pair: Pair) -> None:
    """A call may take longer than what is left of it."""
    pair.offer(1)
    left: list[timedelta] = []

    def shorten(one: Pair) -> None:
        with one.engine.store.begin("main") as tx:
            now = tx.leases._now()
            tx.rows.connection.execute(
                sqlalchemy.text("UPDATE lease SET until = :until").bindparams(
                    sqlalchemy.bindparam("until", now + timedelta(seconds=3), type_=sqlalchemy.DateTime(timezone=True))
                )
            )

    def look(_request: object) -> None:
        lease = pair.engine.fence.lease
        assert lease
        with pair.engine.store.read("main") as tx:
            left.append(tx.leases.remaining(lease.owner))

    at_write(pair, 1, shorten)
    pair.wire.before_write = look
    await pair.engine.reconcile()
    assert left[0] > timedelta(seconds=10)


@pytest.mark.parametrize("backend", [pytest.param("postgres", marks=pytest.mark.postgres)], indirect=True)
async def test_a_postgres_that_drops_every_connection_between_two_writes_costs_no_run(pair: Pair) -> None:
    """As its restart does: each connection is looked at before it is used."""
    for hour in range(8, 14):
        pair.offer(1, start=f"{hour:02}:00")
    dropped: list[int] = []

    def drop(_request: object) -> None:
        others = "pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
        found = rows(pair.config.database.url, f"SELECT pg_terminate_backend(pid) FROM {others}")  # noqa: S608
        dropped.append(len(found))

    pair.wire.after_write = drop
    outcome = await pair.engine.reconcile()
    assert (len(outcome.done), outcome.failed, outcome.untried) == (6, (), ())
    assert min(dropped) > 0
    pair.wire.after_write = None
    assert len(await pair.settled()) == 6
