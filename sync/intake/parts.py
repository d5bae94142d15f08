"""The parts of a pair that are read each by itself, and what a reading of some of them brought."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal, get_args

import structlog

from mappings.model import System
from sync.errors import RemoteError, Unavailable
from sync.mirror.dirty import DirtyKind

_log = structlog.get_logger(__name__)

Part = Literal["soon", "requests", "time_off", "people", "hours", "later", "places", "second_look"]
"""`soon` are shifts that start within two days, `later` the rest of the horizon, `requests` JobRequests and Jobs."""

PARTS: tuple[Part, ...] = get_args(Part)
"""All parts, the nearest first."""

WHOLE = frozenset(PARTS) - {"second_look"}
"""The parts that make a complete pull."""

NEAR: frozenset[Part] = frozenset({"soon", "requests"})
"""The parts that decide about tonight; the others wait where the budget of requests runs low."""

SYSTEMS: dict[System, tuple[Part, ...]] = {
    "wonolo": ("requests", "people", "second_look"),
    "wheniwork": ("places", "people", "soon", "later", "hours", "time_off", "second_look"),
}
"""The parts that each system has a share of, in the order in which they are read: people before their shifts."""

SOON = timedelta(hours=48)

_MOST_UNREAD = 3
"""After so many records that a service fails over it is rather the service that is out of order."""

Progress = Callable[[str, int], None]
"""Is called with the kind of record and how many more have come in."""


@dataclass(frozen=True, slots=True)
class Horizon:
    """The reach of pollers: shifts ahead, JobRequests back on the very first poll, times worked back (zero: none)."""

    ahead: timedelta
    history: timedelta
    times: timedelta = timedelta(0)


@dataclass(slots=True)
class Pulled:
    """The result of a reading: records by kind, whether listings were complete, and sentences about what was left out.

    `parts` were read to their end, each with when its reading began; `failed` were not, with the first error of each.
    `unread` are records that their service failed over when it was asked for them, `refused` those that it would not
    show, each with the error.
    `again` are to be read at once nevertheless, as only both windows of shifts together answer what one of them raised.
    """

    counts: dict[str, int] = field(default_factory=dict)
    complete: bool = True
    problems: list[str] = field(default_factory=list)
    parts: dict[Part, datetime] = field(default_factory=dict)
    failed: dict[Part, RemoteError] = field(default_factory=dict)
    unread: dict[tuple[DirtyKind, int], RemoteError] = field(default_factory=dict)
    refused: dict[tuple[DirtyKind, int], RemoteError] = field(default_factory=dict)
    again: set[Part] = field(default_factory=set)

    def contain(self, kind: DirtyKind, record: int, error: RemoteError) -> None:
        """Note that one record could not be read; raises the error where others would fail just so."""
        if error.spreads:
            raise error
        _log.warning("record_not_read", kind=kind, record=record, error=str(error))
        if not isinstance(error, Unavailable):
            self.refused[kind, record] = error
            self.problems.append(f"{kind} {record} could not be read: {error}")
        elif len(self.unread) == _MOST_UNREAD:
            raise error
        else:
            self.unread[kind, record] = error

    def add(self, other: "Pulled") -> None:
        """Take over what another reading counted and left out."""
        self.problems += other.problems
        self.unread |= other.unread
        self.refused |= other.refused
        for kind, number in other.counts.items():
            self.count(kind, number)

    def count(self, kind: str, number: int) -> None:
        """Add to the records of a kind."""
        self.counts[kind] = self.counts.get(kind, 0) + number
