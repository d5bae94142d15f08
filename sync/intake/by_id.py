"""Reading records by their ids: those that somebody said may have changed, and linked ones nobody heard of for long."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from mappings.convert import identifier
from mappings.digest import RecordKind
from sync.clients.wheniwork import WhenIWork
from sync.clients.wonolo import Wonolo
from sync.clock import Clock
from sync.errors import InvalidResponse, Rejected, RemoteError
from sync.intake.parts import Pulled
from sync.intake.saving import Saver
from sync.intake.shifts import ShiftPoller
from sync.mirror.dirty import DirtyKind

_LONG_UNREAD = timedelta(hours=20)
"""Linked records that no listing showed for so long are asked for by the daily second look."""

_MOST_FOLLOWED = 500
"""Records asked for in one second look, those unread for longest first; the others follow the next day."""


class Reader:
    """Reads single records of one pair into the mirror."""

    def __init__(self, wonolo: Wonolo, wheniwork: WhenIWork, saver: Saver, shifts: ShiftPoller, clock: Clock) -> None:
        self._wonolo, self._wheniwork, self._saver, self._clock = wonolo, wheniwork, saver, clock
        self._read: dict[DirtyKind, Callable[[int], Awaitable[Any]]] = {
            "job_request": self._job_request,
            "job": self._job,
            "worker": lambda record: self._one("worker", wonolo.user, record),
            "shift": shifts.reread,
            "user": self._user,
            "time": lambda record: self._one("time", wheniwork.times.get, record),
        }

    async def look_at(self, records: Collection[tuple[DirtyKind, int]]) -> Pulled:
        """Read these records again; one that its service refuses to show, or fails over, is passed over.

        Raises the RemoteErrors of a service that does not answer; then the records are still to be read.
        """
        pulled = Pulled()
        requests: set[int] = {record for kind, record in records if kind == "job_request"}
        for kind, record in dict.fromkeys(records):
            if kind == "job_request":
                continue
            found = await self._guarded(kind, record, pulled)
            if kind == "job" and found:
                requests.add(int(found))
        for record in sorted(requests):
            await self._guarded("job_request", record, pulled)
        return pulled

    async def _guarded(self, kind: DirtyKind, record: int, pulled: Pulled) -> Any:
        try:
            found = await self._read[kind](record)
        except RemoteError as error:
            if not await asyncio.to_thread(self._concerns_nobody, kind, record, error):
                pulled.contain(kind, record, error)
            return None
        pulled.count(kind, 1)
        return found

    def _concerns_nobody(self, kind: DirtyKind, record: int, error: RemoteError) -> bool:
        """Return True for what Wonolo says it has not, and nobody here knows of: whoever said so meant another's."""
        if kind not in ("job", "job_request") or not isinstance(error, Rejected) or not error.gone:
            return False
        with self._saver.read() as tx:
            return tx.observations.read_at(kind, record) is None

    async def _one(self, kind: RecordKind, read: Callable[[int], Awaitable[dict[str, Any]]], record: int) -> None:
        began = self._clock.now()
        try:
            found = await read(record)
        except Rejected as error:
            if not error.gone or kind == "worker":  # absence from Wonolo's users is no deletion (Wonolo reference 13)
                raise
            await asyncio.to_thread(self._saver.mark_gone, kind, [record], began, "read")
        else:
            await asyncio.to_thread(self._saver.store, kind, [found], began, "read")

    async def _job(self, record: int) -> int:
        """Read a Job; returns its JobRequest, which may have changed with it."""
        began = self._clock.now()
        job = await self._wonolo.job(record)
        await asyncio.to_thread(self._saver.store, "job", [job], began, "read")
        try:
            return identifier(job.get("job_request_id"))
        except ValueError as error:
            raise InvalidResponse("wonolo", f"GET /jobs/{record}", 200, f"its JobRequest: {error}") from None

    async def _job_request(self, record: int) -> None:
        """Read a JobRequest and its Jobs."""
        began = self._clock.now()
        request = await self._wonolo.job_request(record)
        jobs = [job async for page in self._wonolo.jobs(job_request_id=record) for job in page]
        await asyncio.to_thread(self._saver.store, "job_request", [request], began, "read")
        await asyncio.to_thread(self._saver.store, "job", jobs, began, "read")

    async def _user(self, record: int) -> None:
        began = self._clock.now()
        try:
            user = await self._wheniwork.users.get(record)
            is_gone = bool(user.get("is_deleted"))
        except Rejected as error:
            if not error.gone:
                raise
            is_gone = True
        if is_gone:
            await asyncio.to_thread(self._saver.mark_gone, "user", [record], began, "read")
        else:
            await asyncio.to_thread(self._saver.store, "user", [user], began, "read")

    async def follow_linked(self, pulled: Pulled) -> None:
        """Read linked records of work that is not over by id, where no listing showed them for long."""
        now = self._clock.now()
        records = await asyncio.to_thread(self._long_unread, now)
        pulled.add(await self.look_at(records))

    def _long_unread(self, now: datetime) -> Sequence[tuple[DirtyKind, int]]:
        with self._saver.read() as tx:
            return tx.membership.long_unread(now, now - _LONG_UNREAD, _MOST_FOLLOWED)
