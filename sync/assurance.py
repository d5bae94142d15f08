"""Before anything is created, the other system is read a second time: one listing that lacks it proves nothing.

A listing that came back empty, or cut in half, is like any other until the next one; and what is made on its word is
there twice. So what is created rests on two readings, and cycles in which nothing is created cost nothing more.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping
from datetime import timedelta
from functools import partial

from sync.clock import Clock
from sync.errors import RemoteError
from sync.intake.parts import SOON, Part, Pulled
from sync.plan import Change, Plan, Verdict

_WHERE: Mapping[str, frozenset[Part]] = {
    "job_request": frozenset({"requests"}),
    "shift": frozenset({"soon", "later"}),
    "user": frozenset({"people"}),
    "time": frozenset({"hours"}),
}
"""The parts that show whether what is to be created is there already."""


class Assurance:
    """Makes plans whose creations rest on two readings; `known` are the links of which that is so already."""

    def __init__(
        self,
        plan: Callable[[], Awaitable[Plan]],
        read: Callable[[Collection[Part]], Awaitable[Pulled]],
        clock: Clock,
    ) -> None:
        self._plan, self._read, self._clock = plan, read, clock
        self._known: set[tuple[str, str]] = set()

    async def __call__(self) -> Plan:
        """Return a plan, made anew as long as a second reading of what it creates was still to be done."""
        plan = await self._plan()
        while new := [row for row in plan.to_do if row.action == "create" and _name(row) not in self._known]:
            pulled = await self._read(self._parts(new))
            plan = await self._plan()
            if pulled.failed:
                return plan.judged(partial(_unsure, known=frozenset(self._known), failed=pulled.failed))
            self._known |= {_name(row) for row in new}
        self._known &= {_name(row) for row in plan.to_do}  # what comes back later is looked for anew
        return plan

    def _parts(self, creations: Collection[Change]) -> frozenset[Part]:
        parts: frozenset[Part] = frozenset[Part]().union(*(_WHERE[row.kind] for row in creations))
        until = self._clock.now() + SOON - timedelta(hours=1)
        far = any(row.kind == "shift" and (row.start is None or row.start > until) for row in creations)
        return parts if far else parts - {"later"}


def _name(row: Change) -> tuple[str, str]:
    return row.kind, row.link


def _unsure(
    row: Change, known: Collection[tuple[str, str]], failed: Mapping[Part, RemoteError]
) -> tuple[Verdict, str] | None:
    error = next(iter(failed.values()))
    if row.verdict != "do" or row.action != "create" or _name(row) in known:
        return None
    return "blocked", f"whether it is there already could not be read a second time: {error}"
