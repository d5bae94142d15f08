"""Wonolo's jobs (one worker on one job request) and the messages about them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from sync.clients.exchange import Record
from sync.clients.wonolo.records import Records


class Jobs(Records):
    """Calls of jobs."""

    def jobs(self, **filters: Any) -> AsyncIterator[list[Record]]:
        """Yield pages of jobs; filters: state, job_request_id, classification, updated_after, updated_before."""
        return self._pages("jobs", filters)

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


class Messages(Records):
    """Calls of the messages between requestor and worker about a job (Wonolo reference 4)."""

    def messages(self, **filters: Any) -> AsyncIterator[list[Record]]:
        """Yield pages of messages; filters: job_id, sender_id, receiver_id."""
        return self._pages("messages", filters)

    async def message(self, message_id: int) -> Record:
        """Return one message."""
        return await self._read("message", f"/messages/{message_id}")

    async def create_message(self, fields: Record) -> Record:
        """Send a message; sender_id, receiver_id, job_id and body are required. A person reads it at once."""
        return await self._write("POST", "message", "/messages", fields)
