"""A report for a terminal: grouped by day and place, one block per demand."""

import re
from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from sync.report import words
from sync.report.model import Entry, Report
from sync.report.price import price

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
    day_before = None
    for (day, place), demands in report.places():
        if day != day_before:
            parts += ["", Rule(Text(day or "Without a day", style="bold"), align="left", style="dim")]
        day_before = day
        parts += [
            "",
            Text(place or "Without a place", style="bold cyan"),
            _table(demands),
            *_asked(demands, report.given),
        ]
    parts += _listed("Left out", words.left_out(report)) + _copied(words.after_all(report))
    parts += _listed(words.UNMAPPED, words.unmapped(report)) + _listed(words.STALE, report.stale) + _refused(report)
    parts += ["", Text(words.headline(report), style="bold")]
    checksum = words.checksum(report)
    parts += ["", Text(checksum, style="dim")] if checksum else []
    return Group(*parts)


def _table(demands: list[list[Entry]]) -> Table:
    """A row for each change, with its reason; what a demand is about stands there once."""
    table = Table.grid(padding=(0, 2, 0, 0), expand=True)
    table.add_column(width=1)
    table.add_column(ratio=5)
    table.add_column(width=11)
    table.add_column(ratio=7)
    table.add_column(ratio=8, style="dim")
    for entries in demands:
        for number, entry in enumerate(entries):
            table.add_row(*_cells(entry, first=number == 0), Text(words.why(entry)))
    return table


def _asked(demands: list[list[Entry]], given: str) -> list[RenderableType]:
    """The commands that answer what waits, each on a line of its own that is never broken, as it is copied whole."""
    lines = [line for entries in demands for entry in entries for line in words.to_decide(entry, given)]
    return _copied(lines)


def _copied(lines: list[str]) -> list[RenderableType]:
    return [Text(f"   {line}", no_wrap=True, overflow="ignore") for line in lines]


def _cells(entry: Entry, *, first: bool) -> list[Text]:
    sign, fields = words.sign(entry), words.fields(entry.change)
    subject = re.sub(r", (?=\d)", "\n", words.subject(entry.change)) if first else ""
    deed = "\n".join(filter(None, (words.deed(entry.change), fields, price(entry.change))))
    where = "\n".join(filter(None, (words.system(entry.change), words.key(entry))))
    return [Text(sign, _STYLES.get(sign, "")), Text(subject), _keyed(where, words.key(entry)), Text(deed)]


def _keyed(where: str, key: str) -> Text:
    """The system, and the key of the row, which only who wants to name it looks at."""
    text = Text(where)
    if key:
        text.stylize("dim", len(where) - len(key))
    return text


def _refused(report: Report) -> list[RenderableType]:
    lines = words.refused(report)
    rule = Rule(Text(words.REFUSED, style="bold red"), align="left", style="dim")
    return ["", rule, "", *(Text(line) for line in lines)] if lines else []


def _listed(heading: str, lines: Sequence[str]) -> list[RenderableType]:
    """Lines under a heading; nothing where there are none."""
    if not lines:
        return []
    return ["", Rule(Text(heading, style="bold"), align="left", style="dim"), "", *(Text(line) for line in lines)]
