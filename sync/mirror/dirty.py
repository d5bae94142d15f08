"""Records that may have changed and are to be read again, and the webhooks that said so.

Timers, webhooks and people only add to them, so a burst about one record costs one reading, and nothing is lost when a
process dies.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Literal, get_args

from sqlalchemy import Insert, Table, bindparam, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite

from mappings.model import System
from sync.mirror import tables
from sync.mirror.records import of_model
from sync.mirror.rows import PAIR, Rows

_DIRTY = of_model(tables.Dirty)
_DELIVERY = of_model(tables.Delivery)

DirtyKind = Literal["job_request", "job", "worker", "shift", "user", "time"]
"""The kinds of records that can be read by id."""

DIRTY_KINDS: tuple[DirtyKind, ...] = get_args(DirtyKind)

_KEPT = timedelta(days=1)
"""A service that got no answer comes again within minutes (Wonolo reference 11)."""

_OLDEST = select(_DIRTY).where(_DIRTY.c.pair == PAIR).order_by(_DIRTY.c.since, _DIRTY.c.kind, _DIRTY.c.record)
_CLEAN = delete(_DIRTY).where(
    _DIRTY.c.pair == bindparam("of_pair"),
    *(_DIRTY.c[name] == bindparam(f"of_{name}") for name in ("kind", "record", "since", "touched")),
)
_NEWEST = (
    select(_DELIVERY.c.system, func.max(_DELIVERY.c.at).label("at"))
    .where(_DELIVERY.c.pair == PAIR)
    .group_by(_DELIVERY.c.system)
)
_FORGET = delete(_DELIVERY).where(
    _DELIVERY.c.pair == PAIR, _DELIVERY.c.at < bindparam("before", type_=_DELIVERY.c.at.type)
)


@dataclass(frozen=True, slots=True, order=True)
class DirtyRecord:
    """One record to be read again; `since` is when the first word of it came."""

    since: datetime
    kind: DirtyKind
    record: int
    touched: int = 1


class DirtyRecords:
    """The dirty records of one pair."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def mark(self, records: Iterable[tuple[DirtyKind, int]], now: datetime) -> None:
        """Ask for records to be read again, once for each word of one; what is dirty already keeps its `since`."""
        # In one order everywhere, or two who mark the same records would wait for each other.
        values = [
            {"pair": self._rows.pair, "kind": kind, "record": record, "since": now, "touched": words}
            for (kind, record), words in sorted(Counter(records).items())
        ]
        if values:
            self._rows.connection.execute(_touch(self._rows.connection.dialect.name), values)

    def oldest(self, count: int, kinds: Collection[DirtyKind] = DIRTY_KINDS) -> list[DirtyRecord]:
        """Return the records of some kinds that wait longest."""
        rows = self._rows.ask(_OLDEST.where(_DIRTY.c.kind.in_(sorted(kinds))).limit(count))
        return [DirtyRecord(row.since, row.kind, row.record, row.touched) for row in rows]

    def count(self) -> int:
        """Return how many records wait."""
        query = select(func.count()).where(_DIRTY.c.pair == PAIR)
        return int(self._rows.ask(query).scalar_one())

    def clean(self, records: Collection[DirtyRecord]) -> None:
        """Forget records that were read, but for those that were touched since their reading began.

        One that was cleaned and marked again meanwhile has another `since`.
        """
        values = [
            {"of_pair": self._rows.pair, "of_kind": row.kind, "of_record": row.record, "of_since": row.since,
             "of_touched": row.touched}
            for row in sorted(records, key=lambda row: (row.kind, row.record))
        ]  # fmt: skip
        if values:
            self._rows.connection.execute(_CLEAN, values)


class Deliveries:
    """The webhooks of one pair that were taken."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def take(self, system: System, event: str, now: datetime, fresh: timedelta) -> bool:
        """Record a delivery; returns False for one of the same event within `fresh`, a double."""
        statement = _take(self._rows.connection.dialect.name)
        values = {"pair": self._rows.pair, "system": system, "event": event, "at": now, "stale": now - fresh}
        counting = {"preserve_rowcount": True}  # else the answer of Postgres is lost
        return self._rows.connection.execute(statement, values, execution_options=counting).rowcount == 1

    def newest(self) -> dict[System, datetime]:
        """Return when the last delivery of each system was taken."""
        return {row.system: row.at for row in self._rows.ask(_NEWEST)}

    def forget(self, now: datetime) -> None:
        """Forget the deliveries that no double can come of any more."""
        self._rows.ask(_FORGET, before=now - _KEPT)


@cache
def _touch(dialect: str) -> Insert:
    """Mark a record, or count more words of it: in one statement, as several processes take webhooks."""
    statement = _insert(_DIRTY, dialect)
    return statement.on_conflict_do_update(
        index_elements=list(_DIRTY.primary_key), set_={"touched": _DIRTY.c.touched + statement.excluded.touched}
    )


@cache
def _take(dialect: str) -> Insert:
    """Record a delivery unless it is there and not `stale`: in one statement, or two at once would both be new."""
    statement = _insert(_DELIVERY, dialect)
    return statement.on_conflict_do_update(
        index_elements=list(_DELIVERY.primary_key),
        set_={"at": statement.excluded.at},
        where=_DELIVERY.c.at <= bindparam("stale", type_=_DELIVERY.c.at.type),
    )


def _insert(table: Table, dialect: str) -> postgresql.Insert | sqlite.Insert:
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
