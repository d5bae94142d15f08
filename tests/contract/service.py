"""One of the two APIs, somewhere: in this process, over TCP, or the real one."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from sandbox.app import create_app
from sandbox.people import perform
from sandbox.serve import Server
from sandbox.world import World, build_world

Send = Callable[..., httpx.Response]
"""Takes method, URL and the options of httpx."""

_KEYS = {"api_key": "pk_test_sandbox", "secret_key": "sk_test_sandbox"}
_LOGIN = {"key": "sandbox-developer-key", "email": "manager@sandbox.example", "password": "sandbox"}


@dataclass
class Service:
    """One API: its base URL, credentials by name, whether writes are allowed, and seconds before each request."""

    send: Send
    base: str
    secrets: dict[str, str] = field(repr=False)
    may_write: bool = True
    is_real: bool = False
    pause: float = 0.0
    params: dict[str, str] = field(default_factory=dict, repr=False)
    headers: dict[str, str] = field(default_factory=dict, repr=False)

    def ask(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send one request with the token."""
        params = [*self.params.items(), *_pairs(options.pop("params", {}))]
        headers = {**self.headers, **options.pop("headers", {})}
        return self.bare(method, path, params=params, headers=headers, **options)

    def bare(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send one request as it is; a full address may be given instead of a path."""
        time.sleep(self.pause)
        return self.send(method, path if "://" in path else self.base + path, **options)

    def get(self, path: str, **query: Any) -> Any:
        """Return the body of a read; what the service does not serve, or not to this login, cannot be tried."""
        answer = self.ask("GET", path, params=query)
        if answer.status_code in {403, 404, 405}:
            pytest.skip(f"GET {path} is answered with {answer.status_code}")
        assert answer.status_code == 200, f"GET {path} is answered with {answer.status_code}"
        return answer.json()

    def write(self, method: str, path: str, json: Any = None, **query: Any) -> httpx.Response:
        """Send one write, if that is allowed here and to this login."""
        if not self.may_write:
            pytest.skip("writes are not allowed: CONTRACT_WRITE=1 allows them")
        answer = self.ask(method, path, json=json, params=query)
        if answer.status_code == 403:
            pytest.skip(f"this login may not {method} {path}")
        return answer


def _pairs(query: dict[str, Any]) -> list[tuple[str, Any]]:
    return [(name, one) for name, value in query.items() for one in (value if isinstance(value, list) else [value])]


def places(system: str) -> list[str]:
    """Return where a system is to be tried."""
    real = ["real"] if f"CONTRACT_{system.upper()}_URL" in os.environ else []
    return ["in process", "over TCP", *real]


@contextmanager
def at(place: str, system: str) -> Iterator[Service]:
    """Open a service that nobody has logged in to."""
    if place == "real":
        with httpx.Client(timeout=30, follow_redirects=False) as client:
            yield _real(client.request, system)
        return
    world, path = _world(), {"wonolo": "/api_v2", "wheniwork": "/2"}[system]
    secrets = _KEYS if system == "wonolo" else _LOGIN
    if place == "in process":
        base = "http://127.0.0.1"
        yield Service(_in_process(world), base + path, {**secrets, "login_url": f"{base}/login"})
        return
    with Server(world) as server, httpx.Client(timeout=30, follow_redirects=False) as client:
        yield Service(client.request, server.url + path, {**secrets, "login_url": f"{server.url}/login"})


def _real(send: Send, system: str) -> Service:
    prefix = f"CONTRACT_{system.upper()}_"
    secrets = {name.removeprefix(prefix).lower(): text for name, text in os.environ.items() if name.startswith(prefix)}
    base = secrets.pop("url").rstrip("/")
    may_write, pause = os.environ.get("CONTRACT_WRITE") == "1", float(os.environ.get("CONTRACT_PAUSE", "1"))
    return Service(send, base, secrets, may_write, is_real=True, pause=pause)


def _world() -> World:
    world = build_world(seed=5, demands=120, posted=0.6)
    world.wheniwork.switches.rate_limit_per_minute = 100_000
    for _ in range(4):
        job = perform(world, "worker_accepts", {})["job"]
    people = {"sender_id": job["employer"]["id"], "receiver_id": job["worker"]["id"], "job_id": job["id"]}
    world.wonolo.messages.add(people | {"body": "See you", "image_url": None, "read_at": None}, world.wonolo.now())
    return world


def _in_process(world: World) -> Send:
    app = create_app(world)

    async def send(method: str, url: str, **options: Any) -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as client:
            return await client.request(method, url, **options)

    return lambda method, url, **options: asyncio.run(send(method, url, **options))
