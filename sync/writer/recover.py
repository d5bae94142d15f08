"""Learning the outcome of writes that were never answered, from what both systems show by now.

What is found is adopted. What is not found did not happen once two complete readings lack it, or a reading of the
record by its id, and the last of them began long enough after the client gave up; then it is planned anew, and a
creation carries the same marker again. What is found twice waits for a person. What cannot be looked at stays unknown,
and nothing else does.
"""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Literal, cast

import msgspec
import structlog

from mappings.digest import RecordKind
from mappings.model import NAMES, Rules, System, Unmapped
from sync.change_log import ChangeLog
from sync.errors import Rejected, RemoteError
from sync.mirror.sightings import How
from sync.mirror.store import Store, Transaction
from sync.outbox import Intent, Outbox
from sync.plan import Change
from sync.plan.came_back import told
from sync.plan.doubled import NOUNS, twice
from sync.plan.seats import USER
from sync.writer.calls import Calls, Record, Seen
from sync.writer.effects import drafts_of, is_twice, lives, of_its_time, shows
from sync.writer.readback import otherwise_made
from sync.writer.search import Search, bears, mark_of
from sync.writer.settle_times import settler_of

_log = structlog.get_logger(__name__)

State = Literal["done", "differs", "seen", "lost", "unknown"]


class Recovery:
    """Closes the intents whose outcome nobody knows; call it after a complete pull."""

    def __init__(
        self, calls: Calls, search: Callable[[datetime], Search], store: Store, pair: str, rules: Rules
    ) -> None:
        self._calls, self._search, self._store, self._pair, self._rules = calls, search, store, pair, rules

    def due(self, now: datetime) -> int:
        """Return of how many of them a reading that begins now may tell more than the last one."""
        return sum(intent.is_due(now) for intent in self._unknown())

    def _unknown(self) -> list[Intent]:
        with self._store.read(self._pair) as tx:
            return Outbox(tx.rows).unknown()

    async def run(self, now: datetime) -> None:
        """Look at every unknown intent, by readings that begin now; trouble with one leaves that one unknown."""
        unknown = await asyncio.to_thread(self._given_up, now)
        if not unknown:
            return
        search = self._search(min(intent.bound for intent in unknown))
        out_of_reach: dict[System | None, str] = {}
        for intent in unknown:
            change = intent.change
            trouble, state = out_of_reach.get(change.system, ""), "unknown"
            try:
                state = state if trouble else await self._look(intent, search, now)
            except RemoteError as error:
                trouble = f"{NAMES[cast('System', error.system)]} does not show it: {error}"
                if error.spreads:
                    out_of_reach[change.system] = trouble
            if trouble:
                await asyncio.to_thread(self._note, intent, trouble)
            _log.info("recovered", outcome=state, action=change.action, kind=change.kind, trouble=bool(trouble))

    def _given_up(self, now: datetime) -> list[Intent]:
        """The unknown intents; what a dying process left behind counts as given up from now on, as its lease ended."""
        with self._store.begin(self._pair) as tx:
            outbox = Outbox(tx.rows)
            if any(intent.gave_up is None for intent in outbox.unknown()):
                outbox.give_up(now)
            return outbox.unknown()

    def _note(self, intent: Intent, trouble: str) -> None:
        with self._store.begin(self._pair) as tx:
            Outbox(tx.rows).note(intent.id, trouble)

    async def _look(self, intent: Intent, search: Search, now: datetime) -> State:
        if intent.change.action == "create" or not intent.change.record:
            return await self._creation(intent, search, now)
        return await self._update(intent, now)

    async def _creation(self, intent: Intent, search: Search, now: datetime) -> State:
        """A creation left its marker behind, or it did not happen.

        A shift whose publishing the run did not live to see is published now: left a draft, it would seem to be one
        that a manager took back, and its request would be cancelled.
        """
        traces = await search(intent.change)
        found = await asyncio.to_thread(self._found, intent, traces.records, now)
        drafts = drafts_of(intent.change, found)
        if drafts and not is_twice(intent.change, found):
            found = await self._calls.publish(drafts)
        return await asyncio.to_thread(self._created, intent, found, now, complete=traces.complete)

    def _found(self, intent: Intent, listed: list[Record], now: datetime) -> list[Record]:
        """Return the records a creation left behind: those listed, and those the mirror has beyond the listing."""
        kind = cast("RecordKind", intent.change.kind)
        with self._store.begin(self._pair) as tx:
            tx.observations.save(kind, listed, now, "write")
            known = [] if kind == "job" else _marked(tx, kind, mark_of(intent.change))
        rows = {int(row["id"]): dict(row) for row in (*known, *listed)}
        return of_its_time(intent.change, [rows[number] for number in sorted(rows) if lives(rows[number])])

    def _created(self, intent: Intent, found: list[Record], now: datetime, *, complete: bool) -> State:
        change = intent.change
        with self._store.begin(self._pair) as tx:
            outbox = Outbox(tx.rows)
            if is_twice(change, found):
                outbox.note(intent.id, twice(change.kind, [row["id"] for row in found]))
                return "unknown"
            if not found:
                again = intent.absent is not None and intent.absent < now
                return _absent(intent, tx, now, proven=again and _is_late(intent, now)) if complete else "unknown"
            tx.observations.save(cast("RecordKind", change.kind), found, now, "write")
            settler = settler_of(change.link, tx, self._rules, now)
            try:
                if change.action == "create":
                    settler.recovered(change, _seen(change, found))
                else:
                    settler.shown(change)
            except Unmapped as reason:
                outbox.note(intent.id, f"{NOUNS[change.kind]} {found[0]['id']} was found, but {reason}")
                return "unknown"
            ChangeLog(tx.rows).add(intent.run, change, intent.bound, before=None, after=found[0])
            is_split = len(found) > 1  # so somebody has changed it since
            fields = () if is_split else otherwise_made(change, found[0], self._rules)
            state: State = "differs" if fields else "done"
            outbox.finish(intent.id, state, now, told(change, fields, change.payload, found[0]))
            if fields:
                outbox.differs(intent.id, fields, str(found[0]["id"]))
        return state

    async def _update(self, intent: Intent, now: datetime) -> State:
        """Whether an update happened, the record read again tells; if not, the merge plans it once more."""
        seen = await self._read(intent.change)
        return await asyncio.to_thread(self._updated, intent, seen, now)

    def _updated(self, intent: Intent, seen: Seen, now: datetime) -> State:
        change = intent.change
        kind = cast("RecordKind", change.kind)
        with self._store.begin(self._pair) as tx:
            happened = shows(_resolved(change, tx), seen, self._rules)
            how: How = "write" if happened else "read"
            for name, record in seen:
                tx.observations.save(name, [record], now, how)
            if not seen and kind in ("shift", "time"):
                tx.observations.mark_gone(kind, [int(change.record)], now, how)
            if not happened:
                # What is gone can change no more; of what is there one late reading by its id is proof.
                return _absent(intent, tx, now, proven=not seen or _is_late(intent, now))
            settler_of(change.link, tx, self._rules, now).shown(change)
            if change.action in ("update", "delete"):
                after = seen[-1][1] if seen else None
                ChangeLog(tx.rows).add(intent.run, change, intent.bound, before=None, after=after)
            Outbox(tx.rows).finish(intent.id, "seen", now)
        return "seen"

    async def _read(self, change: Change) -> Seen:
        """The record, and of a shift that was to be filled those of the same hours; nothing when it is gone."""
        kind = cast("RecordKind", change.kind)
        try:
            record = await self._calls.read(change.kind, int(change.record))
        except Rejected as error:
            if error.gone:
                return []
            raise
        beside = await self._calls.beside(record) if kind == "shift" and change.action == "assign" else []
        return [*beside, (kind, record)]


def _absent(intent: Intent, tx: Transaction, now: datetime, *, proven: bool) -> State:
    """Let the write be planned anew where it is `proven` that it did not happen, else note that a reading lacks it."""
    if not proven:
        Outbox(tx.rows).lacked(intent.id, intent.absent or now)
        return "unknown"
    Outbox(tx.rows).finish(intent.id, "lost", now)
    tx.decisions.give_back(intent.change.decided, intent.run)
    return "lost"


def _is_late(intent: Intent, now: datetime) -> bool:
    """Return True if a reading that begins now would show the effect, had there been one."""
    return intent.until is not None and now >= intent.until


def _marked(tx: Transaction, kind: RecordKind, mark: str) -> list[Mapping[str, Any]]:
    """The mirrored records that carry a mark."""
    return [row for row in tx.observations.marked(kind, mark) if bears(dict(row), mark)]


def _seen(change: Change, found: list[Record]) -> Seen:
    """The created record; a stack may have been split since, and is all of its shifts."""
    kind = cast("RecordKind", change.kind)
    return [(kind, row) for row in (found if kind == "shift" else found[:1])]


def _resolved(change: Change, tx: Transaction) -> Change:
    """The change with the user whom an earlier one created, where it names one by a worker."""
    user = str(change.payload.get("user_id", ""))
    number = next((row for row, key in tx.links.users().items() if f"{USER}{key}" == user), None)
    return change if number is None else msgspec.structs.replace(change, payload=change.payload | {"user_id": number})
