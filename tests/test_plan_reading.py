"""Reading both sides of a link: which skill it is, what drafts are, and where a demand is whose seats were moved."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from mappings.demand import read_posting
from mappings.shifts import grouped, read_shift
from sync.plan import make_plan
from sync.plan.reading import Sides, read_sides
from sync.plan.snapshot import LonePosting
from tests.factories import ANA, BEN, RULES, START, USERS, at, demand, held, job, job_request, linked, shift, snapshot
from tests.plans import lines, sent

LATER = START + timedelta(hours=1)
LAST = START + timedelta(hours=2)
WITH_ANA = demand(workers=frozenset({ANA.key}))
NIGHT: dict[str, Any] = {"request_name": "Night crew [sb:abc123]", "description_tasks": "As told", "wage": 138.75}
"""A request that could be Picker or Packer, by all that it tells."""
PACKING = linked(
    demand(skill="Packer", title="Night crew"),
    job_request(**NIGHT),
    jobs=[job()],
    shifts=[shift(position_id=22, notes="Night crew")],
)


def test_of_two_skills_it_may_be_it_is_the_one_agreed_on() -> None:
    """So its worker is seated, and known as somebody who holds a seat."""
    packer = demand(skill="Packer", title="Night crew")
    assert lines(snapshot(PACKING)) == [("assign shift 301 #7", "do", sent(packer, user_id=107))]
    found = make_plan(snapshot(PACKING, users={}, candidates=((207, ANA),))).changes
    assert [(row.action, row.record) for row in found] == [("link", "207"), ("assign", "301")]


def test_a_copy_of_a_request_is_known_by_the_skill_agreed_on() -> None:
    """The link tells what its own request does not."""
    twin = LonePosting(job_request(501, **NIGHT | {"description_tasks": "Pack orders"}))
    assert [what for what, _, _ in lines(snapshot(PACKING, postings=(twin,)))] == [
        "none job_request 501",
        "assign shift 301 #7",
    ]


def test_a_draft_for_somebody_who_accepted_meanwhile_is_their_seat() -> None:
    """A manager prepared it; nobody is given a second one."""
    link = linked(jobs=[job()], shifts=[shift(instances=1), held(published=False)])
    assert lines(snapshot(link)) == []


def test_a_draft_of_somebody_who_withdrew_is_opened() -> None:
    """It was their seat, so the demand is not gone."""
    link = linked(WITH_ANA, job_request(slots=1), jobs=[job(state="withdrawn")], shifts=[held(published=False)])
    assert [row for row in lines(snapshot(link)) if " shift " in row[0]] == [
        ("release shift 302 #7", "do", sent(user_id=0))
    ]


def test_a_demand_whose_seats_all_moved_is_where_it_was_seen_last() -> None:
    """A write of ours moves it nowhere else; without one it is where the first held seat went."""
    link = linked(shifts=[held(302, **at(LATER)), held(303, 108, **at(LAST))])
    (seen,) = grouped([read_shift(held(303, 108, **at(LAST)), RULES, USERS)])
    posting = read_posting(job_request(), (), RULES)
    for latest, start in ((None, LATER), (Sides(posting, None), LATER), (Sides(posting, seen), LAST)):
        group = read_sides(link, RULES, USERS, latest=latest).group
        assert group
        assert (group.demand.start, group.demand.workers) == (start, frozenset({ANA.key, BEN.key}))
