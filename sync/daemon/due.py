"""The due parts of a pair: marked by timers and people, filtered by when each part was read last, on any machine."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from mappings.model import System
from sync.errors import RateLimited
from sync.intake.parts import PARTS, SYSTEMS, Part
from sync.mirror.looks import LastLook

_FIRST_PAUSE = 30.0
_LONGEST_PAUSE = 900.0

_POLLED: dict[Part, System] = {"requests": "wonolo", "soon": "wheniwork"}
"""The parts whose records webhooks announce, and the system that sends them."""

_LISTENING = timedelta(minutes=15)
"""A service that sent a webhook so lately is calling."""


class Backoff:
    """Pauses after failures, by what failed: from 30 seconds, doubled each time, to 15 minutes."""

    def __init__(self) -> None:
        self._pauses: dict[str, float] = {}
        self._until: dict[str, float] = {}

    def failed(self, what: str, error: Exception, now: float) -> float:
        """Note a failure at a monotonic instant; returns the seconds until the next attempt."""
        asked = error.retry_after if isinstance(error, RateLimited) else None
        pause = min(self._pauses.get(what, _FIRST_PAUSE / 2) * 2, _LONGEST_PAUSE)
        self._pauses[what] = pause
        pause = max(pause, asked or 0)
        self._until[what] = now + pause
        return pause

    def succeeded(self, what: str) -> None:
        """Forget the failures of something that works again."""
        self._pauses.pop(what, None)
        self._until.pop(what, None)

    def rests(self, what: str, now: float) -> bool:
        """Return whether something is not to be tried yet."""
        return self._until.get(what, now) > now

    def ends(self) -> list[float]:
        """Return the monotonic instants at which pauses end."""
        return list(self._until.values())

    @property
    def longest(self) -> float:
        """The longest pause in force, in seconds; 0 when everything works."""
        return max(self._pauses.values(), default=0.0)


class Due:
    """The parts that are due in one pair; a part that fails stays due until it was read.

    Where they are not `timed`, no timer marks them: each is due by the age of its last reading alone.
    """

    def __init__(self, seconds: Mapping[str, float], stretch: float, *, timed: bool = True) -> None:
        self._cadence = {part: timedelta(seconds=seconds[part]) for part in PARTS}
        self._stretch, self._timed = stretch, timed
        self._early = 0.5 if timed else 0.1
        self._marked: set[Part] = set(PARTS)
        self.backoff = Backoff()

    def mark(self, *parts: Part) -> None:
        """Mark parts as due."""
        self._marked.update(parts)

    def now(
        self, looks: Mapping[str, LastLook], calling: Mapping[System, datetime], wall: datetime, monotonic: float
    ) -> list[Part]:
        """Return the parts to be read now, the nearest first.

        Parts that another process has read meanwhile are due no longer, nor those that webhooks speak for.
        """
        if not self._timed:
            self.mark(*PARTS)
        asked = {part for part in PARTS if looks.get(part, LastLook()).marked}
        fresh = {part for part in self._marked if self._is_fresh(part, looks.get(part, LastLook()), calling, wall)}
        self._marked = (self._marked - fresh) | asked
        return [part for part in PARTS if part in self._marked and not self._rests(part, monotonic)]

    def _is_fresh(self, part: Part, look: LastLook, calling: Mapping[System, datetime], wall: datetime) -> bool:
        if look.at is None or look.marked:
            return False
        system = _POLLED.get(part)
        is_calling = system and system in calling and wall - calling[system] < _LISTENING
        beats = (self._stretch if is_calling else 1) - self._early  # what timers, or jobs, may be early by
        # A reading that seems to come from the future is of before the clock was set back.
        return timedelta(0) <= wall - look.at < self._cadence[part] * beats

    def _rests(self, part: Part, monotonic: float) -> bool:
        shares = [system for system, parts in SYSTEMS.items() if part in parts]
        return any(self.backoff.rests(what, monotonic) for what in (part, *shares))

    def rests(self, system: System, monotonic: float) -> bool:
        """Return whether a system as a whole is left alone."""
        return self.backoff.rests(system, monotonic)

    def read(self, part: Part) -> None:
        """Note that a part was read to its end."""
        self._marked.discard(part)
        self.backoff.succeeded(part)
        for system, parts in SYSTEMS.items():
            if part in parts:
                self.backoff.succeeded(system)
