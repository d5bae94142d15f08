"""Kinds of records of When I Work that are read and written alike."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sync.clients.exchange import Record, Reply
from sync.clients.http import Api
from sync.errors import Rejected

_MOST_PAGES = 10_000


class Amendable:
    """One kind of record that can be listed, read and changed; raises the RemoteErrors of `sync.errors`."""

    def __init__(self, api: Api, plural: str, singular: str) -> None:
        self._api = api
        self._path = f"/{plural}"
        self._plural, self._singular = plural, singular
        # `GET /times/{id}` has been documented under `times` and its PUT under `shift`, `GET /swaps/{id}` under
        # `swaps` (When I Work reference 7.6 and 7.8).
        self._keys = (singular, plural, "shift")

    async def list(self, **filters: Any) -> list[Record]:
        """Return every record that passes the filters."""
        return (await self._api.get(self._path, filters)).records(self._plural, self._singular)

    async def get(self, record_id: int) -> Record:
        """Return one record."""
        return (await self._api.get(f"{self._path}/{record_id}")).record(*self._keys)

    async def update(self, record_id: int, fields: Record) -> Record:
        """Change the given fields of a record and return it as answered."""
        return (await self._api.send("PUT", f"{self._path}/{record_id}", fields)).record(*self._keys)


class Collection(Amendable):
    """One kind of record with the five usual calls."""

    def __init__(self, api: Api, plural: str, singular: str, on_create: Record | None = None) -> None:
        super().__init__(api, plural, singular)
        self._on_create = on_create or {}

    async def create(self, fields: Record) -> Record:
        """Create a record and return it as answered."""
        return (await self._api.send("POST", self._path, self._on_create | fields)).record(*self._keys)

    async def delete(self, record_id: int, **options: Any) -> bool:
        """Delete a record; returns False when it was already gone."""
        return await deleted(self._api, f"{self._path}/{record_id}", options)


class Positions(Collection):
    """Positions, which can be changed and deleted several at once too (When I Work reference 7.1)."""

    def __init__(self, api: Api) -> None:
        super().__init__(api, "positions", "position")

    async def update_many(self, positions: Sequence[Record]) -> Sequence[Record]:
        """Change several positions in one call, each with its id; returns them as answered."""
        return (await self._api.send("PUT", "/positions/bulk", list(positions))).records("positions")

    async def delete_many(self, position_ids: Sequence[int]) -> bool:
        """Delete positions; returns False when all were already gone. Raises ValueError for no ids at all."""
        if not position_ids:
            raise ValueError("without ids the service might read the call as a filter, and no filter is everything")
        return await deleted(self._api, "/positions", {"ids": position_ids})


async def all_pages(
    api: Api, path: str, key: str, filters: Record, per_page: int, most: int = _MOST_PAGES
) -> list[Record]:
    """Return the records of a listing in pages, each once.

    The sources count pages from 0, from 1 or from either (When I Work reference 7.5): page 0 is asked first, and an
    empty page 0, or a page 1 that repeats it, ends nothing. The listing ends where the service says that there is no
    more, or at an empty page or one of known records; not at a short one, as `per_page` may be more than it gives.
    Raises InvalidResponse for a listing without end.
    """
    found: dict[Any, Record] = {}
    for page in range(most):
        reply = await api.get(path, {**filters, "limit": per_page, "page": page})
        rows = reply.records(key)
        news = {row["id"]: row for row in rows if row["id"] not in found}
        found |= news
        more = reply.body.get("more") if isinstance(reply.body, dict) else None
        if more in (False, "0", "false") or (page > 0 and not rows) or (page > 1 and not news):
            return list(found.values())
    raise reply.unexpected(f"more than {most} pages")


async def deleted(api: Api, path: str, options: Record) -> bool:
    """Delete what is at a path; returns False when it was already gone."""
    try:
        reply = await api.send("DELETE", path, params=options)
    except Rejected as error:
        if not error.gone:
            raise
        return False
    require_success(reply)
    return True


def require_success(reply: Reply) -> None:
    """Raise OutcomeUnknown unless the answer says that something was deleted.

    No `success` is documented as "nothing was deleted" (When I Work reference 3.2); an empty 2xx is a yes.
    """
    if reply.body is not None and not reply.object().get("success"):
        raise reply.unexpected("the answer does not say that anything was deleted")
