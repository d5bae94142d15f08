"""The remote call behind each kind of change, and the records to read back after it."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from mappings.convert import moment
from mappings.digest import RecordKind, differing
from sync.clients.wheniwork import WhenIWork
from sync.clients.wonolo import Wonolo
from sync.errors import OutcomeUnknown, RemoteError
from sync.plan import Change

Record = dict[str, Any]
Seen = list[tuple[RecordKind, Record]]
"""Records as read back after a write, the written one first."""


class Calls:
    """Sends changes and reads back what they did."""

    def __init__(self, wonolo: Wonolo, wheniwork: WhenIWork) -> None:
        self._wonolo, self._wheniwork = wonolo, wheniwork
        self._reads: dict[str, Callable[[int], Awaitable[Record]]] = {
            "job_request": wonolo.job_request,
            "job": wonolo.job,
            "shift": wheniwork.shift,
            "user": wheniwork.users.get,
            "time": wheniwork.times.get,
        }

    async def read(self, kind: str, record_id: int) -> Record:
        """Read one record; raises Rejected with `gone` true when it does not exist."""
        return await self._reads[kind](record_id)

    async def send(self, change: Change, payload: Record) -> int | None:
        """Send one change; returns the id of the written record, None when it was deleted for good."""
        if change.kind == "shift":
            return await self._send_shift(change, payload)
        if change.kind == "user":
            return await self._send_user(change, payload)
        if change.kind == "time":
            return await self._send_time(change, payload)
        return await self._send_wonolo(change, payload)

    async def _send_shift(self, change: Change, payload: Record) -> int | None:
        if change.action == "create":
            return int((await self._wheniwork.create_shift(payload))["id"])
        if change.action == "delete":
            await self._wheniwork.delete_shift(int(change.record))
            return None
        assign = change.action == "assign"
        return int((await self._wheniwork.update_shift(int(change.record), payload, assign_one=assign))["id"])

    async def _send_user(self, change: Change, payload: Record) -> int:
        if change.action == "create":
            return int((await self._wheniwork.users.create(payload))["id"])
        return int((await self._wheniwork.users.update(int(change.record), payload))["id"])

    async def _send_time(self, change: Change, payload: Record) -> int:
        if change.action == "create":
            return int((await self._wheniwork.times.create(payload))["id"])
        return int((await self._wheniwork.times.update(int(change.record), payload))["id"])

    async def _send_wonolo(self, change: Change, payload: Record) -> int:
        if change.kind == "job" and change.action == "assign":
            return int((await self._wonolo.assign_job(payload["worker_id"], payload["job_request_id"]))["id"])
        if change.kind == "job":
            return int((await self._wonolo.update_job(int(change.record), payload))["id"])
        if change.action == "create":
            return int((await self._wonolo.create_job_request(payload))["id"])
        return int((await self._wonolo.update_job_request(int(change.record), payload))["id"])

    async def read_back(self, change: Change, record_id: int) -> Seen:
        """Read what a write brought about; a failing read leaves the outcome to be looked at later."""
        try:
            return await self._read_back(change, record_id)
        except RemoteError as error:
            raise OutcomeUnknown(error.system, error.request, error.status, "written, but not read back") from error

    async def _read_back(self, change: Change, record_id: int) -> Seen:
        written = await self.read(change.kind, record_id)
        if change.kind == "shift" and change.action == "create" and not written.get("published"):
            # Publishing on creation has been seen to have no effect (When I Work reference 5.4).
            [written] = await self.publish([record_id])
        if change.kind == "shift" and change.action == "assign":
            return [("shift", written), *await self.beside(written)]
        if change.kind == "job":
            request = await self._wonolo.job_request(int(written["job_request_id"]))
            return [("job", written), ("job_request", request)]
        return [(change.kind, written)]

    async def publish(self, shifts: Sequence[int]) -> list[Record]:
        """Publish shifts; returns them as they read then."""
        await self._wheniwork.publish(list(shifts))
        return [await self.read("shift", shift) for shift in shifts]

    async def beside(self, shift: Record) -> Seen:
        """The shifts of the same hours: an assignment may move ids between seat and stack (reference 5.8)."""
        try:
            start, end = moment(shift, "start_time"), moment(shift, "end_time")
        except ValueError:
            return []
        hours = {name: shift[name] for name in ("start_time", "end_time")}
        listing = await self._wheniwork.shifts(start, end, deleted=False)
        same = [row for row in listing.shifts if not differing("shift", hours, row)]
        return [("shift", row) for row in same if row["id"] != shift["id"]]
