"""Shifts by the day they start, so that a window among many thousands is found quickly."""

from __future__ import annotations

from datetime import datetime, timedelta
from operator import itemgetter

from sandbox.wheniwork.records import Record


class Timeline:
    """An index of shift records by start; the caller takes a shift out before moving it and puts it back after."""

    def __init__(self) -> None:
        self._days: dict[int, dict[int, Record]] = {}
        self._longest = timedelta(0)

    def put(self, shift: Record) -> None:
        """Index a shift."""
        self._days.setdefault(shift["start_time"].toordinal(), {})[shift["id"]] = shift
        self._longest = max(self._longest, shift["end_time"] - shift["start_time"])

    def take(self, shift: Record) -> None:
        """Forget a shift, which must not have moved since it was put."""
        del self._days[shift["start_time"].toordinal()][shift["id"]]

    def overlapping(self, start: datetime, end: datetime) -> list[Record]:
        """Shifts with `end_time > start` and `start_time < end`, by start (When I Work reference 5.2)."""
        earliest = start.toordinal() - self._longest.days - 1
        days = sorted(day for day in self._days if earliest <= day <= end.toordinal())
        found = [
            shift
            for day in days
            for shift in self._days[day].values()
            if shift["start_time"] < end and shift["end_time"] > start
        ]
        found.sort(key=itemgetter("start_time"))
        return found
