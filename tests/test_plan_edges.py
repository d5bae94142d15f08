"""What the planner leaves out of sight, or asks nothing about: the edges of its rules about what may be there."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from sync.plan import Change, Snapshot, make_plan
from sync.plan.came_back import otherwise
from sync.plan.model import Live
from sync.plan.snapshot import LonePosting
from tests.factories import ANA, NOW, RULES, START, at, demand, held, job, job_request, linked, shift, snapshot
from tests.plans import only

EARLIER = NOW - timedelta(hours=9)
PAST: dict[str, Any] = {"start_time": EARLIER.isoformat()}
NOWHERE: dict[str, Any] = {"address": "9 Lost Lane", "zip": "99999", "venue": "", "city": "Reno"}

BLIND: dict[str, Snapshot] = {
    "a shift whose location cannot be read": snapshot(shifts=(shift(location_id="x"),)),
    "a shift of an unmapped site that is over": snapshot(shifts=(shift(site_id=9, **at(EARLIER)),)),
    "a draft of Wonolo at an address nobody mapped": snapshot(
        postings=(LonePosting(job_request(state="draft", **NOWHERE), ()),)
    ),
    "a draft of Wonolo that is over": snapshot(postings=(LonePosting(job_request(state="draft", **PAST), ()),)),
    "a request at a mistyped zip that is over": snapshot(postings=(LonePosting(job_request(zip="60610", **PAST), ()),)),
    "an unmapped request beyond the horizon": snapshot(
        postings=(LonePosting(job_request(**NOWHERE), ()),), until=NOW + timedelta(hours=1)
    ),
}


@pytest.mark.parametrize("case", BLIND)
def test_what_is_over_or_tells_nothing_is_asked_about_by_nobody(case: str) -> None:
    """At most it is listed as left out."""
    assert [row.verdict for row in make_plan(BLIND[case]).changes if row.verdict != "skip"] == []


def test_a_request_whose_place_is_configured_no_more_stands_where_it_was_sent() -> None:
    """Nothing says where that is."""
    sent = job_request(**NOWHERE)
    change = Change(action="create", verdict="do", kind="job_request", link="shift:301", subject="")
    assert "address" not in otherwise(change, {"address": NOWHERE["address"], "zip": "99999"}, sent, RULES)


def test_a_write_that_came_back_otherwise_is_asked_about_until_work_begins() -> None:
    """Then it is too late for any of the answers."""
    sent = Change(
        action="create",
        verdict="do",
        system="wonolo",
        kind="job_request",
        link="link",
        subject="",
        payload={"slots": 2},
    )
    live = Live(sent, ("slots",), "500", "slots was sent as 2 but reads 3")
    world = snapshot(linked(None, job_request(slots=3), shifts=[shift()]), live=(live,))
    assert [row.code for row in make_plan(world).waiting] == ["live otherwise"]
    begun = msgspec.structs.replace(world, now=START + timedelta(minutes=1))
    assert "live otherwise" not in [row.code for row in make_plan(begun).changes]


def test_nobody_is_taken_off_unreadable_work_that_is_settled() -> None:
    """Its people stay as they were, and only the reason is told."""
    staffed = demand(workers=frozenset({ANA.key}))
    shifts = [shift(instances=1, location_id=99), held(location_id=99)]
    world = snapshot(linked(staffed, jobs=[job(state="approved")], shifts=shifts), now=START + timedelta(hours=1))
    assert (only(make_plan(world)).verdict, only(make_plan(world)).code) == ("blocked", "unread")
