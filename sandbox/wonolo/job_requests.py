"""`/job_requests`: list, get, create, update (Wonolo reference 4 and 5)."""

from __future__ import annotations

from functools import partial
from typing import Any

from sandbox.wonolo.lifecycle import CLOSED, cancel_job_request, follow_jobs, seats_held
from sandbox.wonolo.listing import list_table, wanted_values
from sandbox.wonolo.params import Params, fields_of, flag, ids, instant, is_blank, number, text, whole
from sandbox.wonolo.refusal import forbidden, invalid, missing, not_found
from sandbox.wonolo.render import job_request_record
from sandbox.wonolo.state import COMPANY_ID, WonoloState
from sandbox.wonolo.table import Record

_FILTERS = ("state", "company_id", "multi_day_job_request_id", "classification", "w2_hourly_rate", "agent_code")
_REQUIRED = ("state", "category", "slots", "address", "city", "zip", "request_name")
_STATES = ("unfilled", "unassigned", "posted", "filled", "in_progress", "completed", "approved", "cancelled")
_LARGEST = 1_000_000
_PARTS = {
    "description_tasks": "",
    "description_skills": "REQUIREMENTS:\n",
    "description_company": "COMPANY DESCRIPTION:\n",
    "description_travel": "TRAVEL TIPS:\n",
    "description_arrival": "ARRIVAL INSTRUCTIONS:\n",
    "description_contact": "CONTACT:\n",
}
_READERS = (
    dict.fromkeys(("state", "category", "request_name", "venue", "address", "city", "zip", "country"), text)
    | dict.fromkeys(("description", *_PARTS, "classification", "w2_hourly_rate", "agent_code", "flag_color"), text)
    | dict.fromkeys(("slots", "duration", "employer_id"), whole)
    | dict.fromkeys(("wage", "notification_distance"), number)
    | dict.fromkeys(("push_all_notifications_asap", "use_pending_state"), flag)
    | dict.fromkeys(("preferred_candidate_ids", "ban_list", "required_badge_ids"), ids)
)
_BLANK: Record = {
    **dict.fromkeys(_READERS),
    "company_id": COMPANY_ID,
    "start_time": None,
    "country": "US",
    "classification": "1099",
    "latitude": None,
    "longitude": None,
    "multi_day": False,
    "multi_day_job_request_id": None,
    "preferred_candidate_ids": [],
    "ban_list": [],
    "badge_requirements": [],
    "notification_distance": 25.0,
    "push_all_notifications_asap": False,
    "cached_job_states": {},
    "in_white_gloves_period": False,
    "use_pending_state": False,
    "organizational_path": None,
    "re_ranked_worker_ids": [],
    "opened_as": "posted",
}
del _BLANK["required_badge_ids"]


def find_job_request(state: WonoloState, number: object) -> Record:
    """The JobRequest with the id given as a number; raises a 404 Refusal."""
    record = state.job_requests.records.get(number) if isinstance(number, int) else None
    if record is None:
        raise not_found()
    return record


def list_job_requests(state: WonoloState, params: Params) -> dict[str, Any]:
    """List JobRequests by state, classification and other fields, newest first."""
    found = list_table(state, state.job_requests, params, wanted_values(params, _FILTERS))
    return {"job_requests": [job_request_record(state, record) for record in found]}


def get_job_request(state: WonoloState, params: Params) -> dict[str, Any]:
    """Get one JobRequest."""
    return {"job_request": job_request_record(state, find_job_request(state, params["id"]))}


def create_job_request(state: WonoloState, params: Params) -> dict[str, Any]:
    """Create a JobRequest; `posted` starts ranking at once, `unassigned` shows it to preferred workers only."""
    if state.switches.pool == "public":
        raise forbidden()
    return {"job_request": job_request_record(state, add_job_request(state, fields_of(params, "job_request")))}


def add_job_request(state: WonoloState, given: Params) -> Record:
    """Store a new JobRequest from fields as a client writes them; raises a 422 Refusal for what is missing or wrong."""
    _check_required(given)
    changes = _read(state, _BLANK, given)
    changes.setdefault("employer_id", _first_employer(state))
    record = state.job_requests.add(_BLANK | changes, state.now())
    _set_badges(state, record)
    if record["state"] in ("posted", "unassigned"):
        record["opened_as"] = record["state"]
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
        _check_required(given)
    changes = _read(state, record, given)
    wanted_state = changes.pop("state", None)
    differing = {name: value for name, value in changes.items() if record.get(name) != value}
    _check_change(state, record, differing)
    if differing:
        record |= differing
        _set_badges(state, record)
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
    follow_jobs(state, record, touched=False)


def _check_change(state: WonoloState, record: Record, differing: Params) -> None:
    if differing and record["state"] in CLOSED:
        raise invalid("state", f"Job request is {record['state']} and cannot be changed")
    if differing.get("slots") is not None and differing["slots"] < seats_held(state, record):
        raise invalid("slots", "Slots cannot be fewer than the workers on this Job request")


def _check_required(given: Params) -> None:
    for name in _REQUIRED:
        if is_blank(given.get(name)):
            raise missing(name)
    if is_blank(given.get("description")) and is_blank(given.get("description_tasks")):
        raise missing("description")


def _read(state: WonoloState, record: Record, given: Params) -> Params:
    changes: Params = {name: reader(name, given[name]) for name, reader in _READERS.items() if name in given}
    _check_values(state, changes)
    if "start_time" in given:
        zone = state.written_in(record | changes)
        changes["start_time"] = start = instant("start_time", given["start_time"], zone)
        if start is not None and not 2000 <= start.year < 2100:
            raise invalid("start_time", "Start time is out of range")
    if any(changes.get(part) for part in _PARTS):
        changes["description"] = _composed(record | changes)
    return changes


def _check_values(state: WonoloState, changes: Params) -> None:
    if "state" in changes and changes["state"] not in _STATES:
        raise invalid("state", f"Invalid parameter 'state': Must be one of: {', '.join(_STATES)}")
    if "slots" in changes and (changes["slots"] or 0) < 1:
        raise invalid("slots", "Slots must be greater than 0")
    for name in ("duration", "wage"):
        if not 0 <= (changes.get(name) or 0) <= _LARGEST:
            raise invalid(name, f"{name.capitalize()} must be between 0 and {_LARGEST}")
    if changes.get("employer_id") is not None and not _is_employer(state, changes["employer_id"]):
        raise invalid("employer_id", "Employer does not exist")
    for number_ in changes.get("required_badge_ids", ()):
        if number_ not in state.badges.records:
            raise invalid("required_badge_ids", f"Badge {number_} does not exist")


def _is_employer(state: WonoloState, number: int) -> bool:
    return state.users.records.get(number, {}).get("type") == "Employer"


def _first_employer(state: WonoloState) -> int | None:
    return next((user["id"] for user in state.users.records.values() if user["type"] == "Employer"), None)


def _composed(fields: Params) -> str:
    return "\n\n".join(label + fields[part] for part, label in _PARTS.items() if fields.get(part))


def _set_badges(state: WonoloState, record: Record) -> None:
    if "required_badge_ids" in record:
        record["badge_requirements"] = list(map(partial(_requirement, state, record), record.pop("required_badge_ids")))


def _requirement(state: WonoloState, record: Record, badge_id: int) -> Record:
    badge, now = state.badges.records[badge_id], state.now()
    return {
        "id": state.next_part_id(),
        "badge_id": badge_id,
        "job_request_id": record["id"],
        "created_at": now,
        "updated_at": now,
        "badge_name": badge["name"],
        "badge_icon_url": badge["icon_url"],
        "badge_description": badge["description"],
    }
