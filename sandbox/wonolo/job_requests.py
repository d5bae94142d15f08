"""`/job_requests`: list, get, create, update (Wonolo reference 4 and 5)."""

from __future__ import annotations

from typing import Any

from sandbox.wonolo.announcements import announce_job_request
from sandbox.wonolo.job_request_fields import BLANK, check_required, first_employer, read_fields, set_badges
from sandbox.wonolo.lifecycle import CLOSED, cancel_job_request, follow_jobs, seats_held
from sandbox.wonolo.listing import list_table, wanted_work
from sandbox.wonolo.params import Params, fields_of
from sandbox.wonolo.refusal import forbidden, invalid, not_found
from sandbox.wonolo.render import job_request_record
from sandbox.wonolo.state import WonoloState
from sandbox.wonolo.table import Record

FILTERS = ("state", "company_id", "multi_day_job_request_id", "classification", "w2_hourly_rate", "agent_code")


def find_job_request(state: WonoloState, number: object) -> Record:
    """The JobRequest with the id given as a number; raises a 404 Refusal."""
    record = state.job_requests.records.get(number) if isinstance(number, int) else None
    if record is None:
        raise not_found()
    return record


def list_job_requests(state: WonoloState, params: Params) -> dict[str, Any]:
    """List JobRequests by state, classification and other fields, newest first."""
    found = list_table(state, state.job_requests, params, wanted_work(state, params, FILTERS))
    return {"job_requests": [job_request_record(state, record) for record in found]}


def get_job_request(state: WonoloState, params: Params) -> dict[str, Any]:
    """Get one JobRequest."""
    return {"job_request": job_request_record(state, find_job_request(state, params["id"]))}


def create_job_request(state: WonoloState, params: Params) -> dict[str, Any]:
    """Create a JobRequest; `posted` starts ranking at once, `unassigned` shows it to preferred workers only."""
    if state.switches.pool == "public":
        raise forbidden()
    return {"job_request": job_request_record(state, add_job_request(state, fields_of(params, "job_request")))}


def add_job_request(state: WonoloState, given: Params, more: Params | None = None) -> Record:
    """Store a new JobRequest from fields as a client writes them, and `more` that no client may write.

    Raises a 422 Refusal for what is missing or wrong.
    """
    check_required(given)
    changes = read_fields(state, BLANK, given)
    changes.setdefault("employer_id", first_employer(state))
    record = state.job_requests.add(BLANK | changes | (more or {}), state.now())
    set_badges(state, record)
    if record["state"] in ("posted", "unassigned"):
        record["opened_as"] = record["state"]
    announce_job_request(state, record)
    if record["state"] in ("posted", "unassigned"):
        follow_jobs(state, record, touched=False)
    state.note_times(record)
    return record


def update_job_request(state: WonoloState, params: Params) -> dict[str, Any]:
    """Update a JobRequest; setting its state to cancelled cancels its Jobs too."""
    if state.switches.pool == "public" and not state.switches.public_updates_job_requests:
        raise forbidden()
    record = find_job_request(state, params["id"])
    change_job_request(state, record, fields_of(params, "job_request"), partial=state.switches.partial_patch)
    return {"job_request": job_request_record(state, record)}


def change_job_request(state: WonoloState, record: Record, given: Params, *, partial: bool) -> None:
    """Apply the fields given; `updated_at` moves only if one of them differs. Unless `partial`, all must be there."""
    if not partial:
        check_required(given)
    changes = read_fields(state, record, given)
    wanted_state = changes.pop("state", None)
    known = record | {"required_badge_ids": [needed["badge_id"] for needed in record["badge_requirements"]]}
    differing = {name: value for name, value in changes.items() if known[name] != value}
    _check_change(state, record, differing)
    if differing:
        record |= differing
        set_badges(state, record)
        state.job_requests.touch(record, state.now())
        state.note_times(record)
    _change_state(state, record, wanted_state)


def _change_state(state: WonoloState, record: Record, wanted: str | None) -> None:
    if wanted == "cancelled" and record["state"] != "cancelled":
        cancel_job_request(state, record)
    elif wanted in ("posted", "unassigned"):
        if record["state"] in CLOSED:
            raise invalid("state", f"State cannot change from {record['state']} to {wanted}")
        record["opened_as"] = wanted
        if record["state"] == "draft":
            record["state"] = wanted
            state.job_requests.touch(record, state.now())
            announce_job_request(state, record)
    follow_jobs(state, record, touched=False)


def _check_change(state: WonoloState, record: Record, differing: Params) -> None:
    if differing and record["state"] in CLOSED:
        raise invalid("state", f"Job request is {record['state']} and cannot be changed")
    if differing.get("slots") is not None and differing["slots"] < seats_held(state, record):
        raise invalid("slots", "Slots cannot be fewer than the workers on this Job request")
