"""Recognising people and adopting demands: what is certain is linked, what is doubtful waits, nothing is made twice."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from mappings.decision import Decision
from mappings.matching import DIFFERENT, SAME
from mappings.model import Worker
from sync.plan import Change, Risk, Snapshot, make_plan
from sync.plan.model import Doubt
from sync.plan.reasons import SENTENCES
from sync.plan.snapshot import LonePosting
from tests.factories import ANA, BEN, CHICAGO, START, at, demand, held, job, job_request, linked, shift, snapshot
from tests.plans import line, lines, worded

DECIDE = SENTENCES["undecided match"]

ANNA = Worker("E-7", "Anna", "Reyes", phone=ANA.phone)
"""Somebody who may be Ana: a name nearly equal, the same phone number, no e-mail."""
SHORT = "; by usual rates, as the lists are short"
SLOT = "Picker at Harbor, Sat 14 Mar 08:00-16:00"


def seated(**changes: Any) -> Snapshot:
    """Ana holds a seat of a JobRequest that nobody linked, and user 207 one of a shift at the same place and time."""
    values: dict[str, Any] = {
        "postings": (LonePosting(job_request(slots=1), (job(),)),),
        "shifts": (held(302, user_id=207),),
        "users": {108: BEN.key},
        "candidates": ((207, ANNA),),
    }
    return snapshot(**values | changes)


def answered(snapshot: Snapshot, choice: str) -> Snapshot:
    """The same after Dana decided about the first doubt."""
    doubt = make_plan(snapshot).doubts[0]
    return msgspec.structs.replace(
        snapshot, decisions={doubt.key: Decision(doubt.key, doubt.facts, choice, "Dana", START)}
    )


def test_who_is_certain_counts_as_known_in_the_same_plan() -> None:
    """Ana's seat on both sides is one seat; nothing is created."""
    link, adopt = make_plan(seated(candidates=((207, msgspec.structs.replace(ANA, key="E-7")),))).changes
    assert [line(row)[:2] for row in (link, adopt)] == [
        ("link user 207 #7", "do"),
        ("link job_request 500", "do"),
    ]
    assert adopt.payload["shifts"] == [302]
    assert adopt.payload["base"]["workers"] == [ANA.key]


def test_while_somebody_is_in_doubt_nothing_is_made_for_them() -> None:
    """Neither a user, nor a shift, nor a link of the demand that she may hold a seat of on both sides."""
    plan = make_plan(seated())
    doubt, waiting = plan.changes
    assert (line(doubt), doubt.reason) == (("link user 207 #7", "blocked", {}), DECIDE)
    assert doubt.cause == (
        "99 %: same phone number; names 'Ana Reyes' and 'Anna Reyes' nearly equal"
        + SHORT
        + "; holds a seat: Picker at Harbor, Sat 14 Mar 08:00-16:00"
    )
    assert line(waiting) == ("none job_request 500", "blocked", {})
    assert waiting.reason == "Ana R. may be Anna Reyes, a user already (99 %): decide with `shiftbridge match`"
    assert plan.doubts == (
        Doubt(
            key="worker:wonolo:7=user:207",
            facts=plan.doubts[0].facts,
            wonolo="Ana Reyes (worker 7)",
            wheniwork="Anna Reyes (user 207)",
            score=99,
            evidence="same phone number; names 'Ana Reyes' and 'Anna Reyes' nearly equal" + SHORT,
        ),
    )


def test_a_doubt_is_told_in_whole() -> None:
    """With the seat that makes it matter; nobody's record is touched."""
    doubt = make_plan(seated()).changes[0]
    assert worded(msgspec.structs.replace(doubt, cause="", doubt=None)) == Change(
        action="link",
        verdict="blocked",
        system="wheniwork",
        kind="user",
        record="207",
        link="worker:wonolo:7",
        subject="Ana R. may be Anna Reyes",
        place="Harbor",
        start=START,
        zone=CHICAGO,
        rank=0,
        reason=DECIDE,
        worker=ANA.key,
        risk=Risk(people=1, minutes_to_start=3 * 24 * 60),
    )


def test_a_request_that_cannot_be_read_hides_no_seat_of_another() -> None:
    """Whichever comes first."""
    broken = LonePosting(job_request(499, category="Nursing"), (job(BEN),))
    readable = LonePosting(job_request(slots=1), (job(),))
    assert [row.key for row in make_plan(seated(postings=(broken, readable))).doubts] == ["worker:wonolo:7=user:207"]


def test_a_seat_on_a_linked_demand_waits_alone() -> None:
    """Ana's seat is not filled; the rest of the demand goes on."""
    link = linked(jobs=[job(), job(BEN)], shifts=[shift()])
    plan = make_plan(seated(postings=(), shifts=(), links=(link,)))
    assert [line(change)[:2] for change in plan.changes] == [
        ("link user 207 #7", "blocked"),
        ("assign shift 301 #8", "do"),
        ("none shift #7", "blocked"),
    ]


def test_somebody_decided_to_be_a_user_is_linked() -> None:
    """And her demand adopted."""
    link, adopt = make_plan(answered(seated(), SAME)).changes
    assert (line(link)[:2], line(adopt)[:2]) == (("link user 207 #7", "do"), ("link job_request 500", "do"))
    assert link.cause == "100 %: Dana said so; holds a seat: Picker at Harbor, Sat 14 Mar 08:00-16:00"


def test_somebody_decided_to_be_another_becomes_a_user() -> None:
    """And gets a shift of her own."""
    assert [what for what, _, _ in lines(answered(seated(), DIFFERENT))] == ["create user #7", "create shift #7"]


def test_a_decision_whose_facts_changed_is_void() -> None:
    """She is asked about again."""
    before = answered(seated(), DIFFERENT)
    candidates = ((207, msgspec.structs.replace(ANNA, last_name="Reyez")),)
    plan = make_plan(msgspec.structs.replace(before, candidates=candidates))
    assert (len(plan.doubts), plan.void) == (1, ("worker:wonolo:7=user:207",))
    assert make_plan(before).void == ()


def test_where_people_are_at_work_is_evidence() -> None:
    """Somebody of the same name at the same place and time is still for a person to decide."""
    seats = {ANA.key: frozenset({("Harbor", START)}), "user:207": frozenset({("Harbor", START)})}
    namesake = Worker("E-7", "Ana", "Reyes")
    (doubt,) = make_plan(seated(candidates=((207, namesake),), seats=seats)).doubts
    assert doubt.evidence == "same name 'Ana Reyes'; at work at the same place and time" + SHORT


def test_the_lists_as_a_whole_are_learned_from() -> None:
    """Those who hold no seat are matched with nobody, but may be who somebody else is."""
    roster = tuple(Worker(f"wonolo:{number}", "Zoe", f"Number{number}") for number in range(20, 60))
    users = tuple((number, Worker("", "Zoe", f"Number{number}")) for number in range(20, 60))
    (doubt,) = make_plan(seated(roster=roster, candidates=(*users, (207, ANNA)))).doubts
    assert doubt.evidence == "same phone number; names 'Ana Reyes' and 'Anna Reyes' nearly equal"


@pytest.mark.parametrize(
    "changes",
    [
        {"candidates": ()},
        {"candidates": ((208, BEN),)},
        {"postings": (LonePosting(job_request(slots=1, category="Nursing"), (job(),)),)},
        {"postings": (LonePosting(job_request(slots=1), (job(state="withdrawn"),)),)},
        {"busy": {f"worker:{ANA.key}": "a write is under way"}},
    ],
)
def test_nobody_is_in_doubt_without_a_seat_or_somebody_like_them(changes: dict[str, Any]) -> None:
    """Nor while a user is being made of them."""
    assert make_plan(seated(shifts=(), **changes)).doubts == ()


def test_a_worker_is_shown_with_the_first_of_their_seats() -> None:
    """Though a later one was read first."""
    later = START.replace(day=20)
    base = demand(start=later, end=later.replace(hour=21))
    request = job_request(501, start_time="2026-03-20T08:00:00-05:00")
    far = msgspec.structs.replace(
        linked(base, request, jobs=[job(job_request_id=501)], shifts=[shift(311, **at(later))]), key="far"
    )
    gone = msgspec.structs.replace(linked(base, shifts=[shift(312, **at(later))]), key="gone", job_request=None)
    plan = make_plan(seated(links=(far, gone)))
    assert [change.start for change in plan.changes if change.doubt] == [START]


NEARLY = LonePosting(job_request(slots=3, start_time="2026-03-14T08:15:00-05:00"))


def test_demands_that_nearly_agree_wait_for_a_person() -> None:
    """Neither side gets the other's."""
    plan = make_plan(snapshot(postings=(NEARLY,), shifts=(shift(),)))
    (change,) = plan.changes
    assert (line(change)[:2], change.reason) == (("link job_request 500", "blocked"), DECIDE)
    assert change.subject == "Picker at Harbor, Sat 14 Mar 08:15-16:15"
    evidence = (
        "in When I Work it starts 15 minutes earlier and ends 15 minutes earlier; 3 seats in Wonolo, 2 in When I Work"
    )
    assert change.cause == f"63 % like shift 301: {evidence}"
    assert plan.doubts == (
        Doubt(
            key="demand:job_request:500=shift:301",
            facts=plan.doubts[0].facts,
            wonolo="Picker at Harbor, Sat 14 Mar 08:15-16:15 (JobRequest 500, seats: 3)",
            wheniwork="Picker at Harbor, Sat 14 Mar 08:00-16:00 (shift 301, seats: 2)",
            score=63,
            evidence=evidence,
        ),
    )


def test_demands_decided_to_be_one_are_linked_and_made_equal() -> None:
    """When I Work's times and seats win, as it owns them."""
    plan = lines(answered(snapshot(postings=(NEARLY,), shifts=(shift(),)), SAME))
    assert [row[:2] for row in plan] == [("link job_request 500", "do"), ("update job_request 500", "do")]
    assert plan[1][2] == {"start_time": "2026-03-14 08:00", "slots": 2}


def test_demands_decided_to_be_two_are_both_made_on_the_other_side() -> None:
    """As if the other were not there."""
    plan = lines(answered(snapshot(postings=(NEARLY,), shifts=(shift(),)), DIFFERENT))
    assert [row[:2] for row in plan] == [("create job_request", "do"), ("create shift", "do")]


def test_two_requests_for_the_same_shifts_wait() -> None:
    """When neither comes out even with them; once a person says which it is, the other is made in When I Work."""
    postings = (LonePosting(job_request()), LonePosting(job_request(501, request_name="")))
    twice = snapshot(postings=postings, shifts=(shift(instances=2), shift(303, instances=2)))
    assert [row[:2] for row in lines(twice)] == [("link job_request 500", "do"), ("link job_request 501", "do")]
    uneven = snapshot(postings=postings, shifts=(shift(instances=3), shift(302, instances=4)))
    doubts = make_plan(uneven).doubts
    assert [(doubt.key, doubt.wheniwork) for doubt in doubts] == [
        (f"demand:job_request:{number}=shift:301", f"{SLOT} (shift 301 and 1 more, seats: 7)") for number in (500, 501)
    ]
    assert [row[:2] for row in lines(answered(uneven, SAME))] == [
        ("link job_request 500", "do"),
        ("update job_request 500", "do"),
        ("create shift", "do"),
    ]


def test_requests_of_one_time_are_linked_and_what_is_left_is_made() -> None:
    """Two JobRequests of two seats each beside stacks of two and one: one is linked, the others created."""
    postings = (LonePosting(job_request()), LonePosting(job_request(501, request_name="")))
    apart = snapshot(postings=postings, shifts=(shift(instances=2),))
    assert [row[:2] for row in lines(apart)] == [("link job_request 500", "do"), ("create shift", "do")]
    more = snapshot(postings=postings, shifts=(*(shift(301 + number, instances=2) for number in range(3)),))
    assert [row[:2] for row in lines(more)] == [
        ("link job_request 500", "do"),
        ("link job_request 501", "do"),
        ("create job_request", "do"),
    ]


def test_full_demands_of_both_sides_are_one() -> None:
    """Though no seat is open: the shift that Ben holds is adopted with the JobRequest."""
    posting = LonePosting(job_request(slots=1), (job(BEN),))
    full = snapshot(postings=(posting,), shifts=(held(302, user_id=108),))
    assert [row[:2] for row in lines(full)] == [("link job_request 500", "do")]
