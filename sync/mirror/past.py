"""Records as they were seen last, gone ones too, and which belong together: what histories are made of."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import bindparam, select

from mappings.digest import RecordKind
from sync.mirror.records import KINDS, LINKABLE, Record, table
from sync.mirror.rows import PAIR, SOME, Rows

_JOB = table("job")

_RAW = {
    kind: select(row.c.id, row.c.raw).where(row.c.pair == PAIR, row.c.id.in_(SOME))
    for kind, row in ((kind, table(kind)) for kind in KINDS)
}
_LINKS = {
    kind: select(row.c.link).where(row.c.pair == PAIR, row.c.id == bindparam("id"), row.c.link != "")
    for kind, row in ((kind, table(kind)) for kind in LINKABLE)
}
_JOBS = select(_JOB.c.id).where(_JOB.c.pair == PAIR, _JOB.c.worker_id == bindparam("id"))
_PEOPLE: tuple[RecordKind, ...] = ("worker", "user")


class Past:
    """The records of one pair, gone ones too."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def records(self, kind: RecordKind, ids: Collection[int]) -> dict[int, Record]:
        """Records by id as they were seen last, whether they still are or not."""
        return {row.id: row.raw for row in self._rows.ask_for_each(_RAW[kind], ids)}

    def links(self, kind: RecordKind, record: int) -> list[str]:
        """The key of the link that holds a record; none for a record without one."""
        return [row.link for row in self._rows.ask(_LINKS[kind], id=record)] if kind in _LINKS else []

    def jobs(self, worker: int) -> list[int]:
        """The Jobs of a Wonolo worker."""
        return sorted(row.id for row in self._rows.ask(_JOBS, id=worker))

    def people(self) -> Mapping[tuple[RecordKind, int], Record]:
        """Every Wonolo worker and When I Work user there ever was."""
        found: dict[tuple[RecordKind, int], Record] = {}
        for kind in _PEOPLE:
            person = table(kind)
            query: Any = select(person.c.id, person.c.raw).where(person.c.pair == PAIR).order_by(person.c.id)
            found |= {(kind, row.id): row.raw for row in self._rows.ask(query)}
        return found
