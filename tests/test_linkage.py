"""Linkage: no pair that agrees is passed over, and what a level weighs is learned from the lists."""

from __future__ import annotations

from collections import Counter
from itertools import product

import msgspec
import pytest

from mappings.blocking import Compared, compared
from mappings.likeness import ATTRIBUTES, EMAIL, NAME, PHONE, Levels, Person, compare
from mappings.linkage import ENOUGH, Model, fitted
from mappings.model import Worker
from tests.two_lists import TwoLists, two_lists

SAME: Levels = (3, 2, 2, None)


def lists_of(lists: TwoLists) -> Compared:
    """Both lists, compared."""
    return compared(lists.workers, lists.users)


def test_every_pair_that_agrees_is_compared() -> None:
    """In a name that is nearly the same, a number or an address; the others are counted all the same."""
    lists = two_lists(3, 80)
    found = lists_of(lists)
    every = {
        (one, other): compare(lists.workers[one], lists.users[other])
        for one, other in product(range(len(lists.workers)), range(len(lists.users)))
    }
    agreeing = {pair for pair, row in every.items() if (row[NAME] or 0) > 1 or row[PHONE] or row[EMAIL]}
    assert agreeing <= found.levels.keys()
    assert all(every[pair] == levels for pair, levels in found.levels.items())
    for attribute in (PHONE, EMAIL):
        counted = Counter(row[attribute] for row in every.values())
        assert found.totals[attribute] == tuple(counted[level] for level in range(3))
    assert found.totals[NAME][2:] == tuple(Counter(row[NAME] for row in every.values())[level] for level in (2, 3))


def test_few_of_a_million_pairs_are_looked_at() -> None:
    """A handful for each person."""
    assert len(lists_of(two_lists(1, 1000)).levels) < 4000


def test_a_model_of_short_lists_has_the_usual_shares() -> None:
    """And says that it learned nothing; nobody at all is no trouble."""
    short, empty = fitted(lists_of(two_lists(1, ENOUGH - 1))), fitted(compared([], []))
    assert (short.learned, short.same) == (False, tuple(attribute.same for attribute in ATTRIBUTES))
    assert msgspec.structs.replace(short, common=empty.common) == empty
    assert fitted(lists_of(two_lists(1, ENOUGH))).learned


def test_a_model_learned_finds_how_often_records_agree() -> None:
    """Close to how the lists were made; families count as a few pairs more."""
    lists = two_lists(5)
    model = fitted(lists_of(lists))
    assert model.common == pytest.approx(len(lists.truth) / 500**2, rel=0.25)
    assert model.same[PHONE][2] == pytest.approx(0.87, abs=0.05)
    assert model.same[EMAIL][2] == pytest.approx(0.72, abs=0.06)
    assert all(sum(row) == pytest.approx(1) for row in (*model.same, *model.other))


def test_the_usual_share_of_pairs_that_are_one_person_falls_with_the_longer_list() -> None:
    """Half a person for each record of it, and never more than a tenth of the pairs."""
    ten, three = two_lists(1, 10).workers, two_lists(1, 10).users[:3]
    assert fitted(compared(ten, three)).common == fitted(compared(three, ten)).common == 0.05
    assert fitted(compared(three[:1], three[:1])).common == fitted(compared([], [])).common == 0.1


def test_what_is_learned_stands_beside_the_usual_shares_of_a_few_pairs() -> None:
    """Thirty people who are on both lists and have nothing in common with each other: no level becomes impossible."""
    people = [
        Person(
            f"user:{number}", Worker("", f"{name * 3}", f"{name * 5}", f"p{number}@example.com", f"+1312555{number:04}")
        )
        for number, name in enumerate(map(chr, range(0x4E00, 0x4E00 + ENOUGH)))
    ]
    model = fitted(compared(people, people))
    assert model.common == pytest.approx((30 + 1) / (30 * 30 + 2), rel=1e-4)
    for number in (PHONE, EMAIL):
        usual = ATTRIBUTES[number]
        same = [(share * 20 + 30 * (level == 2)) / (20 + 30) for level, share in enumerate(usual.same)]
        other = [(share * 1000 + 870 * (level == 0)) / (1000 + 870) for level, share in enumerate(usual.other)]
        assert list(model.same[number]) == pytest.approx(same, rel=1e-4)
        assert list(model.other[number]) == pytest.approx(other, rel=1e-4)


def test_levels_of_other_attributes_than_the_models_are_an_error() -> None:
    """A guess from half of them would be a wrong one."""
    lists = lists_of(two_lists(1, ENOUGH))
    with pytest.raises(ValueError, match="zip"):
        fitted(lists).weight(SAME[:-1])
    for totals in (lists.totals[:-1], tuple(row[:-1] for row in lists.totals)):
        with pytest.raises(ValueError, match="zip"):
            fitted(msgspec.structs.replace(lists, totals=totals))


def families(size: int) -> Compared:
    """A hundred people of whom so many share a telephone; all are on both lists."""
    people = [
        Worker(
            f"wonolo:{number}", f"{chr(65 + number % 26)}{number}a", f"N{number}", "", f"+1312555{number // size:04d}"
        )
        for number in range(100)
    ]
    return compared(
        [Person(row.key, row) for row in people],
        [Person(f"user:{number}", msgspec.structs.replace(row, key="")) for number, row in enumerate(people)],
    )


def test_a_number_that_families_share_weighs_less() -> None:
    """Nobody has to say so."""
    alone, shared = fitted(families(1)), fitted(families(5))
    only_phone: Levels = (None, 2, None, None)
    assert shared.weight(only_phone) < alone.weight(only_phone) - 1


def test_probability_is_between_nothing_and_all() -> None:
    """However much speaks for or against it; what is not told is evidence for nothing."""
    model = Model(((0.001, 0.999),) * 4, ((0.999, 0.001),) * 4, 0.5)
    far = Model(((1e-300, 1.0),) * 4, ((1.0, 1e-300),) * 4, 0.5)
    assert model.probability((None,) * 4) == pytest.approx(0.5)
    assert [round(far.probability((level,) * 4), 9) for level in (1, 0)] == [1, 0]
    assert fitted(lists_of(two_lists(1))).probability(SAME) > 0.99
