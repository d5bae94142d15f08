"""A proxy for programs with the real hosts built in: it takes CONNECT, and every tunnel ends in the sandbox."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from http import HTTPStatus

from sandbox.authority import SERVICES

_CONNECT = re.compile(rb"CONNECT ([^\s:/@]+:[0-9]{1,5}) HTTP/1\.[01]\r?\n")
_PATIENCE_SECONDS = 10.0
_CHUNK = 65_536
_MALFORMED = "This proxy takes requests as `CONNECT api.wonolo.com:443 HTTP/1.1` alone."
_FOREIGN = "This proxy leads to the sandbox alone, as {}; nothing leaves this machine."

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


class _RefusalError(Exception):
    """No tunnel is opened; the text says why."""

    def __init__(self, status: HTTPStatus, text: str) -> None:
        super().__init__(text)
        self.status = status


class Proxy:
    """Tunnels port 443 of both services' hosts, and the sandbox's own address, to the sandbox at `target`.

    Anything else is answered with 403, what is no CONNECT with 400. `listening` is its socket, `target` host and port.
    """

    def __init__(self, listening: socket.socket, target: tuple[str, int]) -> None:
        self._listening = listening
        self._target = target
        self._hosts = (
            *(f"{host}:443" for host in SERVICES),
            *(f"{host}:{target[1]}" for host in ("localhost", target[0])),
        )

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """Serve while the context lasts; tunnels end with what they lead to."""
        async with await asyncio.start_server(self._serve, sock=self._listening):
            yield

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                there = await self._opened(reader)
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
            await asyncio.gather(_copy(reader, there[1]), _copy(there[0], writer))
        except _RefusalError as error:
            _refuse(writer, error)
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            pass  # whoever asked is gone, or the sandbox is
        finally:
            writer.close()

    async def _opened(self, reader: asyncio.StreamReader) -> Streams:
        """Read the head of a request and open what it asks for."""
        try:
            head = await reader.readuntil(b"\r\n\r\n")
        except asyncio.LimitOverrunError:
            head = b""
        asked = _CONNECT.match(head)
        if asked is None:
            raise _RefusalError(HTTPStatus.BAD_REQUEST, _MALFORMED)
        if asked[1].decode("latin-1").lower() not in self._hosts:
            raise _RefusalError(HTTPStatus.FORBIDDEN, _FOREIGN.format(", ".join(self._hosts)))
        return await asyncio.open_connection(*self._target)


def _refuse(writer: asyncio.StreamWriter, error: _RefusalError) -> None:
    body = f"{error}\n".encode()
    head = f"HTTP/1.1 {error.status.value} {error.status.phrase}\r\nContent-Type: text/plain\r\n"
    writer.write(f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        with suppress(OSError):
            while some := await reader.read(_CHUNK):
                writer.write(some)
                await writer.drain()
    finally:
        writer.close()
