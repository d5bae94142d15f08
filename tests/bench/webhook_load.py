"""Signed webhooks sent over a bounded number of connections, as fast as they are answered or at a steady rate."""

from __future__ import annotations

import asyncio
import hashlib
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from itertools import count
from statistics import quantiles

import msgspec

from tests.bench.linked import PAIR
from tests.bench.webhook_server import SECRET

_NUMBERS = count(1)


class Load(msgspec.Struct, frozen=True):
    """Webhooks that were sent and answered with 200, in how many seconds, and those each took, in milliseconds."""

    sent: int
    seconds: float
    p50: float
    p99: float
    worst: float

    @property
    def per_second(self) -> float:
        """Webhooks answered in a second."""
        return self.sent / self.seconds


class _Connection:
    """One connection; it is kept, and has one request at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    async def send(self, request: bytes) -> None:
        """Send a request and read the answer to its end; it must be a 200."""
        self._writer.write(request)
        head = await self._reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await self._reader.readexactly(int(length.split(b":")[1]))


@asynccontextmanager
async def _connected(port: int, connections: int) -> AsyncIterator[list[_Connection]]:
    async with AsyncExitStack() as stack:
        opened = []
        for _ in range(connections):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            stack.callback(writer.close)
            opened.append(_Connection(reader, writer))
        yield opened


def _requests(port: int) -> Iterator[bytes]:
    """Requests that each name a Job that no other has named."""
    for number in _NUMBERS:
        body = msgspec.json.encode({"job": {"id": number, "job_request_id": number // 2 + 1, "state": "filled"}})
        signature = hashlib.sha256(body + SECRET.encode()).hexdigest()
        head = (
            f"POST /webhooks/wonolo/{PAIR} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
            f"X-Wonolo-Webhook-Token: {signature}\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        yield head.encode() + body


async def at_full_speed(port: int, seconds: float, connections: int) -> Load:
    """Each connection sends its next webhook as soon as the last is answered."""
    requests, took = _requests(port), list[float]()

    async def go(each: list[_Connection]) -> None:
        deadline = time.perf_counter() + seconds

        async def go_on(connection: _Connection) -> None:
            while (began := time.perf_counter()) < deadline:
                await connection.send(next(requests))
                took.append(time.perf_counter() - began)

        await asyncio.gather(*map(go_on, each))

    return await _measured(port, connections, go, took)


async def at_a_rate(port: int, seconds: float, connections: int, per_second: float) -> Load:
    """A webhook comes at each beat, whether the last is answered or not; what waits for a connection has begun."""
    requests, took = _requests(port), list[float]()

    async def go(each: list[_Connection]) -> None:
        free: asyncio.Queue[_Connection] = asyncio.Queue()
        for connection in each:
            free.put_nowait(connection)
        start = time.perf_counter()

        async def one(due: float) -> None:
            connection = await free.get()
            await connection.send(next(requests))
            took.append(time.perf_counter() - due)
            free.put_nowait(connection)

        async with asyncio.TaskGroup() as group:
            for number in range(max(2, int(seconds * per_second))):
                due = start + number / per_second
                await asyncio.sleep(max(0.0, due - time.perf_counter()))
                group.create_task(one(due))

    return await _measured(port, connections, go, took)


async def _measured(
    port: int, connections: int, work: Callable[[list[_Connection]], Awaitable[object]], took: list[float]
) -> Load:
    async with _connected(port, connections) as each:
        requests = _requests(port)
        for connection in each:
            await connection.send(next(requests))  # the first of each opens what is opened once
        began = time.perf_counter()
        await work(each)
        seconds = time.perf_counter() - began
    cuts = [1000 * cut for cut in quantiles(took, n=100, method="inclusive")]
    return Load(len(took), seconds, cuts[49], cuts[98], 1000 * max(took))
