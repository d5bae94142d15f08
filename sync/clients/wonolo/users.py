"""Wonolo's users: workers and requestors."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from sync.clients.exchange import Record
from sync.clients.wonolo.records import Records


class Users(Records):
    """Calls of users."""

    def users(self, **filters: Any) -> AsyncIterator[list[Record]]:
        """Yield pages of users; filters: type, email, external_id, updated_after and more (Wonolo reference 3).

        A Public Pool key sees workers with an active job only, so absence here never means deletion.
        """
        return self._pages("users", filters)

    async def user(self, user_id: int) -> Record:
        """Return one user, worker or employer."""
        return await self._read("user", f"/users/{user_id}")

    async def create_user(self, fields: Record) -> Record:
        """Create a user with a password; for workers prefer `invite_user` (Wonolo reference 8)."""
        return await self._write("POST", "user", "/users", fields)

    async def update_user(self, user_id: int, fields: Record) -> Record:
        """Change the given fields of a user."""
        return await self._write("PATCH", "user", f"/users/{user_id}", fields)

    async def invite_user(self, fields: Record) -> Record:
        """Invite a worker by a link; first_name, last_name, phone and type `Worker` are required."""
        return await self._write("POST", "user", "/users/invite", fields)

    async def tracking(self, user_id: int) -> Any:
        """Return where a worker is, as answered: the shape is not known (Wonolo reference 4)."""
        return (await self._api.get(f"/users/{user_id}/tracking")).body

    async def sync_auth_token(self, fields: Record) -> Any:
        """Bring the token of an external user over; parameters and answer are not known (Wonolo reference 4)."""
        return (await self._api.send("POST", "/sync_auth_token", fields)).body
