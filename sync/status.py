"""What the database knows of a pair: records, links, and the latest runs. Nothing is asked of either account."""

import msgspec
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text
from sqlalchemy.engine import make_url

from sync.config import Config
from sync.mirror.runs import RunSummary
from sync.mirror.store import Store
from sync.report.records import held_in_words, so_many


class Status(msgspec.Struct, frozen=True):
    """The pair's name, its database (without a password), how many records of each kind, newest runs first."""

    pair: str
    database: str
    counts: dict[str, int]
    runs: tuple[RunSummary, ...]


def read_status(config: Config, runs: int = 10) -> Status:
    """Read the status of a pair; raises StoreError kinds."""
    store = Store.open(config.database.url)
    try:
        with store.read(config.name) as tx:
            counts, last = tx.counts(), tuple(tx.runs.last(runs))
    finally:
        store.close()
    return Status(config.name, make_url(config.database.url).render_as_string(), counts, last)


def as_text(status: Status) -> RenderableType:
    """The status as something rich prints at any width."""
    table = Table.grid(padding=(0, 2, 0, 0), expand=True)
    for column in ({"justify": "right"}, {"width": 16}, {"width": 9}, {"width": 8}, {"ratio": 1}):
        table.add_column(**column)
    for run in status.runs:
        style = "red" if run.error else ""
        table.add_row(
            str(run.id), f"{run.started_at:%Y-%m-%d %H:%M}", run.command, Text(run.outcome, style), Text(_came_of(run))
        )
    held = held_in_words(status.counts)
    head = Text(f"{status.pair}", "bold").append(f"  {status.database}\n", "dim").append(f"holds {held}", "default")
    return Group("", head, "", table if status.runs else Text("No run yet.", "dim"))


def as_markdown(status: Status) -> str:
    """The status as a page of Markdown."""
    counts = [f"- {so_many(kind, count)}" for kind, count in status.counts.items()]
    rows = [
        f"| {run.id} | {run.started_at:%Y-%m-%d %H:%M} | {run.command} | {run.outcome} | {_came_of(run)} |"
        for run in status.runs
    ]
    head = ["| Run | Started (UTC) | Command | Outcome | |", "|---|---|---|---|---|"]
    return "\n".join([f"# {status.pair}", "", status.database, "", *counts, "", *head, *rows]) + "\n"


def as_json(status: Status) -> str:
    """The status as one JSON object."""
    return msgspec.json.format(msgspec.json.encode(status), indent=2).decode() + "\n"


def _came_of(run: RunSummary) -> str:
    return run.error or ", ".join(f"{count} {what.replace('_', ' ')}" for what, count in run.counts.items() if count)
