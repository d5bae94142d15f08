"""From an event in Wonolo to our write in When I Work: a daemon and a sandbox as processes, people who accept."""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median, quantiles
from typing import Any

import httpx
import msgspec
from rich.table import Table

from tests.bench.databases import sqlite
from tests.bench.service import log_in
from tests.bench.setting import KEYS
from tests.e2e.processes import Sandbox, daemon, sandbox, until

_PATIENCE = 120.0
_PAUSE = 0.01
"""Seconds between two looks for a seat: what is measured is too long by half of it."""


class LatencyResult(msgspec.Struct, frozen=True):
    """Seconds from a worker's yes until the seat is held, one for each event.

    `calls` are the API calls that one event takes (the median), as webhooks tell events apart; 0 without them. `floor`
    is what the median cannot be below: the seconds that the sandbox takes to answer as many calls of a bare client, one
    after the other, or without webhooks half the time between two polls.
    """

    name: str
    seconds: list[float]
    calls: float
    floor: float

    @property
    def p50(self) -> float:
        """The median."""
        return median(self.seconds)

    @property
    def p95(self) -> float:
        """Nineteen of twenty were no slower."""
        return quantiles(self.seconds, n=20, method="inclusive")[18]


class _Watched:
    """The sandbox as somebody sees it who lets workers accept, and looks often whether they stand on the schedule."""

    def __init__(self, served: Sandbox, http: httpx.Client) -> None:
        self._served, self._http = served, http
        self._seen = self._get("/requests")["requests"][-1]["number"]

    def act(self, job_request: int, worker: int) -> None:
        """Let a worker accept."""
        body = {"name": "worker_accepts", "job_request_id": job_request, "worker_id": worker}
        self._http.post("/act", json=body).raise_for_status()

    def calls(self) -> list[dict[str, Any]]:
        """The calls of both APIs since the last look."""
        rows: list[dict[str, Any]] = self._get("/requests", since=str(self._seen))["requests"]
        self._seen = rows[-1]["number"] if rows else self._seen
        return rows

    def seats(self) -> list[tuple[int, int]]:
        """A JobRequest and a worker for each seat that is open, the worker being nobody else's."""
        wonolo = self._get("/state")["wonolo"]
        workers = iter(sorted(row["id"] for row in wonolo["users"] if row["type"] == "Worker"))
        asked = [row["id"] for row in wonolo["job_requests"] for _ in range(row["slots"])]
        return list(zip(asked, workers, strict=False))

    def _get(self, path: str, **params: str) -> Any:
        return msgspec.json.decode(self._http.get(path, params=params).raise_for_status().content)


def measure(name: str, events: int, pause: float, *, poll: float, webhooks: bool) -> LatencyResult:
    """Let so many workers accept, each `pause` seconds after the last on average; Wonolo is polled each `poll` seconds.

    How long the pauses are exactly is chance, so that no event keeps step with a poll.
    """
    with (
        tempfile.TemporaryDirectory() as folder,
        sqlite() as new,
        sandbox(Path(folder), new(), demands=events, webhooks=webhooks) as served,
    ):
        served.edit(daemon={"listen": f"127.0.0.1:{served.port}", "poll": {"requests": poll}})
        with (
            daemon(served.config, served.port),
            httpx.Client(base_url=f"{served.url}/_sandbox", timeout=30) as http,
        ):
            until(lambda: served.posted() == served.offered(), "the first copy")
            time.sleep(2)  # the rest of what the first copy set off
            seconds, calls = _let_accept(served, _Watched(served, http), events, pause)
        if not webhooks:
            return LatencyResult(name, seconds, 0, poll / 2)
        return LatencyResult(name, seconds, calls, calls * _answer_seconds(served.url))


def _let_accept(served: Sandbox, watched: _Watched, events: int, pause: float) -> tuple[list[float], float]:
    chance, seats = random.Random(1), iter(watched.seats()[:events])  # noqa: S311 - no secret
    began: dict[int, float] = {}
    took, calls, counted = dict[int, float](), list[int](), 0
    due = time.perf_counter()
    while len(took) < events:
        now = time.perf_counter()
        if now >= due and (seat := next(seats, None)):
            began[seat[1]] = now
            watched.act(*seat)
            due, counted = now + pause * chance.uniform(0.5, 1.5), 0
        rows = watched.calls()
        counted += len(rows)
        if any(row["system"] == "wheniwork" and row["method"] in ("POST", "PUT") for row in rows):
            seen = time.perf_counter()
            for worker in (served.seated() & began.keys()) - took.keys():
                took[worker] = seen - began[worker]
                calls.append(counted)
        assert now < due + _PATIENCE, f"{len(took)} of {len(began)} seats are held"
        time.sleep(_PAUSE)
    return [took[worker] for worker in began], median(calls)


def _answer_seconds(url: str) -> float:
    """Seconds for one answer of the sandbox to a bare client: the median of some readings of either service."""
    with httpx.Client(base_url=url, timeout=30) as http:
        token = http.post("/api_v2/authenticate", json=KEYS).json()["token"]
        http.headers["Authorization"] = f"Bearer {log_in(http)}"
        return median(_answers(http, token))


def _answers(http: httpx.Client, token: str) -> Iterator[float]:
    wonolo = {"token": token, "per": "1"}
    for _ in range(20):
        for path, query in (("/api_v2/jobs", wonolo), ("/api_v2/job_requests", wonolo), ("/2/users", {})):
            began = time.perf_counter()
            http.get(path, params=query).raise_for_status()
            yield time.perf_counter() - began


def table(rows: list[LatencyResult]) -> Table:
    """A table of the results."""
    shown = Table(title="From a worker's yes in Wonolo to the seat in When I Work", title_justify="left")
    for column in ("daemon", "events", "p50 s", "p95 s", "worst s", "calls for one", "floor of p50 s"):
        shown.add_column(column, justify="left" if column == "daemon" else "right")
    for row in rows:
        times = (f"{row.p50:.2f}", f"{row.p95:.2f}", f"{max(row.seconds):.2f}")
        shown.add_row(
            row.name, f"{len(row.seconds)}", *times, f"{row.calls:.0f}" if row.calls else "", f"{row.floor:.3f}"
        )
    return shown
