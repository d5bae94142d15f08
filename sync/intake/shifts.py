"""The poller of shifts: a window read part by part, and what vanished from it.

When I Work has no listing by update, so a window is read whole. A linked shift is believed deleted only when complete
listings lack it and a read by its id says so.
"""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sync.clients.wheniwork import WhenIWork
from sync.clock import Clock
from sync.errors import Rejected, RemoteError
from sync.intake.parts import Progress, Pulled
from sync.intake.saving import Saver

_PER_PART = 3000
"""Shifts that begin in one part of the window: a listing of so many, and of those still running then, takes 30 MB."""

_FIRST_SPAN = timedelta(hours=6)
"""The first part of a window that was never read; nobody knows how many shifts are in it."""

_SHORTEST = timedelta(hours=1)

_MINUTE = timedelta(minutes=1)

_APART = timedelta(days=1)
"""Linked shifts beyond the window that start so far apart are asked for by listings of their own."""

_MOST_ASKED = 25
"""Vanished shifts of a part of the horizon that are asked for one by one: they may only have moved out of it."""


@dataclass(slots=True)
class _Reading:
    """The progress of reading a window of shifts: `seen` are the ids of the last listing, `span` is for the next one.

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


class ShiftPoller:
    """Reads windows of shifts of one pair into the mirror."""

    def __init__(self, wheniwork: WhenIWork, saver: Saver, clock: Clock) -> None:
        self._wheniwork, self._saver, self._clock = wheniwork, saver, clock

    async def pull(
        self, start: datetime, end: datetime, progress: Progress, pulled: Pulled, *, whole: bool, last: bool
    ) -> bool:
        """Read the window part by part, so that no more than a part is in memory, however many shifts there are.

        In each part begin about as many shifts as one call may bring. Where they begin is known from the mirror; on
        the first reading each part shows how long the next may be. `whole` windows are the whole horizon, so that what
        an unlinked shift vanished from is no part of which another part has it. The `last` window ends with
        the horizon: nothing is begun beyond what was read. Returns False where a vanished shift may be in another part.
        """
        began = self._clock.now()
        known = await asyncio.to_thread(self._saver.cursor, "shift") is not None
        reading = await self._read_window(start, end, progress, pulled, known=known)
        if not reading.complete:
            pulled.complete = False
            pulled.problems.append("When I Work cut the listing of shifts short, so no deletion is concluded from it")
            return True
        found = await self._confirm_deletions(sorted(reading.missing), began, pulled, whole=whole)
        if last:
            await asyncio.to_thread(self._saver.advance, "shift", end)
            await self._follow_beyond(end, progress, pulled)
        return found

    async def _read_window(
        self, start: datetime, end: datetime, progress: Progress, pulled: Pulled, *, known: bool
    ) -> _Reading:
        reading = _Reading(start)
        while reading.at < end:
            cut = await asyncio.to_thread(self._full_at, reading.at, end) if known else reading.at + reading.span
            until = min(end, max(cut or end, reading.at + _SHORTEST))
            await self._read_part(reading, until, progress, pulled)
        return reading

    async def _follow_beyond(self, end: datetime, progress: Progress, pulled: Pulled) -> None:
        """Read linked shifts beyond the window, too: by one narrow listing for those that start near one another."""
        began = self._clock.now()
        for first, last in _clusters(await asyncio.to_thread(self._beyond, end)):
            reading = await self._read_window(first, last + _MINUTE, progress, pulled, known=True)
            if reading.complete:
                await self._confirm_deletions(sorted(reading.missing), began, pulled, whole=False)

    def _beyond(self, end: datetime) -> list[datetime]:
        with self._saver.read() as tx:
            return tx.membership.shifts_beyond(end)

    async def _read_part(self, reading: _Reading, until: datetime, progress: Progress, pulled: Pulled) -> None:
        """Save what one listing holds, but what the last one held: a shift that runs over the end of a part is in both.

        A shift is missing when the first part that it was in lacks it, and so does every later one.
        """
        read_at = self._clock.now()
        listing = await self._wheniwork.shifts(reading.at, until)
        fresh = [shift for shift in listing.shifts if shift["id"] not in reading.seen]
        await self._saver.save("shift", fresh, read_at, pulled)
        progress("shift", len(fresh))
        seen = frozenset(shift["id"] for shift in listing.shifts)
        lacking = await asyncio.to_thread(self._lacking, reading, until, seen)
        reading.complete = reading.complete and listing.complete
        reading.missing = (reading.missing | lacking) - seen
        reading.go_on(until, len(fresh), seen)

    def _full_at(self, start: datetime, end: datetime) -> datetime | None:
        with self._saver.read() as tx:
            return tx.observations.shift_start_after(start, end, _PER_PART)

    def _lacking(self, reading: _Reading, until: datetime, seen: frozenset[Any]) -> set[int]:
        with self._saver.read() as tx:
            return tx.observations.shifts_missing(reading.at, until, seen, running=reading.at == reading.start)

    async def _confirm_deletions(self, missing: list[int], began: datetime, pulled: Pulled, *, whole: bool) -> bool:
        """Ask for each linked shift that vanished: it may only have moved out of the window.

        Unlinked ones are gone when the whole horizon lacks them. What vanished from a part of it is asked for too; when
        that are many, the answer is left to a reading of the whole.
        """
        asked = await asyncio.to_thread(self._linked, missing)
        unlinked = [shift for shift in missing if shift not in asked]
        if whole:
            await asyncio.to_thread(self._saver.mark_gone, "shift", unlinked, began)
        elif len(unlinked) <= _MOST_ASKED:
            asked |= set(unlinked)
        for shift in sorted(asked):
            try:
                await self.reread(shift)
            except RemoteError as error:
                pulled.contain("shift", shift, error)
        return whole or len(unlinked) <= _MOST_ASKED

    def _linked(self, shifts: list[int]) -> set[int]:
        with self._saver.read() as tx:
            return tx.membership.held("shift", shifts)

    async def reread(self, shift: int) -> None:
        """Read one shift by its id into the mirror, or record that it is gone."""
        began = self._clock.now()
        try:
            found = await self._wheniwork.shift(shift)
        except Rejected as error:
            if not error.gone:
                raise
            await asyncio.to_thread(self._saver.mark_gone, "shift", [shift], began, "read")
        else:
            await asyncio.to_thread(self._saver.store, "shift", [found], began, "read")


def _clusters(starts: Iterable[datetime]) -> list[tuple[datetime, datetime]]:
    """The first and last of instants, in order, that lie near one another."""
    found: list[tuple[datetime, datetime]] = []
    for start in starts:
        if found and start - found[-1][1] < _APART:
            found[-1] = (found[-1][0], start)
        else:
            found.append((start, start))
    return found
