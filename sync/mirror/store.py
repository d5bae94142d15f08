"""The database of a deployment, and one transaction over the rows of one pair.

SQL lives in this package and in `sync.outbox` only.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine, func, select

from sync.mirror import tables
from sync.mirror.ahead import Ahead
from sync.mirror.booked import Booked
from sync.mirror.database import connect, migrate, transaction
from sync.mirror.decisions import Decisions
from sync.mirror.dirty import Deliveries, DirtyRecords
from sync.mirror.leases import Leases
from sync.mirror.links import Links
from sync.mirror.looks import Looks
from sync.mirror.membership import Membership
from sync.mirror.observations import Observations
from sync.mirror.past import Past
from sync.mirror.pauses import Pauses
from sync.mirror.records import of_model
from sync.mirror.rows import Rows
from sync.mirror.runs import Runs
from sync.mirror.seats import Seats
from sync.mirror.sightings import Sightings
from sync.mirror.timesheets import Timesheets

_LINK = of_model(tables.Link)


class Store:
    """One database, SQLite or Postgres; it may hold many pairs."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, url: str) -> "Store":
        """Open the database and bring its tables up to date; raises StoreError, StoreLocked or StoreNewer."""
        migrate(url)
        return cls(connect(url))

    @classmethod
    def unopened(cls, url: str) -> "Store":
        """Return a store of a database that may be out of reach; `migrate` it before the first use."""
        return cls(connect(url))

    def close(self) -> None:
        """Give back every connection."""
        self._engine.dispose()

    @contextmanager
    def begin(self, pair: str) -> Iterator["Transaction"]:
        """One transaction over the rows of a pair: all of it or nothing."""
        with transaction(self._engine) as connection:
            yield Transaction(Rows(connection, pair))

    @contextmanager
    def read(self, pair: str) -> Iterator["Transaction"]:
        """One state of the rows of a pair, to be read only; nobody's writes wait for it."""
        with transaction(self._engine, reads=True) as connection:
            yield Transaction(Rows(connection, pair))


class Transaction:
    """What can be asked of and told to the rows of one pair, inside one transaction."""

    def __init__(self, rows: Rows) -> None:
        self.rows = rows
        self.sightings = Sightings(rows)
        self.past = Past(rows)
        self.observations = Observations(rows, self.sightings)
        self.membership = Membership(rows)
        self.booked = Booked(rows)
        self.links = Links(rows, self.membership)
        self.timesheets = Timesheets(rows, self.links)
        self.ahead = Ahead(rows)
        self.runs = Runs(rows)
        self.decisions = Decisions(rows)
        self.seats = Seats(rows)
        self.leases = Leases(rows)
        self.dirty = DirtyRecords(rows)
        self.deliveries = Deliveries(rows)
        self.looks = Looks(rows)
        self.pauses = Pauses(rows)

    def counts(self) -> dict[str, int]:
        """How many records of each kind the mirror holds, and how many links."""
        links = select(func.count()).where(_LINK.c.pair == self.rows.pair)
        return self.observations.counts() | {"link": self.rows.connection.execute(links).scalar_one()}
