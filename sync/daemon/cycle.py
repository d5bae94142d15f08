"""One cycle of a pair, under its lease: dirty records, due parts, plan, write; again until nothing is due."""

import asyncio
import time
from collections import Counter

from sync.clock import SystemClock
from sync.config import Config
from sync.daemon.due import Due
from sync.daemon.metrics import Metrics
from sync.daemon.reading import Reading
from sync.daemon.trouble import Trouble
from sync.daemon.turns import Turns, Waiting
from sync.engine import Engine
from sync.intake.parts import PARTS, WHOLE, Pulled
from sync.lease import Lease
from sync.outcome import Outcome
from sync.plan import Plan

_BETWEEN = 5.0
"""Seconds at least between two looks in the middle of a run: each costs a plan."""

_ANSWER_AFTER = 35.0
"""Seconds until the first attempt to learn the outcome of writes that were never answered, and between the others."""

_LONGEST_WAIT = 900.0
"""The same at most: attempts that tell nothing are made ever more rarely."""


class Cycle:
    """The cycles of one open pair; `run` is one of them."""

    def __init__(self, engine: Engine, config: Config, due: Due, metrics: Metrics, event: asyncio.Event) -> None:
        self.engine, self._name, self._metrics, self._event = engine, config.name, metrics, event
        self._trouble = Trouble(config.name, due, metrics, engine.planner.stopped)
        self._reading = Reading(engine, config.name, due, self._trouble, metrics)
        self._turns = Turns(time.monotonic())
        engine.planner.planned = self._planned
        self._looked_at = self._recovered_at = time.monotonic() - _ANSWER_AFTER
        self._answer_after = _ANSWER_AFTER

    async def is_needed(self) -> bool:
        """Return whether anything is due or dirty that may be read now, or the outcome of a write may be learned."""
        return await self._reading.look_around() or (not self._trouble.rests and await self._may_learn())

    async def run(self, lease: Lease) -> None:
        """Read and write until nothing is due; raises the errors that end a cycle, UnsafePlan among them."""
        async with self.engine.fence.holding(lease):
            try:
                await self._reading.begin()
                while not self.engine.fence.stopping.is_set():
                    self._event.clear()
                    await self._reading.look_around()
                    if not await self._step():
                        return
            finally:
                await self._reading.close()

    async def _step(self) -> bool:
        """Do the most urgent thing; returns False when nothing is left to do."""
        reading = self._reading
        if await self._needs_everything():
            return await self._read_everything()
        if pulled := reading.far_result():
            await self._take_in(pulled)
            return True
        waiting = Waiting(bool(reading.dirty), bool(reading.near), bool(reading.far), reading.is_far)
        match self._turns.take(waiting, time.monotonic()):
            case "dirty":
                await self._refresh()
            case "near":
                await self._take_in(await reading.read(reading.near))
            case "far":
                reading.begin_far()
            case "wait":
                if pulled := await reading.far_or(self._event):
                    await self._take_in(pulled)
            case "nothing":
                return False
        return True

    async def _needs_everything(self) -> bool:
        """Return whether a complete pull comes first: at the beginning, and to learn what became of a write."""
        if self._trouble.rests:
            return False
        if set(self._reading.parts) >= WHOLE or not await self._reading.has_all():
            return bool(self._reading.parts)
        return await self._may_learn()

    async def _may_learn(self) -> bool:
        """Return whether it is time to look for the effect of writes that were never answered."""
        waited = time.monotonic() - self._recovered_at > self._answer_after
        return waited and await self.engine.unanswered() > 0

    async def _read_everything(self) -> bool:
        """Pull everything, learn the outcome of earlier writes, plan and write."""
        self._recovered_at = time.monotonic()
        await self._reading.close()
        await self.engine.fence.unless_stopped(self.engine.check_access())
        pulled = await self._reading.read([part for part in PARTS if part in WHOLE or part in self._reading.parts])
        if pulled.failed:
            return bool(pulled.parts)
        await self.engine.recover()
        tells_nothing = await self.engine.unanswered() > 0
        self._answer_after = min(self._answer_after * 2, _LONGEST_WAIT) if tells_nothing else _ANSWER_AFTER
        await self._take_in(pulled)
        return True

    async def _refresh(self) -> None:
        """Read dirty records again, then plan and write."""
        first = min(row.since for row in self._reading.dirty)
        pulled = await self._reading.read_dirty()
        outcome = await self._take_in(pulled) if pulled else None
        if outcome and outcome.done:
            self._metrics.event_to_write(self._name, (SystemClock().now() - first).total_seconds())

    async def _take_in(self, pulled: Pulled) -> Outcome | None:
        """Plan and write what was read, unless a system is out of order or was never read whole."""
        if self._trouble.rests or not await self._reading.has_all():
            return None
        began = time.monotonic()
        outcome = await self.engine.carry_out(pulled, self._between)
        self._metrics.ran(self._name, time.monotonic() - began, "stopped" if outcome.is_stopped else "done")
        for error in outcome.broken.values():
            self._trouble.meet(error)
        return outcome

    def _planned(self, plan: Plan, seconds: float) -> None:
        self._metrics.planned(self._name, seconds, Counter(change.verdict for change in plan.waiting))

    async def _between(self) -> bool:
        """Read what became due or dirty in the middle of a run; returns whether anything was read."""
        reading = self._reading
        if time.monotonic() - self._looked_at < _BETWEEN:
            return False
        self._looked_at = time.monotonic()
        await reading.look_around()
        found = bool(reading.dirty and await reading.read_dirty())
        if reading.near:
            found = bool((await reading.read(reading.near)).parts) or found
        reading.begin_far()
        return bool(reading.far_result()) or found
