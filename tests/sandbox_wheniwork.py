"""The sandbox's When I Work alone, called in the process by people who are logged in."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
from fastapi import FastAPI

from sandbox.clock import VirtualClock
from sandbox.wheniwork.routes import login_routes, routes
from sandbox.wheniwork.seed import seed_objects
from sandbox.wheniwork.state import PASSWORD, WhenIWorkState

NOON = datetime(2026, 11, 23, 18, tzinfo=UTC)
"""Monday noon in the account's zone, when every test begins."""
KEY = {"W-Key": "sandbox-developer-key"}


@dataclass
class Person:
    """Sends requests with a token, or without one."""

    app: FastAPI
    headers: dict[str, str] = field(default_factory=dict)

    def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send one request as httpx would."""
        headers = {**self.headers, **options.pop("headers", {})}
        return asyncio.run(self._send(method, path, headers=headers, **options))

    async def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as client:
            return await client.request(method, path, **options)

    def get(self, path: str, **query: Any) -> Any:
        """The body of a GET that succeeds."""
        return _succeeded(self.send("GET", path, params=query))

    def post(self, path: str, body: Any) -> Any:
        """The body of a POST that succeeds."""
        return _succeeded(self.send("POST", path, json=body))

    def put(self, path: str, body: Any) -> Any:
        """The body of a PUT that succeeds."""
        return _succeeded(self.send("PUT", path, json=body))

    def delete(self, path: str, **query: Any) -> Any:
        """The body of a DELETE that succeeds."""
        return _succeeded(self.send("DELETE", path, params=query))

    def refused(self, method: str, path: str, **options: Any) -> tuple[int, Any]:
        """Status and code of a request that must fail in the API's own shape."""
        answer = self.send(method, path, **options)
        body = answer.json()
        assert isinstance(body["error"], str)
        assert body["error"]
        return answer.status_code, body["code"]


def _succeeded(answer: httpx.Response) -> Any:
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/json"
    return answer.json()


class Sandbox:
    """A When I Work with the sample objects, at NOON, without a rate limit."""

    def __init__(self, start: datetime = NOON) -> None:
        self.clock = VirtualClock(start)
        self.state = WhenIWorkState(self.clock, random.Random(7))  # noqa: S311 - a test repeats under its seed
        self.state.switches.rate_limit_per_minute = 0
        seed_objects(self.state)
        self.app = FastAPI()
        self.app.include_router(routes(self.state), prefix="/2")
        self.app.include_router(login_routes(self.state))
        self.stranger = Person(self.app)

    def person(self, name: str) -> Person:
        """One of the account's `manager`, `supervisor` and `employee`, logged in."""
        return Person(self.app, {"W-Token": self.login(f"{name}@sandbox.example")["login"]["token"]})

    def login(self, email: str) -> Any:
        """The answer of the legacy login."""
        body = {"username": email, "password": PASSWORD}
        return _succeeded(self.stranger.send("POST", "/2/login", json=body, headers=KEY))

    def user_id(self, name: str) -> int:
        """The id of the `manager`, `supervisor` or `employee`."""
        found: int = next(u["id"] for u in self.state.users.values() if u["email"] == f"{name}@sandbox.example")
        return found


def shift_body(**fields: Any) -> dict[str, Any]:
    """A published OpenShift at Downtown tomorrow from eight to four, with other fields as given."""
    times = {"start_time": "2026-11-24 08:00:00", "end_time": "2026-11-24 16:00:00"}
    return {**times, "location_id": 136, "position_id": 32, "published": True, **fields}
