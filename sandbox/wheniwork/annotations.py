"""Annotations: what all staff shall know about some days (When I Work reference 7.11).

Their dates print as ISO 8601.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sandbox.wheniwork.answers import END_BEFORE_START, ApiError, forbidden
from sandbox.wheniwork.calls import Call, Handlers
from sandbox.wheniwork.fields import Converter, flag, ids, last_moment, moment, text
from sandbox.wheniwork.listing import end_of
from sandbox.wheniwork.plain_calls import merged, of_account, removed, require
from sandbox.wheniwork.records import Record
from sandbox.wheniwork.sideloads import shown
from sandbox.wheniwork.state import WhenIWorkState

_TYPE_MISSING = 2076
_TYPES = ("business_closed", "no_time_off", "announcement")
_USUAL_SPAN = timedelta(days=365)


def _location_ids(value: Any, _setting: Any) -> list[int]:
    """Ids going in; objects come out and may come back."""
    rows = value if isinstance(value, list) else [value]
    return ids([row.get("id") if isinstance(row, Mapping) else row for row in rows])


FIELDS: Mapping[str, Converter] = {
    "start_date": moment,
    "end_date": last_moment,
    "locations": _location_ids,
    **dict.fromkeys(("title", "message", "color"), text),
    **dict.fromkeys((*_TYPES, "all_locations"), flag),
}


def list_annotations(call: Call) -> dict[str, Any]:
    """`GET /2/annotations`: from today for a year unless told; filters are the locations and the three types."""
    start, end = call.moment("start_date"), call.moment("end_date")
    today = call.state.now().astimezone(call.zone).replace(hour=0, minute=0, second=0)
    first = start.instant if start else today
    last = end_of(call, end) if end else first + _USUAL_SPAN
    wanted = {name: call.query.flag(name) for name in _TYPES if call.query.text(name) is not None}
    locations = call.query.ids("locations")
    found = [
        one
        for one in of_account(call, "annotations")
        if one["start_date"] <= last
        and one["end_date"] >= first
        and all(one[name] == value for name, value in wanted.items())
        and (locations is None or one["all_locations"] or not set(locations).isdisjoint(one["locations"]))
    ]
    return {"annotations": [_view(call, one) for one in found]}


def _view(call: Call, annotation: Record) -> Record:
    iso = {
        name: value.astimezone(call.zone).isoformat()
        for name, value in annotation.items()
        if isinstance(value, datetime)
    }
    return {**annotation, **iso, "locations": shown(call, "locations", annotation["locations"])}


def get_annotation(call: Call) -> dict[str, Any]:
    """`GET /2/annotations/{id}`."""
    return {"annotation": _view(call, call.find("annotations", call.path["id"]))}


def create_annotation(call: Call) -> dict[str, Any]:
    """`POST /2/annotations`: days, a title, and at least one of the three types (code 2076 without)."""
    fields = _read(call, {})
    require(fields, "start_date", "end_date", "title")
    _check(call, fields)
    owner = {"account_id": call.account_id, "creator_id": call.user["id"]}
    return {"annotation": _view(call, call.state.add("annotations", {**owner, **fields}))}


def update_annotation(call: Call) -> dict[str, Any]:
    """`PUT /2/annotations/{id}`: a merge."""
    annotation = call.find("annotations", call.path["id"])
    fields = _read(call, annotation)
    _check(call, {**annotation, **fields})
    return {"annotation": _view(call, merged(call, annotation, fields))}


def _read(call: Call, before: Mapping[str, Any]) -> dict[str, Any]:
    fields = call.fields(FIELDS)
    _require_schedules(call, {**before, **fields})
    for location_id in fields.get("locations", ()):
        call.find("locations", location_id)
    return fields


def _require_schedules(call: Call, annotation: Mapping[str, Any]) -> None:
    call.require_supervisor()
    if call.is_manager:
        return
    if annotation.get("all_locations") or not set(annotation.get("locations", ())) <= set(call.user["locations"]):
        raise forbidden()


def _check(call: Call, annotation: Mapping[str, Any]) -> None:
    if annotation["end_date"] < annotation["start_date"]:
        raise ApiError(400, "The end date must be after the start date.", END_BEFORE_START)
    if call.state.switches.annotation_needs_type and not any(annotation.get(name) for name in _TYPES):
        raise ApiError(400, "An annotation type is required.", _TYPE_MISSING)


def delete_annotation(call: Call) -> dict[str, Any]:
    """`DELETE /2/annotations/{id}`: for good."""
    annotation = call.find("annotations", call.path["id"])
    _require_schedules(call, annotation)
    return removed(call, "annotations", annotation)


def blocks_time_off(state: WhenIWorkState, request: Mapping[str, Any]) -> bool:
    """Whether a time-off request overlaps days on which its user's locations allow none."""
    locations = set(state.users[request["user_id"]]["locations"])
    return any(
        one["no_time_off"]
        and one["start_date"] < request["end_time"]
        and request["start_time"] < one["end_date"]
        and (one["all_locations"] or not locations.isdisjoint(one["locations"]))
        for one in state.table("annotations").values()
    )


PATHS: Handlers = {
    "/annotations": {"GET": list_annotations, "POST": create_annotation},
    "/annotations/{id}": {"GET": get_annotation, "PUT": update_annotation, "DELETE": delete_annotation},
}
