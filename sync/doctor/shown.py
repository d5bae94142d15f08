"""Findings for people and for programs."""

from collections import Counter
from collections.abc import Sequence

import msgspec
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from sync.doctor.finding import Finding, Level

_SIGNS: dict[Level, tuple[str, str]] = {
    "ok": ("+", "green"),
    "note": (".", "dim"),
    "warning": ("?", "yellow"),
    "error": ("x", "bold red"),
}


def as_text(findings: Sequence[Finding]) -> RenderableType:
    """One line for each finding, and below it what to do."""
    table = Table.grid(padding=(0, 2, 0, 0), expand=True)
    table.add_column(width=1)
    table.add_column(width=17)
    table.add_column(ratio=1)
    area = None
    for finding in findings:
        sign, style = _SIGNS[finding.level]
        text = Text.assemble((finding.text, "" if finding.level in ("ok", "note") else style))
        if finding.todo:
            text.append(f"\n{finding.todo}")
        table.add_row(Text(sign, style), Text("" if finding.area == area else finding.area), text)
        area = finding.area
    return Group("", table, "", Text(_summary(findings), "bold"))


def as_markdown(findings: Sequence[Finding]) -> str:
    """A list item for each finding."""
    lines = [
        f"- **{finding.level}** {finding.area}: {finding.text}" + (f" - {finding.todo}" if finding.todo else "")
        for finding in findings
    ]
    return "\n".join(["# Doctor", "", _summary(findings), "", *lines]) + "\n"


def as_json(findings: Sequence[Finding]) -> str:
    """One object: `findings` with level, area, text and todo."""
    document = {"version": 1, "findings": findings}
    return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"


def _summary(findings: Sequence[Finding]) -> str:
    counts = Counter(finding.level for finding in findings)
    if not counts["error"] and not counts["warning"]:
        return "Nothing is wrong."
    errors = f"{counts['error']} error{'s' * (counts['error'] != 1)}"
    return f"{errors}, {counts['warning']} warning{'s' * (counts['warning'] != 1)}."
