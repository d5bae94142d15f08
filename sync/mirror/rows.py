"""What every query of one pair shares: the connection, the pair's name, and an upsert that both databases know.

Statements that run for each change are made once, with PAIR and SOME where values go: making a statement takes five
times as long as running it.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import BindParameter, Connection, CursorResult, Executable, Table, bindparam
from sqlalchemy.dialects import postgresql, sqlite

PAIR: BindParameter[Any] = bindparam("of_pair")
"""Where a statement has the name of the pair."""
SOME: BindParameter[Any] = bindparam("some", expanding=True)
"""Where a statement has a list of keys."""

_CHUNK = 500
"""Keys in one IN list: SQLite allows 32,766 parameters, but short statements are cached."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of one pair inside one transaction."""

    connection: Connection
    pair: str

    def ask(self, statement: Executable, **values: Any) -> CursorResult[*tuple[Any, ...]]:
        """Run a statement with the pair's name and the other values that it has names for."""
        return self.connection.execute(statement, {"of_pair": self.pair, **values})

    def ask_for_each(self, statement: Executable, keys: Collection[Any]) -> Iterator[Any]:
        """The rows that a statement finds for some keys, however many."""
        for some in chunked(sorted(keys)):
            yield from self.ask(statement, some=some)

    def upsert(
        self,
        table: Table,
        values: Sequence[Mapping[str, Any]],
        newer: Callable[[Table, Any], Any] | None = None,
        keep: tuple[str, ...] = (),
    ) -> int:
        """Insert rows or replace those of the same primary key, but for the columns to `keep`.

        `newer(table, excluded)` may refuse a replacement. It is a function with a name, as its condition is kept.
        Returns how many rows were inserted or replaced.
        """
        if not values:
            return 0
        statement = _upsert(table, self.connection.dialect.name, tuple(values[0]), newer, keep)
        counting = {"preserve_rowcount": True}  # else the answer of Postgres is lost
        return self.connection.execute(statement, list(values), execution_options=counting).rowcount


@cache
def _upsert(
    table: Table, dialect: str, names: tuple[str, ...], newer: Callable[[Table, Any], Any] | None, keep: tuple[str, ...]
) -> Executable:
    make = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = make(table)
    keys = [column.name for column in table.primary_key]
    replaced = set(names) & set(table.columns.keys()) - {*keys, *keep}
    return statement.on_conflict_do_update(
        index_elements=keys,
        set_={name: statement.excluded[name] for name in sorted(replaced)},
        where=newer(table, statement.excluded) if newer else None,
    )


def chunked(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """Cut keys into pieces that fit one IN list."""
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]
