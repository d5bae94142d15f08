"""What people ask for in When I Work: time off, swaps of shifts, open shifts that need an approval."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sync.clients.exchange import Record
from sync.clients.http import Api
from sync.clients.wheniwork.collections import Amendable, Collection, all_pages, deleted


class TimeOff(Collection):
    """Requests for time off (When I Work reference 7.5).

    One that is not cancelled cannot be deleted: the service answers with a 500, so OutcomeUnknown is raised.
    """

    def __init__(self, api: Api) -> None:
        super().__init__(api, "requests", "request")

    async def list(self, **filters: Any) -> list[Record]:
        """Return every request, page after page; `start` and `end` (`YYYY-MM-DD`) are required."""
        return await all_pages(self._api, self._path, self._plural, filters, 200)

    async def types(self) -> Sequence[Record]:
        """Return the kinds of time off."""
        return (await self._api.get("/requesttypes")).records("request-types", "requesttypes")

    async def create_type(self, fields: Record) -> Record:
        """Create a kind of time off."""
        reply = await self._api.send("POST", "/requesttypes", fields)
        return reply.record("request-type", "request-types", "requesttype", "requesttypes")


class Swaps(Collection):
    """Swaps and drops of shifts (When I Work reference 7.6)."""

    def __init__(self, api: Api) -> None:
        super().__init__(api, "swaps", "swap")

    async def list(self, **filters: Any) -> list[Record]:
        """Return every swap, page after page; filters: open_only, shift_id, status, type, user_id, start, end."""
        return await all_pages(self._api, self._path, self._plural, filters, 100)


class ApprovalRequests(Amendable):
    """Wishes to take open shifts that need an approval (When I Work reference 5.8); `assign` grants one."""

    def __init__(self, api: Api) -> None:
        super().__init__(api, "openshiftapprovalrequests", "openshiftapprovalrequest")

    async def list(self, **filters: Any) -> list[Record]:
        """Return every approval request, page after page; filters: start, end."""
        return await all_pages(self._api, self._path, self._plural, filters, 100)

    async def delete(self, request_id: int) -> bool:
        """Delete an approval request; returns False when it was already gone."""
        return await deleted(self._api, f"{self._path}/{request_id}", {})

    async def withdraw(self, request_id: int) -> bool:
        """Take the users' wishes off an approval request; the path is misspelt over there."""
        return await deleted(self._api, f"/openshiftapprovarequests/{request_id}/user-requests", {})
