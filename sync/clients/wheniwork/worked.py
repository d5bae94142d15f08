"""What was worked, as When I Work's time clock and payrolls hold it."""

from __future__ import annotations

from sync.clients.exchange import Record
from sync.clients.http import Api
from sync.clients.wheniwork.collections import Amendable, Collection


class Times(Collection):
    """Times worked (When I Work reference 7.8); filters: start, end, user_id, only_open, updated_at."""

    def __init__(self, api: Api) -> None:
        super().__init__(api, "times", "time")

    async def of_user(self, user_id: int) -> Record:
        """Return a user with its `punch_state`, and what belongs to it, as answered."""
        return (await self._api.get(f"/times/user/{user_id}")).object()

    async def clock_in(self, fields: Record) -> Record:
        """Clock a user in, whose id is in the field `id`, and return the time begun."""
        return (await self._api.send("POST", "/times/clockin", fields)).record(*self._keys)

    async def clock_out(self, fields: Record) -> Record:
        """Clock a user out, whose id is in the field `id`, and return the time ended."""
        return (await self._api.send("POST", "/times/clockout", fields)).record(*self._keys)


class Payrolls(Amendable):
    """Payroll periods (When I Work reference 7.9); they are neither created nor deleted by the API."""

    def __init__(self, api: Api) -> None:
        super().__init__(api, "payrolls", "payroll")
