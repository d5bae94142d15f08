"""The only source of the current time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

from sync.errors import ClockWrong

_STEP = timedelta(minutes=10)
"""How far a clock may be set back before a person should know; until it caught up, time stands still."""


class Clock(Protocol):
    """Says what time it is."""

    def now(self) -> datetime:
        """Return the current instant, aware, in UTC."""
        ...


@dataclass(frozen=True, slots=True)
class SystemClock:
    """This machine's clock."""

    def now(self) -> datetime:
        """Return the machine's current instant in UTC."""
        return datetime.now(UTC)


class ServiceClock:
    """A service's clock, as far as it was ahead of this machine's when it last told the time."""

    def __init__(self) -> None:
        self._offset = timedelta(0)

    def set(self, told: datetime) -> None:
        """Follow the service's clock, which says this just now."""
        self._offset = told - datetime.now(UTC)

    def now(self) -> datetime:
        """Return the machine's current instant plus the offset, in UTC."""
        return datetime.now(UTC) + self._offset


class ForwardClock:
    """A clock that never goes back behind what it told, or behind the `latest` run of an earlier process.

    Readings are ordered by it: one that seems older than another never replaces it, so a clock that is set back would
    hide what changed. Raises ClockWrong when it is too far behind to wait for.
    """

    def __init__(self, clock: Clock, latest: datetime | None = None) -> None:
        self._clock, self._latest = clock, latest

    def catch_up(self, latest: datetime | None) -> None:
        """Tell no time before this one, which another machine's clock told; one far ahead is no time to wait for."""
        if latest and (self._latest is None or latest > self._latest) and latest - self._clock.now() <= _STEP:
            self._latest = latest

    def now(self) -> datetime:
        """Return the clock's time, or the latest one it told while it is before that."""
        told = self._clock.now()
        if self._latest and self._latest - told > _STEP:
            raise ClockWrong(
                f"the clock says {told:%Y-%m-%d %H:%M} UTC, but the last run was at {self._latest:%Y-%m-%d %H:%M}: set "
                "the clock right (or, for a sandbox that was set back, use a database of its own)"
            )
        self._latest = max(told, self._latest or told)
        return self._latest
