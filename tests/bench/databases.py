"""Fresh databases to measure in: files of SQLite, and a throw-away Postgres server."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import psycopg
from sqlalchemy.engine import make_url

from tests.postgres_server import shared_postgres

NewDatabase = Callable[[], str]
"""Makes an empty database and returns its URL, driver included."""


@contextmanager
def sqlite() -> Iterator[NewDatabase]:
    """SQLite files in a temporary folder, which goes with the context."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        numbers = count(1)
        yield lambda: f"sqlite:///{folder}/{next(numbers)}.db"


@contextmanager
def postgres() -> Iterator[NewDatabase]:
    """A Postgres server without fsync, as the tests use it; it ends with the context."""
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as folder,
        shared_postgres(Path(folder)) as address,
        psycopg.connect(address, autocommit=True) as connection,
    ):
        server = make_url(address).set(drivername="postgresql+psycopg")
        numbers = count(1)

        def create() -> str:
            name = f"bench_{next(numbers)}"
            connection.execute(f"CREATE DATABASE {name}".encode())
            return server.set(database=name).render_as_string(hide_password=False)

        yield create


KINDS = {"sqlite": sqlite, "postgres": postgres}
