"""The whole sandbox, scripted through its control API in the process."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx

from sandbox.app import create_app
from sandbox.world import World, build_world
from tests.sandbox_wonolo import KEYS, NOON


class Control:
    """The whole sandbox called in the process, with three demands at NOON."""

    def __init__(self) -> None:
        self.world: World = build_world(seed=3, demands=3, start=NOON)
        self.app = create_app(self.world)

    def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send one request as httpx would."""
        return asyncio.run(self._send(method, path, **options))

    async def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app), base_url="http://sandbox") as client:
            return await client.request(method, path, **options)

    def get(self, path: str, **query: Any) -> Any:
        """The body of a GET that succeeds."""
        return self._succeeded(self.send("GET", f"/_sandbox{path}", params=query))

    def post(self, path: str, body: Any) -> Any:
        """The body of a POST that succeeds."""
        return self._succeeded(self.send("POST", f"/_sandbox{path}", json=body))

    def refused(self, path: str, body: Any) -> tuple[int, str]:
        """Status and text of a POST that must fail."""
        answer = self.send("POST", f"/_sandbox{path}", json=body)
        return answer.status_code, answer.json()["error"]

    def wonolo(self, method: str, path: str, **options: Any) -> httpx.Response:
        """A request to Wonolo with a fresh token."""
        token = self.send("POST", "/api_v2/authenticate", data=KEYS).json()["token"]
        return self.send(method, f"/api_v2{path}", params={"token": token}, **options)

    @staticmethod
    def _succeeded(answer: httpx.Response) -> Any:
        assert answer.status_code == 200, answer.text
        return answer.json()
