"""The whole sandbox over TCP, and one who calls it and puts faults in force."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Any

import httpx

from sandbox.serve import Server
from sandbox.world import build_world
from tests.sandbox_wonolo import KEYS, NOON


class Client:
    """One who calls both services over TCP."""

    def __init__(self, server: Server) -> None:
        self.world = server.world
        self.http = httpx.Client(base_url=server.url)
        self.token = self.http.post("/api_v2/authenticate", data=KEYS).json()["token"]

    def wonolo(self, method: str, path: str, **options: Any) -> httpx.Response:
        """A request with the token."""
        return self.http.request(method, f"/api_v2{path}", params={"token": self.token}, **options)

    def fault(self, **rule: Any) -> None:
        """Put a rule in force."""
        answer = self.http.post("/_sandbox/faults", json=rule)
        assert answer.status_code == 200, answer.text

    def customers(self) -> list[str]:
        """The names of the customers there are."""
        return [customer["name"] for customer in self.world.wonolo.customers.records.values()]

    def last(self) -> tuple[int | None, str | None, bool]:
        """Status, fault and whether the API was reached, of the last request."""
        received = self.world.requests.since()[-1]
        return received.status, received.fault, received.reached


@contextmanager
def served() -> Iterator[Client]:
    """A client of a fresh sandbox."""
    with Server(build_world(seed=5, demands=2, start=NOON)) as server:
        client = Client(server)
        with closing(client.http):
            yield client
