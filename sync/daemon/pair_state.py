"""The state of a pair by its database alone: what is fresh, who writes, what is paused, and what nobody knows."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sync.intake.parts import NEAR
from sync.mirror.leases import Holder
from sync.mirror.looks import LastLook
from sync.mirror.pauses import Pause
from sync.mirror.runs import RunSummary
from sync.mirror.store import Transaction
from sync.outbox import Outbox

_SUCCESSES = frozenset({"done", "waiting"})
_FIRST_RUNS = 20


@dataclass(frozen=True, slots=True)
class PairState:
    """The last look at each part, intents by state, dirty records, the lease, pauses in force, the last success.

    `tried_since` is the earliest run or look that is known; None where nothing was ever tried. Before `unknown_until`
    no write of unknown outcome is sent again; None where nothing is known of when their clients gave up.
    """

    looks: dict[str, LastLook]
    intents: dict[str, int]
    dirty: int
    oldest_dirty: datetime | None
    holder: Holder | None
    pauses: tuple[Pause, ...]
    last_success: datetime | None
    tried_since: datetime | None
    unknown_until: datetime | None = None

    @property
    def unknown(self) -> int:
        """Writes that were sent and whose outcome nobody knows; one that is under way is among them."""
        return self.intents.get("unknown", 0) + self.intents.get("sent", 0)

    def is_stale(self, limit: timedelta, now: datetime) -> bool:
        """Return True when nothing succeeded for longer than the limit; never for a pair that was never tried."""
        since = self.last_success or self.tried_since
        return since is not None and now - since > limit


def read_state(tx: Transaction, now: datetime) -> PairState:
    """Read how a pair stands; raises StoreError kinds."""
    looks, runs = tx.looks.all(), _runs_to_success(tx)
    tried = [run.started_at for run in runs] + [look.at for look in looks.values() if look.at]
    return PairState(
        looks=looks,
        intents=Outbox(tx.rows).states(),
        dirty=tx.dirty.count(),
        oldest_dirty=next((record.since for record in tx.dirty.oldest(1)), None),
        holder=tx.leases.holder(),
        pauses=tuple(tx.pauses.current(now)),
        last_success=_last_success(runs, looks),
        tried_since=min(tried, default=None),
        unknown_until=min((row.until for row in Outbox(tx.rows).unknown() if row.until), default=None),
    )


def _runs_to_success(tx: Transaction) -> list[RunSummary]:
    """The newest runs down to the last success, newest first; all of them where none succeeded."""
    count = _FIRST_RUNS
    while True:
        runs = tx.runs.last(count)
        good = next((place for place, run in enumerate(runs) if run.outcome in _SUCCESSES), None)
        if good is not None:
            return runs[: good + 1]
        if len(runs) < count:
            return runs
        count *= 10


def _last_success(runs: list[RunSummary], looks: dict[str, LastLook]) -> datetime | None:
    """Return when a run last ended well, or both near parts were read: a quiet daemon records no runs."""
    ended = [run.finished_at for run in runs if run.outcome in _SUCCESSES and run.finished_at]
    near = [looks[part].at for part in NEAR if part in looks]
    read = [at for at in near if at]
    return max([*ended, *([min(read)] if len(read) == len(NEAR) else [])], default=None)
