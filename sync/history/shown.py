"""A history as people and programs read it; times on the wall of the place."""

import msgspec
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from sync.history.reading import History
from sync.history.timeline import Event
from sync.plan.model import FieldChange
from sync.plan.wording import wall

_ARROW = " \N{RIGHTWARDS ARROW} "
_NOTHING = "Nobody changed it since it was seen first."


def as_text(history: History) -> RenderableType:
    """The history as something rich prints at any width."""
    table = Table.grid(padding=(0, 2, 1, 0), expand=True)
    table.add_column(width=21)
    table.add_column(ratio=1)
    for event in history.events:
        table.add_row(Text(_when(event, history)), _lines(event))
    head = Text(history.subject, "bold").append(f"  times in {history.zone}\n", "dim")
    hints = [Text(hint, "dim") for hint in history.hints]
    return Group("", head, table if history.events else Text(_NOTHING), *hints)


def _when(event: Event, history: History) -> str:
    return wall(event.at, history.zone, "%a %d %b %Y %H:%M")


def _lines(event: Event) -> Text:
    text = Text(event.who, "bold cyan").append(f": {event.what}", "default not bold")
    if event.fields:
        text.append(f"\n{_fields(event.fields)}", "default not bold")
    for label, value in (("why", event.why), ("evidence", event.evidence)):
        if value:
            text.append(f"\n{label}: {_arrows(value)}", "dim not bold")
    return text


def _fields(fields: tuple[FieldChange, ...]) -> str:
    return ", ".join(_field(field) for field in fields)


def _field(field: FieldChange) -> str:
    if field.before and field.after:
        return f"{field.name}: {field.before}{_ARROW}{field.after}"
    return f"{field.name}: {field.after or field.before}"


def _arrows(text: str) -> str:
    return text.replace(" -> ", _ARROW)


def as_markdown(history: History) -> str:
    """The history as a page of Markdown."""
    head = [f"# {history.subject}", "", f"Times in {history.zone}.", ""]
    rows = ["| When | Who | What | Why | Evidence |", "|---|---|---|---|---|"]
    for event in history.events:
        what = "; ".join(filter(None, (event.what, _fields(event.fields))))
        cells = (_when(event, history), event.who, what, _arrows(event.why), event.evidence)
        rows.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
    hints = ["", *(f"- {hint}" for hint in history.hints)] if history.hints else []
    return "\n".join([*head, *(rows if history.events else [_NOTHING]), *hints]) + "\n"


def as_json(history: History) -> str:
    """The history as one JSON object; instants in UTC."""
    return msgspec.json.format(msgspec.json.encode(history), indent=2).decode() + "\n"
