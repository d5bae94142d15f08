"""Matching: which records that nobody linked are the same person, or the same demand."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.demand import Posting
from mappings.matching import Match, adopted, match_demands, match_worker
from mappings.model import Demand, Stage, Worker
from mappings.ownership import OWNERSHIP
from mappings.shifts import ShiftGroup
from sync.plan.merge import merge
from tests.factories import ANA, BEN, demand
from tests.strategies import demands

OTHER = Worker("", "Ana", "Reyes")


def candidate(**changes: str) -> Worker:
    """A When I Work user who may be somebody."""
    return msgspec.structs.replace(OTHER, **changes)


@pytest.mark.parametrize(
    ("users", "expected"),
    [
        ([candidate(key=ANA.key)], "employee code"),
        ([candidate(), candidate(key=ANA.key), candidate(email=ANA.email)], "employee code"),
        ([candidate(email=ANA.email)], "e-mail address"),
        ([candidate(phone=ANA.phone), candidate(email=ANA.email)], "e-mail address"),
        ([candidate(phone=ANA.phone)], "phone number"),
        ([candidate(email=ANA.email), candidate(email=ANA.email), candidate(phone=ANA.phone)], "phone number"),
        ([candidate(email=ANA.email, key="E-7")], "e-mail address"),
        ([candidate(email=ANA.email), candidate(email=ANA.email)], None),
        ([candidate(email=ANA.email, phone=ANA.phone, key=BEN.key)], None),
        ([candidate()], None),
        ([], None),
    ],
)
def test_who_a_worker_is(users: list[Worker], expected: str | None) -> None:
    """A shared address proves nothing, a name alone neither; a user coded for somebody else is somebody else."""
    match = match_worker(ANA, list(enumerate(users)))
    assert (match.evidence if match else None) == (f"the same {expected}" if expected else None)


def test_a_match_names_worker_and_user() -> None:
    """The user by id."""
    found = match_worker(ANA, [(4, OTHER), (5, candidate(key=ANA.key))])
    assert found == Match(ANA.key, 5, "the same employee code")


def test_a_worker_without_contact_data_matches_nobody() -> None:
    """Two empty addresses are not the same."""
    assert match_worker(Worker("wonolo:5", "Ana", "Reyes"), [(1, OTHER)]) is None


def posting(number: int, **changes: object) -> Posting:
    """A JobRequest of that demand."""
    return Posting(number, "posted", demand(**changes))


def group(**changes: object) -> ShiftGroup:
    """Shifts of that demand."""
    return ShiftGroup(demand(**changes), ())


def test_demands_of_one_slot_pair() -> None:
    """What finds no partner is left over, on either side."""
    postings, groups = [posting(1), posting(2, skill="Cook")], [group(headcount=9), group(place="Depot")]
    assert match_demands(postings, groups) == ([(postings[0], groups[0])], [postings[1]], [groups[1]])


def test_an_equal_headcount_pairs_first_then_the_older_id() -> None:
    """Where several JobRequests share a slot."""
    postings = [posting(3, headcount=4), posting(2), posting(1, headcount=4)]
    assert match_demands(postings, [group()])[0] == [(postings[1], group())]
    assert match_demands(postings, [group(headcount=5)])[0] == [(postings[2], group(headcount=5))]


@given(demands(), demands(), st.sampled_from(["", "Evening crew"]))
def test_adopting_loses_no_worker_and_no_title(wonolo: Demand, wheniwork: Demand, title: str) -> None:
    """Who sits on one side only is added on the other; of two titles When I Work's wins, over one there is it."""
    slot = {"place": wonolo.place, "skill": wonolo.skill, "start": wonolo.start, "end": wonolo.end}
    theirs = msgspec.structs.replace(wheniwork, **slot, title=title, headcount=9)
    ours = msgspec.structs.replace(wonolo, break_minutes=None)
    merged = merge(adopted(ours, theirs), ours, theirs, OWNERSHIP.demand[Stage.OPEN])
    assert merged["workers"].value == ours.workers | theirs.workers
    assert merged["title"].value == (title or ours.title)
    assert merged["headcount"].value == 9
    assert merged["break_minutes"].value == theirs.break_minutes
