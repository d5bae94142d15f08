"""What every call of Wonolo reads, for its OpenAPI document; the fields of a write stand nested or flat."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sandbox import openapi
from sandbox.openapi import ANYTHING, FLAG, IDS, MOMENT, NUMBER, TEXT, WHOLE, Fields, Operation, Schema
from sandbox.wonolo import badges, job_request_fields, job_requests, jobs, messages, params, users
from sandbox.wonolo.routes import ROUTES

TOKEN: Schema = {"type": "apiKey", "in": "query", "name": "token"}
_SCHEMAS: Mapping[Callable[..., Any], Schema] = {
    params.text: TEXT,
    params.whole: WHOLE,
    params.number: NUMBER,
    params.flag: FLAG,
    params.ids: IDS,
}


def _of(schema: Schema, *names: str) -> Fields:
    return dict.fromkeys(names, schema)


_PAGE = _of(WHOLE, "page", "per")
_LIST = {**_PAGE, **_of(MOMENT, "updated_after", "updated_before")}
QUERIES: Mapping[str, Fields] = {
    "GET /job_requests": _LIST | _of(TEXT, *job_requests.FILTERS),
    "GET /job_requests/{id}/rankings": _PAGE,
    "GET /jobs": _LIST | _of(TEXT, *jobs.FILTERS),
    "GET /messages": _LIST | _of(WHOLE, *messages.FILTERS),
    "GET /users": _LIST | _of(TEXT, *users.FILTERS, *users.COMMA_FILTERS),
    "GET /badges": _LIST | {"query": TEXT},
    "GET /customers": _LIST,
    "GET /customers/exists": {"name": TEXT},
    "GET /search": _PAGE | {"query": TEXT},
}
_JOB_REQUEST = {name: _SCHEMAS[reader] for name, reader in job_request_fields.READERS.items()} | {"start_time": MOMENT}
_ASSIGNED = _of(WHOLE, "worker_id", "job_request_id") | {"requestor_notes": TEXT}
_USER = _of(TEXT, *users.WRITABLE, "type") | {"badge": WHOLE, "user_badges_attributes": ANYTHING}
_NEW_USER = _USER | _of(TEXT, "password", "password_confirmation") | _of(WHOLE, "customer_id", "synced_worker_id")
_BADGE = _of(TEXT, *badges.TEXTS, "remote_icon_url") | {"is_soft": FLAG}
_DAYS = {"same_workers": FLAG, "repeat_type": TEXT, "repeat_number": WHOLE}
BODIES: Mapping[str, tuple[str, Fields]] = {
    "POST /authenticate": ("", _of(TEXT, "api_key", "secret_key")),
    "POST /job_requests": ("job_request", _JOB_REQUEST),
    "PATCH /job_requests/{id}": ("job_request", _JOB_REQUEST),
    "POST /jobs": ("job", _ASSIGNED),
    "POST /jobs/assign": ("job", _ASSIGNED),
    "PATCH /jobs/{id}": ("job", _of(TEXT, "state", "cancelled_reason") | {"actual_duration": WHOLE}),
    "POST /messages": ("message", _of(WHOLE, *messages.FILTERS) | _of(TEXT, "body", "image_url") | {"read_at": MOMENT}),
    "POST /multi_day_job_requests": ("multi_day_job_request", _DAYS | {"job_request": ANYTHING}),
    "PATCH /multi_day_job_requests/{id}": ("multi_day_job_request", _DAYS),
    "POST /users": ("user", _NEW_USER),
    "POST /users/invite": ("user", _NEW_USER),
    **{f"{method} /users/{{id}}": ("user", _USER) for method in ("PUT", "PATCH")},
    "POST /sync_auth_token": ("user", _of(TEXT, "external_id", "auth_token")),
    "POST /badges": ("badge", _BADGE),
    "PATCH /badges/{id}": ("badge", _BADGE),
    "POST /customers": ("customer", {"name": TEXT}),
    **{f"{method} /customers/{{id}}": ("customer", {"name": TEXT}) for method in ("PUT", "PATCH")},
}


def document() -> dict[str, Any]:
    """The OpenAPI document of every route under `/api_v2`."""
    return openapi.document("Wonolo", TOKEN, _operations())


def _operations() -> Iterator[Operation]:
    for method, path, handler in ROUTES:
        way = f"{method} {path}"
        name, fields = BODIES.get(way, ("", {}))
        nested: Fields = {name: {"type": "object", "properties": dict(fields)}} if name else {}
        query = QUERIES.get(way, {})
        yield Operation(method, f"/api_v2{path}", openapi.summary_of(handler), query, {**fields, **nested})
