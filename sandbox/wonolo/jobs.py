"""`/jobs`: list, get, create, assign, update (Wonolo reference 4 and 6)."""

from __future__ import annotations

from typing import Any

from sandbox.wonolo.job_requests import find_job_request
from sandbox.wonolo.lifecycle import assign, enter, set_duration
from sandbox.wonolo.listing import list_some, list_table, wanted_work
from sandbox.wonolo.params import Params, fields_of, is_blank, text, whole
from sandbox.wonolo.refusal import forbidden, invalid, missing, not_found
from sandbox.wonolo.render import job_record
from sandbox.wonolo.state import WonoloState
from sandbox.wonolo.table import Record

FILTERS = ("state", "job_request_id", "classification", "w2_hourly_rate", "w2_pay_status")
_SETTABLE = ("cancelled", "filled", "rejected")


def find_job(state: WonoloState, number: object) -> Record:
    """The Job with the id given as a number; raises a 404 Refusal."""
    record = state.jobs.records.get(number) if isinstance(number, int) else None
    if record is None:
        raise not_found()
    return record


def list_jobs(state: WonoloState, params: Params) -> dict[str, Any]:
    """List Jobs by state, JobRequest and other fields, newest first."""
    wanted = wanted_work(state, params, FILTERS)
    number = str(params.get("job_request_id") or "")
    if number:
        ids = state.jobs_of.get(int(number), []) if number.isascii() and number.isdigit() and len(number) < 19 else []
        found = list_some(state, state.jobs, params, wanted, ids)
    else:
        found = list_table(state, state.jobs, params, wanted)
    return {"jobs": [job_record(state, record) for record in found]}


def get_job(state: WonoloState, params: Params) -> dict[str, Any]:
    """Get one Job with its worker, employer and transitions."""
    return {"job": job_record(state, find_job(state, params["id"]))}


def assign_job(state: WonoloState, params: Params) -> dict[str, Any]:
    """Put a worker on a JobRequest; `requestor_notes` are hidden from the worker."""
    if state.switches.pool == "public":
        raise forbidden()
    given = fields_of(params, "job")
    for name in ("worker_id", "job_request_id"):
        if is_blank(given.get(name)):
            raise missing(name)
    job_request = find_job_request(state, whole("job_request_id", given["job_request_id"]))
    worker = find_worker(state, whole("worker_id", given["worker_id"]))
    job = assign(state, job_request, worker, text("requestor_notes", given.get("requestor_notes")))
    return {"job": job_record(state, job)}


def find_worker(state: WonoloState, number: object) -> Record:
    """The user of type Worker with the id given as a number; raises a 404 Refusal."""
    record = state.users.records.get(number) if isinstance(number, int) else None
    if record is None or record["type"] != "Worker":
        raise not_found()
    return record


def update_job(state: WonoloState, params: Params) -> dict[str, Any]:
    """Change a Job's state (cancelled, or filled and rejected for a pending one) or the minutes worked."""
    if state.switches.pool == "public":
        raise forbidden()
    job = find_job(state, params["id"])
    given = fields_of(params, "job")
    minutes, wanted = whole("actual_duration", given.get("actual_duration")), given.get("state")
    _check_update(state, job, minutes, wanted)
    if minutes is not None and minutes != job["actual_duration"]:
        set_duration(state, job, minutes)
        state.jobs.touch(job, state.now())
    if not is_blank(given.get("cancelled_reason")):
        job["cancelled_reason"] = text("cancelled_reason", given["cancelled_reason"])
    if not is_blank(wanted) and wanted != job["state"]:
        enter(state, job, str(wanted))
    return {"job": job_record(state, job)}


def _check_update(state: WonoloState, job: Record, minutes: int | None, wanted: object) -> None:
    if minutes is not None and (minutes < 0 or job["state"] not in ("in_progress", "paused", "completed")):
        raise invalid("actual_duration", "Actual duration can only be set while the Job is worked or not yet approved")
    settable = state.switches.every_job_state_settable or wanted in _SETTABLE
    if not is_blank(wanted) and wanted != job["state"] and not settable:
        raise invalid("state", f"Invalid parameter 'state': Must be one of: {', '.join(_SETTABLE)}")
    if wanted == "filled" and job["state"] not in ("pending", "filled") and not state.switches.every_job_state_settable:
        raise invalid("state", f"State cannot change from {job['state']} to filled")
