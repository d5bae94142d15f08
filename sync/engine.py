"""The engine of one pair: pull, plan, guard, write; the only place that wires the parts."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from math import inf

import httpx
import msgspec

from mappings.model import System
from sync.assurance import Assurance
from sync.clients.trace import Trace
from sync.clients.wheniwork import WhenIWork
from sync.clients.wonolo import Wonolo
from sync.clock import Clock, ForwardClock
from sync.comparison import compare, days_told
from sync.config import Config
from sync.connecting import Clocks, open_clients, require_account
from sync.deciding import Deciding
from sync.errors import StalePlan
from sync.facts import guards_of, note_scope
from sync.intake.parts import NEAR, WHOLE, Part, Progress, Pulled
from sync.intake.payrolls import LastLook
from sync.intake.poller import Poller
from sync.lease import Fence, leased
from sync.mirror.dirty import DirtyKind
from sync.mirror.store import Store
from sync.passes import Between, Guards, Outcome, Passes, Refresh, uninterrupted
from sync.plan import Plan
from sync.plan.approval import Approval, whole
from sync.plan.variance import HoursRow
from sync.planner import Planner
from sync.run import Run, latest_look, latest_run, opened_store, recorded
from sync.undo import PlanMaker, Undo, Wanted
from sync.writer import Calls, Recovery, Result, Search


def quiet(_kind: str, _count: int) -> None:
    """Progress that nobody watches."""


def unwatched(_result: Result) -> None:
    """A result that nobody watches."""


@asynccontextmanager
async def open_engine(  # noqa: PLR0913 - what tests replace, and who watches
    config: Config,
    *,
    transport: httpx.AsyncBaseTransport | None = None,
    clock: Clock | None = None,
    progress: Progress = quiet,
    written: Callable[[Result], None] = unwatched,
    trace: Trace | None = None,
    store: Store | None = None,
    planning: asyncio.Lock | None = None,
) -> AsyncIterator["Engine"]:
    """Open database and clients of a pair; `transport` replaces the network of both clients.

    `store` is the database where it is open already, and `planning` is held while a plan is made, as planning keeps
    Python to itself.
    `progress` is called with what comes in, `written` with what became of each change, and `trace` with each exchange
    with a service. Nothing is sent yet. Raises StoreError kinds for the database and ConfigError for URLs that may not
    be used.
    """
    clocks, fence = Clocks(config, clock), Fence()
    fence.checks.append(clocks.check)
    async with (
        opened_store(config.database.url, store) as opened,
        open_clients(config, transport, trace, fence, clocks.believed) as (wonolo, wheniwork),
    ):
        clocks.connect(wonolo, wheniwork)
        await clocks.follow()
        forward = ForwardClock(clocks.believed, await asyncio.to_thread(latest_run, opened, config.name))
        engine = Engine(config, opened, wonolo, wheniwork, clocks, forward, fence, progress, written)
        engine.planner.planning = planning or engine.planner.planning
        yield engine


class Engine:
    """One pair of accounts; make it with `open_engine`.

    `deciding` is what people do about it, `planner` makes its plans, `fence` is what every write passes, `store` its
    database.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - the parts that are wired here
        self,
        config: Config,
        store: Store,
        wonolo: Wonolo,
        wheniwork: WhenIWork,
        clocks: Clocks,
        clock: ForwardClock,
        fence: Fence,
        progress: Progress,
        written: Callable[[Result], None],
    ) -> None:
        self._config, self.store, self.clock, self._progress = config, store, clock, progress
        self._wonolo, self._wheniwork, self._clocks = wonolo, wheniwork, clocks
        self.fence, self._written = fence, written
        self.planner = Planner(config, store, clock)
        self._assured = Assurance(self.planner.plan, self.read, clock)
        self._poller = Poller(wonolo, wheniwork, store, config.name, clock)
        self._calls = Calls(wonolo, wheniwork)
        self.deciding = Deciding(store, config.name, clock, self.planner.questions, self.planner.undecided)
        self._refused = ""
        self._recovery = Recovery(self._calls, partial(Search, wonolo, wheniwork), store, config.name, config.rules)

    async def pull(self, times: timedelta = timedelta(0)) -> Pulled:
        """Read what may have changed in both systems into the mirror; Times at least so far back.

        Raises ClockWrong when this machine's clock is not the services'.
        """
        await self.check_access()
        horizon = replace(self.planner.horizon, times=max(self.planner.horizon.times, times))
        pulled = await self.fence.unless_stopped(self._poller.pull(horizon, self._progress))
        self.planner.note(pulled)
        await asyncio.to_thread(self._remember)
        return pulled

    async def check_access(self) -> None:
        """Raise ClockWrong or ConfigError unless the clocks agree and the login acts in the right account."""
        await self._clocks.follow()
        self.clock.now()  # a clock that went back stops the run before anything is read
        await self._clocks.compare()
        await require_account(self._wheniwork, self._config.wheniwork.account_id)

    async def read(self, parts: Collection[Part]) -> Pulled:
        """Read some parts into the mirror; what cannot be read is in the result."""
        pulled = await self._poller.read(parts, self.planner.horizon, self._progress)
        self.planner.note(pulled)
        if pulled.parts.keys() >= WHOLE:
            await asyncio.to_thread(self._remember)
        return pulled

    async def look_at(self, records: Collection[tuple[DirtyKind, int]]) -> Pulled:
        """Read records by their ids into the mirror; raises the RemoteErrors of a service that does not answer."""
        pulled = await self._poller.reader.look_at(records)
        self.planner.note(pulled, records)
        return pulled

    def _remember(self) -> None:
        """From a complete pull on, what others do is noted; what is too old is forgotten."""
        now = self.clock.now()
        with self.store.begin(self._config.name) as tx:
            tx.sightings.pulled(now, now - timedelta(days=self._config.database.keep_days))
            tx.deliveries.forget(now)

    async def plan(self) -> Plan:
        """Plan from the mirror as it is; nothing is read or written remotely."""
        return await self.planner.plan()

    async def diff(self) -> Plan:
        """Pull and plan; the writer is never reached. The plan tells why guards would refuse it."""
        async with recorded(self.store, self._config.name, self.clock, "diff") as run:
            pulled = await self.pull()
            plan = await self._assured()
            guards = await self._guards(pulled, {})
            run.counts = {"to_do": len(plan.to_do), "waiting": len(plan.waiting)}
        return msgspec.structs.replace(plan, refusals=guards(plan.to_do))

    async def _guards(self, pulled: Pulled, allow: Mapping[str, float]) -> Guards:
        return await asyncio.to_thread(guards_of, self.store, self._config, pulled, self.clock.now(), allow)

    async def hours(self, first: date | None = None, last: date | None = None) -> tuple[HoursRow, ...]:
        """Pull, then compare the hours of work that began in these days; nothing is written.

        By default from as far back as hours are kept equal (two weeks, where they are not) until now. Raises
        ConfigError when When I Work does not show hours worked.
        """
        now = self.clock.now()
        days = days_told(first, last, now, self.planner.horizon.times)
        async with recorded(self.store, self._config.name, self.clock, "hours"):
            await self.pull(now - days.start)
            return await asyncio.to_thread(compare, self.store, self._config.name, self.planner.policy, days, now)

    async def reconcile(
        self,
        allow: Mapping[str, float] | None = None,
        approved: Approval | None = None,
        checksum: str = "",
        wait: float = 0,
    ) -> Outcome:
        """Pull, plan and write until nothing is left to do; raises UnsafePlan before the first write.

        `allow` raises guards' limits for this run: {"delete:shift": 40}. With `approved` nothing but the changes of
        a saved plan is written, with `checksum` nothing but the plan that has it; StalePlan when the world has moved
        on. Raises LeaseTaken when another run still writes after `wait` seconds.
        """
        async with self._writing("reconcile", wait) as run:
            pulled = await self.pull()
            await self.recover()
            if checksum:
                approved = await self._as_approved(checksum)
            guards = await self._guards(pulled, allow or {})
            outcome = await self._passing(self._assured, Refresh(lambda: self.read(NEAR), self.clock)).carry_out(
                run.number, guards, approved
            )
            if not approved:
                await asyncio.to_thread(note_scope, self.store, self._config, run.number)
            run.outcome, run.counts = outcome.word, outcome.counts
        return outcome

    @asynccontextmanager
    async def _writing(self, command: str, wait: float) -> AsyncIterator[Run]:
        """A recorded run that alone may write for the pair."""
        name = self._config.name
        async with (
            leased(self.store, name, command, wait) as lease,
            self.fence.holding(lease),
            recorded(self.store, name, self.clock, command) as run,
        ):
            yield run

    async def catch_up(self) -> None:
        """Follow the clock of the machine that read last: what is read now must not seem older than that."""
        self.clock.catch_up(await asyncio.to_thread(latest_run, self.store, self._config.name))
        if self._config.sync.clock == "system":
            self.clock.catch_up(await asyncio.to_thread(latest_look, self.store, self._config.name))

    async def recover(self) -> None:
        """Learn the outcome of writes that were never answered; call it after a complete pull."""
        await self._recovery.run(self.clock.now())

    async def carry_out(self, pulled: Pulled, between: Between) -> Outcome:
        """Plan and write from the mirror as it is, as a recorded run where there is something to do.

        Call it while the fence holds a lease.
        Raises UnsafePlan before the first write, once for each plan; LeaseLost and ClockWrong once nothing may be
        written any more.
        """
        guards = await self._guards(pulled, {})
        passes = self._passing(self._assured, between)
        plan = await passes.first()
        known = self._refused == plan.checksum and bool(guards(plan.to_do))
        self._refused = plan.checksum
        if not plan.to_do or known:
            return await passes.settle(plan)
        async with recorded(self.store, self._config.name, self.clock, "daemon") as run:
            outcome = await passes.carry_out(run.number, guards, plan=plan)
            await asyncio.to_thread(note_scope, self.store, self._config, run.number)
            run.outcome, run.counts = outcome.word, outcome.counts
        return outcome

    @property
    def budgets(self) -> dict[System, float]:
        """The share of each service's request budget that is left, from 0 to 1."""
        return {"wonolo": self._wonolo.budget_left, "wheniwork": self._wheniwork.budget_left}

    async def unanswered(self) -> int:
        """Return of how many writes a reading that begins now may tell the outcome, which nobody knows."""
        return await asyncio.to_thread(self._recovery.due, self.clock.now())

    async def undo_plan(self, wanted: Wanted) -> Plan:
        """Pull, and plan what takes a run back; nothing is written. Raises NothingToUndo."""
        undo = Undo(self.store, self._config.name, self.planner.policy, self.clock, wanted)
        await asyncio.to_thread(undo.check)
        async with recorded(self.store, self._config.name, self.clock, "diff") as this:
            pulled = await self.pull(await asyncio.to_thread(undo.reach))
            plan = await asyncio.to_thread(undo.plan)
            guards = await self._guards(pulled, {"scope": inf})
            this.counts = {"to_do": len(plan.to_do), "waiting": len(plan.waiting)}
        return msgspec.structs.replace(plan, refusals=guards(plan.to_do))

    async def undo(self, wanted: Wanted, allow: Mapping[str, float] | None = None, wait: float = 0) -> Outcome:
        """Pull, and take a run back; what it did is held from then on, or the next reconcile would do it again.

        Raises NothingToUndo, else as `reconcile`.
        """
        undo = Undo(self.store, self._config.name, self.planner.policy, self.clock, wanted)
        await asyncio.to_thread(undo.check)
        async with self._writing("undo", wait) as this:
            pulled = await self.pull(await asyncio.to_thread(undo.reach))
            await self.recover()
            # What is taken back does not follow from the configuration.
            guards = await self._guards(pulled, {"scope": inf, **(allow or {})})
            outcome = await undo.carry_out(self._passing, self.plan, this.number, guards)
            this.outcome, this.counts = outcome.word, outcome.counts
        return outcome

    def _passing(self, plan: PlanMaker, between: Between = uninterrupted) -> Passes:
        look, calls = LastLook(self._poller.payrolls, self.clock), self._calls
        return Passes(self._config, self.store, calls, self.clock, self.fence, plan, self._watched, look, between)

    def _watched(self, result: Result) -> None:
        self._progress(result.outcome, 1)
        self._written(result)

    async def _as_approved(self, checksum: str) -> Approval:
        plan = await self._assured()
        if plan.checksum != checksum:
            raise StalePlan([f"the plan as a whole: its checksum is {plan.checksum} now, not {checksum}"])
        return whole(plan)
