"""A copy of a SQLite database, made and checked while others write to it."""

import os
import shlex
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path

from sqlalchemy.engine import make_url

from sync.errors import StoreError

_BUSY_SECONDS = 5


def sqlite_file(url: str) -> Path | None:
    """Return the file of a SQLite database; None where the URL is that of a server."""
    parsed = make_url(url)
    return Path(parsed.database or "") if parsed.get_backend_name() == "sqlite" else None


def dump_command(url: str, file: Path) -> str:
    """Return the command by which Postgres writes such a copy itself; a password is never in it."""
    plain = make_url(url).set(drivername="postgresql").difference_update_query(["password"])
    address = plain._replace(password=None).render_as_string(hide_password=False)
    return shlex.join(["pg_dump", "--format=custom", f"--file={file}", address])


def back_up(source: Path, file: Path, *, overwrite: bool = False) -> int:
    """Copy a SQLite database as it is at one instant, check the copy, and return its size in bytes.

    Only its owner may read the copy, and there is either all of it or none. Raises StoreError when the database cannot
    be read or is damaged, FileExistsError unless `overwrite`, and OSError when the copy cannot be written.
    """
    _check_target(source, file, overwrite=overwrite)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")  # created with mode 0600
    os.close(handle)
    copy = Path(name)
    try:
        _copy(source, copy)
        _check_target(source, file, overwrite=overwrite)
        copy.replace(file)
    except sqlite3.Error as error:
        raise StoreError(f"the database {source} cannot be copied to {file}: {error}") from error
    finally:
        copy.unlink(missing_ok=True)
    return file.stat().st_size


def _check_target(source: Path, file: Path, *, overwrite: bool) -> None:
    if not source.is_file():
        raise StoreError(f"there is no database {source} yet")
    if file.exists() and (not overwrite or file.samefile(source)):
        raise FileExistsError


def _copy(source: Path, copy: Path) -> None:
    with (
        closing(sqlite3.connect(f"{source.absolute().as_uri()}?mode=rw", _BUSY_SECONDS, uri=True)) as origin,
        closing(sqlite3.connect(copy)) as target,
    ):
        # One state of all tables. A backup that meets a lock waits for ever; a first reading says so after a while.
        origin.execute("BEGIN")
        if not origin.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone():
            raise StoreError(f"{source} is no database of shiftbridge")
        origin.backup(target)
        found = [row[0] for row in target.execute("PRAGMA integrity_check")]
    if found != ["ok"]:
        raise StoreError(f"the database {source} is damaged, so no copy was kept: {found[0].splitlines()[0]}")
