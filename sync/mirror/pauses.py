"""Pauses: orders of people to write nothing, for a pair or for one record, kept with who, when and why."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, insert, or_, select, update

from sync.mirror import tables
from sync.mirror.records import of_model
from sync.mirror.rows import PAIR, Rows

_PAUSE = of_model(tables.Paused)
_NOW = bindparam("now", type_=_PAUSE.c.at.type)
_IN_FORCE = (
    _PAUSE.c.pair == PAIR,
    _PAUSE.c.ended_at.is_(None),
    or_(_PAUSE.c.until.is_(None), _PAUSE.c.until > _NOW),
)
_CURRENT = select(_PAUSE).where(*_IN_FORCE).order_by(_PAUSE.c.id)
_END = update(_PAUSE).where(
    *_IN_FORCE, _PAUSE.c.kind == bindparam("of_kind"), _PAUSE.c.record == bindparam("of_record")
)


@dataclass(frozen=True, slots=True)
class Pause:
    """An order to write nothing to a record, or for a whole pair where `kind` is empty; `until` None is for good."""

    who: str
    why: str
    at: datetime
    until: datetime | None = None
    kind: str = ""
    record: int = 0

    @property
    def target(self) -> str:
        """The record it is about, as `shift:12`, or `everything`."""
        return f"{self.kind}:{self.record}" if self.kind else "everything"


class Pauses:
    """The pauses of one pair."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def add(self, pause: Pause) -> None:
        """Record a pause; an earlier one of the same target is replaced."""
        self.end(pause.kind, pause.record, pause.at, pause.who)
        values = {name: getattr(pause, name) for name in ("who", "why", "at", "until", "kind", "record")}
        self._rows.connection.execute(insert(_PAUSE).values(pair=self._rows.pair, ended_by="", **values))

    def end(self, kind: str, record: int, now: datetime, who: str) -> bool:
        """End the pause of a record, or of the pair where `kind` is empty; returns False when there is none."""
        ended = self._rows.ask(_END.values(ended_at=now, ended_by=who), of_kind=kind, of_record=record, now=now)
        return ended.rowcount > 0

    def current(self, now: datetime) -> list[Pause]:
        """Return the pauses in force, oldest first."""
        rows = self._rows.ask(_CURRENT, now=now)
        return [Pause(row.who, row.why, row.at, row.until, row.kind, row.record) for row in rows]
