"""The last chapter of the demo: the daemon runs, a worker accepts, and nobody types a command."""

import asyncio
import re
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from sandbox.serve import Server
from sandbox.targets import targets_beneath
from sync.config import load
from sync.daemon.process import Process, Source
from sync.daemon.starting import as_daemon

_PATIENCE = 30.0

_QUIET = 0.5
"""Seconds without a request after which a first look is over."""


@dataclass(frozen=True)
class Filled:
    """The result in a sentence, and the seconds it took; None when it took too long."""

    sentence: str
    seconds: float | None


def listening(configuration: str) -> str:
    """Return the text of a configuration whose daemon listens on a free port of this machine."""
    with socket.create_server(("127.0.0.1", 0)) as bound:
        address = f"127.0.0.1:{bound.getsockname()[1]}"
    return re.sub(r'(?m)^listen = ".*"$', f'listen = "{address}"', configuration)


async def fill_a_seat(server: Server, path: Path) -> Filled:
    """Run the daemon, let a worker accept in Wonolo, and wait until the seat is filled in When I Work."""
    config = load(path, {})
    base = f"http://{config.daemon.listen}"
    daemon = Process(Source(path, {}), as_daemon)
    running = asyncio.create_task(daemon.run())
    try:
        async with httpx.AsyncClient(timeout=_PATIENCE) as http:
            await _until_ready(http, base)
            await _until_quiet(server)
            for target in targets_beneath(base, config.name, batch_seconds=1):
                server.world.aim_webhooks(target)
            request = max(row["id"] for row in server.world.wonolo.job_requests.records.values() if _asks(row))
            held = _held(server)
            act = {"name": "worker_accepts", "job_request_id": request}
            began = time.monotonic()
            answer = await http.post(f"{server.url}/_sandbox/act", json=act)
        job = answer.json()["job"]
        seconds = await _until_seated(server, held, began)
    finally:
        daemon.stop()
        await running
    worker = f"{job['worker']['first_name']} {job['worker']['last_name'][:1]}."
    if seconds is None:
        return Filled(f"{worker} accepted request {request}, and is not on the schedule yet.", None)
    return Filled(f"{worker} accepted request {request}, and was on the schedule {seconds:.1f} seconds later.", seconds)


def _asks(request: dict[str, Any]) -> bool:
    return bool(request["state"] == "posted")


async def _until_ready(http: httpx.AsyncClient, base: str) -> None:
    deadline = time.monotonic() + _PATIENCE
    while time.monotonic() < deadline:
        try:
            if (await http.get(f"{base}/readyz")).is_success:
                return
        except httpx.ConnectError:
            pass
        await asyncio.sleep(0.05)


async def _until_quiet(server: Server) -> None:
    """Let the daemon's first look pass, so that what comes next comes by webhook."""
    seen = -1
    while seen != (now := max((row.number for row in server.world.requests.since(0)), default=0)):
        seen = now
        await asyncio.sleep(_QUIET)


async def _until_seated(server: Server, held: int, began: float) -> float | None:
    """Return the seconds until workers hold more shifts than so many."""
    while time.monotonic() - began < _PATIENCE:
        if _held(server) > held:
            return time.monotonic() - began
        await asyncio.sleep(0.02)
    return None


def _held(server: Server) -> int:
    """The number of shifts that workers of Wonolo hold."""
    users = {row["id"] for row in server.world.wheniwork.users.values() if row["employee_code"]}
    return sum(row["user_id"] in users for row in server.world.wheniwork.shifts.values())
