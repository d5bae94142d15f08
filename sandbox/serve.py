"""Serves the sandbox over TCP on the loopback address."""

from __future__ import annotations

import asyncio
import errno
import os
import shlex
import signal
import socket
import threading
import time
from collections.abc import Mapping
from contextlib import nullcontext
from types import TracebackType

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from sandbox.app import create_app
from sandbox.authority import Certificates
from sandbox.gate import BREAK_OFF
from sandbox.proxy import Proxy
from sandbox.world import World

HOST = "127.0.0.1"
_PATIENCE_SECONDS = 10.0
_LAST_PORT = 65_535


def end_on_signals() -> None:
    """Let SIGINT and SIGTERM end this process as Ctrl-C does.

    A shell without job control starts what it puts in the background with SIGINT ignored.
    """
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, signal.default_int_handler)


class _BreakableProtocol(HttpToolsProtocol):
    """Lets the application break its connection off, which ASGI has no word for."""

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self.scope["state"][BREAK_OFF] = self.transport.abort

    def shutdown(self) -> None:
        super().shutdown()
        # A transport that is closed for good cannot tell any more whether it spoke TLS.
        if self.scheme == "https" and self.transport.is_closing():
            self.transport.abort()  # else TLS waits half a minute for the client's farewell


class Server:
    """The sandbox on `127.0.0.1`, in a thread; port 0 takes a free port. Use it as a context manager.

    `url` is the base of all routes, without a slash at its end. With certificates it is one of https, and a proxy for
    programs with the real hosts built in listens on the next port but one (a free one for port 0); the next port is
    left to a receiver of webhooks. `environment` is then what such a program needs to have set. A port that cannot be
    had raises OSError, whose `strerror` names it.
    """

    def __init__(self, world: World, port: int = 0, certificates: Certificates | None = None) -> None:
        self.world = world
        self.environment: dict[str, str] = {}
        self._socket = _listen(port)
        # Connections inherit it. Head and body go out as two packets, and the second would wait 40 ms for an answer.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.url = f"{'https' if certificates else 'http'}://{_address(self._socket)}"
        self._proxy = self._beside(port + 2 if port else 0, certificates) if certificates else None
        config = uvicorn.Config(
            create_app(world),
            http=_BreakableProtocol,
            ws="none",
            lifespan="on",
            date_header=False,  # the gate dates answers, by the world's clock
            log_config=None,
            access_log=False,
            ssl_certfile=certificates.certificate if certificates else None,
            ssl_keyfile=certificates.key if certificates else None,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    def _beside(self, port: int, certificates: Certificates) -> Proxy:
        try:
            listening = _listen(port)
        except OSError:
            self._socket.close()
            raise
        authority = str(certificates.authority)
        self.environment = {
            "HTTPS_PROXY": f"http://{_address(listening)}",
            "SSL_CERT_FILE": authority,
            "REQUESTS_CA_BUNDLE": authority,
            "CURL_CA_BUNDLE": authority,
            "NODE_EXTRA_CA_CERTS": authority,
        }
        return Proxy(listening, self._socket.getsockname())

    async def _serve(self) -> None:
        async with self._proxy.serving() if self._proxy else nullcontext():
            await self._server.serve([self._socket])

    def start(self) -> None:
        """Start serving and wait until requests are answered; RuntimeError if that takes ten seconds."""
        self._thread.start()
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > deadline:
                raise RuntimeError("The sandbox did not start.")
            time.sleep(0.01)

    def stop(self) -> None:
        """Stop serving and free the port."""
        self._server.should_exit = True
        self._thread.join(_PATIENCE_SECONDS)

    def wait(self) -> None:
        """Serve until the process is interrupted."""
        # An interrupted join would take the thread for ended (CPython 3.11), and stop would not wait for it.
        while self._thread.is_alive():
            time.sleep(0.5)

    def __enter__(self) -> Server:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _listen(port: int) -> socket.socket:
    if port > _LAST_PORT:
        raise OSError(errno.EINVAL, f"port {port}: there is no such port")
    try:
        return socket.create_server((HOST, port))
    except OSError as error:
        raise OSError(error.errno, f"port {port}: {os.strerror(error.errno or 0)}") from None


def _address(listening: socket.socket) -> str:
    host, port = listening.getsockname()
    return f"{host}:{port}"


def exports(environment: Mapping[str, str]) -> str:
    """A shell command that sets these variables."""
    return f"export {' '.join(f'{name}={shlex.quote(value)}' for name, value in environment.items())}"
