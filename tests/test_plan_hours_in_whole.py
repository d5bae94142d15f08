"""Changes of hours in whole, what they are judged by, and whose hours count when only one side changed them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from mappings.digest import owned_digest
from mappings.ownership import TIME_FIELDS, Right, TimeField
from sync.plan import Change, FieldChange, Risk
from sync.plan.hours import merge_hours
from tests.factories import ANA, CHICAGO, START, timesheet, worked_time
from tests.plans import line
from tests.plans import only_worded as only
from tests.test_plan_times import CLOSED, SUBJECT, decided, done, ends, entry, lone, plan, tied, until

WONOLO: dict[TimeField, Right] = dict.fromkeys(TIME_FIELDS, Right("wonolo"))


def hours(**fields: Any) -> Change:
    """A change of Ana's hours, a day after her work began."""
    values: dict[str, Any] = {
        "kind": "time",
        "link": "job:907",
        "subject": SUBJECT,
        "place": "Harbor",
        "start": START,
        "zone": CHICAGO,
        "worker": ANA.key,
        "risk": Risk(people=1, minutes_to_start=-1440),
    }
    return Change(**values | fields)


def test_a_time_that_is_entered() -> None:
    """Nothing is there yet to be judged by."""
    assert only(plan(lone())) == hours(
        action="create",
        system="wheniwork",
        rank=6,
        fields=(FieldChange("hours", "", "7 h 30 min"),),
        cause="the work is over in Wonolo, and When I Work has no hours of it",
        payload=entry(),
    )


def test_a_time_that_is_tied() -> None:
    """Nobody is paid more or less for that; it must still be the Time that was compared."""
    assert only(plan(lone(), times=(worked_time(),))) == hours(
        action="link",
        system="wheniwork",
        record="700",
        rank=1,
        fields=(FieldChange("worker", "", "Ana R."),),
        cause="the worker clocked in in When I Work for the same work",
        precondition=owned_digest("time", worked_time()),
        sources=(700,),
    )
    longer = plan(lone(), times=(until("16:30"),)).changes[0]
    assert (longer.action, longer.risk) == ("link", Risk(people=1, minutes_to_start=-1440))


def test_hours_that_are_carried_over() -> None:
    """To the Time or to the Job, as it was when they were compared."""
    there = only(plan(tied(done(510))))
    assert there == hours(
        action="update",
        system="wheniwork",
        record="700",
        rank=3,
        fields=(FieldChange("hours", "7 h 30 min", "8 h"),),
        cause="hours 7 h 30 min -> 8 h in Wonolo",
        payload=ends("16:30"),
        precondition=owned_digest("time", worked_time()),
        risk=Risk(paid_minutes=30, cents=1000, people=1, minutes_to_start=-1440),
    )
    here = only(plan(tied(time=until("15:00"))))
    assert (here.kind, here.record, here.precondition) == ("job", "907", owned_digest("job", done()))


def test_hours_that_are_not_entered_are_said_of_no_record() -> None:
    """Nobody is touched by what is not done; the worker is named."""
    assert only(plan(lone(done(-1)))) == hours(
        action="none",
        verdict="skip",
        rank=9,
        reason="its hours in Wonolo cannot be read: no minute was worked",
        risk=Risk(people=1, minutes_to_start=-1440),
    )


def test_a_tie_that_a_person_left_out_ends_without_a_reason() -> None:
    """The decision is the cause."""
    gone = msgspec.structs.replace(tied(), times=())
    (asked,) = plan(gone).changes
    change = only(plan(gone, decisions=decided(asked, "leave it out")))
    assert (line(change), change.reason) == (("unlink time #7", "do", {}), "")


def test_of_several_jobs_each_is_settled_that_agrees() -> None:
    """And neither the one with something to carry over nor the one that cannot be read is."""
    two = [msgspec.structs.replace(tied(done(id=number)), key=f"job:{number}") for number in (907, 908)]
    longer = msgspec.structs.replace(tied(done(510, id=909)), key="job:909")
    unread = msgspec.structs.replace(tied(done(-1, id=910)), key="job:910")
    assert plan(*two, longer, unread).settled == ("job:907", "job:908")


def test_hours_that_would_reach_into_a_closed_period_stay() -> None:
    """The Time ends before it, and would not any more."""
    period = CLOSED | {"start_date": "Sat, 14 Mar 2026 16:15:00 -0500"}
    change = only(plan(tied(done(540)), payrolls=(period,)))
    assert change.verdict == "skip"
    assert change.reason == (
        "the payroll period Sat 14 Mar to Sun 15 Mar is closed, so nothing is changed "
        "(8 h 30 min in Wonolo, 7 h 30 min in When I Work)"
    )


@pytest.mark.parametrize("owner", ["wonolo", "wheniwork"])
def test_hours_that_one_side_changed_are_that_sides(owner: Any) -> None:
    """Whoever owns them: the other has said nothing else."""
    rights = dict.fromkeys(TIME_FIELDS, Right(owner))
    longer = timesheet(end=START + timedelta(hours=9))
    here, there = (merge_hours(timesheet(), *sides, rights) for sides in ((longer, timesheet()), (timesheet(), longer)))
    assert (here.target.paid_minutes, here.overruled) == (510, None)
    assert (there.target.paid_minutes, there.overruled) == (510, None)


@pytest.mark.parametrize(
    ("theirs", "changed"),
    [
        (timesheet(break_minutes=60), ("actual_break",)),
        (timesheet(end=START + timedelta(hours=9)), ("actual_end",)),
        (timesheet(end=START + timedelta(hours=9), break_minutes=45), ("actual_break", "actual_end")),
        (timesheet(end=START + timedelta(hours=8, minutes=30), break_minutes=60), ()),
    ],
)
def test_only_what_was_edited_in_a_time_needs_a_right(theirs: Any, changed: tuple[TimeField, ...]) -> None:
    """Its break, its length or both; nothing where as much is paid as before."""
    merged = merge_hours(timesheet(), timesheet(), theirs, WONOLO)
    assert merged.edits == {"wonolo": (), "wheniwork": changed}
    for name in TIME_FIELDS:
        frozen = merge_hours(timesheet(), timesheet(), theirs, WONOLO | {name: Right(None)}).frozen
        assert frozen is (name in changed)
