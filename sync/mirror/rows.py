"""What every query of one pair shares: the connection, the pair's name, and an upsert that both databases know."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite

_CHUNK = 500
"""Keys in one IN list: SQLite allows 32,766 parameters, but short statements are cached."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one pair inside one transaction."""

    connection: Connection
    pair: str

    def upsert(
        self, table: Table, values: Sequence[Mapping[str, Any]], newer: Callable[[Any], Any] | None = None
    ) -> int:
        """Insert rows or replace those of the same primary key; `newer(excluded)` may refuse a replacement.

        Returns how many rows were inserted or replaced.
        """
        if not values:
            return 0
        make = postgresql.insert if self.connection.dialect.name == "postgresql" else sqlite.insert
        statement = make(table)
        keys = [column.name for column in table.primary_key]
        names = [name for name in values[0] if name not in keys]
        updated = statement.on_conflict_do_update(
            index_elements=keys,
            set_={name: statement.excluded[name] for name in names},
            where=newer(statement.excluded) if newer else None,
        )
        return self.connection.execute(updated, list(values)).rowcount


def chunked(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """Cut keys into pieces that fit one IN list."""
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]
