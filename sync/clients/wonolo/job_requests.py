"""Wonolo's job requests ("I need N people at T"), of one day or of several."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from sync.clients.exchange import Record
from sync.clients.wonolo.records import Records
from sync.errors import Rejected

_REQUIRED = ("state", "category", "description", "description_tasks", "slots", "address", "city", "zip", "request_name")
"""What a create needs, and a change perhaps too (Wonolo reference 5)."""


class JobRequests(Records):
    """Calls of job requests: durations in minutes, wages in dollars, `start_time` written without a zone."""

    def job_requests(self, **filters: Any) -> AsyncIterator[list[Record]]:
        """Yield pages of job requests.

        Filters: state, company_id, multi_day_job_request_id, classification, updated_after, updated_before
        (Wonolo reference 3); None is no filter. There is no filter on the start.
        """
        return self._pages("job_requests", filters)

    async def job_request(self, job_request_id: int) -> Record:
        """Return one job request; its jobs are not in it: ask `jobs(job_request_id=...)`."""
        return await self._read("job_request", f"/job_requests/{job_request_id}")

    async def create_job_request(self, fields: Record) -> Record:
        """Create a job request; required fields are listed in Wonolo reference 5."""
        return await self._write("POST", "job_request", "/job_requests", fields)

    async def update_job_request(self, job_request_id: int, fields: Record) -> Record:
        """Change the given fields of a job request; state `cancelled` is the only deletion there is.

        A service that refuses a change without the fields of a create (Wonolo reference 5) gets them as they are
        there. Raises Rejected with status 422 for what it refuses then too.
        """
        path = f"/job_requests/{job_request_id}"
        try:
            return await self._write("PATCH", "job_request", path, fields)
        except Rejected as error:
            kept = await self._missing(job_request_id, fields) if error.status == 422 and error.certain else {}
            if not kept:
                raise
        # Nothing happened behind a 422, so the write may be sent once more.
        return await self._write("PATCH", "job_request", path, kept | fields)

    async def _missing(self, job_request_id: int, fields: Record) -> Record:
        there = await self.job_request(job_request_id)
        kept = {name: there[name] for name in _REQUIRED if name not in fields and there.get(name) not in (None, "")}
        if "description_tasks" in kept:
            kept.pop("description", None)  # it is made of the parts
        return kept

    async def rankings(self, job_request_id: int) -> Any:
        """Return the workers ranked for a job request, as answered: the shape is not known (Wonolo reference 4)."""
        return (await self._api.get(f"/job_requests/{job_request_id}/rankings")).body

    async def resend_notifications(self, job_request_id: int) -> Any:
        """Tell workers of a job request again, preferred ones first; returns the answer as it came.

        Each call tells people anew (Wonolo reference 4), so never repeat it after a lost answer.
        """
        return (await self._api.send("POST", f"/job_requests/{job_request_id}/resend_notifications")).body

    async def re_rank_workers(self, job_request_id: int) -> Any:
        """Rank the workers for a job request anew; returns the answer as it came."""
        return (await self._api.send("POST", f"/job_requests/{job_request_id}/re_rank_workers")).body


class MultiDayJobRequests(Records):
    """Calls of the umbrella over several job requests (Wonolo reference 7); there is no list of them."""

    async def multi_day_job_request(self, multi_day_job_request_id: int) -> Record:
        """Return one; its days are `job_requests(multi_day_job_request_id=...)`."""
        return await self._read("multi_day_job_request", f"/multi_day_job_requests/{multi_day_job_request_id}")

    async def create_multi_day_job_request(self, fields: Record) -> Record:
        """Create one; repeat_type `daily` or `weekly` is required, repeat_number and same_workers are optional."""
        return await self._write("POST", "multi_day_job_request", "/multi_day_job_requests", fields)

    async def update_multi_day_job_request(self, multi_day_job_request_id: int, fields: Record) -> Record:
        """Change the given fields of one."""
        path = f"/multi_day_job_requests/{multi_day_job_request_id}"
        return await self._write("PATCH", "multi_day_job_request", path, fields)
