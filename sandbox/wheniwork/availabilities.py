"""The old availabilities, each with hours of the week as items (When I Work reference 7.7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sandbox.wheniwork.answers import invalid
from sandbox.wheniwork.calls import Call, Handlers
from sandbox.wheniwork.fields import Converter, day, day_or_none, flag, read_fields, text, wall_time, whole
from sandbox.wheniwork.listing import end_of
from sandbox.wheniwork.plain_calls import merged, of_account, removed, require
from sandbox.wheniwork.records import Record

FIELDS: Mapping[str, Converter] = {
    **dict.fromkeys(("user_id", "repeat"), whole),
    **dict.fromkeys(("name", "description"), text),
    "start_date": day,
    "end_date": day_or_none,
    "ongoing": flag,
}


def _weekday(value: Any, setting: Any) -> int:
    number = whole(value, setting)
    if not 0 <= number <= 6:
        raise ValueError("A week has the days 0 to 6.")
    return number


ITEM_FIELDS: Mapping[str, Converter] = {
    "day": _weekday,
    "type": whole,
    **dict.fromkeys(("start_time", "end_time"), wall_time),
}
_ITEM_KEYS = ("availabilityitems", "items")


def list_availabilities(call: Call) -> dict[str, Any]:
    """`GET /2/availabilities`, perhaps of some `user_id`."""
    return {"availabilities": [call.show(one) for one in of_account(call, "availabilities", ["user_id"])]}


def get_availability(call: Call) -> dict[str, Any]:
    """`GET /2/availabilities/{id}` with its items."""
    return _answer(call, call.find("availabilities", call.path["id"]))


def _answer(call: Call, availability: Record) -> dict[str, Any]:
    return {"availability": call.show(availability), "availabilityitems": _items(call, [availability])}


def _items(call: Call, rows: list[Record]) -> list[Record]:
    chosen = {row["id"] for row in rows}
    return [call.show(one) for one in of_account(call, "availability_items") if one["availability_id"] in chosen]


def list_items(call: Call) -> dict[str, Any]:
    """`GET /2/availabilities/items`: those in force between `start` and `end`, perhaps of some `user_id`.

    The samples print a single `availability`; it is there when there is one.
    """
    start, end = call.moment("start"), call.moment("end")
    first = start.instant.astimezone(call.zone).date() if start else None
    last = end_of(call, end).astimezone(call.zone).date() if end else None
    rows = [
        one
        for one in of_account(call, "availabilities", ["user_id"])
        if (last is None or one["start_date"] <= last)
        and (first is None or one["ongoing"] or one["end_date"] is None or one["end_date"] >= first)
    ]
    one = {"availability": call.show(rows[0])} if len(rows) == 1 else {}
    return {**one, "availabilities": list(map(call.show, rows)), "availabilityitems": _items(call, rows)}


def create_availability(call: Call) -> dict[str, Any]:
    """`POST /2/availabilities`: one's own, or anybody's by a supervisor."""
    fields, items = _read(call, {"user_id": call.user["id"]})
    require(fields, "start_date")
    owner = {"account_id": call.account_id, "user_id": call.user["id"]}
    availability = call.state.add("availabilities", {**owner, **fields})
    _replace_items(call, availability, items or [])
    return _answer(call, availability)


def update_availability(call: Call) -> dict[str, Any]:
    """`PUT /2/availabilities/{id}`: a merge; items replace all."""
    availability = call.find("availabilities", call.path["id"])
    fields, items = _read(call, availability)
    merged(call, availability, fields)
    if items is not None:
        _replace_items(call, availability, items)
    return _answer(call, availability)


def _read(call: Call, before: Mapping[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]] | None]:
    fields = call.fields(FIELDS)
    after = {**before, **fields}
    for user_id in (after["user_id"], before["user_id"]):
        if call.find("users", user_id)["id"] != call.user["id"]:
            call.require_supervisor()
    if after.get("end_date") and after.get("start_date") and after["end_date"] < after["start_date"]:
        raise invalid("The end date must not be before the start date.")
    rows = next((call.body[key] for key in _ITEM_KEYS if key in call.body), None)
    if not isinstance(rows, list | None):
        raise invalid("The items must be an array.")
    return fields, None if rows is None else [read_fields(row, ITEM_FIELDS, call.setting) for row in rows]


def _replace_items(call: Call, availability: Record, items: list[dict[str, Any]]) -> None:
    _drop_items(call, availability)
    owner = {name: availability[name] for name in ("account_id", "user_id")}
    for item in items:
        call.state.add("availability_items", {**owner, "availability_id": availability["id"], **item})


def _drop_items(call: Call, availability: Record) -> None:
    table = call.state.table("availability_items")
    for item_id in [i for i, one in table.items() if one["availability_id"] == availability["id"]]:
        del table[item_id]


def delete_availability(call: Call) -> dict[str, Any]:
    """`DELETE /2/availabilities/{id}`: for good, with its items."""
    availability = call.find("availabilities", call.path["id"])
    if availability["user_id"] != call.user["id"]:
        call.require_supervisor()
    _drop_items(call, availability)
    return removed(call, "availabilities", availability)


PATHS: Handlers = {
    "/availabilities": {"GET": list_availabilities, "POST": create_availability},
    "/availabilities/items": {"GET": list_items},
    "/availabilities/{id}": {"GET": get_availability, "PUT": update_availability, "DELETE": delete_availability},
}
