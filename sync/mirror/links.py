"""Links: which records are one entity, what both sides agreed on, and which links may need something."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from operator import itemgetter
from typing import Any

import msgspec
from sqlalchemy import Select, and_, bindparam, delete, func, select, update

from mappings.digest import RecordKind
from mappings.link import LinkedDemand, LinkedWorker
from mappings.model import Demand, Worker
from mappings.shifts import Slot
from mappings.worker import key_of
from sync.mirror import tables
from sync.mirror.records import KINDS, Record, of_model, table
from sync.mirror.rows import PAIR, SOME, Rows, chunked

_LINK = of_model(tables.Link)
_MEMBER = of_model(tables.LinkMember)
_JOB = table("job")
_USER = table("user")

Members = Mapping[tuple[RecordKind, int], str]
"""The records of a link with the digest each is settled at, empty for one that is not."""


def _members(kind: RecordKind) -> Select[Any]:
    """The records of links that their system still has.

    They come in no order: for one, SQLite would go through every record of the pair.
    """
    mirrored = table(kind)
    joined = and_(mirrored.c.pair == _MEMBER.c.pair, mirrored.c.id == _MEMBER.c.record)
    query = select(_MEMBER.c.link, mirrored.c.id, mirrored.c.raw).join(mirrored, joined)
    of_some = and_(_MEMBER.c.pair == PAIR, _MEMBER.c.kind == kind, _MEMBER.c.link.in_(SOME))
    return query.where(of_some, mirrored.c.digest != tables.GONE)


_REQUESTS, _SHIFTS = _members("job_request"), _members("shift")
_WORKERS, _USERS = _members("worker"), _members("user")
_REQUEST_IDS = select(_MEMBER.c.record, _MEMBER.c.link).where(
    _MEMBER.c.pair == PAIR, _MEMBER.c.kind == "job_request", _MEMBER.c.link.in_(SOME)
)
_JOBS = select(_JOB.c.job_request_id, _JOB.c.id, _JOB.c.raw).where(_JOB.c.pair == PAIR, _JOB.c.job_request_id.in_(SOME))
_BASES = select(_LINK).where(_LINK.c.pair == PAIR, _LINK.c.key.in_(SOME))
_FREE = delete(_MEMBER).where(_MEMBER.c.pair == PAIR, _MEMBER.c.link == bindparam("key"))
_OF_LINK = select(_MEMBER.c.kind, _MEMBER.c.record).where(_MEMBER.c.pair == PAIR, _MEMBER.c.link == bindparam("key"))
_HOLDER = _MEMBER.alias()
_LOSING = select(_HOLDER.c.link).where(_HOLDER.c.pair == PAIR, _HOLDER.c.kind == "shift", _HOLDER.c.record.in_(SOME))
_UNSETTLE = update(_MEMBER).where(_MEMBER.c.pair == PAIR, _MEMBER.c.link.in_(_LOSING)).values(settled="")
_TAKE = update(_MEMBER).where(_MEMBER.c.pair == PAIR, _MEMBER.c.kind == "shift", _MEMBER.c.record == bindparam("shift"))
_LINKED_USERS = (
    select(_MEMBER.c.record, _MEMBER.c.link)
    .join(_USER, and_(_USER.c.pair == _MEMBER.c.pair, _USER.c.id == _MEMBER.c.record, _USER.c.digest != tables.GONE))
    .where(_MEMBER.c.pair == PAIR, _MEMBER.c.kind == "user")
)
_CODED_USERS = select(_USER.c.id, _USER.c.employee_code).where(
    _USER.c.pair == PAIR, _USER.c.employee_code.like("wonolo:%"), _USER.c.digest != tables.GONE
)


class Links:
    """The links of one pair."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def save(self, key: str, base: Demand | Worker, members: Members, now: datetime, *, ours: bool = False) -> None:
        """Record a link with its base and its members; members it had before and has no more become free.

        Since when there is a link, and whether its user is `ours`, is told once and kept.
        """
        values = {
            "pair": self._rows.pair,
            "key": key,
            "kind": "demand" if isinstance(base, Demand) else "worker",
            "base": msgspec.to_builtins(base),
            "slot": slot_text(base) if isinstance(base, Demand) else "",
            "ours": ours,
            "since": now,
        }
        self._rows.upsert(_LINK, [values], keep=("ours", "since"))
        self._free(key)
        # Nothing else may have changed about a link that these shifts are taken from, yet it has fewer seats now.
        self._rows.ask(_UNSETTLE, some=[record for kind, record in members if kind == "shift"])
        rows = [
            {"pair": self._rows.pair, "kind": kind, "record": record, "link": key, "settled": settled}
            for (kind, record), settled in members.items()
        ]
        self._rows.upsert(_MEMBER, rows)

    def take(self, key: str, shift: int) -> None:
        """Make a shift of another link one of this link."""
        self._rows.ask(_UNSETTLE, some=[shift])
        self._rows.ask(_TAKE, shift=shift, link=key, settled="")

    def end(self, key: str) -> None:
        """Forget a link; the change log keeps its history."""
        self._free(key)
        self._rows.connection.execute(delete(_LINK).where(_LINK.c.pair == self._rows.pair, _LINK.c.key == key))

    def _free(self, key: str) -> None:
        self._rows.ask(_FREE, key=key)

    def unsettled(self) -> list[str]:
        """Keys of the links with a record that changed since both sides agreed, or with a Job they do not know."""
        keys = self._column(self._with_new_jobs())
        for kind in KINDS:
            keys |= self._column(self._with_changed(kind))
        return sorted(keys)

    def _column(self, query: Select[Any]) -> set[str]:
        return set(self._rows.connection.execute(query).scalars())

    def _with_changed(self, kind: RecordKind) -> Select[Any]:
        mirrored = table(kind)
        return (
            select(_MEMBER.c.link)
            .join(
                mirrored,
                and_(
                    mirrored.c.pair == _MEMBER.c.pair,
                    mirrored.c.id == _MEMBER.c.record,
                    mirrored.c.digest != _MEMBER.c.settled,
                ),
            )
            .where(_MEMBER.c.pair == self._rows.pair, _MEMBER.c.kind == kind)
        )

    def _with_new_jobs(self) -> Select[Any]:
        request, job = _MEMBER.alias(), _MEMBER.alias()
        return (
            select(request.c.link)
            .join(_JOB, and_(_JOB.c.pair == request.c.pair, _JOB.c.job_request_id == request.c.record))
            .outerjoin(job, and_(job.c.pair == _JOB.c.pair, job.c.kind == "job", job.c.record == _JOB.c.id))
            .where(request.c.pair == self._rows.pair, request.c.kind == "job_request", job.c.record.is_(None))
        )

    def at(self, slots: Iterable[Slot]) -> list[str]:
        """Keys of the links whose base is at one of these slots."""
        keys: set[str] = set()
        for some in chunked(sorted({_text(*slot) for slot in slots})):
            keys |= self._column(select(_LINK.c.key).where(_LINK.c.pair == self._rows.pair, _LINK.c.slot.in_(some)))
        return sorted(keys)

    def existing(self, keys: Iterable[str]) -> frozenset[str]:
        """Those of the keys that links have."""
        return frozenset(row.key for row in self._rows.ask_for_each(_BASES, set(keys)))

    def demands(self, keys: Collection[str]) -> list[LinkedDemand]:
        """The linked demands of these keys with their records, in order of the keys; other kinds are left out."""
        bases = self._bases("demand", keys)
        requests, shifts = self._by_link(_REQUESTS, bases), self._by_link(_SHIFTS, bases)
        jobs = self._jobs(bases)
        return [
            LinkedDemand(
                key,
                msgspec.convert(base.base, Demand),
                next(iter(requests.get(key, ())), None),
                tuple(jobs.get(key, ())),
                tuple(shifts.get(key, ())),
            )
            for key, base in sorted(bases.items())
        ]

    def workers(self, keys: Collection[str]) -> list[LinkedWorker]:
        """The linked workers of these keys whose user still exists, with their Wonolo records."""
        bases = self._bases("worker", keys)
        seen, users = self._by_link(_WORKERS, bases), self._by_link(_USERS, bases)
        return [
            LinkedWorker(
                key, msgspec.convert(base.base, Worker), int(users[key][0]["id"]), seen[key][0], ours=base.ours
            )
            for key, base in sorted(bases.items())
            if seen.get(key) and users.get(key)
        ]

    def _bases(self, kind: str, keys: Collection[str]) -> dict[str, Any]:
        return {row.key: row for row in self._rows.ask_for_each(_BASES, keys) if row.kind == kind}

    def _by_link(self, query: Select[Any], keys: Collection[str]) -> dict[str, list[Record]]:
        found: dict[str, list[Record]] = {}
        for link, _, raw in sorted(self._rows.ask_for_each(query, keys), key=itemgetter(1)):
            found.setdefault(link, []).append(raw)
        return found

    def _jobs(self, keys: Collection[str]) -> dict[str, list[Record]]:
        """The Jobs by link, also those that are no members yet."""
        links = dict(self._rows.ask_for_each(_REQUEST_IDS, keys))
        found: dict[str, list[Record]] = {}
        for request, _, raw in sorted(self._rows.ask_for_each(_JOBS, links), key=itemgetter(1)):
            found.setdefault(links[request], []).append(raw)
        return found

    def members(self, key: str) -> list[tuple[RecordKind, int]]:
        """The records of a link."""
        return [(row.kind, row.record) for row in self._rows.ask(_OF_LINK, key=key)]

    def counts(self) -> dict[str, int]:
        """How many records of each kind the links hold."""
        query = select(_MEMBER.c.kind, func.count()).where(_MEMBER.c.pair == self._rows.pair)
        return {row[0]: row[1] for row in self._rows.connection.execute(query.group_by(_MEMBER.c.kind))}

    def held(self, kind: RecordKind, ids: Sequence[int]) -> set[int]:
        """Those of the records that some link holds."""
        found: set[int] = set()
        for some in chunked(ids):
            query = select(_MEMBER.c.record).where(
                _MEMBER.c.pair == self._rows.pair, _MEMBER.c.kind == kind, _MEMBER.c.record.in_(some)
            )
            found |= set(self._rows.connection.execute(query).scalars())
        return found

    def users(self) -> dict[int, str]:
        """The worker behind each When I Work user: by link, or by the employee code that names a Wonolo worker."""
        coded = self._rows.ask(_CODED_USERS)
        users = {user: key_of(code.removeprefix("wonolo:")) for user, code in coded if code[7:].isdigit()}
        return users | {user: link.removeprefix("worker:") for user, link in self._rows.ask(_LINKED_USERS)}


def slot_text(base: Demand) -> str:
    """What seats of one demand have in common, as the text links are found by."""
    return _text(base.place, base.skill, base.start, base.end)


def _text(place: str, skill: str, start: datetime, end: datetime) -> str:
    return f"{place}|{skill}|{start.isoformat()}|{end.isoformat()}"
