"""A shift and its history as a caller reads them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from sandbox.wheniwork.calls import Call
from sandbox.wheniwork.dates import ZERO_DATE, rfc2822
from sandbox.wheniwork.records import Record, rendered

HISTORY_KEPT = timedelta(days=60)
_OPTIONAL_DATES = ("published_date", "notified_at", "acknowledged_at")


def shift_view(call: Call) -> Callable[[Record], Record]:
    """How this caller reads a shift: its unset dates as the switch `unset_dates` says, and the keys that flags add."""
    added: dict[str, Any] = {}
    if call.query.flag("all_locations"):
        added["readonly"] = not call.is_manager
    if call.query.flag("trim_openshifts"):
        added["is_trimmed"] = False
    unset = {
        "null": None,
        "empty": "",
        "zero": "0000-00-00 00:00:00",
        "year -001": rfc2822(ZERO_DATE, call.zone),
    }[call.state.switches.unset_dates]

    def view(shift: Record) -> Record:
        shown = rendered(shift, call.zone)
        if unset is not None:
            shown.update({name: unset for name in _OPTIONAL_DATES if shown[name] is None})
        shown.update(added)
        return shown

    return view


def history_of(call: Call, shift: Record) -> list[Record]:
    """The events of a shift, what it is now first, for sixty days after its start (When I Work reference 5.3)."""
    if shift["start_time"] < call.state.now() - HISTORY_KEPT:
        return []
    events = call.state.history.get(shift["id"], [])
    current = {**shift, "type": "current", "at": shift["updated_at"], "actor": shift["creator_id"]}
    shown = ([] if "deleted_at" in shift else [current]) + events[::-1]
    return [{"type": event["type"], "attributes": _attributes(call, event)} for event in shown]


def _attributes(call: Call, event: Record) -> dict[str, Any]:
    kind = event["type"]
    attributes = {"actor": _name(call, event["actor"]), "at": event["at"]}
    if "reason" in event:
        attributes["reason"] = event["reason"]
    whole_shift = kind in {"current", "created"}
    if whole_shift or kind in {"reassigned", "taken", "released"}:
        attributes["user"] = _name(call, event["user_id"])
    if whole_shift or kind == "time_changed":
        attributes.update(start=event["start_time"], end=event["end_time"])
    for word, plural in (("position", "positions"), ("site", "sites")):
        if whole_shift or kind.startswith(word):
            found = call.state.table(plural).get(event[f"{word}_id"])
            attributes[word] = found["name"] if found else ""
    if whole_shift or kind.startswith("break"):
        attributes["break"] = event["break_time"]
    return call.show(attributes)


def _name(call: Call, user_id: int) -> str:
    user = call.state.users.get(user_id)
    return f"{user['first_name']} {user['last_name']}" if user else ""
