"""Writes that are of no use: planned again in one run although they were made, so that a run is no endless fight."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from sync.plan import Change
from sync.writer import Result

_MOST_TIMES = 2
"""A later pass may go on with a field (a seat that waited for its stack); a third write of it means a fight."""

_SAME = "it was written, but the system still shows the old value"
_OTHERWISE = "this run has written it twice already, and would write it otherwise again"


class Made(NamedTuple):
    """What a run has written so far: exactly what, and how often each field of each record."""

    effects: frozenset[str]
    fields: Counter[tuple[str, str, str]]

    def no_use(self, change: Change) -> str:
        """Return why a change is given up after all that; nothing if it may be carried out."""
        if change.writes and change.effect in self.effects:
            return _SAME
        return _OTHERWISE if any(self.fields[field] >= _MOST_TIMES for field in _fields(change)) else ""


def made(results: Iterable[Result]) -> Made:
    """Return what was written, of all that was tried."""
    rows = [row.change for row in results if row.outcome in ("done", "differs")]
    return Made(frozenset(row.effect for row in rows), Counter(field for row in rows for field in _fields(row)))


def _fields(change: Change) -> list[tuple[str, str, str]]:
    """The fields that an update writes, each behind its record."""
    names = change.payload if change.action == "update" else ()
    return [(change.kind, change.record, name) for name in names]
