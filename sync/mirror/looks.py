"""The last complete reading of each part of a pair: what is due is derived from it, on any machine."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, select, update

from sync.mirror import tables
from sync.mirror.records import of_model
from sync.mirror.rows import PAIR, Rows

_LOOK = of_model(tables.Look)
_ALL = select(_LOOK).where(_LOOK.c.pair == PAIR)
_HEED = (
    update(_LOOK)
    .where(_LOOK.c.pair == PAIR, _LOOK.c.part == bindparam("of_part"))
    .where(_LOOK.c.marked_at <= bindparam("began", type_=_LOOK.c.at.type))
    .values(marked_at=None)
)


@dataclass(frozen=True, slots=True)
class LastLook:
    """The start of the last complete reading of a part, None before the first; `marked` asks for another at once."""

    at: datetime | None = None
    marked: bool = False


class Looks:
    """The readings of the parts of one pair."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def all(self) -> dict[str, LastLook]:
        """Return the last complete reading of each part that was ever read or marked."""
        return {row.part: LastLook(row.at, row.marked_at is not None) for row in self._rows.ask(_ALL)}

    def looked(self, part: str, at: datetime) -> None:
        """Record that a part was read to its end; `at` is when that began, and what was asked since is still due."""
        self._rows.upsert(_LOOK, [{"pair": self._rows.pair, "part": part, "at": at}])
        self._rows.ask(_HEED, of_part=part, began=at)

    def mark(self, parts: Iterable[str], now: datetime) -> None:
        """Ask for parts to be read at once, whatever their cadence."""
        for part in parts:
            values = {"pair": self._rows.pair, "part": part, "at": None, "marked_at": now}
            self._rows.upsert(_LOOK, [values], keep=("at",))
