"""What every query of one pair shares: the connection, the pair's name, and an upsert that both databases know.

Statements that run for each change are made once, with PAIR and SOME where values go: making a statement takes five
times as long as running it.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, TypeVar

from sqlalchemy import (
    JSON,
    BindParameter,
    Column,
    Connection,
    CursorResult,
    Dialect,
    Executable,
    Insert,
    Table,
    bindparam,
)
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
            yield from self.ask(statement, some=some).all()  # row by row it takes twice as long

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

    def upsert_many(
        self, table: Table, values: Sequence[Mapping[str, Any]], newer: Callable[[Table, Any], Any] | None = None
    ) -> None:
        """Upsert rows that have a value for every column of theirs, past SQLAlchemy.

        It would spend as long on the values of a row as the database does.
        """
        if values:
            prepared = _prepared(table, self.connection.dialect, tuple(values[0]), newer)
            self.connection.exec_driver_sql(prepared.sql, [prepared.row(value) for value in values])


@cache
def _upsert(
    table: Table, dialect: str, names: tuple[str, ...], newer: Callable[[Table, Any], Any] | None, keep: tuple[str, ...]
) -> Insert:
    make = postgresql.insert if dialect == "postgresql" else sqlite.insert
    statement = make(table)
    keys = [column.name for column in table.primary_key]
    replaced = set(names) & set(table.columns.keys()) - {*keys, *keep}
    return statement.on_conflict_do_update(
        index_elements=keys,
        set_={name: statement.excluded[name] for name in sorted(replaced)},
        where=newer(table, statement.excluded) if newer else None,
    )


@dataclass(frozen=True, slots=True)
class _Prepared:
    """An upsert as the driver takes it: each value's name in order, with what turns it into the driver's form."""

    sql: str
    positional: bool
    values: tuple[tuple[str, Callable[[Any], Any] | None], ...]

    def row(self, row: Mapping[str, Any]) -> tuple[Any, ...] | dict[str, Any]:
        """A row as the driver takes it."""
        turned = [turn(row[name]) if turn else row[name] for name, turn in self.values]
        return tuple(turned) if self.positional else dict(zip((name for name, _ in self.values), turned, strict=True))


@lru_cache(maxsize=100)
def _prepared(
    table: Table, dialect: Dialect, names: tuple[str, ...], newer: Callable[[Table, Any], Any] | None
) -> _Prepared:
    statement = _upsert(table, dialect.name, names, newer, ())
    compiled = statement.compile(dialect=dialect, column_keys=list(names))
    ordered = compiled.positiontup or names
    values = tuple((name, _turning(table.c[name], dialect)) for name in ordered)
    return _Prepared(str(compiled), compiled.positional, values)


def _turning(column: Column[Any], dialect: Dialect) -> Callable[[Any], Any] | None:
    turn = column.type.dialect_impl(dialect).bind_processor(dialect)
    # Remembered, but for records: the rows of a page share most of their instants.
    return lru_cache(maxsize=4096)(turn) if turn and not isinstance(column.type, JSON) else turn


def chunked(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """Cut keys into pieces that fit one IN list."""
    for start in range(0, len(items), _CHUNK):
        yield items[start : start + _CHUNK]
