"""The poller of payroll periods: read as far back as hours may be written, and once more right before they are."""

import asyncio
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import structlog

from mappings.timesheet import read_payroll
from sync.clients.wheniwork import WhenIWork
from sync.clock import Clock
from sync.errors import RemoteError
from sync.mirror.store import Store
from sync.plan import Change

Record = Mapping[str, Any]

_log = structlog.get_logger(__name__)

_DAY = timedelta(days=1)
"""Work may begin before it was planned, and a day begin earlier in the account's zone."""

_FRESH = timedelta(minutes=1)


class PayrollPoller:
    """Reads the payroll periods of one pair into the mirror.

    The cursor `payroll` tells from when on they are known: hours of before are not written.
    """

    def __init__(self, wheniwork: WhenIWork, store: Store, pair: str, clock: Clock) -> None:
        self._wheniwork, self._store, self._pair, self._clock = wheniwork, store, pair, clock

    async def pull(self, start: datetime, end: datetime) -> tuple[int, list[str]]:
        """Read the periods of a window, and of the oldest hours that may be written where these are older.

        Returns how many there are, and sentences about what is left out; raises the RemoteErrors of the call.
        """
        oldest = await asyncio.to_thread(self._oldest)
        since = min(start, oldest) if oldest else start
        began, payrolls = self._clock.now(), await self._listed(since, end)
        problems = await asyncio.to_thread(self._save, payrolls, began, since)
        return len(payrolls), problems

    async def widen(self) -> None:
        """Read further back when hours that may be written turned up there meanwhile.

        What cannot be read stays unknown, and the plan says so.
        """
        known, oldest = await asyncio.to_thread(self._known), await asyncio.to_thread(self._oldest)
        if known is None or oldest is None or oldest >= known:
            return
        try:
            began, payrolls = self._clock.now(), await self._listed(oldest, known)
        except RemoteError as error:
            _log.warning("no_payrolls", reason=str(error))
            return
        await asyncio.to_thread(self._save, payrolls, began, oldest)

    async def closed_since(self, start: datetime, end: datetime) -> bool:
        """Read the periods around some hours once more; returns True when one is over that was not, or otherwise.

        Raises the RemoteErrors of the call.
        """
        began, payrolls = self._clock.now(), await self._listed(start - _DAY, end + _DAY)
        return await asyncio.to_thread(self._renew, payrolls, began)

    async def _listed(self, start: datetime, end: datetime) -> list[dict[str, Any]]:
        return await self._wheniwork.payrolls.list(start=start.date(), end=end.date())

    def _oldest(self) -> datetime | None:
        with self._store.read(self._pair) as tx:
            oldest = tx.timesheets.oldest_unsettled()
        return oldest - _DAY if oldest else None

    def _known(self) -> datetime | None:
        with self._store.read(self._pair) as tx:
            return tx.observations.cursor("payroll")

    def _save(self, payrolls: list[dict[str, Any]], began: datetime, since: datetime) -> list[str]:
        with self._store.begin(self._pair) as tx:
            tx.observations.save_cursor("payroll", since)
            return tx.observations.save("payroll", payrolls, began)

    def _renew(self, payrolls: list[dict[str, Any]], began: datetime) -> bool:
        with self._store.begin(self._pair) as tx:
            over = {read_payroll(record) for record in tx.observations.all("payroll")}
            tx.observations.save("payroll", payrolls, began)
            now = {read_payroll(record) for record in tx.observations.all("payroll")}
        return not now - {None} <= over


class LastLook:
    """Looks at payroll periods once more right before hours are written: once a run, and again after a minute."""

    def __init__(self, payrolls: PayrollPoller, clock: Clock) -> None:
        self._payrolls, self._clock = payrolls, clock
        self._since: datetime | None = None
        self._at = clock.now()

    async def __call__(self, hours: Iterable[Change]) -> bool:
        """Read the periods that these hours may be in; True when one is over by now, so that all is planned anew.

        Raises the RemoteErrors of the call.
        """
        now = self._clock.now()
        since = min((row.start for row in hours if row.start), default=now)
        if self._since is not None and since >= self._since and now - self._at < _FRESH:
            return False
        is_over = await self._payrolls.closed_since(since, now)
        self._since, self._at = since, now
        return is_over
