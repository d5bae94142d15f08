"""One exchange with an API: how a request is spelled, and what the answer means (records, or which error)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
import msgspec

from sync.errors import (
    NOT_JSON,
    Forbidden,
    InvalidResponse,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    RemoteError,
    Unauthorized,
    Unavailable,
)
from sync.log import scrub

Record = dict[str, Any]
"""One raw object of an API, with every field it came with."""

_UNCERTAIN = frozenset({408, 409, 425})
"""Refusals after which a write may nevertheless have happened."""

_THROTTLING = re.compile(r"rate limit|request limit|limit (was )?(reached|exceeded)|throttl|too many", re.IGNORECASE)
"""Words of a service that asks for a pause; with Wonolo no code tells it from a lack of permission."""

_DIGITS = re.compile(r"[1-9][0-9]{0,18}")


def query(params: Mapping[str, Any]) -> dict[str, str]:
    """Spell query parameters as both APIs read them.

    None is left out, booleans are `true` and `false`, lists are joined by commas, instants are ISO 8601 with offset,
    and with milliseconds unless on a whole second. Raises ValueError for an instant without a zone.
    """
    return {name: _spelled(value) for name, value in params.items() if value is not None}


def _spelled(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return ",".join(_spelled(item) for item in value)
    if isinstance(value, datetime):
        if value.tzinfo is None:
            raise ValueError(f"an instant without a zone: {value}")
        return value.isoformat(timespec="milliseconds" if value.microsecond else "seconds")
    return str(value)


def form(body: Mapping[str, Any]) -> dict[str, str | list[str]]:
    """Spell a body as a form as Rails reads it: `job[worker_id]` for what is nested, `ids[]` for each of a list."""
    return {name: value for key, inner in body.items() for name, value in _form(key, inner)}


def _form(name: str, value: object) -> Iterator[tuple[str, str | list[str]]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _form(f"{name}[{key}]", inner)
    elif isinstance(value, list | tuple):
        yield f"{name}[]", [_spelled(item) for item in value]
    else:
        yield name, "" if value is None else _spelled(value)


@dataclass(frozen=True, slots=True)
class Upload:
    """A body that is no JSON: its bytes and the type they are sent as."""

    content: bytes = field(repr=False)
    content_type: str


@dataclass(frozen=True, slots=True)
class Request:
    """One request to an API.

    `writes` says whether it can change anything there: a login is a POST that changes nothing. `path` is what logs
    and errors show; `url` is where it goes. A bulk write that may be done in part names in `partial_key` what its
    400 then holds (When I Work reference 5.5).
    """

    system: str
    method: str
    path: str
    url: str
    params: Mapping[str, str] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    json: object = field(default=None, repr=False)
    writes: bool = False
    partial_key: str | None = None

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    def unreadable(self, status: int | None, message: str) -> RemoteError:
        """Return the error for an answer that cannot be understood: a write may have happened all the same."""
        kind = OutcomeUnknown if self.writes else InvalidResponse
        return kind(self.system, str(self), status, message)

    def failed(self, status: int | None, message: str) -> RemoteError:
        """Return the error for a service that broke down after it may have got the request."""
        kind = OutcomeUnknown if self.writes else Unavailable
        return kind(self.system, str(self), status, message)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer in JSON; `body` is None when it was empty."""

    request: Request
    status: int
    body: Any = field(repr=False)

    def record(self, *keys: str) -> Record:
        """Return the one object under the first of `keys` that is there, under `data`, or bare.

        A list of exactly one object counts as that object. An id that came as a text of digits is made a number
        (When I Work reference 8). Raises InvalidResponse (OutcomeUnknown after a write) when there is none.
        """
        body = self.body
        for key in (*keys, "data"):
            if isinstance(body, dict) and isinstance(body.get(key), dict | list):
                body = body[key]
                break
        if isinstance(body, list) and len(body) == 1:
            body = body[0]
        if isinstance(body, dict) and "id" in body:
            return _numbered(body)
        raise self._missing(f"`{keys[0]}` with an id")

    def records(self, *keys: str) -> list[Record]:
        """Return the list of objects under the first of `keys` that is there, under `data`, or bare; as `record`.

        One object alone under a key is a list of one.
        """
        body = self.body
        if isinstance(body, dict):
            body = next((body[key] for key in (*keys, "data") if key in body), None)
        if isinstance(body, dict):
            body = [body]
        if isinstance(body, list) and all(isinstance(item, dict) and "id" in item for item in body):
            return [_numbered(item) for item in body]
        raise self._missing(f"`{keys[0]}`, a list of objects with ids")

    def object(self) -> Record:
        """Return the whole answer, which must be an object; raises like `record`."""
        if isinstance(self.body, dict):
            return self.body
        raise self._missing("an object")

    def value(self, key: str) -> Any:
        """Return what the answer holds under `key`; raises like `record` when it holds nothing there."""
        if key in self.object():
            return self.body[key]
        raise self._missing(f"`{key}`")

    def ids(self, key: str) -> frozenset[int] | None:
        """Return the record ids listed under `key`, None where it is not there; raises like `record`."""
        listed = self.object().get(key)
        if listed is None:
            return None
        if isinstance(listed, list) and all(str(record_id).isdecimal() for record_id in listed):
            return frozenset(int(record_id) for record_id in listed)
        raise self._missing(f"`{key}`, a list of ids")

    def unexpected(self, message: str) -> RemoteError:
        """Return the error for an answer that is JSON but makes no sense."""
        return self.request.unreadable(self.status, message)

    def _missing(self, what: str) -> RemoteError:
        body = self.body
        found = f"the keys {', '.join(map(str, body))}" if isinstance(body, dict) else type(body).__name__
        return self.unexpected(f"expected {what}, got {scrub(found)[:200]}")


def _numbered(record: Record) -> Record:
    number = record["id"]
    return {**record, "id": int(number)} if isinstance(number, str) and _DIGITS.fullmatch(number) else record


@dataclass(frozen=True, slots=True)
class _NotJson:
    """An answer in another language than the API's: most likely a proxy's."""

    kind: str


def read(request: Request, response: httpx.Response, permission_codes: frozenset[int] | None, now: datetime) -> Reply:
    """Return the answer in JSON, or raise the error that it means.

    `permission_codes` are the error codes with which the service marks a true lack of permission; any other 403 may
    be throttling. None means that a 403 is a lack of permission unless it is worded as throttling or by a proxy.
    """
    body = _decoded(response.content)
    status = response.status_code
    in_part = status == 400 and isinstance(body, dict) and request.partial_key in body
    if not 200 <= status < 300 and not in_part:
        raise _meaning(request, response, body, permission_codes, now)
    if isinstance(body, _NotJson):
        raise request.unreadable(status, f"expected JSON, got {body.kind}")
    return Reply(request, status, body)


def dated(response: httpx.Response) -> datetime | None:
    """Return the service's own time as the answer shows it, to the second; None where it shows none."""
    try:
        told = parsedate_to_datetime(response.headers.get("Date", ""))
    except ValueError:
        return None
    return told if told.tzinfo else None


def _decoded(content: bytes) -> Any:
    if not content.strip():
        return None
    try:
        return msgspec.json.decode(content)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return _NotJson("an HTML page" if content.lstrip().startswith(b"<") else "text")


def _meaning(
    request: Request, response: httpx.Response, body: Any, permission_codes: frozenset[int] | None, now: datetime
) -> RemoteError:
    status, code, reason = response.status_code, _code(body), _reason(body)
    message = reason if code is None else f"{reason} (code {code})"
    where = (request.system, str(request), status, message)
    if status == 401:
        return Unauthorized(*where)
    if status == 403:
        return Forbidden(*where, ambiguous=_maybe_throttled(response, code, reason, permission_codes))
    if status == 429:
        return RateLimited(*where, retry_after=_pause(response, reason, now))
    if status >= 500 or status in _UNCERTAIN:
        return request.failed(status, message)
    if status < 400:
        return request.unreadable(status, "a redirect, which is never followed: check the base URL")
    return Rejected(request.system, str(request), status, message, code)


def _maybe_throttled(
    response: httpx.Response, code: int | str | None, reason: str, permission_codes: frozenset[int] | None
) -> bool:
    """Whether a 403 may be something else than a lack of permission: a pause asked for, or a proxy's own refusal."""
    if permission_codes is not None:
        return code not in permission_codes
    return code == NOT_JSON or "Retry-After" in response.headers or bool(_THROTTLING.search(reason))


def _code(body: Any) -> int | str | None:
    if isinstance(body, _NotJson):
        return NOT_JSON
    if not isinstance(body, dict):
        return None
    # The newer endpoints nest it: {"error": {"code", "title"}} (When I Work reference 1).
    nested = body["error"] if isinstance(body.get("error"), dict) else body
    code = nested.get("code")
    if not isinstance(code, int | str):
        return None
    return int(code) if isinstance(code, str) and code.isdecimal() else code


def _reason(body: Any) -> str:
    if isinstance(body, _NotJson):
        return f"{body.kind} instead of JSON"
    found = [body[key] for key in ("error", "errors", "message") if body.get(key)] if isinstance(body, dict) else []
    return scrub("; ".join(_flat(found[0])))[:200] if found else "no reason given"


def _flat(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [f"{key}: {text}" for key, inner in value.items() for text in _flat(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in _flat(inner)]
    return [str(value)]


def _pause(response: httpx.Response, reason: str, now: datetime) -> float | None:
    header = response.headers.get("Retry-After", "")
    if header and not header.isdecimal():
        try:
            return max(0.0, (parsedate_to_datetime(header).astimezone(UTC) - now).total_seconds())
        except ValueError:
            header = ""
    # When I Work documents no header; its old 429 text said the seconds to wait (When I Work reference 4).
    digits = re.search(r"(\d+)\s*s(?:ec|\b)", reason) or re.search(r"(\d+)", reason)
    return float(header) if header else float(digits[1]) if digits else None
