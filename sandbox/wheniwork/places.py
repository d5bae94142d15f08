"""Positions, locations (the application calls them schedules) and sites (When I Work reference 7.1 to 7.3)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.wheniwork.answers import ApiError, invalid
from sandbox.wheniwork.calls import Call, Handlers, not_found
from sandbox.wheniwork.fields import Converter, Setting, flag, flag_number, mapping, number, text, whole
from sandbox.wheniwork.records import Record
from sandbox.wheniwork.sideloads import show_location


def _coordinates(value: Any, _setting: Setting) -> Any:
    if value in (None, "", []):
        return None
    if not isinstance(value, list) or len(value) != 2:
        raise ValueError("Coordinates are a pair.")
    return [part if isinstance(part, str) else number(part) for part in value]


def _place(value: Any, setting: Setting) -> Any:
    return mapping(value, setting) or None


_SPOT: Mapping[str, Converter] = {
    "name": text,
    "address": text,
    "coordinates": _coordinates,
    "latitude": number,
    "longitude": number,
    "radius": whole,
    "place": _place,
}


@dataclass(frozen=True)
class Kind:
    """One kind of record that an account sets up: its table, the writable fields, who may write it."""

    plural: str
    fields: Mapping[str, Converter]
    managers_only: bool = False

    @property
    def singular(self) -> str:
        """The key of a single record's envelope."""
        return self.plural.removesuffix("s")


POSITIONS = Kind("positions", {"name": text, "color": text, "sort": whole, "tips_tracking": flag})
LOCATIONS = Kind(
    "locations",
    {
        **_SPOT,
        "place_id": whole,
        "place_confirmed": flag,
        "is_default": flag_number,
        "sort": whole,
        "max_hours": whole,
        "ip_address": text,
    },
    managers_only=True,
)
# The oldest documentation prints a site's parent as `locationid`; it is taken, never printed (reference 7.3).
SITES = Kind(
    "sites",
    {**_SPOT, "locationid": whole, "location_id": whole, "color": text, "description": text, "place_id": text},
)


def _list(kind: Kind, call: Call) -> dict[str, Any]:
    query = call.query
    deleted = query.flag("show_deleted") or query.flag("include_deleted")
    unconfirmed = query.flag("only_unconfirmed")
    found = [
        _show(kind, call, record)
        for record in call.state.table(kind.plural).values()
        if record["account_id"] == call.account_id
        and (deleted or not record["is_deleted"])
        and not (unconfirmed and record.get("place_confirmed"))
    ]
    return {kind.plural: found}


def _get(kind: Kind, call: Call) -> dict[str, Any]:
    return {kind.singular: _show(kind, call, call.find(kind.plural, call.path["id"]))}


def _create(kind: Kind, call: Call) -> dict[str, Any]:
    fields = _read(kind, call, call.body)
    if not fields.get("name"):
        raise invalid("The field name is required.")
    record = call.state.add(kind.plural, {**fields, "account_id": call.account_id})
    if kind is LOCATIONS and call.state.switches.location_stamps_slip:
        # Two of three recorded locations show this mix-up of the server's clocks (When I Work reference 7.2).
        record["updated_at"] -= record["updated_at"].astimezone(call.zone).utcoffset()
    return {kind.singular: _show(kind, call, record)}


def _update(kind: Kind, call: Call) -> dict[str, Any]:
    record = call.find(kind.plural, call.path["id"])
    return {kind.singular: _merged(kind, call, record, _read(kind, call, call.body))}


def _update_many(kind: Kind, call: Call) -> dict[str, Any]:
    if not isinstance(call.body, list):
        raise ApiError(400, "The body must be an array.", "INVALID_BODY")
    items = [item if isinstance(item, dict) else {} for item in call.body]
    try:
        found = [call.find(kind.plural, item.get("id")) for item in items]
    except ApiError as error:
        raise ApiError(404, "Position not found.", "POSITION_NOT_FOUND") from error
    ready = [_read(kind, call, item) for item in items]
    return {kind.plural: [_merged(kind, call, *pair) for pair in zip(found, ready, strict=True)]}


def _merged(kind: Kind, call: Call, record: Record, fields: Mapping[str, Any]) -> Record:
    record.update(fields, updated_at=call.state.now())
    return _show(kind, call, record)


def _show(kind: Kind, call: Call, record: Record) -> Record:
    return show_location(call, record) if kind is LOCATIONS else call.show(record)


def _read(kind: Kind, call: Call, body: Any) -> dict[str, Any]:
    _require(kind, call)
    fields = call.fields(kind.fields, body)
    if "locationid" in fields:
        fields.setdefault("location_id", fields["locationid"])
        del fields["locationid"]
    if fields.get("location_id"):
        call.find("locations", fields["location_id"])
    return fields


def _delete(kind: Kind, call: Call) -> dict[str, Any]:
    chosen = [call.path["id"]] if "id" in call.path else call.body_ids("ids")
    _require(kind, call)
    found = [call.find(kind.plural, record_id) for record_id in chosen]
    if any(record["is_deleted"] for record in found):
        raise not_found(call.state, kind.plural)
    now = call.state.now()
    for record in found:
        record.update(is_deleted=True, updated_at=now)
        if "deleted_at" in record:
            record["deleted_at"] = now
    return {"success": True}


def _require(kind: Kind, call: Call) -> None:
    if kind.managers_only:
        call.require_manager()
    else:
        call.require_supervisor()


def _bound(handler: Callable[[Kind, Call], dict[str, Any]], kind: Kind) -> Callable[[Call], dict[str, Any]]:
    return lambda call: handler(kind, call)


def _paths(kind: Kind) -> Handlers:
    many = {"GET": _bound(_list, kind), "POST": _bound(_create, kind), "DELETE": _bound(_delete, kind)}
    one = {"GET": _bound(_get, kind), "PUT": _bound(_update, kind), "DELETE": _bound(_delete, kind)}
    return {f"/{kind.plural}": many, f"/{kind.plural}/{{id}}": one}


PATHS: Handlers = {
    **_paths(POSITIONS),
    **_paths(LOCATIONS),
    **_paths(SITES),
    "/positions/bulk": {"PUT": _bound(_update_many, POSITIONS)},
}
