"""Whose turn it is in a pair: dirty records, then near parts, then far ones; but nobody waits for ever."""

from dataclasses import dataclass
from typing import Literal

PATIENCE = 60.0
"""Seconds after which parts get their turn, however many dirty records keep coming."""

Turn = Literal["dirty", "near", "far", "wait", "nothing"]
"""What to do next: read dirty records or near parts, begin to read far parts, or wait for those."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """The kinds of work that wait in a pair; `is_far_read` while far parts are being read beside the rest."""

    dirty: bool
    near: bool
    far: bool
    is_far_read: bool


class Turns:
    """Gives turns; all instants are monotonic seconds."""

    def __init__(self, now: float) -> None:
        self._near_at = self._far_at = now

    def take(self, waiting: Waiting, now: float) -> Turn:
        """Return the most urgent kind of work, which is then begun."""
        turn = self._next(waiting, now)
        if turn == "near" or not waiting.near:
            self._near_at = now
        if turn == "far" or not waiting.far:
            self._far_at = now
        return turn

    def _next(self, waiting: Waiting, now: float) -> Turn:
        far = waiting.far and not waiting.is_far_read
        # Near parts are due again before dirty records end, so far ones must not wait for both.
        if far and now - self._far_at > PATIENCE:
            return "far"
        if waiting.near and now - self._near_at > PATIENCE:
            return "near"
        if waiting.dirty:
            return "dirty"
        if waiting.near:
            return "near"
        return "far" if far else "wait" if waiting.is_far_read else "nothing"
