"""The door in front of both APIs: notes every request, lets the world catch up, applies faults, dates every answer.

A request whose effect is late is kept at the door, and carried out before the first request of any kind that comes when
its time has come.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.utils import format_datetime
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.bodies import LARGEST_BODY
from sandbox.courier import Courier
from sandbox.effects import Reply, reply_under
from sandbox.requests import Received
from sandbox.wonolo.listing import drift
from sandbox.world import World

_DRIPS = 20
BREAK_OFF = "sandbox.break_off"
"""Key of the request's state under which a server puts a function that breaks the connection off."""


def system_of(path: str) -> str | None:
    """Which API a path belongs to; None for the control API."""
    if path == "/api_v2" or path.startswith("/api_v2/"):
        return "wonolo"
    return "wheniwork" if path in ("/2", "/login", "/login/") or path.startswith("/2/") else None


class Gate:
    """ASGI middleware around the APIs; the control API passes untouched."""

    def __init__(self, app: ASGIApp, world: World, courier: Courier) -> None:
        self._app = app
        self._world = world
        self._courier = courier

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "http":
            await self._carry_out_late()
        system = system_of(scope["path"]) if scope["type"] == "http" else None
        if system is None:
            await self._app(scope, receive, send)
            return
        body = await _whole_body(receive)
        self._world.catch_up()
        request = (scope["method"], scope["path"], scope["query_string"].decode("latin-1"))
        received = self._world.requests.add(self._world.clock.now(), system, request, body)
        reply = await self._reply(received, _without_last_slash(scope), body)
        self._world.gather_events()
        self._courier.start()
        if reply is None:
            await _break_off(scope, receive)
        else:
            received.status = reply.status
            service = self._world.wonolo if system == "wonolo" else self._world.wheniwork
            await _send_reply(reply, service.shown_time(), send)

    async def _reply(self, received: Received, scope: Scope, body: bytes) -> Reply | None:
        async def call() -> Reply:
            received.reached = True
            return await _called(self._app, scope, body)

        rule = self._world.faults.strike(received.system, received.method, received.path)
        if rule is None:
            return await call()
        received.fault = rule.fault
        if rule.fault == "late_effect":
            at = self._world.clock.now() + timedelta(minutes=rule.minutes)
            self._world.late.append((at, call))
        if rule.fault == "expire_tokens":
            self._world.expire_tokens(received.system)
        elif rule.fault == "page_drift":
            drift(self._world.wonolo, received.path)
        return await reply_under(rule, call)

    async def _carry_out_late(self) -> None:
        now = self._world.clock.now()
        due = [call for at, call in self._world.late if at <= now]
        self._world.late = [row for row in self._world.late if row[0] > now]
        for call in due:
            await call()


async def _whole_body(receive: Receive) -> bytes:
    """The body; of one that is too large only so much is kept that the API notices."""
    body, more = b"", True
    while more:
        message = await receive()
        body = b"".join((body, message.get("body", b"")))[: LARGEST_BODY + 1]
        more = message.get("more_body", False)
    return body


def _without_last_slash(scope: Scope) -> Scope:
    path = scope["path"]
    return {**scope, "path": path.rstrip("/"), "raw_path": None} if path.startswith("/api_v2/") else scope


async def _called(app: ASGIApp, scope: Scope, body: bytes) -> Reply:
    sent: list[Message] = []
    incoming: Iterator[dict[str, Any]] = iter(({"type": "http.request", "body": body, "more_body": False},))

    async def receive() -> Message:
        return next(incoming, {"type": "http.disconnect"})

    async def send(message: Message) -> None:
        sent.append(message)

    await app(scope, receive, send)
    start, *rest = sent
    return Reply(start["status"], b"".join(message.get("body", b"") for message in rest), list(start["headers"]))


async def _send_reply(reply: Reply, now: datetime, send: Send) -> None:
    headers = [*reply.headers, (b"date", format_datetime(now, usegmt=True).encode())]
    if not any(name == b"content-length" for name, _ in headers):
        headers.append((b"content-length", b"%d" % len(reply.body)))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    body = await _drip(reply, send) if reply.drip_seconds else reply.body
    await send({"type": "http.response.body", "body": body})


async def _drip(reply: Reply, send: Send) -> bytes:
    """Send the body bit by bit; returns what is left of it in the end."""
    left, size = reply.body, len(reply.body) // _DRIPS + 1
    for _ in range(_DRIPS - 1):
        await send({"type": "http.response.body", "body": left[:size], "more_body": True})
        left = left[size:]
        await asyncio.sleep(reply.drip_seconds / _DRIPS)
    return left


async def _break_off(scope: Scope, receive: Receive) -> None:
    """Break the connection off; without a server that can do it the client's call raises ConnectionResetError."""
    break_off = scope.get("state", {}).get(BREAK_OFF)
    if break_off is None:
        raise ConnectionResetError("The sandbox broke the connection off.")
    break_off()
    while (await receive())["type"] != "http.disconnect":
        pass
