"""A plan as a value: its order, its keys, its checksum."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mappings.link import LinkedDemand
from sync.plan import Change, Plan, Snapshot, Verdict, make_plan
from sync.plan.model import WAITING, digest, marker_key, ordered
from sync.plan.snapshot import LonePosting
from tests.factories import ANA, BEN, CAT, START, at, demand, held, job, job_request, linked, shift, snapshot
from tests.plans import line

LATER = START + timedelta(days=1)


def change(**fields: object) -> Change:
    """Any change."""
    values = {"action": "update", "kind": "shift", "link": "link", "subject": "something"} | fields
    return msgspec.convert(values, Change)


def of_day(day: int) -> LinkedDemand:
    """A demand of that day, in which Ana took a seat and a manager added one."""
    start = START + timedelta(days=day)
    request = job_request(500 + day, start_time=start.isoformat())
    base = demand(start=start, end=start + timedelta(hours=8))
    shifts = (shift(300 + day, instances=3, **at(start)),)
    return LinkedDemand(f"link{day}", base, request, (job(job_request_id=500 + day),), shifts)


def everything(order: list[int]) -> Snapshot:
    """Links, postings and shifts of several days, some of each, in that order."""
    return snapshot(
        *(of_day(day) for day in order),
        postings=tuple(
            LonePosting(job_request(600 + day, start_time=(START + timedelta(days=10 + day)).isoformat()), (job(BEN),))
            for day in order
        ),
        shifts=tuple(shift(700 + day, **at(START + timedelta(days=20 + day))) for day in order),
        users={},
    )


@settings(max_examples=20)
@given(st.permutations(range(4)))
def test_the_same_facts_give_the_same_plan_in_whatever_order_they_come(order: list[int]) -> None:
    """Change by change, and in its checksum."""
    plan, same = make_plan(everything([0, 1, 2, 3])), make_plan(everything(order))
    assert same.changes == plan.changes
    assert same.checksum == plan.checksum


def test_a_plan_may_be_made_earlier_or_later() -> None:
    """As long as no start comes too near, only the minutes to it differ."""
    plan = make_plan(everything([0, 1]))
    later = make_plan(msgspec.structs.replace(everything([0, 1]), now=START - timedelta(days=1)))
    assert later.checksum == plan.checksum
    assert later != plan


@pytest.mark.parametrize(
    "other",
    [
        snapshot(linked(shifts=[shift(instances=4)])),
        snapshot(linked(shifts=[shift(notes="Dock 4")])),
        snapshot(linked(shifts=[shift(instances=3)]), now=START - timedelta(hours=1), busy={"link": "under way"}),
        snapshot(linked(shifts=[shift()])),
    ],
)
def test_another_plan_has_another_checksum(other: Snapshot) -> None:
    """In its payload, its records, its verdicts or its length."""
    assert make_plan(other).checksum != make_plan(snapshot(linked(shifts=[shift(instances=3)]))).checksum


def test_near_starts_come_first() -> None:
    """And within one demand room before who takes it."""
    plan = make_plan(everything([2, 0, 1]))
    starts = [row.start for row in plan.changes if row.start]
    assert len(starts) == len(plan.changes)
    assert all(one <= next_one for one, next_one in pairwise(starts))
    assert [line(row)[0] for row in plan.changes[:3]] == [
        "create user #7",
        "update job_request 500",
        "assign shift 300 #7",
    ]


def test_the_order_in_which_one_demand_is_carried_out() -> None:
    """Users, the link, room, releases, assignments, resized stacks, deletions, remarks; without a start last."""
    rows = [
        change(start=START, rank=9, link="a"),
        change(start=START, kind="user", rank=0, link="worker"),
        change(start=START, rank=3, link="b"),
        change(start=START, rank=3, link="a", record="2"),
        change(start=START, rank=3, link="a", record="1", worker="y"),
        change(start=START, rank=3, link="a", record="1", worker="x"),
        change(start=LATER, kind="user", rank=0, link="worker"),
        change(kind="user", rank=0, link="worker"),
    ]
    expected = (rows[1], rows[5], rows[4], rows[3], rows[0], rows[2], rows[6], rows[7])
    assert ordered(rows) == ordered(reversed(rows)) == expected


def test_seats_are_written_in_an_order_that_both_systems_accept() -> None:
    """Wonolo refuses fewer slots than workers; a stack is resized as the assignments left it."""
    base = demand(headcount=3, workers=frozenset({ANA.key}))
    jobs = [job(), job(BEN)]
    link = linked(base, job_request(slots=4), jobs=jobs, shifts=[shift(instances=1)])
    assert [line(row)[0] for row in make_plan(snapshot(link)).changes] == [
        "release job 907 #7",
        "assign shift 301 #8",
        "update job_request 500",
    ]
    grown = linked(demand(), job_request(slots=4), jobs=[job(BEN)], shifts=[shift()])
    assign, resize = make_plan(snapshot(grown)).changes
    assert (assign.expects, resize.expects) == ({"user_id": 0, "instances": 2}, {"user_id": 0, "instances": 1})
    assert (line(resize)[0], resize.payload["instances"]) == ("update shift 301", 3)


def test_a_key_is_short_and_told_by_the_work_alone() -> None:
    """Neither by the words, nor by the risk, nor by how a payload spells it."""
    one = change(payload={"slots": 3})
    assert len(one.key) == 12
    assert one.key == change(payload={"slots": 4}, subject="otherwise", cause="another", rank=1).key
    others = [
        change(payload={"slots": 3}, seats=1),
        change(payload={"slots": 3}, touched=["end"]),
        change(payload={"slots": 3}, code="stray"),
        change(payload={"slots": 3}, record="1"),
        change(payload={"slots": 3}, worker="x"),
    ]
    assert one.key not in {row.key for row in others}


@pytest.mark.parametrize(
    ("action", "verdict", "writes"),
    [
        ("update", "do", True),
        ("update", "hold", False),
        ("link", "do", False),
        ("unlink", "do", False),
        ("none", "conflict", False),
    ],
)
def test_what_is_sent_to_a_remote_system(action: str, verdict: str, writes: bool) -> None:  # noqa: FBT001 (a column)
    """Links are kept here, and what waits is not sent."""
    assert change(action=action, verdict=verdict).writes is writes


def test_a_judge_may_hold_back_changes() -> None:
    """The others stay as they are."""
    plan = Plan((change(record="1"), change(record="2"), change(record="3", verdict="skip")), ("quiet",))

    def judge(row: Change) -> tuple[Verdict, str] | None:
        return ("blocked", "refused lately") if row.record == "2" else None

    judged = plan.judged(judge)
    assert [(row.verdict, row.reason) for row in judged.changes] == [
        ("do", ""),
        ("blocked", "refused lately"),
        ("skip", ""),
    ]
    assert (judged.to_do, judged.waiting) == ((plan.changes[0],), (judged.changes[1],))
    assert judged.settled == ("quiet",)
    assert "skip" not in WAITING


def test_digests_do_not_depend_on_the_order_of_a_mapping_or_set() -> None:
    """Only on values."""
    assert digest({"a": 1, "b": {2, 1}}) == digest({"b": {1, 2}, "a": 1})
    assert digest([1, 2]) != digest([2, 1])
    assert marker_key("shift:1") == marker_key("shift:1") != marker_key("shift:2")
    assert len(marker_key("shift:1")) == 10


def test_who_holds_a_seat_on_both_sides_needs_nothing() -> None:
    """Ana in Wonolo, Ana in When I Work; Cat withdrew before anybody saw her."""
    link = linked(
        demand(workers=frozenset({ANA.key})),
        jobs=[job(), job(CAT, state="withdrawn")],
        shifts=[shift(instances=1), held()],
    )
    assert make_plan(snapshot(link)) == Plan((), ("link",))
