"""The policy that a pair prints: a matrix, with what the pair decides otherwise marked."""

from __future__ import annotations

import io
import json
from typing import Any

import pytest
from rich.console import Console

from mappings.model import Stage
from mappings.overriding import sections
from sync.config.ownership import OwnershipSection
from sync.policy import Policy, as_json, as_markdown, as_text, read_policy

LEGEND = """\
The owner's value wins where both sides changed a field; what one side alone changed is copied.
Nobody: nothing is written, and a difference is a conflict. Ask: a change waits for a yes. * =
decided in this configuration."""


def policy(**decided: dict[str, str]) -> Policy:
    """The policy of a pair that decides this itself."""
    return read_policy("main", OwnershipSection(**decided).table)


def test_the_policy_is_a_matrix_of_fields_and_stages() -> None:
    """A star marks what the configuration decides, also where it repeats nothing."""
    console = Console(file=io.StringIO(), width=100, force_terminal=False)
    console.print(
        as_text(policy(locked={"headcount": "wonolo", "start": "wheniwork, ask"}, worker={"email": "nobody"}))
    )
    assert isinstance(console.file, io.StringIO)
    assert "\n".join(line.rstrip() for line in console.file.getvalue().splitlines()) == (
        f"""
main

                              open         locked            running  done    settled
place                         When I Work  When I Work, ask  nobody   nobody  nobody
skill                         When I Work  When I Work, ask  nobody   nobody  nobody
start                         When I Work  When I Work, ask  nobody   nobody  nobody
end                           When I Work  When I Work, ask  nobody   nobody  nobody
unpaid break (break_minutes)  When I Work  When I Work, ask  nobody   nobody  nobody
title                         When I Work  When I Work, ask  nobody   nobody  nobody
seats (headcount)             When I Work  Wonolo *          nobody   nobody  nobody
workers                       Wonolo       Wonolo            Wonolo   Wonolo  nobody
actual_start                                                 Wonolo   Wonolo  nobody
actual_end                                                   Wonolo   Wonolo  nobody
actual_break                                                 Wonolo   Wonolo  nobody
name                          Wonolo
email                         nobody *
phone                         Wonolo

{LEGEND}"""
    )


def test_the_policy_as_markdown_is_a_table() -> None:
    """Stars are not read as emphasis."""
    page = as_markdown(policy(locked={"headcount": "wheniwork, ask"})).splitlines()
    assert page[:4] == [
        "# Policy of main",
        "",
        "| | open | locked | running | done | settled |",
        "|---|---|---|---|---|---|",
    ]
    assert "| seats (headcount) | When I Work | When I Work, ask \\* | nobody | nobody | nobody |" in page
    assert "| actual_end |  |  | Wonolo | Wonolo | nobody |" in page
    assert page[-1].endswith("\\* = decided in this configuration.")


def test_the_policy_as_json_has_every_cell_once() -> None:
    """Contact data has no stage."""
    document = json.loads(as_json(policy(locked={"title": "nobody"})))
    cells: list[dict[str, Any]] = document["cells"]
    assert (document["version"], document["pair"]) == (1, "main")
    assert [(cell["stage"] or "worker", cell["field"]) for cell in cells] == [
        (section, field) for section, rights in sections().items() for field in rights
    ]
    assert [cell for cell in cells if cell["overridden"]] == [
        {"field": "title", "stage": "locked", "owner": None, "ask": "never", "overridden": True}
    ]
    assert [cell["ask"] for cell in cells if cell["field"] == "headcount"] == [
        "never",
        "for fewer",
        "never",
        "never",
        "never",
    ]


@pytest.mark.parametrize("stage", Stage)
def test_a_configuration_that_decides_nothing_has_the_default(stage: Stage) -> None:
    """Nothing is marked."""
    assert not [cell for cell in policy().cells if cell.stage == stage and cell.overridden]
