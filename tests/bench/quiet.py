"""What a daemon costs while nothing happens: calls, processor time, transactions and memory, for one pair or many."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import httpx
import msgspec
import tomlkit
from rich.table import Table
from sqlalchemy import Engine, create_engine, delete, insert, literal, select, text
from sqlmodel import SQLModel

from sync.config.daemon import PollSection
from sync.mirror import tables
from sync.mirror.records import of_model
from tests.bench.databases import KINDS
from tests.bench.memory import cpu, memory
from tests.e2e.processes import Daemon, Sandbox, daemon, sandbox, until

_DEMANDS = 24
_SETTLING = 5.0
_PATIENCE = 900.0


class QuietResult(msgspec.Struct, frozen=True):
    """A daemon of so many pairs, watched for some seconds in which every cadence was `faster` than by default.

    `calls` are the requests that each service got, `transactions` the database's (Postgres counts them, SQLite does
    not), `cpu` seconds of processor time of the daemon, and `mb` what it held at the end.
    """

    database: str
    pairs: int
    faster: float
    seconds: float
    calls: dict[str, int]
    cpu: float
    transactions: int
    mb: float

    @property
    def pair_hours(self) -> float:
        """Quiet hours of one pair that were watched."""
        return self.pairs * self.seconds * self.faster / 3600


def measure(database: str, pairs: int, seconds: float, faster: float = 1) -> QuietResult:
    """Watch a daemon; each pair has linked demands of its own rows, and all look at one sandbox."""
    with tempfile.TemporaryDirectory() as name, KINDS[database]() as new:
        folder, url = Path(name), new()
        with sandbox(folder, url, demands=_DEMANDS, webhooks=False) as served:
            _copy_once(served)
            _write_folder(served, url, pairs, faster, folder / "shifts")
            engine = create_engine(url)
            _copy_pair(engine, _name(served), [_numbered(number) for number in range(pairs)])
            with daemon(folder / "shifts", served.port) as running:
                until(lambda: running.metric("shiftbridge_pulls_total", part="places") >= pairs, "all read", _PATIENCE)
                time.sleep(min(_SETTLING, seconds))
                found = _watch(running, served, engine, seconds)
            engine.dispose()
    return QuietResult(database, pairs, faster, seconds, *found)


def _copy_once(served: Sandbox) -> None:
    """A first copy, and then an hour in which nothing happens: what changed lately would be read again and again."""
    code, said = served.run("reconcile")
    assert code == 0, said
    httpx.post(f"{served.url}/_sandbox/advance", json={"hours": 1}).raise_for_status()


def _name(served: Sandbox) -> str:
    return str(tomlkit.parse(served.config.read_text())["name"])


def _numbered(number: int) -> str:
    return f"pair-{number}"


def _write_folder(served: Sandbox, url: str, pairs: int, faster: float, folder: Path) -> None:
    (folder / "pairs").mkdir(parents=True)
    poll = {part: seconds / faster for part, seconds in PollSection().seconds.items()}
    shared = {
        "database": {"url": url.replace("+psycopg", "")},
        "daemon": {"listen": f"127.0.0.1:{served.port}", "poll": poll},
    }
    (folder / "shiftbridge.toml").write_text(tomlkit.dumps(shared))
    own = tomlkit.parse(served.config.read_text())
    for section in ("name", "database", "daemon"):
        own.pop(section, None)
    base_url = own["wonolo"]["base_url"]
    for number in range(pairs):
        own["wonolo"]["base_url"] = (
            f"{base_url}{'/' * number}"  # one sandbox, but to the daemon each an account of its own
        )
        (folder / "pairs" / f"{_numbered(number)}.toml").write_text(tomlkit.dumps(own))


def _copy_pair(engine: Engine, pair: str, others: Iterable[str]) -> None:
    """Give each of the others the rows of a pair: its mirror, links and cursors, but nothing that was looked at."""
    look = of_model(tables.Look)
    with engine.begin() as connection:
        connection.execute(delete(look))
        for table in SQLModel.metadata.sorted_tables:
            if "pair" not in table.primary_key.columns:
                continue
            for other in others:
                values = [literal(other) if column.name == "pair" else column for column in table.columns]
                rows = select(*values).where(table.c.pair == pair)
                connection.execute(insert(table).from_select(list(table.columns), rows))


def _watch(
    running: Daemon, served: Sandbox, engine: Engine, seconds: float
) -> tuple[dict[str, int], float, int, float]:
    pid = running.process.pid
    httpx.delete(f"{served.url}/_sandbox/requests").raise_for_status()
    used, committed = cpu(pid), _transactions(engine)
    time.sleep(seconds)
    used, committed = cpu(pid) - used, _transactions(engine) - committed
    log: Any = httpx.get(f"{served.url}/_sandbox/requests", timeout=60).raise_for_status().json()
    systems = [row["system"] for row in log["requests"]]
    calls = {system: systems.count(system) for system in ("wonolo", "wheniwork")}
    return calls, used, committed, memory("VmRSS", pid)


def _transactions(engine: Engine) -> int:
    if engine.dialect.name == "sqlite":
        return 0
    query = text("SELECT xact_commit + xact_rollback FROM pg_stat_database WHERE datname = current_database()")
    with engine.connect() as connection:
        return int(connection.execute(query).scalar_one())


def table(rows: list[QuietResult]) -> Table:
    """A table of the results; all but the memory for one pair and one hour at the default cadences."""
    shown = Table(title="A quiet hour of one pair", title_justify="left")
    columns = ("database", "pairs", "watched s", "faster", "Wonolo", "When I Work", "CPU s", "transactions", "MB")
    for column in columns:
        shown.add_column(column, justify="left" if column == "database" else "right")
    for row in rows:
        hourly = [f"{count / row.pair_hours:,.0f}" for count in (row.calls["wonolo"], row.calls["wheniwork"])]
        transactions = f"{row.transactions / row.pair_hours:,.0f}" if row.transactions else ""
        watched = (f"{row.seconds:.0f}", f"{row.faster:.0f}")
        shown.add_row(
            row.database,
            f"{row.pairs}",
            *watched,
            *hourly,
            f"{row.cpu / row.pair_hours:.1f}",
            transactions,
            f"{row.mb:.0f}",
        )
    return shown
