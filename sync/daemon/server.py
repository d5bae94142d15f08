"""The daemon's web server: webhooks, health and metrics, in the daemon's own event loop."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import structlog
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from sync.clock import SystemClock
from sync.config.daemon import DaemonSection
from sync.daemon.metrics import CONTENT_TYPE, Metrics
from sync.daemon.receiver import Receiving, webhook_routes
from sync.errors import ConfigError, StoreError

_log = structlog.get_logger(__name__)

_AT_ONCE = 200
"""Connections at the same time: each may hold a body of 1 MiB for some seconds."""

_PATIENCE = 5
"""Seconds for open requests to end when the server stops."""


class Server(uvicorn.Server):
    """uvicorn inside a loop that handles the signals itself."""

    @contextmanager
    def capture_signals(self) -> Any:
        """Leave signals to the daemon."""
        yield


def listening(section: DaemonSection) -> socket.socket:
    """Bind the address of `[daemon] listen`; raises ConfigError when it cannot be had."""
    try:
        return _bound(section)
    except OSError as error:
        hint = "is another daemon running? End it, or set another address"
        raise ConfigError(
            [f"daemon.listen: {section.listen} cannot be listened on: {error.strerror}; {hint}"]
        ) from None


def _bound(section: DaemonSection) -> socket.socket:
    family, kind, _proto, _name, address = socket.getaddrinfo(section.host, section.port, type=socket.SOCK_STREAM)[0]
    # Of a socket that says it is TCP, asyncio sends small answers at once; of another each waits 40 ms.
    bound = socket.socket(family, kind, socket.IPPROTO_TCP)
    try:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
        bound.listen(1024)
    except OSError:
        bound.close()
        raise
    return bound


def application(pairs: Mapping[str, Receiving], metrics: Metrics, is_ready: Callable[[], bool]) -> Starlette:
    """Return the application: webhooks by pair, `/healthz`, `/readyz` and `/metrics`."""

    async def healthz(_request: Request) -> Response:
        return PlainTextResponse("the loop turns\n")

    async def readyz(_request: Request) -> Response:
        if not is_ready():
            return PlainTextResponse("starting or stopping\n", 503)
        for name, pair in list(pairs.items()):
            try:
                await asyncio.to_thread(_answers, pair)
            except StoreError:
                return PlainTextResponse(f"the database of {name} does not answer\n", 503)
        return PlainTextResponse("ready\n")

    async def shown(_request: Request) -> Response:
        body = await asyncio.to_thread(metrics.render)
        return Response(body, headers={"content-type": CONTENT_TYPE})

    routes = [Route(path, answer) for path, answer in (("/healthz", healthz), ("/readyz", readyz), ("/metrics", shown))]
    return Starlette(routes=[*routes, *webhook_routes(pairs, metrics.webhook, SystemClock().now)])


def _answers(pair: Receiving) -> None:
    with pair.store.read(pair.config.name) as tx:
        tx.pauses.current(SystemClock().now())


@asynccontextmanager
async def serving(app: Starlette, bound: socket.socket) -> AsyncIterator[None]:
    """Serve an application on a socket until the block ends."""
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        lifespan="off",
        ws="none",
        http="httptools",
        timeout_graceful_shutdown=_PATIENCE,
        server_header=False,
        limit_concurrency=_AT_ONCE,
    )
    server = Server(config)
    task = asyncio.create_task(server.serve(sockets=[bound]))
    host, port = bound.getsockname()[:2]
    _log.info("listening", host=host, port=port)
    try:
        yield
    finally:
        server.should_exit = True
        await asyncio.gather(task, return_exceptions=True)
