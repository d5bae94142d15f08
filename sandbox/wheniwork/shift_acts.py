"""What is done to shifts besides editing: publish, notify, assign, unassign, acknowledge (reference 5.7)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sandbox.wheniwork import approvals, roster, shifts
from sandbox.wheniwork.answers import invalid
from sandbox.wheniwork.calls import Call, Handlers, not_found
from sandbox.wheniwork.fields import Converter, flag, ids, moment, text
from sandbox.wheniwork.records import Record
from sandbox.wheniwork.shift_fields import require_free
from sandbox.wheniwork.shift_view import shift_view


def publish_shifts(call: Call) -> dict[str, Any]:
    """`POST /2/shifts/publish` with `ids`; it tells nobody."""
    return _publish(call, published=True)


def unpublish_shifts(call: Call) -> dict[str, Any]:
    """`POST /2/shifts/unpublish` with `ids`: they are drafts again."""
    return _publish(call, published=False)


def _publish(call: Call, *, published: bool) -> dict[str, Any]:
    chosen = _chosen(call, "ids")
    for shift in chosen:
        shifts.require_schedule(call, shift["location_id"])
    for shift in chosen:
        roster.publish_shift(call.state, shift, call.user["id"], published=published)
    if call.state.switches.publish_reply == "success":
        return {"success": True}
    return {"shifts": list(map(shift_view(call), chosen))}


def _chosen(call: Call, name: str) -> list[Record]:
    known = (call.state.shifts.get(shift_id) for shift_id in call.body_ids(name))
    chosen = [shift for shift in known if shift and shift["account_id"] == call.account_id]
    if not chosen:
        raise not_found(call.state, "shifts")
    return chosen


def notify_shifts(call: Call) -> dict[str, Any]:
    """`POST /2/shifts/notify`: message the holders of published shifts of a window; `updated_at` stays.

    Without `all`, only shifts that are new or changed since their last notification. Every call sends again.
    """
    call.require_supervisor()
    asked = call.fields(NOTIFY_FIELDS)
    if not {"start", "end"} <= asked.keys():
        raise invalid("The parameters start and end are required.")
    filters = {field: asked.get(name) or asked.get(field) for name, field in _PLURALS.items()}
    everything = asked.get("all", False)
    return _notify(
        call,
        [
            shift
            for shift in call.state.timeline.overlapping(asked["start"], asked["end"])
            if all(not wanted or shift[field] in wanted for field, wanted in filters.items())
            and (everything or shift["notified_at"] is None or shift["notified_at"] < shift["updated_at"])
        ],
        asked.get("message", ""),
    )


# The singular names are the older ones (When I Work reference 5.7).
_PLURALS = {
    "location_ids": "location_id",
    "position_ids": "position_id",
    "site_ids": "site_id",
    "user_ids": "user_id",
}
NOTIFY_FIELDS: Mapping[str, Converter] = {
    **dict.fromkeys(("start", "end"), moment),
    "all": flag,
    "message": text,
    **dict.fromkeys((*_PLURALS, *_PLURALS.values()), ids),
}


def notify_shift(call: Call) -> dict[str, Any]:
    """`POST /2/shifts/notify/{id}`: message the holder of one shift."""
    shift = call.find("shifts", call.path["id"])
    shifts.require_schedule(call, shift["location_id"])
    return _notify(call, [shift], call.fields({"message": text}).get("message", ""))


def _notify(call: Call, chosen: list[Record], message: str) -> dict[str, Any]:
    now: datetime = call.state.now()
    told: dict[int, Record] = {}
    for shift in chosen:
        holder = call.state.users.get(shift["user_id"])
        if holder and shift["published"] and shift["account_id"] == call.account_id:
            roster.mark_notified(call.state, shift)
            told[holder["id"]] = holder
    for user_id in told:
        call.state.sent.append({"at": now, "kind": "shifts", "user_id": user_id, "message": message})
    sms = sum(1 for holder in told.values() if holder["phone_number"])
    return {"success": True, "email": len(told), "sms": sms}


def assign_users(call: Call) -> dict[str, Any]:
    """`POST /2/shifts/{id}/assign` with `user_ids`: each user takes one instance off the OpenShift.

    It approves the OpenShift's approval request, if there is one (When I Work reference 5.8).
    """
    shift = call.find("shifts", call.path["id"])
    shifts.require_schedule(call, shift["location_id"])
    user_ids = call.body_ids("user_ids")
    users = [call.find("users", user_id) for user_id in user_ids]
    if any(user["is_deleted"] for user in users):
        raise not_found(call.state, "users")
    if not shift["is_open"] or len(users) > max(shift["instances"], 1):
        raise invalid("The shift has not that many open instances.")
    for user in users:
        require_free(call.state, shift, user["id"])
    held, rest = [], shift
    for user in users:
        taken, left = roster.take_slot(call.state, rest, user["id"], call.user["id"])
        held.append(taken)
        rest = left or taken
    stack = [rest] if rest["is_open"] else []
    granted = approvals.grant(call.state, shift["openshift_approval_request_id"], call.user["id"])
    views = [approvals.approval_view(call, request) for request in granted]
    return {"shifts": list(map(shift_view(call), held + stack)), "openshiftapprovalrequests": views}


def unassign_shifts(call: Call) -> dict[str, Any]:
    """`POST /2/shifts/unassign` with `shift_ids`: they become OpenShifts; employees may give up their own."""
    chosen = _chosen(call, "shift_ids")
    for shift in chosen:
        if shift["user_id"] != call.user["id"]:
            shifts.require_schedule(call, shift["location_id"])
    for shift in chosen:
        if not shift["is_open"]:
            roster.open_up(call.state, shift, call.user["id"])
    return {"shifts": list(map(shift_view(call), chosen))}


def acknowledge_shifts(call: Call) -> dict[str, Any]:
    """`POST /2/shifts/acknowledge` with `ids` and `before`: confirm own shifts; one edited after `before` is left."""
    before = call.fields({"before": moment}).get("before", call.state.now())
    mine = [shift for shift in _chosen(call, "ids") if shift["user_id"] == call.user["id"]]
    confirmed = [shift for shift in mine if shift["published"] and shift["updated_at"] <= before]
    for shift in confirmed:
        roster.acknowledge(call.state, shift)
    return {"success": True, "acknowledged": [shift["id"] for shift in confirmed]}


PATHS: Handlers = {
    "/shifts/publish": {"POST": publish_shifts},
    "/shifts/unpublish": {"POST": unpublish_shifts},
    "/shifts/notify": {"POST": notify_shifts},
    "/shifts/notify/{id}": {"POST": notify_shift},
    "/shifts/unassign": {"POST": unassign_shifts},
    "/shifts/acknowledge": {"POST": acknowledge_shifts},
    "/shifts/{id}/assign": {"POST": assign_users},
    "/shifts/{id}": {
        "GET": shifts.get_shift,
        "PUT": shifts.update_shift,
        "DELETE": shifts.delete_shift,
        "POST": assign_users,
    },
}
