"""One run that is taken back: the plan of it, carried out once, and the holds that keep it taken back."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from datetime import timedelta

import msgspec

from mappings.decision import UNDONE
from mappings.timesheet import is_link_key
from sync.change_log import ChangeLog
from sync.clock import Clock
from sync.errors import NothingToUndo, UnsafePlan
from sync.gather.planning import pausings
from sync.mirror.store import Store, Transaction
from sync.outbox import Outbox
from sync.passes import Guards, Outcome, Passes
from sync.plan import Change, Plan, Policy
from sync.plan.capability import ruled_out
from sync.plan.deciding import taken_back
from sync.plan.made import Made
from sync.plan.pausing import paused
from sync.plan.undoing.inverse import ways_back
from sync.plan.undoing.together import waiting_together
from sync.undo.asof import as_of

_UNKNOWN = "the outcome of an earlier write is not known yet; try again in a minute"

_LEFT = "not done, as something changed on the way; undo run {} again"

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
        self._made: list[Made] = []
        self._held: dict[str, str] = {}

    def check(self) -> None:
        """Raise NothingToUndo for a run that is not there, has not ended, or wrote nothing."""
        with self._store.read(self._pair) as tx:
            found = tx.runs.of(self._run)
            if found is None:
                last = next((f"the latest is {run.id}" for run in tx.runs.last(1)), "there is none yet")
                raise NothingToUndo(
                    f"there is no run {self._run} of {self._pair}; {last}: `shiftbridge status` lists them"
                )
            if found.outcome == "running" and tx.leases.holder():
                raise NothingToUndo(f"run {self._run} is still under way; undo it once it has ended")
            if not ChangeLog(tx.rows).of_run(self._run):
                raise NothingToUndo(f"run {self._run} ({found.command}) wrote nothing, so there is nothing to undo")

    def reach(self) -> timedelta:
        """Return how far back the hours lie that the run wrote, as their payroll periods are to be read; else zero."""
        with self._store.read(self._pair) as tx:
            made = ChangeLog(tx.rows).of_run(self._run)
        now, hours = self._clock.now(), (row.change for row in made if is_link_key(row.change.link))
        return max((now - change.start for change in hours if change.start), default=timedelta(0))

    def plan(self) -> Plan:
        """The way back by what the mirror holds now."""
        ways = self._ways()
        self._made = [made for made, _ in ways]
        planned = Plan(tuple(change for _, change in ways))
        for key in self._approved:
            if not any(row.verdict == "hold" and row.key.startswith(key) for row in planned.changes):
                raise NothingToUndo(f"nothing waits for a yes under the key {key!r} in the undo of run {self._run}")
        agreed = msgspec.structs.replace(planned, changes=tuple(map(self._agreed, planned.changes)))
        return waiting_together(agreed)

    def _ways(self) -> list[tuple[Made, Change]]:
        """What the run made, each with its way back, in the order in which that is done."""
        with self._store.begin(self._pair) as tx:
            made = ChangeLog(tx.rows).of_run(self._run)
            ways = ways_back(made, as_of(tx, made, self._policy, self._clock.now()))
            busy = {intent.change.link for intent in Outbox(tx.rows).unknown()}
            barred = Outbox(tx.rows).barred(self._clock.now())
            pauses = pausings(tx, self._clock.now())
        planned = Plan(tuple(change for _, change in ways))
        planned = planned.judged(
            lambda row: ("blocked", _UNKNOWN) if row.verdict == "do" and row.link in busy else None
        )
        planned = planned.judged(lambda row: ruled_out(row, barred)).judged(paused(pauses))
        return list(zip((row for row, _ in ways), planned.changes, strict=True))

    async def carry_out(
        self, passing: Callable[[PlanMaker], Passes], merged: PlanMaker, run: int, guards: Guards
    ) -> Outcome:
        """Take the run back, as `run`; what a plan of the merge finds then and not before is held.

        Raises UnsafePlan and NothingToUndo before the first write; then all that is held stays as it is.
        """
        before = await merged()
        try:
            outcome = await passing(lambda: self._next_plan(run)).carry_out(run, guards)
        except UnsafePlan:
            await asyncio.to_thread(self._release, ())
            raise
        taken = [*outcome.done, *(row.change for row in outcome.differing)]
        taken += [*(row.change for row in outcome.failed if row.outcome == "unknown")]
        await asyncio.to_thread(self._release, {change.link for change in taken})
        if taken:
            await asyncio.to_thread(self._let_again)
        await asyncio.to_thread(self._hold_again, before, await merged(), {change.link for change in taken})
        return outcome

    async def _next_plan(self, run: int) -> Plan:
        """The way back when it is asked for first, and from then on what stays: each change is taken back once."""
        if self._planned is None:
            self._planned = await asyncio.to_thread(self.plan)
            await asyncio.to_thread(self._hold_made, self._planned)
            return self._planned
        stays = await asyncio.to_thread(self._left, self._planned, run)
        return msgspec.structs.replace(self._planned, changes=stays)

    def _left(self, planned: Plan, run: int) -> tuple[Change, ...]:
        """What was not to be done, and what could not be, as somebody changed it while the undo was under way."""
        with self._store.begin(self._pair) as tx:
            outbox = Outbox(tx.rows)
            tried = {row.change.effect for row in ChangeLog(tx.rows).of_run(run)}
            tried |= {row.change.effect for row in outbox.unknown()}
            tried |= outbox.refused([row.effect for row in planned.to_do], self._clock.now()).keys()
        now = {made.change.effect: change for made, change in self._ways()}
        rows = zip(self._made, planned.changes, strict=True)
        return tuple(_not_done(made, row, now) for made, row in rows if row.effect not in tried)

    def _agreed(self, change: Change) -> Change:
        if change.verdict != "hold" or not change.key.startswith(self._approved or ("-",)):
            return change
        return msgspec.structs.replace(
            change, verdict="do", reason="", cause=f"{change.cause}; {self._who} approved it"
        )

    def _let_again(self) -> None:
        """Let what an earlier undo holds back be done again, if this run was one."""
        with self._store.begin(self._pair) as tx:
            undone = {row.change.undoes for row in ChangeLog(tx.rows).of_run(self._run)} - {0}
            reasons = {_reason(run) for run in undone}
            keys = [key for key, said in tx.decisions.open().items() if said.choice == UNDONE and said.why in reasons]
            tx.decisions.end(keys, "withdrawn", self._clock.now())

    def _hold_made(self, plan: Plan) -> None:
        """Hold back what the run made and the plan takes back, so that even a cut-off undo is not undone itself."""
        held = [made.change for made, row in zip(self._made, plan.changes, strict=True) if row.verdict == "do"]
        held = [change for change in held if not change.undoes]
        with self._store.begin(self._pair) as tx:
            self._held = dict(self._hold(tx, held))

    def _hold_again(self, before: Plan, after: Plan, taken: Collection[str]) -> None:
        """Hold back what is planned now and was not before the undo: it would do again what was taken back.

        Not in a demand of which nothing was taken back and nothing was held: somebody changed it meanwhile.
        """
        known = {change.effect for change in before.to_do}
        held = {change.link for change in before.changes if change.verdict == "hold"}
        untouched = {made.change.link for made in self._made} - set(taken) - held
        found = [change for change in after.to_do if change.writes and change.effect not in known]
        with self._store.begin(self._pair) as tx:
            self._hold(tx, [change for change in found if change.link not in untouched])

    def _hold(self, tx: Transaction, changes: Iterable[Change]) -> list[tuple[str, str]]:
        """Record what is held back; returns the key and the link of each."""
        held = [(taken_back(row, self._who, self._clock.now(), _reason(self._run)), row.link) for row in changes]
        for said, _ in held:
            tx.decisions.record(said)
        return [(said.key, link) for said, link in held]

    def _release(self, but: Collection[str]) -> None:
        """Hold nothing of links of which nothing was taken back after all; `but` are those of which something was."""
        with self._store.begin(self._pair) as tx:
            keys = [key for key, link in self._held.items() if link not in but]
            tx.decisions.end(keys, "withdrawn", self._clock.now())


def _not_done(made: Made, planned: Change, now: Mapping[str, Change]) -> Change:
    """A change that was not sent: with its reason, that of by now, or that something before it was not done."""
    if planned.verdict != "do":
        return planned
    change = now[made.change.effect]
    left = change.verdict == "do"
    return msgspec.structs.replace(change, verdict="blocked", reason=_LEFT.format(made.run)) if left else change


def _reason(run: int) -> str:
    return f"undo of run {run}"
