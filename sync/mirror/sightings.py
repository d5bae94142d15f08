"""What others did to records, as it was noticed: a row for each record that came, changed in what counts, or went.

Our own writes are in the change log. Rows hold the owned fields that differ and no contact data; they are kept for a
while. Nothing is noted before the first complete pull, which would note every record there is, nor what only came into
view as its day drew near.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import Row, bindparam, delete, func, insert, select

from mappings.convert import instant
from mappings.digest import RecordKind, differing
from sync.mirror import tables
from sync.mirror.mirrored import GONE
from sync.mirror.records import KINDS, Record, of_model, table
from sync.mirror.rows import PAIR, SOME, Rows, chunked

How = Literal["listing", "read", "write"]
"""What proved it: a listing, a read by id, or what a write of our own brought about (which is not noted)."""

_TABLE = of_model(tables.Sighting)
_CURSOR = of_model(tables.Cursor)
_PULLED = "sightings"

_DIGESTS = {
    kind: select(row.c.id, row.c.digest).where(row.c.pair == PAIR, row.c.id.in_(SOME))
    for kind, row in ((kind, table(kind)) for kind in KINDS)
}
_KNOWN = {
    kind: select(row.c.id, row.c.read_at, row.c.raw).where(row.c.pair == PAIR, row.c.id.in_(SOME))
    for kind, row in ((kind, table(kind)) for kind in KINDS)
}
_BEGUN = select(_CURSOR.c.at).where(_CURSOR.c.pair == PAIR, _CURSOR.c.name == _PULLED)
_OF_KIND = select(_TABLE).where(_TABLE.c.pair == PAIR, _TABLE.c.kind == bindparam("kind"), _TABLE.c.record.in_(SOME))
_FOUND = (
    select(_TABLE.c.how, func.count().label("number"), func.max(_TABLE.c.id).label("newest"))
    .where(_TABLE.c.pair == PAIR, _TABLE.c.id > bindparam("after"), _TABLE.c.kind.in_(("job_request", "job", "shift")))
    .group_by(_TABLE.c.how)
)
_LAST = select(func.max(_TABLE.c.id)).where(_TABLE.c.pair == PAIR)
_OLD = delete(_TABLE).where(_TABLE.c.pair == PAIR, _TABLE.c.at < bindparam("before", type_=_TABLE.c.at.type))

_CONTACT = frozenset({"email", "phone", "phone_number"})
_SKEW = timedelta(hours=1)
"""How far a service's clock may be from ours."""

_TOLD = frozenset(
    {"created_at", "updated_at", "creator_id", "updater_id", "updated_by", "employer_id", "cancelled_reason"}
)
"""Fields in which a service itself tells who changed a record, and when."""


@dataclass(frozen=True, slots=True)
class Sighting:
    """One thing that was noticed at the instant `at`, when the request that proved it began.

    `before` and `after` hold the owned fields that differ; `before` is None for a record that came, `after` for one
    that went. `told` is what the service itself tells about who and when.
    """

    kind: RecordKind
    record: int
    at: datetime
    how: How
    before: Mapping[str, Any] | None
    after: Mapping[str, Any] | None
    told: Mapping[str, Any]


class Sightings:
    """The sightings of one pair."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def pulled(self, now: datetime, keep_from: datetime) -> None:
        """Record that a pull was complete, so that what comes from now on is noted; forget what is older."""
        self._rows.upsert(_CURSOR, [{"pair": self._rows.pair, "name": _PULLED, "at": now}])
        self._rows.ask(_OLD, before=keep_from)

    def noticed(self, kind: RecordKind, values: Sequence[Mapping[str, Any]], how: How) -> None:
        """Note which of these rows, about to be mirrored, differ from what is mirrored now."""
        begun = None if how == "write" else self._rows.ask(_BEGUN).scalar_one_or_none()
        if begun is None:
            return
        digests = self._digests(kind, [row["id"] for row in values])
        differ = {row["id"]: row for row in values if digests.get(row["id"]) != row["digest"]}
        known = self._known(kind, [number for number in differ if number in digests])
        self._add(
            _noted(kind, _still(known.get(number), digests.get(number)), row["raw"], row, how)
            for number, row in differ.items()
            if (known[number].read_at <= row["read_at"] if number in known else _is_news(row["raw"], begun - _SKEW))
        )

    def gone(self, kind: RecordKind, ids: Collection[int], read_at: datetime, how: How) -> None:
        """Note which of these records were still there, and were not seen by a request that began later."""
        if how == "write":
            return
        lost = [number for number, digest in self._digests(kind, ids).items() if digest != GONE]
        known = {number: row for number, row in self._known(kind, lost).items() if row.read_at <= read_at}
        self._add(_noted(kind, row.raw, None, {"id": number, "read_at": read_at}, how) for number, row in known.items())

    def of(self, kind: RecordKind, ids: Collection[int]) -> list[Sighting]:
        """What was noticed about some records of a kind, oldest first."""
        rows: list[Row[Any]] = []
        for some in chunked(sorted(ids)):
            rows += self._rows.ask(_OF_KIND, kind=kind, some=some)
        return [_sighting(row) for row in sorted(rows, key=lambda row: (row.at, row.id))]

    def found_since(self, number: int) -> tuple[dict[How, int], int]:
        """Return how many changes of demands were noticed after a row of that number, by how, and the newest number.

        Those are the changes of which webhooks are sent: requests, Jobs and shifts.
        """
        rows = self._rows.ask(_FOUND, after=number).all()
        return {row.how: row.number for row in rows}, max((row.newest for row in rows), default=number)

    def newest(self) -> int:
        """Return the number of the newest row, 0 when there is none."""
        return int(self._rows.ask(_LAST).scalar_one() or 0)

    def _digests(self, kind: RecordKind, ids: Collection[int]) -> dict[int, str]:
        # This look-up is what a pull without news costs more: no column beside, no row by name.
        return dict(self._rows.ask_for_each(_DIGESTS[kind], ids))

    def _known(self, kind: RecordKind, ids: Collection[int]) -> dict[int, Any]:
        return {row.id: row for row in self._rows.ask_for_each(_KNOWN[kind], ids)}

    def _add(self, rows: Any) -> None:
        values = [{"pair": self._rows.pair, **row} for row in rows]
        if values:
            self._rows.connection.execute(insert(_TABLE), values)


def _is_news(record: Record, since: datetime) -> bool:
    """Whether a record that was never seen is new, or was touched; else time alone brought it into the window."""
    try:
        touched = [instant(record.get(name)) for name in ("created_at", "updated_at")]
    except ValueError:
        return True
    return None in touched or max(filter(None, touched)) >= since


def _still(known: Any, digest: str | None) -> Record | None:
    """The record as it was, None for one that was gone or never seen."""
    return None if known is None or digest == GONE else known.raw


def _noted(
    kind: RecordKind, before: Record | None, after: Record | None, row: Mapping[str, Any], how: How
) -> dict[str, Any]:
    old, new = before or {}, after or {}
    names = differing(kind, {**dict.fromkeys(new), **old}, new)
    return {
        "kind": kind,
        "record": row["id"],
        "at": row["read_at"],
        "how": how,
        "before": None if before is None else _kept(old, names, "(old)"),
        "after": None if after is None else _kept(new, names, "(new)"),
        "told": _told(new or old),
    }


def _kept(record: Record, names: Collection[str], hidden: str) -> dict[str, Any]:
    """Some fields of a record, with a word in place of contact data."""
    kept = {name: record.get(name) for name in names}
    return {
        name: hidden if name in _CONTACT and value else _person(value) if isinstance(value, Mapping) else value
        for name, value in kept.items()
    }


def _person(record: Record) -> dict[str, Any]:
    return {name: record.get(name) for name in ("id", "first_name", "last_name")}


def _told(record: Record) -> dict[str, Any]:
    employer = record.get("employer")
    by = {"employer": _person(employer)} if isinstance(employer, Mapping) else {}
    return {name: record[name] for name in sorted(_TOLD & set(record)) if record[name]} | by


def _sighting(row: Row[Any]) -> Sighting:
    return Sighting(row.kind, row.record, row.at, row.how, row.before, row.after, row.told)
