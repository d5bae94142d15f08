"""Links: which records are one entity, what both sides agreed on, and which links may need something."""

from collections.abc import Collection, Iterable
from datetime import datetime
from operator import itemgetter
from typing import Any

import msgspec
from sqlalchemy import Select, and_, delete, select

from mappings.digest import RecordKind
from mappings.link import LinkedDemand, LinkedWorker
from mappings.model import Demand, Worker
from mappings.shifts import Slot
from mappings.worker import key_in
from sync.mirror import tables
from sync.mirror.membership import Members, Membership, linked
from sync.mirror.mirrored import GONE
from sync.mirror.records import Record, names_worker, of_model, table
from sync.mirror.rows import PAIR, SOME, Rows

_LINK = of_model(tables.Link)
_JOB, _REQUEST, _USER = table("job"), table("job_request"), table("user")


def _members(kind: RecordKind) -> Select[Any]:
    """The records of links that their system still has.

    They come in no order: for one, SQLite would go through every record of the pair.
    """
    mirrored = table(kind)
    of_some = and_(linked(kind), mirrored.c.link.in_(SOME))
    return select(mirrored.c.link, mirrored.c.id, mirrored.c.raw).where(of_some, mirrored.c.digest != GONE)


_REQUESTS, _SHIFTS = _members("job_request"), _members("shift")
_WORKERS, _USERS = _members("worker"), _members("user")
_REQUEST_IDS = select(_REQUEST.c.id, _REQUEST.c.link).where(linked("job_request"), _REQUEST.c.link.in_(SOME))
_JOBS = select(_JOB.c.job_request_id, _JOB.c.id, _JOB.c.raw).where(_JOB.c.pair == PAIR, _JOB.c.job_request_id.in_(SOME))
_BASES = select(_LINK).where(_LINK.c.pair == PAIR, _LINK.c.key.in_(SOME))
_ANY_DEMAND = select(_LINK.c.key).where(_LINK.c.pair == PAIR, _LINK.c.slot > "").limit(1)
_AT = select(_LINK.c.key).where(_LINK.c.pair == PAIR, _LINK.c.slot.in_(SOME))
_LINKED_USERS = select(_USER.c.id, _USER.c.link).where(linked("user"), _USER.c.digest != GONE)
_CODED_USERS = select(_USER.c.id, _USER.c.employee_code).where(
    _USER.c.pair == PAIR, names_worker(_USER.c.employee_code), _USER.c.digest != GONE
)


class Links:
    """The links of one pair."""

    def __init__(self, rows: Rows, membership: Membership) -> None:
        self._rows, self._membership = rows, membership

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
        self._membership.hold(key, members)

    def end(self, key: str) -> None:
        """Forget a link; the change log keeps its history."""
        self._membership.free(key)
        self._rows.connection.execute(delete(_LINK).where(_LINK.c.pair == self._rows.pair, _LINK.c.key == key))

    def is_empty(self) -> bool:
        """Whether no demand was ever linked, as before a first run."""
        return self._rows.ask(_ANY_DEMAND).first() is None

    def at(self, slots: Iterable[Slot]) -> list[str]:
        """Keys of the links whose base is at one of these slots."""
        return sorted(row.key for row in self._rows.ask_for_each(_AT, {_text(*slot) for slot in slots}))

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
                key,
                msgspec.convert(base.base, Worker),
                int(users[key][0]["id"]),
                seen[key][0],
                ours=base.ours,
                user=users[key][0],
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

    def users(self) -> dict[int, str]:
        """The worker behind each When I Work user: by link, or by the employee code that names a Wonolo worker."""
        users = {user: key for user, code in self._rows.ask(_CODED_USERS) if (key := key_in(code))}
        return users | {user: link.removeprefix("worker:") for user, link in self._rows.ask(_LINKED_USERS)}


def slot_text(base: Demand) -> str:
    """What seats of one demand have in common, as the text links are found by."""
    return _text(base.place, base.skill, base.start, base.end)


def _text(place: str, skill: str, start: datetime, end: datetime) -> str:
    return f"{place}|{skill}|{start.isoformat()}|{end.isoformat()}"
