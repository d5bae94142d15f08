"""The state of a pair by its database: what it holds, how fresh that is, who writes, what is paused, the latest runs.

Nothing is asked of either account.
"""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text
from sqlalchemy.engine import make_url

from sync.config import Config
from sync.daemon.pair_state import PairState, read_state
from sync.mirror.leases import Holder
from sync.mirror.looks import LastLook
from sync.mirror.pauses import Pause
from sync.mirror.runs import RunSummary
from sync.mirror.store import Store
from sync.report.freshness import ago, freshness, span
from sync.report.records import held_in_words, so_many


class DirtyShown(msgspec.Struct, frozen=True):
    """The number of records that wait to be read again, and since when the oldest does."""

    count: int
    oldest: datetime | None


class Status(msgspec.Struct, frozen=True):
    """The state of a pair; the database is shown without a password, the newest runs first.

    `zone` is that of the pair's first place, `place`; empty where it has none, and the machine's zone is used. `now` is
    when this was read; `stale_after` is in minutes.
    """

    pair: str
    database: str
    counts: dict[str, int]
    runs: tuple[RunSummary, ...]
    zone: str
    is_stale: bool
    stale_after: float
    last_success: datetime | None
    tried_since: datetime | None
    looks: dict[str, LastLook]
    lease: Holder | None
    pauses: tuple[Pause, ...]
    unknown_outcomes: int
    unknown_until: datetime | None
    dirty: DirtyShown
    place: str
    now: datetime


_NOT_FOR_PROGRAMS = frozenset({"place", "now"})
_QUIET = "No run to show: the daemon read, and had nothing to do."


def read_status(config: Config, now: datetime, runs: int = 10) -> Status:
    """Read the status of a pair; raises StoreError kinds."""
    store = Store.open(config.database.url)
    try:
        with store.read(config.name) as tx:
            counts, last, state = tx.counts(), tuple(tx.runs.last(runs)), read_state(tx, now)
    finally:
        store.close()
    return _status(config, now, counts, last, state)


def _status(
    config: Config, now: datetime, counts: dict[str, int], runs: tuple[RunSummary, ...], state: PairState
) -> Status:
    first = config.places[0] if config.places else None
    return Status(
        pair=config.name,
        database=make_url(config.database.url).render_as_string(),
        counts=counts,
        runs=runs,
        zone=first.zone if first else "",
        is_stale=state.is_stale(timedelta(minutes=config.daemon.stale_after), now),
        stale_after=config.daemon.stale_after,
        last_success=state.last_success,
        tried_since=state.tried_since,
        looks=state.looks,
        lease=state.holder,
        pauses=state.pauses,
        unknown_outcomes=state.unknown,
        unknown_until=state.unknown_until,
        dirty=DirtyShown(state.dirty, state.oldest_dirty),
        place=first.name if first else "",
        now=now,
    )


def as_text(status: Status) -> RenderableType:
    """The status as something rich prints at any width."""
    held = held_in_words(status.counts)
    head = Text(f"{status.pair}", "bold").append(f"  {status.database}\n", "dim").append(f"holds {held}", "default")
    parts: list[RenderableType] = ["", head, ""]
    if status.is_stale:
        parts += [Text(_stale(status), "bold red"), ""]
    if status.tried_since or status.pauses:
        parts += [*(Text(line) for line in _facts(status)), ""]
    no_run = Text(_QUIET if status.tried_since else "No run yet.", "dim")
    return Group(*parts, _table(status) if status.runs else no_run)


def _table(status: Status) -> Table:
    table = Table.grid(padding=(0, 2, 0, 0), expand=True)
    for column in ({"justify": "right"}, {"width": 16}, {"width": 9}, {"width": 8}, {"ratio": 1}):
        table.add_column(**column)
    for run in status.runs:
        style = "red" if run.error else ""
        table.add_row(
            str(run.id), _local(status, run.started_at), run.command, Text(run.outcome, style), Text(_came_of(run))
        )
    return table


def as_markdown(status: Status) -> str:
    """The status as a page of Markdown."""
    counts = [f"- {so_many(kind, count)}" for kind, count in status.counts.items()]
    rows = [
        f"| {run.id} | {_local(status, run.started_at)} | {run.command} | {run.outcome} | {_came_of(run)} |"
        for run in status.runs
    ]
    head = ["| Run | Started | Command | Outcome | |", "|---|---|---|---|---|"]
    stale = [f"**{_stale(status)}**", ""] if status.is_stale else []
    facts = [f"- {line}" for line in _facts(status)]
    top = [f"# {status.pair}", "", status.database, ""]
    return "\n".join([*top, *stale, *counts, "", *facts, "", *head, *rows]) + "\n"


def as_json(status: Status) -> str:
    """The status as one JSON object."""
    shown = {name: getattr(status, name) for name in status.__struct_fields__ if name not in _NOT_FOR_PROGRAMS}
    return msgspec.json.format(msgspec.json.encode(shown), indent=2).decode() + "\n"


def _facts(status: Status) -> list[str]:
    """Everything but records and runs, a line for each fact."""
    zone = f"{status.zone}, the zone of {status.place}" if status.zone else f"this machine's zone, {_machine(status)}"
    success = ago(status.now, status.last_success) if status.last_success else "none yet"
    lines = [f"times are those of {zone}", f"last success: {success}", *freshness(status.looks, status.now)]
    lines.append(f"may write now: {status.lease.who if status.lease else 'nobody, as no run is under way'}")
    lines += [f"paused: {_paused(status, pause)}" for pause in status.pauses]
    if status.unknown_outcomes:
        until = f", none before {_local(status, status.unknown_until)}" if status.unknown_until else ""
        lines.append(f"writes of unknown outcome: {status.unknown_outcomes}; runs look before they send again{until}")
    if status.dirty.oldest:
        oldest = span(status.now - status.dirty.oldest)
        lines.append(f"records to read again: {status.dirty.count}, the oldest waits {oldest}")
    lines.append("what waits for a person: see `shiftbridge conflicts`")
    return lines


def _paused(status: Status, pause: Pause) -> str:
    until = f"until {_local(status, pause.until)}" if pause.until else "until `shiftbridge resume`"
    why = f": {pause.why}" if pause.why else ""
    return f"{pause.target}, by {pause.who} since {_local(status, pause.at)}, {until}{why}"


def _stale(status: Status) -> str:
    since = status.last_success or status.tried_since
    when = f"{ago(status.now, since)}, at {_local(status, since)}" if since else ""
    what = f"The last success was {when}" if status.last_success else f"Nothing succeeded since the first try {when}"
    limit = span(timedelta(minutes=status.stale_after))
    return (
        f"{what}; more than {limit} is too long. See that `shiftbridge daemon` runs, or what starts `shiftbridge "
        "reconcile`; `shiftbridge doctor` says what is wrong."
    )


def _local(status: Status, at: datetime) -> str:
    return f"{at.astimezone(ZoneInfo(status.zone) if status.zone else None):%Y-%m-%d %H:%M}"


def _machine(status: Status) -> str:
    return f"{status.now.astimezone():%Z}"


def _came_of(run: RunSummary) -> str:
    return run.error or ", ".join(f"{count} {what.replace('_', ' ')}" for what, count in run.counts.items() if count)
