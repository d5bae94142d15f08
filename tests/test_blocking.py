"""Blocking: which pairs of two lists of people are looked at one by one, and what is counted of all the others."""

from __future__ import annotations

from mappings.blocking import compared
from mappings.likeness import NAME, Person
from mappings.model import Worker


def named(*names: str) -> list[Person]:
    """People of whom only the names are known."""
    rows = (name.partition(" ") for name in names)
    return [Person(f"user:{number}", Worker("", first, last)) for number, (first, _, last) in enumerate(rows)]


def test_two_words_of_a_name_in_common_are_worth_a_look() -> None:
    """However much else there is; one word is not."""
    found = compared(named("Ana Maria Lopez Garcia"), named("Zoe Garcia Quinn Lopez", "Zoe Garcia Quinn"))
    assert set(found.levels) == {(0, 0)}


def test_all_names_typed_nearly_alike_are_looked_at() -> None:
    """In a company with many of them too."""
    found = compared(named("Ana Lopez"), named(*(f"Ana Lope{letter}" for letter in "abcdefgh")))
    assert set(found.levels) == {(0, position) for position in range(8)}


def test_somebody_on_both_lists_agrees_with_nobody_else() -> None:
    """A pair counts once for each word in common, and there are never fewer than no pairs that differ."""
    assert compared(named("Ana Lopez"), named("Ana Lopez")).totals[NAME] == (0, 2, 0, 1)
