"""Opening a database, SQLite or Postgres, and bringing its tables up to date."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, create_engine, event, inspect
from sqlalchemy.exc import DatabaseError

from sync.errors import StoreError, StoreLocked, StoreNewer

_BUSY_SECONDS = 5

_MIGRATIONS = Path(__file__).parent / "migrations"
_REVISIONS = sorted(path.stem.partition("_")[0] for path in _MIGRATIONS.glob("versions/[0-9]*.py"))
"""The revisions in order: each file's name begins with its own."""

_MIGRATING = 7443
"""The number of the lock under which the tables of a Postgres are migrated."""


def connect(url: str) -> Engine:
    """Make an engine for the URL; errors of it never show row data."""
    sqlite = url.startswith("sqlite")
    engine = create_engine(
        url,
        hide_parameters=True,
        json_serializer=lambda value: msgspec.json.encode(value).decode(),
        json_deserializer=msgspec.json.decode,
        connect_args={"timeout": _BUSY_SECONDS} if sqlite else {},
    )
    if sqlite:
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_immediately)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # The driver must not begin transactions of its own kind.
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")


def _begin_immediately(connection: Connection) -> None:
    # A transaction that reads first and writes later would fail with "locked" instead of waiting its turn.
    connection.exec_driver_sql("BEGIN IMMEDIATE")


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """One transaction: all of it or nothing. Raises StoreLocked or StoreError instead of the driver's errors."""
    try:
        with engine.begin() as connection:
            yield connection
    except DatabaseError as error:
        reason = str(error.orig)
        if "locked" in reason or "lock timeout" in reason:
            raise StoreLocked("the database is locked by another program; end it, or try again later") from error
        where = engine.url.render_as_string(hide_password=True)
        raise StoreError(f"the database {where} cannot be used: {reason.splitlines()[0]}") from error


def migrate(url: str) -> None:
    """Create the tables or bring them up to date; raises StoreNewer when a newer version of the program made them."""
    engine = connect(url)
    try:
        with transaction(engine) as connection:
            if _revision(connection) != _REVISIONS[-1]:
                _upgrade(connection)
    finally:
        engine.dispose()


def _revision(connection: Connection) -> str | None:
    """The revision of the tables, None where there are none yet."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one_or_none()
    if found and found not in _REVISIONS:
        raise StoreNewer(f"a newer version of shiftbridge made this database (revision {found}); upgrade shiftbridge")
    return str(found) if found else None


def _upgrade(connection: Connection) -> None:
    # Alembic takes half a second to import, and a database that is up to date does not need it.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415

    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_MIGRATING})")  # one of several replicas migrates
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
