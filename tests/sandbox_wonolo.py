"""The sandbox's Wonolo, called in the process with a token."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from sandbox.app import create_app
from sandbox.people import perform
from sandbox.world import World, build_world

NOON = datetime(2026, 11, 23, 18, tzinfo=UTC)
"""Monday noon in the company's zone, when every test begins."""
KEYS = {"api_key": "pk_test_sandbox", "secret_key": "sk_test_sandbox"}

SOON = {"start_time": "2026-11-23 13:00", "duration": 60}
"""A JobRequest from one to two, seen from NOON."""


@dataclass
class Wonolo:
    """A company at NOON without JobRequests, and one who calls its API."""

    world: World
    token: str = ""

    def __post_init__(self) -> None:
        """Get a token as any client does."""
        self.app = create_app(self.world)
        self.token = self.post("/authenticate", data=KEYS)["token"]

    def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Send one request as httpx would; the token goes along in the query."""
        options["params"] = {"token": self.token, **options.pop("params", {})}
        return asyncio.run(self._send(method, f"/api_v2{path}", **options))

    async def _send(self, method: str, path: str, **options: Any) -> httpx.Response:
        transport = httpx.ASGITransport(self.app)
        async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as client:
            return await client.request(method, path, **options)

    def get(self, path: str, **query: Any) -> Any:
        """The body of a GET that succeeds."""
        return _succeeded(self.send("GET", path, params=query))

    def post(self, path: str, json: Any = None, **options: Any) -> Any:
        """The body of a POST that succeeds."""
        return _succeeded(self.send("POST", path, json=json, **options))

    def patch(self, path: str, json: Any) -> Any:
        """The body of a PATCH that succeeds."""
        return _succeeded(self.send("PATCH", path, json=json))

    def refused(self, method: str, path: str, **options: Any) -> tuple[int, str]:
        """Status and text of a request that must fail in the API's own shape."""
        answer = self.send(method, path, **options)
        assert list(answer.json()) == ["error"]
        return answer.status_code, answer.json()["error"]

    def job_request(self, **fields: Any) -> Any:
        """A JobRequest as created by the API from a valid one with other fields as given."""
        return self.post("/job_requests", {"job_request": job_request_body(**fields)})["job_request"]

    def act(self, name: str, **arguments: Any) -> Any:
        """What an act of the people touched."""
        return perform(self.world, name, arguments)

    def switch(self, **changes: Any) -> None:
        """Set switches."""
        self.world.wonolo.switches.change(changes)

    def wait(self, **span: float) -> None:
        """Let time pass."""
        self.world.advance(timedelta(**span))

    def workers(self) -> list[int]:
        """The ids of all Workers."""
        return [number for number, user in self.world.wonolo.users.records.items() if user["type"] == "Worker"]


def wonolo() -> Wonolo:
    """A fresh company at NOON."""
    return Wonolo(build_world(seed=7, demands=0, start=NOON))


def job_request_body(**fields: Any) -> dict[str, Any]:
    """Two workers tomorrow from nine to five, with other fields as given."""
    needed = {"state": "posted", "category": "General Labor", "description_tasks": "Lift", "slots": 2}
    place = {"address": "1 Some Street", "city": "Chicago", "zip": "60601", "request_name": "Lifting"}
    return {**needed, **place, "start_time": "2026-11-24 09:00", "duration": 480, "wage": 160, **fields}


def taken(api: Wonolo, **fields: Any) -> Any:
    """A Job that a worker has just accepted on a JobRequest of one slot."""
    number = api.job_request(**{"slots": 1, **SOON, **fields})["id"]
    return api.act("worker_accepts", job_request_id=number, worker_id=api.workers()[0])["job"]


def states_of(api: Wonolo, job: Any) -> tuple[str, str]:
    """The states of a Job and of its JobRequest."""
    job_request = api.get(f"/job_requests/{job['job_request_id']}")["job_request"]
    return api.get(f"/jobs/{job['id']}")["job"]["state"], job_request["state"]


def _succeeded(answer: httpx.Response) -> Any:
    assert answer.status_code in (200, 201), answer.text
    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    return answer.json()
