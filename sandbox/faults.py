"""Faults by switch: what a network, a proxy or a tired service does to requests."""

from __future__ import annotations

import random
from fnmatch import fnmatchcase
from typing import Annotated, Literal, get_args

import msgspec

WebhookFault = Literal[
    "webhook_lost",
    "webhook_doubled",
    "webhook_reordered",
    "webhook_late",
    "webhook_forged",
    "webhook_huge",
    "webhook_deep",
    "webhook_malformed",
    "webhook_unknown",
]
FaultName = Literal[
    WebhookFault,
    "lost_request",
    "lost_reply",
    "late_effect",
    "error",
    "error_after_effect",
    "html",
    "rate_limited",
    "throttle_403",
    "expire_tokens",
    "empty_listing",
    "truncated_listing",
    "slow",
    "slow_drip",
    "forbidden",
    "redirect",
    "broken_json",
    "string_ids",
    "zero_dates",
    "int_booleans",
    "lists_for_maps",
    "page_drift",
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
