"""Undoing a run: what is known of it, the plan that takes it back, and the holds that keep it taken back."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable
from datetime import datetime
from typing import Any, cast

import msgspec

from mappings.convert import identifier
from mappings.decision import UNDONE, Decision
from mappings.digest import RecordKind
from mappings.timesheet import is_link_key, job_id, read_payroll
from mappings.worker import holder, read_wonolo
from sync.clock import Clock, SystemClock
from sync.errors import NothingToUndo, UnsafePlan
from sync.history.words import edits, system_of
from sync.mirror.records import KINDS
from sync.mirror.sightings import Sighting
from sync.mirror.store import Store, Transaction
from sync.outbox import Outbox
from sync.passes import Guards, Outcome, Passes
from sync.plan import Change, Plan, Policy
from sync.plan.capability import ruled_out
from sync.plan.inverse import inverse
from sync.plan.made import Made
from sync.plan.today import Today
from sync.plan.wording import sentence, wall

Ref = tuple[str, str]
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
            planned = inverse(made, _today(tx, made, self._policy, self._clock.now()))
            busy = {intent.change.link for intent in Outbox(tx.rows).unknown()}
            barred = Outbox(tx.rows).barred(self._clock.now())
        planned = planned.judged(
            lambda row: ("blocked", _UNKNOWN) if row.verdict == "do" and row.link in busy else None
        )
        planned = planned.judged(lambda row: ruled_out(row, barred))
        for key in self._approved:
            if not any(row.verdict == "hold" and row.key.startswith(key) for row in planned.changes):
                raise NothingToUndo(f"nothing waits for a yes under the key {key!r} in the undo of run {self._run}")
        return msgspec.structs.replace(planned, changes=tuple(map(self._agreed, planned.changes)))

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


def _today(tx: Transaction, made: list[Made], policy: Policy, now: datetime) -> Today:
    requests = {int(row.record) for row in made if row.change.kind == "job_request" and row.record.isdecimal()}
    requests |= {identifier((row.before or {}).get("job_request_id")) for row in made if row.change.kind == "job"}
    requests |= {identifier((row.after or {}).get("job_request_id")) for row in made if row.change.kind == "job"}
    users = {("user", str(identifier((row.before or {}).get("user_id")))) for row in made if row.change.kind == "shift"}
    worked = {("job", str(job_id(row.change.link))) for row in made if is_link_key(row.change.link)}
    refs = {row.ref for row in made} | users | worked | {("job_request", str(number)) for number in requests}
    jobs = tx.observations.jobs(requests)
    return Today(
        now=now,
        cutoff=policy.cutoff,
        rules=policy.rules,
        records={ref: record for ref in refs if (record := _record(tx, ref)) is not None},
        jobs={str(request): tuple(rows) for request, rows in jobs.items()},
        links=tx.links.existing({row.change.link for row in made}),
        changed=_changed(tx, made),
        people={
            holder(job): read_wonolo(job["worker"])
            for rows in jobs.values()
            for job in rows
            if (job.get("worker") or {}).get("id")
        },
        periods=tuple(filter(None, map(read_payroll, tx.observations.all("payroll")))) if worked else (),
    )


def _record(tx: Transaction, ref: Ref) -> Any:
    kind, number = ref
    known = kind in KINDS and number.isdecimal()
    return tx.observations.record(cast("RecordKind", kind), int(number)) if known else None


def _changed(tx: Transaction, made: list[Made]) -> dict[Ref, str]:
    """Who changed each record after the run, as far as it was noticed."""
    told: dict[Ref, tuple[datetime, str]] = {}
    for row in made:
        kind, number = row.ref
        if kind not in KINDS or not number.isdecimal():
            continue
        rows = [_wrote(later) for later in Outbox(tx.rows).of_records(kind, [int(number)]) if later.run > row.run]
        seen = tx.sightings.of(kind, [int(number)])
        rows += [_saw(sighting, row.change.zone) for sighting in seen if sighting.at >= row.at]
        beside = [later for later in Outbox(tx.rows).of_links([row.change.link]) if later.run > row.run]
        rows = rows or [(later.at, f"along with what run {later.run} wrote to the same demand") for later in beside]
        told |= {row.ref: max(rows)} if rows else {}
    return {ref: words for ref, (_, words) in told.items()}


def _wrote(later: Made) -> tuple[datetime, str]:
    again = "" if later.change.undoes else f"; undo run {later.run} first"
    return later.at, f"by shiftbridge in run {later.run}{again}"


def _saw(sighting: Sighting, zone: str) -> tuple[datetime, str]:
    where, when = system_of(sighting.kind), wall(sighting.at, zone)
    fields = edits(sighting, {}, zone)
    if sighting.before is None or sighting.after is None or not fields:
        return sighting.at, f"by somebody in {where}, seen on {when}"
    system = "wonolo" if where == "Wonolo" else "wheniwork"
    return sighting.at, f"{sentence(fields, cast('Any', system))}, seen on {when}"
