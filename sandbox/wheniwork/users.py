"""Users: list, read, create, invite, update, delete (When I Work reference 6.2)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.wheniwork import records, roster
from sandbox.wheniwork.answers import forbidden, invalid
from sandbox.wheniwork.calls import Call, Handlers, Query, not_found
from sandbox.wheniwork.fields import (
    Converter,
    Setting,
    flag,
    flag_number,
    ids,
    mapping,
    moment_or_none,
    number,
    text,
    whole,
    zone_name,
)
from sandbox.wheniwork.records import Record
from sandbox.wheniwork.sideloads import listed, show_user

_ROLES = {records.ADMIN, records.MANAGER, records.EMPLOYEE, records.SUPERVISOR}


def _hours(value: Any, setting: Setting) -> int:
    hours = whole(value, setting)
    if not 0 <= hours <= 24:
        raise ValueError("A reminder comes 0 to 24 hours before.")
    return hours


FIELDS: Mapping[str, Converter] = {
    **dict.fromkeys(
        ("email", "first_name", "middle_name", "last_name", "phone_number", "employee_code", "notes"), text
    ),
    **dict.fromkeys(("employment_type", "sleep_start", "sleep_end"), text),
    **dict.fromkeys(("hours_preferred", "hours_max", "hourly_rate"), number),
    **dict.fromkeys(("role", "type", "timezone_id"), whole),
    **dict.fromkeys(("positions", "locations"), ids),
    **dict.fromkeys(("activated", "is_hidden", "is_payroll", "is_private"), flag),
    "is_trusted": flag_number,
    "timezone_name": zone_name,
    "reminder_time": _hours,
    "position_rates": mapping,
    "start_date": moment_or_none,
}

_OWN_FIELDS = {"first_name", "middle_name", "last_name", "email", "phone_number", "timezone_name", "reminder_time"}
"""What employees may change of themselves."""


def list_users(call: Call) -> dict[str, Any]:
    """`GET /2/users`: pending users too unless `show_pending=false`, deleted ones only when asked; never paged."""
    standings = _standings(call.query)
    chosen, locations = call.query.ids("ids"), call.query.ids("location_id")
    search = (call.query.text("search") or "").lower()
    found = [
        user
        for user in call.state.users.values()
        if user["account_id"] == call.account_id
        and _standing(user) in standings
        and (chosen is None or user["id"] in chosen)
        and (locations is None or not set(locations).isdisjoint(user["locations"]))
        and any(search in user[name].lower() for name in ("first_name", "last_name", "email"))
    ]
    return {"users": [show_user(call, user) for user in found], **listed(call, found, ("locations", "positions"))}


def _standing(user: Record) -> str:
    if user["is_deleted"]:
        return "deleted"
    return "active" if user["is_active"] else "pending"


def _standings(query: Query) -> set[str]:
    if query.flag("only_deleted"):
        return {"deleted"}
    wanted = {"pending"} if query.flag("only_pending") else {"active"}
    if query.flag("show_pending", default=True):
        wanted.add("pending")
    if query.flag("show_deleted"):
        wanted.add("deleted")
    return wanted


def get_user(call: Call) -> dict[str, Any]:
    """`GET /2/users/{id}`, a deleted user included."""
    return {"user": show_user(call, call.find("users", call.path["id"]))}


def my_user(call: Call) -> dict[str, Any]:
    """`GET /2/users/profile`: the caller."""
    return {"user": show_user(call, call.user)}


def create_user(call: Call) -> dict[str, Any]:
    """`POST /2/users`: sends an invitation unless `invite` is false; `reactivate` brings back a deleted one."""
    call.require_supervisor()
    fields = _read(call, call.body)
    email = fields.get("email", "").strip()
    if not email:
        raise invalid("The field email is required.")
    same = [u for u in call.state.users.values() if u["account_id"] == call.account_id and _same_mail(u, email)]
    archived = next((user for user in same if user["is_deleted"]), None)
    if any(user["is_active"] and not user["is_deleted"] for user in same):
        raise invalid("A user with this email already exists.")
    if archived and flag(call.body.get("reactivate")):
        user = _reactivate(call, archived)
        user.update(fields)
    else:
        user = call.state.add("users", {"account_id": call.account_id, "activated": True, **fields})
    _let_in(call, user)
    return {"user": show_user(call, user)}


def _same_mail(user: Record, email: str) -> bool:
    return bool(user["email"].lower() == email.lower())


def _let_in(call: Call, user: Record) -> None:
    """A password makes a login at once; otherwise the user stays pending until the invitation is answered."""
    password = call.body.get("password")
    if password and not user["login_id"]:
        names = (user["first_name"], user["last_name"])
        login = call.state.add_login(user["email"], str(password), *names)
        user.update(login_id=login["id"], is_active=True, password=True)
    if call.body.get("invite") is not False:
        invite(call, user)


def invite(call: Call, user: Record) -> None:
    """Send an invitation."""
    now = call.state.now()
    user["invited_at"] = now
    call.state.sent.append({"at": now, "kind": "invitation", "user_id": user["id"], "message": ""})


def invite_users(call: Call) -> dict[str, Any]:
    """`POST /2/users/invite` with `ids`, or `send_all` for everybody without a login."""
    call.require_supervisor()
    members = [u for u in call.state.users.values() if u["account_id"] == call.account_id and not u["is_deleted"]]
    if flag(call.fields({"send_all": flag}).get("send_all")):
        chosen = [user for user in members if not user["login_id"]]
    else:
        wanted = set(call.body_ids("ids"))
        chosen = [user for user in members if user["id"] in wanted]
    for user in chosen:
        invite(call, user)
    sms = sum(1 for user in chosen if user["phone_number"])
    return {"count": len(chosen), "email": len(chosen), "sms": sms, "success": bool(chosen)}


def update_user(call: Call) -> dict[str, Any]:
    """`PUT /2/users/{id}`: a merge; `reactivate` true undeletes. Employees may change themselves."""
    user = call.find("users", call.path["id"])
    fields = _read(call, call.body, user)
    if user["is_deleted"] and flag(call.body.get("reactivate")):
        _reactivate(call, user)
    user.update(fields, updated_at=call.state.now())
    return {"user": show_user(call, user)}


def _reactivate(call: Call, user: Record) -> Record:
    user.update(is_deleted=False, deleted_at="", updated_at=call.state.now())
    return user


def _read(call: Call, body: Any, current: Record | None = None) -> dict[str, Any]:
    fields = call.fields(FIELDS, body)
    if current is not None and not call.is_supervisor:
        if current["id"] != call.user["id"]:
            raise forbidden()
        return {name: value for name, value in fields.items() if name in _OWN_FIELDS}
    role = fields.get("role", current["role"] if current else records.EMPLOYEE)
    if role not in _ROLES:
        raise invalid("The role is invalid.")
    if role != (current["role"] if current else records.EMPLOYEE):
        call.require_manager()
    return fields


def delete_user(call: Call) -> dict[str, Any]:
    """`DELETE /2/users/{id}`: archives the user; future shifts become OpenShifts unless `delete_shifts` is true.

    Supervisors may delete users of whom they manage every location. `deleted_shifts` is the other spelling.
    """
    user = call.find("users", call.path["id"])
    call.require_supervisor()
    if not call.is_manager and not set(user["locations"]) <= set(call.user["locations"]):
        raise forbidden()
    if user["is_deleted"]:
        raise not_found(call.state, "users")
    now = call.state.now()
    touched = roster.future_shifts(call.state, user["id"])
    remove = call.query.flag("delete_shifts") or call.query.flag("deleted_shifts")
    for shift in touched:
        if remove:
            roster.remove_shift(call.state, shift, call.user["id"], "deleted-assigned-user")
        else:
            roster.open_up(call.state, shift, call.user["id"], "deleted-assigned-user")
    user.update(is_deleted=True, deleted_at=now, updated_at=now)
    return {"success": True, "modified_shifts": [shift["id"] for shift in touched]}


PATHS: Handlers = {
    "/users": {"GET": list_users, "POST": create_user},
    "/users/profile": {"GET": my_user},
    "/users/invite": {"POST": invite_users},
    "/users/{id}": {"GET": get_user, "PUT": update_user, "DELETE": delete_user},
}
