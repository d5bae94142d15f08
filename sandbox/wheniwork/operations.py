"""What every call of When I Work reads, for its OpenAPI document: bodies by their converters, queries by name."""

from collections.abc import Iterator, Mapping
from typing import Any

from sandbox import openapi
from sandbox.openapi import ANYTHING, FLAG, IDS, MAP, MOMENT, NUMBER, ROWS, TEXT, WHOLE, Fields, Operation, Schema
from sandbox.wheniwork import (
    account,
    annotations,
    availabilities,
    availability_events,
    blocks,
    fields,
    messages,
    payrolls,
    places,
    request_types,
    requests,
    shift_acts,
    shift_copy,
    swaps,
    templates,
    times,
    users,
)
from sandbox.wheniwork.fields import Converter
from sandbox.wheniwork.routes import LOGINS, PATHS
from sandbox.wheniwork.shift_fields import SHIFT_FIELDS

TOKEN: Schema = {"type": "apiKey", "in": "header", "name": "W-Token"}
_SCHEMAS: Mapping[Converter, Schema] = {
    **dict.fromkeys((fields.flag, fields.flag_number), FLAG),
    **dict.fromkeys((fields.ids, fields.ids_or_none), IDS),
    **dict.fromkeys((fields.moment, fields.last_moment, fields.moment_or_none, fields.day, fields.day_or_none), MOMENT),
    fields.whole: WHOLE,
    fields.number: NUMBER,
    fields.text: TEXT,
    fields.wall_time: TEXT,
    fields.mapping: MAP,
}


def _read(converters: Mapping[str, Converter], more: Fields | None = None) -> Fields:
    return {name: _SCHEMAS.get(convert, ANYTHING) for name, convert in converters.items()} | dict(more or {})


def _of(schema: Schema, names: str) -> Fields:
    return dict.fromkeys(names.split(), schema)


_WINDOW = _of(MOMENT, "start end")
_PAGE = _of(WHOLE, "limit page")
_LOADED = {"include_objects": TEXT}
_SERIES = {"include_repeating_shifts_to": MOMENT}
_SHIFTS = {
    **_WINDOW,
    **_of(MOMENT, "start_time end_time"),
    **_of(IDS, "user_id location_id"),
    **_of(FLAG, "unpublished include_open include_onlyopen include_allopen all_locations trim_openshifts"),
}
_SHOWN = _of(FLAG, "show_deleted include_deleted only_unconfirmed")
QUERIES: Mapping[str, Fields] = {
    "GET /shifts": _SHIFTS
    | _LOADED
    | _SERIES
    | _of(FLAG, "deleted include_swaps shift_sort limit_by_rules")
    | {"limit": WHOLE},
    "GET /shifts/count": _SHIFTS,
    "GET /shifts/labor": _SHIFTS,
    "DELETE /shifts": _WINDOW | _of(IDS, "ids location_id"),
    "GET /shifts/eligible": _WINDOW | _of(IDS, "id position_id location_id") | {"is_shared": FLAG},
    "GET /shifts/{id}": _SERIES | _of(FLAG, "all_locations"),
    "PUT /shifts/{id}": _SERIES | _of(FLAG, "assign_openshift_instances"),
    "PUT /shifts/bulk": _of(FLAG, "assign_openshift_instances"),
    "DELETE /shifts/{id}": _of(TEXT, "message chain"),
    "GET /shifts/{id}/history": _of(FLAG, "include_deleted"),
    "GET /shifts/{id}/swapusers": _of(FLAG, "count ids_only"),
    "GET /users": _of(IDS, "ids location_id")
    | _of(FLAG, "show_pending only_pending show_deleted only_deleted")
    | _of(TEXT, "search include_objects"),
    "DELETE /users/{id}": _of(FLAG, "delete_shifts deleted_shifts"),
    **{f"GET /{kind}": _SHOWN for kind in ("positions", "locations", "sites")},
    **{f"DELETE /{kind}": {"ids": IDS} for kind in ("positions", "locations", "sites")},
    "GET /times": _WINDOW
    | _LOADED
    | {"user_id": IDS, "updated_at": MOMENT}
    | _of(FLAG, "only_open overwrite_with_rounded"),
    "GET /times/user/{id}": _LOADED | _of(FLAG, "overwrite_with_rounded"),
    "GET /payrolls": _WINDOW,
    "GET /blocks": {"location_id": IDS},
    "GET /requests": _WINDOW
    | _PAGE
    | _of(IDS, "user_id location_id status type")
    | _of(WHOLE, "since_id max_id")
    | {"sortby": TEXT, "include_deleted_users": FLAG},
    "GET /swaps": _WINDOW | _PAGE | _LOADED | _of(IDS, "user_id shift_id type status") | {"open_only": FLAG},
    "GET /openshiftapprovalrequests": _WINDOW | _PAGE,
    "GET /availabilities": {"user_id": IDS},
    "GET /availabilities/items": _WINDOW | {"user_id": IDS},
    "GET /availabilityevents": _WINDOW | {"user_id": IDS, "include_all": FLAG},
    "GET /annotations": _of(MOMENT, "start_date end_date")
    | {"locations": IDS}
    | _of(FLAG, "business_closed no_time_off announcement"),
    "GET /messages": _of(IDS, "request_id swap_id conversation_id"),
}

_SHIFT = _read(SHIFT_FIELDS, {"chain": MAP})
_USER = _read(users.FIELDS, {"invite": FLAG, "reactivate": FLAG, "password": TEXT})
_NOTES: Fields = {"message": TEXT}
_WRITTEN: Mapping[str, Fields] = {
    "": {},
    "account": _read(account.FIELDS),
    "shifts": _SHIFT,
    "users": _USER,
    "positions": _read(places.POSITIONS.fields),
    "locations": _read(places.LOCATIONS.fields),
    "sites": _read(places.SITES.fields),
    "times": _read(times.FIELDS),
    "payrolls": _read(payrolls.FIELDS),
    **dict.fromkeys(("blocks", "block"), _read(blocks.FIELDS)),
    **dict.fromkeys(("templates", "template"), _read(templates.FIELDS, {"ids": IDS})),
    "requests": _read(requests.FIELDS),
    "requesttypes": _read(request_types.FIELDS),
    **dict.fromkeys(("swaps", "swap"), _read(swaps.FIELDS)),
    "availabilities": _read(availabilities.FIELDS, {"availabilityitems": ROWS, "items": ROWS}),
    "availabilityevents": _read(availability_events.FIELDS),
    "annotations": _read(annotations.FIELDS),
    "messages": _read(messages.FIELDS),
    "send": {"ids": IDS, "subject": TEXT, "message": TEXT},
    "plans": {},
    "batch": {"method": TEXT, "url": TEXT, "params": MAP},
}
"""Bodies of POST and PUT by the first word of the path."""
BODIES: Mapping[str, Fields] = {
    "DELETE /shifts": _WINDOW | _of(IDS, "ids location_id"),
    "PUT /shifts/bulk": _SHIFT | {"id": WHOLE},
    "PUT /positions/bulk": _read(places.POSITIONS.fields, {"id": WHOLE}),
    **{f"POST /shifts/{act}": {"ids": IDS} for act in ("publish", "unpublish")},
    "POST /shifts/notify": _read(shift_acts.NOTIFY_FIELDS),
    "POST /shifts/notify/{id}": _NOTES,
    "POST /shifts/unassign": {"shift_ids": IDS},
    "POST /shifts/acknowledge": {"ids": IDS, "before": MOMENT},
    "POST /shifts/copy": _read(shift_copy.FIELDS),
    **{f"POST /shifts/{{id}}{end}": {"user_ids": IDS} for end in ("", "/assign")},
    "POST /users/invite": {"ids": IDS, "send_all": FLAG},
    "POST /users/invite/{id}": {},
    "POST /users/avatar/{id}": {},
    "POST /users/bulkupdate": {"users": ROWS},
    "PUT /users/alerts": {"alerts": MAP},
    "POST /times/clockin": _read({**times.PUNCH_PLACES, **times.PUNCH_FIELDS}),
    "POST /times/clockout": _read(times.PUNCH_FIELDS),
    "PUT /openshiftapprovalrequests/{id}": {"status": WHOLE},
    "POST /availabilityevents/{id}/exceptions": {"start_time": MOMENT},
}
_MANY = {"POST /shifts", "PUT /shifts/bulk", "PUT /positions/bulk", "POST /users/bulkupdate", "POST /batch"}


def document() -> dict[str, Any]:
    """The OpenAPI document of every route, from `/2` and from the newer login."""
    return openapi.document("When I Work", TOKEN, _operations())


def _operations() -> Iterator[Operation]:
    for path, login in LOGINS.items():
        yield Operation("POST", path, openapi.summary_of(login), body=_of(TEXT, "username email password key"))
    for path, handlers in PATHS.items():
        for method, handler in handlers.items():
            way = f"{method} {path}"
            reads = QUERIES.get(way, {}), _body(method, path)
            yield Operation(method, f"/2{path}", openapi.summary_of(handler), *reads, many=way in _MANY)


def _body(method: str, path: str) -> Fields:
    way = f"{method} {path}"
    if way in BODIES or method not in ("POST", "PUT"):
        return BODIES.get(way, {})
    return _WRITTEN[path.split("/")[1]]
