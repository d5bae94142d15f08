"""What can happen to a shift, whoever causes it: the only writer of shifts, their index, prints and history.

`updated_at` moves with every edit and publication and with the automatic reminder, but neither with a notification nor
with an acknowledgement (When I Work reference 5.9).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.wheniwork.breaks import settle_breaks
from sandbox.wheniwork.records import Record, shift_record
from sandbox.wheniwork.state import ACCOUNT_ID, TIMEZONE_NAME, WhenIWorkState

_EVENTS = (
    ("time_changed", ("start_time", "end_time")),
    ("location_changed", ("location_id",)),
    ("position_changed", ("position_id",)),
    ("site_changed", ("site_id",)),
    ("break_changed", ("break_time",)),
)
_UNCONFIRMED: Mapping[str, Any] = {"acknowledged": 0, "acknowledged_at": None, "alerted": False}


def add_shift(state: WhenIWorkState, fields: Mapping[str, Any], actor_id: int, reason: str = "") -> Record:
    """Store a new shift from converted fields (instants aware); `published` true publishes it at once."""
    now = state.now()
    given = {"account_id": ACCOUNT_ID, "creator_id": actor_id, **fields, "breaks": [], "break_time": 0}
    if "id" not in given:
        given["id"] = state.next_id("shifts")
    shift = shift_record(given, now)
    settle_breaks(state, shift, fields, actor_id)
    shift["is_open"] = shift["user_id"] == 0
    if shift["published"]:
        shift["published_date"] = _published_at(state, now)
    state.shifts[shift["id"]] = shift
    state.timeline.put(shift)
    state.history.record(shift, "created", now, actor_id, reason)
    if shift["published"]:
        _tell_of_publishing(state, shift)
    return shift


def _published_at(state: WhenIWorkState, now: datetime) -> datetime:
    """Now, or by switch what the clock of UTC shows, taken for local time (When I Work reference 8)."""
    offset = now.astimezone(ZoneInfo(TIMEZONE_NAME)).utcoffset() or timedelta()
    return now - offset if state.switches.published_date_slips else now


def _tell_of_publishing(state: WhenIWorkState, shift: Record) -> None:
    if state.switches.publish_notifies and shift["user_id"] in state.users:
        mark_notified(state, shift)
        state.sent.append({"at": state.now(), "kind": "shifts", "user_id": shift["user_id"], "message": ""})


def edit_shift(
    state: WhenIWorkState,
    shift: Record,
    fields: Mapping[str, Any],
    actor_id: int,
    *,
    one_slot: bool = False,
    reason: str = "edit",
) -> Record:
    """Merge converted fields and return the shift they ended up on.

    A user given to an OpenShift takes the whole stack, unless `one_slot`: then one instance comes off and the other
    fields go to it alone (When I Work reference 5.5 and 5.8).
    """
    if not (shift["is_open"] and fields.get("user_id")):
        return _merge(state, shift, fields, actor_id, reason)
    if one_slot and shift["instances"] > 1:
        held, _ = take_slot(state, shift, fields["user_id"], actor_id)
        rest = {name: value for name, value in fields.items() if name not in {"user_id", "instances"}}
        return _merge(state, held, rest, actor_id, reason)
    instances = {} if state.switches.converted_stack_keeps_instances else {"instances": 1}
    return _merge(state, shift, {**fields, **instances}, actor_id, reason)


def _merge(state: WhenIWorkState, shift: Record, fields: Mapping[str, Any], actor_id: int, reason: str) -> Record:
    before = dict(shift)
    state.timeline.take(shift)
    settle_breaks(state, shift, fields, actor_id)
    plain = {name: value for name, value in fields.items() if name not in {"breaks", "break_time"}}
    _write(state, shift, {**plain, "updated_at": state.now()})
    state.timeline.put(shift)
    if shift["user_id"] != before["user_id"]:
        _write(state, shift, {"is_open": shift["user_id"] == 0, **_UNCONFIRMED})
        _record(state, shift, "released" if shift["is_open"] else "reassigned", actor_id, reason)
    if shift["published"] != before["published"]:
        publish_shift(state, shift, actor_id, published=shift["published"])
    for event, names in _EVENTS:
        if any(shift[name] != before[name] for name in names):
            gone = event in {"position_changed", "site_changed", "break_changed"} and not shift[names[0]]
            _record(state, shift, event.replace("changed", "removed") if gone else event, actor_id, reason)
    return shift


def remove_shift(state: WhenIWorkState, shift: Record, actor_id: int, reason: str = "delete") -> None:
    """Delete a shift for good; its history stays unless it was an OpenShift (When I Work reference 5.3)."""
    state.timeline.take(shift)
    state.prints.drop(shift["id"])
    state.deleted_shifts[shift["id"]] = state.shifts.pop(shift["id"])
    state.deletions[shift["id"]] = state.now()
    if shift["is_open"]:
        state.history.forget(shift["id"])
    else:
        _record(state, shift, "deleted", actor_id, reason)


def publish_shift(state: WhenIWorkState, shift: Record, actor_id: int, *, published: bool = True) -> None:
    """Publish or unpublish a shift; nobody is told unless the switch says so (When I Work reference 5.7)."""
    now = state.now()
    stamp = {"published_date": _published_at(state, now)} if published else {}
    _write(state, shift, {"published": published, "updated_at": now, **stamp})
    if published:
        _tell_of_publishing(state, shift)
    _record(
        state, shift, *(("published", actor_id, "publish") if published else ("unpublished", actor_id, "unpublish"))
    )


def take_slot(
    state: WhenIWorkState, stack: Record, user_id: int, actor_id: int, reason: str = "assign"
) -> tuple[Record, Record | None]:
    """Give one instance of an OpenShift to a user; returns the held shift, and the stack that is left, if any.

    A stack of one changes hands as it is. Of a larger stack one instance comes off; which of the two keeps the old id
    is unproven, so the switch `stack_keeps_id` decides (When I Work reference 5.8).
    """
    held, rest = (stack, None) if stack["instances"] <= 1 else _split(state, stack)
    holder = {"user_id": user_id, "is_open": False, "instances": 1}
    _write(state, held, {**holder, "updated_at": state.now(), **_UNCONFIRMED})
    _record(state, held, "taken" if reason == "take" else "reassigned", actor_id, reason)
    return held, rest


def _split(state: WhenIWorkState, stack: Record) -> tuple[Record, Record]:
    """Take one instance off a stack: the single one and the rest, one of them under a new id."""
    now = state.now()
    new = {**stack, "id": state.next_id("shifts"), "created_at": now, "updated_at": now}
    new["breaks"] = [{**pause, "id": state.next_id("breaks"), "shift_id": new["id"]} for pause in stack["breaks"]]
    state.shifts[new["id"]] = new
    state.timeline.put(new)
    single, rest = (new, stack) if state.switches.stack_keeps_id else (stack, new)
    _write(state, rest, {"instances": stack["instances"] - 1, "updated_at": now})
    return single, rest


def open_up(state: WhenIWorkState, shift: Record, actor_id: int, reason: str = "drop") -> None:
    """Turn a held shift into an OpenShift of one instance."""
    nobody = {"user_id": 0, "is_open": True, "instances": 1}
    _write(state, shift, {**nobody, "updated_at": state.now(), **_UNCONFIRMED})
    _record(state, shift, "released", actor_id, reason)


def mark_notified(state: WhenIWorkState, shift: Record) -> None:
    """Note that the holder was told; `updated_at` stays."""
    _write(state, shift, {"notified_at": state.now()})


def acknowledge(state: WhenIWorkState, shift: Record) -> None:
    """Note that the holder confirmed; `updated_at` stays."""
    _write(state, shift, {"acknowledged": 1, "acknowledged_at": state.now()})
    _record(state, shift, "confirmed", shift["user_id"], "")


def send_reminders(state: WhenIWorkState) -> list[Record]:
    """Remind holders whose shift begins within their `reminder_time` hours; it sets `alerted` and moves `updated_at`.

    Call it whenever the clock has moved: it looks at everything due since the last call.
    """
    now, since = state.now(), state.reminded_until
    state.reminded_until = now
    reminded = []
    for shift in state.timeline.overlapping(since, now + timedelta(hours=24)):
        if shift["alerted"] or shift["is_open"] or not shift["published"] or shift["user_id"] not in state.users:
            continue
        due = shift["start_time"] - timedelta(hours=state.users[shift["user_id"]]["reminder_time"])
        if due <= now and shift["start_time"] > since:
            _write(state, shift, {"alerted": True, "updated_at": max(due, shift["updated_at"])})
            reminded.append(shift)
    return reminded


def future_shifts(state: WhenIWorkState, user_id: int) -> list[Record]:
    """The shifts of a user that have not begun."""
    now = state.now()
    return [shift for shift in state.shifts.values() if shift["user_id"] == user_id and shift["start_time"] > now]


def _write(state: WhenIWorkState, shift: Record, fields: Mapping[str, Any]) -> None:
    shift.update(fields)
    state.prints.drop(shift["id"])


def _record(state: WhenIWorkState, shift: Record, event: str, actor_id: int, reason: str) -> None:
    state.history.record(shift, event, state.now(), actor_id, reason)
