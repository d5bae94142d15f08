"""Plans of one pair, made of the mirror as it is: gathered, planned, and laid under what was refused or paused."""

import asyncio
import time
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta

import msgspec

from mappings.model import System
from sync.clock import Clock
from sync.config import Config
from sync.gather.planning import pausings, snapshot
from sync.intake.parts import Horizon, Part, Pulled
from sync.mirror.dirty import DirtyKind
from sync.mirror.store import Store, Transaction
from sync.outbox import Outbox
from sync.plan import Change, Plan, Policy, Verdict, make_plan
from sync.plan.capability import ruled_out
from sync.plan.contained import with_unanswered, with_unread
from sync.plan.pausing import paused

_CONFIRMED: Mapping[Part, tuple[str, ...]] = {"soon": ("shift",), "later": ("shift",), "hours": ("time",)}
"""The records that are asked for one by one where a reading of a part lacks them."""

_ASKED: frozenset[Verdict] = frozenset({"hold", "conflict"})


class Planner:
    """Makes the plans of one pair.

    `planning` is held while a plan is made, as that keeps Python to itself, and `planned` is called with each plan and
    the seconds it took. `stopped` are systems that nothing is written to for now, with the reason, and `unread` records
    that their service would not show, by kind and id: when that was, and why.
    """

    def __init__(self, config: Config, store: Store, clock: Clock) -> None:
        self._store, self._pair, self._clock = store, config.name, clock
        self.policy = Policy(
            config.rules,
            timedelta(hours=config.sync.cutoff_hours),
            config.sync.workers,
            config.ownership.table,
            config.sync.placeholder_email,
        )
        days = (config.sync.horizon_days, config.sync.history_days, config.sync.times_days)
        self.horizon = Horizon(*(timedelta(days=count) for count in days))
        self.planning = asyncio.Lock()
        self.planned: Callable[[Plan, float], None] = lambda _plan, _seconds: None
        self.stopped: dict[System, str] = {}
        self.unread: dict[tuple[DirtyKind, int], tuple[datetime, str]] = {}

    def note(self, pulled: Pulled, asked: Collection[tuple[DirtyKind, int]] = ()) -> None:
        """Remember which records a reading of parts, or of the records `asked` for, could not get."""
        again = {kind for part in pulled.parts for kind in _CONFIRMED.get(part, ())}
        known = {row: told for row, told in self.unread.items() if row[0] not in again and row not in asked}
        now = self._clock.now()
        self.unread = known | {row: (now, str(error)) for row, error in (pulled.refused | pulled.unread).items()}

    async def plan(self) -> Plan:
        """Plan from the mirror as it is; nothing is read or written remotely."""
        async with self.planning:
            began = time.monotonic()
            plan = await asyncio.to_thread(self._plan)
            self.planned(plan, time.monotonic() - began)
        return plan

    def _plan(self) -> Plan:
        now = self._clock.now()
        with self._store.read(self._pair) as tx:
            pauses = pausings(tx, now)
            seen = snapshot(tx, self.policy, now, self.horizon.ahead, self.horizon.times)
            unanswered = [intent.change for intent in Outbox(tx.rows).unknown()]
            plan = with_unread(with_unanswered(make_plan(seen), unanswered, seen.busy), self._still_unread(tx))
            # Who decides about a change that was refused wants it tried again.
            refused = Outbox(tx.rows).refused([row.effect for row in plan.to_do if not row.decided], now)
            barred = Outbox(tx.rows).barred(now)
        plan = plan.judged(
            lambda change: (
                ("blocked", f"refused lately: {refused[change.effect]}") if change.effect in refused else None
            )
        )
        plan = plan.judged(lambda change: ruled_out(change, barred)).judged(paused(pauses))
        return plan.judged(self._unless_stopped)

    def _still_unread(self, tx: Transaction) -> dict[tuple[str, int], str]:
        """The records that could not be read, but for those that a reading told of since."""
        found: dict[tuple[str, int], str] = {}
        for (kind, record), (at, why) in self.unread.items():
            read = tx.observations.read_at(kind, record)
            if read is None or read <= at:
                found[kind, record] = why
        return found

    def _unless_stopped(self, change: Change) -> tuple[Verdict, str] | None:
        stopped = self.stopped.get(change.system) if change.system else None
        return ("blocked", stopped) if change.writes and stopped else None

    def questions(self) -> Plan:
        """Plan as a report shows it, with every hold laid over it; beside it the questions that are answered already.

        Whatever a report prints a key for can be answered from it.
        """
        shown = self._plan()
        known = {change.key for change in shown.changes}
        hidden = [row for row in self.undecided().changes if row.verdict in _ASKED and row.key not in known]
        return msgspec.structs.replace(shown, changes=(*shown.changes, *hidden))

    def undecided(self) -> Plan:
        """Plan as if nobody had decided anything."""
        with self._store.read(self._pair) as tx:
            seen = snapshot(tx, self.policy, self._clock.now(), self.horizon.ahead, self.horizon.times)
        return make_plan(msgspec.structs.replace(seen, decisions={}))
