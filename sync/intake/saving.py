"""Saving what pollers read: records in transactions of a bearable size, cursors, and what is gone."""

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from mappings.digest import RecordKind
from sync.clock import SystemClock
from sync.intake.parts import Part, Pulled
from sync.mirror.sightings import How
from sync.mirror.store import Store, Transaction

Record = Mapping[str, Any]

_AT_ONCE = 500
"""Records saved in one transaction; what is read from the other system meanwhile waits for it."""


_BEFORE = ".before"
"""Ends the name of the cursor of the last but one reading."""


class Saver:
    """The mirror of one pair as pollers use it."""

    def __init__(self, store: Store, pair: str) -> None:
        self._store, self._pair = store, pair

    def read(self) -> AbstractContextManager[Transaction]:
        """One transaction that only reads."""
        return self._store.read(self._pair)

    def begin(self) -> AbstractContextManager[Transaction]:
        """One transaction over the pair's rows."""
        return self._store.begin(self._pair)

    def cursor(self, name: str) -> datetime | None:
        """Return how far the poller of that name has read."""
        with self.read() as tx:
            return tx.observations.cursor(name)

    def advance(self, name: str, at: datetime) -> None:
        """Move a cursor; call it once the last record is saved."""
        with self.begin() as tx:
            tx.observations.save_cursor(name, at)

    def read_before(self, name: str) -> datetime | None:
        """Return when the last but one reading began of a listing by update; None where there was only one, or none."""
        return self.cursor(name + _BEFORE)

    def read_again(self, name: str, at: datetime) -> None:
        """Note a reading of a listing by update, which began then; call it once the last record is saved."""
        with self.begin() as tx:
            last = tx.observations.cursor(name)
            if last:
                tx.observations.save_cursor(name + _BEFORE, last)
            tx.observations.save_cursor(name, at)

    async def save(self, kind: RecordKind, records: Sequence[Record], read_at: datetime, pulled: Pulled) -> None:
        """Mirror records of a listing and count them."""
        pulled.count(kind, len(records))
        for start in range(0, len(records), _AT_ONCE):
            some = records[start : start + _AT_ONCE]
            pulled.problems += await asyncio.to_thread(self.store, kind, some, read_at)

    def store(self, kind: RecordKind, records: Iterable[Record], read_at: datetime, how: How = "listing") -> list[str]:
        """Mirror records in one transaction; returns a sentence for each that cannot be kept."""
        with self.begin() as tx:
            return tx.observations.save(kind, records, read_at, how)

    def mark_gone(self, kind: RecordKind, ids: Collection[int], read_at: datetime, how: How = "listing") -> None:
        """Record that a system no longer has these records."""
        if ids:
            with self.begin() as tx:
                tx.observations.mark_gone(kind, ids, read_at, how)

    def looked(self, parts: Mapping[Part, datetime], again: Collection[Part] = ()) -> None:
        """Record which parts were read to their end, and ask for those that are to be read `again` at once."""
        if parts or again:
            with self.begin() as tx:
                for part, began in parts.items():
                    tx.looks.looked(part, began)
                tx.looks.mark(sorted(again), SystemClock().now())
