"""The migrations: from nothing to the newest tables and back, on both databases."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlmodel import SQLModel

import sync.mirror
from sync.errors import StoreNewer
from sync.mirror import migrate
from sync.mirror.store import Store


def alembic(connection: sqlalchemy.Connection) -> Config:
    """Alembic's configuration on a connection."""
    config = Config()
    config.set_main_option("script_location", str(Path(sync.mirror.__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def connected(url: str) -> sqlalchemy.Engine:
    """An engine that keeps nothing open."""
    return sqlalchemy.create_engine(url, poolclass=sqlalchemy.NullPool)


def test_the_newest_tables_are_those_of_the_models(database_url: str) -> None:
    """Nothing is missing in the migrations, and nothing is in them alone."""
    with connected(database_url).begin() as connection:
        assert compare_metadata(MigrationContext.configure(connection), SQLModel.metadata) == []
        command.check(alembic(connection))


def test_a_second_migration_changes_nothing(database_url: str) -> None:
    """Every opening migrates, so it is quick."""
    before = sqlalchemy.inspect(connected(database_url)).get_table_names()
    migrate(database_url)
    assert sqlalchemy.inspect(connected(database_url)).get_table_names() == before


def test_down_and_up_again(database_url: str) -> None:
    """Nothing is left behind by the way down."""
    with connected(database_url).begin() as connection:
        command.downgrade(alembic(connection), "base")
    assert sqlalchemy.inspect(connected(database_url)).get_table_names() == ["alembic_version"]
    store = Store.open(database_url)
    with store.begin("main") as tx:
        assert tx.counts()["link"] == 0
    store.close()


def test_decisions_and_writes_of_before_keep_their_meaning(database_url: str) -> None:
    """Decisions under keys with sentences in them are of version 1; a key of then named exactly what was sent."""
    with connected(database_url).begin() as connection:
        command.downgrade(alembic(connection), "0009")
        connection.exec_driver_sql(
            "INSERT INTO decision (pair, key, facts, choice, subject, who, why, at, ended) VALUES "
            "('main', 'k0', 'f', 'no', 's', 'Dana', '', '2026-03-02 14:00:00', ''), "
            "('main', 'k1', 'f', 'same', 's', 'Dana', '', '2026-03-02 14:00:00', '')"
        )
        connection.exec_driver_sql(
            "INSERT INTO intent (pair, key, run, link, state, change, attempt, bound, error) VALUES "
            "('main', 'abc', 1, 'link', 'failed', '{}', 1, '2026-03-02 14:00:00', 'refused')"
        )
    store = Store.open(database_url)
    with store.begin("main") as tx:
        assert {key: row.keys for key, row in tx.decisions.open().items()} == {"k0": 1, "k1": 2}
    store.close()
    with connected(database_url).begin() as connection:
        assert connection.exec_driver_sql("SELECT key, effect FROM intent").all() == [("abc", "abc")]


def test_a_time_that_was_tied_to_a_job_stays_tied(database_url: str) -> None:
    """Up from a database in which a Job had one Time, and down again."""
    tied = ("main", 3, 9, "settled")
    with connected(database_url).begin() as connection:
        config = alembic(connection)
        command.downgrade(config, "0012")
        command.downgrade(config, "-1")
        connection.exec_driver_sql(
            "INSERT INTO timesheet (pair, job, time, base, job_settled, time_settled, left_out, since) "
            "VALUES ('main', 3, 9, '{}', 'job', 'settled', false, '2026-03-14 13:00:00')"
        )
        command.upgrade(config, "0012")
        rows = connection.exec_driver_sql("SELECT pair, job, time, settled FROM timesheet_piece").all()
        assert [tuple(row) for row in rows] == [tied]
        command.downgrade(config, "-1")
        rows = connection.exec_driver_sql("SELECT pair, job, time, time_settled FROM timesheet").all()
        assert [tuple(row) for row in rows] == [tied]


def test_a_database_of_a_newer_version_is_left_alone(database_url: str) -> None:
    """The error says what to do."""
    with connected(database_url).begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(StoreNewer, match=r"revision 9999\); upgrade shiftbridge"):
        Store.open(database_url)
