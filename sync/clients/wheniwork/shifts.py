"""When I Work's shifts: listed by window, read, created, changed and deleted."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from sync.clients.exchange import Record
from sync.clients.wheniwork.calls import Calls
from sync.clients.wheniwork.collections import deleted as gone_or_deleted
from sync.clients.wheniwork.collections import require_success

_LONGEST_WINDOW = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class ShiftListing:
    """The shifts that overlap a window.

    `start` and `end` are the window as When I Work echoed it, None where it did not; `complete` says whether they
    cover what was asked. From an incomplete listing no deletion may be concluded. `deleted_ids` only ever confirm:
    absence from them proves nothing (When I Work reference 12).
    """

    start: datetime | None
    end: datetime | None
    shifts: list[Record]
    deleted_ids: frozenset[int]
    complete: bool


@dataclass(frozen=True, slots=True)
class BulkResult:
    """What a bulk update did: the shifts as changed, and one error {shift_id, error, code} per refused one."""

    shifts: list[Record]
    errors: list[Record]


class Shifts(Calls):
    """Calls of shifts."""

    async def shifts(self, start: datetime, end: datetime, *, deleted: bool = True) -> ShiftListing:
        """List the shifts that overlap the window, drafts and open shifts of all schedules too.

        Windows over 31 days are asked in parts, since the service may cut them short without a word (When I Work
        reference 5.2). `deleted` asks for `deleted_ids` too. Raises ValueError for instants without a zone.
        """
        parts = [await self._shifts(first, last, deleted=deleted) for first, last in _windows(start, end)]
        shifts = {shift["id"]: shift for part in parts for shift in part.shifts}
        return ShiftListing(
            parts[0].start,
            parts[-1].end,
            list(shifts.values()),
            frozenset().union(*(part.deleted_ids for part in parts)),
            all(part.complete for part in parts),
        )

    async def _shifts(self, start: datetime, end: datetime, *, deleted: bool) -> ShiftListing:
        everything = {"unpublished": True, "include_open": True, "include_allopen": True, "include_objects": False}
        reply = await self._api.get("/shifts", {"start": start, "end": end, "deleted": deleted} | everything)
        body = reply.object()
        first, last = _instant(body.get("start")), _instant(body.get("end"))
        complete = first is not None and last is not None and first <= start and last >= end
        return ShiftListing(first, last, reply.records("shifts"), reply.ids("deleted_ids") or frozenset(), complete)

    async def shift(self, shift_id: int) -> Record:
        """Return one shift; a missing one raises Rejected with `gone` true."""
        return (await self._api.get(f"/shifts/{shift_id}")).record("shift")

    async def create_shift(self, fields: Record) -> Record:
        """Create a shift; start_time, end_time and location_id are required.

        Read back `published`: the service may ignore it on creation (When I Work reference 5.4).
        """
        return (await self._api.send("POST", "/shifts", fields)).record("shift")

    async def create_shifts(self, shifts: Sequence[Record]) -> list[Record]:
        """Create several shifts in one call and return them as answered."""
        return (await self._api.send("POST", "/shifts", list(shifts))).records("shifts")

    async def update_shift(self, shift_id: int, fields: Record, *, assign_one: bool = False) -> Record:
        """Change the given fields of a shift; send start_time, end_time and location_id too, they may be required.

        `breaks` are replaced as a whole. `assign_one` takes one instance off a stack of open shifts, where otherwise
        a user_id moves the whole stack (When I Work reference 5.5).
        """
        options = {"assign_openshift_instances": assign_one or None}
        return (await self._api.send("PUT", f"/shifts/{shift_id}", fields, options)).record("shift")

    async def update_shifts(self, shifts: Sequence[Record], *, assign_one: bool = False) -> BulkResult:
        """Change several shifts in one call; each needs id, start_time, end_time and location_id.

        Some may be changed and others refused (When I Work reference 5.5): read both parts of the result.
        """
        options = {"assign_openshift_instances": assign_one or None}
        reply = await self._api.send("PUT", "/shifts/bulk", list(shifts), options, partial_key="shifts")
        return BulkResult(reply.records("shifts"), list(reply.object().get("errors") or ()))

    async def delete_shift(self, shift_id: int) -> bool:
        """Delete a shift for good; returns False when it was already gone."""
        return await gone_or_deleted(self._api, f"/shifts/{shift_id}", {})

    async def delete_shifts(self, shift_ids: Sequence[int]) -> frozenset[int]:
        """Delete shifts for good; returns the ids the service says it deleted, or all where it names none."""
        if not shift_ids:
            # Without ids the service would read the call as a filter, and no filter is everything.
            return frozenset()
        reply = await self._api.send("DELETE", "/shifts", params={"ids": shift_ids})
        require_success(reply)
        named = None if reply.body is None else reply.ids("deleted")
        return frozenset(shift_ids) if named is None else named


def _windows(start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    # Whole seconds, outwards: the echo has no fractions and is compared with what was asked.
    start = start.replace(microsecond=0)
    last = end.replace(microsecond=0) + timedelta(seconds=1 if end.microsecond else 0)
    parts = max(1, math.ceil((last - start) / _LONGEST_WINDOW))
    firsts = [start + _LONGEST_WINDOW * part for part in range(parts)]
    return list(zip(firsts, [*firsts[1:], last], strict=True))


def _instant(text: object) -> datetime | None:
    for parse in (parsedate_to_datetime, datetime.fromisoformat):
        try:
            instant = parse(str(text))
        except ValueError:
            continue
        return instant.astimezone(UTC) if instant.tzinfo else None
    return None
