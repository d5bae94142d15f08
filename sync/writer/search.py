"""Looking in both systems for what writes left behind that were never answered: around each record's own time.

What the mirror holds is not enough: it is filled by readings that may have been cut short just there.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from mappings.convert import marker, moment
from mappings.demand import HOLDING
from mappings.worker import holder, key_of
from sync.clients.wheniwork import WhenIWork
from sync.clients.wonolo import Wonolo
from sync.plan import Change
from sync.writer.calls import Record

_SKEW = timedelta(minutes=10)
"""The time before the sending at which a listing begins, as clocks differ."""

_DAY = timedelta(days=1)


class Traces(NamedTuple):
    """The records that a listing shows of a creation; from one that is not `complete` no absence follows."""

    records: list[Record]
    complete: bool = True


def mark_of(change: Change) -> str:
    """Return the text by which a created record is found: the marker, or a user's employee code."""
    payload = change.payload
    key = marker(payload.get("request_name")) or marker(payload.get("notes"))
    return f"[sb:{key}]" if key else str(payload.get("employee_code"))


def bears(record: Record, mark: str) -> bool:
    """Return whether a record carries a mark."""
    names = (str(record.get(name) or "") for name in ("request_name", "notes"))
    return mark == record.get("employee_code") or any(mark in name for name in names)


class Search:
    """Looks for what creations left behind that were sent after `since`; whole listings are asked for once."""

    def __init__(self, wonolo: Wonolo, wheniwork: WhenIWork, since: datetime) -> None:
        self._wonolo, self._wheniwork, self._since = wonolo, wheniwork, since
        self._requests: list[Record] | None = None
        self._users: list[Record] | None = None

    async def __call__(self, change: Change) -> Traces:
        """Return what a creation left behind, be it deleted by now or not; raises the RemoteErrors of the listing."""
        if change.kind == "job":
            return Traces(await self._jobs(change))
        mark = mark_of(change)
        if change.kind == "shift":
            listing = await self._wheniwork.shifts(*_span(change), deleted=False)
            return Traces([row for row in listing.shifts if bears(row, mark)], listing.complete)
        listed = {"job_request": self._all_requests, "user": self._all_users}.get(change.kind)
        rows = await listed() if listed else await self._times(change)
        return Traces([row for row in rows if bears(row, mark)])

    async def _all_requests(self) -> list[Record]:
        """No listing is by start (Wonolo reference 3), but what was created since was updated since."""
        if self._requests is None:
            pages = self._wonolo.job_requests(updated_after=self._since - _SKEW)
            self._requests = [row async for page in pages for row in page]
        return self._requests

    async def _all_users(self) -> list[Record]:
        if self._users is None:
            self._users = list(await self._wheniwork.users.list())
        return self._users

    async def _times(self, change: Change) -> list[Record]:
        start, end = _span(change)
        user = change.payload.get("user_id")
        return await self._wheniwork.times.list(start=start - _DAY, end=end + _DAY, user_id=user)

    async def _jobs(self, change: Change) -> list[Record]:
        """The worker's Job on the request: one assigned twice is the same Job."""
        request, worker = change.payload["job_request_id"], key_of(change.payload["worker_id"])
        jobs = [job async for page in self._wonolo.jobs(job_request_id=request) for job in page]
        return [job for job in jobs if _of(job, worker) and job.get("state") in HOLDING | {"pending"}]


def _of(job: Record, worker: str) -> bool:
    try:
        return holder(job) == worker
    except ValueError:  # its account was deleted
        return False


def _span(change: Change) -> tuple[datetime, datetime]:
    return moment(change.payload, "start_time"), moment(change.payload, "end_time")
