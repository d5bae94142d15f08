"""The pollers: read what may have changed in both systems into the mirror.

Wonolo is read by `updated_at` with an overlap; When I Work has no such listing, so its window of shifts is read whole,
part by part, and a shift is believed deleted only when complete listings lack it and a read by its id says so.
"""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from mappings.convert import instant
from mappings.digest import RecordKind
from sync.clients.wheniwork import WhenIWork
from sync.clients.wonolo import Wonolo
from sync.clock import Clock
from sync.errors import Rejected, RemoteError
from sync.intake.ahead import ahead
from sync.intake.away import AwayPoller
from sync.intake.times import TimesPoller
from sync.mirror.sightings import How
from sync.mirror.store import Store

Record = Mapping[str, Any]
Progress = Callable[[str, int], None]
"""Told the kind of record and how many more have come in."""

_log = structlog.get_logger(__name__)

_OVERLAP = timedelta(minutes=10)
"""Records read again at each poll: clocks differ, and pages shift while they are read (Wonolo reference 3)."""

_PAST = timedelta(days=1)

_PER_PART = 3000
"""Shifts that begin in one part of the window: a listing of so many, and of those still running then, takes 30 MB."""

_FIRST_SPAN = timedelta(hours=6)
"""The first part of a window that was never read; nobody knows how many shifts are in it."""

_SHORTEST = timedelta(hours=1)

_TOGETHER = 200
"""Records of small pages that are saved in one transaction: it costs as much as fifty of them do."""

_AT_ONCE = 500
"""Records saved in one transaction; what is read from the other system meanwhile waits for it."""


@dataclass(frozen=True, slots=True)
class Horizon:
    """How far pollers look: shifts ahead, JobRequests back on the very first poll, times worked back (zero: none)."""

    ahead: timedelta
    history: timedelta
    times: timedelta = timedelta(0)


@dataclass(slots=True)
class Pulled:
    """What a pull read: records by kind, whether listings were complete, and sentences about what was left out."""

    counts: dict[str, int] = field(default_factory=dict)
    complete: bool = True
    problems: list[str] = field(default_factory=list)


@dataclass(slots=True)
class _Reading:
    """How far a window of shifts is read: `seen` are the ids of the last listing, `span` is for the next one.

    `full` is how long a part may be where shifts begin as densely as in the densest part so far.
    """

    start: datetime
    at: datetime = field(init=False)
    span: timedelta = _FIRST_SPAN
    full: timedelta = timedelta.max
    seen: frozenset[Any] = frozenset()
    missing: set[int] = field(default_factory=set)
    complete: bool = True

    def __post_init__(self) -> None:
        """Begin at the start."""
        self.at = self.start

    def go_on(self, until: datetime, begun: int, seen: frozenset[Any]) -> None:
        """Note that the part until there is read, in which so many shifts begin."""
        self.full = min(self.full, (until - self.at) * _PER_PART / max(begun, 1))
        self.at, self.seen, self.span = until, seen, min(self.span * 2, self.full)


class Poller:
    """Reads both systems of one pair into the mirror."""

    def __init__(self, wonolo: Wonolo, wheniwork: WhenIWork, store: Store, pair: str, clock: Clock) -> None:
        self._wonolo, self._wheniwork = wonolo, wheniwork
        self._store, self._pair, self._clock = store, pair, clock
        self._times = TimesPoller(wheniwork, store, pair, clock)
        self._away = AwayPoller(wheniwork, store, pair, clock)

    async def pull(self, horizon: Horizon, progress: Progress) -> Pulled:
        """Read everything that may have changed; raises the RemoteErrors of the first call that fails."""
        pulled = Pulled()
        results = await asyncio.gather(
            self._pull_wonolo(horizon, progress, pulled),
            self._pull_wheniwork(horizon, progress, pulled),
            return_exceptions=True,  # one system's trouble does not cut off the other's pages
        )
        for error in filter(None, results):
            raise error
        _log.info("pulled", complete=pulled.complete, problems=len(pulled.problems), **pulled.counts)
        return pulled

    async def _pull_wonolo(self, horizon: Horizon, progress: Progress, pulled: Pulled) -> None:
        for kind, listing in (("job_request", self._wonolo.job_requests), ("job", self._wonolo.jobs)):
            await self._follow(kind, listing, {}, horizon, progress, pulled)
        await self._follow("worker", self._wonolo.users, {"type": "Worker"}, horizon, progress, pulled)

    async def _follow(
        self,
        kind: Any,
        listing: Callable[..., AsyncIterator[list[dict[str, Any]]]],
        filters: Record,
        horizon: Horizon,
        progress: Progress,
        pulled: Pulled,
    ) -> None:
        """Read what was updated since the cursor; it advances only when the last page is saved."""
        began = self._clock.now()
        cursor = await asyncio.to_thread(self._cursor, kind)
        since = (cursor or began - horizon.history) - _OVERLAP
        newest: datetime | None = None
        async with aclosing(ahead(listing(updated_after=since, **filters))) as pages:
            read: list[dict[str, Any]] = []
            try:
                async for page in pages:
                    newest = max(filter(None, (newest, *(_updated(record) for record in page))), default=None)
                    progress(kind, len(page))
                    read += page
                    if len(read) >= _TOGETHER:
                        await self._save(kind, read, began, pulled)
                        read = []
            except RemoteError:
                await self._save(kind, read, began, pulled)  # what came before the trouble need not come again
                raise
            await self._save(kind, read, began, pulled)
        await asyncio.to_thread(self._advance, kind, min(began, newest or cursor or began))

    def _cursor(self, name: str) -> datetime | None:
        with self._store.begin(self._pair) as tx:
            return tx.observations.cursor(name)

    def _advance(self, name: str, at: datetime) -> None:
        with self._store.begin(self._pair) as tx:
            tx.observations.save_cursor(name, at)

    async def _save(self, kind: RecordKind, records: list[dict[str, Any]], read_at: datetime, pulled: Pulled) -> None:
        pulled.counts[kind] = pulled.counts.get(kind, 0) + len(records)
        for start in range(0, len(records), _AT_ONCE):
            some = records[start : start + _AT_ONCE]
            pulled.problems += await asyncio.to_thread(self._store_records, kind, some, read_at)

    def _store_records(
        self, kind: RecordKind, records: Iterable[Record], read_at: datetime, how: How = "listing"
    ) -> list[str]:
        with self._store.begin(self._pair) as tx:
            return tx.observations.save(kind, records, read_at, how)

    async def _pull_wheniwork(self, horizon: Horizon, progress: Progress, pulled: Pulled) -> None:
        began = self._clock.now()
        collections: tuple[tuple[RecordKind, Any], ...] = (
            ("position", self._wheniwork.positions),
            ("location", self._wheniwork.locations),
            ("site", self._wheniwork.sites),
        )
        for kind, collection in collections:
            records = await collection.list()
            await self._save(kind, records, began, pulled)
            progress(kind, len(records))
        await self._pull_users(progress, pulled)
        await self._pull_shifts(began - _PAST, began + horizon.ahead, progress, pulled)
        await self._pull_times(horizon.times, progress, pulled)
        await self._pull_away(began - _PAST, began + horizon.ahead, pulled)

    async def _pull_away(self, start: datetime, end: datetime, pulled: Pulled) -> None:
        counts, problems = await self._away.pull(start, end)
        pulled.counts |= counts
        pulled.problems += problems

    async def _pull_times(self, back: timedelta, progress: Progress, pulled: Pulled) -> None:
        counts, problems = await self._times.pull(back)
        pulled.counts |= counts
        pulled.problems += problems
        if counts.get("time"):
            progress("time", counts["time"])

    async def _pull_users(self, progress: Progress, pulled: Pulled) -> None:
        """Read all users; a deleted one is nobody's worker any more, as no shift can be given to them."""
        began = self._clock.now()
        users = await self._wheniwork.users.list(show_deleted=True)
        await self._save("user", [user for user in users if not user.get("is_deleted")], began, pulled)
        gone = [int(user["id"]) for user in users if user.get("is_deleted")]
        await asyncio.to_thread(self._mark_gone, "user", gone, began)
        progress("user", len(users) - len(gone))

    async def _pull_shifts(self, start: datetime, end: datetime, progress: Progress, pulled: Pulled) -> None:
        """Read the window part by part, so that no more than a part is in memory, however many shifts there are.

        In each part begin about as many shifts as one call may bring. Where they begin is known from the mirror; on
        the first reading each part tells how long the next may be.
        """
        began, reading = self._clock.now(), _Reading(start)
        known = await asyncio.to_thread(self._cursor, "shift") is not None
        while reading.at < end:
            cut = await asyncio.to_thread(self._full_at, reading.at, end) if known else reading.at + reading.span
            until = min(end, max(cut or end, reading.at + _SHORTEST))
            await self._read_part(reading, until, progress, pulled)
        if reading.complete:
            await self._confirm_deletions(sorted(reading.missing), began)
            await asyncio.to_thread(self._advance, "shift", end)
        else:
            pulled.complete = False
            pulled.problems.append("When I Work cut the listing of shifts short, so no deletion is concluded from it")

    async def _read_part(self, reading: _Reading, until: datetime, progress: Progress, pulled: Pulled) -> None:
        """Save what one listing holds, but what the last one held: a shift that runs over the end of a part is in both.

        A shift is missing when the first part that it was in lacks it, and so does every later one.
        """
        read_at = self._clock.now()
        listing = await self._wheniwork.shifts(reading.at, until)
        fresh = [shift for shift in listing.shifts if shift["id"] not in reading.seen]
        await self._save("shift", fresh, read_at, pulled)
        progress("shift", len(fresh))
        seen = frozenset(shift["id"] for shift in listing.shifts)
        lacking = await asyncio.to_thread(self._lacking, reading, until, seen)
        reading.complete = reading.complete and listing.complete
        reading.missing = (reading.missing | lacking) - seen
        reading.go_on(until, len(fresh), seen)

    def _full_at(self, start: datetime, end: datetime) -> datetime | None:
        with self._store.begin(self._pair) as tx:
            return tx.observations.shift_start_after(start, end, _PER_PART)

    def _lacking(self, reading: _Reading, until: datetime, seen: frozenset[Any]) -> set[int]:
        with self._store.begin(self._pair) as tx:
            return tx.observations.shifts_missing(reading.at, until, seen, running=reading.at == reading.start)

    async def _confirm_deletions(self, missing: list[int], began: datetime) -> None:
        """Ask for each linked shift that vanished: it may only have moved out of the window."""
        linked = await asyncio.to_thread(self._linked, missing)
        unlinked = [shift for shift in missing if shift not in linked]
        await asyncio.to_thread(self._mark_gone, "shift", unlinked, began)
        gone = []
        for shift_id in sorted(linked):
            found = await self._reread(shift_id)
            if found is None:
                gone.append(shift_id)
            else:
                await asyncio.to_thread(self._store_records, "shift", [found], began, "read")
        await asyncio.to_thread(self._mark_gone, "shift", gone, began, "read")

    def _linked(self, shifts: list[int]) -> set[int]:
        with self._store.begin(self._pair) as tx:
            return tx.membership.held("shift", shifts)

    async def _reread(self, shift_id: int) -> dict[str, Any] | None:
        try:
            return await self._wheniwork.shift(shift_id)
        except Rejected as error:
            if error.gone:
                return None
            raise

    def _mark_gone(self, kind: RecordKind, ids: list[int], read_at: datetime, how: How = "listing") -> None:
        with self._store.begin(self._pair) as tx:
            tx.observations.mark_gone(kind, ids, read_at, how)


def _updated(record: Record) -> datetime | None:
    try:
        return instant(record.get("updated_at"))
    except ValueError:
        return None


def service_time(info: Record) -> datetime | None:
    """The service's own clock as `/info` tells it (Wonolo reference 4), None when it cannot be read."""
    try:
        return datetime.fromisoformat(str(info.get("utc_time_now")).replace(" UTC", "+00:00")).astimezone(UTC)
    except ValueError:
        return None
