"""Transactions that only read: they see one state, change nothing, and keep no writer waiting."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest

from sync.errors import StoreError
from sync.mirror.store import Store

NOW = datetime(2026, 3, 2, 14, tzinfo=UTC)


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """A store of the test's own."""
    opened = Store.open(database_url)
    yield opened
    opened.close()


def test_others_write_while_somebody_reads(store: Store) -> None:
    """The reader goes on seeing what was there when it began."""
    with store.read("main") as reading:
        assert reading.observations.cursor("job") is None
        with store.begin("main") as writing:
            writing.observations.save_cursor("job", NOW)
        assert reading.observations.cursor("job") is None
    with store.read("main") as reading:
        assert reading.observations.cursor("job") == NOW


def test_a_reader_cannot_write(store: Store) -> None:
    """A slip is an error at once, and the next transaction may write again."""
    with pytest.raises(StoreError, match=r"read-?only"), store.read("main") as reading:
        reading.observations.save_cursor("job", NOW)
    with store.begin("main") as writing:
        writing.observations.save_cursor("job", NOW)


def test_an_intent_survives_a_power_cut(sqlite_url: str) -> None:
    """A commit is on the disk before its write is sent."""
    store = Store.open(sqlite_url)
    with store.begin("main") as tx:
        assert tx.rows.connection.exec_driver_sql("PRAGMA synchronous").scalar_one() == 2  # FULL
    store.close()
