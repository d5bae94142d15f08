"""The client of When I Work's API v2: shifts, users, positions, locations, sites and times as plain dicts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Self

import httpx
from pyrate_limiter import Duration, Rate

from sync.clients.auth import Grant
from sync.clients.exchange import Record, Reply
from sync.clients.http import Api, Limits, Service, require_https
from sync.clock import Clock, SystemClock
from sync.errors import Rejected

_PERMISSION_CODES = frozenset({3005, 3704})
_LONGEST_WINDOW = timedelta(days=31)
_LEGACY_RENEWAL = timedelta(hours=23)
_JWT_RENEWAL = timedelta(days=5)  # of a life of seven (When I Work reference 2.3)


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


class Collection:
    """One kind of record with the five usual calls; raises the RemoteErrors of `sync.errors`."""

    def __init__(self, api: Api, plural: str, singular: str, on_create: Record | None = None) -> None:
        self._api = api
        self._on_create = on_create or {}
        self._path = f"/{plural}"
        self._plural = plural
        # `GET /times/{id}` has been documented under `times` and its PUT under `shift` (When I Work reference 7.8).
        self._keys = (singular, plural, "shift")

    async def list(self, **filters: Any) -> list[Record]:
        """Return every record that passes the filters, in one answer; none of these listings has pages."""
        return (await self._api.get(self._path, filters)).records(self._plural)

    async def get(self, record_id: int) -> Record:
        """Return one record."""
        return (await self._api.get(f"{self._path}/{record_id}")).record(*self._keys)

    async def create(self, fields: Record) -> Record:
        """Create a record and return it as answered."""
        return (await self._api.send("POST", self._path, self._on_create | fields)).record(*self._keys)

    async def update(self, record_id: int, fields: Record) -> Record:
        """Change the given fields of a record and return it as answered."""
        return (await self._api.send("PUT", f"{self._path}/{record_id}", fields)).record(*self._keys)

    async def delete(self, record_id: int, **options: Any) -> bool:
        """Delete a record; returns False when it was already gone."""
        return await _deleted(self._api, f"{self._path}/{record_id}", options)


class WhenIWork:
    """When I Work as one manager of one account sees it; use it as an async context manager.

    `base_url` ends in `/2`. `login_url` is `<base_url>/login` for the legacy login, anything else speaks the current
    one (When I Work reference 2). `user_id` is the manager's user row in the account meant; without it the service
    chooses, so check `account()` before writing. Fields are spelled as When I Work spells them: break_time in hours.
    Every method raises the RemoteErrors of `sync.errors`.

    Beside the shifts there are the collections `users` (filters show_pending, show_deleted), `positions`
    (show_deleted), `locations`, `sites` (include_deleted) and `times` (start, end, user_id, updated_at).
    A user is created without an invitation unless the fields say `invite`: true (When I Work reference 6.2).
    """

    def __init__(  # noqa: PLR0913 - a login takes five values here
        self,
        base_url: str,
        login_url: str,
        key: str,
        email: str,
        password: str,
        *,
        user_id: int | None = None,
        transport: httpx.AsyncBaseTransport | None = None,
        per_minute: int = 90,
        clock: Clock | None = None,
    ) -> None:
        require_https("wheniwork.login_url", login_url)
        self._login_url = login_url
        self._legacy = login_url.rstrip("/") == base_url.rstrip("/") + "/login"
        self._key, self._email, self._password = key, email, password
        self._user_id = user_id
        self._clock = clock or SystemClock()
        # Ninety a minute and ten at once stay within the hundred of When I Work reference 4.
        rate = Rate(per_minute, Duration.MINUTE, burst=max(1, per_minute // 9))
        service = Service("wheniwork", base_url, _PERMISSION_CODES)
        self._api = Api(service, Limits(rate), self._log_in, self._clock, transport)
        self.users = Collection(self._api, "users", "user", on_create={"invite": False})
        self.positions = Collection(self._api, "positions", "position")
        self.locations = Collection(self._api, "locations", "location")
        self.sites = Collection(self._api, "sites", "site")
        self.times = Collection(self._api, "times", "time")

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_exception: object) -> None:
        await self._api.close()

    async def _log_in(self) -> Grant:
        # The old page of the legacy login says `username`, later ones `email` (When I Work reference 2.2).
        name = {"username": self._email, "email": self._email} if self._legacy else {"email": self._email}
        reply = await self._api.log_in(self._login_url, {**name, "password": self._password}, {"W-Key": self._key})
        users = [user["id"] for user in _users(reply)]
        acting = users[0] if self._user_id is None and len(users) == 1 else self._user_id
        headers = {} if acting is None else {"W-UserId": str(acting)}
        token = _token(reply, acting)
        if self._legacy:
            return Grant(self._clock.now() + _LEGACY_RENEWAL, headers={**headers, "W-Token": token})
        return Grant(self._clock.now() + _JWT_RENEWAL, headers={**headers, "Authorization": f"Bearer {token}"})

    async def account(self) -> Record:
        """Return the account that this login acts in, with its timezone_name."""
        return (await self._api.get("/account")).record("account")

    async def own_users(self) -> list[Record]:
        """Return this person's user rows, one for each account (When I Work reference 2.3)."""
        return (await self._api.get("/login", {"show_pending": True})).records("users")

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
        return await _deleted(self._api, f"/shifts/{shift_id}", {})

    async def delete_shifts(self, shift_ids: Sequence[int]) -> frozenset[int]:
        """Delete shifts for good; returns the ids the service says it deleted, or all where it names none."""
        if not shift_ids:
            # Without ids the service would read the call as a filter, and no filter is everything.
            return frozenset()
        reply = await self._api.send("DELETE", "/shifts", params={"ids": shift_ids})
        _require_success(reply)
        named = None if reply.body is None else reply.ids("deleted")
        return frozenset(shift_ids) if named is None else named

    async def publish(self, shift_ids: Sequence[int]) -> None:
        """Publish shifts, silently as far as the sources go (When I Work reference 5.7); read them again after."""
        await self._api.send("POST", "/shifts/publish", {"ids": list(shift_ids)})

    async def unpublish(self, shift_ids: Sequence[int]) -> None:
        """Turn shifts back into drafts; read them again after."""
        await self._api.send("POST", "/shifts/unpublish", {"ids": list(shift_ids)})

    async def assign(self, shift_id: int, user_ids: Sequence[int]) -> list[Record]:
        """Give instances of an open shift to users; ids may change, so match the result by content."""
        reply = await self._api.send("POST", f"/shifts/{shift_id}/assign", {"user_ids": [str(one) for one in user_ids]})
        return reply.records("shifts")

    async def unassign(self, shift_ids: Sequence[int]) -> list[Record]:
        """Turn held shifts into open shifts."""
        reply = await self._api.send("POST", "/shifts/unassign", {"shift_ids": [str(one) for one in shift_ids]})
        return reply.records("shifts")

    async def history(self, shift_id: int) -> list[Record]:
        """Return the events {type, attributes} of a shift in the last 60 days, of a deleted one too."""
        body = (await self._api.get(f"/shifts/{shift_id}/history", {"include_deleted": True})).object()
        return list(body.get("history") or ())


async def _deleted(api: Api, path: str, options: Record) -> bool:
    try:
        reply = await api.send("DELETE", path, params=options)
    except Rejected as error:
        if not error.gone:
            raise
        return False
    _require_success(reply)
    return True


def _require_success(reply: Reply) -> None:
    # No `success` is documented as "nothing was deleted" (When I Work reference 3.2); an empty 2xx is a yes.
    if reply.body is not None and not reply.object().get("success"):
        raise reply.unexpected("the answer does not say that anything was deleted")


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


def _users(reply: Reply) -> list[Record]:
    body = reply.object()
    users = [body["user"]] if body.get("user") else body.get("users") or []
    return [user for user in users if isinstance(user, dict) and "id" in user]


def _token(reply: Reply, acting: int | None) -> str:
    body = reply.object()
    holders = [body.get("login"), body, body.get("person"), body.get("data")]
    # The oldest form has a token in each user row, good for that row's account (When I Work reference 2.2).
    holders += [user for user in _users(reply) if acting is None or user.get("id") == acting]
    for holder in holders:
        if isinstance(holder, dict) and holder.get("token"):
            return str(holder["token"])
    raise reply.unexpected("no token in the answer to the login")
