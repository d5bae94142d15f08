"""What each system last said: records, cursors, and the records that no link holds."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import (
    CompoundSelect,
    Select,
    Table,
    Text,
    and_,
    bindparam,
    cast,
    delete,
    func,
    literal,
    not_,
    or_,
    select,
    union,
    update,
)

from mappings.digest import RecordKind
from sync.mirror import tables
from sync.mirror.membership import NO_LINK, linked
from sync.mirror.mirrored import GONE
from sync.mirror.records import KINDS, Record, names_worker, of_model, row, table
from sync.mirror.rows import PAIR, SOME, Rows, chunked
from sync.mirror.sightings import How, Sightings

_SHIFT = table("shift")
_USER = table("user")
_JOB = table("job")
_REQUEST = table("job_request")
_CURSOR = of_model(tables.Cursor)

_ENDED = ("cancelled", "completed", "approved", "unfilled", "in_progress", "draft")
"""JobRequest states that ask for nobody any more, or not yet; a state we do not know is looked at."""


def _not_older(mirrored: Table, new: Any) -> Any:
    return mirrored.c.read_at <= new.read_at


def _nobody_or_a_worker() -> CompoundSelect[Any]:
    """Who may hold a shift that is looked at: nobody, or a Wonolo worker by link or by employee code."""
    by_link = select(_USER.c.id).where(linked("user"))
    coded = select(_USER.c.id).where(_USER.c.pair == PAIR, names_worker(_USER.c.employee_code))
    return union(select(literal(0)), by_link, coded)


def _with_id(name: str, mirrored: Table) -> Select[Any]:
    return select(mirrored.c[name]).where(mirrored.c.pair == PAIR, mirrored.c.id == bindparam("id"))


_DIGEST = {kind: _with_id("digest", table(kind)) for kind in KINDS}
_READ_AT = {kind: _with_id("read_at", table(kind)) for kind in KINDS}
_RECORD = {kind: _with_id("raw", table(kind)).where(table(kind).c.digest != GONE) for kind in KINDS}
_LONE = select(_SHIFT.c.id, _SHIFT.c.raw).where(
    _SHIFT.c.pair == PAIR,
    _SHIFT.c.link == NO_LINK,
    _SHIFT.c.digest != GONE,
    _SHIFT.c.user_id.in_(_nobody_or_a_worker()),
)
_LONE_SHIFTS = _LONE.where(_SHIFT.c.published)
_LONE_AHEAD = _LONE_SHIFTS.where(
    or_(
        _SHIFT.c.start_time.is_(None),
        and_(_SHIFT.c.start_time > bindparam("now"), _SHIFT.c.start_time < bindparam("until")),
    )
)
_OTHERS = select(_SHIFT.c.published, func.count()).where(
    _SHIFT.c.pair == PAIR,
    _SHIFT.c.link == NO_LINK,
    _SHIFT.c.digest != GONE,
    _SHIFT.c.start_time > bindparam("now"),
    _SHIFT.c.start_time < bindparam("until"),
    or_(not_(_SHIFT.c.published), _SHIFT.c.user_id.not_in(_nobody_or_a_worker())),
)
_LONE_DRAFTS = _LONE.where(
    not_(_SHIFT.c.published), _SHIFT.c.start_time >= bindparam("first"), _SHIFT.c.start_time <= bindparam("last")
)
_LONE_AT = _LONE_SHIFTS.where(_SHIFT.c.start_time.in_(SOME))


class Observations:
    """The mirrored records of one pair."""

    def __init__(self, rows: Rows, sightings: Sightings) -> None:
        self._rows, self._sightings = rows, sightings

    def save(self, kind: RecordKind, records: Iterable[Record], read_at: datetime, how: How = "listing") -> list[str]:
        """Mirror records as read by a request that began at `read_at`; an older reading never replaces a newer one.

        What others changed is noted, with `how` it was learned.
        Returns a sentence for each record that has no usable id and was left out.
        """
        values, problems = [], []
        for record in records:
            try:
                values.append(row(self._rows.pair, kind, record, read_at))
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                problems.append(f"a {kind} record cannot be kept: {type(error).__name__} {error}")
        self._sightings.noticed(kind, values, how)
        self._rows.upsert_many(table(kind), values, _not_older)
        return problems

    def mark_gone(self, kind: RecordKind, ids: Collection[int], read_at: datetime, how: How = "listing") -> None:
        """Record that a system no longer has these records, as a request that began at `read_at` showed, and `how`.

        It buries nothing that a write or a reading brought that began later.
        """
        self._sightings.gone(kind, ids, read_at, how)
        mirrored = table(kind)
        for some in chunked(sorted(ids)):
            chosen = and_(mirrored.c.pair == self._rows.pair, mirrored.c.id.in_(some), mirrored.c.read_at <= read_at)
            self._rows.connection.execute(update(mirrored).where(chosen).values(digest=GONE, read_at=read_at))

    def record(self, kind: RecordKind, record_id: int) -> Record | None:
        """One record as last seen, None when it is gone or was never seen."""
        found: Record | None = self._rows.ask(_RECORD[kind], id=record_id).scalar_one_or_none()
        return found

    def digest(self, kind: RecordKind, record_id: int) -> str:
        """The digest of one record as last seen; empty when it was never seen."""
        return self._rows.ask(_DIGEST[kind], id=record_id).scalar_one_or_none() or ""

    def read_at(self, kind: RecordKind, record_id: int) -> datetime | None:
        """Return when the reading began that last told of one record; None when it was never seen."""
        found: datetime | None = self._rows.ask(_READ_AT[kind], id=record_id).scalar_one_or_none()
        return found

    def all(self, kind: RecordKind) -> list[Record]:
        """Every record of a kind that its system still has."""
        mirrored = table(kind)
        query = select(mirrored.c.raw).where(mirrored.c.pair == self._rows.pair, mirrored.c.digest != GONE)
        return list(self._rows.connection.execute(query.order_by(mirrored.c.id)).scalars())

    def marked(self, kind: RecordKind, text: str) -> list[Record]:
        """The records that carry a text somewhere, oldest first: how a creation without a reply is found again."""
        mirrored = table(kind)
        query = select(mirrored.c.raw).where(
            mirrored.c.pair == self._rows.pair,
            mirrored.c.digest != GONE,
            cast(mirrored.c.raw, Text).icontains(text, autoescape=True),  # SQLite's LIKE knows no case, Postgres's does
        )
        return list(self._rows.connection.execute(query.order_by(mirrored.c.id)).scalars())

    def shifts_missing(self, start: datetime, end: datetime, seen: Collection[Any], *, running: bool) -> set[int]:
        """Ids of mirrored shifts that begin in the window and are not among those seen in it.

        `running` counts those, too, that began before the window and reach into it.
        """
        query = select(_SHIFT.c.id).where(
            _SHIFT.c.pair == self._rows.pair,
            _SHIFT.c.digest != GONE,
            _SHIFT.c.start_time < end,
            _SHIFT.c.end_time > start if running else _SHIFT.c.start_time >= start,
        )
        return set(self._rows.connection.execute(query).scalars()).difference(seen)

    def shift_start_after(self, start: datetime, end: datetime, count: int) -> datetime | None:
        """Where in the window a mirrored shift begins after so many others; None when there are fewer."""
        query = (
            select(_SHIFT.c.start_time)
            .where(_SHIFT.c.pair == self._rows.pair, _SHIFT.c.start_time >= start, _SHIFT.c.start_time < end)
            .order_by(_SHIFT.c.start_time)
            .offset(count)
            .limit(1)
        )
        return self._rows.connection.execute(query).scalar_one_or_none()

    def lone_job_requests(
        self, now: datetime, until: datetime | None = None, *, drafts: bool = False
    ) -> list[tuple[Record, list[Record]]]:
        """The JobRequests ahead that no link holds, each with its Jobs; `until` is a bound of when they start.

        With `drafts` also those that ask for nobody yet.
        """
        begins = _REQUEST.c.start_time > now
        near = begins if until is None else and_(begins, _REQUEST.c.start_time < until)
        query = select(_REQUEST.c.raw, _REQUEST.c.id).where(
            _REQUEST.c.pair == self._rows.pair,
            _REQUEST.c.link == NO_LINK,
            _REQUEST.c.state.not_in([state for state in _ENDED if state != "draft" or not drafts]),
            or_(_REQUEST.c.start_time.is_(None), near),
        )
        # Sorted here, as for an order in the query SQLite would go through every request of the pair.
        found = sorted(self._rows.connection.execute(query), key=lambda row: row.id)
        jobs = self.jobs([row.id for row in found])
        return [(row.raw, jobs[row.id]) for row in found]

    def cancelled_ahead(self, now: datetime, until: datetime) -> list[Record]:
        """The cancelled JobRequests ahead that no link holds."""
        query = select(_REQUEST.c.raw, _REQUEST.c.id).where(
            _REQUEST.c.pair == self._rows.pair,
            _REQUEST.c.link == NO_LINK,
            _REQUEST.c.state == "cancelled",
            _REQUEST.c.start_time > now,
            _REQUEST.c.start_time < until,
        )
        return _in_order(self._rows.connection.execute(query))

    def jobs(self, requests: Collection[int]) -> dict[int, list[Record]]:
        """The Jobs of some JobRequests."""
        jobs: dict[int, list[Record]] = {request: [] for request in requests}
        for some in chunked(sorted(jobs)):
            chosen = select(_JOB.c.raw, _JOB.c.job_request_id).where(
                _JOB.c.pair == self._rows.pair, _JOB.c.job_request_id.in_(some)
            )
            for job in self._rows.connection.execute(chosen.order_by(_JOB.c.id)):
                jobs[job.job_request_id].append(job.raw)
        return jobs

    def lone_shifts(self, now: datetime, until: datetime) -> list[Record]:
        """The published shifts ahead that no link holds and that are open or held by a Wonolo worker."""
        return _in_order(self._rows.ask(_LONE_AHEAD, now=now, until=until))

    def lone_drafts(self, first: datetime, last: datetime) -> list[Record]:
        """The unpublished ones of them that start between two instants."""
        return _in_order(self._rows.ask(_LONE_DRAFTS, first=first, last=last))

    def others_ahead(self, now: datetime, until: datetime) -> dict[bool, int]:
        """How many shifts ahead are none of ours: of the company's own people (True, published), and drafts (False)."""
        rows = self._rows.ask(_OTHERS.group_by(_SHIFT.c.published), now=now, until=until)
        return {bool(published): count for published, count in rows}

    def lone_shifts_at(self, starts: Collection[datetime]) -> list[Record]:
        """The same, of those that start at one of these instants."""
        return _in_order(self._rows.ask_for_each(_LONE_AT, starts))

    def cursor(self, name: str) -> datetime | None:
        """How far the poller of that name has read; None when it never has."""
        query = select(_CURSOR.c.at).where(_CURSOR.c.pair == self._rows.pair, _CURSOR.c.name == name)
        return self._rows.connection.execute(query).scalar_one_or_none()

    def save_cursor(self, name: str, at: datetime) -> None:
        """Record how far a poller has read; call it in the transaction that saves the last of its records."""
        self._rows.upsert(_CURSOR, [{"pair": self._rows.pair, "name": name, "at": at}])

    def forget_cursor(self, name: str) -> None:
        """Forget how far a poller has read: what it reads can no longer be read."""
        self._rows.connection.execute(delete(_CURSOR).where(_CURSOR.c.pair == self._rows.pair, _CURSOR.c.name == name))

    def counts(self) -> dict[str, int]:
        """How many records of each kind the mirror holds."""
        return {kind: self._count(kind) for kind in KINDS}

    def _count(self, kind: RecordKind) -> int:
        mirrored = table(kind)
        query = select(func.count()).where(mirrored.c.pair == self._rows.pair, mirrored.c.digest != GONE)
        return self._rows.connection.execute(query).scalar_one()


def _in_order(rows: Iterable[Any]) -> list[Record]:
    """Records by id; sorted here, as for an order in the query SQLite would go through every record of the pair."""
    return [row.raw for row in sorted(rows, key=lambda row: row.id)]
