"""Every answer that a report asks for is typed, as it is printed, and must be heeded by the next plan."""

from __future__ import annotations

import io
import re
import shlex

import msgspec
from rich.console import Console

from mappings.decision import NO, YES, Decision
from sync.cli.answers import answers
from sync.plan import Change, Plan, Snapshot, make_plan
from sync.report import as_markdown, as_text, of_plan
from tests.factories import NOW

_COMMAND = re.compile(r"`(shiftbridge (?:approve|refuse|resolve|undo|match) [^`]*|shiftbridge match)`")


def commands(text: str) -> list[list[str]]:
    """Return the commands that a rendered report prints to answer something, each as a shell would split it."""
    lines = [line for line in text.splitlines() if "To decide: " in line]
    return [shlex.split(found)[1:] for line in lines for found in _COMMAND.findall(line)]


def rendered(plan: Plan) -> str:
    """Return a plan as a terminal shows it; Markdown must print the same commands."""
    report = of_plan(plan, "main")
    console = Console(width=100, file=io.StringIO(), highlight=False)
    console.print(as_text(report), crop=False)
    text = str(console.file.getvalue())  # type: ignore[attr-defined]  # the file is a StringIO
    assert commands(text) == commands(as_markdown(report).replace("<br>", "\n").replace(" | ", "\n"))
    return text


def unanswerable(snapshot: Snapshot) -> list[str]:
    """Return what the report of a snapshot's plan prints or asks and a person cannot answer, with the reason."""
    plan = make_plan(snapshot)
    found = commands(rendered(plan))
    printed = {arguments[1] for arguments in found if len(arguments) > 1}
    wrong = [f"{row.code or row.action} asks and prints no command" for row in plan.changes if _is_mute(row, printed)]
    return wrong + [problem for arguments in found if (problem := _refused(arguments, plan, snapshot))]


def _is_mute(row: Change, printed: set[str]) -> bool:
    return row.verdict in ("hold", "conflict") and row.key[:6] not in printed


def _refused(arguments: list[str], plan: Plan, snapshot: Snapshot) -> str:
    """Return why an answer is not taken, or not applied by the next plan; empty if it is."""
    verb, *rest = arguments
    if verb == "match":
        return "" if plan.doubts else "match is asked for and nothing is in doubt"
    choice = {"approve": YES, "refuse": NO}.get(verb) or rest[1]
    ((change, code),) = answers(plan.changes, {rest[0]: choice})
    said = Decision(change.key, change.facts, code, "Dana", NOW)
    after = make_plan(msgspec.structs.replace(snapshot, decisions={**snapshot.decisions, change.key: said}))
    still = [row for row in after.waiting if row.key == change.key]
    if change.key in after.void or still:
        return f"{shlex.join(arguments)}: {change.code or change.action} waits as before"
    return ""
