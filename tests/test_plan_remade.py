"""A held shift that was deleted and made again is a move: nobody is sent home for a slip of the hand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from mappings.link import LinkedDemand
from sync.plan import make_plan
from sync.plan.snapshot import LonePosting
from tests.factories import ANA, BEN, START, at, demand, held, job, job_request, linked, shift, snapshot
from tests.plans import line, only

HOUR = timedelta(hours=1)
LATER = at(START + HOUR)
MOVED = {"start_time": "2026-03-14 09:00"}


def seats(*workers: Any, shifts: tuple[dict[str, Any], ...] = ()) -> LinkedDemand:
    """A demand whose seats are all held, and the shifts that are left of it."""
    base = demand(headcount=len(workers), workers=frozenset(worker.key for worker in workers))
    return linked(base, job_request(slots=len(workers)), jobs=[job(worker) for worker in workers], shifts=shifts)


@pytest.mark.parametrize(("now", "verdict"), [(START - timedelta(days=3), "do"), (START - timedelta(hours=5), "hold")])
def test_the_only_seat_made_again_moves_the_demand(now: Any, verdict: str) -> None:
    """With a yes so near the start; and from now on the new shift is the seat."""
    plan = make_plan(snapshot(seats(ANA), shifts=(held(401, **LATER),), now=now))
    assert line(only(plan)) == ("update job_request 500", verdict, MOVED)
    assert plan.moved == (("link", 401),)


@pytest.mark.parametrize(
    "record", [held(401), held(401, position_id=22), held(401, location_id=12, site_id=5), held(401, published=False)]
)
def test_it_may_be_as_it_was_or_another_position_or_place_or_a_draft(record: dict[str, Any]) -> None:
    """The demand follows; nothing is cancelled, and nobody asked for anew."""
    place = "drafts" if not record["published"] else "shifts"
    plan = make_plan(snapshot(seats(ANA), **{place: (record,)}))
    assert {row.action for row in plan.changes} <= {"update"}
    assert plan.moved == (("link", 401),)


def test_one_of_several_seats_made_again_strayed() -> None:
    """Wonolo cannot move one worker: the listed conflict, with its ways out."""
    change = only(make_plan(snapshot(seats(ANA, BEN, shifts=(held(303, 108),)), shifts=(held(401, **LATER),))))
    assert (change.verdict, change.record, len(change.choices)) == ("conflict", "401", 3)


@pytest.mark.parametrize(
    "record",
    [
        held(401, user_id=108, **LATER),
        held(401, **at(START + timedelta(days=1))),
        held(401, position_id=22, location_id=12, site_id=5, **LATER),
        held(401, location_id=12, site_id=5, **LATER),
    ],
)
def test_what_is_somebody_else_s_or_elsewhere_at_another_time_or_another_day_s_is_no_move(
    record: dict[str, Any],
) -> None:
    """The demand is gone."""
    changes = make_plan(snapshot(seats(ANA), shifts=(record,))).changes
    assert ("delete job_request 500", "do", {"state": "cancelled"}) in map(line, changes)


@pytest.mark.parametrize("record", [held(401, **LATER), held(401, location_id=12, site_id=5)])
def test_a_shift_that_stood_there_before_is_no_move(record: dict[str, Any]) -> None:
    """The company's own work for her is not what was lost; what stood beside another link's loss says nothing."""
    world = snapshot(seats(ANA), shifts=(record,), standing=frozenset({("link", 401)}))
    changes = make_plan(world).changes
    assert ("delete job_request 500", "do", {"state": "cancelled"}) in map(line, changes)
    other = msgspec.structs.replace(world, standing=frozenset({("other", 401)}))
    assert {row.action for row in make_plan(other).changes} <= {"update"}


def test_a_shift_that_another_request_accounts_for_is_no_move() -> None:
    """She works twice that day."""
    other = LonePosting(job_request(501, slots=1, start_time="2026-03-14T16:00:00-05:00"), (job(job_request_id=501),))
    evening = held(401, **at(START + 8 * HOUR))
    found = [line(row)[:2] for row in make_plan(snapshot(seats(ANA), shifts=(evening,), postings=(other,))).changes]
    assert found == [("delete job_request 500", "do"), ("link job_request 501", "do")]


def test_everything_made_again_with_open_seats_moves_as_a_whole() -> None:
    """The open seats are found beside the held one."""
    base = demand(headcount=2, workers=frozenset({ANA.key}))
    link = linked(base, jobs=[job()])
    plan = make_plan(snapshot(link, shifts=(held(401, **LATER), shift(402, instances=1, **LATER))))
    assert line(only(plan)) == ("update job_request 500", "do", MOVED)


def test_who_withdrew_meanwhile_is_not_kept() -> None:
    """Her new shift is told of, and the demand is gone."""
    base = demand(headcount=1, workers=frozenset({ANA.key}))
    link = linked(base, job_request(slots=1), jobs=[job(state="withdrawn")])
    found = [line(row)[:2] for row in make_plan(snapshot(link, shifts=(held(401, **LATER),))).changes]
    assert ("delete job_request 500", "do") in found
