"""The change log: each change that a run made, with the record before and after."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import bindparam, insert, select

from sync.mirror import tables
from sync.mirror.records import kept, of_model
from sync.mirror.rows import PAIR, SOME, Rows, chunked
from sync.plan import Change
from sync.plan.made import Made

_LOG = of_model(tables.LogEntry)
_ADD = insert(_LOG)
_OF_RUN = select(_LOG).where(_LOG.c.pair == PAIR, _LOG.c.run == bindparam("of_run"))
_OF_LINKS = select(_LOG).where(_LOG.c.pair == PAIR, _LOG.c.link.in_(SOME))
_OF_RECORDS = select(_LOG).where(_LOG.c.pair == PAIR, _LOG.c.kind == bindparam("kind"), _LOG.c.record.in_(SOME))


class ChangeLog:
    """The changes that were made in one pair."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def add(
        self,
        run: int,
        change: Change,
        now: datetime,
        *,
        before: Mapping[str, Any] | None,
        after: Mapping[str, Any] | None,
    ) -> None:
        """Add one change to the change log, with the record before and after."""
        values = {
            "pair": self._rows.pair,
            "run": run,
            "at": now,
            "link": change.link,
            "action": change.action,
            "system": change.system or "",
            "kind": change.kind,
            "record": str((after or before or {}).get("id", change.record)),
            "cause": change.cause,
            "before": kept(before) if before else None,
            "after": kept(after) if after else None,
            "change": msgspec.to_builtins(change),
        }
        self._rows.connection.execute(_ADD, values)

    def of_run(self, run: int) -> list[Made]:
        """The changes a run made, in their order."""
        return _made(self._rows.ask(_OF_RUN, of_run=run))

    def of_links(self, keys: Collection[str]) -> list[Made]:
        """The changes that were made for some links, in their order."""
        return _made(self._rows.ask_for_each(_OF_LINKS, keys))

    def of_records(self, kind: str, ids: Collection[int]) -> list[Made]:
        """The changes that were made to some records of a kind, in their order."""
        found: list[Any] = []
        for some in chunked([str(number) for number in sorted(ids)]):
            found += self._rows.ask(_OF_RECORDS, kind=kind, some=some)
        return _made(found)


def _made(rows: Iterable[Any]) -> list[Made]:
    return [
        Made(row.run, row.at, _change(row), row.record, row.before, row.after)
        for row in sorted(rows, key=lambda row: row.id)
    ]


def _change(row: Any) -> Change:
    """The change of a row; one of before changes were kept whole has at least what the columns tell."""
    if row.change:
        return msgspec.convert(row.change, Change)
    return Change(
        action=row.action,
        system=row.system or None,
        kind=row.kind,
        record=row.record,
        link=row.link,
        subject="",
        cause=row.cause,
    )
