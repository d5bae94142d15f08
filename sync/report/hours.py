"""Hours worked as both systems tell them, row by row and added up, for people and for programs."""

from collections.abc import Iterable
from typing import Any

import msgspec
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from sync.plan import wording
from sync.plan.variance import HoursRow, Sum, Total, Worked, summed, totals, week_of

VERSION = 2
"""Raised when a program that reads the JSON would have to change."""

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_HEAD = ("Planned", "Wonolo", "When I Work", "Difference")


class HoursReport(msgspec.Struct, frozen=True):
    """The hours of one pair of accounts; weeks begin on `week_starts`."""

    pair: str
    rows: tuple[HoursRow, ...]
    week_starts: str = "monday"

    @property
    def differs(self) -> bool:
        """True when any hours differ, or are not known."""
        return any(row.worked.difference != 0 for row in self.rows)

    def totals(self) -> dict[str, tuple[Total, ...]]:
        """The hours added up by worker, place and week; workers of one name apart by their keys."""
        first = WEEKDAYS.index(self.week_starts)
        names = {row.key: row.worker for row in self.rows}
        shared = {key for key, name in names.items() if list(names.values()).count(name) > 1}
        return {
            "worker": totals(self.rows, lambda row: f"{row.worker} ({row.key})" if row.key in shared else row.worker),
            "place": totals(self.rows, lambda row: row.place),
            "week": totals(self.rows, lambda row: week_of(row.day, first).isoformat()),
        }


def as_text(report: HoursReport) -> RenderableType:
    """The hours as something rich prints at any width."""
    if not report.rows:
        return Text("No work was over in these days.", "dim")
    table = _table("Day", "Worker", "Place", *_HEAD, "State")
    for row in report.rows:
        table.add_row(f"{row.day:%a %d %b}", row.worker, row.place, *_cells(row.worked), _state(row))
    parts: list[RenderableType] = ["", Text(report.pair, "bold"), "", table]
    for name, rows in report.totals().items():
        added = _table(f"By {name}", *_HEAD, *_left_out(rows))
        for one in rows:
            added.add_row(one.name, *_cells(one.worked), *(_without(one.worked) for _ in _left_out(rows)))
        parts += ["", added]
    return Group(*parts, "", Text(headline(report), "bold"))


def _table(*names: str) -> Table:
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="bold")
    for name in names:
        table.add_column(name, justify="right" if name in _HEAD else "left")
    return table


def _cells(worked: Worked | Sum) -> list[Text]:
    told = [_told(minutes) for minutes in (worked.planned, worked.wonolo, worked.wheniwork)]
    return [*told, Text(_signed(worked.difference), "yellow")]


def _told(minutes: int | None) -> Text:
    return Text("unknown", "yellow") if minutes is None else Text(wording.hours(minutes))


def _left_out(rows: Iterable[Total]) -> tuple[str, ...]:
    """The head of the column that says of how many Jobs hours are not known, if of any."""
    return ("Left out",) if any(_without(row.worked) for row in rows) else ()


def _without(total: Sum) -> str:
    sides = (("Wonolo", total.without_wonolo), ("When I Work", total.without_wheniwork))
    return ", ".join(f"{count} in {side}" for side, count in sides if count)


def _signed(minutes: int | None) -> str:
    return f"{'+' if minutes > 0 else '-'}{wording.hours(abs(minutes))}" if minutes else ""


def _state(row: HoursRow) -> str:
    return f"{row.state} ({row.note})" if row.note else row.state


def headline(report: HoursReport) -> str:
    """The whole report in one sentence."""
    differing = sum(1 for row in report.rows if row.worked.difference)
    unknown = sum(1 for row in report.rows if row.worked.difference is None)
    total = summed(row.worked for row in report.rows)
    told = f"{_told(total.wonolo)} in Wonolo, {_told(total.wheniwork)} in When I Work"
    jobs = "1 job" if len(report.rows) == 1 else f"{len(report.rows)} jobs"
    compared = f"the hours of {differing} differ" if differing else "all hours agree"
    if unknown:
        agree = "no others differ" if len(report.rows) > unknown else ""
        rest = f"the hours of {unknown} are not known and left out"
        compared = "; ".join(filter(None, (compared if differing else agree, rest)))
    return f"{jobs}: {told}; {compared}."


def as_markdown(report: HoursReport) -> str:
    """The hours as a page of Markdown."""
    lines = [f"# Hours of {report.pair}", "", headline(report) if report.rows else "No work was over in these days."]
    rows = [(f"{row.day:%a %d %b}", row.worker, row.place, *_words(row.worked), _state(row)) for row in report.rows]
    lines += _page(("Day", "Worker", "Place", *_HEAD, "State"), rows) if rows else []
    for name, added in report.totals().items():
        head = (f"By {name}", *_HEAD, *_left_out(added))
        cells = [(row.name, *_words(row.worked), *(_without(row.worked) for _ in _left_out(added))) for row in added]
        lines += _page(head, cells) if added else []
    return "\n".join(lines) + "\n"


def _words(worked: Worked | Sum) -> list[str]:
    return [cell.plain for cell in _cells(worked)]


def _page(head: Iterable[str], rows: Iterable[Iterable[str]]) -> list[str]:
    names = list(head)
    cells = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    lines = [f"| {' | '.join(row)} |" for row in (names, *cells)]
    return ["", lines[0], f"|{'---|' * len(names)}", *lines[1:]]


def as_json(report: HoursReport) -> str:
    """The hours as one JSON object, in minutes; the format is documented in docs/hours.md."""
    document = {
        "version": VERSION,
        "pair": report.pair,
        "rows": [_row(row) for row in report.rows],
        "totals": {
            name: [{"name": row.name, **_minutes(row.worked), **_missing(row.worked)} for row in rows]
            for name, rows in report.totals().items()
        },
    }
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def _row(row: HoursRow) -> dict[str, Any]:
    names = ("job", "key", "worker", "place", "skill", "day", "state", "note")
    return {name: getattr(row, name) for name in names} | _minutes(row.worked)


def _minutes(worked: Worked | Sum) -> dict[str, int | None]:
    return {
        "planned": worked.planned,
        "wonolo": worked.wonolo,
        "wheniwork": worked.wheniwork,
        "difference": worked.difference,
    }


def _missing(total: Sum) -> dict[str, int]:
    return {"without_wonolo": total.without_wonolo, "without_wheniwork": total.without_wheniwork}
