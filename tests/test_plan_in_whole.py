"""Changes of demands in whole: every field of what one side alone knows, of what is gone, and of what came twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from mappings.convert import marker
from mappings.demand import job_request_fields
from mappings.digest import owned_digest
from mappings.shifts import shift_fields, slot_of
from sync.plan import Change, FieldChange, Risk, Snapshot, make_plan
from sync.plan.model import Doubt, digest, marker_key
from sync.plan.snapshot import LonePosting
from tests.factories import (
    ANA,
    BEN,
    CHICAGO,
    RULES,
    START,
    at,
    demand,
    job,
    job_request,
    linked,
    shift,
    snapshot,
)
from tests.plans import line, lines, worded
from tests.plans import only_worded as only

NEAR = START - timedelta(hours=10)
SUBJECT = "Picker at Harbor, Sat 14 Mar 08:00-16:00"
BUSY = "a write is under way"


def harbor(**fields: Any) -> Change:
    """A change of the demand at the harbor; three days before its start, unless the risk is told."""
    values: dict[str, Any] = {
        "subject": SUBJECT,
        "place": "Harbor",
        "start": START,
        "zone": CHICAGO,
        "risk": Risk(minutes_to_start=3 * 24 * 60),
    }
    return Change(**values | fields)


def twin(*jobs: dict[str, Any], number: int = 501, **fields: Any) -> LonePosting:
    """A request without a link, at the place and time of request 500 and with its marker."""
    return LonePosting(job_request(number, **fields), tuple(jobs))


def test_open_shifts_become_a_job_request() -> None:
    """Judged by where they are and how many; the marker is made from the link, so that it is found again."""
    assert only(make_plan(snapshot(shifts=(shift(), shift(303, instances=1))))) == harbor(
        action="create",
        system="wonolo",
        kind="job_request",
        link="shift:301",
        rank=6,
        fields=(FieldChange("seats", "", "3"),),
        cause="open shifts in When I Work that Wonolo does not know",
        payload=job_request_fields(demand(headcount=3), RULES, marker_key("shift:301")),
        precondition=digest([(301, slot_of(demand()), 2), (303, slot_of(demand()), 1)]),
        sources=(301, 303),
        seats=3,
        risk=Risk(paid_minutes=1350, cents=45000, minutes_to_start=3 * 24 * 60),
    )


def test_a_shift_whose_link_went_elsewhere_starts_another() -> None:
    """Its key tells the place and time too, and so the marker is another one."""
    change = only(make_plan(snapshot(shifts=(shift(),), taken=frozenset({"shift:301"}))))
    key = f"shift:301:{digest(slot_of(demand()))[:8]}"
    assert (change.link, marker(change.payload["request_name"])) == (key, marker_key(key))


def test_a_job_request_becomes_open_shifts_and_seats() -> None:
    """The stack first; each with a marker of its own."""
    wanted = demand(headcount=3, workers=frozenset({ANA.key}), break_minutes=None)
    shared: dict[str, Any] = {
        "action": "create",
        "system": "wheniwork",
        "kind": "shift",
        "link": "job_request:500",
        "rank": 6,
        "cause": "a JobRequest in Wonolo that When I Work does not know",
    }
    open_key, held_key = (marker_key("job_request:500", what) for what in ("open", ANA.key))
    plan = make_plan(snapshot(postings=(LonePosting(job_request(slots=3), (job(),)),)))
    assert tuple(map(worded, plan.changes)) == (
        harbor(
            **shared,
            fields=(FieldChange("open seats", "", "2"),),
            payload=shift_fields(wanted, RULES, open_key, instances=2),
            seats=2,
        ),
        harbor(
            **shared,
            fields=(FieldChange("worker", "", "Ana R."),),
            payload=shift_fields(wanted, RULES, held_key, user_id=107),
            worker=ANA.key,
            seats=1,
            risk=Risk(people=1, minutes_to_start=3 * 24 * 60),
        ),
    )


def test_demands_that_nearly_agree_are_a_link_that_waits() -> None:
    """With both sides in words, for a person to compare."""
    late = shift(**at(START + timedelta(minutes=20)))
    evidence = "in When I Work it starts 20 minutes later and ends 20 minutes later; as many seats"
    change = only(make_plan(snapshot(postings=(LonePosting(job_request()),), shifts=(late,))))
    assert change.doubt
    assert change == harbor(
        action="link",
        verdict="blocked",
        system="wonolo",
        kind="job_request",
        record="500",
        link="job_request:500",
        rank=1,
        cause=f"95 % like shift 301: {evidence}",
        reason="they may be the same: decide with `shiftbridge match`",
        doubt=Doubt(
            key="demand:job_request:500=shift:301",
            facts=change.doubt.facts,
            wonolo=f"{SUBJECT} (JobRequest 500, seats: 2)",
            wheniwork="Picker at Harbor, Sat 14 Mar 08:20-16:20 (shift 301, seats: 2)",
            score=95,
            evidence=evidence,
        ),
    )


@pytest.mark.parametrize(
    ("world", "number", "cause", "cost"),
    [
        (
            snapshot(linked(demand(workers=frozenset({ANA.key})), jobs=[job()]), now=NEAR),
            "500",
            "all its shifts in When I Work are gone (deleted)",
            Risk(paid_minutes=-900, cents=-30000, people=1, minutes_to_start=600, fee_cents=7500),
        ),
    ],
)
def test_a_request_that_is_cancelled_so_near_the_start_tells_what_it_costs(
    world: Snapshot, number: str, cause: str, cost: Risk
) -> None:
    """Half the pay of who sits on it; it is cancelled only as it was when this was planned."""
    assert only(make_plan(world)) == harbor(
        action="delete",
        verdict="hold",
        system="wonolo",
        kind="job_request",
        record=number,
        link="link" if number == "500" else "job_request:501",
        rank=7,
        cause=cause,
        reason=f"so near the start a cancellation costs half the pay (${cost.fee_cents / 100:.2f})",
        payload={"state": "cancelled"},
        precondition=owned_digest("job_request", job_request()),
        risk=cost,
    )


def test_a_link_without_sides_ends() -> None:
    """Nothing is sent, so nothing has to be as it was."""
    gone = harbor(action="unlink", kind="job_request", link="link", rank=9, cause="gone on both sides")
    assert only(make_plan(snapshot(linked(request=job_request(state="cancelled"))))) == gone


def remark(verdict: Any, reason: str, link: str, **fields: Any) -> Change:
    """What is said of a JobRequest of which nothing is done."""
    return harbor(action="none", verdict=verdict, kind="job_request", link=link, reason=reason, rank=9, **fields)


def test_what_is_under_way_is_said_of_the_request() -> None:
    """A cancellation of one that came twice, a posting, an update of a linked one."""
    again = snapshot(linked(shifts=[shift()]), postings=(twin(),), busy={"job_request:501": BUSY})
    why = "request 501 has the marker of request 500, the same place and time"
    assert only(make_plan(again)) == remark("blocked", BUSY, "job_request:501", cause=why)
    posting = snapshot(shifts=(shift(),), busy={"shift:301": BUSY})
    why = "open shifts in When I Work that Wonolo does not know"
    assert only(make_plan(posting)) == remark("blocked", BUSY, "shift:301", cause=why)
    update = snapshot(linked(shifts=[shift(notes="Dock 4")]), busy={"link": BUSY})
    assert only(make_plan(update)) == remark("blocked", BUSY, "link")


def test_what_cannot_be_read_or_written_is_said_of_the_request() -> None:
    """Both wait for a person, who may post it by hand."""
    why = "its start_time cannot be read: 'soon' is not a time with a zone"
    assert only(make_plan(snapshot(linked(shifts=[shift(start_time="soon")])))) == remark("blocked", why, "link")
    night = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    base = demand(start=night, end=night + timedelta(hours=8))
    request = job_request(start_time="2026-11-01T00:30:00-05:00")
    change = only(make_plan(snapshot(linked(base, request, shifts=[shift(**at(night + timedelta(hours=2)))]))))
    assert (line(change), change.reason.partition(" and ")[0]) == (
        ("none job_request", "blocked", {}),
        "its start comes twice on that night's clock",
    )


def test_a_link_that_cannot_be_written_keeps_the_shifts_beside_it() -> None:
    """One that would join is not posted as a demand of its own."""
    night = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    base = demand(start=night, end=night + timedelta(hours=8))
    request = job_request(start_time="2026-11-01T00:30:00-05:00")
    later = at(night + timedelta(hours=2))
    plan = make_plan(snapshot(linked(base, request, shifts=[shift(**later)]), shifts=(shift(309, **later),)))
    assert [line(change)[:2] for change in plan.changes] == [("none job_request", "blocked")]


def test_a_shift_that_left_a_busy_link_is_not_posted() -> None:
    """What is under way may bring it back."""
    moved = shift(303, instances=1, **at(START + timedelta(hours=1)))
    busy = snapshot(linked(demand(headcount=3), job_request(slots=3), shifts=[shift(), moved]), busy={"link": BUSY})
    assert [line(change)[:2] for change in make_plan(busy).changes] == [("none job_request", "blocked")]


def test_a_link_of_which_one_side_is_gone_is_not_settled() -> None:
    """Its base stays what both sides last agreed on, also where nothing can be done."""
    plan = make_plan(snapshot(linked(), now=START))
    assert ([change.verdict for change in plan.changes], plan.settled) == (["skip"], ())


def test_a_break_of_hourly_work_that_has_begun_is_no_conflict() -> None:
    """Wonolo pays by the hour, whatever the break was."""
    base, request = demand(skill="Cook"), job_request(category="Event Staff", request_name="Cook at Harbor", wage=None)
    plan = make_plan(snapshot(linked(base, request, shifts=[shift(position_id=23, break_time=1)]), now=START))
    assert (plan.changes, plan.settled) == ((), ("link",))


def test_that_work_has_begun_is_said_of_the_request() -> None:
    """Which is why it is not cancelled."""
    assert only(make_plan(snapshot(linked(), now=START))) == remark(
        "skip",
        "work has begun in Wonolo, so nothing is cancelled",
        "link",
        cause="all its shifts in When I Work are gone (deleted)",
        risk=Risk(minutes_to_start=0),
    )


def test_two_requests_without_a_marker_are_two_demands() -> None:
    """Of one place and time: somebody posted them by hand."""
    postings = (twin(job(), number=500, request_name="Dock 4"), twin(job(BEN), request_name="Dock 4"))
    plan = make_plan(snapshot(postings=postings))
    assert {(change.action, change.kind, change.link) for change in plan.changes} == {
        ("create", "shift", "job_request:500"),
        ("create", "shift", "job_request:501"),
    }


def test_a_request_that_cannot_be_read_hides_no_other_from_its_twin() -> None:
    """The links that come after it are looked at all the same."""
    unread = linked(request=job_request(499, address="nowhere"), shifts=[shift(399)])
    broken = msgspec.structs.replace(unread, key="broken")
    plan = make_plan(snapshot(broken, linked(shifts=[shift()]), postings=(twin(),)))
    assert [line(change)[:2] for change in plan.changes] == [
        ("none job_request", "blocked"),
        ("none job_request 501", "conflict"),
    ]


def test_who_is_in_doubt_holds_up_every_request_with_a_seat_of_theirs() -> None:
    """And takes nothing from the rest of the plan."""
    postings = tuple(twin(job(), number=number, request_name=f"Dock {number}") for number in (500, 501))
    unreadable = twin(number=502, category="Nursing")
    world = snapshot(postings=(*postings, unreadable), users={}, candidates=((207, BEN), (208, ANA), (209, ANA)))
    assert [what for what, _, _ in lines(world) if "job_request" in what] == [
        "none job_request 500",
        "none job_request 501",
        "none job_request 502",
    ]
