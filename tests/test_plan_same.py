"""The same facts make the same plan, byte for byte, in whatever order they are told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from mappings.link import LinkedDemand
from sync.plan import Plan, Snapshot, make_plan
from sync.plan.snapshot import LonePosting
from tests.factories import ANA, BEN, START, USERS, at, demand, held, job, job_request, linked, shift, snapshot

LATER = START + timedelta(hours=1)
DAY = timedelta(days=1)


def _link(number: int, **edits: Any) -> LinkedDemand:
    """One of several linked demands on the following days."""
    start = START + number * DAY
    base = demand(start=start, end=start + timedelta(hours=8), workers=frozenset({ANA.key}))
    request = job_request(500 + number, start_time=start.isoformat())
    seats = [job(number=900 + number, job_request_id=500 + number)]
    shifts = [shift(300 + 10 * number, **{"instances": 1} | at(start) | edits), held(301 + 10 * number, **at(start))]
    return msgspec.structs.replace(linked(base, request, jobs=seats, shifts=shifts), key=f"link:{number}")


WORLD = snapshot(
    _link(0, notes="Dock 4"),
    _link(1, instances=3),
    _link(2),
    _link(3, **at(LATER + 3 * DAY)),
    postings=(
        LonePosting(job_request(600, start_time=(START + 9 * DAY).isoformat()), (job(BEN, number=990),)),
        LonePosting(job_request(601, start_time=(START + 8 * DAY).isoformat())),
    ),
    shifts=(shift(701, **at(START + 8 * DAY)), shift(702, **at(START + 7 * DAY)), shift(703, position_id=99)),
)


def _bytes(plan: Plan) -> bytes:
    return msgspec.json.encode(plan)


@st.composite
def _shuffled(draw: st.DrawFn) -> Snapshot:
    """The world with everything told in another order."""
    links = draw(st.permutations(WORLD.links))
    links = [msgspec.structs.replace(row, shifts=tuple(draw(st.permutations(row.shifts)))) for row in links]
    return msgspec.structs.replace(
        WORLD,
        links=tuple(links),
        postings=tuple(draw(st.permutations(WORLD.postings))),
        shifts=tuple(draw(st.permutations(WORLD.shifts))),
        users=dict(draw(st.permutations(list(USERS.items())))),
    )


@given(_shuffled())
def test_the_order_in_which_facts_are_told_does_not_matter(told: Snapshot) -> None:
    """Not to a single byte, and so not to the checksum that a person approves."""
    plan, again = make_plan(WORLD), make_plan(told)
    assert (_bytes(again), again.checksum) == (_bytes(plan), plan.checksum)


def test_a_plan_of_other_facts_has_another_checksum() -> None:
    """Be it that only the reason differs."""
    other = msgspec.structs.replace(WORLD, links=(WORLD.links[0], *WORLD.links[2:]))
    assert make_plan(other).checksum != make_plan(WORLD).checksum


def test_near_starts_come_first() -> None:
    """Tonight's shift before next week's, and what has no time last."""
    starts = [change.start for change in make_plan(WORLD).changes]
    timed = [start for start in starts if start]
    assert timed == sorted(timed)
    assert starts[len(timed) :] == [None] * (len(starts) - len(timed))
