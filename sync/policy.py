"""Who owns what in one pair, as people and programs read it, marking what the pair decides itself."""

import msgspec
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from mappings.model import NAMES, Stage
from mappings.overriding import WORKER, sections
from mappings.ownership import OWNERSHIP, Ownership, Right
from sync.plan.wording import label

LEGEND = (
    "The owner's value wins where both sides changed a field; what one side alone changed is copied. "
    "Nobody: nothing is written, and a difference is a conflict. Ask: a change waits for a yes. "
    "* = decided in this configuration."
)

_ASKS = {"always": ", ask", "down": ", ask for fewer", "never": ""}


class Cell(msgspec.Struct, frozen=True):
    """What a field may do at a stage; `stage` is None for contact data, which has no stages."""

    field: str
    stage: Stage | None
    right: Right
    overridden: bool

    @property
    def words(self) -> str:
        """The cell as people read it, with a star where the pair decides otherwise than the default."""
        owner = NAMES[self.right.owner] if self.right.owner else "nobody"
        return f"{owner}{_ASKS[self.right.needs_yes]}{' *' if self.overridden else ''}"


class Policy(msgspec.Struct, frozen=True):
    """The rights of a pair, field by field, stage by stage."""

    pair: str
    cells: tuple[Cell, ...]

    def rows(self) -> dict[str, dict[Stage | None, Cell]]:
        """The cells by field and stage."""
        rows: dict[str, dict[Stage | None, Cell]] = {}
        for cell in self.cells:
            rows.setdefault(cell.field, {})[cell.stage] = cell
        return rows


def named(field: str) -> str:
    """A field as reports call it, and how the configuration spells it where that is something else."""
    said = label(field)
    return said if said == field else f"{said} ({field})"


def read_policy(pair: str, ownership: Ownership) -> Policy:
    """The rights of a pair beside those that hold by default."""
    default = sections(OWNERSHIP)
    return Policy(
        pair,
        tuple(
            Cell(field, None if section == WORKER else Stage(section), right, right != default[section][field])
            for section, rights in sections(ownership).items()
            for field, right in rights.items()
        ),
    )


def as_text(policy: Policy) -> RenderableType:
    """The policy as a matrix that rich prints at any width."""
    table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
    for name in ("", *Stage):
        table.add_column(name, header_style="bold")
    for field, cells in policy.rows().items():
        table.add_row(Text(named(field), "bold"), *(_styled(cell) for cell in _by_stage(cells)))
    return Group("", Text(policy.pair, "bold"), "", table, "", Text(LEGEND, "dim"))


def _by_stage(cells: dict[Stage | None, Cell]) -> list[Cell | None]:
    """A cell for each stage, None where there is none; contact data says in the first what holds at every stage."""
    return [cells[None], None, None, None, None] if None in cells else [cells.get(stage) for stage in Stage]


def _styled(cell: Cell | None) -> Text:
    if cell is None:
        return Text()
    return Text(cell.words, "magenta" if cell.overridden else "" if cell.right.owner else "dim")


def as_markdown(policy: Policy) -> str:
    """The policy as a page of Markdown."""
    head = [f"# Policy of {policy.pair}", "", f"| | {' | '.join(Stage)} |", f"|---{'|---' * len(Stage)}|"]
    rows = []
    for field, cells in policy.rows().items():
        words = (cell.words.replace("*", "\\*") if cell else "" for cell in _by_stage(cells))
        rows.append(f"| {named(field)} | {' | '.join(words)} |")
    return "\n".join([*head, *rows, "", LEGEND.replace("*", "\\*")]) + "\n"


def as_json(policy: Policy) -> str:
    """The policy as one JSON object; the format is documented in docs/report.md."""
    cells = [
        {
            "field": cell.field,
            "stage": cell.stage,
            "owner": cell.right.owner,
            "ask": {"always": "always", "down": "for fewer", "never": "never"}[cell.right.needs_yes],
            "overridden": cell.overridden,
        }
        for cell in policy.cells
    ]
    document = {"version": 1, "pair": policy.pair, "cells": cells}
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"
