"""When I Work's account, and the calls that belong to no kind of record."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sync.clients.exchange import Record
from sync.clients.wheniwork.calls import Calls


class Account(Calls):
    """Calls of the account."""

    async def account(self) -> Record:
        """Return the account that this login acts in, with its timezone_name."""
        return (await self._api.get("/account")).record("account")

    async def create_account(self, fields: Record) -> Record:
        """Open another account; its company is needed."""
        return (await self._api.send("POST", "/account", fields)).record("account")

    async def update_account(self, account_id: int, fields: Record) -> Record:
        """Change the given fields of the account."""
        return (await self._api.send("PUT", f"/account/{account_id}", fields)).record("account")

    async def own_users(self) -> list[Record]:
        """Return this person's user rows, one for each account (When I Work reference 2.3)."""
        return (await self._api.get("/login", {"show_pending": True})).records("users", "user")

    async def timezones(self) -> list[Record]:
        """Return the time zones that an account can have; live under `timezones` (When I Work reference 7.10)."""
        return (await self._api.get("/timezones")).records("timezones", "timezone")

    async def plans(self) -> list[Record]:
        """Return the price plans of When I Work."""
        return (await self._api.get("/plans")).records("plans")

    async def send_mail(self, user_ids: Sequence[int], subject: str, message: str) -> None:
        """Send an e-mail to users at once."""
        await self._api.send("POST", "/send", {"ids": list(user_ids), "subject": subject, "message": message})

    async def batch(self, calls: Sequence[Record]) -> Any:
        """Make several calls {method, url, params} in one, and return their bodies, which come without statuses.

        When I Work calls it deprecated since 2016 (When I Work reference 7.11): nothing here uses it.
        """
        return (await self._api.send("POST", "/batch", list(calls))).body
