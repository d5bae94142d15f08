"""A server of webhooks in a process of its own: the daemon's, or a floor; `python -m tests.bench.webhook_server CASE`.

CASE is a Case as JSON. It prints the port it listens on, and when SIGTERM ends it, a Served as JSON.
"""

from __future__ import annotations

import asyncio
import signal
import sqlite3
import sys
import threading
import time
from dataclasses import dataclass
from typing import Literal

import msgspec
from sqlalchemy.engine import make_url
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from sync import log
from sync.config import Config
from sync.config.daemon import DaemonSection
from sync.daemon.metrics import Metrics
from sync.daemon.server import application, listening, serving
from sync.gather.planning import snapshot
from sync.intake.webhooks import genuine
from sync.mirror.store import Store
from sync.plan import Policy, make_plan
from tests.bench.linked import AHEAD, NOW, PAIR, RULES

SECRET = "sk"
_CREDENTIALS = {
    "wonolo": {"api_key": "pk", "secret_key": SECRET},
    "wheniwork": {"key": "dev", "email": "manager@company.example", "password": "secret"},
}
_SIGNATURE = "x-wonolo-webhook-token"


class Case(msgspec.Struct, frozen=True):
    """What serves: the daemon over a database, or a floor.

    `verify` checks the signature and answers, `commit` adds one row by one durable commit of SQLite's own driver.
    With `planning` the same process makes one plan after another of the linked demands in its database.
    """

    server: Literal["daemon", "commit", "verify"]
    database: str = ""
    planning: bool = False


class Served(msgspec.Struct, frozen=True):
    """Plans that were made beside, the seconds of the slowest, and the seconds of processor time of the process."""

    plans: int
    slowest: float
    cpu: float


@dataclass
class _Pair:
    """A pair that takes webhooks and does nothing about them."""

    config: Config
    store: Store

    def wake(self) -> None:
        """Go on sleeping."""


class _Plans:
    """Plans made one after another in a thread, as the daemon makes them, until it is stopped."""

    def __init__(self, store: Store) -> None:
        self._store, self._stop = store, threading.Event()
        self.seconds: list[float] = []
        self._thread = threading.Thread(target=self._run)
        self._thread.start()

    def _run(self) -> None:
        while not self._stop.is_set():
            began = time.perf_counter()
            with self._store.read(PAIR) as tx:
                make_plan(snapshot(tx, Policy(RULES), NOW, AHEAD))
            self.seconds.append(time.perf_counter() - began)

    def stop(self) -> None:
        """End after the plan that is being made."""
        self._stop.set()
        self._thread.join()


def _daemon(store: Store) -> Starlette:
    return application({PAIR: _Pair(Config.model_validate(_CREDENTIALS), store)}, Metrics(), lambda: True)


def _floor(database: str) -> Starlette:
    """One route that checks the signature and answers, after a durable commit where a database is named."""
    local = threading.local()
    if database:
        _make_table(database)

    def commit(body: bytes) -> None:
        if not hasattr(local, "connection"):
            local.connection = _opened(database)
        local.connection.execute("INSERT INTO webhook (body) VALUES (?)", (body,))  # it commits by itself

    async def receive(request: Request) -> Response:
        body = await request.body()
        if not genuine("wonolo", body, request.headers.get(_SIGNATURE, ""), (SECRET,)):
            return JSONResponse({"error": "forged"}, 401)
        if database:
            await asyncio.to_thread(commit, body)
        return JSONResponse({"status": "taken"})

    return Starlette(routes=[Route("/webhooks/wonolo/{pair}", receive, methods=["POST"])])


def _opened(database: str) -> sqlite3.Connection:
    connection = sqlite3.connect(make_url(database).database or "", isolation_level=None, timeout=30)
    connection.execute("PRAGMA synchronous=FULL")
    return connection


def _make_table(database: str) -> None:
    """Before there are threads: two that turn to WAL at once do not wait for each other."""
    connection = _opened(database)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("CREATE TABLE IF NOT EXISTS webhook (id INTEGER PRIMARY KEY, body BLOB)")
    connection.close()


async def _serve(app: Starlette, plans: _Plans | None) -> Served:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    bound = listening(DaemonSection(listen="127.0.0.1:0"))
    async with serving(app, bound):
        sys.stdout.write(f"{bound.getsockname()[1]}\n")
        sys.stdout.flush()
        await stop.wait()
    if plans:
        await asyncio.to_thread(plans.stop)
    seconds = plans.seconds if plans else []
    return Served(len(seconds), max(seconds, default=0.0), time.process_time())


def _main(case: Case) -> None:
    log.configure("INFO", as_json=True)
    if case.server != "daemon":
        served = asyncio.run(_serve(_floor(case.database), None))
    else:
        store = Store.open(case.database)
        served = asyncio.run(_serve(_daemon(store), _Plans(store) if case.planning else None))
        store.close()
    sys.stdout.write(msgspec.json.encode(served).decode())


if __name__ == "__main__":
    _main(msgspec.json.decode(sys.argv[1], type=Case))
