"""The routes that take webhooks, called in the process, over a real store."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import msgspec
from starlette.applications import Starlette

from sandbox.targets import SIGNATURE_HEADERS, Target
from sync.config import Config
from sync.daemon.receiver import webhook_routes
from sync.mirror.dirty import DirtyKind
from sync.mirror.store import Store

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LARGEST = 1 << 20
JOB = {"job": {"id": 7, "job_request_id": 3, "state": "filled"}}


@dataclass
class Pair:
    """A pair that counts how often it was woken."""

    config: Config
    store: Store
    woken: int = 0

    def wake(self) -> None:
        """Count."""
        self.woken += 1


def configured(wonolo: Mapping[str, str] | None = None, wheniwork: Mapping[str, str] | None = None) -> Config:
    """A configuration whose secrets are `sk` for Wonolo and `shared` for When I Work, unless they are given."""
    login = {"key": "dev", "email": "manager@company.example", "password": "secret"}
    return Config.model_validate(
        {
            "wonolo": {"api_key": "pk", "secret_key": "sk", **(wonolo or {})},
            "wheniwork": {**login, **(wheniwork or {"webhook_secret": "shared"})},
        }
    )


@dataclass
class Door:
    """One process that takes webhooks for the pair `main`, and what it counted."""

    store: Store
    config: Config = field(default_factory=configured)
    patience_seconds: float = 10
    now: datetime = NOON
    counted: list[tuple[str, str, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Open it."""
        self.pair = Pair(self.config, self.store)
        self.pairs = {"main": self.pair}
        routes = webhook_routes(self.pairs, self._count, lambda: self.now, self.patience_seconds)
        self.app = Starlette(routes=routes)

    def _count(self, *labels: str) -> None:
        pair, system, outcome = labels
        self.counted.append((pair, system, outcome))

    @property
    def outcomes(self) -> list[str]:
        """What became of each webhook."""
        return [outcome for _, _, outcome in self.counted]

    async def send(
        self,
        system: str = "wonolo",
        body: bytes | AsyncIterator[bytes] = b"",
        headers: Mapping[str, str] | None = None,
        pair: str = "main",
        method: str = "POST",
    ) -> httpx.Response:
        """Send a body as it is."""
        raw = {name.encode(): value.encode("latin-1") for name, value in (headers or {}).items()}
        transport = httpx.ASGITransport(self.app, client=("203.0.113.5", 443))
        async with httpx.AsyncClient(transport=transport, base_url="http://door") as client:
            return await client.request(method, f"/webhooks/{system}/{pair}", content=body, headers=raw)

    async def signed(
        self, system: str, content: Any, secret: str | None = None, pair: str = "main", **headers: str
    ) -> httpx.Response:
        """Send a content, or bytes as they are, signed as the service does."""
        body = content if isinstance(content, bytes) else msgspec.json.encode(content)
        return await self.send(system, body, signature(system, body, secret) | headers, pair)

    def waiting(self) -> set[tuple[DirtyKind, int, int]]:
        """The records that are to be read again, with how often that was said."""
        with self.store.read("main") as tx:
            return {(row.kind, row.record, row.touched) for row in tx.dirty.oldest(1000)}

    def marked(self) -> set[str]:
        """The parts that are to be read at once."""
        with self.store.read("main") as tx:
            return {part for part, look in tx.looks.all().items() if look.marked}

    def pass_time(self, **time: float) -> None:
        """Set the clock on."""
        self.now += timedelta(**time)


def signature(system: str, body: bytes, secret: str | None = None) -> dict[str, str]:
    """The header that a service signs a body with."""
    used = secret or {"wonolo": "sk", "wheniwork": "shared"}[system]
    target = msgspec.convert({"system": system, "url": "http://127.0.0.1:1/", "secret": used}, Target)
    return {SIGNATURE_HEADERS[system]: target.signature(body, used)}
