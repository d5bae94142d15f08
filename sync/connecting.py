"""Connecting to both services of a pair, and whose clock counts."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx

from sync.clients.http import BeforeWrite
from sync.clients.trace import Trace
from sync.clients.trust import trusting
from sync.clients.wheniwork import WhenIWork
from sync.clients.wonolo import Wonolo
from sync.clock import Clock, ServiceClock, SystemClock
from sync.config import Config
from sync.errors import ClockWrong, ConfigError

MOST_SKEW = timedelta(minutes=2)
"""Beyond it, what has begun and what is near would be mistaken for each other."""


@asynccontextmanager
async def open_clients(
    config: Config,
    transport: httpx.AsyncBaseTransport | None = None,
    trace: Trace | None = None,
    before_write: BeforeWrite | None = None,
    clock: Clock | None = None,
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
            before_write=before_write,
            clock=clock,
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
            before_write=before_write,
            clock=clock,
        ) as wheniwork,
    ):
        yield wonolo, wheniwork


def service_time(info: Mapping[str, Any]) -> datetime | None:
    """Return the service's own clock as `/info` shows it (Wonolo reference 4), None when it cannot be read."""
    try:
        return datetime.fromisoformat(str(info.get("utc_time_now")).replace(" UTC", "+00:00")).astimezone(UTC)
    except ValueError:
        return None


class Clocks:
    """The clock that counts for a pair, compared with those of both services."""

    def __init__(self, config: Config, clock: Clock | None) -> None:
        follows = config.sync.clock == "wonolo" and clock is None
        self.believed: Clock = clock or (ServiceClock() if follows else SystemClock())
        self._clients: tuple[Wonolo, WhenIWork] | None = None

    def connect(self, wonolo: Wonolo, wheniwork: WhenIWork) -> None:
        """Compare with the clocks of these services from now on."""
        self._clients = (wonolo, wheniwork)

    async def follow(self) -> None:
        """Set the clock by Wonolo's, where that one counts."""
        if self._clients and isinstance(self.believed, ServiceClock):
            told = service_time(await self._clients[0].info())
            self.believed.set(told or SystemClock().now())

    async def compare(self) -> None:
        """Ask Wonolo for the time; raises ClockWrong when this clock is another. One that follows it is never wrong.

        When I Work is asked again, too, where its clock was wrong before: somebody may have set ours right since.
        """
        if self._clients and not isinstance(self.believed, ServiceClock):
            wonolo, wheniwork = self._clients
            told = service_time(await wonolo.info())
            if told:
                _require("Wonolo", told - self.believed.now())
            if wheniwork.skew is not None and abs(wheniwork.skew) > MOST_SKEW:
                await wheniwork.account()
            self.check()

    def check(self) -> None:
        """Raise ClockWrong when the last answer of a service came with another time than this clock's."""
        if self._clients and not isinstance(self.believed, ServiceClock):
            wonolo, wheniwork = self._clients
            for name, skew in (("Wonolo", wonolo.skew), ("When I Work", wheniwork.skew)):
                if skew is not None:
                    _require(name, skew)


def _require(service: str, ahead: timedelta) -> None:
    if abs(ahead) > MOST_SKEW:
        minutes = round(abs(ahead).total_seconds() / 60)
        much = f"{minutes} minutes" if minutes < 120 else f"{round(minutes / 60):,} hours"
        where = "ahead of" if ahead > timedelta(0) else "behind"
        raise ClockWrong(
            f"the clock of {service} is {much} {where} this machine's, so nothing is written: set this "
            'machine\'s clock right (for a sandbox whose time was moved, set clock = "wonolo" under [sync])'
        )


async def require_account(wheniwork: WhenIWork, wanted: int | None) -> None:
    """Raise ConfigError unless the login acts in the account that is wanted, if one is."""
    if wanted is None:
        return
    found = int((await wheniwork.account())["id"])
    if found != wanted:
        hint = "set user_id under [wheniwork] to your user of the account that is meant"
        raise ConfigError([f"wheniwork.account_id: the login acts in account {found}, not {wanted}; {hint}"])
