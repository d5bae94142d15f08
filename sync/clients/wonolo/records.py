"""What all of Wonolo's records share: pages, the envelope of one record, and how a write is spelled."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from sync.clients.exchange import Record
from sync.clients.http import Api
from sync.errors import InvalidResponse, Rejected

PER_PAGE = 50
"""The most that Wonolo gives in one page (Wonolo reference 3)."""

_MOST_PAGES = 10_000


class Records:
    """Calls of one kind of record; every one raises the RemoteErrors of `sync.errors`."""

    def __init__(self, api: Api, *, flat: bool = False) -> None:
        self._api = api
        self._flat = flat

    async def _pages(self, name: str, filters: Record, most: int = _MOST_PAGES) -> AsyncIterator[list[Record]]:
        """Yield pages until one is empty.

        There is no total (Wonolo reference 3), and a page that is shorter than asked for may have been cut.
        """
        before: list[Any] = []
        for page in range(1, most + 1):
            reply = await self._api.get(f"/{name}", {**filters, "page": page, "per": PER_PAGE})
            rows = reply.records(name)
            ids = [row["id"] for row in rows]
            if rows and ids == before and len(rows) >= PER_PAGE:
                raise reply.unexpected(f"page {page} repeats page {page - 1}: the listing never ends")
            if not rows or ids == before:
                return
            # Records move a place or two while we read, so one may be on the next page, too.
            fresh = [row for row in rows if row["id"] not in before]
            if fresh:
                yield fresh
            before = ids
        raise InvalidResponse("wonolo", f"GET /{name}", 200, f"more than {most} pages")

    async def _read(self, key: str, path: str) -> Record:
        return (await self._api.get(path)).record(key)

    async def _write(self, method: str, key: str, path: str, fields: Record) -> Record:
        # The creates are documented nested under the record's name, and shown flat in the guides (Wonolo reference 4).
        return (await self._api.send(method, path, fields if self._flat else {key: fields})).record(key)

    async def _delete(self, path: str) -> bool:
        try:
            await self._api.send("DELETE", path)
        except Rejected as error:
            if not error.gone:
                raise
            return False
        return True
