"""Both APIs of the sandbox, called in the process by somebody who may do everything, with every route by name."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx

from sandbox.wheniwork import operations as wheniwork
from sandbox.wonolo import operations as wonolo
from tests.sandbox_control import Control
from tests.sandbox_wheniwork import KEY
from tests.sandbox_wonolo import KEYS

DOCUMENTS = {"wonolo": wonolo.document(), "wheniwork": wheniwork.document()}
ROUTES = [
    (system, method.upper(), path)
    for system, document in DOCUMENTS.items()
    for path, methods in document["paths"].items()
    for method in methods
]


class Both(Control):
    """The whole sandbox without a rate limit, with tokens that last."""

    def __init__(self) -> None:
        super().__init__()
        self.world.wheniwork.switches.rate_limit_per_minute = 0
        token = self.send("POST", "/api_v2/authenticate", data=KEYS).json()["token"]
        self.world.wonolo.tokens[token] = datetime.max.replace(tzinfo=UTC)
        body = {"username": "manager@sandbox.example", "password": "sandbox"}
        login = self.send("POST", "/2/login", json=body, headers=KEY).json()["login"]
        self.query: dict[str, dict[str, str]] = {"wonolo": {"token": token}, "wheniwork": {"W-Token": login["token"]}}

    def call(self, system: str, method: str, path: str, **options: Any) -> httpx.Response:
        """Send one request with the token of the API it goes to, and with the developer key."""
        params = {**options.pop("params", {}), **self.query[system]}
        headers = {**KEY, **options.pop("headers", {})}
        return self.send(method, path, params=params, headers=headers, **options)

    def ids(self, system: str) -> list[int]:
        """The first ids of every kind of record."""
        tables: Any = self.world.wheniwork._tables.values()
        if system == "wonolo":
            state = self.world.wonolo
            tables = [getattr(state, name).records for name in ("users", "job_requests", "jobs", "badges", "customers")]
        return [number for table in tables for number in list(table)[:3]]


def in_own_shape(system: str, answer: Any) -> bool:
    """Whether an answer is JSON, and when it is a refusal, one in the API's own shape."""
    body = answer.json()
    if answer.status_code < 400:
        return True
    names = {"error"} if system == "wonolo" else {"error", "code"}
    return isinstance(body, dict) and names <= set(body) and isinstance(body["error"], str) and bool(body["error"])


def documented(method: str, path: str, answer: Any) -> bool:
    """Whether a 5xx is the one that is documented: deleting a request that is not cancelled (3.3)."""
    return (method, path.rpartition("/")[0], answer.status_code) == ("DELETE", "/2/requests", 500)
