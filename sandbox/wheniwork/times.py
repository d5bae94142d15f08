"""Time entries: list, read, create, update, delete, clock in and out (When I Work reference 7.8)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sandbox.wheniwork.answers import END_BEFORE_START, ApiError, invalid
from sandbox.wheniwork.calls import Call, Handlers, not_found
from sandbox.wheniwork.fields import Converter, flag, moment, moment_or_none, number, text, whole
from sandbox.wheniwork.listing import end_of
from sandbox.wheniwork.phrases import Moment
from sandbox.wheniwork.plain_calls import of_account
from sandbox.wheniwork.records import Record
from sandbox.wheniwork.shift_view import shift_view
from sandbox.wheniwork.sideloads import related, single, without_empty

FIELDS: Mapping[str, Converter] = {
    **dict.fromkeys(("user_id", "position_id", "location_id", "site_id", "shift_id"), whole),
    "start_time": moment,
    "end_time": moment_or_none,
    "break_hours": number,
    "rounded_start_time": moment_or_none,
    "rounded_end_time": moment_or_none,
    "notes": text,
    "is_approved": flag,
    "cash_tips": lambda value, _setting: None if value is None else text(value),
}
PUNCH_PLACES: Mapping[str, Converter] = dict.fromkeys(("location_id", "position_id", "site_id", "shift_id"), whole)
PUNCH_FIELDS: Mapping[str, Converter] = {
    "id": whole,
    **dict.fromkeys(("latitude", "longitude", "accuracy"), number),
    "notes": text,
}
DEFAULT_SPAN = timedelta(days=3)
IN, OUT = 1, 2
"""Types of punches."""


def list_times(call: Call) -> dict[str, Any]:
    """`GET /2/times`: by default of the last three days; `updated_at` is the API's one incremental filter."""
    now = Moment(call.state.now(), date_only=False)
    start = call.moment("start") or Moment(now.instant - DEFAULT_SPAN, date_only=False)
    end = end_of(call, call.moment("end") or now)
    users, updated = call.query.ids("user_id"), call.moment("updated_at")
    only_open = call.query.flag("only_open")
    found = [
        time
        for time in _own(call)
        if start.instant <= time["start_time"] <= end
        and (users is None or time["user_id"] in users)
        and (updated is None or time["updated_at"] >= updated.instant)
        and not (only_open and time["end_time"])
    ]
    found.sort(key=lambda time: time["start_time"])
    return _with_related(call, found)


def _own(call: Call) -> list[Record]:
    """The times the caller may see: employees their own."""
    return [
        time
        for time in call.state.times.values()
        if time["account_id"] == call.account_id and (call.is_supervisor or time["user_id"] == call.user["id"])
    ]


def _with_related(call: Call, found: list[Record]) -> dict[str, Any]:
    shifts = [call.state.shifts[i] for i in dict.fromkeys(t["shift_id"] for t in found) if i in call.state.shifts]
    shown = without_empty({"shifts": list(map(shift_view(call), shifts))})
    chosen = {time["id"] for time in found}
    punches = [call.show(one) for one in of_account(call, "punches") if one["time_id"] in chosen]
    view = _rounded if call.query.flag("overwrite_with_rounded") else dict
    times = [call.show(view(time)) for time in found]
    return {"times": times, **without_empty({"punches": punches}), **shown, **related(call, found)}


def _rounded(time: Record) -> Record:
    """The time with its rounded values in place of what was punched."""
    names = ("start_time", "end_time", "length")
    return {**time, **{name: time[f"rounded_{name}"] for name in names if time[f"rounded_{name}"]}}


def list_user_times(call: Call) -> dict[str, Any]:
    """`GET /2/times/user/{id}`: the user with punch_state, and the times."""
    user = call.find("users", call.path["id"])
    found = [time for time in _own(call) if time["user_id"] == user["id"]]
    open_time = next((time for time in found if time["end_time"] is None), None)
    state = {
        "timestamp": call.state.now(),
        "can_punch_in": open_time is None,
        "can_punch_out": open_time is not None,
        "open_time_id": open_time["id"] if open_time else None,
        "near_location_id": None,
        "near_site_id": None,
        "punch_in_shift_id": open_time["shift_id"] if open_time else None,
    }
    return {"user": {**call.show(user), "punch_state": call.show(state)}, **_with_related(call, found)}


def get_time(call: Call) -> dict[str, Any]:
    """`GET /2/times/{id}`: under `time`, and as the samples have it in a list under `times`."""
    return single(call, "times", call.show(_find(call)))


def create_time(call: Call) -> dict[str, Any]:
    """`POST /2/times`: without an end_time it is open."""
    call.require_supervisor()
    fields = call.fields(FIELDS)
    if "start_time" not in fields:
        raise invalid("The field start_time is required.")
    user = call.find("users", fields.get("user_id", 0))
    given = {"creator_id": call.user["id"], "account_id": call.account_id, "hourly_rate": user["hourly_rate"]}
    _check(fields)
    return {"time": call.show(_measured(call.state.add("times", {**given, **fields})))}


def update_time(call: Call) -> dict[str, Any]:
    """`PUT /2/times/{id}`: a merge, answered under `time` and, as once documented, under `shift`."""
    call.require_supervisor()
    time = _find(call)
    fields = call.fields(FIELDS)
    _check({**time, **fields})
    time.update(fields, modified_by=call.user["id"], updated_at=call.state.now())
    shown = call.show(_measured(time))
    return {"both": {"time": shown, "shift": shown}, "newer": {"time": shown}, "older": {"shift": shown}}[
        call.state.switches.single_key
    ]


def delete_time(call: Call) -> dict[str, Any]:
    """`DELETE /2/times/{id}`: for good."""
    call.require_supervisor()
    del call.state.times[_find(call)["id"]]
    return {"success": True}


def clock_in(call: Call) -> dict[str, Any]:
    """`POST /2/times/clockin`: the user stands in the field `id`; opens a time."""
    user = _puncher(call)
    if _open_time(call, user):
        raise invalid("The user is clocked in already.")
    given = {"user_id": user["id"], "creator_id": call.user["id"], "account_id": call.account_id}
    where = call.fields(PUNCH_PLACES)
    time = call.state.add("times", {**given, "hourly_rate": user["hourly_rate"], **where})
    return {"time": call.show(time), "punch": call.show(_punch(call, time, IN))}


def clock_out(call: Call) -> dict[str, Any]:
    """`POST /2/times/clockout`: ends the open time of the user in the field `id`."""
    time = _open_time(call, _puncher(call))
    if time is None:
        raise invalid("The user is not clocked in.")
    time.update(end_time=call.state.now(), updated_at=call.state.now())
    return {"time": call.show(_measured(time)), "punch": call.show(_punch(call, time, OUT))}


def _punch(call: Call, time: Record, kind: int) -> Record:
    where = {name: value for name, value in call.fields(PUNCH_FIELDS).items() if name != "id"}
    owner = {name: time[name] for name in ("account_id", "user_id", "location_id", "site_id")}
    return call.state.add("punches", {**owner, "time_id": time["id"], "type": kind, **where})


def _puncher(call: Call) -> Record:
    user = call.find("users", call.fields(PUNCH_FIELDS).get("id", call.user["id"]))
    if user["id"] != call.user["id"]:
        call.require_supervisor()
    return user


def _open_time(call: Call, user: Record) -> Record | None:
    mine = (time for time in call.state.times.values() if time["user_id"] == user["id"])
    return next((time for time in mine if time["end_time"] is None), None)


def _find(call: Call) -> Record:
    time = call.find("times", call.path["id"])
    if not call.is_supervisor and time["user_id"] != call.user["id"]:
        raise not_found(call.state, "times")
    return time


def _check(time: Mapping[str, Any]) -> None:
    if time.get("end_time") and time["end_time"] <= time["start_time"]:
        raise ApiError(400, "The end time must be after the start time.", END_BEFORE_START)


def _measured(time: Record) -> Record:
    seconds = (time["end_time"] - time["start_time"]).total_seconds() if time["end_time"] else 0
    time["length"] = time["rounded_length"] = number(round(seconds / 3600, 4))
    begin, end = time["rounded_start_time"], time["rounded_end_time"]
    if begin and end:
        time["rounded_length"] = number(round((end - begin).total_seconds() / 3600, 4))
    return time


PATHS: Handlers = {
    "/times": {"GET": list_times, "POST": create_time},
    "/times/clockin": {"POST": clock_in},
    "/times/clockout": {"POST": clock_out},
    "/times/user/{id}": {"GET": list_user_times},
    "/times/{id}": {"GET": get_time, "PUT": update_time, "DELETE": delete_time},
}
