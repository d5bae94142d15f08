"""The end of an engine command on request: in order at the first signal, at once at the second."""

import asyncio
import signal

from sync.lease import Fence
from sync.outcome import Outcome
from sync.writer import Result

READING = 2.0
"""Seconds that a command without writes may take to end in order."""

WRITING = 25.0
"""The same for one that writes; a supervisor usually kills it after 30."""


class Ending:
    """The effect of SIGINT and SIGTERM on a command; make one for each, and `listen` from within its task.

    After `patience` seconds, or at a second signal, it is cut off. Set `fence` once there is an engine: until then the
    first signal cuts it off, as nothing can be written.
    """

    def __init__(self, patience: float) -> None:
        self.fence: Fence | None = None
        self._patience = patience
        self._written = 0
        self._is_cut_off = self._may_have_written = False
        self._task: asyncio.Task[object] | None = None

    def listen(self) -> None:
        """Heed signals from now on, until the loop is closed."""
        self._task, loop = asyncio.current_task(), asyncio.get_running_loop()
        for ending in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(ending, self._asked)

    def count(self, result: Result) -> None:
        """Note what became of a change."""
        self._written += result.outcome in ("done", "differs")

    @property
    def words(self) -> str:
        """Describe what became of a command that ended without a result."""
        if not self._may_have_written:
            return "Stopped as asked; nothing was written."
        after = f", after {_changes(self._written)} written" if self._written else ""
        return f"Stopped at once{after}; the next run finds out what became of a write that was under way."

    def _asked(self) -> None:
        if self.fence is None or self.fence.stopping.is_set():
            self._cut_off()
            return
        self.fence.stopping.set()
        asyncio.get_running_loop().call_later(self._patience, self._cut_off)

    def _cut_off(self) -> None:
        if self._is_cut_off or self._task is None:
            return  # once, as a second time would cut off what cleans up after the first
        self._is_cut_off = True
        # Without a lease nothing can have been sent.
        holds = self.fence is not None and self.fence.lease is not None
        self._may_have_written = holds or self._written > 0
        self._task.cancel()


def left_undone(outcome: Outcome, later: str) -> str:
    """Return what a run that was stopped left undone; `later` is what does it."""
    count = len(outcome.untried)
    if not (outcome.done or outcome.differing) and not any(row.outcome == "unknown" for row in outcome.failed):
        return "Stopped as asked; nothing was written."
    return f"Stopped as asked: {_changes(count)} not tried; {later} does {'it' if count == 1 else 'them'}."


def _changes(count: int) -> str:
    return "1 change was" if count == 1 else f"{count} changes were"
