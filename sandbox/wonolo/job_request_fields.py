"""The fields of a JobRequest: how they are read, checked and composed (Wonolo reference 5)."""

from __future__ import annotations

from functools import partial
from zlib import crc32

from sandbox.wonolo.params import Params, flag, ids, instant, is_blank, number, text, whole
from sandbox.wonolo.refusal import invalid, missing
from sandbox.wonolo.state import COMPANY_ID, WonoloState
from sandbox.wonolo.table import Record

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
_STORED = (
    dict.fromkeys(("state", "category", "request_name", "venue", "address", "city", "zip", "country"), text)
    | dict.fromkeys(("description", *_PARTS, "classification", "w2_hourly_rate", "agent_code", "flag_color"), text)
    | dict.fromkeys(("slots", "duration", "employer_id"), whole)
    | dict.fromkeys(("wage", "notification_distance"), number)
    | dict.fromkeys(("push_all_notifications_asap", "use_pending_state"), flag)
    | dict.fromkeys(("preferred_candidate_ids", "ban_list"), ids)
)
READERS = _STORED | {"required_badge_ids": ids}
BLANK: Record = {
    **dict.fromkeys(_STORED),
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
    "ranking_round": 0,
}
"""A JobRequest before anybody has filled it in."""


def check_required(given: Params) -> None:
    """Raise a 422 Refusal for a field that a create needs and that is not there."""
    for name in _REQUIRED:
        if is_blank(given.get(name)):
            raise missing(name)
    if is_blank(given.get("description")) and is_blank(given.get("description_tasks")):
        raise missing("description")


def read_fields(state: WonoloState, record: Record, given: Params) -> Params:
    """The known fields that are given, read and checked; wrong values raise a 422 Refusal.

    A zoneless `start_time` is read in the zone of the record with its changes, and the description is composed anew
    when a part of it is given (Wonolo reference 5).
    """
    changes: Params = {name: reader(name, given[name]) for name, reader in READERS.items() if name in given}
    _check_values(state, changes)
    if "start_time" in given:
        zone = state.written_in(record | changes)
        changes["start_time"] = start = instant("start_time", given["start_time"], zone)
        if start is not None and not 2000 <= start.year < 2100:
            raise invalid("start_time", "Start time is out of range")
    if "address" in changes or "zip" in changes:
        changes |= _place_of(record | changes)
    if any(changes.get(part) for part in _PARTS):
        changes["description"] = _composed(record | changes)
    return changes


def _place_of(fields: Params) -> Params:
    """Where an address is: made up, and the same for each address."""
    seen = crc32(f"{fields['address']} {fields['zip']}".encode())
    return {"latitude": 33 + seen % 1000 / 100, "longitude": -118 + seen // 1000 % 4000 / 100}


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


def first_employer(state: WonoloState) -> int | None:
    """The requestor of a JobRequest that names none."""
    return next((user["id"] for user in state.users.records.values() if user["type"] == "Employer"), None)


def _composed(fields: Params) -> str:
    return "\n\n".join(label + fields[part] for part, label in _PARTS.items() if fields.get(part))


def set_badges(state: WonoloState, record: Record) -> None:
    """Turn a stored `required_badge_ids` into the requirements that are printed."""
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
