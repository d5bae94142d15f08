"""The only source of the current time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol


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


@dataclass(frozen=True, slots=True)
class OffsetClock:
    """This machine's clock, shifted by how far a service's clock was ahead of it."""

    offset: timedelta

    def now(self) -> datetime:
        """Return the machine's current instant plus the offset, in UTC."""
        return datetime.now(UTC) + self.offset
