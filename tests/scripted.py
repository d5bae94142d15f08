"""A service that gives prepared answers, and a clock that is moved by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import httpx

Answer = Callable[[httpx.Request], httpx.Response]

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def said(body: object, status: int = 200, **headers: str) -> Answer:
    """Return an answer: JSON, or text as it is."""
    spelled = {name.replace("_", "-"): value for name, value in headers.items()}
    if isinstance(body, str):
        return lambda _request: httpx.Response(status, text=body, headers=spelled)
    return lambda _request: httpx.Response(status, json=body, headers=spelled)


class Scripted(httpx.AsyncBaseTransport):
    """Gives the answers in order and the last one for ever; an exception is raised instead; keeps the requests."""

    def __init__(self, *answers: Answer | Exception) -> None:
        self.answers = list(answers)
        self.requests: list[httpx.Request] = []

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Keep the request and give the next answer."""
        self.requests.append(request)
        answer = self.answers[min(len(self.requests), len(self.answers)) - 1]
        if isinstance(answer, Exception):
            raise answer
        return answer(request)

    @property
    def lines(self) -> list[str]:
        """The requests as method and path."""
        return [f"{request.method} {request.url.path}" for request in self.requests]


@dataclass
class HandClock:
    """Stands still until it is moved."""

    instant: datetime = NOON

    def now(self) -> datetime:
        """Return the instant it was set to."""
        return self.instant

    def move(self, **span: float) -> None:
        """Go forward by a timedelta's arguments."""
        self.instant += timedelta(**span)
