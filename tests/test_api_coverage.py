"""The table of every endpoint: no cell is empty, and none is out of date."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Iterator

import httpx
import pytest
from starlette.routing import Route
from structlog.testing import capture_logs

from sandbox.app import create_app
from sandbox.wheniwork import routes as wheniwork_routes
from sandbox.wonolo import routes as wonolo_routes
from sandbox.world import World, build_world
from sync.clients.wheniwork import WhenIWork
from sync.clients.wonolo import Wonolo
from tests import api_coverage
from tests.api_endpoints import LOGIN_HOST, NOT_NEEDED, WHENIWORK, WONOLO, Endpoint

ROWS = [(system, prefix, endpoint) for _, system, prefix, table in api_coverage.TABLES for endpoint in table]
CASES = pytest.mark.parametrize(
    ("system", "prefix", "endpoint"), ROWS, ids=[f"{prefix} {row.method} {row.path}" for _, prefix, row in ROWS]
)


def test_the_page_says_what_the_code_says() -> None:
    """`python tests/api_coverage.py` writes it anew."""
    assert api_coverage.PAGE.read_text(encoding="utf-8") == api_coverage.page()


@CASES
def test_the_client_method_of_a_row_sends_its_request(system: str, prefix: str, endpoint: Endpoint) -> None:
    """A method that is gone, or that calls something else, fails here."""
    line = f"{endpoint.method} {prefix}{endpoint.path.replace('{id}', '7')}"
    assert line in api_coverage.sent(system, prefix, endpoint)


def test_the_purpose_of_a_row_agrees_with_who_uses_it() -> None:
    """What nobody uses says why; what somebody uses says what for."""
    found = api_coverage.users()
    wrong = [
        (endpoint.method, endpoint.path, parts)
        for system, _, endpoint in ROWS
        for parts in [api_coverage.used_by(system, endpoint, found)]
        if len(endpoint.purpose) < 8 or bool(parts) == endpoint.purpose.startswith(NOT_NEEDED)
    ]
    assert wrong == []


CLIENTS: dict[str, tuple[object, tuple[Endpoint, ...]]] = {
    "wonolo": (Wonolo("https://api.example/api_v2", "k", "s"), WONOLO),
    "wheniwork": (WhenIWork("https://api.example/2", "https://api.example/2/login", "k", "e", "p"), WHENIWORK),
}
SECOND_METHODS = {"create_shifts", "availability_events.replace"}
"""Methods for the other answer of an endpoint that the table has already."""


@pytest.mark.parametrize("system", CLIENTS)
def test_every_method_of_a_client_is_in_the_table(system: str) -> None:
    """A new one needs a row."""
    client, table = CLIENTS[system]
    assert _public(client) - {row.client for row in table} - SECOND_METHODS == set()


def _public(client: object) -> set[str]:
    own = {name for name, _ in inspect.getmembers(client, inspect.isroutine) if not name.startswith("_")}
    parts = {name: part for name, part in vars(client).items() if not name.startswith("_")}
    return own | {f"{name}.{method}" for name, part in parts.items() for method in _public(part)}


# What the sandbox serves


def test_every_endpoint_of_wonolo_is_served_by_the_sandbox() -> None:
    """Under every method that the documents name."""
    router = wonolo_routes.routes(build_world(seed=1, demands=0).wonolo)
    served = {(m, route.path) for route in router.routes if isinstance(route, Route) for m in route.methods or ()}
    assert _ways(WONOLO) - served == set()
    assert {way for way in served if way[0] != "HEAD" and ":path" not in way[1]} - _ways(WONOLO) == set()


def _ways(table: tuple[Endpoint, ...]) -> set[tuple[str, str]]:
    return {way for endpoint in table for way in api_coverage.spellings(endpoint)}


def test_every_endpoint_of_when_i_work_is_served_by_the_sandbox() -> None:
    """Each is asked; none is answered as an unknown path or a method that is not allowed."""
    world = build_world(seed=1, demands=0)
    world.wheniwork.switches.rate_limit_per_minute = 0
    assert asyncio.run(_unserved(world)) == []


async def _unserved(world: World) -> list[str]:
    transport = httpx.ASGITransport(create_app(world))
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox") as client:
        body = {"email": "manager@sandbox.example", "password": "sandbox"}
        login = await client.post("/login", json=body, headers={"W-Key": "sandbox-developer-key"})
        client.headers["Authorization"] = f"Bearer {login.json()['token']}"
        ways = [(m, f"/2{path}") for m, path in sorted(_ways(WHENIWORK))] + [("POST", LOGIN_HOST[0].path)]
        answers = [(f"{m} {path}", await client.request(m, path.replace("{id}", "7"), json={})) for m, path in ways]
    return [line for line, answer in answers if answer.status_code in {405, 500} or answer.json().get("code") == 404]


def test_every_path_of_the_sandbox_is_in_the_table() -> None:
    """A path that no document names would be an invention."""
    router = wheniwork_routes.routes(build_world(seed=1, demands=0).wheniwork)
    served = {route.path.rstrip("/") for route in router.routes if isinstance(route, Route)}
    assert {path for path in served if ":path" not in path} - {path for _, path in _ways(WHENIWORK)} == set()


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Keep the request log out of the test's output."""
    with capture_logs():
        yield
