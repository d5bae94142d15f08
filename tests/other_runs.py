"""What other processes do to the database of a pair while one of its runs is under way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy

from sync.clock import SystemClock
from sync.mirror import tables
from sync.mirror.records import of_model
from sync.mirror.store import Store
from tests.engine_world import Pair


def end_lease(store: Store, pair: str) -> None:
    """Let the lease of a pair have ended a second ago, as it has when its owner does not move for long."""
    lease, until = of_model(tables.Lease), SystemClock().now() - timedelta(seconds=1)
    with store.begin(pair) as tx:
        tx.rows.connection.execute(sqlalchemy.update(lease).where(lease.c.pair == pair).values(until=until))


def take_over(pair: Pair) -> None:
    """Another run takes the lease that ended, and gives it back: it is free again, and yet lost."""
    end_lease(pair.engine.store, pair.config.name)
    with pair.engine.store.begin(pair.config.name) as tx:
        tx.leases.take("another", "another run")
    with pair.engine.store.begin(pair.config.name) as tx:
        tx.leases.release("another")


def rows(url: str, query: str) -> list[tuple[Any, ...]]:
    """What another process sees in the database."""
    engine = sqlalchemy.create_engine(url, poolclass=sqlalchemy.NullPool)
    with engine.connect() as connection:
        return [tuple(row) for row in connection.exec_driver_sql(query)]
