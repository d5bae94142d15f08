"""OpenAPI documents of the two APIs as the sandbox serves them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

Schema = dict[str, Any]
Fields = dict[str, Schema]

TEXT: Schema = {"type": "string"}
WHOLE: Schema = {"type": ["integer", "string"]}
NUMBER: Schema = {"type": ["number", "string"]}
FLAG: Schema = {"type": ["boolean", "integer", "string"]}
MOMENT: Schema = {"type": "string", "format": "date-time"}
IDS: Schema = {"type": ["array", "integer", "string"], "items": WHOLE}
MAP: Schema = {"type": ["object", "array"]}
ROWS: Schema = {"type": "array", "items": {"type": "object"}}
ANYTHING: Schema = {}


@dataclass(frozen=True)
class Operation:
    """One method of one path, with the names that it reads from the query and from the body."""

    method: str
    path: str
    summary: str
    query: Fields = field(default_factory=dict)
    body: Fields = field(default_factory=dict)
    many: bool = False
    """Whether the body may also be an array of such objects."""


def document(title: str, token: Schema, operations: Iterable[Operation]) -> dict[str, Any]:
    """The OpenAPI 3.1 document; `token` is the security scheme."""
    paths: dict[str, dict[str, Any]] = {}
    for one in operations:
        paths.setdefault(one.path, {})[one.method.lower()] = _operation(one)
    return {
        "openapi": "3.1.0",
        "info": {"title": title, "version": "sandbox"},
        "security": [{"token": []}],
        "components": {"securitySchemes": {"token": token}},
        "paths": paths,
    }


def summary_of(handler: Callable[..., object]) -> str:
    """The first line of what a handler says of itself."""
    return (handler.__doc__ or "").partition("\n")[0]


def _operation(one: Operation) -> dict[str, Any]:
    here = [{"name": "id", "in": "path", "required": True, "schema": WHOLE}] if "{id}" in one.path else []
    asked = [{"name": name, "in": "query", "schema": schema} for name, schema in one.query.items()]
    answers = {"default": {"description": "The record or list, or the API's own error.", "content": _JSON}}
    body = {"requestBody": {"content": {"application/json": {"schema": _body(one)}}}} if one.body else {}
    return {"summary": one.summary, "parameters": here + asked, **body, "responses": answers}


_JSON = {"application/json": {"schema": ANYTHING}}


def _body(one: Operation) -> Schema:
    record = {"type": "object", "properties": dict(one.body)}
    return {"anyOf": [record, {"type": "array", "items": record}]} if one.many else record
