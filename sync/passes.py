"""Carrying plans out, pass by pass, until a pass finds nothing to do."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable

from mappings.model import NAMES
from sync.clock import Clock
from sync.config import Config
from sync.errors import Refusal, RemoteError, StalePlan, UnsafePlan
from sync.intake.poll import Progress
from sync.mirror.store import Store
from sync.outbox import Outbox
from sync.outcome import Outcome, Pass, Untried, settled
from sync.plan import Change, Plan, Verdict
from sync.plan.approval import Approval
from sync.plan.capability import need
from sync.plan.undoing.together import waiting_together
from sync.stale import not_done
from sync.writer import Calls, Result, Writer, settle_quietly

__all__ = ["Guards", "Outcome", "Passes"]

_MOST_PASSES = 4
"""A pass may bring to light what the next one writes (a seat that waited for its stack); more mean a fight."""

_SWITCHES = {
    "wonolo": "writing to Wonolo is switched off: set write = true under [wonolo]",
    "wheniwork": "writing to When I Work is switched off: set write = true under [wheniwork]",
}

_NO_USE = "it was written, but the system still shows the old value"

Guards = Callable[[Iterable[Change]], tuple[Refusal, ...]]
"""Every reason to refuse the changes of one run, over all its passes."""


class Passes:
    """The passes of one run; `plan` makes a plan of what the mirror holds by then."""

    def __init__(
        self,
        config: Config,
        store: Store,
        calls: Calls,
        clock: Clock,
        plan: Callable[[], Awaitable[Plan]],
        progress: Progress,
    ) -> None:
        self._config, self._store, self._calls, self._clock = config, store, calls, clock
        self._plan, self._progress = plan, progress

    async def carry_out(self, run: int, guards: Guards, approved: Approval | None = None) -> Outcome:
        """Write and plan again until a pass has nothing to do, or gets nowhere.

        With `approved`, nothing else is written. Raises UnsafePlan, and StalePlan when nothing approved still holds,
        both before the first write; what guards refuse of a later pass, together with the earlier ones, is blocked.
        """
        passes: list[Pass] = []
        plan = self._switched(await self._plan())
        stale = await asyncio.to_thread(self._stale, approved, plan) if approved else ()
        plan = _narrowed(plan, approved)
        if approved and stale and not plan.to_do:
            raise StalePlan(stale)
        refusals = guards(plan.to_do)
        if refusals:
            raise UnsafePlan(refusals)
        while True:
            await asyncio.to_thread(self._agree, plan)
            written = {row.change.key for earlier in passes for row in earlier.results if row.outcome == "done"}
            passes.append(await self._write(run, plan.to_do, written))
            came_of = passes[-1].results
            if not plan.to_do or len(passes) == _MOST_PASSES or all(row.outcome == "failed" for row in came_of):
                break
            results = [row for earlier in passes for row in earlier.results]
            plan = _guarded(_narrowed(self._switched(await self._plan()), approved), results, guards)
        return settled(passes, plan, stale)

    def _stale(self, approved: Approval, plan: Plan) -> tuple[str, ...]:
        """What was approved and does not hold any more, with what became of it."""
        links = {approved.links.get(key, "") for key in approved.stale(plan)} - {""}
        with self._store.begin(self._config.name) as tx:
            return not_done(approved, plan, Outbox(tx.rows).of_links(links))

    def _switched(self, plan: Plan) -> Plan:
        """The plan with the writes blocked that the configuration does not allow yet."""
        off = self._config.switched_off

        def judge(change: Change) -> tuple[Verdict, str] | None:
            return ("blocked", _SWITCHES[str(change.system)]) if change.writes and change.system in off else None

        return waiting_together(plan.judged(judge))

    def _agree(self, plan: Plan) -> None:
        now = self._clock.now()
        with self._store.begin(self._config.name) as tx:
            tx.decisions.end(plan.void, "void", now)
            settle_quietly(tx, plan, self._config.rules, now)

    async def _write(self, run: int, changes: Iterable[Change], done: Collection[str]) -> Pass:
        """Carry changes out in order; what is planned again although it is `done` did not stick, and is given up.

        After one that did not succeed, the rest of its link waits for the next plan; after one that the key may not
        do, everything else that needs the same; after a call that the service as a whole did not answer, everything
        else for that service.
        """
        writer = Writer(self._calls, self._store, self._config.name, self._config.rules, self._clock, run)
        came_of, stopped = Pass(), dict[str | None, str]()
        for change in changes:
            reason = next((stopped[one] for one in (change.system, need(change), change.link) if one in stopped), "")
            if reason:
                came_of.untried.append(Untried(change, reason))
                continue
            try:
                again = change.writes and change.key in done
                result = await (writer.give_up(change, _NO_USE) if again else writer.carry_out(change))
            except RemoteError as error:
                result = Result(change, "failed", str(error))
                stopped[change.system] = f"{NAMES[change.system]} failed before its turn came" if change.system else ""
            self._progress(result.outcome, 1)
            came_of.results.append(result)
            stopped |= _stops(result)
        return came_of


def _stops(result: Result) -> dict[str | None, str]:
    """What is not tried after a change that did not succeed, and why."""
    change, stopped = result.change, dict[str | None, str]()
    if result.outcome != "done":
        stopped[change.link] = "an earlier change of the same work did not succeed"
    if result.outcome == "forbidden":
        stopped[need(change)] = f"the Wonolo key may not {need(change)}"
    return stopped


def _guarded(plan: Plan, results: Iterable[Result], guards: Guards) -> Plan:
    """The plan of a later pass; its writes are blocked if they are too much together with those of earlier passes."""
    written = [row.change for row in results if row.outcome in ("done", "unknown")]
    refusals = guards([*written, *plan.to_do]) if any(change.writes for change in plan.to_do) else ()
    if not refusals:
        return plan
    reason = f"together with what this run has done already, {UnsafePlan(refusals).advice}"
    return plan.judged(lambda change: ("blocked", reason) if change.writes else None)


def _narrowed(plan: Plan, approved: Approval | None) -> Plan:
    return approved.narrowed(plan) if approved else plan
