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

from sync.clients.exchange import Request
from sync.errors import ConfigError, RemoteError
from sync.log import REDACTED, redact, scrub

_PEOPLE = frozenset({"user", "users", "worker", "employer", "person", "login", "valid_rows", "invalid_rows"})
"""Keys that hold people, whose address is their home; that of anything else is a place of work."""
_PERSONAL = frozenset(
    {
        "first_name",
        "middle_name",
        "last_name",
        "gender",
        "avatar",
        "avatar_url",
        "workplace_image_url",
        "home_latitude",
        "home_longitude",
        "ip_address",
        "content",
        "message",
        "subject",
        "body",
        "auth_token",
        "mfa_token",
    }
)
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
    line: dict[str, Any] = {
        "at": exchange.at.isoformat(timespec="milliseconds"),
        "ms": exchange.milliseconds,
        "system": request.system,
        "request": str(request),
        "query": dict(request.params),
        "headers": dict(request.headers),
        "sent": _impersonal(request.json, of_person="/users" in request.path),
    }
    if isinstance(answer, httpx.Response):
        line |= _reply(answer, of_person="/users" in request.path)
    else:
        line["failure"] = str(answer) if answer else "broken off"
    return dict(redact(None, "", line))


def _reply(response: httpx.Response, *, of_person: bool) -> dict[str, Any]:
    headers = {name: response.headers[name] for name in _TOLD_HEADERS if name in response.headers}
    try:
        body = _impersonal(msgspec.json.decode(response.content or b"null"), of_person=of_person)
    except (msgspec.DecodeError, UnicodeDecodeError):
        body = scrub(response.text[:_LONGEST_TEXT])
    return {"status": response.status_code, "reply_headers": headers, "reply": body}


def _impersonal(value: Any, *, of_person: bool) -> Any:
    if isinstance(value, list):
        return [_impersonal(item, of_person=of_person) for item in value]
    if not isinstance(value, Mapping):
        return value
    hidden = _PERSONAL | _HOME if of_person else _PERSONAL
    return {
        key: REDACTED if _hides(key, inner, hidden) else _impersonal(inner, of_person=of_person or key in _PEOPLE)
        for key, inner in value.items()
    }


def _hides(key: str, inner: object, hidden: frozenset[str]) -> bool:
    # A `message` may be a record of its own, whose `content` or `body` is then the text.
    return key in hidden and inner not in (None, "") and not isinstance(inner, dict | list)
