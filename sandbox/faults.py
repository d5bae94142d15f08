"""Faults by switch: what a network, a proxy or a tired service does to requests."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Annotated, Any, Literal, get_args

import msgspec

WebhookFault = Literal["webhook_lost", "webhook_doubled", "webhook_reordered", "webhook_late", "webhook_forged"]
FaultName = Literal[
    WebhookFault,
    "lost_request",
    "lost_reply",
    "error",
    "error_after_effect",
    "html",
    "rate_limited",
    "throttle_403",
    "expire_tokens",
    "empty_listing",
    "truncated_listing",
    "slow",
]


class Rule(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Which requests a fault strikes, and how often: `times` requests, or each with a `probability`, or all of them.

    `path` is a glob such as `/api_v2/jobs*`, of a webhook that of its target. `status`, `retry_after` and `seconds` of
    real time, and `minutes` of virtual time, tune faults that use them.
    """

    fault: FaultName
    system: Literal["wonolo", "wheniwork"] | None = None
    method: str | None = None
    path: str | None = None
    times: Annotated[int, msgspec.Meta(ge=1)] | None = None
    probability: Annotated[float, msgspec.Meta(ge=0, le=1)] | None = None
    status: Annotated[int, msgspec.Meta(ge=200, le=599)] | None = None
    retry_after: Annotated[int, msgspec.Meta(ge=0)] | None = None
    seconds: Annotated[float, msgspec.Meta(ge=0, le=600)] = 1.0
    minutes: Annotated[float, msgspec.Meta(ge=0, le=100_000)] = 10.0

    def fits(self, system: str, method: str, path: str) -> bool:
        """Whether the request is one that the rule is about."""
        return (
            self.system in (None, system)
            and (self.method or method).upper() == method
            and (self.path is None or fnmatchcase(path, self.path))
        )


class Faults:
    """The rules in force, in the order in which they were set; the first that strikes is the only one."""

    def __init__(self, rng: random.Random) -> None:
        self.rules: list[Rule] = []
        self._rng = rng

    def add(self, rule: Rule) -> None:
        """Put a rule in force."""
        self.rules.append(rule)

    def clear(self) -> None:
        """Take all rules away."""
        self.rules.clear()

    def strike(self, system: str, method: str, path: str) -> Rule | None:
        """The rule that strikes this request, if one does; a rule counted by `times` ends with its last stroke."""
        return self._strike((system, method, path), webhook=False)

    def strike_webhook(self, system: str, path: str) -> Rule | None:
        """The rule that strikes a webhook call to the path, if one does."""
        return self._strike((system, "POST", path), webhook=True)

    def _strike(self, request: tuple[str, str, str], *, webhook: bool) -> Rule | None:
        for rule in self.rules:
            if (rule.fault in get_args(WebhookFault)) is not webhook or not rule.fits(*request):
                continue
            if rule.probability is None or self._rng.random() < rule.probability:
                if rule.times is not None:
                    rule.times -= 1
                    if rule.times == 0:
                        self.rules.remove(rule)
                return rule
        return None


@dataclass(frozen=True)
class Reply:
    """A whole HTTP response."""

    status: int
    body: bytes
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)


Call = Callable[[], Awaitable[Reply]]
"""Lets the API carry the request out."""


async def reply_under(rule: Rule, call: Call) -> Reply | None:
    """What the client gets under the rule; None means that the connection breaks instead.

    `expire_tokens` needs the world and is done by the caller before.
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


_EFFECTS: Mapping[str, Callable[[Rule, Call], Awaitable[Reply | None]]] = {
    "lost_request": _lost_request,
    "lost_reply": _lost_reply,
    "error": _error,
    "error_after_effect": _error_after_effect,
    "html": _html,
    "rate_limited": _rate_limited,
    "throttle_403": _throttle_403,
    "expire_tokens": _unchanged,
    "empty_listing": _empty_listing,
    "truncated_listing": _truncated_listing,
    "slow": _slow,
}


def _json(status: int, text: str) -> Reply:
    return Reply(status, msgspec.json.encode({"error": text}), [(b"content-type", b"application/json")])


def _with_lists(reply: Reply, kept: Callable[[int], int]) -> Reply:
    """The reply with every list at the top of its JSON object cut to so many items as `kept` says."""
    decoded: Any = msgspec.json.decode(reply.body)
    cut = {key: item[: kept(len(item))] if isinstance(item, list) else item for key, item in decoded.items()}
    headers = [(name, value) for name, value in reply.headers if name != b"content-length"]
    return Reply(reply.status, msgspec.json.encode(cut), headers)
