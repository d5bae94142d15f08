"""Who owns a field: the table is complete, and says what the design says."""

from __future__ import annotations

from mappings.model import Demand, Stage
from mappings.ownership import FIELDS, OWNERSHIP, Right

NOBODY = Right(None)


def test_every_stage_has_one_right_for_every_field_of_a_demand() -> None:
    """None is forgotten, and none is made up."""
    assert set(OWNERSHIP) == set(Stage)
    assert {frozenset(rights) for rights in OWNERSHIP.values()} == {frozenset(FIELDS)}
    assert set(FIELDS) == set(Demand.__struct_fields__)


def test_what_describes_the_work_belongs_to_when_i_work_until_it_begins() -> None:
    """Near the start a change needs a yes; afterwards nobody may change it."""
    for field in ("place", "skill", "start", "end", "break_minutes", "title"):
        rights = [OWNERSHIP[stage][field] for stage in Stage]
        assert rights == [Right("wheniwork"), Right("wheniwork", "always"), NOBODY, NOBODY, NOBODY]


def test_seats_belong_to_when_i_work_until_the_work_begins() -> None:
    """Near the start fewer need a yes, more do not."""
    rights = [OWNERSHIP[stage]["headcount"] for stage in Stage]
    assert rights == [Right("wheniwork"), Right("wheniwork", "down"), NOBODY, NOBODY, NOBODY]


def test_workers_belong_to_wonolo_until_the_work_is_settled() -> None:
    """Accepting and withdrawing happen there."""
    rights = [OWNERSHIP[stage]["workers"] for stage in Stage]
    assert rights == [Right("wonolo")] * 4 + [NOBODY]
