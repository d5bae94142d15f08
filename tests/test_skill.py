"""Skill: category, description and pay in Wonolo, a position in When I Work."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings import skill as skills
from mappings.model import Rules, Skill, Unmapped
from tests.factories import COOK, PACKER, PICKER, RULES

LEAD = msgspec.structs.replace(PICKER, key="Picker Lead", position_id=24, hourly_rate=2400)
SHARED = "Fulfillment / Warehousing"


@given(st.sampled_from(RULES.skills))
def test_reading_a_written_skill_gives_it_back(skill: Skill) -> None:
    """In both systems, though two share a category."""
    assert skills.of_job_request(skills.job_request_fields(skill), RULES) == skill
    assert skills.of_shift(skills.shift_fields(skill), RULES) == skill


@pytest.mark.parametrize(
    ("record", "known", "expected"),
    [
        ({"category": " event  STAFF"}, None, COOK),
        ({"category": SHARED, "description_tasks": "Pack\n orders"}, None, PACKER),
        ({"category": SHARED, "description_tasks": "Pack orders"}, "Picker", PACKER),
        ({"category": SHARED, "description_tasks": "Do things"}, "Picker", PICKER),
        ({"category": SHARED, "request_name": "packer, evening"}, "Cook", PACKER),
        ({"category": SHARED, "request_name": "Packer, evening"}, "Picker", PICKER),
        ({"category": SHARED, "description_tasks": "Pick orders", "request_name": "Picker Lead at Harbor"}, None, LEAD),
        ({"category": SHARED, "description_tasks": "Pick orders", "request_name": "Picker at Harbor"}, None, PICKER),
        ({"category": SHARED, "description_tasks": "Pick orders"}, "Picker Lead", LEAD),
    ],
)
def test_which_skill_a_job_request_asks_for(record: dict[str, Any], known: str | None, expected: Skill) -> None:
    """The category; among those that share it the description, what was agreed on, or the name."""
    assert skills.of_job_request(record, Rules((), (*RULES.skills, LEAD)), known) == expected


LOADER = Skill("Loader", 25, "Trucks", "Load trucks", 2000, words=("loader", "dock hand"))

ALONE = [
    ({"request_name": "Loaders wanted"}, None, True),
    ({"request_name": "Loadership"}, None, False),
    ({"request_name": "Night LOADER, gate 2"}, None, True),
    ({"request_name": "Night shift", "description_tasks": "Work as dock\nhand"}, None, True),
    ({"request_name": "Night shift", "description": "Dock-hand"}, None, True),
    ({"request_name": "Bring boots", "description_tasks": " load TRUCKS"}, None, True),
    ({"request_name": "Driver", "description_tasks": "Drive trucks"}, None, False),
    ({"request_name": "Driver [sb:loader]", "description_tasks": ""}, None, False),
    ({"request_name": "Driver"}, "Loader", True),
    ({}, None, False),
]


@pytest.mark.parametrize(("record", "known", "fits"), ALONE)
def test_a_skill_with_words_is_only_what_mentions_them(record: dict[str, Any], known: str | None, fits: bool) -> None:  # noqa: FBT001 (a column of a table)
    """Though no other skill has its category any more: the others may have been deleted from the configuration."""
    rules = Rules((), (LOADER,))
    if fits:
        assert skills.of_job_request({"category": "trucks", **record}, rules, known) == LOADER
        return
    with pytest.raises(Unmapped) as caught:
        skills.of_job_request({"category": "Trucks", **record}, rules, known)
    assert str(caught.value) == (
        "category 'Trucks' may be 'Loader', but the request mentions none of its words; add one to `words` under "
        "[[skills]]"
    )


CLERK = msgspec.structs.replace(LOADER, key="Clerk", position_id=26, description="Count", words=("clerk", "dock"))


@pytest.mark.parametrize(
    ("name", "expected"), [("Dock hand", LOADER), ("Dock", CLERK), ("Dock clerk", CLERK), ("Loader or clerk", None)]
)
def test_a_word_within_a_longer_one_does_not_count(name: str, expected: Skill | None) -> None:
    """A request that mentions two skills apart from each other matches neither."""
    rules = Rules((), (LOADER, CLERK))
    record = {"category": "Trucks", "request_name": name}
    if expected:
        assert skills.of_job_request(record, rules) == expected
        return
    with pytest.raises(Unmapped, match="category 'Trucks' fits several skills"):
        skills.of_job_request(record, rules)


@pytest.mark.parametrize(
    ("category", "reason"),
    [(SHARED, "fits several skills"), ("Nursing", "is no configured skill"), (None, "is no configured skill")],
)
def test_a_category_that_decides_nothing_says_what_to_map(category: str | None, reason: str) -> None:
    """None of the skills, or more than one."""
    with pytest.raises(Unmapped) as caught:
        skills.of_job_request({"category": category}, RULES)
    told = f"category {category or ''!r} {reason}; name one under [[skills]] or in the request's name"
    assert str(caught.value) == told


def test_a_position_without_a_skill_says_what_to_map() -> None:
    """Ids may be text."""
    assert skills.of_shift({"position_id": "22"}, RULES) == PACKER
    with pytest.raises(Unmapped, match=r"position 9 is no configured skill; add it under \[\[skills\]\]"):
        skills.of_shift({"position_id": 9}, RULES)


def test_badges_go_into_the_description_where_there_are_any() -> None:
    """Separated by bars."""
    assert skills.job_request_fields(PICKER)["description_skills"] == "Forklift|Lifting"
    assert "description_skills" not in skills.job_request_fields(PACKER)


ODD = msgspec.structs.replace(PICKER, hourly_rate=1001)

REPAID = [
    (PICKER, 15000, 450, 510, {"wage": 170.0}),
    (PICKER, 0, 450, 510, {"wage": 170.0}),
    (PICKER, 16500, 450, 510, {"wage": 187.0}),
    (PICKER, 16500, 450, 225, {"wage": 82.5}),
    (PICKER, 16500, 0, 510, {"wage": 170.0}),
    (PICKER, 100, 1, 2, {"wage": 2.0}),
    (ODD, 334, 20, 40, {"wage": 6.67}),
    (COOK, 0, 450, 510, {}),
]


@pytest.mark.parametrize(("skill", "wage", "before", "after", "fields"), REPAID)
def test_pay_follows_the_paid_minutes(skill: Skill, wage: int, before: int, after: int, fields: dict[str, Any]) -> None:
    """A raise given by hand grows in proportion; an hourly rate stays; the agreed wage is reckoned anew."""
    assert skills.repaid(skill, wage, before, after) == fields


def test_a_proposal_leaves_the_pay_to_the_user() -> None:
    """The position gives the name and the description."""
    proposed = skills.propose({"id": "21", "name": " Picker "}, "General Labor")
    assert proposed == Skill("Picker", 21, category="General Labor", description="Picker", hourly_rate=0)
