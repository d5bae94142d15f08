"""The pollers: read what may have changed in both systems into the mirror, all of it or some named parts.

Wonolo is read by `updated_at` with an overlap; of When I Work each part is read whole.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import aclosing
from datetime import datetime, timedelta
from typing import Any

import structlog

from mappings.convert import instant
from mappings.digest import RecordKind
from mappings.model import System
from sync.clients.wheniwork import WhenIWork
from sync.clients.wonolo import Wonolo
from sync.clock import Clock, SystemClock
from sync.errors import Forbidden, InvalidResponse, Rejected, RemoteError
from sync.intake.by_id import Reader
from sync.intake.hours import TimesPoller
from sync.intake.pages import ahead
from sync.intake.parts import SOON, SYSTEMS, WHOLE, Horizon, Part, Progress, Pulled
from sync.intake.saving import Record, Saver
from sync.intake.shifts import ShiftPoller
from sync.intake.time_off import AwayPoller
from sync.mirror.store import Store

__all__ = ["Horizon", "Part", "Poller", "Progress", "Pulled"]

_log = structlog.get_logger(__name__)

_OVERLAP = timedelta(minutes=10)
"""Records read again at each poll: clocks differ, and pages shift while they are read (Wonolo reference 3)."""

_LONG_OVERLAP = timedelta(days=3)
"""The same of the daily second look: it also finds what a listing that was cut short hid from the look before."""

_PAST = timedelta(days=1)

_TOGETHER = 200
"""Records of small pages that are saved in one transaction: it costs as much as fifty of them do."""

ONE_PART = (Rejected, Forbidden, InvalidResponse)
"""Errors of one part; after any other the system as a whole is left alone until the next reading."""


_OF_HOURS = frozenset[Part]({"requests", "hours", "second_look"})
"""Parts that may bring hours of long ago, whose payroll period nobody has asked for."""


class Poller:
    """Reads both systems of one pair into the mirror."""

    def __init__(self, wonolo: Wonolo, wheniwork: WhenIWork, store: Store, pair: str, clock: Clock) -> None:
        self._wonolo, self._wheniwork, self._clock = wonolo, wheniwork, clock
        self._saver = Saver(store, pair)
        self._times = TimesPoller(wheniwork, store, pair, clock)
        self._away = AwayPoller(wheniwork, store, pair, clock)
        self._shifts = ShiftPoller(wheniwork, self._saver, clock)
        self.payrolls = self._times.payrolls
        self.reader = Reader(wonolo, wheniwork, self._saver, self._shifts, clock)

    async def pull(self, horizon: Horizon, progress: Progress) -> Pulled:
        """Read everything that may have changed; raises the RemoteErrors of the first call that fails."""
        pulled = await self.read(WHOLE, horizon, progress)
        for error in pulled.failed.values():
            raise error
        _log.info("pulled", complete=pulled.complete, problems=len(pulled.problems), **pulled.counts)
        return pulled

    async def read(self, parts: Collection[Part], horizon: Horizon, progress: Progress) -> Pulled:
        """Read some parts of both systems at the same time; what fails is in the result, and other parts are read."""
        # By this machine's clock, whosever counts for the records: timers and webhooks go by it, too.
        pulled, began = Pulled(), SystemClock().now()
        async with asyncio.TaskGroup() as group:  # one system's trouble does not cut off the other's pages
            for system, share in SYSTEMS.items():
                wanted = [part for part in share if part in parts]
                group.create_task(self._read_system(system, wanted, horizon, progress, pulled))
        if horizon.times and _OF_HOURS & {*parts} - pulled.failed.keys():
            await self.payrolls.widen()
        pulled.parts = {part: began for part in parts if part not in pulled.failed}
        await asyncio.to_thread(self._saver.looked, pulled.parts, pulled.again)
        return pulled

    async def _read_system(
        self, system: System, parts: Collection[Part], horizon: Horizon, progress: Progress, pulled: Pulled
    ) -> None:
        left = list(parts)
        windows: list[Part] = [part for part in left if part in ("soon", "later")]
        while left:
            part = left.pop(0)
            if part in windows[1:]:
                continue  # both windows are read as one
            together = windows if part in windows else [part]
            try:
                await self._shares(system, together, horizon, progress, pulled)()
            except RemoteError as error:
                failed = together if isinstance(error, ONE_PART) else [*together, *left]
                pulled.failed |= {one: error for one in failed if one not in pulled.failed}
                if failed != together:
                    return

    def _shares(
        self, system: System, parts: list[Part], horizon: Horizon, progress: Progress, pulled: Pulled
    ) -> Callable[[], Awaitable[None]]:
        """The reading of a system's share of a part, or of both windows of shifts."""
        began, rest = self._clock.now(), (horizon, progress, pulled)
        shares: dict[tuple[System, Part], Callable[[], Awaitable[None]]] = {
            ("wonolo", "requests"): lambda: self._requests(*rest),
            ("wonolo", "people"): lambda: self._workers(*rest),
            ("wonolo", "second_look"): lambda: self._requests(*rest, overlap=_LONG_OVERLAP),
            ("wheniwork", "places"): lambda: self._places(progress, pulled),
            ("wheniwork", "people"): lambda: self._users(progress, pulled),
            ("wheniwork", "soon"): lambda: self._windows(parts, *rest),
            ("wheniwork", "later"): lambda: self._windows(parts, *rest),
            ("wheniwork", "hours"): lambda: self._hours(horizon.times, progress, pulled),
            ("wheniwork", "time_off"): lambda: self._time_off(began - _PAST, began + horizon.ahead, pulled),
            ("wheniwork", "second_look"): lambda: self.reader.follow_linked(pulled),
        }
        return shares[system, parts[0]]

    async def _requests(
        self, horizon: Horizon, progress: Progress, pulled: Pulled, overlap: timedelta = _OVERLAP
    ) -> None:
        await self._follow("job_request", self._wonolo.job_requests, {}, (horizon, overlap), progress, pulled)
        await self._follow("job", self._wonolo.jobs, {}, (horizon, overlap), progress, pulled)

    async def _workers(self, horizon: Horizon, progress: Progress, pulled: Pulled) -> None:
        await self._follow("worker", self._wonolo.users, {"type": "Worker"}, (horizon, _OVERLAP), progress, pulled)

    async def _follow(
        self,
        kind: RecordKind,
        listing: Callable[..., AsyncIterator[list[dict[str, Any]]]],
        filters: Record,
        reach: tuple[Horizon, timedelta],
        progress: Progress,
        pulled: Pulled,
    ) -> None:
        """Read what was updated since the last but one reading began; it counts only when the last page is saved.

        So each record is asked for at least twice, and one listing that was cut short hides nothing for good. What
        counts is when readings began, and not the newest record: else a bulk edit would be read again in every poll
        until something newer came. An empty listing does not count, as it may be a service's slip.
        """
        began, (horizon, overlap) = self._clock.now(), reach
        before = await asyncio.to_thread(self._saver.read_before, kind)
        since = (before or began - horizon.history) - overlap
        newest: datetime | None = None
        async with aclosing(ahead(listing(updated_after=since, **filters))) as pages:
            read: list[dict[str, Any]] = []
            try:
                async for page in pages:
                    newest = max(filter(None, (newest, *(_updated(record) for record in page))), default=None)
                    progress(kind, len(page))
                    read += page
                    if len(read) >= _TOGETHER:
                        await self._saver.save(kind, read, began, pulled)
                        read = []
            except RemoteError:
                await self._saver.save(kind, read, began, pulled)  # what came before need not come again
                raise
            await self._saver.save(kind, read, began, pulled)
        if newest:
            await asyncio.to_thread(self._saver.read_again, kind, began)

    async def _places(self, progress: Progress, pulled: Pulled) -> None:
        began = self._clock.now()
        collections: tuple[tuple[RecordKind, Any], ...] = (
            ("position", self._wheniwork.positions),
            ("location", self._wheniwork.locations),
            ("site", self._wheniwork.sites),
        )
        for kind, collection in collections:
            records = await collection.list()
            await self._saver.save(kind, records, began, pulled)
            progress(kind, len(records))

    async def _users(self, progress: Progress, pulled: Pulled) -> None:
        """Read all users; a deleted one is nobody's worker any more, as no shift can be given to them."""
        began = self._clock.now()
        users = await self._wheniwork.users.list(show_deleted=True)
        await self._saver.save("user", [user for user in users if not user.get("is_deleted")], began, pulled)
        gone = [int(user["id"]) for user in users if user.get("is_deleted")]
        await asyncio.to_thread(self._saver.mark_gone, "user", gone, began)
        progress("user", len(users) - len(gone))

    async def _windows(self, parts: list[Part], horizon: Horizon, progress: Progress, pulled: Pulled) -> None:
        """Read the shifts of one window, or of the whole horizon where both are asked for."""
        now = self._clock.now()
        far = now + horizon.ahead
        soon = min(now + SOON, far)
        start = now - _PAST if "soon" in parts else soon
        end = far if "later" in parts else soon
        if start >= end:
            return
        whole = len(parts) > 1 or soon == far
        if not await self._shifts.pull(start, end, progress, pulled, whole=whole, last=end == far):
            pulled.again |= {"soon", "later"}

    async def _time_off(self, start: datetime, end: datetime, pulled: Pulled) -> None:
        counts, problems = await self._away.pull(start, end)
        pulled.counts |= counts
        pulled.problems += problems

    async def _hours(self, back: timedelta, progress: Progress, pulled: Pulled) -> None:
        found = await self._times.pull(back)
        pulled.add(found)
        if found.counts.get("time"):
            progress("time", found.counts["time"])


def _updated(record: Record) -> datetime | None:
    try:
        return instant(record.get("updated_at"))
    except ValueError:
        return None
