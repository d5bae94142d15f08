"""Likeness: how two people's records agree, attribute by attribute, and in which words that is told."""

from __future__ import annotations

from datetime import timedelta

import msgspec
import pytest
from hypothesis import given

from mappings.likeness import ATTRIBUTES, EMAIL, NAME, PHONE, SEATS, Person, compare, in_words, last_seven
from mappings.model import Worker
from tests.factories import ANA, START
from tests.strategies import WORKER

ONE = Person("wonolo:7", ANA)


def other(**changes: str) -> Person:
    """Ana's record in When I Work, typed a little otherwise."""
    return Person("user:207", msgspec.structs.replace(ANA, key="E-7", **changes))


@pytest.mark.parametrize(
    ("ours", "theirs", "level"),
    [
        (("Ana", "Reyes"), ("Ana", "Reyes"), 3),
        (("José", "Muñoz"), ("JOSE", "munoz"), 3),
        (("Reyes", "Ana"), ("Ana", "Reyes"), 3),
        (("Ana", "O'Brien"), ("Ana", "OBrien"), 2),
        (("Ana", "Ruiz"), ("Anna", "Ruiz"), 2),
        (("Ana", "Garcia"), ("Ana", "Gracia"), 2),
        (("Ana Maria", "Ruiz"), ("Ana", "Ruiz"), 2),
        (("Ana", "Ruiz"), ("Eva", "Ruiz"), 1),
        (("Ana", "Ruiz"), ("Ana", "Lindqvist"), 1),
        (("Ana", ""), ("Ana", "Ruiz"), 1),
        (("Ana", "Ruiz"), ("Ben", "Okafor"), 0),
        (("Ana", "Ruiz"), ("", "-"), None),
    ],
)
def test_names_agree_by_level(ours: tuple[str, str], theirs: tuple[str, str], level: int | None) -> None:
    """Accents, case and order mean nothing; a letter or a middle name little."""
    one, two = (Person("x", Worker("", *name)) for name in (ours, theirs))
    assert compare(one, two)[NAME] == compare(two, one)[NAME] == level


@pytest.mark.parametrize(
    ("attribute", "changes", "level"),
    [
        (PHONE, {}, 2),
        (PHONE, {"phone": "+17735550107"}, 1),
        (PHONE, {"phone": "+13125550199"}, 0),
        (PHONE, {"phone": "+123"}, 0),
        (PHONE, {"phone": "25550107"}, 1),
        (PHONE, {"phone": ""}, None),
        (EMAIL, {}, 2),
        (EMAIL, {"email": "ana@example.org"}, 1),
        (EMAIL, {"email": "reyes@example.com"}, 0),
        (EMAIL, {"email": "ana"}, 1),
        (EMAIL, {"email": ""}, None),
    ],
)
def test_contact_data_agrees_by_level(attribute: int, changes: dict[str, str], level: int | None) -> None:
    """What one side does not tell is evidence for nothing."""
    assert compare(ONE, other(**changes))[attribute] == compare(other(**changes), ONE)[attribute] == level


def test_short_numbers_agree_only_as_a_whole() -> None:
    """Of seven digits none are country or area code."""
    one, two, three = (other(phone=phone) for phone in ("5550107", "5550108", "+13125550107"))
    assert [compare(one, row)[PHONE] for row in (one, two, three)] == [2, 0, 0]
    assert last_seven("5550107") == ""


def test_seats_agree_where_both_are_at_work() -> None:
    """The same place and start; somebody whose seats are not known is not somewhere else."""
    here, later = ("Harbor", START), ("Harbor", START + timedelta(days=1))
    seated = [msgspec.structs.replace(ONE, seats=frozenset(seats)) for seats in ([here, later], [later], [here], [])]
    assert [compare(seated[0], row)[SEATS] for row in seated] == [1, 1, 1, None]
    assert compare(seated[1], seated[2])[SEATS] == 0


def test_evidence_tells_what_speaks_for_it_first_and_no_contact_data() -> None:
    """Names only: an address is said to be the same, never which one it is."""
    two = other(first_name="Anna", email="someone@example.com")
    words = in_words(compare(ONE, two), ONE, two)
    assert words == "same phone number; names 'Ana Reyes' and 'Anna Reyes' nearly equal; e-mail address differs"


@given(WORKER, WORKER)
def test_likeness_is_the_same_in_both_directions(one: Worker, two: Worker) -> None:
    """Every attribute has words and shares for each of its levels."""
    left, right = Person("a", one), Person("b", two)
    levels = compare(left, right)
    assert levels == compare(right, left)
    for level, attribute in zip(levels, ATTRIBUTES, strict=True):
        assert level is None or level < len(attribute.words) == len(attribute.same) == len(attribute.other)


def test_usual_shares_add_up() -> None:
    """To one."""
    for attribute in ATTRIBUTES:
        assert (sum(attribute.same), sum(attribute.other)) == pytest.approx((1, 1))
