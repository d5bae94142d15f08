"""The newer availability events, which may repeat on days of the week (When I Work reference 7.7)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sandbox.wheniwork.answers import END_BEFORE_START, ApiError, invalid
from sandbox.wheniwork.calls import Call, Handlers, not_found
from sandbox.wheniwork.fields import Converter, flag, last_moment, moment, text, whole
from sandbox.wheniwork.listing import end_of
from sandbox.wheniwork.plain_calls import merged, of_account, removed, require
from sandbox.wheniwork.records import Record

NOTES_LENGTH = 160
_RANGE_TOO_LONG, _BYDAY_MISSING = 2002, 2006
_KIND = "availability_events"
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
FIELDS: Mapping[str, Converter] = {
    **dict.fromkeys(("user_id", "type"), whole),
    **dict.fromkeys(("notes", "recurrence"), text),
    "start_time": moment,
    "end_time": last_moment,
    "all_day": flag,
}
_USUAL_SPAN = timedelta(days=7)


def list_events(call: Call) -> dict[str, Any]:
    """`GET /2/availabilityevents`: of a window, which a switch limits; one's own unless `include_all`."""
    start, end = call.moment("start"), call.moment("end")
    first = start.instant if start else call.state.now()
    last = end_of(call, end) if end else first + _USUAL_SPAN
    if last - first > timedelta(days=call.state.switches.availability_window_days):
        raise ApiError(400, "The range is too long.", _RANGE_TOO_LONG)
    everybody = call.is_supervisor and (call.query.flag("include_all") or call.query.ids("user_id"))
    found = [
        event
        for event in of_account(call, _KIND, ["user_id"])
        if (everybody or event["user_id"] == call.user["id"])
        and event["start_time"] < last
        and _ends(event, last) > first
    ]
    return _answer(call, found)


def _ends(event: Record, last: datetime) -> datetime:
    end: datetime = event["recurrence_end"] or last if event["recurrence"] else event["end_time"]
    return end


def _answer(call: Call, events: list[Record]) -> dict[str, Any]:
    return {"availabilityevents": [call.show(event) for event in events]}


def get_event(call: Call) -> dict[str, Any]:
    """`GET /2/availabilityevents/{id}`."""
    return {"availabilityevent": call.show(_find(call))}


def _find(call: Call) -> Record:
    event = call.find(_KIND, call.path["id"])
    if not call.is_supervisor and event["user_id"] != call.user["id"]:
        raise not_found(call.state, _KIND)
    return event


def create_event(call: Call) -> dict[str, Any]:
    """`POST /2/availabilityevents`: start_time is needed; one's own, or anybody's by a supervisor."""
    fields = {"user_id": call.user["id"], **call.fields(FIELDS)}
    require(fields, "start_time")
    lasting = timedelta(hours=23, minutes=59, seconds=59) if fields.get("all_day") else timedelta(hours=1)
    event = {"end_time": fields["start_time"] + lasting, **fields}
    user = _checked_user(call, event)
    owner = {"account_id": call.account_id, "login_id": str(user["login_id"])}
    return {"availabilityevent": call.show(call.state.add(_KIND, {**owner, **event}))}


def update_event(call: Call) -> dict[str, Any]:
    """`PUT /2/availabilityevents/{id}`: a merge, answered by a list, as a change may split a series."""
    event, fields = _find(call), call.fields(FIELDS)
    _checked_user(call, {**event, **fields})
    return _answer(call, [merged(call, event, fields)])


def _checked_user(call: Call, event: Mapping[str, Any]) -> Record:
    if event["user_id"] != call.user["id"]:
        call.require_supervisor()
    if event["end_time"] <= event["start_time"]:
        raise ApiError(400, "The end time must be after the start time.", END_BEFORE_START)
    if event.get("recurrence") and not _days(event):
        raise ApiError(400, "The recurrence needs BYDAY.", _BYDAY_MISSING)
    if event.get("type", 1) not in {1, 2} or len(event.get("notes", "")) > NOTES_LENGTH:
        raise invalid("The type or the notes are invalid.")
    return call.find("users", event["user_id"])


def _days(event: Mapping[str, Any]) -> set[int]:
    """The weekdays of a recurrence rule as RFC 5545 writes it, Monday 0."""
    found = re.search(r"BYDAY=([A-Z0-9,+-]+)", event["recurrence"].upper())
    names = {part[-2:] for part in found[1].split(",")} if found else set()
    return {number for number, name in enumerate(_WEEKDAYS) if name in names}


def add_exception(call: Call) -> dict[str, Any]:
    """`POST /2/availabilityevents/{id}/exceptions` with the `start_time` of an occurrence, which is taken out.

    The series ends before it and goes on after it under a new id.
    """
    event, fields = _find(call), call.fields({"start_time": moment})
    require(fields, "start_time")
    gone = fields["start_time"].astimezone(call.zone)
    if not event["recurrence"] or gone.weekday() not in _days(event) or gone < event["start_time"]:
        raise invalid("The event has no occurrence then.")
    rest = _rest_after(call, event, gone)
    merged(call, event, {"recurrence_end": fields["start_time"]})
    return _answer(call, [event, call.state.add(_KIND, rest)])


def _rest_after(call: Call, event: Record, gone: datetime) -> Record:
    """The series from its next occurrence on, at the same times of day in the caller's zone."""
    ahead = next(n for n in range(1, 8) if (gone.weekday() + n) % 7 in _days(event))
    utc = call.state.now().tzinfo
    first = event["start_time"].astimezone(call.zone)
    start = datetime.combine(gone.date() + timedelta(days=ahead), first.timetz()).astimezone(utc)
    end = start + (event["end_time"] - event["start_time"])
    return {**event, "id": call.state.next_id(_KIND), "start_time": start, "end_time": end}


def delete_event(call: Call) -> dict[str, Any]:
    """`DELETE /2/availabilityevents/{id}`: for good."""
    return removed(call, _KIND, _find(call))


PATHS: Handlers = {
    "/availabilityevents": {"GET": list_events, "POST": create_event},
    "/availabilityevents/{id}": {"GET": get_event, "PUT": update_event, "DELETE": delete_event},
    "/availabilityevents/{id}/exceptions": {"POST": add_exception},
}
