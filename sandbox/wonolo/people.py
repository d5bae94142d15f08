"""What people do in Wonolo's own applications, by name, for whoever plays them.

Each raises Refusal for what cannot be done: an unknown id, a full JobRequest, a step that does not exist.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.wonolo.job_requests import add_job_request, change_job_request, find_job_request
from sandbox.wonolo.jobs import find_job, find_worker
from sandbox.wonolo.lifecycle import accept, cancel_job_request, enter, set_duration
from sandbox.wonolo.refusal import invalid
from sandbox.wonolo.state import WonoloState
from sandbox.wonolo.table import Record


def worker_accepts(state: WonoloState, job_request_id: int, worker_id: int) -> Record:
    """A worker accepts a JobRequest; returns the Job, the same as before if the worker had withdrawn from it."""
    return accept(state, find_job_request(state, job_request_id), find_worker(state, worker_id))


def worker_withdraws(state: WonoloState, job_id: int) -> Record:
    """A worker gives a Job back."""
    return _step(state, job_id, "withdrawn")


def worker_no_show(state: WonoloState, job_id: int) -> Record:
    """A requestor marks that the worker did not come."""
    return _step(state, job_id, "no_show")


def worker_starts(state: WonoloState, job_id: int) -> Record:
    """A worker presses start."""
    return _step(state, job_id, "in_progress")


def worker_finishes(state: WonoloState, job_id: int, minutes: int | None = None) -> Record:
    """A worker presses complete; `minutes` worked differ from the time since the start if given."""
    if minutes is not None and minutes < 0:
        raise invalid("minutes", "Minutes worked cannot be negative")
    job = _step(state, job_id, "completed")
    if minutes is not None:
        set_duration(state, job, minutes)
    return job


def requestor_approves(state: WonoloState, job_id: int) -> Record:
    """A requestor approves a completed Job."""
    return _step(state, job_id, "approved")


def requestor_posts(state: WonoloState, fields: Mapping[str, Any]) -> Record:
    """A requestor types a JobRequest into the portal, which, unlike the API, also keeps drafts."""
    if fields.get("state") == "draft":
        return add_job_request(state, {**fields, "state": "unassigned"}, {"state": "draft"})
    return add_job_request(state, dict(fields))


def requestor_edits(state: WonoloState, job_request_id: int, fields: Mapping[str, Any]) -> Record:
    """A requestor changes fields of a JobRequest in the portal."""
    job_request = find_job_request(state, job_request_id)
    change_job_request(state, job_request, dict(fields), partial=True)
    return job_request


def requestor_cancels(state: WonoloState, job_request_id: int) -> Record:
    """A requestor cancels a JobRequest and with it its Jobs."""
    job_request = find_job_request(state, job_request_id)
    cancel_job_request(state, job_request)
    return job_request


def _step(state: WonoloState, job_id: int, name: str) -> Record:
    job = find_job(state, job_id)
    enter(state, job, name)
    return job
