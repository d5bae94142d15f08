"""What people decided: kept with who, when and why; each counts until it is used, void, replaced or withdrawn."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import Row, bindparam, insert, select, update

from mappings.decision import UNDONE, Decision
from sync.mirror import tables
from sync.mirror.records import of_model
from sync.mirror.rows import PAIR, SOME, Rows

_TABLE = of_model(tables.Decided)
_OPEN = select(_TABLE).where(_TABLE.c.pair == PAIR, _TABLE.c.ended == "").order_by(_TABLE.c.id)
_END = (
    update(_TABLE)
    .where(_TABLE.c.pair == PAIR, _TABLE.c.ended == "", _TABLE.c.key.in_(SOME))
    .values(ended=bindparam("how"), ended_at=bindparam("now", type_=_TABLE.c.ended_at.type), run=bindparam("by_run"))
)
_GIVE_BACK = (
    update(_TABLE)
    .where(_TABLE.c.pair == PAIR, _TABLE.c.key == bindparam("of_key"), _TABLE.c.run == bindparam("by_run"))
    .where(_TABLE.c.ended == "used")
    .values(ended="", ended_at=None, run=None)
)
_NEWEST = select(_TABLE).where(_TABLE.c.pair == PAIR).order_by(_TABLE.c.id.desc()).limit(bindparam("count"))
_ABOUT = select(_TABLE).where(_TABLE.c.pair == PAIR, _TABLE.c.key.in_(SOME))

Ended = Literal["used", "void", "replaced", "withdrawn"]


@dataclass(frozen=True, slots=True)
class Kept:
    """A decision and what became of it: `ended` is empty while it counts, `run` the run that used it."""

    decision: Decision
    ended: str = ""
    ended_at: datetime | None = None
    run: int | None = None


class Decisions:
    """The decisions of one pair."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def record(self, decision: Decision) -> None:
        """Keep a decision; an earlier one about the same that still counted is replaced."""
        self.end([decision.key], "replaced", decision.at)
        values = {"pair": self._rows.pair, "ended": "", **{name: getattr(decision, name) for name in _FIELDS}}
        self._rows.connection.execute(insert(_TABLE).values(**values))

    def open(self) -> dict[str, Decision]:
        """The decisions that still count, by key."""
        return {row.key: _decision(row) for row in self._rows.ask(_OPEN)}

    def end(self, keys: Collection[str], how: Ended, now: datetime, run: int | None = None) -> None:
        """Let the decisions about these keys count no longer."""
        if keys:
            self._rows.ask(_END, some=sorted(keys), how=how, now=now, by_run=run)

    def done_again(self, marks: Collection[str], now: datetime, run: int) -> None:
        """Hold no longer back what was taken back once, as a person had all of it done again."""
        held = (said for said in self.open().values() if said.choice == UNDONE)
        self.end([said.key for said in held if set(said.facts.split()) <= set(marks)], "used", now, run)

    def give_back(self, key: str, run: int) -> None:
        """Let a decision count again that a run used up for a write which did not happen."""
        self._rows.ask(_GIVE_BACK, of_key=key, by_run=run)

    def newest(self, count: int) -> list[Kept]:
        """The latest decisions, newest first."""
        return [_kept(row) for row in self._rows.ask(_NEWEST, count=count)]

    def about(self, keys: Collection[str]) -> list[Kept]:
        """Every decision there ever was about these keys, in the order they were made."""
        return [_kept(row) for row in sorted(self._rows.ask_for_each(_ABOUT, keys), key=lambda row: row.id)]


_FIELDS = Decision.__struct_fields__


def _decision(row: Row[Any]) -> Decision:
    return Decision(**{name: getattr(row, name) for name in _FIELDS})


def _kept(row: Row[Any]) -> Kept:
    return Kept(_decision(row), row.ended, row.ended_at, row.run)
