"""OpenShift approval requests: users who would take an OpenShift that needs an approval (When I Work reference 5.8)."""

from __future__ import annotations

from typing import Any

from sandbox.wheniwork import roster
from sandbox.wheniwork.answers import forbidden, invalid
from sandbox.wheniwork.calls import Call, Handlers, not_found
from sandbox.wheniwork.fields import whole
from sandbox.wheniwork.listing import end_of
from sandbox.wheniwork.plain_calls import merged, of_account, page_of, removed
from sandbox.wheniwork.records import Record
from sandbox.wheniwork.shift_view import shift_view
from sandbox.wheniwork.state import WhenIWorkState

PENDING, APPROVED, CANCELED, EXPIRED, DENIED = 0, 1, 4, 5, 6
USUAL_LIMIT, MOST = 10, 200
_KIND = "approval_requests"


def ask(state: WhenIWorkState, shift: Record, user_id: int) -> Record:
    """A user wants a slot of an OpenShift that needs an approval; the shift's request collects the wishes."""
    now, known = state.now(), state.table(_KIND).get(shift["openshift_approval_request_id"])
    if known is None or known["status"] != PENDING:
        owner = {"account_id": shift["account_id"], "creator_id": user_id}
        known = state.add(_KIND, {**owner, "shift_id": shift["id"], "is_shared": shift["is_shared"]})
        roster.edit_shift(state, shift, {"openshift_approval_request_id": known["id"]}, user_id)
    if not any(one["user_id"] == user_id for one in _wishes(known)):
        wish = {"id": state.next_id("wishes"), "user_id": user_id, "created_at": now, "deleted_at": None}
        known["user_requests"].append(wish)
    return known


def grant(state: WhenIWorkState, request_id: int, actor_id: int) -> list[Record]:
    """Note that the OpenShift was given to somebody; returns the request, if there is one."""
    request = state.table(_KIND).get(request_id)
    if request is None or request["status"] != PENDING:
        return []
    request.update(status=APPROVED, updater_id=actor_id, updated_at=state.now())
    return [request]


def _wishes(request: Record) -> list[Record]:
    return [one for one in request["user_requests"] if one["deleted_at"] is None]


def list_approvals(call: Call) -> dict[str, Any]:
    """`GET /2/openshiftapprovalrequests`: of shifts between `start` and `end`; in pages from 0."""
    start, end = call.moment("start"), call.moment("end")
    rows = [
        one
        for one in of_account(call, _KIND)
        if _may_read(call, one)
        and (start is None or _shift(call, one).get("end_time", start.instant) >= start.instant)
        and (end is None or _shift(call, one).get("start_time", end.instant) <= end_of(call, end))
    ]
    found, page = page_of(call, rows, USUAL_LIMIT, MOST, 0)
    return {"openshiftapprovalrequests": [approval_view(call, one) for one in found], **page}


def _shift(call: Call, request: Record) -> Record:
    state = call.state
    return state.shifts.get(request["shift_id"]) or state.deleted_shifts.get(request["shift_id"], {})


def _may_read(call: Call, request: Record) -> bool:
    return call.is_supervisor or any(one["user_id"] == call.user["id"] for one in request["user_requests"])


def approval_view(call: Call, request: Record) -> Record:
    """The request with its shift; one still pending when the shift begins has expired."""
    shift = call.state.shifts.get(request["shift_id"])
    over = request["status"] == PENDING and (shift is None or shift["start_time"] < call.state.now())
    status = EXPIRED if over else request["status"]
    shown = call.show({**request, "status": status, "user_status": status})
    return {**shown, "shift": shift_view(call)(shift) if shift else None}


def get_approval(call: Call) -> dict[str, Any]:
    """`GET /2/openshiftapprovalrequests/{id}`."""
    return {"openshiftapprovalrequest": approval_view(call, _find(call))}


def _find(call: Call) -> Record:
    request = call.find(_KIND, call.path["id"])
    if not _may_read(call, request):
        raise not_found(call.state, _KIND)
    return request


def update_approval(call: Call) -> dict[str, Any]:
    """`PUT /2/openshiftapprovalrequests/{id}`: a supervisor denies (6) or cancels (4); shifts/{id}/assign approves."""
    call.require_supervisor()
    request, status = _find(call), call.fields({"status": whole}).get("status", PENDING)
    if status not in {PENDING, CANCELED, DENIED} or request["status"] != PENDING:
        raise invalid("The status is invalid.")
    merged(call, request, {"status": status, "updater_id": call.user["id"]})
    return {"openshiftapprovalrequest": approval_view(call, request)}


def delete_approval(call: Call) -> dict[str, Any]:
    """`DELETE /2/openshiftapprovalrequests/{id}`: for good."""
    call.require_supervisor()
    return removed(call, _KIND, _find(call))


def withdraw(call: Call) -> dict[str, Any]:
    """`DELETE /2/openshiftapprovarequests/{id}/user-requests` (so spelt): the caller no longer wants the shift.

    Without anybody left who wants it the request is cancelled.
    """
    request = _find(call)
    mine = [one for one in _wishes(request) if one["user_id"] == call.user["id"]]
    if not mine:
        raise forbidden()
    for wish in mine:
        wish["deleted_at"] = call.state.now()
    merged(call, request, {} if _wishes(request) else {"status": CANCELED})
    return {"success": True}


PATHS: Handlers = {
    "/openshiftapprovalrequests": {"GET": list_approvals},
    "/openshiftapprovalrequests/{id}": {"GET": get_approval, "PUT": update_approval, "DELETE": delete_approval},
    "/openshiftapprovalrequests/{id}/user-requests": {"DELETE": withdraw},
    "/openshiftapprovarequests/{id}/user-requests": {"DELETE": withdraw},
}
