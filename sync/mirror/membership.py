"""Which link holds which record, and which of them changed since both sides agreed: kept with the records themselves.

So planning finds what may need something by indexes of those few rows, however many links are quiet.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Select, Update, and_, bindparam, literal, literal_column, or_, select, update

from mappings.digest import RecordKind
from sync.mirror.mirrored import GONE
from sync.mirror.records import LINKABLE, table
from sync.mirror.rows import PAIR, SOME, Rows

Members = Mapping[tuple[RecordKind, int], str]
"""The records of a link with the digest each is settled at, empty for one that is not."""

NO_LINK: Any = literal_column("''")
"""Spelled out, as an index of some rows is used only where a query has the words of the index."""

_JOB, _REQUEST, _SHIFT = table("job"), table("job_request"), table("shift")


def linked(kind: RecordKind) -> Any:
    """The condition that some link of the pair holds a record."""
    mirrored = table(kind)
    return and_(mirrored.c.pair == PAIR, mirrored.c.link != NO_LINK)


def _ids(kind: RecordKind) -> Select[Any]:
    mirrored = table(kind)
    return select(mirrored.c.id).where(linked(kind), mirrored.c.link == bindparam("key"))


def _changed(kind: RecordKind) -> Select[Any]:
    mirrored = table(kind)
    # A bound, and not `!=`: with that SQLite prefers another index of the whole pair.
    of_pair = and_(mirrored.c.pair == PAIR, mirrored.c.link > NO_LINK)
    return select(mirrored.c.link).where(of_pair, mirrored.c.digest != mirrored.c.settled)


def _held(kind: RecordKind) -> Select[Any]:
    mirrored = table(kind)
    return select(mirrored.c.id).where(linked(kind), mirrored.c.id.in_(SOME))


def _free(kind: RecordKind) -> Update:
    mirrored = table(kind)
    return update(mirrored).where(linked(kind), mirrored.c.link == bindparam("key")).values(link="", settled="")


def _hold(kind: RecordKind) -> Update:
    mirrored = table(kind)
    one = and_(mirrored.c.pair == PAIR, mirrored.c.id == bindparam("record"))
    return update(mirrored).where(one).values(link=bindparam("key"), settled=bindparam("agreed"))


_IDS = {kind: _ids(kind) for kind in LINKABLE}
_CHANGED = {kind: _changed(kind) for kind in LINKABLE}
_HELD = {kind: _held(kind) for kind in LINKABLE}
_FREE = {kind: _free(kind) for kind in LINKABLE}
_HOLD = {kind: _hold(kind) for kind in LINKABLE}
# Not joined: SQLite would begin with every request that is linked.
_WITHOUT_LINK = select(_JOB.c.job_request_id).where(_JOB.c.pair == PAIR, _JOB.c.link == NO_LINK)
_NEW_JOBS = select(_REQUEST.c.link).where(linked("job_request"), _REQUEST.c.id.in_(_WITHOUT_LINK))
_LOSING = select(_SHIFT.c.link).where(linked("shift"), _SHIFT.c.id.in_(SOME))
_UNSETTLE = update(_REQUEST).where(linked("job_request"), _REQUEST.c.link.in_(_LOSING)).values(settled="")


_RUNNING = timedelta(days=1)
"""How long after its start work may still be under way."""

_UNSETTLED = timedelta(days=14)
"""The time after its start for which work is followed while its two sides do not agree."""


def _unread(kind: Literal["job_request", "shift"]) -> Select[Any]:
    mirrored = table(kind)
    start = mirrored.c.start_time
    not_over = or_(
        start.is_(None),
        start > bindparam("now", type_=start.type),
        and_(start > bindparam("since", type_=start.type), mirrored.c.digest != mirrored.c.settled),
    )
    unread = mirrored.c.read_at < bindparam("before", type_=mirrored.c.read_at.type)
    columns = select(literal(kind).label("kind"), mirrored.c.id, mirrored.c.read_at)
    return columns.where(linked(kind), mirrored.c.digest != GONE, not_over, unread).order_by(mirrored.c.read_at)


_BEYOND = (
    select(_SHIFT.c.start_time)
    .where(
        linked("shift"),
        _SHIFT.c.digest != GONE,
        _SHIFT.c.start_time >= bindparam("end", type_=_SHIFT.c.start_time.type),
    )
    .order_by(_SHIFT.c.start_time)
)
_UNREAD = (_unread("job_request"), _unread("shift"))


class Membership:
    """The records that the links of one pair hold."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def hold(self, key: str, members: Members) -> None:
        """Let a link hold these mirrored records and no others."""
        # Nothing else may have changed about a link that these shifts are taken from, yet it has fewer seats now.
        self.free(key)
        self._rows.ask(_UNSETTLE, some=[record for kind, record in members if kind == "shift"])
        for (kind, record), settled in members.items():
            self._rows.ask(_HOLD[kind], key=key, record=record, agreed=settled)

    def take(self, key: str, shift: int) -> None:
        """Make a shift of another link one of this link."""
        self._rows.ask(_UNSETTLE, some=[shift])
        self._rows.ask(_HOLD["shift"], key=key, record=shift, agreed="")

    def free(self, key: str) -> None:
        """Let a link hold nothing."""
        for statement in _FREE.values():
            self._rows.ask(statement, key=key)

    def of(self, key: str) -> list[tuple[RecordKind, int]]:
        """The records of a link."""
        return [(kind, record) for kind, ids in _IDS.items() for record in self._rows.ask(ids, key=key).scalars()]

    def unsettled(self) -> list[str]:
        """Keys of the links with a record that changed since both sides agreed, or with a Job they do not know."""
        return sorted({key for query in (_NEW_JOBS, *_CHANGED.values()) for key in self._rows.ask(query).scalars()})

    def held(self, kind: RecordKind, ids: Sequence[int]) -> set[int]:
        """Those of the records that some link holds."""
        return {row.id for row in self._rows.ask_for_each(_HELD[kind], ids)}

    def shifts_beyond(self, end: datetime) -> list[datetime]:
        """Return the start times of linked shifts that start at an instant or later, in order."""
        return list(self._rows.ask(_BEYOND, end=end).scalars())

    def long_unread(
        self, now: datetime, before: datetime, most: int
    ) -> list[tuple[Literal["job_request", "shift"], int]]:
        """Linked requests and shifts of work that is not settled, read last before an instant; longest unread first."""
        instants = {"now": now - _RUNNING, "since": now - _UNSETTLED, "before": before}
        rows = [row for query in _UNREAD for row in self._rows.ask(query.limit(most), **instants)]
        return [(row.kind, row.id) for row in sorted(rows, key=lambda row: (row.read_at, row.kind, row.id))][:most]
