"""Carrying plans out, pass by pass, until a pass finds nothing to do."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from mappings.model import NAMES
from mappings.timesheet import is_link_key
from sync.change_log import ChangeLog
from sync.clock import Clock
from sync.config import Config
from sync.errors import LeaseLost, Refusal, RemoteError, StalePlan, Stopped, Unavailable, UnsafePlan
from sync.intake.parts import Pulled
from sync.lease import Fence
from sync.mirror.store import Store
from sync.outcome import Outcome, Pass, Untried, settled
from sync.plan import Change, Plan, Verdict
from sync.plan.approval import Approval
from sync.plan.capability import need
from sync.plan.live import causes, likewise, shared
from sync.plan.undoing.together import waiting_together
from sync.stale import not_done
from sync.stuck import Made, made
from sync.writer import Calls, Result, Writer, settle_quietly

__all__ = ["Guards", "Outcome", "Passes"]

_MOST_PASSES = 4
"""A pass may bring to light what the next one writes (a seat that waited for its stack); more mean a fight."""

_MOST_UNREAD = 10
"""After so many records that a service would not show it is rather the service that is out of order."""

_SWITCHES = {
    "wonolo": "writing to Wonolo is switched off: set write = true under [wonolo]",
    "wheniwork": "writing to When I Work is switched off: set write = true under [wheniwork]",
}

STOPPED = "the run was stopped before its turn came"

Guards = Callable[[Iterable[Change]], tuple[Refusal, ...]]
"""Every reason to refuse the changes of one run, over all its passes."""


Between = Callable[[], Awaitable[bool]]
"""Reads anew what may have changed, between two writes; returns whether anything was read."""

_LONG = timedelta(minutes=1)
"""A run that writes for longer looks again at what is near, or a request for tonight would wait for its end."""


async def uninterrupted() -> bool:
    """Nothing is read between two writes."""
    return False


class Refresh:
    """Reads what is near, between two writes, when the last reading is a minute old."""

    def __init__(self, read: Callable[[], Awaitable[Pulled]], clock: Clock) -> None:
        self._read, self._clock, self._at = read, clock, clock.now()

    async def __call__(self) -> bool:
        """Read when it is time; returns whether anything was read."""
        if self._clock.now() - self._at < _LONG:
            return False
        self._at = self._clock.now()
        return bool((await self._read()).parts)


@dataclass(slots=True)
class Passes:
    """The passes of one run; `plan` makes a plan of what the mirror holds by then.

    `payrolls` looks at the payroll periods of hours right before they are written; when it returns True, one is over by
    now, and the rest is planned again.
    `between` is called between two writes: when it returns True, the mirror was read anew, and the rest is planned
    again before the next write. `written` is called with what became of each change.
    """

    config: Config
    store: Store
    calls: Calls
    clock: Clock
    fence: Fence
    plan: Callable[[], Awaitable[Plan]]
    written: Callable[[Result], None]
    payrolls: Callable[[Iterable[Change]], Awaitable[bool]]
    between: Between = uninterrupted

    async def first(self) -> Plan:
        """Return the plan that the first pass would carry out, unless it is narrowed."""
        return self._switched(await self.plan())

    async def settle(self, plan: Plan) -> Outcome:
        """Do what a plan without anything to do does: bases move as far as both sides agree."""
        await asyncio.to_thread(self._agree, plan)
        return settled([Pass()], plan)

    async def carry_out(
        self, run: int, guards: Guards, approved: Approval | None = None, plan: Plan | None = None
    ) -> Outcome:
        """Write and plan again until a pass has nothing to do, or gets nowhere.

        `plan` is the first one, where it is made already. With `approved`, nothing else is written. Raises UnsafePlan,
        and StalePlan when nothing approved still holds, both before the first write; what guards refuse of a later
        pass, together with the earlier ones, is blocked. Raises LeaseLost and ClockWrong when nothing may be written
        any more. When the run is stopped, the rest is left untried.
        """
        passes, unread = list[Pass](), dict[tuple[str, str], Result]()
        plan = plan or await self.first()
        stale = await asyncio.to_thread(self._stale, approved, plan) if approved else ()
        plan = _narrowed(plan, approved)
        if approved and stale and not plan.to_do:
            raise StalePlan(stale)
        refusals = guards(plan.to_do)
        if refusals:
            raise UnsafePlan(refusals)
        while True:
            await asyncio.to_thread(self._agree, plan)
            earlier = made(row for one in passes for row in one.results)
            passes.append(await self._write(run, plan.to_do, earlier, unread))
            passes[-1].over = tuple(row for row in plan.changes if row.verdict == "skip" and row.link in plan.over)
            if self._is_over(plan, passes):
                break
            results = [row for one in passes for row in one.results]
            plan = _guarded(_narrowed(self._switched(await self.plan()), approved), results, guards)
        outcome = settled(passes, plan, stale)
        broken = {system: error for row in passes for system, error in row.broken.items() if system}
        return replace(outcome, broken=broken, is_stopped=self.fence.stopping.is_set() and bool(outcome.untried))

    def _is_over(self, plan: Plan, passes: Sequence[Pass]) -> bool:
        last = passes[-1]
        if self.fence.stopping.is_set() or not plan.to_do:
            return True
        if last.is_interrupted:
            return False
        full = sum(not one.is_interrupted for one in passes)
        return full == _MOST_PASSES or all(row.outcome in ("failed", "unread") for row in last.results)

    def _stale(self, approved: Approval, plan: Plan) -> tuple[str, ...]:
        """What was approved and does not hold any more, with what became of it."""
        links = {approved.links.get(key, "") for key in approved.stale(plan)} - {""}
        with self.store.begin(self.config.name) as tx:
            return not_done(approved, plan, ChangeLog(tx.rows).of_links(links))

    def _switched(self, plan: Plan) -> Plan:
        """The plan with the writes blocked that the configuration does not allow yet."""
        off = self.config.switched_off

        def judge(change: Change) -> tuple[Verdict, str] | None:
            return ("blocked", _SWITCHES[str(change.system)]) if change.writes and change.system in off else None

        return waiting_together(plan.judged(judge))

    def _agree(self, plan: Plan) -> None:
        now = self.clock.now()
        with self.store.begin(self.config.name) as tx:
            tx.decisions.end(plan.void, "void", now)
            settle_quietly(tx, plan, self.config.rules, now)

    async def _write(
        self, run: int, changes: Iterable[Change], earlier: Made, unread: dict[tuple[str, str], Result]
    ) -> Pass:
        """Carry changes out in order; of what is planned again after `earlier` passes, what is of no use is given up.

        After one that did not succeed, the rest of its link waits for the next plan; after one that the key may not
        do, everything else that needs the same; after a call that the service as a whole did not answer, everything
        else for that service. What is `unread` is not asked for again in the same run.
        """
        writer, planned = self._writer(run), tuple(changes)
        came_of, stopped = Pass(), dict[str | None, str]()
        for change in planned:
            if self.fence.stopping.is_set():
                came_of.untried.append(Untried(change, STOPPED))
                continue
            if came_of.results and not stopped.keys() & NAMES.keys() and await self.between():
                came_of.is_interrupted = True
                break
            is_over, hidden = await self._look_at_payrolls(change, planned)
            if is_over:
                came_of.is_interrupted = True
                break
            stopped |= {change.link: hidden} if hidden else {}
            asks = (change.system, need(change), change.link, *shared(change))
            reason = next((stopped[one] for one in asks if one in stopped), "")
            if reason:
                came_of.untried.append(Untried(change, reason))
                continue
            try:
                result = await self._carried_out(writer, change, earlier, unread)
            except Stopped:
                came_of.untried.append(Untried(change, STOPPED))
                continue
            except RemoteError as error:
                result = Result(change, "failed", str(error))
                came_of.broken[change.system] = error
                stopped[change.system] = f"{NAMES[change.system]} failed before its turn came" if change.system else ""
            self.written(result)
            came_of.results.append(result)
            stopped |= _stops(result)
        return came_of

    @staticmethod
    async def _carried_out(
        writer: Writer, change: Change, earlier: Made, unread: dict[tuple[str, str], Result]
    ) -> Result:
        record = (change.kind, change.record)
        if record in unread:
            return replace(unread[record], change=change)
        vain = earlier.no_use(change)
        result = await (writer.give_up(change, vain) if vain else writer.carry_out(change))
        if result.outcome == "unread":
            unread[record] = result
            if sum(row.change.system == change.system for row in unread.values()) > _MOST_UNREAD:
                raise Unavailable(str(change.system), f"{change.kind} {change.record}", None, result.reason)
        return result

    async def _look_at_payrolls(self, change: Change, changes: Iterable[Change]) -> tuple[bool, str]:
        """Return whether a payroll period is over by now that hours would be written to, and why nobody knows."""
        if not (change.writes and is_link_key(change.link)):
            return False, ""
        try:
            return await self.payrolls(row for row in changes if is_link_key(row.link)), ""
        except RemoteError as error:
            return False, f"When I Work did not show its payroll periods again: {error}"

    def _writer(self, run: int) -> Writer:
        if self.fence.lease is None:
            raise LeaseLost
        return Writer(self.calls, self.config.rules, self.clock, run, self.fence.lease)


def _stops(result: Result) -> dict[str | None, str]:
    """What is not tried after a change that did not succeed, and why."""
    change, stopped = result.change, dict[str | None, str]()
    if result.outcome != "done":
        stopped[change.link] = "an earlier change of the same work did not succeed"
    if result.outcome == "differs":
        stopped |= dict.fromkeys(causes(change, result.wrong), likewise(change, result.record))
    if result.outcome == "forbidden":
        stopped[need(change)] = f"the Wonolo key may not {need(change)}"
    return stopped


def _guarded(plan: Plan, results: Iterable[Result], guards: Guards) -> Plan:
    """The plan of a later pass; its writes are blocked if they are too much together with those of earlier passes."""
    written = [row.change for row in results if row.outcome in ("done", "differs", "unknown")]
    refusals = guards([*written, *plan.to_do]) if any(change.writes for change in plan.to_do) else ()
    if not refusals:
        return plan
    reason = f"together with what this run has done already, {UnsafePlan(refusals).advice}"
    return plan.judged(lambda change: ("blocked", reason) if change.writes else None)


def _narrowed(plan: Plan, approved: Approval | None) -> Plan:
    return approved.narrowed(plan) if approved else plan
