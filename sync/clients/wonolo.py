"""The client of Wonolo's API V2: job requests, jobs, users, badges and customers as plain dicts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import httpx
from pyrate_limiter import Duration, Rate

from sync.clients.auth import Grant
from sync.clients.exchange import Record
from sync.clients.http import Api, Limits, Service
from sync.clock import Clock, SystemClock
from sync.errors import InvalidResponse, Rejected

PER_PAGE = 50
"""The most that Wonolo gives in one page (Wonolo reference 3)."""

_MOST_PAGES = 10_000
_RENEW_BEFORE = timedelta(minutes=5)
_TOKEN_LIFE = timedelta(hours=24)


class Wonolo:
    """Wonolo as one company sees it; use it as an async context manager.

    `base_url` ends in `/api_v2`. Fields are spelled as Wonolo spells them: durations in minutes, wages in dollars,
    `start_time` written without a zone. Creates and updates return the record as Wonolo answered it. Every method
    raises the RemoteErrors of `sync.errors`; a Public Pool key gets Forbidden on most writes (Wonolo reference 13).
    """

    def __init__(
        self,
        base_url: str,
        api_key: str,
        secret_key: str,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        per_second: float = 2.0,
        clock: Clock | None = None,
    ) -> None:
        self._login_url = base_url.rstrip("/") + "/authenticate"
        self._keys = {"api_key": api_key, "secret_key": secret_key}
        self._clock = clock or SystemClock()
        rate = Rate(max(1, round(per_second * 60)), Duration.MINUTE, burst=max(1, round(per_second)))
        self._api = Api(Service("wonolo", base_url), Limits(rate), self._log_in, self._clock, transport)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_exception: object) -> None:
        await self._api.close()

    async def _log_in(self) -> Grant:
        # In the body: what is in the query ends in access logs (Wonolo reference 2).
        reply = await self._api.log_in(self._login_url, self._keys)
        token, expires_at = reply.value("token"), reply.value("expires_at")
        return Grant(self._renewal(str(expires_at)), params={"token": str(token)})

    def _renewal(self, expires_at: str) -> datetime:
        now = self._clock.now()
        try:
            expiry = datetime.fromisoformat(expires_at).astimezone(UTC)
        except ValueError:
            expiry = now
        # An expiry in the past means that the two clocks disagree: count the documented life from here instead.
        return (expiry if expiry > now + _RENEW_BEFORE else now + _TOKEN_LIFE) - _RENEW_BEFORE

    async def info(self) -> Record:
        """Return the service's own facts, among them `utc_time_now`; needs no login (Wonolo reference 4)."""
        return (await self._api.get("/info", public=True)).object()

    def job_requests(self, **filters: Any) -> AsyncIterator[list[Record]]:
        """Yield pages of job requests.

        Filters: state, company_id, multi_day_job_request_id, classification, updated_after, updated_before
        (Wonolo reference 3); None is no filter. There is no filter on the start.
        """
        return self._pages("job_requests", filters)

    def jobs(self, **filters: Any) -> AsyncIterator[list[Record]]:
        """Yield pages of jobs; filters: state, job_request_id, classification, updated_after, updated_before."""
        return self._pages("jobs", filters)

    def users(self, **filters: Any) -> AsyncIterator[list[Record]]:
        """Yield pages of users; filters: type, email, external_id, updated_after and more (Wonolo reference 3).

        A Public Pool key sees workers with an active job only, so absence here never means deletion.
        """
        return self._pages("users", filters)

    def badges(self, **filters: Any) -> AsyncIterator[list[Record]]:
        """Yield pages of badges; filter: query (a name)."""
        return self._pages("badges", filters)

    def customers(self) -> AsyncIterator[list[Record]]:
        """Yield pages of customers."""
        return self._pages("customers", {})

    async def _pages(self, name: str, filters: Record, most: int = _MOST_PAGES) -> AsyncIterator[list[Record]]:
        seen: set[Any] = set()
        before: list[Any] = []
        for page in range(1, most + 1):
            reply = await self._api.get(f"/{name}", {**filters, "page": page, "per": PER_PAGE})
            rows = reply.records(name)
            ids = [row["id"] for row in rows]
            if rows and ids == before:
                raise reply.unexpected(f"page {page} repeats page {page - 1}: the listing never ends")
            # Records move between pages while we read, so one may come twice.
            fresh = [row for row in rows if row["id"] not in seen]
            if fresh:
                yield fresh
            if len(rows) < PER_PAGE:
                return
            seen.update(ids)
            before = ids
        raise InvalidResponse("wonolo", f"GET /{name}", 200, f"more than {most} pages")

    async def job_request(self, job_request_id: int) -> Record:
        """Return one job request; its jobs are not in it: ask `jobs(job_request_id=...)`."""
        return await self._read("job_request", f"/job_requests/{job_request_id}")

    async def create_job_request(self, fields: Record) -> Record:
        """Create a job request; required fields are listed in Wonolo reference 5."""
        return await self._write("POST", "job_request", "/job_requests", fields)

    async def update_job_request(self, job_request_id: int, fields: Record) -> Record:
        """Change the given fields of a job request; state `cancelled` is the only deletion there is.

        Raises Rejected with status 422 where the service refuses a partial change (Wonolo reference 5).
        """
        return await self._write("PATCH", "job_request", f"/job_requests/{job_request_id}", fields)

    async def job(self, job_id: int) -> Record:
        """Return one job: one worker on one job request."""
        return await self._read("job", f"/jobs/{job_id}")

    async def create_job(self, fields: Record) -> Record:
        """Create a job; its parameters are not documented (Wonolo reference 4): prefer `assign_job`."""
        return await self._write("POST", "job", "/jobs", fields)

    async def assign_job(self, worker_id: int, job_request_id: int, requestor_notes: str | None = None) -> Record:
        """Put a worker on a job request; the notes are hidden from the worker."""
        fields: Record = {"worker_id": worker_id, "job_request_id": job_request_id}
        if requestor_notes is not None:
            fields["requestor_notes"] = requestor_notes
        return await self._write("POST", "job", "/jobs/assign", fields)

    async def update_job(self, job_id: int, fields: Record) -> Record:
        """Change a job: state `cancelled` with a cancelled_reason, or actual_duration in minutes.

        Unlike the others these fields travel flat (Wonolo reference 4).
        """
        return (await self._api.send("PATCH", f"/jobs/{job_id}", fields)).record("job")

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
        try:
            await self._api.send("DELETE", f"/badges/{badge_id}")
        except Rejected as error:
            if not error.gone:
                raise
            return False
        return True

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
        """Return whether a customer of that name exists."""
        return bool((await self._api.get("/customers/exists", {"name": name})).value("exists"))

    async def _read(self, key: str, path: str) -> Record:
        return (await self._api.get(path)).record(key)

    async def _write(self, method: str, key: str, path: str, fields: Record) -> Record:
        return (await self._api.send(method, path, {key: fields})).record(key)
