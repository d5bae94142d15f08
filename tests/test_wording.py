"""Plans in words: times on the wall of the place, names instead of keys."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from mappings.model import Worker
from sync.plan import wording
from sync.plan.model import FieldChange
from tests.factories import ANA, BEN, CHICAGO, PEOPLE, RULES, START, demand


@pytest.mark.parametrize(
    ("start", "hours", "told"),
    [
        (START, 8, "Picker at Harbor, Sat 14 Mar 08:00-16:00"),
        (datetime(2026, 3, 8, 7, 30, tzinfo=UTC), 2, "Picker at Harbor, Sun 08 Mar 01:30-04:30"),
        (datetime(2026, 11, 1, 6, 30, tzinfo=UTC), 2, "Picker at Harbor, Sun 01 Nov 01:30-02:30"),
        (datetime(2026, 3, 15, 3, 0, tzinfo=UTC), 8, "Picker at Harbor, Sat 14 Mar 22:00-Sun 15 Mar 06:00"),
    ],
)
def test_a_demand_in_one_line(start: datetime, hours: int, told: str) -> None:
    """Also on nights when clocks change, and across midnight."""
    assert wording.subject(demand(start=start, end=start + timedelta(hours=hours)), RULES) == told


@pytest.mark.parametrize(
    ("worker", "told"),
    [
        (ANA, "Ana R."),
        (Worker("wonolo:5", "Ana", ""), "Ana"),
        (Worker("wonolo:5", "", "Reyes"), "R."),
        (Worker("wonolo:5", "", ""), "wonolo:5"),
    ],
)
def test_a_person_in_short(worker: Worker, told: str) -> None:
    """The key where nothing better is known."""
    assert wording.short(worker) == wording.person(worker.key, {worker.key: worker}) == told


def test_people_come_in_a_stable_order() -> None:
    """Who is not known goes by the key."""
    assert wording.names({BEN.key, ANA.key, "wonolo:1"}, PEOPLE) == "wonolo:1, Ana R., Ben O."
    assert wording.names((), PEOPLE) == "nobody"


def test_every_field_of_a_demand_in_words() -> None:
    """In the order of the table of owners."""
    later = START + timedelta(hours=1)
    after = demand(
        place="Depot",
        skill="Cook",
        start=later,
        end=later + timedelta(hours=9),
        break_minutes=45,
        title="Dock 4",
        headcount=3,
        workers=frozenset({ANA.key}),
    )
    assert wording.edits(demand(), after, RULES, PEOPLE) == (
        FieldChange("place", "Harbor", "Depot"),
        FieldChange("skill", "Picker", "Cook"),
        FieldChange("start", "Sat 14 Mar 09:00", "Sat 14 Mar 10:00"),
        FieldChange("end", "Sat 14 Mar 17:00", "Sat 14 Mar 19:00"),
        FieldChange("unpaid break", "30 min", "45 min"),
        FieldChange("title", "", "Dock 4"),
        FieldChange("seats", "2", "3"),
        FieldChange("workers", "nobody", "Ana R."),
    )


def test_what_a_side_cannot_say_is_no_edit() -> None:
    """Wonolo has no break."""
    assert wording.edits(demand(break_minutes=None), demand(), RULES, PEOPLE) == ()
    assert wording.edits(demand(), demand(break_minutes=None), RULES, PEOPLE) == ()


def test_edits_in_a_sentence() -> None:
    """Who changed what."""
    changes = (FieldChange("title", "", "Dock 4"), FieldChange("seats", "2", "3"))
    assert wording.sentence(changes, "wheniwork") == "title none -> Dock 4; seats 2 -> 3 in When I Work"
    assert wording.sentence([FieldChange("title", "Dock 4", "")], "wonolo") == "title Dock 4 -> none in Wonolo"
    assert wording.side("wonolo") == "Wonolo"


def test_an_instant_on_a_wall_of_ones_choice() -> None:
    """Any pattern, any zone."""
    assert wording.wall(START, CHICAGO) == "Sat 14 Mar 08:00"
    assert wording.wall(START, "UTC", "%H:%M") == "13:00"


def test_a_length_of_work_is_said_in_hours_and_minutes() -> None:
    """What is zero is left out, but for no time at all."""
    assert [wording.hours(minutes) for minutes in (480, 450, 45, 0)] == ["8 h", "7 h 30 min", "45 min", "0 min"]
