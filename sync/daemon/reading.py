"""The readings of a pair: dirty records, near parts, and far parts beside them out of what the budget leaves."""

import asyncio
import time
from collections.abc import Sequence
from datetime import datetime

from mappings.model import System
from sync.clients.budget import RESERVE, patiently
from sync.clock import SystemClock
from sync.daemon.due import Backoff, Due
from sync.daemon.metrics import Metrics
from sync.daemon.trouble import Trouble
from sync.engine import Engine
from sync.errors import RemoteError
from sync.intake.parts import NEAR, WHOLE, Part, Pulled
from sync.mirror.dirty import DirtyKind, DirtyRecord
from sync.mirror.looks import LastLook
from sync.mirror.sightings import How

_AT_ONCE = 50
"""Dirty records that are read before a plan is made."""

_TOO_MANY = 1000
"""More dirty records than this: reading everything costs less."""

_SYSTEM_OF: dict[DirtyKind, System] = {
    "job_request": "wonolo",
    "job": "wonolo",
    "worker": "wonolo",
    "shift": "wheniwork",
    "user": "wheniwork",
    "time": "wheniwork",
}


class Reading:
    """The readings of one open pair. `dirty` and `parts` are what the last `look_around` found to be read now."""

    def __init__(self, engine: Engine, pair: str, due: Due, trouble: Trouble, metrics: Metrics) -> None:
        self._engine, self._pair, self._due, self._trouble, self._metrics = engine, pair, due, trouble, metrics
        self._far: asyncio.Task[Pulled] | None = None
        self._noticed = 0
        self._is_whole = False
        self._unread = Backoff()
        self.dirty: Sequence[DirtyRecord] = ()
        self.parts: Sequence[Part] = ()

    @property
    def near(self) -> list[Part]:
        """The due parts that decide about tonight."""
        return [part for part in self.parts if part in NEAR]

    @property
    def far(self) -> list[Part]:
        """The other due parts."""
        return [part for part in self.parts if part not in NEAR]

    async def begin(self) -> None:
        """Count what is noticed from now on; what came before, other processes have counted."""
        self._noticed = await asyncio.to_thread(self._newest)

    def _newest(self) -> int:
        with self._engine.store.read(self._pair) as tx:
            return tx.sightings.newest()

    async def look_around(self) -> bool:
        """Find what is dirty and due, but for what rests; returns whether anything is."""
        await asyncio.to_thread(self._look_around)
        return bool(self.dirty or self.near or (self.far and not self._far))

    def _look_around(self) -> None:
        now, wall = time.monotonic(), SystemClock().now()
        with self._engine.store.read(self._pair) as tx:
            looks, calling, count = tx.looks.all(), tx.deliveries.newest(), tx.dirty.count()
            able = [kind for kind, system in _SYSTEM_OF.items() if not self._due.rests(system, now)]
            dirty = tx.dirty.oldest(min(count, _TOO_MANY), able)
        if count > _TOO_MANY:
            looks, dirty = self._read_everything_instead(wall), []
        self.parts = self._due.now(looks, calling, wall, now)
        self.dirty = [row for row in dirty if not self._unread.rests(_name(row), now)][:_AT_ONCE]

    def _read_everything_instead(self, wall: datetime) -> dict[str, LastLook]:
        """Forget the dirty records, and mark every part; in one transaction, so that a dying process loses neither."""
        with self._engine.store.begin(self._pair) as tx:
            tx.looks.mark(sorted(WHOLE), wall)
            tx.dirty.clean(tx.dirty.oldest(tx.dirty.count()))
            return tx.looks.all()

    async def has_all(self) -> bool:
        """Return whether every part was read at least once: before that, a plan would miss what is there."""
        if not self._is_whole:  # what was read once stays so
            self._is_whole = await asyncio.to_thread(self._has_read_all)
        return self._is_whole

    def _has_read_all(self) -> bool:
        with self._engine.store.read(self._pair) as tx:
            return {part for part, look in tx.looks.all().items() if look.at} >= WHOLE

    async def read_dirty(self) -> Pulled | None:
        """Read the dirty records again; None when their service does not answer, and then they stay dirty."""
        dirty = self.dirty
        try:
            pulled = await self._engine.fence.unless_stopped(
                self._engine.look_at([(row.kind, row.record) for row in dirty])
            )
        except RemoteError as error:
            self._trouble.meet(error)
            return None
        await asyncio.to_thread(self._clean, self._read_ones(dirty, pulled))
        await self._count_found()
        return pulled

    def _read_ones(self, dirty: Sequence[DirtyRecord], pulled: Pulled) -> list[DirtyRecord]:
        """The records that were read; those that a service fails over stay dirty, and rest alone."""
        read = [row for row in dirty if (row.kind, row.record) not in pulled.unread]
        for row in read:
            self._unread.succeeded(_name(row))
        for (kind, record), error in pulled.unread.items():
            self._unread.failed(f"{kind}:{record}", error, time.monotonic())
            self._metrics.failed(self._pair, type(error).__name__)
        return read

    def _clean(self, dirty: Sequence[DirtyRecord]) -> None:
        with self._engine.store.begin(self._pair) as tx:
            tx.dirty.clean(dirty)

    async def read(self, parts: Sequence[Part]) -> Pulled:
        """Read parts; those that fail rest for a while."""
        began = time.monotonic()
        pulled = await self._engine.fence.unless_stopped(self._engine.read(parts))
        seconds = time.monotonic() - began
        for part in pulled.parts:
            self._trouble.works(part)
            self._metrics.read(self._pair, part, seconds, ok=True)
        for part in pulled.failed:
            self._metrics.read(self._pair, part, seconds, ok=False)
        self._trouble.of_parts(pulled.failed)
        for kind, count in pulled.counts.items():
            self._metrics.records(self._pair, kind, count)
        await self._count_found()
        return pulled

    async def _count_found(self) -> None:
        """Count the changes that were noticed since the last time, by whether a webhook or a poll brought them."""
        found = await asyncio.to_thread(self._found)
        for how, count in found.items():
            self._metrics.found(self._pair, "webhook" if how == "read" else "poll", count)
        for system, left in self._engine.budgets.items():
            self._metrics.budget(self._pair, system, left)
        low = any(left <= RESERVE for left in self._engine.budgets.values())
        self._metrics.far_parts_waiting(self._pair, len(self.far) if low else 0)

    def _found(self) -> dict[How, int]:
        with self._engine.store.read(self._pair) as tx:
            found, self._noticed = tx.sightings.found_since(self._noticed)
        return found

    def begin_far(self) -> None:
        """Begin to read the far parts that are due, beside everything else."""
        if self._far is None and self.far:
            self._far = asyncio.create_task(self._patiently(self.far))

    async def _patiently(self, parts: Sequence[Part]) -> Pulled:
        with patiently():
            if "places" in parts:
                await self._engine.fence.unless_stopped(self._engine.check_access())
            return await self.read(parts)

    async def far_or(self, event: asyncio.Event) -> Pulled | None:
        """Wait for the far parts; None when the event was set before, or none are being read."""
        if self._far is None:
            return None
        woken = asyncio.create_task(event.wait())
        await asyncio.wait({self._far, woken}, return_when=asyncio.FIRST_COMPLETED)
        woken.cancel()
        return self.far_result()

    def far_result(self) -> Pulled | None:
        """Return what the far parts brought, once; None while they are being read."""
        if self._far is None or not self._far.done():
            return None
        far, self._far = self._far, None
        return far.result()

    @property
    def is_far(self) -> bool:
        """True while far parts are being read."""
        return self._far is not None

    async def close(self) -> None:
        """End the reading of the far parts."""
        if self._far:
            self._far.cancel()
            await asyncio.gather(self._far, return_exceptions=True)
            self._far = None


def _name(row: DirtyRecord) -> str:
    return f"{row.kind}:{row.record}"
