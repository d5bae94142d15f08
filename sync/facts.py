"""The guards of one run: what they are told besides the plan, read once a pull is done and nothing is written yet."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import partial

from mappings.model import NAMES
from sync.config import Config
from sync.guards import Facts, Limits, check, scope_changes
from sync.intake.parts import Pulled
from sync.mirror.store import Store, Transaction
from sync.outbox import Outbox
from sync.passes import Guards

_DAY = timedelta(days=1)


def guards_of(store: Store, config: Config, pulled: Pulled, now: datetime, allow: Mapping[str, float]) -> Guards:
    """The guards of one run; `allow` raises limits of theirs."""
    with store.read(config.name) as tx:
        facts = _facts(tx, config, pulled, now)
    return partial(check, facts=facts, limits=Limits(**config.guards.model_dump()), allow=allow)


def _facts(tx: Transaction, config: Config, pulled: Pulled, now: datetime) -> Facts:
    last = tx.runs.last_scope()
    return Facts(
        linked=tx.ahead.linked(now),
        gone=tx.ahead.gone(now),
        # Only a reading of the whole horizon shows whether there are shifts at all.
        listed={"shift": pulled.counts.get("shift", 0)} if {"soon", "later"} <= pulled.parts.keys() else {},
        complete=pulled.complete,
        spent=Outbox(tx.rows).spent(now - _DAY),
        rescoped=() if last is None else scope_changes(last, config.looked_at),
    )


def note_scope(store: Store, config: Config, run: int) -> None:
    """Record which work a run looked at, unless it could not write anything anyway."""
    if len(config.switched_off) < len(NAMES):
        with store.begin(config.name) as tx:
            tx.runs.keep_scope(run, config.looked_at)
