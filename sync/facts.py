"""What guards are told besides the plan, read from the mirror once a pull is done and before anything is written."""

from datetime import datetime, timedelta

from sync.config import Config
from sync.guards import Facts, Limits, scope_changes
from sync.intake.poll import Pulled
from sync.mirror.store import Transaction
from sync.outbox import Outbox

_DAY = timedelta(days=1)


def read_facts(tx: Transaction, config: Config, pulled: Pulled, now: datetime) -> Facts:
    """The facts for the guards of one run."""
    last = tx.runs.last_scope()
    return Facts(
        linked=tx.ahead.linked(now),
        gone=tx.ahead.gone(now),
        listed={"shift": pulled.counts.get("shift", 0)},
        complete=pulled.complete,
        spent=Outbox(tx.rows).spent(now - _DAY),
        rescoped=() if last is None else scope_changes(last, config.looked_at),
    )


def limits(config: Config) -> Limits:
    """What one run of the pair may do at most."""
    return Limits(**config.guards.model_dump())
