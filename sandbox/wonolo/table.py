"""A table of records that is always in the order in which Wonolo lists it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

Record = dict[str, Any]
Entry = tuple[datetime, int]

_EARLIEST = datetime.min.replace(tzinfo=UTC)
_LATEST = datetime.max.replace(tzinfo=UTC)
_NO_ID = -1
_EVERY_ID = 2**63


@dataclass(frozen=True)
class Window:
    """The bounds of a listing on `updated_at`; None leaves a side open."""

    after: datetime | None = None
    before: datetime | None = None
    inclusive: bool = False

    def lowest(self) -> Entry:
        """The entry below which nothing belongs to the window."""
        return (self.after or _EARLIEST, _NO_ID if self.inclusive or self.after is None else _EVERY_ID)

    def highest(self) -> Entry:
        """The entry above which nothing belongs to the window."""
        return (self.before or _LATEST, _EVERY_ID if self.inclusive or self.before is None else _NO_ID)


class Table:
    """Records by id, and beside them their (updated_at, id) in rising order.

    Every record has an `id` and an aware `updated_at`. The order is kept at each write, so that a page costs a slice
    even when there are a hundred thousand records; what a filter found is kept until the next write.
    """

    def __init__(self, first_id: int) -> None:
        self.records: dict[int, Record] = {}
        self._order: list[Entry] = []
        self._found: dict[tuple[object, ...], Sequence[Entry]] = {}
        self._next_id = first_id

    def add(self, fields: Record, at: datetime) -> Record:
        """Store the fields as a new record, created and updated at the instant given, under the next id."""
        record = {"id": self._next_id, **fields, "created_at": at, "updated_at": at}
        self._next_id += 1
        self.records[record["id"]] = record
        insort(self._order, (at, record["id"]))
        self._found.clear()
        return record

    def touch(self, record: Record, at: datetime) -> None:
        """Give the record a new `updated_at`."""
        self._forget(record)
        record["updated_at"] = at
        insort(self._order, (at, record["id"]))

    def oldest(self) -> Record | None:
        """The record that was updated least recently; None if there is none."""
        return self.records[self._order[0][1]] if self._order else None

    def remove(self, record: Record) -> None:
        """Take the record out."""
        self._forget(record)
        del self.records[record["id"]]

    def _forget(self, record: Record) -> None:
        del self._order[bisect_left(self._order, (record["updated_at"], record["id"]))]
        self._found.clear()

    def within(self, window: Window, key: object, matches: Callable[[Record], bool] | None) -> Sequence[Entry]:
        """Entries of the window in rising order that match; `key` names the filter, equal keys being equal filters."""
        place = (window, key)
        if place not in self._found:
            low, high = bisect_left(self._order, window.lowest()), bisect_right(self._order, window.highest())
            entries = self._order[low:high]
            self._found[place] = entries if matches is None else [e for e in entries if matches(self.records[e[1]])]
        return self._found[place]

    def among(self, ids: Iterable[int], window: Window, matches: Callable[[Record], bool]) -> Sequence[Entry]:
        """The same over a few known ids, without looking at the rest of the table."""
        records = [self.records[number] for number in ids]
        entries = sorted((record["updated_at"], record["id"]) for record in records if matches(record))
        return [entry for entry in entries if window.lowest() <= entry <= window.highest()]
