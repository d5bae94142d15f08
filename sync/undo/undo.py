"""One run that is taken back: the plan of it, carried out once, and the holds that keep it taken back."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable

import msgspec

from mappings.decision import UNDONE, Decision
from sync.clock import Clock, SystemClock
from sync.errors import NothingToUndo, UnsafePlan
from sync.mirror.store import Store, Transaction
from sync.outbox import Outbox
from sync.passes import Guards, Outcome, Passes
from sync.plan import Change, Plan, Policy
from sync.plan.capability import ruled_out
from sync.plan.inverse import inverse
from sync.plan.together import waiting_together
from sync.undo.asof import as_of

_UNKNOWN = "the outcome of an earlier write is not known yet; try again in a minute"

PlanMaker = Callable[[], Awaitable[Plan]]


class Wanted(msgspec.Struct, frozen=True):
    """What is asked for: the run to take back, by whom, and the keys (or their beginnings) that need not wait."""

    run: int
    who: str = ""
    approved: tuple[str, ...] = ()


class Undo:
    """One run of a pair that is to be taken back."""

    def __init__(self, store: Store, pair: str, policy: Policy, clock: Clock, wanted: Wanted) -> None:
        self._store, self._pair, self._policy, self._clock = store, pair, policy, clock
        self._run, self._who, self._approved = wanted.run, wanted.who, tuple(filter(None, wanted.approved))
        self._planned: Plan | None = None
        self._held: dict[str, str] = {}

    def check(self) -> None:
        """Raise NothingToUndo for a run that is not there, has not ended, or wrote nothing."""
        with self._store.begin(self._pair) as tx:
            found = tx.runs.of(self._run)
            if found is None:
                last = next((f"the latest is {run.id}" for run in tx.runs.last(1)), "there is none yet")
                raise NothingToUndo(
                    f"there is no run {self._run} of {self._pair}; {last}: `shiftbridge status` lists them"
                )
            if found.outcome == "running" and tx.runs.is_writing(self._run, SystemClock().now()):
                raise NothingToUndo(f"run {self._run} is still under way; undo it once it has ended")
            if not Outbox(tx.rows).of_run(self._run):
                raise NothingToUndo(f"run {self._run} ({found.command}) wrote nothing, so there is nothing to undo")

    def plan(self) -> Plan:
        """The way back by what the mirror holds now."""
        with self._store.begin(self._pair) as tx:
            made = Outbox(tx.rows).of_run(self._run)
            planned = inverse(made, as_of(tx, made, self._policy, self._clock.now()))
            busy = {intent.change.link for intent in Outbox(tx.rows).unknown()}
            barred = Outbox(tx.rows).barred(self._clock.now())
        planned = planned.judged(
            lambda row: ("blocked", _UNKNOWN) if row.verdict == "do" and row.link in busy else None
        )
        planned = planned.judged(lambda row: ruled_out(row, barred))
        for key in self._approved:
            if not any(row.verdict == "hold" and row.key.startswith(key) for row in planned.changes):
                raise NothingToUndo(f"nothing waits for a yes under the key {key!r} in the undo of run {self._run}")
        agreed = msgspec.structs.replace(planned, changes=tuple(map(self._agreed, planned.changes)))
        return waiting_together(agreed)

    async def carry_out(
        self, passing: Callable[[PlanMaker], Passes], merged: PlanMaker, run: int, guards: Guards
    ) -> Outcome:
        """Take the run back, as `run`; what a plan of the merge finds then and not before is held.

        Raises UnsafePlan before the first write; then nothing is held.
        """
        await asyncio.to_thread(self._begin)
        before = await merged()
        try:
            outcome = await passing(self._next_plan).carry_out(run, guards)
        except UnsafePlan:
            await asyncio.to_thread(self._release, ())
            raise
        taken = [*outcome.done, *(row.change for row in outcome.failed if row.outcome == "unknown")]
        await asyncio.to_thread(self._release, {change.link for change in taken})
        await asyncio.to_thread(self._hold_again, before, await merged())
        return outcome

    async def _next_plan(self) -> Plan:
        """The way back when it is asked for first, and from then on what stays: each change is taken back once."""
        if self._planned is None:
            self._planned = await asyncio.to_thread(self.plan)
            await asyncio.to_thread(self._hold_made, self._planned)
            return self._planned
        stays = tuple(row for row in self._planned.changes if row.verdict != "do")
        return msgspec.structs.replace(self._planned, changes=stays)

    def _agreed(self, change: Change) -> Change:
        if change.verdict != "hold" or not change.key.startswith(self._approved or ("-",)):
            return change
        return msgspec.structs.replace(
            change, verdict="do", reason="", cause=f"{change.cause}; {self._who} approved it"
        )

    def _begin(self) -> None:
        """Let what an earlier undo holds back be done again, if this run was one."""
        with self._store.begin(self._pair) as tx:
            undone = {row.change.undoes for row in Outbox(tx.rows).of_run(self._run)} - {0}
            reasons = {_reason(run) for run in undone}
            keys = [key for key, said in tx.decisions.open().items() if said.choice == UNDONE and said.why in reasons]
            tx.decisions.end(keys, "withdrawn", self._clock.now())

    def _hold_made(self, plan: Plan) -> None:
        """Hold back what the run made and the plan takes back, so that even a cut-off undo is not undone itself."""
        links = {row.link for row in plan.to_do}
        with self._store.begin(self._pair) as tx:
            made = [row.change for row in Outbox(tx.rows).of_run(self._run)]
            held = [change for change in made if change.link in links and not change.undoes]
            self._hold(tx, held)
        self._held = {change.key: change.link for change in held}

    def _hold_again(self, before: Plan, after: Plan) -> None:
        """Hold back what is planned now and was not before the undo: it would do again what was taken back."""
        known = {change.key for change in before.to_do}
        with self._store.begin(self._pair) as tx:
            self._hold(tx, [change for change in after.to_do if change.writes and change.key not in known])

    def _hold(self, tx: Transaction, changes: Iterable[Change]) -> None:
        for row in changes:
            said = Decision(row.key, row.facts, UNDONE, self._who, self._clock.now(), _reason(self._run), row.subject)
            tx.decisions.record(said)

    def _release(self, but: Collection[str]) -> None:
        """Hold nothing of links of which nothing was taken back after all; `but` are those of which something was."""
        with self._store.begin(self._pair) as tx:
            keys = [key for key, link in self._held.items() if link not in but]
            tx.decisions.end(keys, "withdrawn", self._clock.now())


def _reason(run: int) -> str:
    return f"undo of run {run}"
