"""The one clock of the sandbox: both APIs and everybody who acts in the world read it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class VirtualClock:
    """A clock that is moved by hand.

    With a `start` (an aware datetime) it stands still there until it is advanced; without one it runs with real time
    plus everything it was advanced by. It never goes backwards.
    """

    def __init__(self, start: datetime | None = None) -> None:
        if start is not None and start.tzinfo is None:
            raise ValueError("The start of a clock needs a zone or an offset.")
        self._frozen_at = None if start is None else start.astimezone(UTC)
        self._advanced = timedelta(0)

    def now(self) -> datetime:
        """The present instant as an aware UTC datetime."""
        return (self._frozen_at or datetime.now(UTC)) + self._advanced

    def advance(self, delta: timedelta) -> None:
        """Move the clock forward; a negative delta raises ValueError."""
        if delta < timedelta(0):
            raise ValueError("The clock cannot go back.")
        self._advanced += delta
