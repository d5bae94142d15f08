"""A pair's services in trouble: how long each is left alone, and when nothing is written to it any more."""

import time

import structlog

from mappings.model import System
from sync.daemon.due import Due
from sync.daemon.metrics import Metrics
from sync.errors import InvalidResponse, RemoteError, Unauthorized
from sync.intake.parts import SYSTEMS, Part
from sync.intake.poller import ONE_PART

_log = structlog.get_logger(__name__)

_STOPPING = (Unauthorized, InvalidResponse)
"""Errors after which nobody knows what a write would do."""


class Trouble:
    """The trouble of one pair; `stopped` are the systems that nothing is written to, with the reason."""

    def __init__(self, pair: str, due: Due, metrics: Metrics, stopped: dict[System, str]) -> None:
        self._pair, self._due, self._metrics, self._stopped = pair, due, metrics, stopped
        self._by: dict[System, Part | None] = {}

    def of_parts(self, failed: dict[Part, RemoteError]) -> None:
        """Let parts rest that could not be read; several may share the error of their system."""
        for part, error in {id(error): (part, error) for part, error in reversed(failed.items())}.values():
            self.meet(error, part if isinstance(error, ONE_PART) else None)

    def meet(self, error: RemoteError, part: Part | None = None) -> None:
        """Leave a part, or else the system as a whole, alone for a while."""
        system = _system(error)
        pause = self._due.backoff.failed(part or system, error, time.monotonic())
        self._metrics.failed(self._pair, type(error).__name__)
        self._metrics.backoff(self._pair, self._due.backoff.longest)
        _log.warning("not_read", system=system, part=part, kind=type(error).__name__, error=str(error), pause=pause)
        if isinstance(error, _STOPPING):
            self._stopped[system] = f"nothing is written there until it answers rightly again: {error}"
            self._by[system] = part
            self._metrics.stopped(self._pair, system, is_stopped=True)

    def works(self, part: Part) -> None:
        """Note that a part was read: its system works again, and is written to if that part was its trouble."""
        self._due.read(part)
        for system, parts in SYSTEMS.items():
            if system in self._stopped and part in parts and self._by[system] in (None, part):
                del self._stopped[system]
                self._metrics.stopped(self._pair, system, is_stopped=False)
                _log.info("writing_again", system=system)
        self._metrics.backoff(self._pair, self._due.backoff.longest)

    @property
    def rests(self) -> bool:
        """True while a system as a whole is left alone; then a plan would be made of half the truth."""
        return any(self._due.rests(system, time.monotonic()) for system in SYSTEMS)


def _system(error: RemoteError) -> System:
    return "wonolo" if error.system == "wonolo" else "wheniwork"
