"""The engine of one pair: pull, plan, guard, write; the only place that wires the parts."""

import asyncio
from collections.abc import AsyncIterator, Collection, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import httpx

from sync.clients.trace import Trace
from sync.clients.trust import trusting
from sync.clients.wheniwork import WhenIWork
from sync.clients.wonolo import Wonolo
from sync.clock import Clock, OffsetClock, SystemClock
from sync.config import Config
from sync.errors import ConfigError, RemoteError, UnsafePlan
from sync.gather import snapshot
from sync.guards import Limits, check
from sync.intake.poll import Horizon, Poller, Progress, Pulled, service_time
from sync.mirror.store import Store
from sync.outbox import Outbox
from sync.plan import Change, Plan, Policy, Verdict, make_plan
from sync.run import recorded
from sync.writer import Calls, Recovery, Result, Writer, settle_quietly

_MOST_PASSES = 4
"""A pass may bring to light what the next one writes (a seat that waited for its stack); more mean a fight."""

_SWITCHES = {
    "wonolo": "writing to Wonolo is switched off: set write = true under [wonolo]",
    "wheniwork": "writing to When I Work is switched off: set write = true under [wheniwork]",
}


_NO_USE = "it was written, but the system still shows the old value"


def quiet(_kind: str, _count: int) -> None:
    """Progress that nobody watches."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a reconcile came to: what was done, what failed and why, what waits for a person, what was left out."""

    done: tuple[Change, ...] = ()
    failed: tuple[Result, ...] = ()
    waiting: tuple[Change, ...] = ()
    skipped: tuple[Change, ...] = ()
    passes: int = 1


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
            believed = clock or await _clock(config, wonolo)
            yield Engine(config, store, wonolo, wheniwork, believed, progress)
    finally:
        store.close()


@asynccontextmanager
async def open_clients(
    config: Config, transport: httpx.AsyncBaseTransport | None = None, trace: Trace | None = None
) -> AsyncIterator[tuple[Wonolo, WhenIWork]]:
    """Open the clients of a pair; nothing is sent yet. Raises ConfigError for URLs that may not be used."""
    there, here, trust = config.wonolo, config.wheniwork, trusting(config.connection.ca_file)
    keys = (there.api_key.get_secret_value(), there.secret_key.get_secret_value())
    login = (here.key.get_secret_value(), here.email.get_secret_value(), here.password.get_secret_value())
    async with (
        Wonolo(
            there.base_url, *keys, transport=transport, per_second=there.per_second, trace=trace, trust=trust
        ) as wonolo,
        WhenIWork(
            here.base_url,
            here.login_url,
            *login,
            user_id=here.user_id,
            transport=transport,
            per_minute=here.per_minute,
            trace=trace,
            trust=trust,
        ) as wheniwork,
    ):
        yield wonolo, wheniwork


async def _clock(config: Config, wonolo: Wonolo) -> Clock:
    if config.sync.clock == "system":
        return SystemClock()
    told = service_time(await wonolo.info())
    return OffsetClock(told - SystemClock().now()) if told else SystemClock()


class Engine:
    """One pair of accounts; make it with `open_engine`."""

    def __init__(
        self, config: Config, store: Store, wonolo: Wonolo, wheniwork: WhenIWork, clock: Clock, progress: Progress
    ) -> None:
        self._config, self._store, self._clock, self._progress = config, store, clock, progress
        self._wheniwork = wheniwork
        cutoff = timedelta(hours=config.sync.cutoff_hours)
        self._policy = Policy(config.rules, cutoff, config.sync.workers, config.ownership.table)
        self._horizon = Horizon(timedelta(days=config.sync.horizon_days), timedelta(days=config.sync.history_days))
        self._poller = Poller(wonolo, wheniwork, store, config.name, clock)
        self._calls = Calls(wonolo, wheniwork)

    async def pull(self) -> Pulled:
        """Read what may have changed in both systems into the mirror."""
        await self._right_account()
        pulled = await self._poller.pull(self._horizon, self._progress)
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
            plan = make_plan(snapshot(tx, self._policy, now, self._horizon.ahead))
            refused = Outbox(tx.rows).refused([change.key for change in plan.to_do], now)
        return plan.judged(
            lambda change: ("blocked", f"refused lately: {refused[change.key]}") if change.key in refused else None
        )

    async def diff(self) -> Plan:
        """Pull and plan; the writer is never reached."""
        async with recorded(self._store, self._config.name, self._clock, "diff", writes=False) as run:
            await self.pull()
            plan = await self.plan()
            run.counts = {"to_do": len(plan.to_do), "waiting": len(plan.waiting)}
        return plan

    async def reconcile(self, allow: Mapping[str, int] | None = None) -> Outcome:
        """Pull, plan and write until nothing is left to do; raises UnsafePlan before the first write.

        `allow` raises guards' limits for this run: {"delete:shift": 40}. Raises StoreLocked while another run writes.
        """
        async with recorded(self._store, self._config.name, self._clock, "reconcile", writes=True) as run:
            await self.pull()
            await Recovery(self._calls, self._store, self._config.name, self._config.rules).run(self._clock.now())
            outcome = await self._passes(run.number, allow or {})
            run.outcome = "waiting" if outcome.waiting or outcome.failed else "done"
            run.counts = _counts(outcome)
        return outcome

    async def _passes(self, run: int, allow: Mapping[str, int]) -> Outcome:
        """Write and plan again until a pass has nothing to do, or gets nowhere."""
        results: list[Result] = []
        plan = self._switched(await self.plan())
        await self._guard(plan, allow)
        passes = 1
        while True:
            await asyncio.to_thread(self._agree, plan)
            came_of = await self._write(run, plan.to_do, {row.change.key for row in results if row.outcome == "done"})
            results += came_of
            if not plan.to_do or passes == _MOST_PASSES or not any(row.outcome != "failed" for row in came_of):
                break
            plan = self._switched(await self.plan())
            passes += 1
        moving = [row for row in came_of if row.outcome == "moved"]  # still, after the last pass
        return Outcome(
            done=tuple(row.change for row in results if row.outcome == "done"),
            failed=tuple(row for row in results if row.outcome in ("failed", "unknown") or row in moving),
            waiting=plan.waiting,
            skipped=tuple(change for change in plan.changes if change.verdict == "skip"),
            passes=passes,
        )

    def _switched(self, plan: Plan) -> Plan:
        """The plan with the writes blocked that the configuration does not allow yet."""
        off = [name for name in ("wonolo", "wheniwork") if not getattr(self._config, name).write]

        def judge(change: Change) -> tuple[Verdict, str] | None:
            return ("blocked", _SWITCHES[str(change.system)]) if change.writes and change.system in off else None

        return plan.judged(judge)

    async def _guard(self, plan: Plan, allow: Mapping[str, int]) -> None:
        guards = self._config.guards
        linked = await asyncio.to_thread(self._linked)
        refusal = check(plan, linked, Limits(guards.share, guards.at_least), allow)
        if refusal:
            raise UnsafePlan(refusal.guard, refusal.number, refusal.limit, refusal.override)

    def _linked(self) -> dict[str, int]:
        with self._store.begin(self._config.name) as tx:
            return tx.links.counts()

    def _agree(self, plan: Plan) -> None:
        with self._store.begin(self._config.name) as tx:
            settle_quietly(tx, plan.settled, self._config.rules, self._clock.now())

    async def _write(self, run: int, changes: Iterable[Change], done: Collection[str]) -> list[Result]:
        """Carry changes out in order; what is planned again although it is `done` did not stick, and is given up.

        After one that did not succeed, the rest of its link waits for the next plan; after a call that the service
        as a whole did not answer, everything else for that service does.
        """
        writer = Writer(self._calls, self._store, self._config.name, self._config.rules, self._clock, run)
        results: list[Result] = []
        stopped: set[str | None] = set()
        for change in changes:
            if stopped & {change.link, change.system}:
                continue
            try:
                again = change.writes and change.key in done
                result = await (writer.give_up(change, _NO_USE) if again else writer.carry_out(change))
            except RemoteError as error:
                result = Result(change, "failed", str(error))
                stopped.add(change.system)
            self._progress(result.outcome, 1)
            results.append(result)
            if result.outcome != "done":
                stopped.add(change.link)
        return results


def _counts(outcome: Outcome) -> dict[str, int]:
    return {
        "done": len(outcome.done),
        "failed": len(outcome.failed),
        "waiting": len(outcome.waiting),
        "skipped": len(outcome.skipped),
    }
