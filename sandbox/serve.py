"""Serves the sandbox over TCP on the loopback address."""

from __future__ import annotations

import signal
import socket
import threading
import time
from types import TracebackType

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from sandbox.app import create_app
from sandbox.authority import Certificates
from sandbox.gate import BREAK_OFF
from sandbox.world import World

HOST = "127.0.0.1"
_PATIENCE_SECONDS = 10.0


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


class Server:
    """The sandbox on `127.0.0.1`, in a thread; port 0 takes a free port. Use it as a context manager.

    `url` is the base of all routes, without a slash at its end; with certificates it is one of https. An address in use
    raises OSError.
    """

    def __init__(self, world: World, port: int = 0, certificates: Certificates | None = None) -> None:
        self.world = world
        self._socket = socket.create_server((HOST, port))
        # Connections inherit it. Head and body go out as two packets, and the second would wait 40 ms for an answer.
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        scheme = "https" if certificates else "http"
        self.url = f"{scheme}://{HOST}:{self._socket.getsockname()[1]}"
        config = uvicorn.Config(
            create_app(world),
            http=_BreakableProtocol,
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            ssl_certfile=certificates.certificate if certificates else None,
            ssl_keyfile=certificates.key if certificates else None,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), daemon=True)

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
