"""An Api before a scripted service, with logins that are counted."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest
from pyrate_limiter import Duration, Rate

from sync.clients.auth import Grant
from sync.clients.http import Api, Limits, Service
from sync.errors import (
    RemoteError,
)
from tests.scripted import Answer, HandClock, Scripted

QUICK = Limits(Rate(1000, Duration.SECOND), attempts=4, patience=5.0, first_pause=0.001, timeout=0.5)
PAGE = "<!doctype html><title>Bad gateway</title>"


class Wicket:
    """Hands out numbered grants and counts them; a refused one raises Unauthorized."""

    def __init__(self, clock: HandClock, life: timedelta = timedelta(hours=1)) -> None:
        self.clock = clock
        self.life = life
        self.logins = 0

    async def log_in(self) -> Grant:
        """Give the next grant, slowly enough for others to queue behind it."""
        self.logins += 1
        await asyncio.sleep(0.001)
        token = f"token-{self.logins}"
        return Grant(self.clock.now() + self.life, params={"token": token}, headers={"W-Token": token})


def build(
    *answers: Answer | Exception, limits: Limits = QUICK, codes: frozenset[int] | None = frozenset({3005})
) -> tuple[Api, Scripted, Wicket]:
    """Make an Api before a scripted service."""
    clock = HandClock()
    wicket = Wicket(clock)
    scripted = Scripted(*answers)
    return (
        Api(Service("wheniwork", "https://api.example/2", codes), limits, wicket.log_in, clock, scripted),
        scripted,
        wicket,
    )


async def failure(api: Api, method: str = "GET") -> RemoteError:
    """Return the error of one call."""
    with pytest.raises(RemoteError) as caught:
        await (api.get("/shifts") if method == "GET" else api.send(method, "/shifts", {"id": 1}))
    return caught.value
