"""What the database fixtures promise to every other test."""

from __future__ import annotations

import pytest
import sqlalchemy

from sync.mirror import migrate


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
