"""Requests for time off (When I Work reference 7.5)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sandbox.wheniwork.annotations import blocks_time_off
from sandbox.wheniwork.answers import END_BEFORE_START, ApiError, forbidden, invalid
from sandbox.wheniwork.calls import Call, Handlers, not_found
from sandbox.wheniwork.fields import Converter, flag, last_moment, moment, number, text, whole
from sandbox.wheniwork.listing import end_of
from sandbox.wheniwork.messages import add_message, messages_about
from sandbox.wheniwork.plain_calls import limit_of, merged, of_account, page_of, removed, require
from sandbox.wheniwork.records import Record
from sandbox.wheniwork.sideloads import shown
from sandbox.wheniwork.state import WhenIWorkState

PENDING, CANCELED, ACCEPTED, EXPIRED, DENIED = 0, 1, 2, 3, 4
USUAL_LIMIT, MOST = 5, 200
_CONFLICT = 3704
FIELDS: Mapping[str, Converter] = {
    **dict.fromkeys(("user_id", "status", "type", "type_id"), whole),
    "start_time": moment,
    "end_time": last_moment,
    "hours": number,
    "paid": flag,
    "message": text,
}
_CHANGEABLE = ("start_time", "end_time", "hours", "status", "type")


def list_requests(call: Call) -> dict[str, Any]:
    """`GET /2/requests`: `start` and `end` are needed; in pages from 0, with `total` and `more`."""
    rows = [one for one in of_account(call, "requests", ["user_id"]) if _wanted(call, one)]
    if call.query.text("sortby") in {"start", "start_time"}:
        rows.sort(key=lambda one: one["start_time"])
    found, page = page_of(call, rows, USUAL_LIMIT, MOST, call.state.switches.requests_first_page)
    if call.state.switches.requests_total == "pages":
        page["total"] = -(-len(rows) // limit_of(call, USUAL_LIMIT, MOST))
    return {"requests": [_view(call, one) for one in found], **_related(call, found), **page}


def _wanted(call: Call, request: Record) -> bool:
    start, end = call.moment("start"), call.moment("end")
    if start is None or end is None:
        raise invalid("The parameters start and end are required.")
    query, user = call.query, call.state.users.get(request["user_id"], {})
    locations = query.ids("location_id")
    since, below = query.ids("since_id"), query.ids("max_id")
    chosen = {"status": _view(call, request)["status"], "type": request["type"]}
    wanted = {name: query.ids(name) for name in chosen}
    return (
        _may_read(call, request)
        and request["start_time"] <= end_of(call, end)
        and request["end_time"] >= start.instant
        and (not since or request["id"] > since[0])
        and (not below or request["id"] < below[0])
        and all(values is None or chosen[name] in values for name, values in wanted.items())
        and (locations is None or not set(locations).isdisjoint(user.get("locations", ())))
        and (query.flag("include_deleted_users") or not user.get("is_deleted"))
    )


def _may_read(call: Call, request: Record) -> bool:
    return call.is_supervisor or bool(request["user_id"] == call.user["id"])


def _related(call: Call, found: list[Record]) -> dict[str, Any]:
    # Always there, even when empty: a widely installed client needs both (When I Work reference 10).
    users = dict.fromkeys(one["user_id"] for one in found)
    return {"messages": messages_about(call, "request_id", found), "users": shown(call, "users", users)}


def _view(call: Call, request: Record) -> Record:
    """The request with what the caller may do to it next; one left pending until it is over has expired."""
    over = request["status"] == PENDING and request["end_time"] < call.state.now()
    status = EXPIRED if over else request["status"]
    own = [CANCELED] if request["user_id"] == call.user["id"] or call.is_supervisor else []
    steps = {PENDING: own + ([ACCEPTED, DENIED] if call.is_supervisor else []), ACCEPTED: own}
    kind = call.state.table("request_types").get(request["type_id"], {})
    more = {"allowed_statuses": steps.get(status, []), "type_label": kind.get("name", "")}
    user_status = status if over else request["user_status"]
    return call.show({**request, "status": status, "user_status": user_status, **more})


def away(state: WhenIWorkState, start: datetime, end: datetime) -> set[int]:
    """The ids of the users with accepted time off at some moment between the two."""
    requests = state.table("requests").values()
    return {
        one["user_id"]
        for one in requests
        if one["status"] == ACCEPTED and one["start_time"] < end and one["end_time"] > start
    }


def get_request(call: Call) -> dict[str, Any]:
    """`GET /2/requests/{id}`."""
    request = _find(call)
    return {"request": _view(call, request), **_related(call, [request])}


def _find(call: Call) -> Record:
    request = call.find("requests", call.path["id"])
    if not _may_read(call, request):
        raise not_found(call.state, "requests")
    return request


def create_request(call: Call) -> dict[str, Any]:
    """`POST /2/requests`: for oneself, or by a supervisor for anybody; answers 201."""
    fields = {"user_id": call.user["id"], **call.fields(FIELDS)}
    require(fields, "start_time", "end_time")
    if fields["user_id"] != call.user["id"]:
        call.require_supervisor()
    call.find("users", fields["user_id"])
    if fields.get("type_id"):
        call.find("request_types", fields["type_id"])
    _check(call, fields)
    said, status = fields.pop("message", ""), fields.pop("status", PENDING)
    owner = {"account_id": call.account_id, "creator_id": call.user["id"]}
    request = call.state.add("requests", {**owner, **fields})
    _step(call, request, status)
    _say(call, request, said)
    return {"request": _view(call, request)}


def update_request(call: Call) -> dict[str, Any]:
    """`PUT /2/requests/{id}`: start_time, end_time, hours, status and type; others are ignored.

    A denied request (status 4) is stored as cancelled, with `user_status` 4.
    """
    request = _find(call)
    fields = call.fields(FIELDS)
    changes = {name: fields[name] for name in _CHANGEABLE if name in fields}
    status = changes.pop("status", request["user_status"])
    _check(call, {**request, **changes})
    if status != request["user_status"]:
        _step(call, request, status)
    merged(call, request, {**changes, "updater_id": call.user["id"]})
    _say(call, request, fields.get("message", ""))
    return {"request": _view(call, request)}


def _step(call: Call, request: Record, status: int) -> None:
    if status not in {PENDING, CANCELED, ACCEPTED, DENIED}:
        raise invalid("The status is invalid.")
    if status not in {PENDING, CANCELED} and not call.is_supervisor:
        raise forbidden()
    ended = status in {CANCELED, DENIED}
    request.update(status=CANCELED if ended else status, user_status=status)
    request["canceled_by"] = call.user["id"] if ended else 0


def _say(call: Call, request: Record, said: str) -> None:
    if said:
        add_message(call, {"request_id": request["id"], "content": said})


def _check(call: Call, request: Mapping[str, Any]) -> None:
    if request["end_time"] <= request["start_time"]:
        raise ApiError(400, "The end time must be after the start time.", END_BEFORE_START)
    if blocks_time_off(call.state, request):
        raise ApiError(403, "Time off is not allowed on these days.", _CONFLICT)


def delete_request(call: Call) -> dict[str, Any]:
    """`DELETE /2/requests/{id}`: of a cancelled one; any other is a documented 500."""
    request = _find(call)
    if request["status"] != CANCELED:
        raise ApiError(500, "The request must be cancelled first.", 500)
    return removed(call, "requests", request)


PATHS: Handlers = {
    "/requests": {"GET": list_requests, "POST": create_request},
    "/requests/{id}": {"GET": get_request, "PUT": update_request, "DELETE": delete_request},
}
