"""Keeps the two ways a shift tells its breaks in agreement (When I Work reference 5.1).

`breaks` is a list of paid and unpaid breaks with lengths in seconds; `break_time`, the older field, is the sum of the
unpaid ones in hours.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sandbox.wheniwork.fields import number
from sandbox.wheniwork.records import Record
from sandbox.wheniwork.state import WhenIWorkState


def settle_breaks(state: WhenIWorkState, shift: Record, fields: Mapping[str, Any], actor_id: int) -> None:
    """Apply the `breaks` or `break_time` among the converted `fields` to a shift that holds its old breaks.

    A list replaces the old one: a break it leaves out is gone, one with a known id is updated. `break_time` alone
    leaves paid breaks in place.
    """
    old: list[Record] = shift["breaks"]
    if "breaks" in fields:
        given: list[Mapping[str, Any]] = fields["breaks"]
    elif fields.get("break_time", shift["break_time"]) != shift["break_time"]:
        seconds = round(fields["break_time"] * 3600)
        given = [pause for pause in old if pause["paid"]] + ([{"length": seconds}] if seconds else [])
    else:
        return
    known = {pause["id"]: pause for pause in old}
    shift["breaks"] = [
        _settled(state, shift, {**item, "sort": sort}, known.get(item.get("id", 0)), actor_id)
        for sort, item in enumerate(given)
    ]
    unpaid = sum(pause["length"] for pause in shift["breaks"] if not pause["paid"])
    shift["break_time"] = number(unpaid / 3600)


def _settled(
    state: WhenIWorkState, shift: Record, given: Mapping[str, Any], old: Record | None, actor_id: int
) -> Record:
    if old is not None and all(old[name] == value for name, value in given.items()):
        return old
    now = state.now()
    base = old or {"id": state.next_id("breaks"), "paid": False, "length": 0, "start_time": None}
    owner = {"id": base["id"], "account_id": shift["account_id"], "shift_id": shift["id"]}
    born = {"created_at": now, "created_by": actor_id}
    pause = {**owner, **born, **base, **given, **owner, "updated_at": now, "updated_by": actor_id}
    start = pause["start_time"]
    pause["end_time"] = start + timedelta(seconds=pause["length"]) if start else None
    return pause
