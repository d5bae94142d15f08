"""The lease of a pair: one owner at a time, renewed by its owner alone, given up to nobody by a slow clock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from sync.clock import SystemClock
from sync.errors import LeaseLost, LeaseTaken
from sync.mirror import tables
from sync.mirror.records import of_model
from sync.mirror.store import Store


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """A store of the test's own."""
    opened = Store.open(database_url)
    yield opened
    opened.close()


def take(store: Store, owner: str) -> None:
    """An owner takes the lease."""
    with store.begin("main") as tx:
        tx.leases.take(owner, f"{owner} on this machine")


def let_end(store: Store, at: datetime | None = None) -> None:
    """The lease ends at that instant; by default it ended a second ago."""
    lease = of_model(tables.Lease)
    until = at or SystemClock().now() - timedelta(seconds=1)
    with store.begin("main") as tx:
        tx.rows.connection.execute(update(lease).values(until=until))


def test_one_owner_at_a_time(store: Store) -> None:
    """Who else asks is told who has it; another pair has a lease of its own."""
    take(store, "first")
    with pytest.raises(LeaseTaken, match="another run of this pair is under way: first on this machine"):
        take(store, "second")
    with store.begin("other") as tx:
        tx.leases.take("second", "second")
    with store.read("main") as tx:
        holder = tx.leases.holder()
    assert holder is not None
    assert (holder.owner, holder.who) == ("first", "first on this machine")


def test_a_lease_that_was_given_back_is_free(store: Store) -> None:
    """At once; who gives back what is lost already takes nothing from its new owner."""
    take(store, "first")
    with store.begin("main") as tx:
        tx.leases.release("first")
    take(store, "second")
    with store.begin("main") as tx:
        tx.leases.release("first")
        assert tx.leases.remaining("second") > timedelta(seconds=20)


def test_a_lease_ends_by_itself_and_goes_to_the_next(store: Store) -> None:
    """Its first owner may not write any more."""
    take(store, "first")
    let_end(store)
    with store.read("main") as tx:
        assert tx.leases.holder() is None
    take(store, "second")
    with pytest.raises(LeaseLost), store.begin("main") as tx:
        tx.leases.remaining("first")


def test_who_slept_while_others_came_and_went_cannot_renew(store: Store) -> None:
    """The lease is free by then, and yet it is lost."""
    take(store, "first")
    let_end(store)
    take(store, "second")
    with store.begin("main") as tx:
        tx.leases.release("second")
    with pytest.raises(LeaseLost), store.begin("main") as tx:
        tx.leases.renew("first")


def test_who_overslept_alone_goes_on(store: Store) -> None:
    """Nobody else can have written, as nobody took the lease; until it is renewed it allows nothing."""
    take(store, "first")
    let_end(store)
    with pytest.raises(LeaseLost), store.read("main") as tx:
        tx.leases.remaining("first")
    with store.begin("main") as tx:
        tx.leases.renew("first")
        assert tx.leases.remaining("first") > timedelta(seconds=20)


def test_a_lease_of_before_the_clock_was_set_back_is_free(store: Store) -> None:
    """It ends later than any lease can that was taken by this clock."""
    take(store, "first")
    let_end(store, SystemClock().now() + timedelta(hours=1))
    take(store, "second")
