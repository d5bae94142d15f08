"""What belongs to a Wonolo company: badges, customers, and the search over everything."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from sync.clients.exchange import Record
from sync.clients.wonolo.records import Records
from sync.errors import Rejected


class Badges(Records):
    """Calls of badges: qualifications that a job request may ask for (Wonolo reference 8)."""

    def badges(self, **filters: Any) -> AsyncIterator[list[Record]]:
        """Yield pages of badges; filter: query (a name)."""
        return self._pages("badges", filters)

    async def badge(self, badge_id: int) -> Record:
        """Return one badge."""
        return await self._read("badge", f"/badges/{badge_id}")

    async def create_badge(self, fields: Record) -> Record:
        """Create a badge; name and description are required."""
        return await self._write("POST", "badge", "/badges", fields)

    async def update_badge(self, badge_id: int, fields: Record) -> Record:
        """Change the given fields of a badge."""
        return await self._write("PATCH", "badge", f"/badges/{badge_id}", fields)

    async def delete_badge(self, badge_id: int) -> bool:
        """Delete a badge; returns False when it was already gone."""
        return await self._delete(f"/badges/{badge_id}")


class Customers(Records):
    """Calls of customers (Wonolo reference 8)."""

    def customers(self) -> AsyncIterator[list[Record]]:
        """Yield pages of customers."""
        return self._pages("customers", {})

    async def customer(self, customer_id: int) -> Record:
        """Return one customer."""
        return await self._read("customer", f"/customers/{customer_id}")

    async def create_customer(self, fields: Record) -> Record:
        """Create a customer."""
        return await self._write("POST", "customer", "/customers", fields)

    async def update_customer(self, customer_id: int, fields: Record) -> Record:
        """Change the given fields of a customer."""
        return await self._write("PATCH", "customer", f"/customers/{customer_id}", fields)

    async def customer_exists(self, name: str) -> bool:
        """Return whether a customer of that name exists; the answer's shape is not known (Wonolo reference 4)."""
        try:
            reply = await self._api.get("/customers/exists", {"name": name})
        except Rejected as error:
            if not error.gone:
                raise
            return False
        return reply.body if isinstance(reply.body, bool) else bool(reply.value("exists"))


class Search(Records):
    """The search over all of Wonolo's models."""

    async def search(self, **filters: Any) -> Any:
        """Return what a search finds, as answered: parameters and shape are not known (Wonolo reference 4)."""
        return (await self._api.get("/search", filters)).body
