"""The history of shifts: what happened, when, by whom, and what the shift was then (When I Work reference 5.3)."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sandbox.wheniwork.records import Record


class Event(NamedTuple):
    """One event; a tuple, because there is at least one for each of very many shifts."""

    type: str
    at: datetime
    actor_id: int
    reason: str
    user_id: int
    start_time: datetime
    end_time: datetime
    position_id: int
    site_id: int
    break_time: float


class ShiftHistory:
    """Events by shift id, oldest first."""

    def __init__(self) -> None:
        self._events: dict[int, tuple[Event, ...]] = {}

    def record(self, shift: Record, event: str, at: datetime, actor_id: int, reason: str = "") -> None:
        """Add an event to a shift's history."""
        self._events[shift["id"]] = (*self.of(shift["id"]), event_of(shift, event, at, actor_id, reason))

    def of(self, shift_id: int) -> tuple[Event, ...]:
        """The events of a shift."""
        return self._events.get(shift_id, ())

    def forget(self, shift_id: int) -> None:
        """Drop the events of a shift."""
        self._events.pop(shift_id, None)


def event_of(shift: Record, event: str, at: datetime, actor_id: int, reason: str = "") -> Event:
    """An event that shows the shift as it is."""
    return Event(
        event,
        at,
        actor_id,
        reason,
        shift["user_id"],
        shift["start_time"],
        shift["end_time"],
        shift["position_id"],
        shift["site_id"],
        shift["break_time"],
    )
