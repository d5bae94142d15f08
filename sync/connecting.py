"""Connecting to both services of a pair, and whose clock counts."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from sync.clients.trace import Trace
from sync.clients.trust import trusting
from sync.clients.wheniwork import WhenIWork
from sync.clients.wonolo import Wonolo
from sync.clock import Clock, OffsetClock, SystemClock
from sync.config import Config
from sync.intake.poll import service_time


@asynccontextmanager
async def open_clients(
    config: Config, transport: httpx.AsyncBaseTransport | None = None, trace: Trace | None = None
) -> AsyncIterator[tuple[Wonolo, WhenIWork]]:
    """Open the clients of a pair; nothing is sent yet. Raises ConfigError for URLs that may not be used."""
    there, here, trust = config.wonolo, config.wheniwork, trusting(config.connection.ca_file)
    keys = (there.api_key.get_secret_value(), there.secret_key.get_secret_value())
    login = (here.key.get_secret_value(), here.email.get_secret_value(), here.password.get_secret_value())
    async with (
        Wonolo(
            there.base_url,
            *keys,
            transport=transport,
            per_second=there.per_second,
            trace=trace,
            trust=trust,
            body=there.body,
            auth_in=there.auth_in,
        ) as wonolo,
        WhenIWork(
            here.base_url,
            here.login_url,
            *login,
            user_id=here.user_id,
            transport=transport,
            per_minute=here.per_minute,
            trace=trace,
            trust=trust,
        ) as wheniwork,
    ):
        yield wonolo, wheniwork


async def believed_clock(config: Config, wonolo: Wonolo) -> Clock:
    """The clock that counts for a pair: this machine's, or as the configuration wants it that of the service."""
    if config.sync.clock == "system":
        return SystemClock()
    told = service_time(await wonolo.info())
    return OffsetClock(told - SystemClock().now()) if told else SystemClock()
