"""Copies the shifts of the week or day before (When I Work reference 5.7)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.wheniwork import roster
from sandbox.wheniwork.answers import END_BEFORE_START, ApiError, invalid
from sandbox.wheniwork.calls import Call, Handlers
from sandbox.wheniwork.fields import Converter, ids, last_moment, moment, text
from sandbox.wheniwork.records import Record
from sandbox.wheniwork.shift_view import shift_view
from sandbox.wheniwork.shifts import require_schedule

_MODES = {"previous_week": 7, "previous_day": 1}
_CONFLICTS = {"overwrite", "allow", "avoid"}
FIELDS: Mapping[str, Converter] = {
    "target_start": moment,
    "target_end": last_moment,
    "location_id": ids,
    **dict.fromkeys(("mode", "conflicts"), text),
}
_COPIED = ("user_id", "location_id", "position_id", "site_id", "color", "notes", "instances", "block_id")


def copy_shifts(call: Call) -> dict[str, Any]:
    """`POST /2/shifts/copy` {target_start, target_end, mode, location_id, conflicts}: makes drafts of older shifts.

    Where the holder has a shift at that time, `allow` copies all the same, `avoid` leaves that one out, and
    `overwrite` deletes the shift in the way. Times of day stay as they are on the caller's clock.
    """
    fields = call.fields(FIELDS)
    if not {"target_start", "target_end"} <= fields.keys():
        raise invalid("The parameters target_start and target_end are required.")
    mode, conflicts = fields.get("mode", "previous_week"), fields.get("conflicts", "allow")
    if mode not in _MODES or conflicts not in _CONFLICTS:
        raise invalid("The mode or the policy of conflicts is invalid.")
    start, end = fields["target_start"], fields["target_end"]
    if end <= start:
        raise ApiError(400, "The end must be after the start.", END_BEFORE_START)
    chosen = _chosen(call, start, end, _MODES[mode], fields.get("location_id"))
    for shift in chosen:
        require_schedule(call, shift["location_id"])
    call.require_supervisor()
    made = [_copied(call, shift, _MODES[mode], conflicts) for shift in chosen]
    copies = [shift for shift in made if shift]
    warning = "" if len(copies) == len(made) else f"{len(made) - len(copies)} shifts were in conflict."
    shown = list(map(shift_view(call), copies))
    return {"confirmation": f"{len(copies)} shifts copied.", "warning": warning, "shifts": shown}


def _chosen(call: Call, start: datetime, end: datetime, days: int, locations: list[int] | None) -> list[Record]:
    first, last = _moved(call, start, -days), _moved(call, end, -days)
    return [
        shift
        for shift in call.state.timeline.overlapping(first, last)
        if shift["account_id"] == call.account_id
        and first <= shift["start_time"] < last
        and (not locations or shift["location_id"] in locations)
    ]


def _moved(call: Call, instant: datetime, days: int) -> datetime:
    return (instant.astimezone(call.zone) + timedelta(days=days)).astimezone(UTC)


def _copied(call: Call, shift: Record, days: int, conflicts: str) -> Record | None:
    times = {name: _moved(call, shift[name], days) for name in ("start_time", "end_time")}
    others = call.state.timeline.overlapping(times["start_time"], times["end_time"])
    clashes = [one for one in others if shift["user_id"] and one["user_id"] == shift["user_id"]]
    if clashes and conflicts == "avoid":
        return None
    if conflicts == "overwrite":
        for clash in clashes:
            roster.remove_shift(call.state, clash, call.user["id"])
    fields: Record = {name: shift[name] for name in _COPIED}
    fields["breaks"] = [{name: pause[name] for name in ("length", "paid")} for pause in shift["breaks"]]
    return roster.add_shift(call.state, {**fields, **times, "account_id": call.account_id}, call.user["id"])


PATHS: Handlers = {"/shifts/copy": {"POST": copy_shifts}}
