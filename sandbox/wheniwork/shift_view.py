"""A shift and its history as a caller reads them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import msgspec

from sandbox.wheniwork.calls import Call
from sandbox.wheniwork.dates import ZERO_DATE, rfc2822
from sandbox.wheniwork.records import Record, rendered
from sandbox.wheniwork.shift_history import Event, event_of

HISTORY_KEPT = timedelta(days=60)
_DATES = ("start_time", "end_time", "published_date", "notified_at", "created_at", "updated_at", "acknowledged_at")
_encode = msgspec.json.Encoder().encode


def shift_view(call: Call) -> Callable[[Record], msgspec.Raw]:
    """How this caller reads a shift, as JSON: in the caller's zone, with the keys that flags add."""
    added: dict[str, Any] = {}
    if call.query.flag("all_locations"):
        added["readonly"] = not call.is_manager
    if call.query.flag("trim_openshifts"):
        added["is_trimmed"] = False
    unset = _unset_date(call)
    switches = call.state.switches
    lone = {"zero": {"instances": 0}, "absent": {}}.get(switches.lone_instances)
    prints = call.state.prints.of((call.zone, switches.unset_dates, switches.lone_instances, switches.acknowledged_as))

    def printed(shift: Record) -> msgspec.Raw:
        # Naming the dates makes the first listing of very many shifts three times as fast as looking for them.
        shown = {**shift, **added}
        for name in _DATES:
            value = shown[name]
            shown[name] = unset if value is None else rfc2822(value, call.zone)
        if shift["breaks"]:
            shown["breaks"] = [rendered(pause, call.zone) for pause in shift["breaks"]]
        if lone is not None and shown["instances"] == 1:
            del shown["instances"]
            shown.update(lone)
        if switches.acknowledged_as == "boolean":
            shown["acknowledged"] = bool(shown["acknowledged"])
        return msgspec.Raw(_encode(shown))

    def view(shift: Record) -> msgspec.Raw:
        found = prints.get(shift["id"])
        if found is None:
            found = prints[shift["id"]] = printed(shift)
        return found

    return printed if added else view


def _unset_date(call: Call) -> str | None:
    forms: dict[str, str | None] = {"null": None, "empty": "", "zero": "0000-00-00 00:00:00"}
    forms["year -001"] = rfc2822(ZERO_DATE, call.zone)
    return forms[call.state.switches.unset_dates]


def history_of(call: Call, shift: Record) -> list[Record]:
    """The events of a shift, what it is now first, for sixty days after its start (When I Work reference 5.3)."""
    if shift["start_time"] < call.state.now() - HISTORY_KEPT:
        return []
    events = list(call.state.history.of(shift["id"])[::-1])
    if shift["id"] in call.state.shifts:
        events.insert(0, event_of(shift, "current", shift["updated_at"], shift["creator_id"]))
    return [{"type": event.type, "attributes": _attributes(call, event)} for event in events]


def _attributes(call: Call, event: Event) -> dict[str, Any]:
    kind, everything = event.type, event.type in {"current", "created"}
    attributes = {"actor": _user_name(call, event.actor_id), "at": event.at}
    if event.reason:
        attributes["reason"] = event.reason
    if everything or kind in {"reassigned", "taken", "released"}:
        attributes["user"] = _user_name(call, event.user_id)
    if everything or kind == "time_changed":
        attributes.update(start=event.start_time, end=event.end_time)
    if everything or kind.startswith("position"):
        attributes["position"] = _name(call, "positions", event.position_id)
    if everything or kind.startswith("site"):
        attributes["site"] = _name(call, "sites", event.site_id)
    if everything or kind.startswith("break"):
        attributes["break"] = event.break_time
    return call.show(attributes)


def _user_name(call: Call, user_id: int) -> str:
    user = call.state.users.get(user_id)
    return f"{user['first_name']} {user['last_name']}" if user else ""


def _name(call: Call, kind: str, record_id: int) -> str:
    found = call.state.table(kind).get(record_id)
    return found["name"] if found else ""
