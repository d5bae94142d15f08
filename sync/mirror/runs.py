"""Runs of a pair, kept for the audit, and the lease that lets one run at a time write."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, or_, select, update

from sync.mirror import tables
from sync.mirror.records import of_model
from sync.mirror.rows import Rows

_RUN = of_model(tables.Run)
_LEASE = of_model(tables.Lease)


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
        """Record that a run began; returns its number."""
        values = {"pair": self._rows.pair, "command": command, "started_at": now, "outcome": "running", "counts": {}}
        result = self._rows.connection.execute(insert(_RUN).values(**values, error=""))
        return int(result.inserted_primary_key[0])  # type: ignore[index]  # an insert of one row has a key

    def finish(self, run: int, now: datetime, outcome: str, counts: Mapping[str, int], error: str = "") -> None:
        """Record how a run ended, and give its lease back."""
        values = {"finished_at": now, "outcome": outcome, "counts": dict(counts), "error": error}
        self._rows.connection.execute(update(_RUN).where(_RUN.c.id == run).values(**values))
        self._rows.connection.execute(delete(_LEASE).where(_LEASE.c.pair == self._rows.pair, _LEASE.c.run == run))

    def lease(self, run: int, now: datetime, until: datetime) -> bool:
        """Take or renew the right to write for the pair; False while another run has it."""
        values = {"pair": self._rows.pair, "run": run, "until": until}
        return self._rows.upsert(_LEASE, [values], lambda new: or_(_LEASE.c.until <= now, _LEASE.c.run == new.run)) == 1

    def last(self, count: int) -> list[RunSummary]:
        """The newest runs, newest first."""
        query = select(_RUN).where(_RUN.c.pair == self._rows.pair).order_by(_RUN.c.id.desc()).limit(count)
        return [
            RunSummary(row.id, row.command, row.started_at, row.finished_at, row.outcome, row.counts, row.error)
            for row in self._rows.connection.execute(query)
        ]
