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
        _settled(state, shift, {**known.get(item.get("id", 0), {}), **item, "sort": sort}, actor_id)
        for sort, item in enumerate(given)
    ]
    unpaid = sum(pause["length"] for pause in shift["breaks"] if not pause["paid"])
    shift["break_time"] = number(unpaid / 3600)


def _settled(state: WhenIWorkState, shift: Record, given: Mapping[str, Any], actor_id: int) -> Record:
    now = state.now()
    start, length = given.get("start_time"), given.get("length", 0)
    return {
        "id": given["id"] if "created_at" in given else state.next_id("breaks"),
        "account_id": shift["account_id"],
        "shift_id": shift["id"],
        "length": length,
        "paid": given.get("paid", False),
        "sort": given["sort"],
        "start_time": start,
        "end_time": start + timedelta(seconds=length) if start else None,
        "created_at": given.get("created_at", now),
        "created_by": given.get("created_by", actor_id),
        "updated_at": now,
        "updated_by": actor_id,
    }
