"""Matching people: certain, doubtful or not, never two for one, and nothing learned from who said which is right."""

from __future__ import annotations

from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.decision import Decision
from mappings.likeness import Person
from mappings.linkage import ENOUGH
from mappings.matching import DIFFERENT, SAME, Match, match_people
from mappings.model import Worker
from tests.factories import ANA, BEN, START
from tests.strategies import WORKER
from tests.two_lists import TwoLists, two_lists

ONE = Person("wonolo:7", ANA)
SHORT = "; by usual rates, as the lists are short"


def user(number: int = 207, **changes: str) -> Person:
    """Ana's record in When I Work, typed a little otherwise."""
    return Person(f"user:{number}", msgspec.structs.replace(ANA, **{"key": "", **changes}))


def shown(matches: list[Match]) -> list[tuple[str, str]]:
    """Certain and doubtful users."""
    return [(match.user.id, "certain" if match.certain else "doubtful") for match in matches]


def said(choice: str, about: Match, **changes: str) -> dict[str, Decision]:
    """What Dana decided about a match."""
    values: dict[str, Any] = {"key": about.key, "facts": about.facts, "choice": choice, "who": "Dana", "at": START}
    return {about.key: Decision(**values | changes)}


@pytest.mark.parametrize(
    ("users", "expected"),
    [
        ([user(key=ANA.key, first_name="X", last_name="Y", email="", phone="")], ["certain"]),
        ([user(key="E-9", email="", phone="", last_name="Lopez")], ["certain"]),
        ([user(key="E-9", first_name="Ben", last_name="Okafor", email="b@example.com", phone="")], []),
        ([user()], ["certain"]),
        ([user(phone="")], ["certain"]),
        ([user(email="new@example.com")], ["certain"]),
        ([user(first_name="Anna")], ["doubtful"]),
        ([user(first_name="Anna", email="new@example.com")], ["doubtful"]),
        ([user(email="", phone="")], ["doubtful"]),
        ([user(first_name="Eva", email="eva@example.com")], ["doubtful"]),
        ([user(first_name="Ben", last_name="Okafor", email="", phone="")], []),
        ([user(key=BEN.key)], []),
        ([user(), user(208)], ["doubtful", "doubtful"]),
        ([user(), user(208, first_name="Eva", email="eva@example.com", phone="")], ["certain"]),
        ([], []),
    ],
)
def test_who_a_worker_is(users: list[Person], expected: list[str]) -> None:
    """A key decides alone; else it takes the same name and the same number or address, and nobody else like that."""
    worker = msgspec.structs.replace(ONE, worker=msgspec.structs.replace(ANA, external_id="E-9"))
    assert [band for _, band in shown(match_people([worker], users))] == expected


def test_a_match_tells_score_and_evidence() -> None:
    """A key is beyond doubt; what is doubtful never scores a hundred."""
    assert match_people([ONE], [user(key=ANA.key)]) == [
        Match(ONE, user(key=ANA.key), "the same employee code", 100, certain=True)
    ]
    (match,) = match_people([ONE], [user(first_name="Anna")])
    evidence = "same phone number; same e-mail address; names 'Ana Reyes' and 'Anna Reyes' nearly equal"
    assert (match.key, match.evidence, match.score) == ("worker:wonolo:7=user:207", evidence + SHORT, 99)


def test_the_likeliest_of_several_comes_first_with_its_score() -> None:
    """In per cent, whatever the order in which the users were listed."""
    eva, anna = (
        user(207, first_name="Eva", email="eva@example.com"),
        user(208, first_name="Anna", email="a@example.org"),
    )
    assert [(match.user.id, match.score) for match in match_people([ONE], [eva, anna])] == [
        ("user:208", 99),
        ("user:207", 97),
    ]


def test_an_external_id_is_told_with_the_evidence() -> None:
    """It is a number that somebody typed."""
    worker = msgspec.structs.replace(ONE, worker=msgspec.structs.replace(ANA, external_id="E-9"))
    (match,) = match_people([worker], [user(key="E-9", email="", phone="", last_name="Lopez")])
    evidence = "the employee code is the external id; one word alike in 'Ana Reyes' and 'Ana Lopez'"
    assert (match.evidence, match.score, match.certain) == (evidence + SHORT, 100, True)


def test_a_code_two_users_have_proves_nothing() -> None:
    """What is claimed twice is nobody's, until a person decides."""
    users = [user(number, key=ANA.key, phone="", email="") for number in (207, 208)]
    assert shown(match_people([ONE], users)) == [("user:207", "doubtful"), ("user:208", "doubtful")]


def test_a_person_decides_what_is_doubtful() -> None:
    """Who is somebody is nobody else; who is not may be another one."""
    users = [user(), user(208)]
    first, second = match_people([ONE], users)
    (same,) = match_people([ONE], users, decided=said(SAME, first, why="asked her"))
    assert (same.user.id, same.certain, same.evidence) == ("user:207", True, "Dana said so (asked her)")
    assert shown(match_people([ONE], users, decided=said(DIFFERENT, first))) == [("user:208", "certain")]
    both = said(DIFFERENT, first) | said(DIFFERENT, second)
    assert match_people([ONE], users, decided=both) == []


def test_a_decision_about_other_facts_counts_no_longer() -> None:
    """She has another number since."""
    (match,) = match_people([ONE], [user(first_name="Anna")])
    decided = said(DIFFERENT, match)
    assert match_people([ONE], [user(first_name="Anna")], decided=decided) == []
    assert shown(match_people([ONE], [user(first_name="Anna", phone="")], decided=decided)) == [
        ("user:207", "doubtful")
    ]


def test_two_decided_for_one_are_still_in_doubt() -> None:
    """However that came about."""
    users = [user(), user(208)]
    first, second = match_people([ONE], users)
    assert len(match_people([ONE], users, decided=said(SAME, first) | said(SAME, second))) == 2


def test_who_is_linked_is_matched_with_nobody_else() -> None:
    """Neither side."""
    assert match_people([ONE], [user()], ["wonolo:7"]) == match_people([ONE], [user()], ["user:207"]) == []


def test_a_worker_without_contact_data_is_doubtful_by_name() -> None:
    """And nobody without one."""
    nameless = Person("wonolo:5", Worker("wonolo:5", "", ""))
    assert match_people([nameless], [user()]) == []
    named = Person("wonolo:5", Worker("wonolo:5", "Ana", "Reyes"))
    assert shown(match_people([named], [user()])) == [("user:207", "doubtful")]


def check(lists: TwoLists) -> tuple[int, int]:
    """How many matches are certain, and how many right ones are found at all; a certain one is never wrong."""
    matches = match_people(lists.workers, lists.users)
    certain = {match.worker.id: match.user.id for match in matches if match.certain}
    assert certain.items() <= lists.truth.items()
    right = {match.worker.id for match in matches if lists.truth.get(match.worker.id) == match.user.id}
    return len(certain), len(right)


@pytest.mark.parametrize("seed", range(6))
def test_certain_matches_are_right_and_few_are_missed(seed: int) -> None:
    """Of 500 people on each side, with typing errors, changed numbers, shared addresses, sisters and brothers."""
    lists = two_lists(seed)
    certain, found = check(lists)
    assert found >= 0.95 * len(lists.truth)
    assert certain >= 0.75 * len(lists.truth)


@pytest.mark.parametrize("size", [3, ENOUGH - 1, ENOUGH, 100])
def test_certain_matches_are_right_in_short_lists_too(size: int) -> None:
    """Below ENOUGH by usual rates, and it says so."""
    lists = two_lists(7, size)
    check(lists)
    evidence = {SHORT in match.evidence for match in match_people(lists.workers, lists.users)}
    assert evidence == {size < ENOUGH}


@given(st.lists(WORKER, max_size=8, unique_by=lambda row: row.key), st.lists(WORKER, max_size=8), st.randoms())
def test_nobody_is_certainly_two_and_the_order_of_the_lists_means_nothing(
    workers: list[Worker], users: list[Worker], order: Random
) -> None:
    """And a certain match never goes against the code of some other worker."""
    here = [Person(row.key, row) for row in workers]
    there = [Person(f"user:{number}", row) for number, row in enumerate(users)]
    matches = match_people(here, there)
    certain = [match for match in matches if match.certain]
    for side in ([match.worker.id for match in certain], [match.user.id for match in certain]):
        assert len(set(side)) == len(side)
    assert all(match.user.worker.key == match.worker.id for match in certain)
    order.shuffle(here)
    order.shuffle(there)
    assert match_people(here, there) == matches


@settings(max_examples=25)
@given(st.integers(0, 50), st.randoms())
def test_the_same_lists_in_any_order_give_the_same_model(seed: int, order: Random) -> None:
    """To the last digit of every score."""
    lists = two_lists(seed, ENOUGH)
    matches = match_people(lists.workers, lists.users)
    workers, users = list(lists.workers), list(lists.users)
    order.shuffle(workers)
    order.shuffle(users)
    assert match_people(workers, users) == matches
