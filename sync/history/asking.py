"""Asking When I Work for its own history of shifts."""

from collections.abc import Iterable
from typing import Any

import msgspec

from sync.clients.wheniwork import WhenIWork
from sync.errors import Forbidden, Rejected
from sync.history.reading import History
from sync.history.timeline import Event, asked

_MOST = 10
"""Shifts that are asked about: one request each, out of the budget that writes need."""

_NO_SHIFT = "only When I Work tells a history, and only of shifts: ask for shift NUMBER or a link that has shifts"


async def with_asked(history: History, wheniwork: WhenIWork) -> History:
    """The history with the lines When I Work itself keeps of its shifts, for the last sixty days."""
    events, hints = list(history.events), list(history.hints)
    for shift in history.shifts[:_MOST]:
        try:
            found = asked(await _own(wheniwork, shift), shift)
            hints += (
                [] if found else [f"When I Work tells nothing of shift {shift}: of a deleted open shift it keeps none"]
            )
            events += found
        except Forbidden:
            hints.append("When I Work shows histories to supervisors and managers alone")
            break
    hints += [] if history.shifts else [_NO_SHIFT]
    return msgspec.structs.replace(history, events=_in_order(events), hints=tuple(hints))


async def _own(wheniwork: WhenIWork, shift: int) -> list[dict[str, Any]]:
    try:
        return await wheniwork.history(shift)
    except Rejected as error:
        if error.gone:
            return []
        raise


def _in_order(events: Iterable[Event]) -> tuple[Event, ...]:
    return tuple(sorted(events, key=lambda event: event.at))
