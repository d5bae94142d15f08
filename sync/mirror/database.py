"""Opening a database, SQLite or Postgres, and bringing its tables up to date."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, Engine, create_engine, event, inspect
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as NoneFree
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_fixed

from sync.errors import StoreError, StoreLocked, StoreNewer

_BUSY_SECONDS = 5

_PATIENCE_SECONDS = 5
"""A server that restarts is back within seconds."""

_READ_ONLY = "read_only"
"""The execution option of a transaction that only reads."""

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
        connect_args={"timeout": _BUSY_SECONDS} if sqlite else {"connect_timeout": _BUSY_SECONDS},
        pool_pre_ping=not sqlite,  # a connection of before the server's restart is replaced when it is taken
    )
    if sqlite:
        event.listen(engine, "do_connect", _make_private)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def _make_private(_dialect: object, _record: object, arguments: Sequence[Any], _options: object) -> None:
    """Let a new file be readable by its owner alone, as it holds names; SQLite's own files beside it follow it."""
    file = str(arguments[0])
    if file != ":memory:":
        with suppress(OSError):  # it is there already, or SQLite will say what is wrong
            os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # The driver must not begin transactions of its own kind.
    connection.execute("PRAGMA journal_mode=WAL")
    # An intent must be on the disk before its write is sent, or a power cut would send it twice.
    connection.execute("PRAGMA synchronous=FULL")


def _begin_sqlite(connection: Connection) -> None:
    reads = _reads(connection)
    connection.exec_driver_sql(f"PRAGMA query_only={int(reads)}")
    # A transaction that reads first and writes later would fail with "locked" instead of waiting its turn; one that
    # only reads must not keep writers waiting.
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _reads(connection: Connection) -> bool:
    return bool(connection.get_execution_options().get(_READ_ONLY))


@contextmanager
def transaction(engine: Engine, *, reads: bool = False) -> Iterator[Connection]:
    """One transaction: all of it or nothing; with `reads` one state of the database, which it cannot change.

    Raises StoreLocked or StoreError instead of the driver's errors. A server that was restarted is asked again for some
    seconds, as nothing can have happened before a connection is there.
    """
    try:
        with _connected(engine, reads=reads) as connection, connection.begin():
            yield connection
    except NoneFree as error:
        raise StoreLocked("the database is busy: no connection to it became free; try again later") from error
    except DBAPIError as error:
        reason = str(error.orig) or type(error.orig).__name__
        if "locked" in reason or "lock timeout" in reason:
            raise StoreLocked("the database is locked by another program; end it, or try again later") from error
        where = engine.url.render_as_string(hide_password=True)
        raise StoreError(f"the database {where} cannot be used: {reason.splitlines()[0]}") from error


def _connected(engine: Engine, *, reads: bool) -> Connection:
    """A connection for one transaction; SQLite is not asked twice, as only a person can mend its file."""
    options: dict[str, Any] = {_READ_ONLY: True} if reads else {}
    if engine.dialect.name == "sqlite":
        return engine.connect().execution_options(**options)
    if reads:
        options |= {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    retrying = Retrying(
        retry=retry_if_exception_type(OperationalError),
        stop=stop_after_delay(_PATIENCE_SECONDS),
        wait=wait_fixed(0.5),
        reraise=True,
    )
    return retrying(engine.connect).execution_options(**options)


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
