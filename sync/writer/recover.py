"""Learning the outcome of writes that were never answered, from what both systems show now."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, cast

import structlog

from mappings.convert import marker
from mappings.digest import RecordKind
from mappings.model import Rules, Unmapped
from sync.errors import Rejected
from sync.mirror.sightings import How
from sync.mirror.store import Store, Transaction
from sync.outbox import Intent, Outbox
from sync.plan import Change
from sync.plan.came_back import told, wrong_fields
from sync.writer.calls import Calls, Record, Seen
from sync.writer.readback import otherwise_made
from sync.writer.settle_times import settler_of

_log = structlog.get_logger(__name__)

_VISIBLE_AFTER = timedelta(seconds=30)
"""A listing this much younger than a write would show it."""


class Recovery:
    """Closes the intents whose outcome nobody knows; call it after a complete pull."""

    def __init__(self, calls: Calls, store: Store, pair: str, rules: Rules) -> None:
        self._calls, self._store, self._pair, self._rules = calls, store, pair, rules

    def count(self) -> int:
        """Return how many writes have an outcome that nobody knows."""
        with self._store.read(self._pair) as tx:
            return len(Outbox(tx.rows).unknown())

    async def run(self, now: datetime) -> None:
        """Look at every unknown intent: what happened is adopted, what did not happen is planned anew."""
        with self._store.begin(self._pair) as tx:
            unknown = Outbox(tx.rows).unknown()
        for intent in unknown:
            if intent.change.action == "create":
                state = await self._creation(intent, now)
            else:
                state = await self._update(intent, now)
            _log.info("recovered", outcome=state, action=intent.change.action, kind=intent.change.kind)

    async def _creation(self, intent: Intent, now: datetime) -> str:
        """A creation left its marker behind, or it did not happen.

        A shift whose publishing the run did not live to see is published now: left a draft, it would seem to be one
        that a manager took back, and its request would be cancelled.
        """
        kind = cast("RecordKind", intent.change.kind)
        drafts = await asyncio.to_thread(self._drafts, intent)
        if drafts:
            published = await self._calls.publish(drafts)
            with self._store.begin(self._pair) as tx:
                tx.observations.save("shift", published, now, "write")
        with self._store.begin(self._pair) as tx:
            found = self._found(tx, intent)
            state = "done" if found else "lost" if now - intent.bound > _VISIBLE_AFTER else "unknown"
            if found:
                try:
                    settler_of(intent.change.link, tx, self._rules, now).recovered(intent.change, _seen(kind, found))
                    Outbox(tx.rows).log(intent.run, intent.change, intent.bound, before=None, after=found[0])
                except Unmapped:
                    state = "unknown"
            fields = otherwise_made(intent.change, found[0], self._rules) if state == "done" else ()
            if fields:
                state = "differs"
                words = told(intent.change, fields, intent.change.payload, found[0])
                Outbox(tx.rows).finish(intent.id, state, now, words)
                Outbox(tx.rows).differs(intent.id, fields, str(found[0]["id"]))
            elif state != "unknown":
                Outbox(tx.rows).finish(intent.id, state, now)
            if state == "lost":
                tx.decisions.give_back(intent.change.decided, intent.run)
        return state

    def _drafts(self, intent: Intent) -> list[int]:
        """The shifts that a creation left as drafts although it meant to publish them."""
        if intent.change.kind != "shift" or not intent.change.payload.get("published"):
            return []
        with self._store.read(self._pair) as tx:
            found = self._found(tx, intent)
        return [int(row["id"]) for row in found if not any(one.get("published") for one in found)]

    @staticmethod
    def _found(tx: Transaction, intent: Intent) -> list[Mapping[str, Any]]:
        """Return what a creation left behind, as the mirror has it."""
        kind = cast("RecordKind", intent.change.kind)
        return [row for row in tx.observations.marked(kind, _mark(intent)) if _lives(row)]

    async def _update(self, intent: Intent, now: datetime) -> str:
        """Whether an update happened, the record read again tells; if not, the merge plans it once more."""
        change = intent.change
        kind = cast("RecordKind", change.kind)
        record = await self._read(intent) if change.record else None
        shows = _shows(change, record, self._rules)
        how: How = "write" if shows else "read"
        with self._store.begin(self._pair) as tx:
            if record:
                tx.observations.save(kind, [record], now, how)
            elif change.record and kind in ("shift", "time"):
                tx.observations.mark_gone(kind, [int(change.record)], now, how)
            if shows:
                settler_of(change.link, tx, self._rules, now).shown(change)
            if shows and change.action in ("update", "delete"):
                Outbox(tx.rows).log(intent.run, change, intent.bound, before=None, after=record)
            state = "seen" if shows else "lost"
            Outbox(tx.rows).finish(intent.id, state, now)
            if state == "lost":
                tx.decisions.give_back(change.decided, intent.run)
        return state

    async def _read(self, intent: Intent) -> Record | None:
        try:
            return await self._calls.read(intent.change.kind, int(intent.change.record))
        except Rejected as error:
            if error.gone:
                return None
            raise


def _mark(intent: Intent) -> str:
    """The text by which the created record is found: the marker, or a user's employee code."""
    payload = intent.change.payload
    key = marker(payload.get("request_name")) or marker(payload.get("notes"))
    return f"[sb:{key}]" if key else f'"{payload.get("employee_code")}"'


def _seen(kind: RecordKind, found: list[Mapping[str, Any]]) -> Seen:
    """The created record; a stack may have been split since, and is all of its shifts."""
    return [(kind, dict(row)) for row in (found if kind == "shift" else found[:1])]


def _lives(record: Mapping[str, Any]) -> bool:
    return record.get("state") != "cancelled" and not record.get("is_deleted")


def _shows(change: Change, record: Record | None, rules: Rules) -> bool:
    """Whether the record is as the write meant it; who holds a seat is seen in the demand as a whole."""
    if record is None:
        return change.action == "delete" or not change.record
    if change.action in ("assign", "release"):
        return True
    if change.action == "delete":
        return record.get("state") == "cancelled"
    return not wrong_fields(change, change.payload, record, rules)
