"""Outgoing webhooks of both services: what is to be delivered when, signed how, and what became of it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import random
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from heapq import heappop, heappush
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

import msgspec

from sandbox.clock import VirtualClock
from sandbox.faults import Faults, Rule

SIGNATURE_HEADERS: Mapping[str, str] = {"wonolo": "X-Wonolo-Webhook-Token", "wheniwork": "X-WhenIWork-Signature"}
"""The first is documented (Wonolo reference 11), the second nowhere (When I Work reference 9.1)."""
RETRY_SECONDS: Mapping[str, tuple[int, ...]] = {"wonolo": (60, 120, 240), "wheniwork": (60, 300, 1800)}
"""Virtual time from one attempt to the next; When I Work's own are not known, only that they grow."""
_KEPT = 10_000
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Target(msgspec.Struct, forbid_unknown_fields=True, kw_only=True):
    """Where a service sends its webhooks, on the loopback interface, and what is open about how.

    Without a `secret` Wonolo signs with its API's secret key. `digest` spells the signature. `body` is Wonolo's: a
    record under its name, bare, or its id and state alone. `batch_seconds` of virtual time is how long When I Work
    gathers events.
    """

    system: Literal["wonolo", "wheniwork"]
    url: str
    secret: str | None = None
    header: str | None = None
    digest: Literal["hex", "upper_hex", "base64"] = "hex"
    body: Literal["record", "bare", "hint"] = "record"
    batch_seconds: Annotated[float, msgspec.Meta(ge=0, le=3600)] = 3.0

    def __post_init__(self) -> None:
        """Check the address and that there is something to sign with."""
        parts = urlsplit(self.url)
        if parts.scheme != "http" or parts.hostname not in _LOOPBACK or not parts.port:
            raise ValueError("A webhook goes to http://127.0.0.1:PORT/... and nowhere else.")
        if self.system == "wheniwork" and not self.secret:
            raise ValueError("A webhook of When I Work needs a secret.")

    def signature(self, body: bytes, secret: str) -> str:
        """SHA-256 over body and secret (Wonolo reference 11), or an HMAC of it (When I Work reference 9.1)."""
        if self.system == "wonolo":
            found = hashlib.sha256(body + secret.encode()).digest()
        else:
            found = hmac.digest(secret.encode(), body, "sha256")
        if self.digest == "base64":
            return base64.b64encode(found).decode()
        return found.hex().upper() if self.digest == "upper_hex" else found.hex()


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
        """What may be shown: all but the signature."""
        shown = {name: getattr(self, name) for name in ("number", "system", "url", "fault", "outcome", "attempts")}
        return shown | {"due": self.due.isoformat(), "body": msgspec.json.decode(self.body)}


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

    def post(self, system: str, content: Any, due: datetime) -> None:
        """Have a body sent to the service's target at an instant, unless a fault has other plans for it."""
        target = self.targets[system]
        rule = self._faults.strike_webhook(system, urlsplit(target.url).path)
        name = rule.fault if rule else None
        delivery = self._delivery(target, msgspec.json.encode(content), due, name)
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
            self._wait(self._second(rule, delivery, target))

    def _second(self, rule: Rule, delivery: Delivery, target: Target) -> Delivery:
        """The same call once more, or one by somebody who does not know the secret."""
        self._count += 1
        second = replace(delivery, number=self._count, attempts=[])
        if rule.fault == "webhook_forged":
            second.headers = _headers(target, delivery.body, "guessed")
        self.log.append(second)
        return second

    def _delivery(self, target: Target, body: bytes, due: datetime, fault: str | None) -> Delivery:
        self._count += 1
        headers = _headers(target, body, target.secret or "")
        return Delivery(self._count, target.system, target.url, body, headers, due, fault)

    def _wait(self, delivery: Delivery, due: datetime | None = None) -> None:
        delivery.due = due or delivery.due
        # What overtook another one goes first although its number is higher.
        self._turns += 1
        heappush(self._queue, (delivery.due, self._turns, delivery))

    @property
    def waiting(self) -> bool:
        """Whether calls wait for their instant."""
        return bool(self._queue)

    @property
    def due(self) -> bool:
        """Whether the instant of a call has come."""
        return bool(self._queue) and self._queue[0][0] <= self._clock.now()

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


def _headers(target: Target, body: bytes, secret: str) -> dict[str, str]:
    name = target.header or SIGNATURE_HEADERS[target.system]
    return {"content-type": "application/json", name: target.signature(body, secret)}
