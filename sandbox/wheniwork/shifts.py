"""Shifts: list, count, read, create, update, delete, history (When I Work reference 5.2 to 5.6)."""

from __future__ import annotations

from collections.abc import Iterable
from operator import itemgetter
from typing import Any

from sandbox.wheniwork import repeating, roster
from sandbox.wheniwork.answers import ApiError, forbidden, invalid
from sandbox.wheniwork.calls import Call, Handlers, not_found
from sandbox.wheniwork.chains import Series, chain_of, read_series
from sandbox.wheniwork.fields import ids, moment
from sandbox.wheniwork.listing import Window, deleted_ids, end_of, may_read, shift_window, visible_shifts
from sandbox.wheniwork.records import Record
from sandbox.wheniwork.shift_fields import read_new_shift, read_shift_update, require_fields
from sandbox.wheniwork.shift_view import history_of, shift_view
from sandbox.wheniwork.sideloads import related, without_empty
from sandbox.wheniwork.swaps import readable_swaps


def list_shifts(call: Call) -> dict[str, Any]:
    """`GET /2/shifts`: the window echoed, its shifts, and what they point to; never paged."""
    window = shift_window(call)
    found = visible_shifts(call, window)
    if call.query.flag("shift_sort"):
        found.sort(key=itemgetter("user_id"))
    limits = (max((call.query.ids("limit") or [0])[0], 0), call.state.switches.listing_row_cap)
    found = found[: min(filter(None, limits), default=None)]
    gone = {"deleted_ids": deleted_ids(call, window)} if call.query.flag("deleted") else {}
    echo = call.show({"start": window.start, "end": window.end})
    swaps = _swaps_of(call, found) if call.query.flag("include_swaps") else {}
    loaded = {**repeating.chains_beside(call, found), **related(call, found), **swaps, **gone}
    return {**echo, "shifts": list(map(shift_view(call), found)), **loaded}


def _swaps_of(call: Call, found: list[Record]) -> dict[str, Any]:
    chosen = {shift["id"] for shift in found}
    return without_empty({"swaps": [swap for swap in readable_swaps(call) if swap["shift_id"] in chosen]})


def count_shifts(call: Call) -> dict[str, Any]:
    """`GET /2/shifts/count`: how many the same listing would hold."""
    return {"count": len(visible_shifts(call, shift_window(call)))}


def get_shift(call: Call) -> dict[str, Any]:
    """`GET /2/shifts/{id}`; a deleted shift reads like one that never was."""
    shift = call.find("shifts", call.path["id"])
    if not may_read(call, shift):
        raise not_found(call.state, "shifts")
    return _answer(call, shift)


def _answer(call: Call, shift: Record) -> dict[str, Any]:
    return {"shift": shift_view(call)(shift), **repeating.chains_beside(call, [shift])}


def shift_history(call: Call) -> dict[str, Any]:
    """`GET /2/shifts/{id}/history`, with `include_deleted` also for a deleted shift (not for an OpenShift)."""
    call.require_supervisor()
    shift_id = call.path["id"]
    gone = call.state.deleted_shifts.get(int(shift_id)) if shift_id.isdecimal() and len(shift_id) < 20 else None
    if gone and call.query.flag("include_deleted") and gone["account_id"] == call.account_id:
        shift = gone
    else:
        shift = call.find("shifts", shift_id)
    return {"shift": shift_view(call)(shift), "history": history_of(call, shift)}


def create_shifts(call: Call) -> dict[str, Any]:
    """`POST /2/shifts`: one object, or an array that is created as a whole or not at all; a `chain` repeats a shift."""
    bodies = call.body if isinstance(call.body, list) else [call.body]
    ready = [read_new_shift(call.state, body, call.setting, call.account_id) for body in bodies]
    series = [read_series(call, *pair) for pair in zip(bodies, (one["start_time"] for one in ready), strict=True)]
    for fields in ready:
        require_schedule(call, fields["location_id"])
    created = [_created(call, *pair) for pair in zip(ready, series, strict=True)]
    if not isinstance(call.body, list):
        return _answer(call, created[0])
    return {"shifts": list(map(shift_view(call), created)), "tagIdsMap": [], **repeating.chains_beside(call, created)}


def _created(call: Call, fields: dict[str, Any], series: Series | None) -> Record:
    return repeating.begin(call, fields, series) if series else roster.add_shift(call.state, fields, call.user["id"])


def update_shift(call: Call) -> dict[str, Any]:
    """`PUT /2/shifts/{id}`: a merge; last writer wins. With a `chain` the shifts after it follow.

    `deleted` names those that its chain has no longer.
    """
    shift = call.find("shifts", call.path["id"])
    updated, deleted = _updated(call, shift, call.body)
    return {**_answer(call, updated), **without_empty({"deleted": deleted})}


def update_shifts(call: Call) -> dict[str, Any]:
    """`PUT /2/shifts/bulk`: an array; when some fail, HTTP 400 carries the successes beside the errors."""
    if not isinstance(call.body, list):
        raise invalid("The body must be an array of shifts.")
    done: list[Record] = []
    errors: list[dict[str, Any]] = []
    for item in call.body:
        shift_id = item.get("id") if isinstance(item, dict) else None
        try:
            shift = call.find("shifts", shift_id)
            require_fields(item)
            done.append(_updated(call, shift, item)[0])
        except ApiError as error:
            errors.append({"shift_id": shift_id, **error.envelope()})
    shown = list(map(shift_view(call), done))
    if errors:
        extra = {"shifts": shown, "errors": errors}
        raise ApiError(400, "Some shifts could not be updated.", errors[0]["code"], extra)
    return {"shifts": shown}


def delete_shift(call: Call) -> dict[str, Any]:
    """`DELETE /2/shifts/{id}`: permanent; a second one finds nothing.

    `chain`, whatever its value, takes the shifts after it on its chain too; a `message` goes to who held it.
    """
    shift = call.find("shifts", call.path["id"])
    require_schedule(call, shift["location_id"])
    following = repeating.remove_following(call, shift) if call.query.text("chain") is not None else []
    roster.remove_shift(call.state, shift, call.user["id"])
    message = call.query.text("message")
    if message is not None and shift["user_id"]:
        told = {"kind": "deletion", "user_id": shift["user_id"], "message": message}
        call.state.sent.append({"at": call.state.now(), **told})
    return {"success": True, "deleted": [shift["id"], *following]}


def delete_shifts(call: Call) -> dict[str, Any]:
    """`DELETE /2/shifts` by `ids`, or everything in a window of `start` and `end`, perhaps of some `location_id`.

    `success` is missing when nothing was deleted (When I Work reference 3.2).
    """
    chosen = _chosen_for_deletion(call)
    for shift in chosen:
        require_schedule(call, shift["location_id"])
    for shift in chosen:
        roster.remove_shift(call.state, shift, call.user["id"], "delete-bulk")
    success = {"success": True} if chosen else {}
    return {**success, "deleted": [shift["id"] for shift in chosen], "count": len(chosen)}


def _chosen_for_deletion(call: Call) -> list[Record]:
    window, locations = _deletion_window(call)
    if window:
        found: Iterable[Record | None] = call.state.timeline.overlapping(window.start, window.end)
    else:
        found = (call.state.shifts.get(shift_id) for shift_id in call.body_ids("ids"))
    return [
        shift
        for shift in found
        if shift and shift["account_id"] == call.account_id and (not locations or shift["location_id"] in locations)
    ]


def _deletion_window(call: Call) -> tuple[Window | None, list[int] | None]:
    """The window and locations of the query or the body; no window when ids are given or an end is missing."""
    body = call.fields({"start": moment, "end": moment, "location_id": ids, "ids": ids})
    start, end = call.moment("start"), call.moment("end")
    first = start.instant if start else body.get("start")
    last = end_of(call, end) if end else body.get("end")
    by_ids = call.query.ids("ids") or body.get("ids")
    window = Window(first, last) if first and last and not by_ids else None
    return window, call.query.ids("location_id") or body.get("location_id")


def _updated(call: Call, shift: Record, body: Any) -> tuple[Record, list[int]]:
    """The shift that the fields ended up on, and the ids of the shifts that its chain lost with them."""
    require_schedule(call, shift["location_id"])
    fields = read_shift_update(call.state, body, call.setting, shift)
    after, since = {**shift, **fields}, shift["start_time"]
    require_schedule(call, after["location_id"])
    series = read_series(call, body, after["start_time"], chain_of(call, shift))
    one_slot = call.query.flag("assign_openshift_instances")
    updated = roster.edit_shift(call.state, shift, fields, call.user["id"], one_slot=one_slot)
    return updated, repeating.change_following(call, updated, since, fields, series) if series else []


def require_schedule(call: Call, location_id: int) -> None:
    """403 unless the caller is a manager, or a supervisor of that location."""
    call.require_supervisor()
    if not call.is_manager and location_id not in call.user["locations"]:
        raise forbidden()


PATHS: Handlers = {
    "/shifts": {"GET": list_shifts, "POST": create_shifts, "DELETE": delete_shifts},
    "/shifts/count": {"GET": count_shifts},
    "/shifts/bulk": {"PUT": update_shifts},
    "/shifts/{id}/history": {"GET": shift_history},
}
