"""The sandbox as a process of its own, and what its control API tells and does."""

from __future__ import annotations

import math
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import httpx
import msgspec

from mappings.convert import instant, rfc2822
from tests.bench.setting import HORIZON, LOGIN

EVERY_SHIFT = dict.fromkeys(("unpublished", "include_open", "include_allopen"), "true") | {"include_objects": "false"}
"""What a listing of shifts must be asked for to leave none out."""

_NO_LIMITS = {"wheniwork": {"rate_limit_per_minute": 0}}


Windows = Sequence[tuple[str, str]]
"""Starts and ends of listings of shifts, as they were asked for."""


@contextmanager
def sandbox(demands: int, *options: str) -> Iterator[Service]:
    """Serve a world on the loopback address without rate limits; the process ends with the context."""
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--demands", str(demands), *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            answer = process.stdout.readline()
            if not answer:
                raise RuntimeError("The sandbox did not start.")
            url = answer.split()[-1]
            with httpx.Client(base_url=f"{url}/_sandbox", timeout=60) as control:
                control.post("/switches", json=_NO_LIMITS).raise_for_status()
                yield Service(url, control)
        finally:
            process.terminate()


@contextmanager
def pulled_sandbox(shifts: int) -> Iterator[Service]:
    """Serve about so many shifts and so many Jobs, and JobRequests for them: a demand has 13 / 6 shifts, 2.5 slots."""
    with sandbox(math.ceil(shifts * 6 / 13), "--posted", "1", "--filled", "0.867") as service:
        service.list_shifts()
        yield service


def log_in(http: httpx.Client) -> str:
    """Log in to When I Work; returns the token."""
    login = {"email": LOGIN["email"], "password": LOGIN["password"]}
    token: str = http.post("/login", json=login, headers={"W-Key": LOGIN["key"]}).raise_for_status().json()["token"]
    return token


class Service:
    """A served world; `url` is the base of both APIs, without a slash at its end."""

    def __init__(self, url: str, control: httpx.Client) -> None:
        self.url = url
        self._control = control

    def list_shifts(self) -> None:
        """List every shift once: the sandbox keeps what it prints, so the first reader would pay for all others."""
        with httpx.Client(base_url=self.url, timeout=60) as http:
            http.headers["Authorization"] = f"Bearer {log_in(http)}"
            for day in range(-1, HORIZON.days + 1):
                query = {"start": f"{day:+} days", "end": f"{day + 1:+} days"}
                http.get("/2/shifts", params=query | EVERY_SHIFT).raise_for_status()

    def forget_requests(self) -> None:
        """Begin a new list of requests received."""
        self._control.delete("/requests").raise_for_status()

    def requests(self) -> tuple[int, int]:
        """How many requests came in since the list began, logins among them, and how many of them were writes."""
        listed = [self._get("/requests", **only)["requests"] for only in ({}, {"writes": "true"})]
        return len(listed[0]), len(listed[1])

    def shift_windows(self) -> Windows:
        """The windows in which shifts were listed since the list of requests began."""
        queries = [row["query"] for row in self._get("/requests")["requests"] if row["path"] == "/2/shifts"]
        return [(query["start"], query["end"]) for query in queries]

    def lengthen_shifts(self, count: int) -> None:
        """Let a manager end so many published open shifts a quarter of an hour later, spread over all of them."""
        shifts = self._get("/state")["wheniwork"]["shifts"]
        ahead = [shift for shift in shifts if shift["is_open"] and shift["published"]]
        for shift in ahead[:: max(1, len(ahead) // count)][:count]:
            end = instant(shift["end_time"])
            assert end is not None
            fields = {"end_time": rfc2822(end + timedelta(minutes=15))}
            act = {"name": "manager_edits_shift", "shift_id": shift["id"], "fields": fields}
            self._control.post("/act", json=act).raise_for_status()

    def _get(self, path: str, **params: str) -> Any:
        return msgspec.json.decode(self._control.get(path, params=params).raise_for_status().content)
