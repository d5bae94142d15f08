"""Planning a linked demand: edits of either side, accepting, withdrawing, and what waits near the start."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest

from mappings.model import Demand
from sync.plan import FieldChange, Policy, Risk, make_plan
from tests.factories import (
    ANA,
    BEN,
    HARBOR,
    NOW,
    RULES,
    START,
    at,
    demand,
    held,
    job,
    job_request,
    linked,
    shift,
    snapshot,
)
from tests.plans import line, lines, only, sent

LATER = START + timedelta(hours=1)
NEAR = START - timedelta(hours=10)
LATER_BOTH = demand(start=LATER, end=LATER + timedelta(hours=8))


def seated(*workers: str, **changes: Any) -> Demand:
    """The demand of the factories with these workers agreed on."""
    return demand(workers=frozenset(workers), **changes)


def test_a_quiet_link_plans_nothing_and_its_base_may_move() -> None:
    """Both sides are as agreed."""
    plan = make_plan(snapshot(linked(shifts=[shift()])))
    assert (plan.changes, plan.settled) == ((), ("link",))


def test_equal_edits_of_both_sides_only_move_the_base() -> None:
    """Equality comes first."""
    request = job_request(start_time="2026-03-14T09:00:00-05:00", request_name="Dock 4")
    plan = make_plan(snapshot(linked(request=request, shifts=[shift(notes="Dock 4", **at(LATER))])))
    assert (plan.changes, plan.settled) == ((), ("link",))


def test_a_moved_time_is_copied_to_wonolo() -> None:
    """As a wall clock; the pay stays, as the length does."""
    plan = make_plan(snapshot(linked(shifts=[shift(**at(LATER))])))
    change = only(plan)
    assert line(change) == ("update job_request 500", "do", {"start_time": "2026-03-14 09:00"})
    assert change.fields == (
        FieldChange("start", "Sat 14 Mar 08:00", "Sat 14 Mar 09:00"),
        FieldChange("end", "Sat 14 Mar 16:00", "Sat 14 Mar 17:00"),
    )
    assert (
        change.cause
        == "start Sat 14 Mar 08:00 -> Sat 14 Mar 09:00; end Sat 14 Mar 16:00 -> Sat 14 Mar 17:00 in When I Work"
    )
    assert change.subject == "Picker at Harbor, Sat 14 Mar 08:00-16:00"
    assert (change.system, change.place, change.zone, change.start) == ("wonolo", "Harbor", "America/Chicago", START)
    assert change.touched == ("start", "end")
    assert change.risk == Risk(minutes_to_start=3 * 24 * 60)
    assert plan.settled == ()


def test_a_longer_shift_costs_more() -> None:
    """One more paid hour for each of two seats."""
    change = only(
        make_plan(
            snapshot(
                linked(
                    jobs=[job()],
                    base=seated(ANA.key),
                    shifts=[shift(instances=1, **at(START, 9)), held(**at(START, 9))],
                )
            )
        )
    )
    assert change.payload == {"duration": 540, "wage": 170.0}
    assert change.risk == Risk(paid_minutes=120, cents=4000, people=1, minutes_to_start=3 * 24 * 60)


def test_a_longer_break_lowers_the_wage() -> None:
    """Wonolo has no break, but pays for less time."""
    change = only(make_plan(snapshot(linked(shifts=[shift(break_time=1)]))))
    assert line(change) == ("update job_request 500", "do", {"wage": 140.0})
    assert change.fields == (FieldChange("unpaid break", "30 min", "60 min"),)
    assert change.touched == ("break_minutes",)


def test_a_break_of_hourly_work_changes_nothing_in_wonolo() -> None:
    """Its rate fits any break."""
    base = demand(skill="Cook")
    request = job_request(category="Event Staff", request_name="Cook at Harbor", wage=None)
    plan = make_plan(snapshot(linked(base, request, shifts=[shift(position_id=23, break_time=1)])))
    assert (plan.changes, plan.settled) == ((), ("link",))


@pytest.mark.parametrize(
    ("record", "payload"),
    [
        ({"notes": "Dock 4\nbring boots"}, {"request_name": "Dock 4 bring boots [sb:abc123]"}),
        ({"instances": 3}, {"slots": 3}),
        ({"instances": 1}, {"slots": 1}),
        (
            {"position_id": 22},
            {"category": "Fulfillment / Warehousing", "description_tasks": "Pack orders", "wage": 138.75}
            | {"request_name": "Packer at Harbor [sb:abc123]"},
        ),
        (
            {"location_id": 12, "site_id": 5},
            {"venue": "Depot", "address": "9 Rail St", "city": "Newark", "zip": "07102"}
            | {"request_name": "Picker at Depot [sb:abc123]"},
        ),
    ],
)
def test_an_edit_in_when_i_work_is_copied_to_wonolo(record: dict[str, Any], payload: dict[str, Any]) -> None:
    """One field each."""
    assert lines(snapshot(linked(shifts=[shift(**record)]))) == [("update job_request 500", "do", payload)]


@pytest.mark.parametrize(
    ("request_fields", "payload"),
    [
        ({"start_time": "2026-03-14T09:00:00-05:00"}, sent(LATER_BOTH)),
        ({"request_name": "Dock 4"}, sent(notes="Dock 4")),
        ({"slots": 4}, sent(instances=4)),
        ({"slots": 1}, sent(instances=1)),
        ({"category": "Event Staff"}, sent(position_id=23)),
        ({"address": "9 Rail St", "zip": "07102"}, sent(demand(place="Depot"), site_id=5)),
    ],
)
def test_an_edit_in_wonolo_is_copied_to_when_i_work(request_fields: dict[str, Any], payload: dict[str, Any]) -> None:
    """One field each; times and location go with every update."""
    plan = lines(snapshot(linked(request=job_request(**request_fields), shifts=[shift()])))
    assert plan == [("update shift 301", "do", payload)]


def test_every_shift_of_a_group_is_edited() -> None:
    """Held ones too; their own notes stay their own."""
    shifts = [shift(instances=1, notes="Own words"), held()]
    request = job_request(start_time="2026-03-14T09:00:00-05:00")
    plan = lines(snapshot(linked(seated(ANA.key), request, jobs=[job()], shifts=shifts)))
    assert plan == [("update shift 301", "do", sent(LATER_BOTH)), ("update shift 302", "do", sent(LATER_BOTH))]


def test_disjoint_edits_of_both_sides_both_survive() -> None:
    """Each goes to the other side."""
    request = job_request(request_name="Dock 4")
    plan = make_plan(snapshot(linked(request=request, shifts=[shift(instances=3)])))
    assert [line(change) for change in plan.changes] == [
        ("update job_request 500", "do", {"slots": 3}),
        ("update shift 301", "do", sent(notes="Dock 4")),
    ]
    cause = "title none -> Dock 4 in Wonolo; seats 2 -> 3 in When I Work"
    assert {change.cause for change in plan.changes} == {cause}


def test_of_two_different_edits_the_owners_wins_and_the_plan_says_so() -> None:
    """Titles belong to When I Work."""
    change = only(
        make_plan(snapshot(linked(request=job_request(request_name="Dock 5"), shifts=[shift(notes="Dock 4")])))
    )
    assert line(change) == ("update job_request 500", "do", {"request_name": "Dock 4"})
    assert change.cause == (
        "title none -> Dock 5 in Wonolo; title none -> Dock 4 in When I Work; "
        "both sides changed title: When I Work decides"
    )


def test_a_worker_who_accepts_takes_one_seat_off_the_stack() -> None:
    """Never the whole stack."""
    plan = make_plan(snapshot(linked(jobs=[job()], shifts=[shift()])))
    change = only(plan)
    assert line(change) == ("assign shift 301 #7", "do", sent(user_id=107))
    assert change.expects == {"user_id": 0, "instances": 2}
    assert change.fields == (FieldChange("worker", "", "Ana R."),)
    assert change.cause == "workers nobody -> Ana R. in Wonolo"
    assert change.risk == Risk(people=1, minutes_to_start=3 * 24 * 60)


@pytest.mark.parametrize("state", ["withdrawn", "cancelled", "no_show", "rejected"])
def test_a_worker_who_is_not_coming_opens_the_seat_again(state: str) -> None:
    """Withdrawn, cancelled, rejected or not shown up; also when work has begun."""
    link = linked(seated(ANA.key), jobs=[job(state=state)], shifts=[shift(instances=1), held()])
    for now in (NOW, START + timedelta(hours=1)):
        assert lines(snapshot(link, now=now)) == [("release shift 302 #7", "do", sent(user_id=0))]


def test_a_worker_who_waits_to_be_accepted_holds_no_seat() -> None:
    """Pending is not yet filled."""
    assert lines(snapshot(linked(jobs=[job(state="pending")], shifts=[shift()]))) == []


def test_an_employee_who_takes_an_open_seat_takes_it_from_wonolo() -> None:
    """The stack shrinks, and the slots follow."""
    shifts = [shift(instances=1), shift(309, user_id=55, instances=1)]
    for shown in (shifts[:1], shifts):
        plan = lines(snapshot(linked(shifts=shown)))
        assert plan == [("update job_request 500", "do", {"slots": 1})]


def test_a_seat_taken_from_a_worker_by_an_employee_is_given_up_in_wonolo() -> None:
    """The worker goes before the slot does."""
    link = linked(seated(ANA.key), jobs=[job()], shifts=[shift(instances=1), held(user_id=55)])
    assert lines(snapshot(link)) == [
        ("release job 907 #7", "do", {"state": "cancelled", "cancelled_reason": "admin_cancelled"}),
        ("update job_request 500", "do", {"slots": 1}),
    ]


def test_a_worker_seated_in_when_i_work_is_assigned_in_wonolo() -> None:
    """A manager put a linked worker on an open seat."""
    link = linked(shifts=[shift(instances=1), held()])
    assert lines(snapshot(link)) == [("assign job #7", "do", {"worker_id": 7, "job_request_id": 500})]


def test_a_worker_unseated_in_when_i_work_is_released_in_wonolo() -> None:
    """The seat is open again there."""
    link = linked(seated(ANA.key), jobs=[job()], shifts=[shift()])
    (released,) = make_plan(snapshot(link)).changes
    assert line(released) == (
        "release job 907 #7",
        "do",
        {"state": "cancelled", "cancelled_reason": "admin_cancelled"},
    )
    assert released.fields == (FieldChange("worker", "Ana R.", ""),)


def test_one_more_shift_of_the_same_slot_joins() -> None:
    """Slots rise; the shift needs no write, and is one of the link from now on."""
    plan = make_plan(snapshot(linked(shifts=[shift()]), shifts=(shift(309, instances=1),)))
    assert ([line(row) for row in plan.changes], plan.moved) == (
        [("update job_request 500", "do", {"slots": 3})],
        (("link", 309),),
    )


def test_a_worker_on_a_shift_of_the_same_slot_joins_too() -> None:
    """Typed in by hand, for somebody who is linked."""
    plan = lines(snapshot(linked(shifts=[shift()]), shifts=(held(309),)))
    assert plan == [
        ("update job_request 500", "do", {"slots": 3}),
        ("assign job #7", "do", {"worker_id": 7, "job_request_id": 500}),
    ]


def test_an_open_seat_that_moved_founds_a_demand_of_its_own() -> None:
    """It left; the slots it held follow."""
    moved = shift(303, instances=1, **at(LATER))
    plan = make_plan(snapshot(linked(demand(headcount=3), job_request(slots=3), shifts=[shift(), moved])))
    first, second = plan.changes
    assert line(first) == ("update job_request 500", "do", {"slots": 2})
    assert (second.action, second.kind, second.link, second.sources) == ("create", "job_request", "shift:303", (303,))


def test_an_open_seat_that_moved_joins_the_demand_it_moved_to() -> None:
    """Nothing is posted twice."""
    moved = shift(303, instances=1, **at(LATER))
    one = linked(demand(headcount=3), job_request(slots=3), shifts=[shift(), moved])
    request = job_request(501, start_time="2026-03-14T09:00:00-05:00")
    other = msgspec.structs.replace(
        one, key="other", base=LATER_BOTH, job_request=request, shifts=(shift(304, **at(LATER)),)
    )
    for links in ((one, other), (other, one)):
        assert lines(snapshot(*links)) == [
            ("update job_request 500", "do", {"slots": 2}),
            ("update job_request 501", "do", {"slots": 3}),
        ]


def test_a_held_seat_that_moved_alone_is_a_conflict_with_its_choices() -> None:
    """Wonolo cannot express it, and nothing is overwritten."""
    link = linked(seated(ANA.key), jobs=[job()], shifts=[shift(instances=1), held(**at(LATER))])
    change = only(make_plan(snapshot(link)))
    assert (change.verdict, change.record, change.worker) == ("conflict", "302", ANA.key)
    assert change.cause == "Ana R.'s seat alone moved to Picker at Harbor, Sat 14 Mar 09:00-17:00 in When I Work"
    assert change.reason == "Wonolo cannot move one worker of a JobRequest"
    assert change.choices == (
        "move the seat back",
        "move the whole demand",
        "release Ana R. and ask for the new time anew",
    )


def test_a_seat_that_strayed_opens_with_the_others_once_its_worker_withdraws() -> None:
    """There is nothing left to decide."""
    link = linked(seated(ANA.key), jobs=[job(state="withdrawn")], shifts=[shift(instances=1), held(**at(LATER))])
    assert lines(snapshot(link)) == [("release shift 302 #7", "do", sent(user_id=0))]


def test_more_workers_than_seats_is_a_conflict_with_its_choices() -> None:
    """Two accepted while an employee took a seat."""
    link = linked(jobs=[job(), job(BEN)], shifts=[shift(instances=1)])
    plan = make_plan(snapshot(link))
    change = only(plan)
    assert (change.verdict, change.reason) == ("conflict", "there would be more workers than seats")
    assert change.choices == ("ask for 2 seats", "release Ana R.", "release Ben O.")
    assert change.fields == (FieldChange("seats", "2", "1"), FieldChange("workers", "Ana R., Ben O.", "nobody"))
    assert (plan.to_do, plan.waiting) == ((), (change,))


def test_near_the_start_a_change_of_the_description_waits_for_a_yes() -> None:
    """On either side."""
    moved = make_plan(snapshot(linked(shifts=[shift(**at(LATER))]), now=NEAR))
    assert line(only(moved)) == ("update job_request 500", "hold", {"start_time": "2026-03-14 09:00"})
    assert only(moved).reason == "the start is too near to change this without a yes"
    assert moved.waiting == moved.changes
    renamed = snapshot(linked(request=job_request(request_name="Dock 4"), shifts=[shift()]), now=NEAR)
    assert lines(renamed) == [("update shift 301", "hold", sent(notes="Dock 4"))]


def test_near_the_start_more_seats_are_asked_for_at_once_and_fewer_wait() -> None:
    """A cancellation may cost money, a new seat does not."""
    more, fewer = (snapshot(linked(shifts=[shift(instances=count)]), now=NEAR) for count in (3, 1))
    assert lines(more) == [("update job_request 500", "do", {"slots": 3})]
    assert lines(fewer) == [("update job_request 500", "hold", {"slots": 1})]
    fewer_slots = snapshot(linked(request=job_request(slots=1), shifts=[shift()]), now=NEAR)
    assert lines(fewer_slots) == [("update shift 301", "hold", sent(instances=1))]


def test_near_the_start_a_release_in_wonolo_waits_for_a_yes() -> None:
    """It costs half the pay; opening a seat in When I Work costs nothing."""
    link = linked(seated(ANA.key), jobs=[job()], shifts=[shift()])
    change = only(make_plan(snapshot(link, now=NEAR)))
    assert (line(change)[:2], change.reason) == (
        ("release job 907 #7", "hold"),
        "so near the start a cancellation costs half the pay ($75.00)",
    )


def test_what_waits_leaves_the_rest_alone() -> None:
    """A worker who accepted is seated at the time both sides still agree on, once."""
    request = job_request(start_time="2026-03-14T09:00:00-05:00")
    plan = lines(snapshot(linked(request=request, jobs=[job()], shifts=[shift()]), now=NEAR))
    assert plan == [
        ("update shift 301", "hold", sent(LATER_BOTH)),
        ("assign shift 301 #7", "do", sent(user_id=107)),
    ]


def test_the_nearer_start_decides_what_waits() -> None:
    """Wonolo's, as it is Wonolo that charges."""
    request = job_request(start_time=f"{NOW + timedelta(hours=11):%Y-%m-%dT%H:%M:%S}Z")
    plan = make_plan(snapshot(linked(seated(ANA.key), request, jobs=[job()], shifts=[shift()])))
    assert [line(change)[:2] for change in plan.changes] == [
        ("update shift 301", "hold"),
        ("release job 907 #7", "hold"),
    ]


def test_the_cutoff_is_the_users() -> None:
    """Two hours, for who dares."""
    policy = Policy(RULES, cutoff=timedelta(hours=2))
    assert lines(snapshot(linked(shifts=[shift(instances=1)]), now=NEAR, policy=policy)) == [
        ("update job_request 500", "do", {"slots": 1})
    ]


def test_once_work_has_begun_a_change_of_the_description_is_a_conflict() -> None:
    """Nobody may change it any more."""
    change = only(make_plan(snapshot(linked(shifts=[shift(notes="Dock 4")]), now=START)))
    assert (change.verdict, change.kind) == ("conflict", "job_request")
    assert change.reason == "both sides differ, and nobody may overrule the other at this stage"
    assert change.choices == ("take Wonolo's title", "take When I Work's title")
    assert change.fields == (FieldChange("title", "", "Dock 4"),)


def test_settled_work_is_not_touched() -> None:
    """Not even its workers; it is said once, and nobody is asked."""
    link = linked(seated(ANA.key), jobs=[job(state="approved")], shifts=[shift(instances=1), held(user_id=108)])
    plan = make_plan(snapshot(link, now=START + timedelta(days=2)))
    change = only(plan)
    assert (change.verdict, change.reason) == ("skip", "the work is over, so both sides stay as they are")
    assert change.fields == (FieldChange("workers", "Ana R.", "Ben O."),)
    assert (plan.settled, plan.over) == (("link",), ("link",))


def test_a_busy_link_waits_for_its_outcome_and_keeps_the_shifts_beside_it() -> None:
    """One of them may be what the unknown write created."""
    plan = make_plan(
        snapshot(linked(shifts=[shift(instances=1)]), shifts=(shift(309),), busy={"link": "a write is under way"})
    )
    change = only(plan)
    assert (change.verdict, change.reason, plan.settled) == ("blocked", "a write is under way", ())


def test_an_unreadable_record_is_a_remark_and_the_rest_goes_on() -> None:
    """Whichever side it is on; nothing beside it is posted anew."""
    broken = linked(shifts=[shift(start_time="soon")])
    fine = msgspec.structs.replace(linked(shifts=[shift(311, **at(LATER))]), key="fine")
    plan = make_plan(snapshot(broken, fine, shifts=(shift(309),)))
    update, remark = plan.changes
    assert (remark.verdict, remark.reason) == (
        "blocked",
        "its start_time cannot be read: 'soon' is not a time with a zone",
    )
    assert (update.link, update.verdict, plan.settled) == ("fine", "do", ())
    unreadable_user = linked(shifts=[shift(user_id="somebody")])
    assert only(make_plan(snapshot(unreadable_user))).reason == ("its user_id cannot be read: 'somebody' is not an id")
    draft = linked(request=job_request(state="draft"), shifts=[shift()])
    assert only(make_plan(snapshot(draft))).reason == "it is a draft in Wonolo"


def test_a_place_taken_out_of_the_configuration_makes_a_remark() -> None:
    """It is told in UTC, as nobody knows its zone any more."""
    rules = msgspec.structs.replace(RULES, places=RULES.places[1:])
    change = only(make_plan(snapshot(linked(shifts=[shift()]), policy=Policy(rules))))
    assert (change.verdict, change.zone, change.subject) == (
        "blocked",
        "UTC",
        "Picker at Harbor, Sat 14 Mar 13:00-21:00",
    )


def test_a_renamed_place_is_the_same_place() -> None:
    """Both sides read the new name, and only the base has to follow."""
    rules = msgspec.structs.replace(RULES, places=(msgspec.structs.replace(HARBOR, key="Pier"), *RULES.places[1:]))
    request = job_request(request_name="Picker at Pier [sb:abc123]")
    plan = make_plan(snapshot(linked(request=request, shifts=[shift()]), policy=Policy(rules)))
    assert (plan.changes, plan.settled) == ((), ("link",))


def test_a_start_that_cannot_be_told_to_wonolo_is_blocked() -> None:
    """The second of two equal hours of an autumn night."""
    night = datetime(2026, 11, 1, 5, 30, tzinfo=UTC)
    base = demand(start=night, end=night + timedelta(hours=8))
    request = job_request(start_time="2026-11-01T00:30:00-05:00")
    plan = make_plan(snapshot(linked(base, request, shifts=[shift(**at(night + timedelta(hours=2)))])))
    change = only(plan)
    assert (change.verdict, plan.settled) == ("blocked", ())
    assert change.reason.startswith("its start comes twice on that night's clock")


def test_a_move_across_the_night_when_clocks_change_keeps_the_wage() -> None:
    """From 22:00 the day before to 22:00 that night: as long in hours that pass, an hour apart on the wall."""
    before, after = datetime(2026, 3, 7, 4, tzinfo=UTC), datetime(2026, 3, 8, 4, tzinfo=UTC)
    base = demand(start=before, end=before + timedelta(hours=8))
    request = job_request(start_time="2026-03-06T22:00:00-06:00")
    link = linked(base, request, shifts=[shift(**at(after))])
    change = only(make_plan(snapshot(link, now=before - timedelta(days=3))))
    assert change.payload == {"start_time": "2026-03-07 22:00"}
    assert change.fields[1] == FieldChange("end", "Sat 07 Mar 06:00", "Sun 08 Mar 07:00")


def test_an_interrupted_move_is_finished() -> None:
    """One of two shifts is where the JobRequest moved to, the other is not yet."""
    request = job_request(start_time="2026-03-14T09:00:00-05:00")
    shifts = [shift(instances=1, **at(LATER)), shift(303, instances=1)]
    assert lines(snapshot(linked(request=request, shifts=shifts))) == [
        ("update shift 303", "do", sent(LATER_BOTH)),
    ]


def test_a_rewrite_that_was_interrupted_halfway_is_finished_and_not_begun_again() -> None:
    """The seat that has the new title already is left alone."""
    jobs, shifts = [job()], [shift(instances=1), held(notes="Dock 4")]
    link = linked(demand(workers=frozenset({ANA.key})), job_request(request_name="Dock 4"), jobs=jobs, shifts=shifts)
    assert lines(snapshot(link)) == [("update shift 301", "do", sent(notes="Dock 4"))]
