"""Records that may have changed and are to be read again, and the webhooks that said so.

Timers, webhooks and people only add to them, so a burst about one record costs one reading, and nothing is lost when a
process dies.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from sqlalchemy import and_, bindparam, delete, func, select, tuple_, update

from mappings.model import System
from sync.mirror import tables
from sync.mirror.records import of_model
from sync.mirror.rows import PAIR, Rows, chunked

_DIRTY = of_model(tables.Dirty)
_DELIVERY = of_model(tables.Delivery)

DirtyKind = Literal["job_request", "job", "worker", "shift", "user", "time"]
"""The kinds of records that can be read by id."""

_KEPT = timedelta(days=1)
"""A service that got no answer comes again within minutes (Wonolo reference 11)."""

_TOUCH = update(_DIRTY).where(
    _DIRTY.c.pair == PAIR, _DIRTY.c.kind == bindparam("of_kind"), _DIRTY.c.record == bindparam("of_record")
)
_OLDEST = select(_DIRTY).where(_DIRTY.c.pair == PAIR).order_by(_DIRTY.c.since, _DIRTY.c.kind, _DIRTY.c.record)
_KNOWN = select(_DELIVERY.c.at).where(
    _DELIVERY.c.pair == PAIR, _DELIVERY.c.system == bindparam("of_system"), _DELIVERY.c.event == bindparam("of_event")
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
        """Ask for records to be read again; one that is dirty already keeps its `since`."""
        for kind, record in dict.fromkeys(records):
            again = self._rows.ask(_TOUCH.values(touched=_DIRTY.c.touched + 1), of_kind=kind, of_record=record).rowcount
            if not again:
                values = {"pair": self._rows.pair, "kind": kind, "record": record, "since": now, "touched": 1}
                self._rows.upsert(_DIRTY, [values])

    def oldest(self, count: int) -> list[DirtyRecord]:
        """Return the records that wait longest."""
        rows = self._rows.ask(_OLDEST.limit(count))
        return [DirtyRecord(row.since, row.kind, row.record, row.touched) for row in rows]

    def count(self) -> int:
        """Return how many records wait."""
        query = select(func.count()).where(_DIRTY.c.pair == PAIR)
        return int(self._rows.ask(query).scalar_one())

    def clean(self, records: Collection[DirtyRecord]) -> None:
        """Forget records that were read, but for those that were touched since their reading began."""
        for some in chunked(sorted(records)):
            keys = [(row.kind, row.record, row.touched) for row in some]
            chosen = tuple_(_DIRTY.c.kind, _DIRTY.c.record, _DIRTY.c.touched).in_(keys)
            self._rows.ask(delete(_DIRTY).where(and_(_DIRTY.c.pair == PAIR, chosen)))


class Deliveries:
    """The webhooks of one pair that were taken."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def take(self, system: System, event: str, now: datetime, fresh: timedelta) -> bool:
        """Record a delivery; returns False for one of the same event within `fresh`, a double."""
        known = self._rows.ask(_KNOWN, of_system=system, of_event=event).scalar_one_or_none()
        if known is not None and now - known < fresh:
            return False
        values = {"pair": self._rows.pair, "system": system, "event": event, "at": now}
        self._rows.upsert(_DELIVERY, [values])
        return True

    def newest(self) -> dict[System, datetime]:
        """Return when the last delivery of each system was taken."""
        return {row.system: row.at for row in self._rows.ask(_NEWEST)}

    def forget(self, now: datetime) -> None:
        """Forget the deliveries that no double can come of any more."""
        self._rows.ask(_FORGET, before=now - _KEPT)
