"""What a pair may decide otherwise about who owns a field, and what is said about what it may not."""

from __future__ import annotations

import re

import pytest

from mappings.model import Stage
from mappings.overriding import assembled, overridden, possible, sections, spelled
from mappings.ownership import OWNERSHIP, Right

ANY_SIDE = ["wheniwork", "wheniwork, ask", "wonolo", "wonolo, ask", "nobody"]
NO_BREAK = ["wheniwork", "wheniwork, ask", "nobody"]
HEADCOUNT = [*ANY_SIDE[:2], "wheniwork, ask for fewer", *ANY_SIDE[2:4], "wonolo, ask for fewer", "nobody"]
WONOLO = ["wonolo", "nobody"]
NOBODY = ["nobody"]

POSSIBLE = {
    "place": (ANY_SIDE, ANY_SIDE, NOBODY, NOBODY, NOBODY),
    "skill": (ANY_SIDE, ANY_SIDE, NOBODY, NOBODY, NOBODY),
    "start": (ANY_SIDE, ANY_SIDE, NOBODY, NOBODY, NOBODY),
    "end": (ANY_SIDE, ANY_SIDE, ANY_SIDE, NOBODY, NOBODY),
    "break_minutes": (NO_BREAK, NO_BREAK, NO_BREAK, NOBODY, NOBODY),
    "title": (ANY_SIDE, ANY_SIDE, ANY_SIDE, NOBODY, NOBODY),
    "headcount": (HEADCOUNT, HEADCOUNT, HEADCOUNT, NOBODY, NOBODY),
    "workers": (WONOLO, WONOLO, WONOLO, WONOLO, NOBODY),
    "actual_start": (None, None, WONOLO, ANY_SIDE, NOBODY),
    "actual_end": (None, None, WONOLO, ANY_SIDE, NOBODY),
    "actual_break": (None, None, WONOLO, ANY_SIDE, NOBODY),
}
"""What may be written into each cell of the table, stage by stage; None where there is no such cell."""

SLIP = (
    "actual_end is 'wheniwork ask', but must be 'wheniwork' or 'wheniwork, ask' or 'wonolo' or 'wonolo, ask' or "
    "'nobody'; did you mean 'wheniwork, ask'?"
)


@pytest.mark.parametrize("field", POSSIBLE)
def test_each_cell_offers_what_makes_sense_there(field: str) -> None:
    """Written out, so that no choice comes or goes unnoticed."""
    rows = sections()
    found = [possible(stage, field) if field in rows[stage] else None for stage in Stage]
    assert found == list(POSSIBLE[field])


def test_contact_data_is_wonolos_or_left_alone() -> None:
    """Nothing is ever written about a worker to Wonolo."""
    assert {field: possible("worker", field) for field in sections()["worker"]} == dict.fromkeys(
        ("name", "email", "phone"), WONOLO
    )


def test_the_default_is_possible_everywhere_and_the_table_comes_back_whole() -> None:
    """What is spelled can be read again."""
    rows = sections()
    assert list(rows) == [*Stage, "worker"]
    for section, rights in rows.items():
        spellings = {field: spelled(right) for field, right in rights.items()}
        assert all(spelling in possible(section, field) for field, spelling in spellings.items())
        assert overridden(section, spellings) == rights
    assert assembled(rows) == OWNERSHIP


def test_what_is_decided_otherwise_replaces_one_cell_and_no_other() -> None:
    """Spaces do not matter."""
    rows = sections() | {"locked": overridden("locked", {"headcount": " wonolo,ask "})}
    table = assembled(rows)
    assert table.demand[Stage.LOCKED]["headcount"] == Right("wonolo", "always")
    changed = {**OWNERSHIP.demand[Stage.LOCKED], "headcount": Right("wonolo", "always")}
    assert table.demand == {**OWNERSHIP.demand, Stage.LOCKED: changed}
    assert (table.times, table.contacts) == (OWNERSHIP.times, OWNERSHIP.contacts)


@pytest.mark.parametrize(
    ("section", "field", "text", "said"),
    [
        ("open", "headcnt", "wonolo", "there is no field headcnt; did you mean headcount?"),
        ("worker", "rating", "wonolo", "there is no field rating; there are name, email, phone"),
        ("done", "actual_end", "wheniwork ask", SLIP),
        ("open", "workers", "me", "workers is 'me', but must be 'wonolo' or 'nobody'"),
        (
            "settled",
            "start",
            "wheniwork",
            "start cannot be 'wheniwork': the hours are approved and being paid, so nobody may change it",
        ),
        ("done", "end", "wonolo", "end cannot be 'wonolo': the work is over: what still counts are the hours worked"),
        ("running", "start", "wheniwork", "start cannot be 'wheniwork': the workers are there, and it has begun"),
        (
            "running",
            "actual_end",
            "wheniwork",
            "actual_end cannot be 'wheniwork': while somebody works, only the clock in Wonolo counts",
        ),
        (
            "open",
            "workers",
            "wheniwork",
            "workers cannot be 'wheniwork': who came or left on either side counts, so there is nothing to overrule",
        ),
        (
            "open",
            "break_minutes",
            "wonolo, ask",
            "break_minutes cannot be 'wonolo, ask': Wonolo has no field for an unpaid break",
        ),
        (
            "worker",
            "email",
            "wheniwork",
            "email cannot be 'wheniwork': workers tell Wonolo themselves, and nothing of it is written there",
        ),
        ("open", "end", "wonolo, ask for fewer", "end cannot be 'wonolo, ask for fewer': only headcount can get fewer"),
    ],
)
def test_what_cannot_be_decided_is_refused_with_the_reason(section: str, field: str, text: str, said: str) -> None:
    """A slip gets a hint."""
    with pytest.raises(ValueError, match=f"^{re.escape(said)}$"):
        overridden(section, {field: text})


def test_everything_wrong_in_a_section_is_said_at_once() -> None:
    """Nobody likes to run a command once for each mistake."""
    with pytest.raises(ValueError, match="; ") as caught:
        overridden("worker", {"nme": "wonolo", "email": "wheniwork", "phone": "nobody"})
    assert str(caught.value) == (
        "there is no field nme; did you mean name?; "
        "email cannot be 'wheniwork': workers tell Wonolo themselves, and nothing of it is written there"
    )
