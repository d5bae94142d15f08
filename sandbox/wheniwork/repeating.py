"""All shifts of a chain at once: begun, changed or deleted from one of them on (When I Work reference 5.4 to 5.6)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.wheniwork import roster
from sandbox.wheniwork.calls import Call
from sandbox.wheniwork.chains import KIND, Series, chain_of, chain_view, new_chain, shifts_on
from sandbox.wheniwork.listing import end_of, may_read
from sandbox.wheniwork.records import Record
from sandbox.wheniwork.shift_fields import require_free
from sandbox.wheniwork.shift_view import shift_view
from sandbox.wheniwork.sideloads import without_empty

_ITS_OWN = (
    *("id", "start_time", "end_time", "breaks", "published_date", "notified_at", "created_at", "updated_at", "alerted"),
    *("acknowledged", "acknowledged_at", "openshift_approval_request_id"),
)


def begin(call: Call, fields: Mapping[str, Any], series: Series) -> Record:
    """Create a shift and its repetitions as a new chain; returns the first."""
    for start, end in series.moments(fields["start_time"], fields["end_time"]):
        if fields.get("user_id"):
            require_free(call.state, {"start_time": start, "end_time": end}, fields["user_id"])
    chain = new_chain(call, series)
    first = roster.add_shift(call.state, {**fields, "shiftchain_key": chain["key"]}, call.user["id"])
    chain["shift_ids"] = [first["id"]]
    for times in series.moments(first["start_time"], first["end_time"]):
        _repeat(call, chain, first, times)
    return first


def _repeat(call: Call, chain: Record, shift: Record, times: tuple[datetime, datetime]) -> None:
    start, end = times
    same = {name: value for name, value in shift.items() if name not in _ITS_OWN}
    breaks = [{name: pause[name] for name in ("length", "paid")} for pause in shift["breaks"]]
    fields = {**same, "breaks": breaks, "start_time": start, "end_time": end}
    made = roster.add_shift(call.state, fields, call.user["id"], "created-from-repeating-series")
    chain["shift_ids"].append(made["id"])


def change_following(
    call: Call, shift: Record, since: datetime, fields: Mapping[str, Any], series: Series
) -> list[int]:
    """Let the shifts after an edited one follow it; returns the ids of those that the chain no longer has.

    `since` is when the edited one began before. A shift of a day that stays keeps its id. A shift on no chain yet
    becomes the first of one.
    """
    chain = chain_of(call, shift) or _joined(call, shift, series)
    later = {_day(one, series): one for one in shifts_on(call, chain, since) if one["id"] != shift["id"]}
    chain.update(vars(series), updated_at=call.state.now())
    followed = {name: value for name, value in fields.items() if name not in ("start_time", "end_time")}
    if "breaks" in followed:
        followed["breaks"] = [{**pause, "id": 0} for pause in followed["breaks"]]
    for start, end in series.moments(shift["start_time"], shift["end_time"]):
        moved = {"start_time": start, "end_time": end}
        known = later.pop(_day(moved, series), None)
        if known is None:
            _repeat(call, chain, shift, (start, end))
        else:
            changes, reason = {**followed, **moved}, "updated-from-repeating-series"
            roster.edit_shift(call.state, known, changes, call.user["id"], reason=reason)
    return _remove(call, later.values())


def _day(shift: Mapping[str, Any], series: Series) -> Any:
    return shift["start_time"].astimezone(ZoneInfo(series.timezone_id)).date()


def _joined(call: Call, shift: Record, series: Series) -> Record:
    chain = new_chain(call, series)
    roster.edit_shift(call.state, shift, {"shiftchain_key": chain["key"]}, call.user["id"])
    chain["shift_ids"] = [shift["id"]]
    return chain


def remove_following(call: Call, shift: Record) -> list[int]:
    """Delete the shifts that come after this one on its chain."""
    chain = chain_of(call, shift)
    return _remove(call, shifts_on(call, chain, shift["start_time"])) if chain else []


def _remove(call: Call, shifts: Iterable[Record]) -> list[int]:
    gone = list(shifts)
    for shift in gone:
        roster.remove_shift(call.state, shift, call.user["id"], "repeating-delete")
    return [shift["id"] for shift in gone]


def chains_beside(call: Call, found: Iterable[Record]) -> dict[str, Any]:
    """The `shiftchains` of shifts, and their `repeating_shifts` from the first up to the day the caller names."""
    if not call.state.table(KIND):
        return {}
    keys = dict.fromkeys(shift["shiftchain_key"] for shift in found)
    series = [(one, shifts_on(call, one)) for one in call.state.table(KIND).values() if one["key"] in keys]
    until = call.moment("include_repeating_shifts_to")
    shifts = [shift for _, members in series for shift in members] if until else []
    repeating = [one for one in shifts if until and one["start_time"] <= end_of(call, until) and may_read(call, one)]
    chains = [chain_view(call, chain, members[0]) for chain, members in series if members]
    return without_empty({"shiftchains": chains, "repeating_shifts": list(map(shift_view(call), repeating))})
