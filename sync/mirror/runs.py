"""Runs of a pair, kept for the audit."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, null, select, update

from sync.mirror import tables
from sync.mirror.records import of_model
from sync.mirror.rows import PAIR, Rows

_RUN = of_model(tables.Run)

_WRITING = ("reconcile", "daemon", "undo")
"""Commands that hold the lease of the pair for as long as they run."""

_BURY = (
    update(_RUN)
    .where(_RUN.c.pair == PAIR, _RUN.c.outcome == "running", _RUN.c.command.in_(_WRITING))
    .values(outcome="died", error="its process ended without a word")
)


@dataclass(frozen=True, slots=True)
class RunSummary:
    """One run as people ask for it."""

    id: int
    command: str
    started_at: datetime
    finished_at: datetime | None
    outcome: str
    counts: Mapping[str, int]
    error: str


class Runs:
    """The runs of one pair."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def start(self, command: str, now: datetime) -> int:
        """Record that a run began; returns its number.

        One that may write is the only one: those that are still called running died without a word.
        """
        if command in _WRITING:
            self._rows.ask(_BURY)
        values = {"pair": self._rows.pair, "command": command, "started_at": now, "outcome": "running", "counts": {}}
        result = self._rows.connection.execute(insert(_RUN).values(**values, error=""))
        return int(result.inserted_primary_key[0])  # type: ignore[index]  # an insert of one row has a key

    def keep_scope(self, run: int, scope: Mapping[str, Any]) -> None:
        """Record which work a run looks at."""
        self._rows.connection.execute(update(_RUN).where(_RUN.c.id == run).values(scope=dict(scope)))

    def last_scope(self) -> Mapping[str, Any] | None:
        """Which work the last run looked at that recorded it; None when none did."""
        query = select(_RUN.c.scope).where(_RUN.c.pair == self._rows.pair, _RUN.c.scope.is_not(null()))
        found: Mapping[str, Any] | None = self._rows.connection.execute(
            query.order_by(_RUN.c.id.desc()).limit(1)
        ).scalar_one_or_none()
        return found

    def finish(self, run: int, now: datetime, outcome: str, counts: Mapping[str, int], error: str = "") -> None:
        """Record how a run ended."""
        values = {"finished_at": now, "outcome": outcome, "counts": dict(counts), "error": error}
        self._rows.connection.execute(update(_RUN).where(_RUN.c.id == run).values(**values))

    def last(self, count: int) -> list[RunSummary]:
        """The newest runs, newest first."""
        query = select(_RUN).where(_RUN.c.pair == self._rows.pair).order_by(_RUN.c.id.desc()).limit(count)
        return [_summary(row) for row in self._rows.connection.execute(query)]

    def of(self, run: int) -> RunSummary | None:
        """The run of that number, None when the pair has none."""
        query = select(_RUN).where(_RUN.c.pair == self._rows.pair, _RUN.c.id == run)
        found = self._rows.connection.execute(query).first()
        return _summary(found) if found else None


def _summary(row: Any) -> RunSummary:
    return RunSummary(row.id, row.command, row.started_at, row.finished_at, row.outcome, row.counts, row.error)
