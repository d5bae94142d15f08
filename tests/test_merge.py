"""The merge: the whole decision table, field by field, and the laws of merging and of moving the base."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.model import Demand, Stage
from mappings.ownership import FIELDS, OWNERSHIP, Field, Right
from sync.plan.merge import Merged, Wrote, applied, differing, followed, merge, rebased
from tests.factories import ANA, BEN, CAT, START, demand
from tests.strategies import demands

OPEN, LOCKED, RUNNING, DONE, SETTLED = Stage
VALUES: dict[Field, tuple[Any, Any, Any]] = {
    "place": ("Harbor", "Depot", "Moon"),
    "skill": ("Picker", "Packer", "Cook"),
    "start": (START, START + timedelta(hours=1), START - timedelta(hours=1)),
    "end": (START + timedelta(hours=8), START + timedelta(hours=9), START + timedelta(hours=7)),
    "break_minutes": (30, 45, 60),
    "title": ("Dock 4", "Dock 5", ""),
    "headcount": (5, 6, 7),
}
"""What was agreed, and two other values."""


def merged_field(name: Field, stage: Stage, agreed: Any, ours: Any, theirs: Any) -> Merged:
    """The merge of one field, everything else being as agreed."""
    base, wonolo, wheniwork = (demand(headcount=5) for _ in range(3))
    base = msgspec.structs.replace(base, **{name: agreed})
    wonolo = msgspec.structs.replace(base, **{name: ours})
    wheniwork = msgspec.structs.replace(base, **{name: theirs})
    merged = merge(base, wonolo, wheniwork, OWNERSHIP.demand[stage])
    others = {row.field: row for row in merged.values() if row.field != name}
    assert all(row.outcome == "same" for row in others.values())
    return merged[name]


DESCRIPTION = [name for name in VALUES if name != "headcount"]


@pytest.mark.parametrize("name", VALUES)
@pytest.mark.parametrize("stage", Stage)
def test_a_field_nobody_changed_stays(name: Field, stage: Stage) -> None:
    """Same and same."""
    agreed, _, _ = VALUES[name]
    assert merged_field(name, stage, agreed, agreed, agreed) == Merged(name, "same", agreed)


@pytest.mark.parametrize("name", VALUES)
@pytest.mark.parametrize("stage", Stage)
def test_a_field_both_changed_alike_is_never_a_conflict(name: Field, stage: Stage) -> None:
    """Equality comes first, whoever owns the field."""
    agreed, other, _ = VALUES[name]
    assert merged_field(name, stage, agreed, other, other) == Merged(name, "same", other)


@pytest.mark.parametrize("name", DESCRIPTION)
@pytest.mark.parametrize(("stage", "waits"), [(OPEN, False), (LOCKED, True)])
def test_a_field_one_side_changed_is_copied_and_one_both_changed_is_the_owners(
    name: Field,
    stage: Stage,
    waits: bool,  # noqa: FBT001  (a column of a table)
) -> None:
    """Near the start each waits for a yes."""
    agreed, one, another = VALUES[name]
    assert merged_field(name, stage, agreed, one, agreed) == Merged(name, "copied", one, "wonolo", waits)
    assert merged_field(name, stage, agreed, agreed, one) == Merged(name, "copied", one, "wheniwork", waits)
    assert merged_field(name, stage, agreed, one, another) == Merged(name, "overruled", another, "wheniwork", waits)


@pytest.mark.parametrize("name", VALUES)
@pytest.mark.parametrize("stage", [RUNNING, DONE, SETTLED])
def test_a_field_that_nobody_may_change_any_more_clashes(name: Field, stage: Stage) -> None:
    """Whoever changed it: a person has to settle it."""
    agreed, one, another = VALUES[name]
    for ours, theirs in ((one, agreed), (agreed, one), (one, another)):
        assert merged_field(name, stage, agreed, ours, theirs) == Merged(name, "clash")


HEADCOUNTS = [
    (OPEN, 5, 6, 5, Merged("headcount", "copied", 6, "wonolo")),
    (OPEN, 5, 5, 4, Merged("headcount", "copied", 4, "wheniwork")),
    (OPEN, 5, 6, 4, Merged("headcount", "overruled", 4, "wheniwork")),
    (LOCKED, 5, 6, 5, Merged("headcount", "copied", 6, "wonolo")),
    (LOCKED, 5, 5, 6, Merged("headcount", "copied", 6, "wheniwork")),
    (LOCKED, 5, 4, 5, Merged("headcount", "copied", 4, "wonolo", waits=True)),
    (LOCKED, 5, 5, 4, Merged("headcount", "copied", 4, "wheniwork", waits=True)),
    (LOCKED, 5, 4, 6, Merged("headcount", "overruled", 6, "wheniwork")),
    (LOCKED, 5, 6, 4, Merged("headcount", "overruled", 4, "wheniwork", waits=True)),
]


@pytest.mark.parametrize(("stage", "agreed", "ours", "theirs", "expected"), HEADCOUNTS)
def test_seats_wait_near_the_start_only_when_they_get_fewer(
    stage: Stage, agreed: int, ours: int, theirs: int, expected: Merged
) -> None:
    """More are written at once."""
    assert merged_field("headcount", stage, agreed, ours, theirs) == expected


WORKERS = [
    # base, Wonolo, When I Work, result, who is named
    ("", "a", "", "a", "wonolo"),
    ("", "", "a", "a", "wheniwork"),
    ("a", "", "a", "", "wonolo"),
    ("a", "a", "", "", "wheniwork"),
    ("a", "b", "a", "b", "wonolo"),
    ("a", "ab", "", "b", "wheniwork"),
    ("ab", "b", "a", "", "wheniwork"),
    ("a", "ab", "ac", "abc", "wheniwork"),
    ("", "a", "b", "ab", "wheniwork"),
]


def team(letters: str) -> frozenset[str]:
    """Workers by their initials."""
    return frozenset({"a": ANA.key, "b": BEN.key, "c": CAT.key}[letter] for letter in letters)


@pytest.mark.parametrize(("agreed", "ours", "theirs", "result", "source"), WORKERS)
@pytest.mark.parametrize("stage", [OPEN, LOCKED, RUNNING, DONE])
def test_workers_merge_as_a_set(stage: Stage, agreed: str, ours: str, theirs: str, result: str, source: Any) -> None:
    """Added and removed on either side; it never waits."""
    merged = merged_field("workers", stage, team(agreed), team(ours), team(theirs))
    assert merged == Merged("workers", "copied", team(result), source)


def test_workers_of_settled_work_clash() -> None:
    """Its wages are being paid."""
    assert merged_field("workers", SETTLED, team("a"), team(""), team("a")) == Merged("workers", "clash")
    assert merged_field("workers", SETTLED, team("a"), team("b"), team("b")) == Merged("workers", "same", team("b"))


def test_a_break_that_wonolo_cannot_say_is_unchanged_there() -> None:
    """None stands for what was agreed."""
    assert merged_field("break_minutes", OPEN, 30, None, 45) == Merged("break_minutes", "copied", 45, "wheniwork")
    assert merged_field("break_minutes", RUNNING, 30, None, 30) == Merged("break_minutes", "same", 30)


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ({"workers": team("ab")}, {"headcount": 1}),
        ({"workers": team("a"), "headcount": 1}, {"workers": team("b")}),
        ({"headcount": 1}, {"workers": team("ab")}),
    ],
)
def test_more_workers_than_seats_is_a_clash_of_both(ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    """Though each change alone could be copied."""
    merged = merge(demand(), demand(**ours), demand(**theirs), OWNERSHIP.demand[OPEN])
    assert {name for name, row in merged.items() if row.outcome == "clash"} == {"headcount", "workers"}
    for side in (demand(**ours), demand(**theirs)):
        assert applied(side, merged, waiting=True) == side


def test_a_clash_leaves_each_side_its_own_and_the_rest_is_applied() -> None:
    """Disjoint edits of one demand both survive."""
    wonolo, wheniwork = demand(title="Dock 4", workers=team("a")), demand(headcount=3)
    merged = merge(demand(), wonolo, wheniwork, OWNERSHIP.demand[RUNNING])
    assert applied(wonolo, merged, waiting=True) == wonolo
    assert applied(wheniwork, merged, waiting=True) == demand(headcount=3, workers=team("a"))


def test_what_waits_is_applied_only_with_a_yes() -> None:
    """What does not wait is applied anyway."""
    wheniwork = demand(start=START - timedelta(hours=1), headcount=3)
    merged = merge(demand(), demand(), wheniwork, OWNERSHIP.demand[LOCKED])
    assert applied(demand(), merged, waiting=False) == demand(headcount=3)
    assert applied(demand(), merged, waiting=True) == wheniwork


MIXED = st.frozensets(st.sampled_from(FIELDS))


def mixed(of: Demand, other: Demand, fields: frozenset[Field]) -> Demand:
    """One demand with some fields of another."""
    return msgspec.structs.replace(of, **{name: getattr(other, name) for name in fields})


@st.composite
def histories(draw: st.DrawFn) -> tuple[Demand, Demand, Demand]:
    """What was agreed, and both sides now; each may have changed any of the fields."""
    base, one, another = draw(demands()), draw(demands()), draw(demands())
    return base, mixed(base, one, draw(MIXED)), mixed(base, another, draw(MIXED))


def mirrored(rights: Mapping[Field, Right]) -> dict[Field, Right]:
    """The rights with the two systems exchanged."""
    other = {"wonolo": "wheniwork", "wheniwork": "wonolo", None: None}
    return {name: msgspec.structs.replace(right, owner=other[right.owner]) for name, right in rights.items()}


@given(histories(), st.sampled_from(Stage))
def test_the_merge_does_not_care_which_side_is_which(history: tuple[Demand, Demand, Demand], stage: Stage) -> None:
    """Exchange the sides and their rights, and the same values come out."""
    base, wonolo, wheniwork = history
    merged = merge(base, wonolo, wheniwork, OWNERSHIP.demand[stage])
    exchanged = merge(base, wheniwork, wonolo, mirrored(OWNERSHIP.demand[stage]))
    for name in FIELDS:
        one, other = merged[name], exchanged[name]
        assert (one.outcome, one.value, one.waits) == (other.outcome, other.value, other.waits)


@given(histories(), st.sampled_from(Stage))
def test_after_the_merge_both_sides_are_equal_but_for_clashes(
    history: tuple[Demand, Demand, Demand], stage: Stage
) -> None:
    """What was applied is agreed on, and merging again changes nothing."""
    base, wonolo, wheniwork = history
    merged = merge(base, wonolo, wheniwork, OWNERSHIP.demand[stage])
    ours, theirs = (applied(side, merged, waiting=True) for side in (wonolo, wheniwork))
    assert set(differing(ours, theirs)) <= {name for name, row in merged.items() if row.outcome == "clash"}
    if ours == theirs:
        agreed = rebased(base, ours, theirs)
        assert agreed == ours
        assert {row.outcome for row in merge(agreed, ours, theirs, OWNERSHIP.demand[stage]).values()} == {"same"}


@given(histories(), st.sampled_from(Stage))
def test_no_edit_is_lost(history: tuple[Demand, Demand, Demand], stage: Stage) -> None:
    """A field that one side alone changed has that value, or clashes; a worker is where somebody put them."""
    base, wonolo, wheniwork = history
    merged = merge(base, wonolo, wheniwork, OWNERSHIP.demand[stage])
    for name in FIELDS:
        row, agreed = merged[name], getattr(base, name)
        changed = {getattr(side, name) for side in (wonolo, wheniwork)} - {agreed}
        if row.outcome != "clash" and name != "workers":
            assert row.value in (changed or {agreed})
            assert row.outcome != "overruled" or len(changed) == 2
    if merged["workers"].outcome != "clash":
        added = (wonolo.workers | wheniwork.workers) - base.workers
        removed = base.workers - (wonolo.workers & wheniwork.workers)
        assert merged["workers"].value == (base.workers | added) - removed


@given(histories())
def test_the_base_moves_only_to_what_both_sides_say(history: tuple[Demand, Demand, Demand]) -> None:
    """Where they differ it stays, so that the difference is still seen as the edit it is."""
    base, wonolo, wheniwork = history
    moved = rebased(base, wonolo, wheniwork)
    for name in FIELDS:
        ours, theirs = getattr(wonolo, name), getattr(wheniwork, name)
        if name != "workers":
            assert getattr(moved, name) == (ours if ours == theirs else getattr(base, name))
    assert moved.workers >= wonolo.workers & wheniwork.workers
    assert moved.workers <= (wonolo.workers & wheniwork.workers) | (base.workers & (wonolo.workers | wheniwork.workers))
    assert rebased(moved, wonolo, wheniwork) == moved


@given(histories(), st.sampled_from(Stage))
def test_moving_the_base_changes_nothing_that_is_still_to_do(
    history: tuple[Demand, Demand, Demand], stage: Stage
) -> None:
    """The merge over the moved base has the same results."""
    base, wonolo, wheniwork = history
    before = merge(base, wonolo, wheniwork, OWNERSHIP.demand[stage])
    after = merge(rebased(base, wonolo, wheniwork), wonolo, wheniwork, OWNERSHIP.demand[stage])
    for side in (wonolo, wheniwork):
        assert applied(side, before, waiting=True) == applied(side, after, waiting=True)


def test_a_base_from_wonolo_alone_learns_the_break() -> None:
    """None counts as unchanged."""
    unknown = demand(break_minutes=None)
    assert rebased(unknown, unknown, demand()) == unknown
    assert rebased(demand(), unknown, demand()) == demand()
    assert rebased(unknown, demand(break_minutes=30), demand(break_minutes=30)) == demand(break_minutes=30)


@given(histories(), MIXED)
def test_our_own_write_is_never_read_as_an_edit(
    history: tuple[Demand, Demand, Demand], fields: frozenset[Field]
) -> None:
    """A field written to a side that still was as agreed is as agreed afterwards."""
    base, _, other = history
    fields -= {"workers", "headcount"}
    after = mixed(base, other, fields)
    assert followed(base, base, after, Wrote(fields)) == after


@given(histories(), MIXED)
def test_an_edit_beside_our_write_stays_an_edit(
    history: tuple[Demand, Demand, Demand], fields: frozenset[Field]
) -> None:
    """The base follows only in what we wrote, and only where the side still was as agreed."""
    base, before, after = history
    moved = followed(base, before, after, Wrote(fields - {"workers"}))
    for name in FIELDS:
        ours = name in fields and getattr(before, name) == getattr(base, name)
        if name != "workers":
            assert getattr(moved, name) == getattr(after if ours else base, name)
    assert moved.workers == base.workers


SEATS = [
    # agreed, before, we added, after, base afterwards
    (2, 2, 1, 3, 3),
    (2, 2, -1, 1, 1),
    (2, 2, 1, 5, 3),
    (2, 2, 0, 2, 2),
    (3, 3, 0, 1, 1),
    (2, 3, 1, 4, 2),
]


@pytest.mark.parametrize(("agreed", "before", "added", "after", "expected"), SEATS)
def test_the_base_follows_the_seats_we_wrote(agreed: int, before: int, added: int, after: int, expected: int) -> None:
    """Seats that appeared beside our write are somebody's edit; those that vanished with it are opened again."""
    moved = followed(demand(headcount=agreed), demand(headcount=before), demand(headcount=after), Wrote(seats=added))
    assert moved == demand(headcount=expected)


def test_the_base_follows_the_worker_we_wrote() -> None:
    """And nobody else who came or went meanwhile."""
    base = demand(workers=team("b"))
    assert followed(base, base, demand(workers=team("abc")), Wrote(worker=ANA.key)) == demand(workers=team("ab"))
    assert followed(base, base, demand(workers=team("a")), Wrote(worker=BEN.key)) == demand(workers=team(""))
    assert followed(base, base, base, Wrote(worker=ANA.key)) == base


def test_differing_names_the_fields_in_their_order() -> None:
    """Except those one does not ask about."""
    other = demand(workers=team("a"), start=START + timedelta(hours=1), headcount=3)
    assert differing(demand(), other) == ("start", "headcount", "workers")
    assert differing(demand(), other, but=("workers",)) == ("start", "headcount")
