"""The lease of a pair: one owner at a time may write, and who lost it never writes again.

A lease is taken when it is free, and renewed by an update that names its owner. So a process that slept past its lease
finds out at its next renewal, also when others took it and gave it back meanwhile.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Table, bindparam, delete, func, or_, select, update

from sync.clock import SystemClock
from sync.errors import LeaseLost, LeaseTaken
from sync.mirror import tables
from sync.mirror.records import of_model
from sync.mirror.rows import PAIR, Rows

_LEASE = of_model(tables.Lease)
_UNTIL = _LEASE.c.until

LIFE = timedelta(seconds=30)
"""A process that dies leaves its pair to others after so long."""

_OURS = (_LEASE.c.pair == PAIR, _LEASE.c.owner == bindparam("by_owner"))
_HELD = select(_UNTIL).where(*_OURS, bindparam("now", type_=_UNTIL.type) < _UNTIL)
_RENEW = update(_LEASE).where(*_OURS).values(until=bindparam("new_until", type_=_UNTIL.type))
_RELEASE = delete(_LEASE).where(*_OURS)
_HOLDER = select(_LEASE).where(_LEASE.c.pair == PAIR)
_DATABASE_TIME = select(func.clock_timestamp())


@dataclass(frozen=True, slots=True)
class Holder:
    """The owner of a lease: its name, who that is in words for people, and until when."""

    owner: str
    who: str
    until: datetime


class Leases:
    """The lease of one pair. Its time is the database's on Postgres, and this machine's on SQLite."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def take(self, owner: str, who: str) -> None:
        """Take the lease; raises LeaseTaken while somebody else has it."""
        now = self._now()
        values = {"pair": self._rows.pair, "owner": owner, "holder": who, "until": now + LIFE}
        # A lease that ends later than any can was taken before the clock was set back.
        limits = {"now": now, "latest": now + LIFE}
        if not self._rows.upsert(_LEASE, [values | limits], _is_free):
            found = self.holder()
            raise LeaseTaken(found.who if found else "another process")

    def renew(self, owner: str) -> None:
        """Prolong the lease; raises LeaseLost when another owner took it meanwhile."""
        if not self._rows.ask(_RENEW, by_owner=owner, new_until=self._now() + LIFE).rowcount:
            raise LeaseLost

    def remaining(self, owner: str) -> timedelta:
        """Return how long the owner may still write; raises LeaseLost when not at all."""
        now = self._now()
        until: datetime | None = self._rows.ask(_HELD, by_owner=owner, now=now).scalar_one_or_none()
        if until is None:
            raise LeaseLost
        return until - now

    def release(self, owner: str) -> None:
        """Give the lease back; one that is lost already belongs to somebody else and stays."""
        self._rows.ask(_RELEASE, by_owner=owner)

    def holder(self) -> Holder | None:
        """Return who may write now, None when nobody may."""
        row = self._rows.ask(_HOLDER).first()
        return Holder(row.owner, row.holder, row.until) if row and row.until > self._now() else None

    def _now(self) -> datetime:
        if self._rows.connection.dialect.name == "postgresql":
            found: datetime = self._rows.connection.execute(_DATABASE_TIME).scalar_one()
            return found
        return SystemClock().now()


def _is_free(lease: Table, _new: Any) -> Any:
    now, latest = (bindparam(name, type_=_UNTIL.type) for name in ("now", "latest"))
    return or_(lease.c.until <= now, lease.c.until > latest)
