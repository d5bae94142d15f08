"""The poller of who is away: time off of Wonolo's workers, and shifts that are about to change hands."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog

from mappings.bookings import is_granted, pending_swap
from sync.clients.wheniwork import WhenIWork
from sync.clock import Clock
from sync.errors import Forbidden, Rejected
from sync.mirror.store import Store

Record = Mapping[str, Any]

_log = structlog.get_logger(__name__)


class AwayPoller:
    """Reads time off and swaps of one pair into the mirror; each listing is all there is."""

    def __init__(self, wheniwork: WhenIWork, store: Store, pair: str, clock: Clock) -> None:
        self._wheniwork, self._store, self._pair, self._clock = wheniwork, store, pair, clock

    async def pull(self, start: datetime, end: datetime) -> tuple[dict[str, int], list[str]]:
        """Read what lies between two instants; returns how many records of each kind, and sentences about what is not.

        Raises the RemoteErrors of a call that fails, but that the login may not see others' requests.
        """
        began = self._clock.now()
        try:
            off = await self._wheniwork.requests.list(start=start.date(), end=end.date())
            swaps = await self._wheniwork.swaps.list(open_only=True)
        except (Forbidden, Rejected) as error:
            _log.warning("no_time_off", reason=str(error))
            return {}, [f"When I Work does not show time off and swaps, so plans do not heed them: {error}"]
        return await asyncio.to_thread(self._save, off, swaps, start, began)

    def _save(
        self, off: Sequence[Record], swaps: Sequence[Record], start: datetime, began: datetime
    ) -> tuple[dict[str, int], list[str]]:
        under_way = [row for row in swaps if pending_swap(row)]
        with self._store.begin(self._pair) as tx:
            users = set(map(str, tx.links.users()))
            granted = [row for row in off if str(row.get("user_id")) in users and is_granted(row)]
            known_off, known_swaps = tx.booked.known_away(start)
            problems = tx.observations.save("time_off", granted, began) + tx.observations.save("swap", under_way, began)
            tx.observations.mark_gone("time_off", known_off - _ids(granted), began)
            tx.observations.mark_gone("swap", known_swaps - _ids(under_way), began)
        return {"time_off": len(granted), "swap": len(under_way)}, problems


def _ids(records: Sequence[Record]) -> set[int]:
    return {int(row["id"]) for row in records if str(row["id"]).isdecimal()}
