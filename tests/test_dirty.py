"""Records to be read again, and the webhooks that said so: no word is lost, whoever reads or writes meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest

from sync.mirror.dirty import DirtyRecord
from sync.mirror.store import Store, Transaction

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LATER = NOON + timedelta(seconds=7)
DAY = timedelta(days=1)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """A store of the test's own."""
    opened = Store.open(database_url)
    yield opened
    opened.close()


def waiting(store: Store, pair: str = "main") -> list[DirtyRecord]:
    """The records of a pair that wait, the oldest first."""
    with store.read(pair) as tx:
        return tx.dirty.oldest(1000)


def at_once(store: Store, first: Callable[[Transaction], None], second: Callable[[Transaction], None]) -> None:
    """The second transaction begins while the first is open, which ends when the second waits for it."""

    def other() -> None:
        started.set()
        with store.begin("main") as tx:
            second(tx)

    started = threading.Event()
    thread = threading.Thread(target=other)
    with store.begin("main") as tx:
        first(tx)
        thread.start()
        started.wait()
        thread.join(0.3)  # however far it comes, it is to end well
    thread.join()


def test_a_record_is_marked_once_and_keeps_its_first_since(store: Store) -> None:
    """Each further word is counted; another pair's records are its own."""
    with store.begin("main") as tx:
        tx.dirty.mark([("shift", 2), ("shift", 1), ("shift", 2)], NOON)
    with store.begin("main") as tx:
        tx.dirty.mark([("job", 1), ("shift", 2)], LATER)
        assert tx.dirty.count() == 3
    assert waiting(store) == [
        DirtyRecord(NOON, "shift", 1, 1),
        DirtyRecord(NOON, "shift", 2, 3),
        DirtyRecord(LATER, "job", 1, 1),
    ]
    assert waiting(store, "other") == []


def test_those_that_wait_longest_come_first(store: Store) -> None:
    """As many as are asked for, also where the id is as large as ids get."""
    with store.begin("main") as tx:
        tx.dirty.mark([("user", 5)], LATER)
        tx.dirty.mark([("time", 2**63 - 1)], NOON)
        assert tx.dirty.oldest(1) == [DirtyRecord(NOON, "time", 2**63 - 1)]


def test_a_record_that_was_read_is_clean(store: Store) -> None:
    """The others wait on; nothing is cleaned where nothing was read."""
    with store.begin("main") as tx:
        tx.dirty.mark([("shift", number) for number in range(1, 1200)], NOON)
    read = waiting(store)
    assert len(read) == 1000
    with store.begin("main") as tx:
        tx.dirty.clean(read)
        tx.dirty.clean([])
        assert tx.dirty.count() == 199


def test_a_record_that_is_touched_while_it_is_read_stays_dirty(store: Store) -> None:
    """With its first `since`, so that its age is not hidden by a storm of webhooks."""
    with store.begin("main") as tx:
        tx.dirty.mark([("shift", 1), ("shift", 2)], NOON)
    read = waiting(store)
    with store.begin("main") as tx:
        tx.dirty.mark([("shift", 2)], LATER)
    with store.begin("main") as tx:
        tx.dirty.clean(read)
    assert waiting(store) == [DirtyRecord(NOON, "shift", 2, 2)]


def test_a_reader_that_slept_cleans_nothing_that_was_marked_after_another_reading(store: Store) -> None:
    """The row looks the same but for its `since`."""
    with store.begin("main") as tx:
        tx.dirty.mark([("shift", 1)], NOON)
    read = waiting(store)
    with store.begin("main") as tx:
        tx.dirty.clean(read)
    with store.begin("main") as tx:
        tx.dirty.mark([("shift", 1)], LATER)
    with store.begin("main") as tx:
        tx.dirty.clean(read)
    assert waiting(store) == [DirtyRecord(LATER, "shift", 1, 1)]


def test_two_that_mark_the_same_record_at_once_are_both_counted(store: Store) -> None:
    """Else a reading that began between the two would clean the second one's word away."""
    at_once(
        store, lambda tx: tx.dirty.mark([("job", 1)], NOON), lambda tx: tx.dirty.mark([("job", 1), ("job", 2)], LATER)
    )
    assert waiting(store) == [DirtyRecord(NOON, "job", 1, 2), DirtyRecord(LATER, "job", 2, 1)]


def test_a_double_is_known_while_it_is_fresh(store: Store) -> None:
    """Of the same event of the same system of the same pair; a day later it is taken anew."""
    with store.begin("main") as tx:
        assert tx.deliveries.take("wonolo", "one", NOON, DAY)
        assert tx.deliveries.take("wonolo", "two", NOON, DAY)
        assert tx.deliveries.take("wheniwork", "one", NOON, DAY)
        assert not tx.deliveries.take("wonolo", "one", NOON, DAY)
        assert not tx.deliveries.take("wonolo", "one", NOON + DAY - timedelta(microseconds=1), DAY)
        assert tx.deliveries.take("wonolo", "one", NOON + DAY, DAY)
        assert not tx.deliveries.take("wonolo", "one", NOON + DAY, DAY)
    with store.begin("other") as tx:
        assert tx.deliveries.take("wonolo", "one", NOON, DAY)


def test_of_two_doubles_at_once_one_is_taken(store: Store) -> None:
    """Two replicas may be given the same webhook."""
    taken = []
    at_once(
        store,
        lambda tx: taken.append(tx.deliveries.take("wonolo", "one", NOON, DAY)),
        lambda tx: taken.append(tx.deliveries.take("wonolo", "one", LATER, DAY)),
    )
    assert sorted(taken) == [False, True]


def test_deliveries_are_forgotten_after_a_day(store: Store) -> None:
    """No double can come of them any more."""
    with store.begin("main") as tx:
        tx.deliveries.take("wonolo", "old", NOON, 3 * DAY)
        tx.deliveries.take("wonolo", "new", LATER, 3 * DAY)
    with store.begin("main") as tx:
        tx.deliveries.forget(LATER + DAY)
        assert tx.deliveries.take("wonolo", "old", LATER + DAY, 3 * DAY)
        assert not tx.deliveries.take("wonolo", "new", LATER + DAY, 3 * DAY)
