"""Who owns a field: the table is complete, and says what the design says."""

from __future__ import annotations

from mappings.model import Demand, Stage
from mappings.ownership import CONTACT_FIELDS, FIELDS, OWNERSHIP, TIME_FIELDS, Right

NOBODY = Right(None)


def test_every_stage_has_one_right_for_every_field_of_a_demand() -> None:
    """None is forgotten, and none is made up."""
    assert set(OWNERSHIP.demand) == set(Stage)
    assert {frozenset(rights) for rights in OWNERSHIP.demand.values()} == {frozenset(FIELDS)}
    assert set(FIELDS) == set(Demand.__struct_fields__)


def test_hours_worked_and_contact_data_have_one_right_each() -> None:
    """There are no hours before the work begins."""
    assert set(OWNERSHIP.times) == {Stage.RUNNING, Stage.DONE, Stage.SETTLED}
    assert {frozenset(rights) for rights in OWNERSHIP.times.values()} == {frozenset(TIME_FIELDS)}
    assert set(OWNERSHIP.contacts) == set(CONTACT_FIELDS)


def test_what_describes_the_work_belongs_to_when_i_work_until_it_begins() -> None:
    """Near the start a change needs a yes; afterwards nobody may change it."""
    for field in ("place", "skill", "start", "end", "break_minutes", "title"):
        rights = [OWNERSHIP.demand[stage][field] for stage in Stage]
        assert rights == [Right("wheniwork"), Right("wheniwork", "always"), NOBODY, NOBODY, NOBODY]


def test_seats_belong_to_when_i_work_until_the_work_begins() -> None:
    """Near the start fewer need a yes, more do not."""
    rights = [OWNERSHIP.demand[stage]["headcount"] for stage in Stage]
    assert rights == [Right("wheniwork"), Right("wheniwork", "down"), NOBODY, NOBODY, NOBODY]


def test_workers_belong_to_wonolo_until_the_work_is_settled() -> None:
    """Accepting and withdrawing happen there."""
    rights = [OWNERSHIP.demand[stage]["workers"] for stage in Stage]
    assert rights == [Right("wonolo")] * 4 + [NOBODY]


def test_hours_worked_and_contact_data_belong_to_wonolo() -> None:
    """Until the hours are approved."""
    assert [set(rights.values()) for rights in OWNERSHIP.times.values()] == [
        {Right("wonolo")},
        {Right("wonolo")},
        {NOBODY},
    ]
    assert set(OWNERSHIP.contacts.values()) == {Right("wonolo")}
