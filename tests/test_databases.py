"""What the database fixtures promise to every other test."""

from __future__ import annotations

import stat
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlalchemy

from sync.errors import StoreLocked
from sync.mirror import migrate
from sync.mirror.database import transaction
from sync.mirror.store import Store


@pytest.mark.parametrize("visitor", ["first", "second"])
def test_a_database_is_seen_by_one_test_alone(empty_database_url: str, visitor: str) -> None:
    """The table that one visitor makes is not there for the other."""
    engine = sqlalchemy.create_engine(empty_database_url, poolclass=sqlalchemy.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE TABLE visits_of_{visitor} (day INTEGER)")
    assert sqlalchemy.inspect(engine).get_table_names() == [f"visits_of_{visitor}"]


def test_the_copied_template_has_every_table(database_url: str, empty_database_url: str) -> None:
    """A copy of the migrated template holds what migrating an empty database gives."""
    migrate(empty_database_url)
    copied, migrated = (
        sqlalchemy.inspect(sqlalchemy.create_engine(url, poolclass=sqlalchemy.NullPool))
        for url in (database_url, empty_database_url)
    )
    assert copied.get_table_names() == migrated.get_table_names() != []


def test_a_pool_that_is_used_up_is_a_busy_database(tmp_path: Path) -> None:
    """Who waits for a connection in vain may try again: it is an error of ours, with one clear line."""
    engine = sqlalchemy.create_engine(
        f"sqlite:///{tmp_path / 'busy.db'}",
        poolclass=sqlalchemy.QueuePool,
        pool_size=1,
        max_overflow=0,
        pool_timeout=0.1,
    )
    with transaction(engine), pytest.raises(StoreLocked, match="no connection to it became free"):
        transaction(engine).__enter__()
    engine.dispose()


def test_a_new_file_is_its_owner_s_alone(tmp_path: Path) -> None:
    """It holds names and hours of people; so are the files that SQLite keeps beside it."""
    file = tmp_path / "new.db"
    migrate(f"sqlite:///{file}")
    store = Store.open(f"sqlite:///{file}")
    with store.begin("main") as tx:
        tx.runs.start("diff", datetime(2026, 3, 2, tzinfo=UTC))
        assert {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {
            "new.db": 0o600,
            "new.db-wal": 0o600,
            "new.db-shm": 0o600,
        }
    store.close()
