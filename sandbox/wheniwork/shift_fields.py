"""Reads the body of a created or updated shift and checks it against what is there (When I Work reference 5.1)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.wheniwork.answers import END_BEFORE_START, INVALID, ApiError, invalid
from sandbox.wheniwork.fields import (
    Converter,
    Setting,
    flag,
    ids_or_none,
    moment,
    moment_or_none,
    number,
    read_fields,
    text,
    whole,
)
from sandbox.wheniwork.records import Record
from sandbox.wheniwork.requests import away
from sandbox.wheniwork.state import WhenIWorkState

NOTES_LENGTH = 350
REQUIRED = ("start_time", "end_time", "location_id")
_LINKS = {"user_id": "users", "location_id": "locations", "position_id": "positions", "site_id": "sites"}


def _instances(value: Any, setting: Setting) -> int:
    count = whole(value, setting)
    if not 0 <= count <= 1000:
        raise ValueError("A stack has 0 to 1000 instances.")
    return count


def _hours(value: Any, setting: Setting) -> int | float:
    hours = number(value, setting)
    if not 0 <= hours <= 24:
        raise ValueError("A break has 0 to 24 hours.")
    return hours


def _seconds(value: Any, setting: Setting) -> int:
    return round(_hours(number(value) / 3600, setting) * 3600)


def breaks(value: Any, setting: Setting) -> list[dict[str, Any]]:
    """A list of breaks with their known fields; null is none."""
    if not isinstance(value, list | None):
        raise TypeError("Breaks are a list.")
    return [read_fields(item, _BREAK_FIELDS, setting) for item in value or []]


_BREAK_FIELDS: Mapping[str, Converter] = {"id": whole, "length": _seconds, "paid": flag, "start_time": moment_or_none}
SHIFT_FIELDS: Mapping[str, Converter] = {
    "user_id": whole,
    "location_id": whole,
    "position_id": whole,
    "site_id": whole,
    "start_time": moment,
    "end_time": moment,
    "break_time": _hours,
    "breaks": breaks,
    "color": text,
    "notes": text,
    "published": flag,
    "instances": _instances,
    "linked_users": ids_or_none,
    "block_id": whole,
    "requires_openshift_approval": flag,
    "is_shared": flag,
}


def read_new_shift(state: WhenIWorkState, body: Any, setting: Setting, account_id: int) -> dict[str, Any]:
    """The converted fields of a shift to create, ready for `roster.add_shift`; raises the 400 of the service.

    start_time, end_time and location_id are needed; fields that are the service's own are ignored.
    """
    fields = read_fields(body, SHIFT_FIELDS, setting)
    require_fields(fields)
    if not state.switches.publish_on_create:
        fields.pop("published", None)
    return {**_checked(state, fields, {}, account_id), "account_id": account_id}


def read_shift_update(state: WhenIWorkState, body: Any, setting: Setting, shift: Record) -> dict[str, Any]:
    """The converted fields of an update, ready for `roster.edit_shift`: what the body leaves out stays as it is."""
    fields = read_fields(body, SHIFT_FIELDS, setting)
    if state.switches.strict_put:
        require_fields(fields)
    return _checked(state, fields, shift, shift["account_id"])


def require_fields(fields: Mapping[str, Any]) -> None:
    """400 unless start_time, end_time and location_id are all there."""
    missing = next((name for name in REQUIRED if not fields.get(name)), None)
    if missing:
        raise invalid(f"The field {missing} is required.")


def _checked(
    state: WhenIWorkState, fields: dict[str, Any], before: Mapping[str, Any], account_id: int
) -> dict[str, Any]:
    after = {**before, **fields}
    if after["end_time"] <= after["start_time"]:
        raise ApiError(400, "The end time must be after the start time.", END_BEFORE_START)
    check_links(state, fields, before, account_id)
    if fields.get("user_id"):
        require_free(state, after, fields["user_id"])
    if len(fields.get("notes", "")) > NOTES_LENGTH:
        if state.switches.long_notes == "refuse":
            raise invalid(f"Notes may have at most {NOTES_LENGTH} characters.")
        fields["notes"] = fields["notes"][:NOTES_LENGTH]
    return fields


def require_free(state: WhenIWorkState, shift: Mapping[str, Any], user_id: int) -> None:
    """Refuse a user who holds another shift or has time off then, where `refuse_overlaps`, `refuse_time_off` say so."""
    start, end, switches = shift["start_time"], shift["end_time"], state.switches
    others = state.timeline.overlapping(start, end) if switches.refuse_overlaps else []
    if any(other["user_id"] == user_id and other["id"] != shift.get("id") for other in others):
        raise ApiError(switches.conflict_status, "The user has a shift at that time.", INVALID)
    if switches.refuse_time_off and user_id in away(state, start, end):
        raise ApiError(switches.conflict_status, "The user has time off at that time.", INVALID)


def check_links(state: WhenIWorkState, fields: Mapping[str, Any], before: Mapping[str, Any], account_id: int) -> None:
    """400 for a user, location, position or site that is newly pointed to and does not exist; 0 is none."""
    for name in _LINKS.keys() & fields.keys():
        if fields[name] != before.get(name):
            _check_link(state, _LINKS[name], fields[name], account_id)


def _check_link(state: WhenIWorkState, kind: str, record_id: int, account_id: int) -> None:
    record = state.table(kind).get(record_id)
    if record_id and (record is None or record["account_id"] != account_id or record["is_deleted"]):
        raise invalid(f"The {kind.removesuffix('s')} {record_id} does not exist.")
