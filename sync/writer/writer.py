"""Carrying out one change: look again, record the intent, send, read back, settle."""

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, cast

import structlog

from mappings.digest import RecordKind, owned_digest
from mappings.model import Rules
from mappings.timesheet import is_link_key
from sync.change_log import ChangeLog
from sync.clock import Clock
from sync.errors import ClockWrong, Forbidden, NotSent, OutcomeUnknown, Rejected, RemoteError, Unavailable
from sync.lease import Lease
from sync.mirror.store import Transaction
from sync.outbox import Outbox
from sync.plan import Change, Plan
from sync.plan.capability import need
from sync.plan.seats import USER
from sync.writer.calls import Calls, Record, Seen
from sync.writer.readback import is_live, unlike, wrong
from sync.writer.settle import Settler
from sync.writer.settle_times import TimesheetSettler, settler_of

_log = structlog.get_logger(__name__)

Outcome = Literal["done", "differs", "moved", "failed", "unread", "forbidden", "unknown"]


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a change: done; moved (the record changed since, so plan again); failed or unknown, with why.

    What differs is done, and live otherwise than it was sent in the fields `wrong`. What is `unread` was not sent, as
    its record could not be looked at.

    What is forbidden was refused to the key, and so is every other change that needs the same of it. `record` is the
    id of the record that was written, a created one too.
    """

    change: Change
    outcome: Outcome
    reason: str = ""
    record: str = ""
    wrong: tuple[str, ...] = ()


class Writer:
    """Carries out the changes of one run, one at a time."""

    def __init__(self, calls: Calls, rules: Rules, clock: Clock, run: int, lease: Lease) -> None:
        self._calls, self._store, self._pair = calls, lease.store, lease.pair
        self._rules, self._clock, self._run, self._lease = rules, clock, run, lease
        self._written: dict[tuple[str, int], str] = {}
        self._began = clock.now()

    async def carry_out(self, change: Change) -> Result:
        """Carry out one change; raises RemoteErrors after which the rest of the system would fail too.

        Raises NotSent kinds when nothing may be sent any more.
        """
        if self._is_too_late(change):
            return Result(change, "moved", "its start has passed meanwhile")
        if change.action in ("link", "unlink"):
            await asyncio.to_thread(self._tie, change)
            return Result(change, "done")
        try:
            before, moved = await self._look_again(change)
        except RemoteError as error:
            if error.spreads:
                raise
            return Result(change, "unread", f"it could not be read before writing: {error}", change.record)
        if moved:
            return Result(change, "moved", moved)
        payload = await asyncio.to_thread(self._resolved, change)
        if payload is None:
            return Result(change, "moved", "what it builds on is not there yet")
        intent = await asyncio.to_thread(self._begin, change)
        result = await self._send(change, payload, before, intent)
        _log.info("change", outcome=result.outcome, action=change.action, kind=change.kind, record=result.record)
        return result

    def _is_too_late(self, change: Change) -> bool:
        """Return whether it would ask for people for work that has begun since it was planned."""
        posts = change.action == "create" and change.kind == "job_request"
        return posts and change.start is not None and change.start <= self._clock.now()

    async def give_up(self, change: Change, reason: str) -> Result:
        """Record a change as refused without sending it, so that it is left alone for a while."""
        intent = await asyncio.to_thread(self._begin, change)
        return await self._end(change, intent, "failed", reason)

    async def _send(self, change: Change, payload: Record, before: Record | None, intent: int) -> Result:
        try:
            written = await self._sent(change, payload, intent)
            seen = [] if written is None else await self._calls.read_back(change, written)
        except OutcomeUnknown as error:
            return await self._end(change, intent, "unknown", str(error))
        except Unavailable as error:
            # Nothing was sent, so nothing is to be found later.
            await self._end(change, intent, "unsent", str(error))
            raise
        except (Rejected, Forbidden) as error:
            return await self._end(change, intent, _refused(change, error), str(error))
        except RemoteError as error:
            await self._end(change, intent, "unknown", str(error))
            raise
        return await asyncio.to_thread(self._settle, change, payload, before, seen, intent)

    async def _sent(self, change: Change, payload: Record, intent: int) -> int | None:
        try:
            return await self._calls.send(change, payload)
        except (NotSent, ClockWrong) as error:
            await self._end(change, intent, "unsent", str(error))
            raise

    async def _end(self, change: Change, intent: int, state: str, reason: str) -> Result:
        await asyncio.to_thread(self._finish, change, intent, state, reason)
        return Result(change, cast("Outcome", state), reason, change.record)

    async def _look_again(self, change: Change) -> tuple[Record | None, str]:
        """Read the record once more; returns it, and why the change no longer fits (empty when it does)."""
        if not change.record:
            return None, ""
        kind = cast("RecordKind", change.kind)
        try:
            record = await self._calls.read(kind, int(change.record))
        except Rejected as error:
            if not error.gone:
                raise
            return None, "" if change.action == "delete" else await asyncio.to_thread(self._gone, change)
        reason = await asyncio.to_thread(self._compare, kind, change, record)
        return record, reason

    def _compare(self, kind: RecordKind, change: Change, record: Record) -> str:
        now = owned_digest(kind, record)
        with self._store.begin(self._pair) as tx:
            # Not with the mirror as it is by now: another process may have read an edit since this was planned.
            planned_on = change.precondition or tx.observations.digest(kind, int(change.record))
            if now != self._written.get((kind, int(change.record)), planned_on):
                tx.observations.save(kind, [record], self._clock.now(), "read")
                return "somebody changed it meanwhile"
        unlike = [name for name, value in change.expects.items() if int(record.get(name) or 0) != value]
        return f"its {unlike[0]} is not as planned" if unlike else ""

    def _gone(self, change: Change) -> str:
        with self._store.begin(self._pair) as tx:
            now, kind = self._clock.now(), cast("RecordKind", change.kind)
            tx.observations.mark_gone(kind, [int(change.record)], now, "read")
        return "it was deleted meanwhile"

    def _resolved(self, change: Change) -> Record | None:
        """The payload with the user whom an earlier change created; None when there is none."""
        user = str(change.payload.get("user_id", ""))
        if not user.startswith(USER):
            return change.payload
        with self._store.begin(self._pair) as tx:
            users = {f"{USER}{key}": user_id for user_id, key in tx.links.users().items()}
        return change.payload | {"user_id": users[user]} if user in users else None

    def _begin(self, change: Change) -> int:
        with self._store.begin(self._pair) as tx:
            self._lease.require(tx)  # a run that slept past its lease must not write any more
            self._began = self._clock.now()
            if change.decided:
                tx.decisions.end([change.decided], "used", self._began, self._run)
            return Outbox(tx.rows).begin(self._run, change, self._began)

    def _now(self) -> datetime:
        """The time; when the write began where the clock is wrong by now, as what became of it is known by then."""
        try:
            return self._clock.now()
        except ClockWrong:
            return self._began

    def _finish(self, change: Change, intent: int, state: str, reason: str) -> None:
        with self._store.begin(self._pair) as tx:
            Outbox(tx.rows).finish(intent, state, self._now(), reason)
            if state != "unknown":  # nothing happened, so nothing was used up
                tx.decisions.give_back(change.decided, self._run)

    def _tie(self, change: Change) -> None:
        with self._store.begin(self._pair) as tx:
            self._lease.require(tx)
            settler = settler_of(change.link, tx, self._rules, self._clock.now())
            if change.action == "link":
                settler.adopt(change)
            else:
                settler.end(change.link)
            if change.decided:
                tx.decisions.end([change.decided], "used", self._clock.now(), self._run)
            ChangeLog(tx.rows).add(self._run, change, self._clock.now(), before=None, after=None)

    def _settle(self, change: Change, payload: Record, before: Record | None, seen: Seen, intent: int) -> Result:
        now = self._clock.now()
        after = seen[0][1] if seen else None
        reason = unlike(change, payload, seen, self._rules)
        fields = wrong(change, payload, seen, self._rules)
        record = str((after or {}).get("id", change.record))
        outcome: Outcome = "done" if not reason else "differs" if is_live(change) else "failed"
        with self._store.begin(self._pair) as tx:
            self._lease.require(tx)  # else the run that took over may have settled this already
            gone = int(change.record) if after is None else None
            settler_of(change.link, tx, self._rules, now).written(change, seen, gone)
            outbox = Outbox(tx.rows)
            outbox.finish(intent, outcome, now, reason)
            if outcome == "differs":
                outbox.differs(intent, fields, record)
            if outcome == "done":
                outbox.put_right(change)
            ChangeLog(tx.rows).add(self._run, change, now, before=before, after=after)
            if change.decided and not reason:
                tx.decisions.done_again(change.marks, now, self._run)
        self._written |= {(kind, int(row["id"])): owned_digest(kind, row) for kind, row in seen}
        return Result(change, outcome, reason, record, fields)


def _refused(change: Change, error: Rejected | Forbidden) -> Outcome:
    if not error.certain:
        return "unknown"
    return "forbidden" if isinstance(error, Forbidden) and need(change) else "failed"


def settle_quietly(tx: Transaction, plan: Plan, rules: Rules, now: datetime) -> None:
    """Do what a plan does without a write: tie what moved to its link, and move bases as far as both agree.

    A shift changes its link before anything is written to it for the new one.
    """
    for key, shift in plan.moved:
        tx.membership.take(key, shift)
    demands, hours = Settler(tx, rules, now), TimesheetSettler(tx, now)
    for key, time in plan.joined:
        hours.join(key, time)
    for key in plan.settled:
        if is_link_key(key):
            hours.agreed(key)
        else:
            demands.agreed(key, over=key in plan.over)
