"""A trace: every request and reply of a run, in a file that one can send to support.

Secrets, names, addresses and whereabouts of people and the words of their messages are blotted out; ids stay, so that
support can find the records. The token never gets here at all: it is added to a request later.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, TextIO

import httpx
import msgspec

from sync.clients.exchange import Request, Upload
from sync.errors import ConfigError, RemoteError
from sync.log import REDACTED, redact

_PEOPLE = frozenset(
    {"user", "users", "worker", "employer", "person", "login", "transitions", "punches", "punch", "tracking"}
)
"""Keys that hold people, or where they were; the address of anything else is a place of work."""
_IDENTITY = frozenset(
    {
        "first_name",
        "middle_name",
        "last_name",
        "gender",
        "avatar_url",
        "workplace_image_url",
        "home_latitude",
        "home_longitude",
        "ip_address",
        "auth_token",
        "mfa_token",
    }
)
_WORDS = frozenset({"title", "content", "message", "subject", "body"})
"""What people say to each other; in a refusal it is the service that speaks."""
_HOME = frozenset({"address", "city", "zip", "postal_code", "latitude", "longitude"})
_TOLD_HEADERS = ("content-type", "date", "retry-after", "w-limit-remaining", "x-request-id")
_LONGEST_TEXT = 2_000


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and what came of it: an answer, an error, or nothing when it was broken off."""

    at: datetime
    milliseconds: float
    request: Request
    answer: httpx.Response | RemoteError | None


Trace = Callable[[Exchange], None]
"""Is told every exchange, logins and retries too, as soon as it is over."""


@contextmanager
def trace_to(path: Path) -> Iterator[Trace]:
    """Write a trace into a new file that only its owner may read, one JSON object a line.

    Raises ConfigError when the file cannot be written.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    except OSError as error:
        raise ConfigError([f"the trace cannot be written to {path}: {error.strerror}"]) from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        yield lambda exchange: _write(file, exchange)


def _write(file: TextIO, exchange: Exchange) -> None:
    file.write(msgspec.json.encode(told(exchange), order="deterministic").decode() + "\n")
    file.flush()  # what was done before a crash is what support needs


def told(exchange: Exchange) -> dict[str, Any]:
    """Return what a trace says of one exchange, scrubbed."""
    request, answer = exchange.request, exchange.answer
    hidden = _IDENTITY | (_HOME if "/users" in request.path else frozenset())
    line: dict[str, Any] = {
        "at": exchange.at.isoformat(timespec="milliseconds"),
        "ms": exchange.milliseconds,
        "system": request.system,
        "request": str(request),
        "query": dict(request.params),
        "headers": dict(request.headers),
        "sent": _impersonal(request.json, hidden | _WORDS),
    }
    if isinstance(answer, httpx.Response):
        line |= _reply(answer, hidden | _WORDS if answer.is_success else hidden)
    else:
        line["failure"] = str(answer) if answer else "broken off"
    return dict(redact(None, "", line))


def _reply(response: httpx.Response, hidden: frozenset[str]) -> dict[str, Any]:
    headers = {name: response.headers[name] for name in _TOLD_HEADERS if name in response.headers}
    try:
        body = _impersonal(msgspec.json.decode(response.content or b"null"), hidden)
    except (msgspec.DecodeError, UnicodeDecodeError):
        body = response.text[:_LONGEST_TEXT]
    return {"status": response.status_code, "reply_headers": headers, "reply": body}


def _impersonal(value: Any, hidden: frozenset[str]) -> Any:
    if isinstance(value, Upload):
        return f"({len(value.content)} bytes of {value.content_type})"
    if isinstance(value, list):
        return [_impersonal(item, hidden) for item in value]
    if not isinstance(value, Mapping):
        return value
    return {
        key: REDACTED
        if _hides(key, inner, hidden)
        else _impersonal(inner, hidden | _HOME if key in _PEOPLE else hidden)
        for key, inner in value.items()
    }


def _hides(key: str, inner: object, hidden: frozenset[str]) -> bool:
    # A `message` may be a record, whose own `content` or `body` is then the text; unset values tell nothing.
    return key in hidden and inner not in (None, "") and not isinstance(inner, dict | list)
