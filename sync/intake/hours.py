"""The poller of hours: Times of Wonolo's workers, read whole for a window that ends now, and payroll periods."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog

from sync.clients.wheniwork import WhenIWork
from sync.clock import Clock
from sync.errors import Forbidden, Rejected, RemoteError
from sync.intake.parts import Pulled
from sync.intake.payrolls import PayrollPoller
from sync.mirror.store import Store

Record = Mapping[str, Any]

_log = structlog.get_logger(__name__)

_LONGEST_WINDOW = timedelta(days=31)
"""Longer ones may be cut short without a word, as those of shifts are (When I Work reference 5.2)."""

_DAY = timedelta(days=1)


class TimesPoller:
    """Reads the hours of one pair into the mirror.

    The cursor `time` tells that they can be read: an account without a time clock refuses, and then no hours are
    planned at all.
    """

    def __init__(self, wheniwork: WhenIWork, store: Store, pair: str, clock: Clock) -> None:
        self._wheniwork, self._store, self._pair, self._clock = wheniwork, store, pair, clock
        self.payrolls = PayrollPoller(wheniwork, store, pair, clock)

    async def pull(self, back: timedelta) -> Pulled:
        """Read what began since so long ago; returns how many records of each kind, and what is not shown.

        Nothing is read for no time at all. Raises the RemoteErrors of a listing that fails.
        """
        if not back:
            return Pulled()
        began = self._clock.now()
        start, end = began - back - _DAY, began + _DAY
        try:
            periods, unread = await self.payrolls.pull(start, end)
            times = await self._listed(start, end)
        except (Forbidden, Rejected) as error:
            await asyncio.to_thread(self._refused)
            _log.warning("no_hours", reason=str(error))
            return Pulled(problems=[f"When I Work does not show hours worked, so none are carried over: {error}"])
        missing, found, problems = await asyncio.to_thread(self._save, times, (start, end), began)
        pulled = Pulled({"payroll": periods, "time": found}, problems=unread + problems)
        await self._confirm_deletions(missing, began, pulled)
        return pulled

    async def _listed(self, start: datetime, end: datetime) -> list[Record]:
        found: dict[Any, Record] = {}
        while start < end:
            until = min(end, start + _LONGEST_WINDOW)
            found |= {row["id"]: row for row in await self._wheniwork.times.list(start=start, end=until)}
            start = until
        return list(found.values())

    def _refused(self) -> None:
        with self._store.begin(self._pair) as tx:
            tx.observations.forget_cursor("time")
            tx.observations.forget_cursor("payroll")

    def _save(
        self, times: list[Record], window: tuple[datetime, datetime], began: datetime
    ) -> tuple[list[int], int, list[str]]:
        """Save what was read; returns the tied Times that it lacks, besides. Others that it lacks are gone."""
        with self._store.begin(self._pair) as tx:
            seen = {int(time["id"]) for time in times if str(time["id"]).isdecimal()}
            users, tied = set(map(str, tx.links.users())), tx.timesheets.tied(seen)
            # A Time of a Job is followed to whomever it is given.
            ours = [time for time in times if str(time.get("user_id")) in users or _number(time) in tied]
            problems = tx.observations.save("time", ours, began)
            missing = tx.timesheets.missing(*window, seen)
            tx.observations.mark_gone("time", [time for time, is_tied in missing.items() if not is_tied], began)
            tx.observations.save_cursor("time", began)
        vanished = sorted(time for time, is_tied in missing.items() if is_tied)
        return vanished, len(ours), problems

    async def _confirm_deletions(self, missing: list[int], began: datetime, pulled: Pulled) -> None:
        """Ask for each tied Time that vanished: it may only have moved out of the window."""
        for time in missing:
            try:
                found = await self._reread(time)
            except RemoteError as error:
                pulled.contain("time", time, error)
            else:
                await asyncio.to_thread(self._reread_saved, time, found, began)

    async def _reread(self, time: int) -> dict[str, Any] | None:
        try:
            return await self._wheniwork.times.get(time)
        except Rejected as error:
            if error.gone:
                return None
            raise

    def _reread_saved(self, time: int, found: dict[str, Any] | None, began: datetime) -> None:
        with self._store.begin(self._pair) as tx:
            if found is None:
                tx.observations.mark_gone("time", [time], began, "read")
            else:
                tx.observations.save("time", [found], began, "read")


def _number(time: Record) -> int:
    return int(time["id"]) if str(time["id"]).isdecimal() else 0
