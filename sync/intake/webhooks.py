"""The use of a webhook: proof that the service sent it, and which records or parts to read again. Pure.

Nothing else that it says is believed or kept; the records are read anew.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import accumulate
from typing import Any, Literal

import msgspec

from mappings.model import System
from sync.intake.parts import PARTS, Part
from sync.mirror.dirty import DirtyKind

_NEAREST: Mapping[System, tuple[Part, ...]] = {"wonolo": ("requests",), "wheniwork": ("soon", "later")}
"""What to read after a webhook that nobody understands: where its service has what concerns tonight."""

_PARTS_OF_KIND: Mapping[DirtyKind, tuple[Part, ...]] = {
    "job_request": ("requests",),
    "job": ("requests",),
    "shift": ("soon", "later"),
    "user": ("people",),
    "time": ("hours",),
}
_WONOLO_NAMES: Mapping[str, DirtyKind] = {"job": "job", "jobrequest": "job_request"}
_WHENIWORK_RECORDS: Mapping[str, tuple[DirtyKind, str]] = {
    "shifts": ("shift", "shiftId"),
    "users": ("user", "userId"),
    "times": ("time", "timeId"),
}
_WHENIWORK_PARTS: Mapping[str, tuple[Part, ...]] = {
    "requests": ("time_off",),
    "swaps": ("time_off",),
    "payrolls": ("hours",),
    "positions": ("places",),
    "locations": ("places",),
    "sites": ("places",),
}

_MOST_RECORDS = 500
"""More than that are read faster by listings."""
_DEEPEST = 64
_LARGEST_ID = (1 << 63) - 1
"""What a column of the database holds."""

_FRESH = timedelta(days=1)
_FRESH_BODY = timedelta(minutes=10)
"""Wonolo comes again within 7 minutes (Wonolo reference 11); later the same body may be news, if it bears no time."""

_STRING = re.compile(rb'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_NO_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))


def genuine(system: System, body: bytes, signature: str, secrets: Collection[str]) -> bool:
    """Return whether one of the secrets signed these very bytes; takes as long whatever is wrong with it.

    Wonolo's signature is the SHA-256 of body and secret (Wonolo reference 11), When I Work's an HMAC-SHA256 (When I
    Work reference 13.6). Both may come as hex in any case or as base64, after `sha256=` or not.
    """
    given = signature.strip().removeprefix("sha256=").encode("utf-8", "surrogatepass")
    found = False
    for secret in secrets:
        digest = _digest(system, body, secret.encode("utf-8", "surrogateescape"))
        # No `or`: which secret or which format was meant must not show in the time this takes.
        found |= hmac.compare_digest(given.lower(), digest.hex().encode())
        found |= hmac.compare_digest(given, base64.b64encode(digest))
    return found


def _digest(system: System, body: bytes, secret: bytes) -> bytes:
    return hashlib.sha256(body + secret).digest() if system == "wonolo" else hmac.digest(secret, body, "sha256")


@dataclass(frozen=True, slots=True)
class Hint:
    """The records and parts to read again after a webhook; its doubles have the same `event` within `fresh`."""

    records: tuple[tuple[DirtyKind, int], ...]
    parts: tuple[Part, ...]
    event: str
    fresh: timedelta
    shape: Literal["known", "unknown", "malformed"]


@dataclass(slots=True)
class _Named:
    """The records and parts that a body names so far, in its order."""

    records: dict[tuple[DirtyKind, int], None] = field(default_factory=dict)
    parts: set[Part] = field(default_factory=set)
    understood: bool = True


def read_hint(system: System, body: bytes, headers: Mapping[str, str]) -> Hint:
    """Return what a body names, or its service's nearest parts where it says nothing that is understood; never raises.

    More than 500 records become the parts that they belong to. The headers are those it came with, in any case.
    """
    try:
        content = _decoded(body)
    except ValueError:
        return Hint((), _NEAREST[system], _of_body(body), _FRESH_BODY, "malformed")
    named = _wonolo(content) if system == "wonolo" else _wheniwork(content)
    if not named.understood:
        named.parts.update(_NEAREST[system])
    if len(named.records) > _MOST_RECORDS:
        named.parts.update(part for kind, _ in named.records for part in _PARTS_OF_KIND[kind])
        named.records.clear()
    event = _own_id(content, headers) if system == "wheniwork" else None
    return Hint(
        records=tuple(named.records),
        parts=tuple(part for part in PARTS if part in named.parts),
        event=event or _of_body(body),
        fresh=_FRESH if event else _FRESH_BODY,
        shape="known" if named.understood else "unknown",
    )


def _decoded(body: bytes) -> Any:
    """The content of a body; raises ValueError for what is no JSON or nested too deeply to be meant."""
    brackets = _STRING.sub(b"", body).translate(None, _NO_BRACKETS)
    if max(accumulate(1 if bracket in b"[{" else -1 for bracket in brackets), default=0) > _DEEPEST:
        raise ValueError("nested too deeply")
    return msgspec.json.decode(body)


def _wonolo(content: Any) -> _Named:
    """Note what Wonolo names: a record under its name, a bare one, or its id beside `resource` or `type`."""
    if not isinstance(content, dict):
        return _Named(understood=False)
    kinds: tuple[DirtyKind | None, ...] = ("job_request", "job")
    wrapped = [(kind, content[kind]) for kind in kinds if kind in content]
    named = _Named()
    for kind, record in wrapped or [(_bare_kind(content), content)]:
        number = _id(record, "id")
        if kind and number:
            named.records[kind, number] = None
        else:
            named.understood = False
    return named


def _bare_kind(content: Mapping[str, Any]) -> DirtyKind | None:
    """The kind of a record that does not stand under its name, None where nothing says so."""
    for key in ("resource", "type"):
        # As in "Job", "job_requests" or "job_request.posted".
        word = re.split(r"[^A-Za-z_]", str(content.get(key)), maxsplit=1)[0]
        kind = _WONOLO_NAMES.get(word.replace("_", "").lower().removesuffix("s"))
        if kind:
            return kind
    if "job_request_id" in content:
        return "job"
    return "job_request" if "slots" in content else None


def _wheniwork(content: Any) -> _Named:
    """Note what the events of a batch name (When I Work reference 9.1)."""
    events = _events(content)
    if events is None:
        return _Named(understood=False)
    named = _Named()
    for event in events:
        _add_event(named, event if isinstance(event, dict) else {})
    return named


def _events(content: Any) -> list[Any] | None:
    events = content.get("events") if isinstance(content, dict) else None
    return events if isinstance(events, list) else None


def _add_event(named: _Named, event: Mapping[str, Any]) -> None:
    resource = str(event.get("type")).partition("::")[0]
    kind, key = _WHENIWORK_RECORDS.get(resource, (None, ""))
    number = _id(event.get("data"), key)
    if kind and number:
        named.records[kind, number] = None
    elif kind:
        named.parts.update(_PARTS_OF_KIND[kind])
        named.understood = False
    elif resource in _WHENIWORK_PARTS:
        named.parts.update(_WHENIWORK_PARTS[resource])
    else:
        named.understood = False


def _id(record: Any, key: str) -> int | None:
    """The id under a key of a record, which may be a number or text."""
    value = record.get(key) if isinstance(record, dict) else None
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= len(str(_LARGEST_ID)):
        value = int(value)
    usable = isinstance(value, int) and not isinstance(value, bool) and 0 < value <= _LARGEST_ID
    return value if usable else None


def _own_id(content: Any, headers: Mapping[str, str]) -> str | None:
    """The id of a batch of When I Work, made of those of its events, else the one in its headers.

    The signature covers the events and not the headers, so whoever repeats a genuine batch under another id gains
    nothing.
    """
    events = _events(content) or []
    uuids = [event.get("uuid") if isinstance(event, dict) else None for event in events]
    known = sorted(uuid for uuid in uuids if isinstance(uuid, str) and uuid)
    if known and len(known) == len(uuids):
        return f"events:{_sha256(known)}"
    header = next((value for name, value in headers.items() if name.lower() == "x-webhook-id"), "")
    return f"batch:{_sha256([header])}" if header else None


def _of_body(body: bytes) -> str:
    return f"body:{hashlib.sha256(body).hexdigest()}"


def _sha256(texts: Iterable[str]) -> str:
    return hashlib.sha256("\n".join(texts).encode("utf-8", "surrogatepass")).hexdigest()
