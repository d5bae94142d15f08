"""The list of API requests that the sandbox has received, without secrets."""

from __future__ import annotations

from collections import deque
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl

import msgspec

LONGEST_BODY = 20_000
_KEPT = 200_000
_SECRETS = frozenset(
    {"token", "w-token", "key", "w-key", "api_key", "secret_key", "auth_token", "password", "password_confirmation"}
)
_LOGINS = ("/api_v2/authenticate", "/2/login", "/login")


@dataclass
class Received:
    """One request: what was asked, the HTTP status that the client got (None when it got none), and which fault struck.

    `reached` says whether the API itself carried the request out.
    """

    number: int
    at: datetime
    system: str
    method: str
    path: str
    query: dict[str, Any]
    body: Any
    status: int | None = None
    fault: str | None = None
    reached: bool = False

    @property
    def is_write(self) -> bool:
        """Whether the request could change a record; logging in does not count."""
        return self.method not in ("GET", "HEAD") and self.path.rstrip("/") not in _LOGINS

    def as_json(self) -> dict[str, Any]:
        """The request as plain JSON values."""
        return {**asdict(self), "at": self.at.isoformat()}


class RequestLog:
    """The requests in the order in which they came, numbered from 1; the oldest of very many are dropped."""

    def __init__(self) -> None:
        self._received: deque[Received] = deque(maxlen=_KEPT)
        self._count = 0

    def add(self, at: datetime, system: str, request: tuple[str, str, str], body: bytes) -> Received:
        """Note a request given as method, path and query string."""
        self._count += 1
        method, path, query = request
        shown = _scrub(_pairs(query))
        received = Received(self._count, at, system, method, path, shown, _readable(body))
        self._received.append(received)
        return received

    def since(self, number: int = 0, *, writes: bool = False) -> list[Received]:
        """The requests after the number given; with `writes` only those that could change something."""
        return [one for one in self._received if one.number > number and (one.is_write or not writes)]

    def clear(self) -> None:
        """Forget every request; the numbers go on."""
        self._received.clear()


def _pairs(query: str) -> dict[str, Any]:
    values: dict[str, list[str]] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        values.setdefault(name, []).append(value)
    return {name: found[0] if len(found) == 1 else found for name, found in values.items()}


def _readable(body: bytes) -> Any:
    if not body.strip():
        return None
    if len(body) > LONGEST_BODY:
        return f"(more than {LONGEST_BODY} bytes)"
    try:
        return _scrub(msgspec.json.decode(body))
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        return _scrub(_pairs(body.decode("utf-8", "replace")))


def _scrub(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: "***" if key.lower() in _SECRETS else _scrub(item) for key, item in value.items()}
    return [_scrub(item) for item in value] if isinstance(value, list) else value
