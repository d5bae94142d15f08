"""The bodies of webhooks: as they are meant, and as a fault makes them, for a receiver that must bear anything."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

_HUGE = 1 << 20
_DEPTH = 1000


def webhook_body(content: Mapping[str, Any], fault: str | None) -> bytes:
    """Return the body of a webhook as JSON, or what the fault makes of it."""
    if fault == "webhook_unknown":
        return msgspec.json.encode(_unknown(content))
    body = msgspec.json.encode(content)
    return _SPOILED[fault](body) if fault in _SPOILED else body


def shown_body(body: bytes, fault: str | None) -> Any:
    """Return a body decoded; of one that a fault made unfit for that, its size."""
    return f"({len(body)} bytes)" if fault in _SPOILED else msgspec.json.decode(body)


def _huge(body: bytes) -> bytes:
    return _with_field(body, b'"padding":"%s"' % (b"x" * _HUGE))


def _deep(body: bytes) -> bytes:
    return _with_field(body, b'"deeper":%s%s' % (b"[" * _DEPTH, b"]" * _DEPTH))


def _malformed(body: bytes) -> bytes:
    return body[: len(body) // 2]


def _with_field(body: bytes, field: bytes) -> bytes:
    """The same object with one more field; no encoder would nest one so deeply."""
    return b"%s,%s}" % (body[:-1], field)


def _unknown(content: Mapping[str, Any]) -> dict[str, Any]:
    """The same with something else in it than anybody has heard of."""
    if "events" not in content:
        return {"gadget": {"id": 1, "state": "polished"}}
    gadget = {"type": "gadgets::polished", "data": {"gadgetId": "1", "fields": {}}}
    return {"events": [{**event, **gadget} for event in content["events"]]}


_SPOILED: Mapping[str | None, Callable[[bytes], bytes]] = {
    "webhook_huge": _huge,
    "webhook_deep": _deep,
    "webhook_malformed": _malformed,
}
