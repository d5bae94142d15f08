"""The table of every endpoint, as `docs/api-coverage.md` shows it. To write it anew: `python tests/api_coverage.py`."""

from __future__ import annotations

import ast
import asyncio
import sys
from collections.abc import Iterator
from inspect import isawaitable
from operator import attrgetter
from pathlib import Path
from typing import Any

import httpx

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from sync.clients.wheniwork import WhenIWork  # noqa: E402 - found beside the tests when run as a script
from sync.clients.wonolo import Wonolo  # noqa: E402 - the same
from tests.api_endpoints import BY_ITSELF, LOGIN_HOST, WHENIWORK, WONOLO, Endpoint  # noqa: E402 - the same

PAGE = ROOT / "docs" / "api-coverage.md"
TABLES = (
    ("Wonolo", "wonolo", "/api_v2", WONOLO),
    ("When I Work", "wheniwork", "/2", WHENIWORK),
    ("When I Work's login host", "wheniwork", "", LOGIN_HOST),
)
_INTRODUCTION = """# Every endpoint of both APIs

Written by `python tests/api_coverage.py`; a test fails when it is out of date. Each client method was called and seen
to send that request; each route was asked of the sandbox; "used by" is what the source of `sync/` says.
"""

_ANYTHING: dict[str, Any] = {
    "data": [{"id": 7}],
    "token": "t",
    "expires_at": "2027-01-01T00:00:00Z",
    "success": True,
    "exists": True,
}
"""An answer that every client method understands."""


class _Listener(httpx.AsyncBaseTransport):
    """Hears requests as `METHOD /path`."""

    def __init__(self) -> None:
        self.heard: list[str] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Give an answer that fits any request; a listing by pages ends at its second."""
        self.heard.append(f"{request.method} {request.url.path}")
        return httpx.Response(200, json=_ANYTHING | {"more": False})


def sent(system: str, prefix: str, endpoint: Endpoint) -> list[str]:
    """Return what the client sends when the endpoint's method is called with its arguments."""
    return asyncio.run(_sent(system, prefix, endpoint))


async def _sent(system: str, prefix: str, endpoint: Endpoint) -> list[str]:
    listener = _Listener()
    made: Wonolo | WhenIWork
    if system == "wonolo":
        made = Wonolo("https://api.example/api_v2", "k", "s", transport=listener, per_second=1000)
    else:
        login = (f"https://api.example{prefix}/login", "k", "e", "p")
        made = WhenIWork("https://api.example/2", *login, transport=listener, per_minute=60_000)
    async with made as client:
        method = "account" if system == "wheniwork" else "customer_exists"
        answer = attrgetter(method if endpoint.client == BY_ITSELF else endpoint.client)(client)(*endpoint.arguments)
        if isawaitable(answer):
            await answer
        else:
            [page async for page in answer]
    return listener.heard


def users() -> dict[str, set[str]]:
    """Return for each client method (`wonolo.job`) or collection handed on the parts of `sync/` that use it."""
    found: dict[str, set[str]] = {}
    for path in sorted((ROOT / "sync").rglob("*.py")):
        part = path.relative_to(ROOT / "sync").parts[0].removesuffix(".py")
        if part != "clients":
            for method in _methods(ast.parse(path.read_text(encoding="utf-8"))):
                found.setdefault(method, set()).add(part)
    return found


def _methods(tree: ast.AST) -> Iterator[str]:
    attributes = [node for node in ast.walk(tree) if isinstance(node, ast.Attribute)]
    inner = {id(node.value) for node in attributes}
    for node in attributes:
        words = [word.lstrip("_") for word in ast.unparse(node).split(".")]
        for system in ("wonolo", "wheniwork"):
            if id(node) not in inner and system in words[:-1]:
                yield ".".join(words[words.index(system) :])


def used_by(system: str, endpoint: Endpoint, found: dict[str, set[str]]) -> list[str]:
    """Return the parts of `sync/` that use an endpoint; a collection that is handed on is listed."""
    name = f"{system}.{endpoint.client}"
    if endpoint.client == BY_ITSELF:
        return ["clients"]
    return sorted(found.get(name, set()) | (found.get(name.removesuffix(".list"), set())))


def spellings(endpoint: Endpoint) -> list[tuple[str, str]]:
    """Return every (method, path) of an endpoint that the API knows, the client's own first."""
    others = [other.partition(" ") for other in endpoint.also]
    return [(endpoint.method, endpoint.path), *((method, path or endpoint.path) for method, _, path in others)]


def page() -> str:
    """Return the whole page."""
    found = users()
    heads = "| endpoint | client method | sandbox route | used by | for |\n|---|---|---|---|---|"
    parts = [_INTRODUCTION]
    for title, system, prefix, table in TABLES:
        parts += [f"## {title}\n\n{heads}", *(_row(system, prefix, endpoint, found) for endpoint in table), ""]
    return "\n".join(parts)


def _row(system: str, prefix: str, endpoint: Endpoint, found: dict[str, set[str]]) -> str:
    served = ", ".join(f"`{method} {prefix}{path}`" for method, path in spellings(endpoint))
    client = endpoint.client if endpoint.client == BY_ITSELF else f"`{system}.{endpoint.client}`"
    parts = ", ".join(used_by(system, endpoint, found)) or "nobody"
    return f"| `{endpoint.method} {endpoint.path}` | {client} | {served} | {parts} | {endpoint.purpose} |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
