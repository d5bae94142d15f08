"""`/users`: list, get, create, update, invite (Wonolo reference 8 and 13)."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

from sandbox.wonolo.listing import list_some, list_table, wanted_values
from sandbox.wonolo.params import Params, fields_of, is_blank, text, whole
from sandbox.wonolo.refusal import forbidden, invalid, missing, not_found
from sandbox.wonolo.render import plain_record, user_record
from sandbox.wonolo.state import WonoloState
from sandbox.wonolo.table import Record
from sandbox.wonolo.user_badges import apply_badge_changes, read_badge_changes

FILTERS = ("type", "email", "first_name", "last_name", "customer_id", "w2_employee_id")
COMMA_FILTERS = ("external_id", "onboarding_last_state", "w2_onboarding_status", "address_state", "drug_tested")
_WRITABLE_NAMES = (
    "first_name last_name email phone external_id gender address city address_state zip title role avatar_url"
    " w2_employee_id w2_onboarding_status onboarding_last_state"
)
WRITABLE = _WRITABLE_NAMES.split()
_EMPTY_AT_FIRST = (
    "customer_id synced_worker_id suspended_at suspended_until rating agreed_to_terms_date latitude longitude"
    " home_latitude home_longitude workplace_image_url logo_url business_name dob w2_onboarding_started"
    " w2_onboarding_completed w2_address_state lower_pool_until referred_by tracking_code onboarding_appt_time"
    " phone_verified_at"
)
_ACTIVE = ("filled", "in_progress", "paused", "completed")
_NAME = re.compile(r"[^\W_]([^\W_]|[.-])*")
_EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
_BLANK: Record = {
    **dict.fromkeys(WRITABLE + _EMPTY_AT_FIRST.split()),
    "suspended": False,
    "agreed_to_terms": False,
    "onboarding_last_state": "not_started",
    "w2_onboarding_status": "not_started",
    "drug_tested": False,
    "verified_phone": False,
    "lower_pool": False,
    "user_badges": [],
}


def find_user(state: WonoloState, number: object) -> Record:
    """The user with the id given as a number, if the key may see it; raises a 404 Refusal."""
    record = state.users.records.get(number) if isinstance(number, int) else None
    if record is None or (state.switches.pool == "public" and number not in visible_ids(state)):
        raise not_found()
    return record


def visible_ids(state: WonoloState) -> list[int]:
    """Employers, and the Workers with an active Job or one approved within the last 24 hours (Wonolo reference 13)."""
    day_ago = state.clock.now() - timedelta(hours=24)
    working = {
        job["worker_id"]
        for job in state.jobs.records.values()
        if job["state"] in _ACTIVE or (job["state"] == "approved" and job["transitions"][-1]["created_at"] > day_ago)
    }
    return [number for number, user in state.users.records.items() if user["type"] == "Employer" or number in working]


def track_user(state: WonoloState, params: Params) -> dict[str, Any]:
    """Where a user was last seen, and on which Job; the shape is a guess (Wonolo reference 4)."""
    user = find_user(state, params["id"])
    steps = [
        step for job in state.jobs.records.values() if job["worker_id"] == user["id"] for step in job["transitions"]
    ]
    last: Record = max(steps, key=lambda step: (step["created_at"], step["id"]), default={})
    seen = {name: last.get(name) for name in ("job_id", "latitude", "longitude")}
    return {"tracking": plain_record({"user_id": user["id"], **seen, "tracked_at": last.get("created_at")})}


def sync_auth_token(state: WonoloState, params: Params) -> dict[str, Any]:
    """Keep another system's token for the user with that `external_id`; parameters and shape are a guess."""
    given = fields_of(params, "user")
    _check_required(given, ("external_id", "auth_token"))
    wanted = text("external_id", given["external_id"])
    user = next((one for one in state.users.records.values() if one["external_id"] == wanted), None)
    found = find_user(state, user and user["id"])
    state.external_tokens[found["id"]] = text("auth_token", given["auth_token"]) or ""
    return {"user": user_record(found)}


def list_users(state: WonoloState, params: Params) -> dict[str, Any]:
    """List users by type, e-mail and other fields, newest first."""
    wanted = wanted_values(params, FILTERS, COMMA_FILTERS)
    if state.switches.pool == "public":
        found = list_some(state, state.users, params, wanted, visible_ids(state))
    else:
        found = list_table(state, state.users, params, wanted)
    return {"users": [user_record(record) for record in found]}


def get_user(state: WonoloState, params: Params) -> dict[str, Any]:
    """Get one user."""
    return {"user": user_record(find_user(state, params["id"]))}


def invite_user(state: WonoloState, params: Params) -> dict[str, Any]:
    """Invite a Worker by phone; the e-mail and an id of the caller's own may be given too."""
    given = fields_of(params, "user")
    _check_required(given, ("first_name", "last_name", "phone", "type"))
    if given["type"] != "Worker":
        raise invalid("type", "Invalid parameter 'type': Must be one of: Worker")
    return {"user": user_record(add_user(state, given, onboarding_last_state="invited"))}


def create_user(state: WonoloState, params: Params) -> dict[str, Any]:
    """Create a Worker or an Employer with a password."""
    if state.switches.pool == "public":
        raise forbidden()
    given = fields_of(params, "user")
    _check_required(given, ("type", "email", "password", "password_confirmation", "first_name", "last_name"))
    if given["type"] not in ("Worker", "Employer"):
        raise invalid("type", "Invalid parameter 'type': Must be one of: Worker, Employer")
    if len(str(given["password"])) < 8:
        raise invalid("password", "Password is too short (minimum is 8 characters)")
    if given["password"] != given["password_confirmation"]:
        raise invalid("password_confirmation", "Password confirmation doesn't match Password")
    return {"user": user_record(add_user(state, given))}


def add_user(state: WonoloState, given: Params, **more: Any) -> Record:
    """Store a user from fields as a client writes them; e-mail and phone must be nobody else's."""
    changes = _read(given)
    _check_unique(state, changes, own_id=None)
    numbers = {name: whole(name, given.get(name)) for name in ("customer_id", "synced_worker_id")}
    fields = _BLANK | {"type": given["type"], "user_badges": []} | changes | numbers | more
    badge_changes = read_badge_changes(state, given)
    record = state.users.add(fields, state.now())
    apply_badge_changes(state, record, badge_changes)
    return record


def update_user(state: WonoloState, params: Params) -> dict[str, Any]:
    """Update the fields given; `user_badges_attributes` adds badges, or takes them away with `_destroy`."""
    if state.switches.pool == "public":
        raise forbidden()
    record = find_user(state, params["id"])
    given = fields_of(params, "user")
    changes = _read(given)
    _check_unique(state, changes, own_id=record["id"])
    differing = {name: value for name, value in changes.items() if record[name] != value}
    badge_changes = read_badge_changes(state, given)
    record |= differing
    apply_badge_changes(state, record, badge_changes)
    if badge_changes or differing:
        state.users.touch(record, state.now())
    return {"user": user_record(record)}


def _check_required(given: Params, names: tuple[str, ...]) -> None:
    for name in names:
        if is_blank(given.get(name)):
            raise missing(name)


def _read(given: Params) -> Params:
    changes = {name: text(name, given[name]) for name in WRITABLE if name in given}
    for name in ("first_name", "last_name"):
        if name in changes and not _NAME.fullmatch(changes[name] or ""):
            raise invalid(name, f"{name} may contain letters, digits, dashes and periods only")
    if changes.get("email") and not _EMAIL.fullmatch(changes["email"] or ""):
        raise invalid("email", "Email is invalid")
    return changes


def _check_unique(state: WonoloState, changes: Params, own_id: int | None) -> None:
    for name, form in (("email", str.lower), ("phone", _digits)):
        mine = form(changes.get(name) or "")
        if mine and any(
            form(user[name] or "") == mine and number != own_id for number, user in state.users.records.items()
        ):
            raise invalid(name, f"{name.capitalize()} has already been taken")


def _digits(phone: str) -> str:
    return re.sub(r"\D", "", phone).removeprefix("1")
