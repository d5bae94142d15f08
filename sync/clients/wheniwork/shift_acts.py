"""What is done with When I Work's shifts beyond their fields, and what is asked about them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sync.clients.exchange import Record
from sync.clients.wheniwork.shifts import Shifts


class ShiftActs(Shifts):
    """Publishing, telling people, and giving shifts to people (When I Work reference 5.7)."""

    async def publish(self, shift_ids: Sequence[int]) -> None:
        """Publish shifts, silently as far as the sources go (When I Work reference 5.7); read them again after."""
        await self._api.send("POST", "/shifts/publish", {"ids": list(shift_ids)})

    async def unpublish(self, shift_ids: Sequence[int]) -> None:
        """Turn shifts back into drafts; read them again after."""
        await self._api.send("POST", "/shifts/unpublish", {"ids": list(shift_ids)})

    async def notify(self, start: datetime, end: datetime, **options: Any) -> Record:
        """Tell the people of a window about their shifts; returns the counts {success, email, sms}.

        Options: all, location_id, message, position_ids, site_ids, user_ids. Each call tells everybody again, so
        never repeat it after a lost answer.
        """
        window = {"start": start.isoformat(), "end": end.isoformat()}
        return (await self._api.send("POST", "/shifts/notify", window | options)).object()

    async def notify_shift(self, shift_id: int, message: str = "") -> Record:
        """Tell people about one shift; as `notify`."""
        return (await self._api.send("POST", f"/shifts/notify/{shift_id}", {"message": message})).object()

    async def assign(self, shift_id: int, user_ids: Sequence[int]) -> list[Record]:
        """Give instances of an open shift to users; ids may change, so match the result by content."""
        reply = await self._api.send("POST", f"/shifts/{shift_id}/assign", {"user_ids": [str(one) for one in user_ids]})
        return reply.records("shifts")

    async def unassign(self, shift_ids: Sequence[int]) -> list[Record]:
        """Turn held shifts into open shifts."""
        reply = await self._api.send("POST", "/shifts/unassign", {"shift_ids": [str(one) for one in shift_ids]})
        return reply.records("shifts")

    async def acknowledge(self, shift_ids: Sequence[int], before: datetime) -> Record:
        """Acknowledge the caller's shifts as they were fetched at `before`; returns {success, acknowledged}."""
        body = {"ids": list(shift_ids), "before": before.isoformat()}
        return (await self._api.send("POST", "/shifts/acknowledge", body)).object()

    async def copy_shifts(self, target_start: datetime, target_end: datetime, **options: Any) -> list[Record]:
        """Copy the shifts of the week or day before into a window and return the copies.

        Options: mode (previous_week, previous_day), location_id, conflicts (overwrite, allow, avoid); `overwrite`
        deletes what is there.
        """
        window = {"target_start": target_start.isoformat(), "target_end": target_end.isoformat()}
        return (await self._api.send("POST", "/shifts/copy", window | options)).records("shifts")

    async def history(self, shift_id: int) -> list[Record]:
        """Return the events {type, attributes} of a shift in the last 60 days, of a deleted one too."""
        body = (await self._api.get(f"/shifts/{shift_id}/history", {"include_deleted": True})).object()
        return list(body.get("history") or ())

    async def count_shifts(self, start: datetime, end: datetime, **filters: Any) -> Record:
        """Return the counts of a window, as answered (When I Work reference 5.3)."""
        return (await self._api.get("/shifts/count", {"start": start, "end": end} | filters)).object()

    async def labor(self, start: datetime, end: datetime, **filters: Any) -> Any:
        """Return the hours and cost of a window of a week at most, as answered (When I Work reference 5.3)."""
        return (await self._api.get("/shifts/labor", {"start": start, "end": end} | filters)).body

    async def eligible_users(self, **slot: Any) -> list[Record]:
        """Return the users who could work a slot: `id` of a shift, or start, end, position_id and location_id."""
        return (await self._api.get("/shifts/eligible", slot)).records("users", "eligible")

    async def swap_users(self, shift_id: int) -> list[Record]:
        """Return the users with whom a shift could be swapped."""
        return (await self._api.get(f"/shifts/{shift_id}/swapusers")).records("users", "swapusers")
