"""What the database fixtures promise to every other test."""

from __future__ import annotations

import pytest
import sqlalchemy


@pytest.mark.parametrize("visitor", ["first", "second"])
def test_a_database_is_seen_by_one_test_alone(empty_database_url: str, visitor: str) -> None:
    """The table that one visitor makes is not there for the other."""
    engine = sqlalchemy.create_engine(empty_database_url, poolclass=sqlalchemy.NullPool)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"CREATE TABLE visits_of_{visitor} (day INTEGER)")
    assert sqlalchemy.inspect(engine).get_table_names() == [f"visits_of_{visitor}"]
