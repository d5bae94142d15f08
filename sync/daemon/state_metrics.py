"""Metrics that are read from the database when somebody asks: on every replica they say the same."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Protocol

from prometheus_client import Metric
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from sync.config import Config
from sync.daemon.pair_state import PairState, read_state
from sync.errors import SyncError
from sync.mirror.store import Store

_GAUGES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("database_up", "1 when the pair's database answered this scrape, else 0.", ()),
    ("look_age_seconds", "Seconds since the last complete reading of a part began.", ("part",)),
    ("last_success_age_seconds", "Seconds since a run ended well, or both near parts were read.", ()),
    ("stale_after_seconds", "The most that the last success may be ago: [daemon] stale_after.", ()),
    ("intents", "Remote writes in the outbox, by state.", ("state",)),
    ("unknown_outcomes", "Writes whose outcome nobody knows, one that is under way included.", ()),
    ("dirty_records", "Records that wait to be read again.", ()),
    ("dirty_oldest_age_seconds", "Seconds that the oldest of these waits; 0 when none does.", ()),
    ("lease_held", "1 for the process that may write for the pair.", ("holder",)),
    ("pauses", "Pauses in force, by what they are about: everything, or a kind of record.", ("target",)),
    ("oldest_pause_age_seconds", "Seconds since the oldest of these began; 0 when there is none.", ()),
)


class Watched(Protocol):
    """A pair that is watched."""

    @property
    def config(self) -> Config:
        """Its configuration."""
        ...

    @property
    def store(self) -> Store:
        """Its open database."""
        ...


class StateMetrics(Collector):
    """Shows how the pairs stand, by their names; `pairs` may change between scrapes.

    It blocks while the databases answer, so render it in a thread. A database that fails is shown as not up.
    """

    def __init__(self, pairs: Mapping[str, Watched], now: Callable[[], datetime]) -> None:
        self._pairs, self._now = pairs, now

    def describe(self) -> Iterable[Metric]:
        """Return the metrics without values, so that registering needs no database."""
        return _families().values()

    def collect(self) -> Iterable[Metric]:
        """Read each pair in one transaction."""
        families, failed, now = _families(), set[str](), self._now()
        for name, pair in list(self._pairs.items()):
            url = pair.config.database.url
            state = None if url in failed else _read(pair.store, name, now)
            if state is None:
                failed.add(url)  # a server that is down is waited for once, or the scrape would time out
            families["database_up"].add_metric([name], int(state is not None))
            families["stale_after_seconds"].add_metric([name], pair.config.daemon.stale_after * 60)
            if state is not None:
                _add(families, name, state, now)
        return families.values()


def _families() -> dict[str, GaugeMetricFamily]:
    return {
        name: GaugeMetricFamily(f"shiftbridge_{name}", text, labels=("pair", *labels)) for name, text, labels in _GAUGES
    }


def _read(store: Store, pair: str, now: datetime) -> PairState | None:
    try:
        with store.read(pair) as tx:
            return read_state(tx, now)
    except (SyncError, SQLAlchemyError):
        return None


def _add(families: Mapping[str, GaugeMetricFamily], pair: str, state: PairState, now: datetime) -> None:
    for part, look in state.looks.items():
        if look.at:
            families["look_age_seconds"].add_metric([pair, part], _age(look.at, now))
    if state.last_success:
        families["last_success_age_seconds"].add_metric([pair], _age(state.last_success, now))
    for status, count in state.intents.items():
        families["intents"].add_metric([pair, status], count)
    families["unknown_outcomes"].add_metric([pair], state.unknown)
    families["dirty_records"].add_metric([pair], state.dirty)
    families["dirty_oldest_age_seconds"].add_metric([pair], _age(state.oldest_dirty, now))
    if state.holder:
        families["lease_held"].add_metric([pair, state.holder.who], 1)
    targets = [pause.kind or "everything" for pause in state.pauses]
    for target in ("everything", *sorted({*targets} - {"everything"})):
        families["pauses"].add_metric([pair, target], targets.count(target))
    oldest = min((pause.at for pause in state.pauses), default=None)
    families["oldest_pause_age_seconds"].add_metric([pair], _age(oldest, now))


def _age(at: datetime | None, now: datetime) -> float:
    return max(0.0, (now - at).total_seconds()) if at else 0.0
