"""Outgoing webhooks of both services: what is to be delivered when, and what became of it."""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from heapq import heappop, heappush
from typing import Any, Literal
from urllib.parse import urlsplit

import msgspec

from sandbox.clock import VirtualClock
from sandbox.faults import Faults, Rule
from sandbox.targets import Target
from sandbox.webhook_bodies import shown_body, webhook_body

RETRY_SECONDS: Mapping[str, tuple[int, ...]] = {"wonolo": (60, 120, 240), "wheniwork": (60, 300, 1800)}
"""Virtual time from one attempt to the next; When I Work's own are not known, only that they grow."""
_KEPT = 10_000


@dataclass
class Delivery:
    """One webhook call, with every attempt at it; an attempt's status is None when nobody answered."""

    number: int
    system: str
    url: str
    body: bytes
    headers: dict[str, str]
    due: datetime
    fault: str | None = None
    outcome: Literal["waiting", "delivered", "given up", "lost"] = "waiting"
    attempts: list[dict[str, Any]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        """Return what may be shown: all but the headers."""
        shown = {name: getattr(self, name) for name in ("number", "system", "url", "fault", "outcome", "attempts")}
        return shown | {"due": self.due.isoformat(), "body": shown_body(self.body, self.fault)}


class Webhooks:
    """Targets by service, calls that wait for their virtual instant, and the last ten thousand calls."""

    def __init__(self, clock: VirtualClock, faults: Faults, rng: random.Random) -> None:
        self.targets: dict[str, Target] = {}
        self.log: deque[Delivery] = deque(maxlen=_KEPT)
        self.rng = rng
        self._clock = clock
        self._faults = faults
        self._queue: list[tuple[datetime, int, Delivery]] = []
        self._held: dict[str, Delivery] = {}
        self._count = 0
        self._turns = 0

    def aim(self, target: Target, secret: str) -> None:
        """Send a service's webhooks to a target from now on, signed with `secret` if it names none."""
        filled = target.secret or secret
        self.targets[target.system] = msgspec.structs.replace(target, secret=filled)

    def clear(self) -> None:
        """Forget targets, what waits and what went."""
        for kept in (self.targets, self.log, self._queue, self._held):
            kept.clear()

    def post(
        self, system: str, content: Mapping[str, Any], due: datetime, headers: Mapping[str, str] | None = None
    ) -> None:
        """Have a body sent to the service's target at an instant, unless a fault has other plans for it.

        `headers` go with it beside the signature, at each attempt.
        """
        target = self.targets[system]
        rule = self._faults.strike_webhook(system, urlsplit(target.url).path)
        name = rule.fault if rule else None
        delivery = self._delivery(target, webhook_body(content, name), due, name)
        delivery.headers |= headers or {}
        self.log.append(delivery)
        earlier = self._held.pop(system, None)
        if rule is None:
            self._wait(delivery)
        else:
            self._suffer(rule, delivery, target)
        if earlier is not None:
            self._wait(earlier, due)

    def _suffer(self, rule: Rule, delivery: Delivery, target: Target) -> None:
        if rule.fault == "webhook_lost":
            delivery.outcome = "lost"
        elif rule.fault == "webhook_reordered":
            self._held[delivery.system] = delivery
        elif rule.fault == "webhook_late":
            self._wait(delivery, delivery.due + timedelta(minutes=rule.minutes))
        else:
            self._wait(delivery)
            if rule.fault in ("webhook_doubled", "webhook_forged"):
                self._wait(self._second(rule, delivery, target))

    def _second(self, rule: Rule, delivery: Delivery, target: Target) -> Delivery:
        """The same call once more, or one by somebody who does not know the secret."""
        self._count += 1
        second = replace(delivery, number=self._count, attempts=[])
        if rule.fault == "webhook_forged":
            second.headers = delivery.headers | target.headers(delivery.body, "guessed")
        self.log.append(second)
        return second

    def _delivery(self, target: Target, body: bytes, due: datetime, fault: str | None) -> Delivery:
        self._count += 1
        headers = target.headers(body, target.secret or "")
        return Delivery(self._count, target.system, target.url, body, headers, due, fault)

    def _wait(self, delivery: Delivery, due: datetime | None = None) -> None:
        delivery.due = due or delivery.due
        # What overtook another one goes first although its number is higher.
        self._turns += 1
        heappush(self._queue, (delivery.due, self._turns, delivery))

    @property
    def next_due(self) -> datetime | None:
        """The instant of the first call that waits."""
        return self._queue[0][0] if self._queue else None

    @property
    def due(self) -> bool:
        """Whether the instant of a call has come."""
        return self.next_due is not None and self.next_due <= self._clock.now()

    def take_due(self) -> Delivery | None:
        """Take the first call that is due by now; `settle` or `put_back` must follow."""
        return heappop(self._queue)[2] if self.due else None

    def put_back(self, delivery: Delivery) -> None:
        """Let a call wait, as the first of its instant, that could not be tried."""
        heappush(self._queue, (delivery.due, 0, delivery))

    def settle(self, delivery: Delivery, status: int | None) -> None:
        """Note an attempt; without a 2xx the next one follows in virtual time, after the last one nothing does."""
        delivery.attempts.append({"at": delivery.due.isoformat(), "status": status})
        pauses = RETRY_SECONDS[delivery.system]
        if status is not None and 200 <= status < 300:
            delivery.outcome = "delivered"
        elif len(delivery.attempts) > len(pauses):
            delivery.outcome = "given up"
        else:
            pause = timedelta(seconds=pauses[len(delivery.attempts) - 1])
            self._wait(delivery, delivery.due + pause)
