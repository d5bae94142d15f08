"""Request parameters as Rails reads them: query, form and JSON alike, brackets making objects and lists."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from sandbox.bodies import LARGEST_BODY, read_json
from sandbox.wonolo.refusal import Refusal, invalid

Params = dict[str, Any]

_BRACKETS = re.compile(r"\[([^\[\]]*)\]")
_SPACED_OFFSET = re.compile(r"\s+([+-]\d\d:?\d\d|Z)$")
_TRUE = ("true", "t", "1", "yes", "on")
_FALSE = ("false", "f", "0", "no", "off", "")


def read_params(query: str, content_type: str, body: bytes) -> Params:
    """Query and body as one object; the body wins where both name a parameter.

    A body is JSON when the content type says so or it begins like an object; else it is a form. Malformed JSON raises
    the 400 that Rails gives, a body that is too large a 413.
    """
    if len(body) > LARGEST_BODY:
        raise Refusal(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "Request body is too large")
    params = expand(parse_qsl(query, keep_blank_values=True))
    if is_json(content_type, body):
        return params | _json_object(body)
    return params | expand(parse_qsl(body.decode("utf-8", "replace"), keep_blank_values=True))


def is_json(content_type: str, body: bytes) -> bool:
    """Whether a body is read as JSON rather than as a form."""
    return "json" in content_type or body.lstrip().startswith(b"{")


def _json_object(body: bytes) -> Params:
    try:
        decoded = read_json(body)
    except ValueError as error:
        raise Refusal(HTTPStatus.BAD_REQUEST, "There was a problem in the JSON you submitted") from error
    return decoded if isinstance(decoded, dict) else {"_json": decoded}


def expand(pairs: Iterable[tuple[str, str]]) -> Params:
    """Turn `job[worker_id]=3` and `ids[]=1` into objects and lists; a later value replaces an earlier one."""
    params: Params = {}
    for name, value in pairs:
        first = name.split("[", 1)[0]
        _put(params, [first, *_BRACKETS.findall(name)[:5]], value)
    return params


def _put(params: Params, path: list[str], value: str) -> None:
    head, *rest = path
    if not rest:
        params[head] = value
    elif rest == [""]:
        known = params.get(head)
        params[head] = [*known, value] if isinstance(known, list) else [value]
    else:
        inner = params.get(head)
        params[head] = inner if isinstance(inner, dict) else {}
        _put(params[head], rest, value)


def fields_of(params: Params, name: str) -> Params:
    """The fields of a write: those nested under the resource's name, or the same keys flat (Wonolo reference 4)."""
    nested = params.get(name)
    return nested if isinstance(nested, dict) else {key: value for key, value in params.items() if key != "token"}


def is_blank(value: object) -> bool:
    """Whether Rails would call the value blank."""
    return value is None or value == [] or (isinstance(value, str) and not value.strip())


def text(field: str, value: object) -> str | None:
    """A string or None; numbers become strings."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool | list | dict):
        raise _must_be(field, value, "a String")
    return str(value)


def whole(field: str, value: object) -> int | None:
    """An integer or None; "3" is 3."""
    if is_blank(value):
        return None
    if isinstance(value, bool) or not re.fullmatch(r"-?\d{1,12}(\.0+)?", str(value)):
        raise _must_be(field, value, "an Integer")
    return int(float(str(value)))


def number(field: str, value: object) -> float | None:
    """A number or None; "12.50" is 12.5."""
    if is_blank(value):
        return None
    if isinstance(value, bool) or not re.fullmatch(r"-?\d{1,12}(\.\d{1,9})?", str(value)):
        raise _must_be(field, value, "a Number")
    return float(str(value))


def flag(field: str, value: object) -> bool:
    """A boolean in any of Rails' spellings."""
    spelled = str(value).lower()
    if spelled not in _TRUE + _FALSE:
        raise _must_be(field, value, "a Boolean")
    return spelled in _TRUE


def ids(field: str, value: object) -> list[int]:
    """A list of ids that may be numbers, strings or one comma list."""
    given = value if isinstance(value, list) else str("" if is_blank(value) else value).split(",")
    return [found for item in given if (found := whole(field, item)) is not None]


def instant(field: str, value: object, zone: ZoneInfo) -> datetime | None:
    """An instant in UTC, or None; what comes without an offset is a wall-clock time of the zone."""
    if is_blank(value):
        return None
    try:
        parsed = datetime.fromisoformat(_SPACED_OFFSET.sub(r"\1", str(value).strip()))
        return (parsed if parsed.tzinfo else parsed.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise _must_be(field, value, "a DateTime") from error


def _must_be(field: str, value: object, what: str) -> Refusal:
    return invalid(field, f"Invalid parameter '{field}' value {str(value)[:80]!r}: Must be {what}")
