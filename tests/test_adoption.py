"""Adopting demands: which JobRequests and shifts that nobody linked are the same, and what both then agreed on."""

from __future__ import annotations

from datetime import timedelta
from random import Random
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.adoption import DemandMatch, adopted, match_demands
from mappings.decision import Decision
from mappings.demand import Posting
from mappings.matching import DIFFERENT, SAME
from mappings.model import Demand, Stage
from mappings.ownership import OWNERSHIP
from mappings.shifts import Shift, ShiftGroup, grouped, slot_of
from sync.plan.merge import merge
from tests.factories import ANA, BEN, START, demand
from tests.strategies import demands

EXACT = "the same place, skill, start and end on both sides"


def posting(number: int = 500, **changes: Any) -> Posting:
    """A JobRequest of that demand."""
    return Posting(number, "posted", demand(**changes))


def group(number: int = 301, **changes: Any) -> ShiftGroup:
    """Shifts of that demand, the first of that number."""
    this = demand(**changes)
    shift = Shift(number, this.place, this.skill, this.start, this.end, 30, this.title, this.headcount)
    return ShiftGroup(this, (shift,))


def minutes(number: int) -> dict[str, Any]:
    """Times so many minutes later."""
    later = timedelta(minutes=number)
    return {"start": START + later, "end": START + timedelta(hours=8) + later}


def shown(matches: list[DemandMatch]) -> list[tuple[int, int, str]]:
    """What is matched with what, and how surely."""
    bands = {True: "certain", False: "doubtful"}
    return [(row.posting.id, row.group.shifts[0].id, bands[row.certain]) for row in matches]


def said(choice: str, about: DemandMatch) -> dict[str, Decision]:
    """What Dana decided about a match."""
    return {about.key: Decision(about.key, about.facts, choice, "Dana", START)}


def test_demands_of_one_slot_are_certainly_the_same() -> None:
    """What finds no partner is matched with nothing."""
    postings = [posting(500), posting(501, skill="Cook")]
    (match,) = match_demands(postings, [group(), group(302, place="Depot")])
    assert match == DemandMatch(postings[0], group(), EXACT, 100, certain=True)
    assert (match.key, match.score) == ("demand:job_request:500=shift:301", 100)


@pytest.mark.parametrize(("seats", "score"), [(9, 67), (1, 67)])
def test_demands_that_ask_for_other_numbers_wait_for_a_person(seats: int, score: int) -> None:
    """Else one side would be cut, or filled up for money, on the first day and unasked."""
    (match,) = match_demands([posting(500)], [group(headcount=seats)])
    evidence = f"the same times; 2 seats in Wonolo, {seats} in When I Work"
    assert (match.certain, match.score, match.evidence) == (False, score, evidence)


def test_two_demands_of_one_time_are_never_no_match() -> None:
    """However little else agrees: it would be made a second time."""
    (match,) = match_demands(
        [posting(500, workers=frozenset({BEN.key}))], [group(headcount=9, workers=frozenset({ANA.key}))]
    )
    assert (match.certain, match.score) == (False, 44)


def test_of_several_requests_the_one_of_the_same_headcount_is_certain() -> None:
    """Of two alike the older one; what does not come out even waits for a person."""
    postings = [posting(500, headcount=4), posting(501), posting(502, headcount=4)]
    assert shown(match_demands(postings, [group()])) == [(501, 301, "certain")]
    assert shown(match_demands(postings, [group(headcount=4)])) == [(500, 301, "certain")]
    found = match_demands(postings, [group(headcount=9)])
    assert [(row.posting.id, row.score, row.evidence, row.certain) for row in found] == [
        (500, 67, "the same times, but not the only ones; 4 seats in Wonolo, 9 in When I Work", False),
        (501, 67, "the same times, but not the only ones; 2 seats in Wonolo, 9 in When I Work", False),
        (502, 67, "the same times, but not the only ones; 4 seats in Wonolo, 9 in When I Work", False),
    ]


def test_shifts_of_one_slot_are_dealt_out_to_the_requests_there() -> None:
    """Ben's to the one he works for, stacks where they come out even, the rest to who is left."""
    one = demand()
    shifts = tuple(
        Shift(number, one.place, one.skill, one.start, one.end, 30, "", seats, worker)
        for number, seats, worker in ((301, 2, None), (302, 1, BEN.key), (303, 1, None), (304, 1, None), (305, 5, None))
    )
    postings = [posting(500, headcount=3), posting(501, workers=frozenset({BEN.key})), posting(502, headcount=20)]
    found = match_demands(postings, grouped(shifts))
    assert [(row.posting.id, [shift.id for shift in row.group.shifts], row.certain) for row in found] == [
        (500, [301, 303], True),
        (501, [302, 304], True),
        (502, [305], False),
    ]
    assert found[0].group.demand == msgspec.structs.replace(one, headcount=3)


@pytest.mark.parametrize(
    ("changes", "score", "evidence"),
    [
        (minutes(15), 96, "in When I Work it starts 15 minutes later and ends 15 minutes later; as many seats"),
        (
            {"start": START + timedelta(minutes=30), "headcount": 3},
            62,
            "in When I Work it starts 30 minutes later and ends at the same time; 2 seats in Wonolo, 3 in When I Work",
        ),
        (
            {"start": START + timedelta(minutes=1), "end": START + timedelta(hours=8, minutes=90)},
            89,
            "in When I Work it starts 1 minute later and ends 90 minutes later; as many seats",
        ),
        (
            {"end": START + timedelta(minutes=384)},
            87,
            "in When I Work it starts at the same time and ends 96 minutes earlier; as many seats",
        ),
        (
            {"end": START + timedelta(minutes=432), "headcount": 3},
            60,
            (
                "in When I Work it starts at the same time and ends 48 minutes earlier; "
                "2 seats in Wonolo, 3 in When I Work"
            ),
        ),
    ],
)
def test_times_that_nearly_agree_are_doubtful(changes: dict[str, Any], score: int, evidence: str) -> None:
    """Somebody typed them otherwise, or they are two."""
    (match,) = match_demands([posting()], [group(**changes)])
    assert (match.certain, match.score, match.evidence) == (False, score, evidence)


@pytest.mark.parametrize(
    "changes",
    [
        minutes(31),
        minutes(-60),
        {"end": START + timedelta(hours=6)},
        {"place": "Depot", **minutes(15)},
        {"skill": "Cook", **minutes(15)},
        {"start": START, "end": START},
        {**minutes(30), "headcount": 5},
    ],
)
def test_other_times_places_and_skills_are_other_demands(changes: dict[str, Any]) -> None:
    """More than half an hour apart, less than four fifths in common, or too little alike besides."""
    assert match_demands([posting()], [group(**changes)]) == []


@pytest.mark.parametrize(
    ("ours", "theirs", "score", "words"),
    [
        ({"title": "Evening crew"}, {"title": "evening crew!"}, 96, "titles alike"),
        ({"title": "Shift"}, {"title": "shirt"}, 92, "titles alike"),
        ({"title": "Evening crew"}, {"title": "Bring boots"}, 81, "titles differ"),
        ({"workers": {ANA.key, BEN.key}}, {"workers": {ANA.key}}, 81, "1 of the workers on both sides"),
        ({"workers": {ANA.key}}, {"workers": {BEN.key}}, 64, "other workers on each side"),
    ],
)
def test_titles_and_workers_are_evidence_where_both_sides_have_them(
    ours: dict[str, Any], theirs: dict[str, Any], score: int, words: str
) -> None:
    """What one side does not tell is none."""
    here, there = (
        dict[str, Any]({name: frozenset(value) if name == "workers" else value for name, value in side.items()})
        for side in (ours, theirs)
    )
    later = minutes(15)
    (match,) = match_demands([posting(**here)], [group(**there, **later)])
    assert match.evidence.endswith(f"; as many seats; {words}")
    assert match.score == score
    (alone,) = match_demands([posting(**here)], [group(**later)])
    assert alone.evidence.endswith("; as many seats")
    (single,) = match_demands([posting(headcount=1)], [group(headcount=1, **later)])
    assert single.evidence.endswith("; one seat each")


def test_one_seat_is_told_as_one() -> None:
    """Two seats are told as many."""
    (match,) = match_demands([posting(headcount=1)], [group(**minutes(15))])
    assert match.evidence.endswith("; 1 seat in Wonolo, 2 in When I Work")


def test_the_most_alike_are_shown_first() -> None:
    """Whatever order they were listed in."""
    near = [group(301, **minutes(15)), group(302, **minutes(-10))]
    assert [(row.group.shifts[0].id, row.score) for row in match_demands([posting()], near)] == [(302, 97), (301, 96)]


def test_requests_of_two_slots_are_dealt_out_apart() -> None:
    """Two requests in the morning, two in the evening."""
    evening = minutes(600)
    postings = [posting(500), posting(501), posting(502, **evening), posting(503, **evening)]
    assert shown(match_demands(postings, [group(), group(302, **evening)])) == [
        (500, 301, "certain"),
        (502, 302, "certain"),
    ]


def test_what_lasts_no_time_is_matched_with_nothing() -> None:
    """Nothing says that both are the same."""
    assert match_demands([posting(end=START)], [group(end=START)]) == []


def test_what_is_doubtful_is_never_told_as_wholly_alike() -> None:
    """Two requests are as like as can be, and the seats there are taken by somebody unknown to both."""
    this = demand()
    taken = grouped([Shift(301, this.place, this.skill, this.start, this.end, 30, "", 2, BEN.key)])
    found = match_demands([posting(500), posting(501)], taken)
    assert [(row.posting.id, row.score, row.evidence, row.certain) for row in found] == [
        (500, 99, "the same times, but not the only ones; as many seats", False),
        (501, 99, "the same times, but not the only ones; as many seats", False),
    ]


def test_a_person_decides_what_is_doubtful() -> None:
    """Who is the same is nobody else's; what differs may be another's."""
    near = [group(301, **minutes(15)), group(302, **minutes(-15))]
    first, second = match_demands([posting()], near)
    same = match_demands([posting()], near, said(SAME, first))
    assert [(row.key, row.certain, row.evidence) for row in same] == [(first.key, True, "Dana said so")]
    assert shown(match_demands([posting()], near, said(DIFFERENT, first))) == [(500, 302, "doubtful")]
    assert match_demands([posting()], near, said(DIFFERENT, first) | said(DIFFERENT, second)) == []


def test_a_decision_about_other_times_counts_no_longer() -> None:
    """Somebody moved the shift since."""
    (match,) = match_demands([posting()], [group(**minutes(15))])
    decided = said(DIFFERENT, match)
    assert match_demands([posting(workers=frozenset({ANA.key}))], [group(**minutes(15))], decided) == []
    assert shown(match_demands([posting()], [group(**minutes(10))], decided)) == [(500, 301, "doubtful")]


@given(st.lists(demands(), max_size=5), st.lists(st.tuples(st.integers(0, 4), st.integers(-40, 40)), max_size=6))
def test_nothing_is_certainly_two_things_whatever_the_order(ours: list[Demand], moves: list[tuple[int, int]]) -> None:
    """And certain is what agrees in place, skill, start and end."""
    postings = [Posting(500 + number, "posted", row) for number, row in enumerate(ours)]
    places = [(_moved(ours[which], later), which) for which, later in moves if which < len(ours)]
    groups = grouped(
        Shift(300 + number, *slot_of(row), 30, "", 1 + which) for number, (row, which) in enumerate(places)
    )
    found = match_demands(postings, groups)
    certain = [row for row in found if row.certain]
    assert len({record for row in certain for record in row.records}) == 2 * len(certain)
    assert all(row.exact for row in certain)
    shifts = [shift.id for row in certain for shift in row.group.shifts]
    assert len(set(shifts)) == len(shifts)
    Random(1).shuffle(postings)  # noqa: S311 - an order, not a secret
    assert sorted(shown(match_demands(postings, groups[::-1]))) == sorted(shown(found))


def _moved(this: Demand, later: int) -> Demand:
    move = timedelta(minutes=later)
    return msgspec.structs.replace(this, start=this.start + move, end=this.end + move)


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


@pytest.mark.parametrize(
    ("ours", "theirs", "base"),
    [("Dock 4", "Dock 5", "Dock 4"), ("Dock 4", "", ""), ("", "Dock 5", ""), ("Dock 4", "Dock 4", "Dock 4")],
)
def test_a_title_of_both_sides_counts_as_edited_in_when_i_work_alone(ours: str, theirs: str, base: str) -> None:
    """So nobody is told that both sides changed it; one that Wonolo alone has counts as added there."""
    assert adopted(demand(title=ours), demand(title=theirs)).title == base
