"""What a fault makes of a request and of its answer."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import msgspec

from sandbox.faults import Rule

_DATE_ENDINGS = ("_at", "_date", "_time", "_login")
_ELSEWHERE = b"http://127.0.0.1:9/"
"""The discard port, where nobody listens."""


@dataclass(frozen=True)
class Reply:
    """A whole HTTP response."""

    status: int
    body: bytes
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    drip_seconds: float = 0.0
    """Real time over which the body is sent, bit by bit."""


Call = Callable[[], Awaitable[Reply]]
"""Lets the API carry the request out."""


async def reply_under(rule: Rule, call: Call) -> Reply | None:
    """What the client gets under the rule; None means that the connection breaks instead.

    `expire_tokens` and `page_drift` need the world and are done by the caller before; so is `late_effect`, of which the
    client sees no more than of a request that got lost.
    """
    return await _EFFECTS[rule.fault](rule, call)


async def _lost_request(_rule: Rule, _call: Call) -> None:
    return None


async def _lost_reply(_rule: Rule, call: Call) -> None:
    await call()


async def _error(rule: Rule, _call: Call) -> Reply:
    return _json(rule.status or 500, "Internal Server Error")


async def _error_after_effect(rule: Rule, call: Call) -> Reply:
    await call()
    return _json(rule.status or 502, "Bad Gateway")


async def _html(rule: Rule, _call: Call) -> Reply:
    page = b"<!DOCTYPE html><html><head><title>Application error</title></head><body><h1>Sorry</h1></body></html>"
    return Reply(rule.status or 503, page, [(b"content-type", b"text/html; charset=utf-8")])


async def _rate_limited(rule: Rule, _call: Call) -> Reply:
    wait = rule.retry_after
    reply = _json(rule.status or 429, f"Too many requests. Please wait {wait or 1} seconds.")
    return reply if wait is None else Reply(reply.status, reply.body, [*reply.headers, (b"retry-after", b"%d" % wait)])


async def _throttle_403(rule: Rule, _call: Call) -> Reply:
    return _json(rule.status or 403, "Request limit reached")


async def _unchanged(_rule: Rule, call: Call) -> Reply:
    return await call()


async def _empty_listing(_rule: Rule, call: Call) -> Reply:
    return _with_lists(await call(), lambda _length: 0)


async def _truncated_listing(_rule: Rule, call: Call) -> Reply:
    return _with_lists(await call(), lambda length: length // 2)


async def _slow(rule: Rule, call: Call) -> Reply:
    await asyncio.sleep(rule.seconds)
    return await call()


async def _slow_drip(rule: Rule, call: Call) -> Reply:
    return replace(await call(), drip_seconds=rule.seconds)


async def _forbidden(rule: Rule, _call: Call) -> Reply:
    return _json(rule.status or 403, "Not available with Public Pool access")


async def _redirect(rule: Rule, _call: Call) -> Reply:
    return Reply(rule.status or 302, b"", [(b"location", _ELSEWHERE)])


async def _broken_json(_rule: Rule, call: Call) -> Reply:
    reply = await call()
    return _with_body(reply, reply.body[: len(reply.body) // 2])


async def _string_ids(_rule: Rule, call: Call) -> Reply:
    return _with_values(await call(), _id_as_string)


async def _zero_dates(_rule: Rule, call: Call) -> Reply:
    return _with_values(await call(), _zero_for_no_date)


async def _int_booleans(_rule: Rule, call: Call) -> Reply:
    return _with_values(await call(), lambda _name, value: int(value) if isinstance(value, bool) else value)


async def _lists_for_maps(_rule: Rule, call: Call) -> Reply:
    return _with_values(await call(), lambda _name, value: [] if value == {} else value)


_EFFECTS: Mapping[str, Callable[[Rule, Call], Awaitable[Reply | None]]] = {
    "lost_request": _lost_request,
    "lost_reply": _lost_reply,
    "late_effect": _lost_request,
    "error": _error,
    "error_after_effect": _error_after_effect,
    "html": _html,
    "rate_limited": _rate_limited,
    "throttle_403": _throttle_403,
    "expire_tokens": _unchanged,
    "empty_listing": _empty_listing,
    "truncated_listing": _truncated_listing,
    "slow": _slow,
    "slow_drip": _slow_drip,
    "forbidden": _forbidden,
    "redirect": _redirect,
    "broken_json": _broken_json,
    "string_ids": _string_ids,
    "zero_dates": _zero_dates,
    "int_booleans": _int_booleans,
    "lists_for_maps": _lists_for_maps,
    "page_drift": _unchanged,
}


def _json(status: int, text: str) -> Reply:
    return Reply(status, msgspec.json.encode({"error": text}), [(b"content-type", b"application/json")])


def _with_lists(reply: Reply, kept: Callable[[int], int]) -> Reply:
    """The reply with every list at the top of its JSON cut to so many items as `kept` says."""
    decoded: Any = msgspec.json.decode(reply.body) if reply.body else None
    if isinstance(decoded, list):
        return _with_body(reply, msgspec.json.encode(decoded[: kept(len(decoded))]))
    if not isinstance(decoded, dict):
        return reply
    cut = {key: item[: kept(len(item))] if isinstance(item, list) else item for key, item in decoded.items()}
    return _with_body(reply, msgspec.json.encode(cut))


def _with_body(reply: Reply, body: bytes) -> Reply:
    headers = [(name, value) for name, value in reply.headers if name != b"content-length"]
    return Reply(reply.status, body, headers)


def _with_values(reply: Reply, spelled: Callable[[str, Any], Any]) -> Reply:
    """The reply with each plain value and empty map spelled anew, by the name under which it or its list stands."""
    if not reply.body:
        return reply
    return _with_body(reply, msgspec.json.encode(_respelled(msgspec.json.decode(reply.body), "", spelled)))


def _respelled(value: Any, name: str, spelled: Callable[[str, Any], Any]) -> Any:
    if isinstance(value, dict) and value:
        return {key: _respelled(item, key, spelled) for key, item in value.items()}
    return [_respelled(item, name, spelled) for item in value] if isinstance(value, list) else spelled(name, value)


def _id_as_string(name: str, value: Any) -> Any:
    is_id = name in ("id", "ids") or name.endswith(("_id", "_ids"))
    return str(value) if is_id and isinstance(value, int) else value


def _zero_for_no_date(name: str, value: Any) -> Any:
    return "0000-00-00 00:00:00" if value in (None, "") and name.endswith(_DATE_ENDINGS) else value
