"""Who could work a shift, and what shifts cost (When I Work reference 5.3)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sandbox.wheniwork.answers import END_BEFORE_START, ApiError, invalid
from sandbox.wheniwork.calls import Call, Handlers, not_found
from sandbox.wheniwork.fields import number
from sandbox.wheniwork.listing import may_read, shift_window, visible_shifts
from sandbox.wheniwork.records import Record
from sandbox.wheniwork.requests import away
from sandbox.wheniwork.sideloads import show_user

_RANGE_TOO_LONG = 2002
_LABOR_SPAN = timedelta(days=7, hours=1)
"""A week, even the one in which clocks are put back."""


def eligible_users(call: Call) -> dict[str, Any]:
    """`GET /2/shifts/eligible`: who could take the shift `id`, or one that the query tells."""
    call.require_supervisor()
    return {"users": [show_user(call, user) for user in _free_users(call, _meant(call))]}


def _meant(call: Call) -> Record:
    chosen = call.query.ids("id")
    if chosen:
        return call.find("shifts", chosen[0])
    start, end = call.moment("start"), call.moment("end")
    places = {name: call.query.ids(name) for name in ("position_id", "location_id")}
    if start is None or end is None or None in places.values():
        raise invalid("The parameters start, end, position_id and location_id are required without id.")
    if end.instant <= start.instant:
        raise ApiError(400, "The end time must be after the start time.", END_BEFORE_START)
    found = {name: (numbers or [0])[0] for name, numbers in places.items()}
    times = {"start_time": start.instant, "end_time": end.instant}
    return {**times, **found, "user_id": 0, "is_shared": call.query.flag("is_shared")}


def _free_users(call: Call, shift: Record) -> list[Record]:
    """Users of the shift's location (a shared one: of any) and position without a shift or time off then."""
    start, end = shift["start_time"], shift["end_time"]
    busy = {other["user_id"] for other in call.state.timeline.overlapping(start, end)}
    unfree = busy | away(call.state, start, end) | {shift["user_id"]}
    return [
        user
        for user in call.state.users.values()
        if user["account_id"] == call.account_id
        and not user["is_deleted"]
        and user["id"] not in unfree
        and (shift["is_shared"] or shift["location_id"] in user["locations"])
        and (not shift["position_id"] or shift["position_id"] in user["positions"])
    ]


def swap_users(call: Call) -> dict[str, Any]:
    """`GET /2/shifts/{id}/swapusers`: who could take a shift that its holder drops.

    `count` answers the number alone, `ids_only` the ids, which travel as text.
    """
    shift = call.find("shifts", call.path["id"])
    if not may_read(call, shift):
        raise not_found(call.state, "shifts")
    users = _free_users(call, shift)
    if call.query.flag("count"):
        return {"count": len(users)}
    release: Mapping[str, Any] = call.state.accounts[call.account_id]["settings"].get("shifts", {})
    ids_only = call.query.flag("ids_only")
    shown = [str(user["id"]) if ids_only else show_user(call, user) for user in users]
    return {"can_release": bool(release.get("release")), "users": shown, "count": len(users)}


def labor(call: Call) -> dict[str, Any]:
    """`GET /2/shifts/labor`: paid hours and their cost by location, of at most a week; the shape is a guess."""
    call.require_supervisor()
    window = shift_window(call)
    if window.end - window.start > _LABOR_SPAN:
        raise ApiError(400, "The range is too long.", _RANGE_TOO_LONG)
    sums: dict[int, list[float]] = {}
    for shift in visible_shifts(call, window):
        hours = (shift["end_time"] - shift["start_time"]) / timedelta(hours=1) - shift["break_time"]
        rate = call.state.users.get(shift["user_id"], {}).get("hourly_rate", 0)
        total = sums.setdefault(shift["location_id"], [0, 0])
        total[0], total[1] = total[0] + hours, total[1] + hours * rate
    rows = [{"location_id": key, "hours": number(h), "cost": number(c)} for key, (h, c) in sums.items()]
    return {**call.show({"start": window.start, "end": window.end}), "labor": rows}


PATHS: Handlers = {
    "/shifts/eligible": {"GET": eligible_users},
    "/shifts/labor": {"GET": labor},
    "/shifts/{id}/swapusers": {"GET": swap_users},
}
