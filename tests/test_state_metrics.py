"""What Prometheus reads of a pair's database at each scrape, on SQLite and on Postgres."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from prometheus_client import CollectorRegistry, generate_latest

from sync.config import Config
from sync.daemon.state_metrics import StateMetrics
from sync.mirror.pauses import Pause
from sync.mirror.store import Store
from sync.outbox import Outbox
from sync.plan import Change
from tests.test_metrics import samples

NOW = datetime(2026, 3, 2, 14, tzinfo=UTC)


@dataclass(frozen=True)
class Pair:
    """A pair as the daemon holds it."""

    config: Config
    store: Store


def configured(url: str, name: str = "main", **tables: Any) -> Config:
    """The least that a configuration needs."""
    wonolo = {"api_key": "pk_test_sandbox", "secret_key": "sk_test_sandbox"}
    login = {"key": "sandbox-developer-key", "email": "manager@sandbox.example", "password": "sandbox"}
    return Config.model_validate(
        {"name": name, "database": {"url": url}, "wonolo": wonolo, "wheniwork": login, **tables}
    )


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    """An open database without rows."""
    opened = Store.open(database_url)
    yield opened
    opened.close()


def ago(**time: float) -> datetime:
    """So long before now."""
    return NOW - timedelta(**time)


def live(store: Store, pair: str = "main") -> None:
    """A pair in the middle of its work: read, paused in part, one write lost, one under way, two records dirty."""
    change = Change(
        action="create", system="wonolo", kind="job_request", record="", link="shift:1", subject="", cause=""
    )
    with store.begin(pair) as tx:
        run = tx.runs.start("reconcile", ago(hours=3))
        tx.runs.finish(run, ago(hours=2), "waiting", {"done": 2, "not_tried": 1})
        tx.runs.finish(tx.runs.start("daemon", ago(hours=1)), ago(minutes=59), "failed", {}, "the network is down")
        tx.looks.looked("requests", ago(seconds=10))
        tx.looks.looked("soon", ago(seconds=40))
        tx.looks.mark(["soon", "people"], NOW)
        tx.dirty.mark([("shift", 7)], ago(seconds=12))
        tx.dirty.mark([("job", 8)], ago(seconds=2))
        outbox = Outbox(tx.rows)
        for state in ("done", "unknown"):
            outbox.finish(outbox.begin(run, change, ago(hours=2)), state, ago(hours=2))
        outbox.begin(run, change, ago(seconds=1))
        tx.pauses.add(Pause("ada", "stocktaking", ago(days=2), kind="shift", record=7))
        tx.pauses.add(Pause("ben", "", ago(hours=1), NOW + timedelta(hours=1), kind="shift", record=8))
        tx.pauses.add(Pause("ben", "over", ago(hours=3), ago(hours=1)))
        tx.leases.take("7f3a", "daemon on harbor, process 12")


def shown(pairs: Mapping[str, Pair]) -> str:
    """What Prometheus reads about the state of pairs."""
    registry = CollectorRegistry()
    registry.register(StateMetrics(pairs, lambda: NOW))
    return generate_latest(registry).decode()


def test_the_state_of_a_pair_is_read_when_somebody_asks(store: Store, database_url: str) -> None:
    """The whole page, of a pair in the middle of its work and of one that never ran."""
    live(store)
    pairs = {name: Pair(configured(database_url, name), store) for name in ("main", "new")}
    text = [line for line in shown(pairs).splitlines() if not line.startswith("# TYPE")]
    assert text == [
        "# HELP shiftbridge_database_up 1 when the pair's database answered this scrape, else 0.",
        'shiftbridge_database_up{pair="main"} 1.0',
        'shiftbridge_database_up{pair="new"} 1.0',
        "# HELP shiftbridge_look_age_seconds Seconds since the last complete reading of a part began.",
        'shiftbridge_look_age_seconds{pair="main",part="requests"} 10.0',
        'shiftbridge_look_age_seconds{pair="main",part="soon"} 40.0',
        "# HELP shiftbridge_last_success_age_seconds Seconds since a run ended well, or both near parts were read.",
        'shiftbridge_last_success_age_seconds{pair="main"} 40.0',
        "# HELP shiftbridge_stale_after_seconds The most that the last success may be ago: [daemon] stale_after.",
        'shiftbridge_stale_after_seconds{pair="main"} 1800.0',
        'shiftbridge_stale_after_seconds{pair="new"} 1800.0',
        "# HELP shiftbridge_intents Remote writes in the outbox, by state.",
        'shiftbridge_intents{pair="main",state="done"} 1.0',
        'shiftbridge_intents{pair="main",state="sent"} 1.0',
        'shiftbridge_intents{pair="main",state="unknown"} 1.0',
        "# HELP shiftbridge_unknown_outcomes Writes whose outcome nobody knows, one that is under way included.",
        'shiftbridge_unknown_outcomes{pair="main"} 2.0',
        'shiftbridge_unknown_outcomes{pair="new"} 0.0',
        "# HELP shiftbridge_dirty_records Records that wait to be read again.",
        'shiftbridge_dirty_records{pair="main"} 2.0',
        'shiftbridge_dirty_records{pair="new"} 0.0',
        "# HELP shiftbridge_dirty_oldest_age_seconds Seconds that the oldest of these waits; 0 when none does.",
        'shiftbridge_dirty_oldest_age_seconds{pair="main"} 12.0',
        'shiftbridge_dirty_oldest_age_seconds{pair="new"} 0.0',
        "# HELP shiftbridge_lease_held 1 for the process that may write for the pair.",
        'shiftbridge_lease_held{holder="daemon on harbor, process 12",pair="main"} 1.0',
        "# HELP shiftbridge_pauses Pauses in force, by what they are about: everything, or a kind of record.",
        'shiftbridge_pauses{pair="main",target="everything"} 0.0',
        'shiftbridge_pauses{pair="main",target="shift"} 2.0',
        'shiftbridge_pauses{pair="new",target="everything"} 0.0',
        "# HELP shiftbridge_oldest_pause_age_seconds Seconds since the oldest of these began; 0 when there is none.",
        'shiftbridge_oldest_pause_age_seconds{pair="main"} 172800.0',
        'shiftbridge_oldest_pause_age_seconds{pair="new"} 0.0',
    ]


def test_a_database_that_vanished_is_shown_as_down_until_it_is_back(store: Store, database_url: str) -> None:
    """Nothing is raised, and the pair is shown again afterwards."""
    pairs = {"main": Pair(configured(database_url), store)}
    live(store)
    before = shown(pairs)
    vanish(store, database_url)
    assert samples(shown(pairs)) == [
        'shiftbridge_database_up{pair="main"} 0.0',
        'shiftbridge_stale_after_seconds{pair="main"} 1800.0',
    ]
    come_back(database_url)
    assert shown(pairs) == before


def test_other_pairs_are_shown_beside_one_whose_database_fails(sqlite_url: str, tmp_path: Path) -> None:
    """A file that is no database; the pairs come in their order."""
    broken = tmp_path / "broken.db"
    broken.write_text("this is no database, and long enough to be looked at as one" * 10)
    spoilt = Store(sqlalchemy.create_engine(f"sqlite:///{broken}"))
    good = Store.open(sqlite_url)
    pairs = {
        "north": Pair(configured(f"sqlite:///{broken}", "north"), spoilt),
        "south": Pair(configured(sqlite_url, "south"), good),
    }
    lines = [line for line in samples(shown(pairs)) if "_up" in line or "dirty_records" in line]
    spoilt.close()
    good.close()
    assert lines == [
        'shiftbridge_database_up{pair="north"} 0.0',
        'shiftbridge_database_up{pair="south"} 1.0',
        'shiftbridge_dirty_records{pair="south"} 0.0',
    ]


def test_pairs_may_come_and_go_between_scrapes(sqlite_url: str) -> None:
    """The daemon reloads its configuration while Prometheus asks."""
    store, registry = Store.open(sqlite_url), CollectorRegistry()
    pairs = {"north": Pair(configured(sqlite_url, "north"), store)}
    registry.register(StateMetrics(pairs, lambda: NOW))
    assert 'shiftbridge_database_up{pair="north"} 1.0' in samples(generate_latest(registry).decode())
    pairs["south"] = pairs.pop("north")
    names = re.findall(r'shiftbridge_database_up\{pair="(\w+)"\}', generate_latest(registry).decode())
    store.close()
    assert names == ["south"]


def vanish(store: Store, url: str) -> None:
    """Take the database away: the folder of its file, or the right to connect to it."""
    store.close()
    if url.startswith("sqlite"):
        folder = Path(url.removeprefix("sqlite:///")).parent
        folder.rename(f"{folder}.away")
    else:
        _admit(url, may_connect=False)


def come_back(url: str) -> None:
    """Put the database back."""
    if url.startswith("sqlite"):
        folder = Path(url.removeprefix("sqlite:///")).parent
        Path(f"{folder}.away").rename(folder)
    else:
        _admit(url, may_connect=True)


def _admit(url: str, *, may_connect: bool) -> None:
    address = sqlalchemy.make_url(url)
    engine = sqlalchemy.create_engine(
        address.set(database="template1"), isolation_level="AUTOCOMMIT", poolclass=sqlalchemy.NullPool
    )
    with engine.connect() as connection:
        connection.exec_driver_sql(f"ALTER DATABASE {address.database} ALLOW_CONNECTIONS {may_connect}")
