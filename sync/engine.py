"""The engine of one pair: pull, plan, guard, write; the only place that wires the parts."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from math import inf

import httpx
import msgspec

from sync.clients.trace import Trace
from sync.clients.wheniwork import WhenIWork
from sync.clients.wonolo import Wonolo
from sync.clock import Clock, ForwardClock
from sync.comparison import compare, days_told
from sync.config import Config
from sync.connecting import believed_clock, open_clients
from sync.deciding import Deciding
from sync.errors import ConfigError, StalePlan
from sync.facts import guards_of, note_scope
from sync.gather import snapshot
from sync.intake.poll import Horizon, Poller, Progress, Pulled
from sync.mirror.store import Store
from sync.outbox import Outbox
from sync.passes import Guards, Outcome, Passes
from sync.plan import Plan, Policy, make_plan
from sync.plan.approval import Approval, whole
from sync.plan.capability import ruled_out
from sync.plan.variance import HoursRow
from sync.run import recorded
from sync.undo import PlanMaker, Undo, Wanted
from sync.writer import Calls, Recovery


def quiet(_kind: str, _count: int) -> None:
    """Progress that nobody watches."""


@asynccontextmanager
async def open_engine(
    config: Config,
    *,
    transport: httpx.AsyncBaseTransport | None = None,
    clock: Clock | None = None,
    progress: Progress = quiet,
    trace: Trace | None = None,
) -> AsyncIterator["Engine"]:
    """Open database and clients of a pair; `transport` replaces the network of both clients.

    `progress` is told what comes in, and `trace` each exchange with a service.
    Raises StoreError kinds for the database and ConfigError for URLs that may not be used.
    """
    store = await asyncio.to_thread(Store.open, config.database.url)
    try:
        async with open_clients(config, transport, trace) as (wonolo, wheniwork):
            believed = clock or await believed_clock(config, wonolo)
            forward = ForwardClock(believed, await asyncio.to_thread(_latest_run, store, config.name))
            yield Engine(config, store, wonolo, wheniwork, forward, progress)
    finally:
        store.close()


def _latest_run(store: Store, pair: str) -> datetime | None:
    """When the newest run ended, or began if it never did; None before the first."""
    with store.begin(pair) as tx:
        return next((run.finished_at or run.started_at for run in tx.runs.last(1)), None)


class Engine:
    """One pair of accounts; make it with `open_engine`. `deciding` is what people do about it."""

    def __init__(
        self, config: Config, store: Store, wonolo: Wonolo, wheniwork: WhenIWork, clock: Clock, progress: Progress
    ) -> None:
        self._config, self._store, self._clock, self._progress = config, store, clock, progress
        self._wheniwork = wheniwork
        self._policy = Policy(
            config.rules,
            timedelta(hours=config.sync.cutoff_hours),
            config.sync.workers,
            config.ownership.table,
            config.sync.placeholder_email,
        )
        days = (config.sync.horizon_days, config.sync.history_days, config.sync.times_days)
        self._horizon = Horizon(*(timedelta(days=count) for count in days))
        self._poller = Poller(wonolo, wheniwork, store, config.name, clock)
        self._calls = Calls(wonolo, wheniwork)
        self.deciding = Deciding(store, config.name, clock, self._undecided)
        self._passes = self._passing(self.plan)

    async def pull(self, times: timedelta = timedelta(0)) -> Pulled:
        """Read what may have changed in both systems into the mirror; Times at least so far back."""
        await self._right_account()
        horizon = replace(self._horizon, times=max(self._horizon.times, times))
        pulled = await self._poller.pull(horizon, self._progress)
        await asyncio.to_thread(self._remember)
        return pulled

    def _remember(self) -> None:
        """From a complete pull on, what others do is noted; what is too old is forgotten."""
        now = self._clock.now()
        with self._store.begin(self._config.name) as tx:
            tx.sightings.pulled(now, now - timedelta(days=self._config.database.keep_days))

    async def _right_account(self) -> None:
        wanted = self._config.wheniwork.account_id
        if wanted is None:
            return
        found = int((await self._wheniwork.account())["id"])
        if found != wanted:
            hint = "set user_id under [wheniwork] to your user of the account that is meant"
            raise ConfigError([f"wheniwork.account_id: the login acts in account {found}, not {wanted}; {hint}"])

    async def plan(self) -> Plan:
        """Plan from the mirror as it is; nothing is read or written remotely."""
        return await asyncio.to_thread(self._plan)

    def _plan(self) -> Plan:
        now = self._clock.now()
        with self._store.begin(self._config.name) as tx:
            plan = make_plan(snapshot(tx, self._policy, now, self._horizon.ahead, self._horizon.times))
            # Who decides about a change that was refused wants it tried again.
            refused = Outbox(tx.rows).refused([change.key for change in plan.to_do if not change.decided], now)
            barred = Outbox(tx.rows).barred(now)
        plan = plan.judged(
            lambda change: ("blocked", f"refused lately: {refused[change.key]}") if change.key in refused else None
        )
        return plan.judged(lambda change: ruled_out(change, barred))

    async def diff(self) -> Plan:
        """Pull and plan; the writer is never reached. The plan tells why guards would refuse it."""
        async with recorded(self._store, self._config.name, self._clock, "diff", writes=False) as run:
            pulled = await self.pull()
            plan = await self.plan()
            guards = await self._guards(pulled, {})
            run.counts = {"to_do": len(plan.to_do), "waiting": len(plan.waiting)}
        return msgspec.structs.replace(plan, refusals=guards(plan.to_do))

    async def _guards(self, pulled: Pulled, allow: Mapping[str, float]) -> Guards:
        return await asyncio.to_thread(guards_of, self._store, self._config, pulled, self._clock.now(), allow)

    async def hours(self, first: date | None = None, last: date | None = None) -> tuple[HoursRow, ...]:
        """Pull, then compare the hours of work that began in these days; nothing is written.

        By default from as far back as hours are kept equal (two weeks, where they are not) until now. Raises
        ConfigError when When I Work does not show hours worked.
        """
        now = self._clock.now()
        days = days_told(first, last, now, self._horizon.times)
        async with recorded(self._store, self._config.name, self._clock, "hours", writes=False):
            await self.pull(now - days.start)
            return await asyncio.to_thread(compare, self._store, self._config.name, self._policy, days, now)

    def _undecided(self) -> Plan:
        with self._store.begin(self._config.name) as tx:
            seen = snapshot(tx, self._policy, self._clock.now(), self._horizon.ahead, self._horizon.times)
        return make_plan(msgspec.structs.replace(seen, decisions={}))

    async def reconcile(
        self, allow: Mapping[str, float] | None = None, approved: Approval | None = None, checksum: str = ""
    ) -> Outcome:
        """Pull, plan and write until nothing is left to do; raises UnsafePlan before the first write.

        `allow` raises guards' limits for this run: {"delete:shift": 40}. With `approved` nothing but the changes of
        a saved plan is written, with `checksum` nothing but the plan that has it; StalePlan when the world has moved
        on. Raises StoreLocked while another run writes.
        """
        async with recorded(self._store, self._config.name, self._clock, "reconcile", writes=True) as run:
            pulled = await self.pull()
            await Recovery(self._calls, self._store, self._config.name, self._config.rules).run(self._clock.now())
            if checksum:
                approved = await self._as_approved(checksum)
            guards = await self._guards(pulled, allow or {})
            outcome = await self._passes.carry_out(run.number, guards, approved)
            if not approved:
                await asyncio.to_thread(note_scope, self._store, self._config, run.number)
            run.outcome = "waiting" if outcome.is_pending else "done"
            run.counts = outcome.counts
        return outcome

    async def undo_plan(self, wanted: Wanted) -> Plan:
        """Pull, and plan what takes a run back; nothing is written. Raises NothingToUndo."""
        undo = Undo(self._store, self._config.name, self._policy, self._clock, wanted)
        await asyncio.to_thread(undo.check)
        async with recorded(self._store, self._config.name, self._clock, "diff", writes=False) as this:
            pulled = await self.pull()
            plan = await asyncio.to_thread(undo.plan)
            guards = await self._guards(pulled, {"scope": inf})
            this.counts = {"to_do": len(plan.to_do), "waiting": len(plan.waiting)}
        return msgspec.structs.replace(plan, refusals=guards(plan.to_do))

    async def undo(self, wanted: Wanted, allow: Mapping[str, float] | None = None) -> Outcome:
        """Pull, and take a run back; what it did is held from then on, or the next reconcile would do it again.

        Raises NothingToUndo, else as `reconcile`.
        """
        undo = Undo(self._store, self._config.name, self._policy, self._clock, wanted)
        await asyncio.to_thread(undo.check)
        async with recorded(self._store, self._config.name, self._clock, "undo", writes=True) as this:
            pulled = await self.pull()
            await Recovery(self._calls, self._store, self._config.name, self._config.rules).run(self._clock.now())
            # What is taken back does not follow from the configuration.
            guards = await self._guards(pulled, {"scope": inf, **(allow or {})})
            outcome = await undo.carry_out(self._passing, self.plan, this.number, guards)
            this.outcome = "waiting" if outcome.is_pending else "done"
            this.counts = outcome.counts
        return outcome

    def _passing(self, plan: PlanMaker) -> Passes:
        return Passes(self._config, self._store, self._calls, self._clock, plan, self._progress)

    async def _as_approved(self, checksum: str) -> Approval:
        plan = await self.plan()
        if plan.checksum != checksum:
            raise StalePlan([f"the plan as a whole: its checksum is {plan.checksum} now, not {checksum}"])
        return whole(plan)
