"""When I Work's users, and what they say about when they can work."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sync.clients.exchange import Record, Upload
from sync.clients.http import Api
from sync.clients.wheniwork.collections import Collection


class Users(Collection):
    """Users (When I Work reference 6); one is created without an invitation unless `invite` is true."""

    def __init__(self, api: Api) -> None:
        super().__init__(api, "users", "user", on_create={"invite": False})

    async def create_many(self, users: Sequence[Record]) -> Record:
        """Create up to 50 users in one call; returns the answer with its `validRows` and `invalidRows`."""
        rows = [self._on_create | user for user in users]
        return (await self._api.send("POST", "/users/bulkupdate", rows, partial_key="validRows")).object()

    async def invite_many(self, fields: Record) -> Record:
        """Invite users, who get an e-mail or text message at once; returns the answer."""
        return (await self._api.send("POST", "/users/invite", fields)).object()

    async def invite(self, user_id: int, message: str = "") -> Record:
        """Invite one user, who gets an e-mail or text message at once; returns the answer."""
        return (await self._api.send("POST", f"/users/invite/{user_id}", {"message": message})).object()

    async def profile(self) -> Record:
        """Return the caller's own profile, as answered."""
        return (await self._api.get("/users/profile")).object()

    async def set_avatar(self, user_id: int, image: bytes, content_type: str = "image/jpeg") -> Record:
        """Give a user another picture and return the user."""
        return (await self._api.send("POST", f"/users/avatar/{user_id}", Upload(image, content_type))).record("user")

    async def alerts(self) -> Any:
        """Return the caller's alerts, as answered: the shape is not known (When I Work reference 6.2)."""
        return (await self._api.get("/users/alerts")).body

    async def update_alerts(self, alerts: Record) -> Any:
        """Change the given alerts of the caller and return all, as answered: the shape is not known."""
        return (await self._api.send("PUT", "/users/alerts", {"alerts": alerts})).body


class Availabilities(Collection):
    """The old availabilities (When I Work reference 7.7); changing the items of one replaces them all."""

    def __init__(self, api: Api) -> None:
        super().__init__(api, "availabilities", "availability")

    async def items(self, **filters: Any) -> Sequence[Record]:
        """Return the single hours of availabilities; filters: user_id, start, end."""
        return (await self._api.get("/availabilities/items", filters)).records("availabilityitems")


class AvailabilityEvents(Collection):
    """The new availabilities (When I Work reference 7.7); a long window is refused with code 2002."""

    def __init__(self, api: Api) -> None:
        super().__init__(api, "availabilityevents", "availabilityevent")

    async def replace(self, event_id: int, fields: Record) -> Sequence[Record]:
        """Change an event and return every event it became: a change of a series may split it."""
        reply = await self._api.send("PUT", f"{self._path}/{event_id}", fields)
        return reply.records(self._plural, self._singular)

    async def add_exception(self, event_id: int, fields: Record) -> Sequence[Record]:
        """Take an occurrence out of a series and return the events as answered."""
        reply = await self._api.send("POST", f"{self._path}/{event_id}/exceptions", fields)
        return reply.records(self._plural, self._singular)
