"""A report for a terminal: grouped by day and place, one block per demand."""

import re
from collections.abc import Collection, Iterable

from rich.console import Group, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from sync.plan import Change
from sync.report import words
from sync.report.model import Entry, Report, Status

_STYLES = {
    "+": "green",
    "~": "yellow",
    "-": "red",
    ">": "green",
    "<": "yellow",
    "=": "dim",
    "?": "magenta",
    "!": "bold red",
    "x": "bold red",
    "#": "magenta",
}


def as_text(report: Report) -> RenderableType:
    """The report as something rich prints at any width."""
    parts: list[RenderableType] = []
    common = report.common_reasons()
    day_before = None
    for (day, place), demands in report.places():
        if day != day_before:
            parts += ["", Rule(Text(day or "Without a day", style="bold"), align="left", style="dim")]
        day_before = day
        parts += ["", Text(place or "Without a place", style="bold cyan"), _table(demands, common)]
    parts += _left_out(report.left_out()) + _stale(report.stale) + _refused(report)
    if common:
        parts += [
            "",
            _list((count, Text(f"{words.status(status)}: {reason}")) for (status, reason), count in common.items()),
        ]
    return Group(*parts, "", Text(words.headline(report), style="bold"))


def _table(demands: list[list[Entry]], common: Collection[tuple[Status, str]]) -> Table:
    """A row for each change; what a demand is about and why it changes stand there once."""
    table = Table.grid(padding=(0, 2, 0, 0), expand=True)
    table.add_column(width=1)
    table.add_column(ratio=5)
    table.add_column(width=11)
    table.add_column(ratio=7)
    table.add_column(ratio=8, style="dim")
    for entries in demands:
        said: set[str] = set()
        for number, entry in enumerate(entries):
            why = words.why(entry, common)
            table.add_row(*_cells(entry, first=number == 0), Text("" if why in said else why))
            said.add(why)
    return table


def _cells(entry: Entry, *, first: bool) -> list[Text]:
    sign, fields = words.sign(entry), words.fields(entry.change)
    subject = re.sub(r", (?=\d)", "\n", words.subject(entry.change)) if first else ""
    deed = "\n".join(filter(None, (words.deed(entry.change), fields, words.price(entry.change))))
    return [Text(sign, _STYLES.get(sign, "")), Text(subject), Text(words.system(entry.change)), Text(deed)]


def _left_out(reasons: dict[str, list[Change]]) -> list[RenderableType]:
    if not reasons:
        return []
    lines = (
        (len(changes), Text(reason).append(f"\n{words.records(changes)}", style="dim"))
        for reason, changes in reasons.items()
    )
    return ["", Rule(Text("Left out", style="bold"), align="left", style="dim"), "", _list(lines)]


def _refused(report: Report) -> list[RenderableType]:
    lines = words.refused(report)
    rule = Rule(Text(words.REFUSED, style="bold red"), align="left", style="dim")
    return ["", rule, "", *(Text(line) for line in lines)] if lines else []


def _stale(changed: tuple[str, ...]) -> list[RenderableType]:
    if not changed:
        return []
    rule = Rule(
        Text("Not done, as the record changed since the plan was made", style="bold"), align="left", style="dim"
    )
    return ["", rule, "", *(Text(row) for row in changed)]


def _list(lines: Iterable[tuple[int, Text]]) -> Table:
    """A line for each count and what is counted."""
    table = Table.grid(padding=(0, 2, 0, 0), expand=True)
    table.add_column(justify="right")
    table.add_column(ratio=1)
    for count, text in lines:
        table.add_row(str(count), text)
    return table
