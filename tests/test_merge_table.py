"""The table of the merge, written out: every stage, every field, every row; and what a pair decides otherwise."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from itertools import product
from typing import Any, Literal

import msgspec
import pytest

from mappings.link import LinkedDemand
from mappings.model import Stage
from mappings.overriding import assembled, overridden, sections
from mappings.ownership import OWNERSHIP, Field, Ownership
from sync.plan import Policy, Snapshot, make_plan
from sync.plan.merge import Merged, merge
from tests.factories import ANA, BEN, CAT, RULES, START, demand, held, job, job_request, linked, snapshot

Row = Literal["nobody", "both alike", "Wonolo", "When I Work", "both"]
ROWS: tuple[Row, ...] = ("nobody", "both alike", "Wonolo", "When I Work", "both")
"""Who changed the field since both sides agreed."""

VALUES: dict[Field, tuple[Any, Any, Any]] = {
    "place": ("Harbor", "Depot", "Moon"),
    "skill": ("Picker", "Packer", "Cook"),
    "start": (START, START + timedelta(hours=1), START - timedelta(hours=1)),
    "end": (START + timedelta(hours=8), START + timedelta(hours=9), START + timedelta(hours=7)),
    "break_minutes": (30, 45, 60),
    "title": ("Dock 4", "Dock 5", ""),
    "headcount": (5, 4, 3),
    "workers": (frozenset({ANA.key}), frozenset({ANA.key, BEN.key}), frozenset({CAT.key})),
}
"""What was agreed, what Wonolo says now if it changed, what When I Work says now if it changed."""

COPIES = ("same", "same", "copied Wonolo", "copied When I Work", "overruled When I Work")
WAITS = ("same", "same", "copied Wonolo, waits", "copied When I Work, waits", "overruled When I Work, waits")
CLASHES = ("same", "same", "clash", "clash", "clash")
JOINS = ("same", "same", "copied Wonolo", "copied When I Work", "joined")

TABLE = {
    "place": (COPIES, WAITS, CLASHES, CLASHES, CLASHES),
    "skill": (COPIES, WAITS, CLASHES, CLASHES, CLASHES),
    "start": (COPIES, WAITS, CLASHES, CLASHES, CLASHES),
    "end": (COPIES, WAITS, CLASHES, CLASHES, CLASHES),
    "break_minutes": (COPIES, WAITS, CLASHES, CLASHES, CLASHES),
    "title": (COPIES, WAITS, CLASHES, CLASHES, CLASHES),
    "headcount": (COPIES, WAITS, CLASHES, CLASHES, CLASHES),
    "workers": (JOINS, JOINS, JOINS, JOINS, CLASHES),
}
"""Field by field, stage by stage, row by row (headcounts that fall)."""

NAMES = {"wonolo": "Wonolo", "wheniwork": "When I Work"}


def came_of(field: Field, stage: Stage, row: Row, ownership: Ownership = OWNERSHIP) -> str:
    """What becomes of one field, in a word or two."""
    agreed, ours, theirs = VALUES[field]
    wonolo = ours if row in ("Wonolo", "both", "both alike") else agreed
    wheniwork = {"When I Work": theirs, "both": theirs, "both alike": ours}.get(row, agreed)
    base = msgspec.structs.replace(demand(headcount=5), **{field: agreed})
    one, other = (msgspec.structs.replace(base, **{field: value}) for value in (wonolo, wheniwork))
    merged = merge(base, one, other, ownership.demand[stage])
    assert {beside.outcome for name, beside in merged.items() if name != field} == {"same"}
    return _said(merged[field], wonolo, wheniwork)


def _said(merged: Merged, wonolo: Any, wheniwork: Any) -> str:
    if merged.outcome in ("same", "clash"):
        assert merged.outcome == "clash" or merged.value == wonolo == wheniwork
        return merged.outcome
    if merged.value not in (wonolo, wheniwork):
        assert merged.value == frozenset({BEN.key, CAT.key})
        return "joined"
    assert merged.source
    assert merged.value == (wonolo if merged.source == "wonolo" else wheniwork)
    return f"{merged.outcome} {NAMES[merged.source]}{', waits' if merged.waits else ''}"


@pytest.mark.parametrize(("field", "stage"), [*product(TABLE, Stage)])
def test_every_field_at_every_stage_merges_as_written(field: Any, stage: Stage) -> None:
    """One line of the table."""
    expected = TABLE[field][list(Stage).index(stage)]
    assert tuple(came_of(field, stage, row) for row in ROWS) == expected


DECIDED = [
    ("open", "start", "wonolo", (*COPIES[:4], "overruled Wonolo")),
    ("open", "start", "wonolo, ask", (*WAITS[:4], "overruled Wonolo, waits")),
    ("open", "start", "nobody", CLASHES),
    ("locked", "start", "wheniwork", COPIES),
    ("locked", "headcount", "wonolo, ask for fewer", (*WAITS[:4], "overruled Wonolo, waits")),
    ("open", "break_minutes", "nobody", CLASHES),
    ("running", "end", "wheniwork", COPIES),
    ("running", "headcount", "wheniwork, ask", WAITS),
    ("done", "workers", "nobody", CLASHES),
]


@pytest.mark.parametrize(("section", "field", "right", "expected"), DECIDED)
def test_what_a_pair_decides_otherwise_counts_in_its_cell_alone(
    section: str, field: Any, right: str, expected: tuple[str, ...]
) -> None:
    """All other cells stay as they are."""
    ownership = assembled(sections() | {section: overridden(section, {field: right})})
    assert tuple(came_of(field, Stage(section), row, ownership) for row in ROWS) == expected
    others = [(other, stage) for other, stage in product(VALUES, Stage) if (other, stage) != (field, section)]
    assert {key: ownership.demand[key[1]][key[0]] for key in others} == {
        key: OWNERSHIP.demand[key[1]][key[0]] for key in others
    }


JOB_STATES = {Stage.RUNNING: "in_progress", Stage.DONE: "completed", Stage.SETTLED: "approved"}
MOMENTS = {Stage.OPEN: -72, Stage.LOCKED: -6, Stage.RUNNING: 1, Stage.DONE: 9, Stage.SETTLED: 20}
"""Hours after the start."""


def at(stage: Stage, link: LinkedDemand) -> Snapshot:
    """The link at a stage of its life."""
    return snapshot(link, now=START + timedelta(hours=MOMENTS[stage]))


def both(stage: Stage, wonolo: Mapping[str, Any], shifts: list[dict[str, Any]]) -> Snapshot:
    """A demand of Ana's, with her Job as it is at the stage."""
    request = job_request(slots=1, state="filled") | dict(wonolo)
    state = "cancelled" if request["state"] == "cancelled" else JOB_STATES.get(stage, "filled")
    base = demand(headcount=1, workers=frozenset({ANA.key}))
    return at(stage, linked(base, request, jobs=[job(state=state)], shifts=shifts))


CANCELLED = {"state": "cancelled"}
EDITED = {"duration": 540}
SEAT, EDITED_SEAT = held(), held(notes="Dock 4")

DELETED = [
    # Wonolo, When I Work, what is done at each stage
    (CANCELLED, [SEAT], ["delete do"] * 5),
    (CANCELLED, [EDITED_SEAT], ["none conflict"] * 3 + ["none skip"] * 2),
    ({}, [], ["delete do", "delete hold", "none skip", "none skip", "none skip"]),
    (EDITED, [], ["none conflict", "none conflict", "none skip", "none skip", "none skip"]),
    (CANCELLED, [], ["unlink do"] * 5),
]


@pytest.mark.parametrize(("wonolo", "shifts", "expected"), DELETED)
def test_deleted_on_one_side_or_both(wonolo: dict[str, Any], shifts: list[dict[str, Any]], expected: list[str]) -> None:
    """The last three rows of the table: gone with the other side, a conflict where that was edited, or forgotten."""
    found = [
        [f"{row.action} {row.verdict}" for row in make_plan(both(stage, wonolo, shifts)).changes] for stage in Stage
    ]
    assert found == [[row] for row in expected]


def test_a_pair_that_lets_the_end_move_while_work_runs_sends_it() -> None:
    """Seen through the whole planner, and only with that policy."""
    longer = held(end_time="Sat, 14 Mar 2026 16:00:00 -0600")
    seen = both(Stage.RUNNING, {}, [longer])
    table = assembled(sections() | {"running": overridden("running", {"end": "wheniwork"})})
    (change,) = make_plan(msgspec.structs.replace(seen, policy=Policy(RULES, ownership=table))).changes
    assert (change.action, change.verdict, change.payload) == ("update", "do", {"duration": 540, "wage": 170.0})
    assert [row.verdict for row in make_plan(seen).changes] == ["conflict"]
