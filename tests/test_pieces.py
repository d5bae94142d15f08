"""Several Times of one Job: one timesheet with the gaps as its break, kept equal as one is; repeated ones are not."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.convert import rfc2822
from mappings.model import Timesheet, Unmapped
from mappings.pieces import Repeated, read_times
from sync.plan import Change
from tests.factories import START, timesheet, worked_time
from tests.plans import line, lines, only
from tests.test_plan_times import CLOSED, PERIOD, decided, done, lone, of, plan, tied, told, until

Record = dict[str, Any]

MORNING = until("12:00", break_hours=0, length=4)
AFTERNOON = worked_time(701, start_time="Sat, 14 Mar 2026 12:30:00 -0500", break_hours=0, length=3.5)
LUNCH = (MORNING, AFTERNOON)
TWICE = "the Times 700 and 701 in When I Work record the same hours: delete one there, or correct it"


def around(*times: Record, record: Record | None = None, base: Timesheet | None = None, **changes: Any) -> Any:
    """A Job that is tied to these Times."""
    return msgspec.structs.replace(tied(record, base=base), times=times, **changes)


def piece(number: int, start: datetime, end: datetime, rest: int, *, approved: bool = False) -> Record:
    """A Time from start to end, of which so many minutes are unpaid."""
    return worked_time(
        number,
        start_time=rfc2822(start),
        end_time=rfc2822(end),
        break_hours=rest / 60,
        length=0,
        is_approved=approved,
    )


def test_a_lunch_between_two_times_is_the_break() -> None:
    """First start to last end, paid as both."""
    assert read_times(LUNCH, timesheet()) == timesheet()
    assert read_times((AFTERNOON, MORNING | {"break_hours": 0.25}), timesheet()) == timesheet(break_minutes=45)


def test_hours_are_approved_once_all_their_times_are() -> None:
    """One alone vouches for half of them."""
    one, both = ({**MORNING, "is_approved": True}, AFTERNOON), [{**time, "is_approved": True} for time in LUNCH]
    assert [read_times(times, timesheet()).approved for times in (one, both)] == [False, True]


@pytest.mark.parametrize(
    "second",
    [worked_time(701), worked_time(701, start_time="Sat, 14 Mar 2026 11:59:00 -0500"), MORNING | {"id": 701}],
)
def test_times_that_share_a_minute_are_no_lunch(second: Record) -> None:
    """Both are named."""
    with pytest.raises(Repeated, match=TWICE.split(":", maxsplit=1)[0]):
        read_times((MORNING, second), timesheet())


def test_a_worker_who_is_back_from_lunch_and_still_clocked_in_is_waited_for() -> None:
    """Unknown hours are none of the timesheet's."""
    with pytest.raises(Unmapped, match="still clocked in"):
        read_times((MORNING, AFTERNOON | {"end_time": None}), timesheet())


def test_a_worker_who_clocked_out_for_lunch_has_one_timesheet() -> None:
    """It is tied at once, with both Times, and nothing else is to be done."""
    link = only(plan(lone(), times=LUNCH))
    assert (line(link), link.sources) == (("link time 700 #7", "do", {}), (700, 701))
    assert plan(around(*LUNCH)).changes == ()


def test_a_time_that_a_manager_splits_stays_one_timesheet_without_a_word() -> None:
    """The new half joins the tie."""
    whole = plan(around(MORNING), times=(AFTERNOON,))
    assert (whole.changes, whole.settled, whole.joined) == ((), ("job:907",), (("job:907", 701),))


def test_a_half_that_lies_in_the_planned_hours_alone_joins_too() -> None:
    """Wonolo had been told of the morning only; it is an edit of the whole."""
    half = timesheet(end=START + timedelta(hours=4, minutes=30))
    later = plan(around(MORNING, record=done(270), base=half), times=(AFTERNOON | {"shift_id": 0},))
    assert line(only(later)) == ("update job 907 #7", "do", {"actual_duration": 480})
    assert later.joined == (("job:907", 701),)


def test_an_edit_of_either_half_flows_back_as_one() -> None:
    """Wonolo is told the minutes of both and of the lunch between them."""
    for times in (
        (MORNING | {"start_time": "Sat, 14 Mar 2026 09:00:00 -0500"}, AFTERNOON),
        (MORNING, AFTERNOON | {"end_time": "Sat, 14 Mar 2026 15:00:00 -0500"}),
    ):
        change = only(plan(around(*times)))
        assert line(change) == ("update job 907 #7", "do", {"actual_duration": 420})
        assert change.cause == "hours 7 h 30 min -> 6 h 30 min in When I Work"


def test_hours_that_change_in_wonolo_let_the_last_time_end_otherwise() -> None:
    """The lunch and what came before it stay."""
    change = only(plan(around(*LUNCH, record=done(510))))
    end = {"start_time": "Sat, 14 Mar 2026 17:30:00 +0000", "end_time": "Sat, 14 Mar 2026 21:30:00 +0000"}
    assert line(change) == ("update time 701 #7", "do", end)
    assert (change.cause, change.risk.paid_minutes) == ("hours 7 h 30 min -> 8 h in Wonolo", 30)


def test_a_start_that_moves_in_wonolo_moves_all_its_times() -> None:
    """The last one first, so that none runs into its neighbour meanwhile."""
    later, earlier = done(started_at="2026-03-14T09:00:00-05:00"), done(started_at="2026-03-14T07:00:00-05:00")
    assert [row.record for row in plan(around(*LUNCH, record=later)).changes] == ["701", "700"]
    assert [row.record for row in plan(around(*LUNCH, record=earlier)).changes] == ["700", "701"]


def test_an_approval_covers_all_times() -> None:
    """Also the one that joins later."""
    rows = lines(of(around(*LUNCH, record=done(state="approved"))))
    assert rows == [(f"update time {number} #7", "do", {"is_approved": True}) for number in (700, 701)]
    split = plan(around(MORNING, record=done(state="approved")), times=(AFTERNOON,))
    assert [row.record for row in split.changes] == ["700", "701"]


def test_one_approved_half_keeps_both_from_changing_without_a_yes() -> None:
    """A person vouched for it."""
    vouched = AFTERNOON | {"is_approved": True}
    change = only(plan(around(MORNING, vouched, record=done(510))))
    assert told(change)[0::2] == ("hold", "the Time is approved in When I Work already; changing it needs a yes")


def test_a_closed_period_of_one_half_protects_both() -> None:
    """The period ends at noon; the afternoon is the next one's."""
    period = CLOSED | {"end_date": "Sat, 14 Mar 2026 12:00:00 -0500"}
    for worked in (around(*LUNCH, record=done(510)), around(MORNING, AFTERNOON | {"break_hours": 1})):
        change = only(plan(worked, payrolls=(period,)))
        assert (change.verdict, change.reason.split(",")[0]) == ("skip", PERIOD.replace("Sun 15", "Sat 14"))


def test_a_second_time_of_the_same_work_waits_with_both_named() -> None:
    """It makes no difference if one of them was tied before; nothing is sent to Wonolo, and nothing joins."""
    again = worked_time(701)
    for snapshot in (
        of(lone(), times=(worked_time(), again)),
        of(tied(), times=(again,)),
        of(around(*LUNCH[:1], again)),
    ):
        assert [(row[1], row[0]) for row in lines(snapshot)] == [("blocked", lines(snapshot)[0][0])]
    for planned in (plan(lone(), times=(worked_time(), again)), plan(tied(), times=(again,))):
        assert (told(only(planned)), planned.joined) == (("blocked", "", TWICE), ())


def test_a_second_time_in_a_closed_period_is_only_mentioned() -> None:
    """A person corrects what is paid."""
    change = only(plan(tied(), times=(worked_time(701),), payrolls=(CLOSED,)))
    assert (change.verdict, change.reason) == ("skip", TWICE)


def test_hours_that_shrink_because_a_time_was_deleted_wait_for_a_yes() -> None:
    """A slip would cost the worker half a day; merged into one, they are as long as before and nothing is asked."""
    change = only(plan(around(MORNING, lost=(701,))))
    assert (line(change), change.reason) == (
        ("update job 907 #7", "hold", {"actual_duration": 270}),
        "one of its Times was deleted in When I Work: fewer hours need a yes",
    )
    assert plan(around(worked_time(), lost=(701,))).changes == ()


def test_a_deleted_time_that_was_entered_anew_is_no_question() -> None:
    """The new one takes its place."""
    planned = plan(around(lost=(700,)), times=(worked_time(702),))
    assert (planned.changes, planned.joined) == ((), (("job:907", 702),))


def test_all_times_deleted_are_a_question() -> None:
    """And entered again as one."""
    worked = around(lost=(700, 701))
    asked = only(plan(worked))
    assert asked.choices == ("create it again", "leave it out")
    assert only(plan(worked, decisions=decided(asked, "create it again"))).action == "create"


def test_hours_cut_by_more_than_the_last_time_are_left_to_a_person() -> None:
    """Times are never deleted."""
    change = only(plan(around(*LUNCH, record=done(120))))
    reason = "the Times 700 and 701 cannot end so early that 1 h 30 min are left: put them right in When I Work"
    assert (change.verdict, change.reason) == ("blocked", reason)


def test_a_time_of_the_next_job_is_no_piece_of_this_one() -> None:
    """One that no Job has goes to the one without hours."""
    second = msgspec.structs.replace(lone(done(id=908)), key="job:908")
    planned = plan(tied(), second, times=(worked_time(701),))
    assert [(row.action, row.link) for row in planned.changes] == [("link", "job:908")]
    assert planned.joined == ()


@st.composite
def splits(draw: st.DrawFn) -> tuple[Record, list[Record]]:
    """A Time of eight hours, and the same in two to four pieces: gaps and breaks of pieces together are its break."""
    approved = draw(st.booleans())
    rests = draw(st.lists(st.integers(1, 30), min_size=1, max_size=3))
    own = draw(st.lists(st.integers(0, 10), min_size=len(rests) + 1, max_size=len(rests) + 1))
    whole = piece(700, START, START + timedelta(hours=8), sum(rests) + sum(own), approved=approved)
    pieces, begins = [], START
    for number, rest in enumerate([*rests, 0]):
        share = START + timedelta(hours=8) * (number + 1) / (len(rests) + 1)
        ends = share - timedelta(minutes=rest)
        pieces.append(piece(700 + number, begins, ends, own[number], approved=approved))
        begins = share
    return whole, draw(st.permutations(pieces))


def carried(times: Sequence[Record], changes: Sequence[Change]) -> Timesheet:
    """The timesheet of the Times once the changes of them are written."""
    payloads = {row.record: row.payload for row in changes if row.kind == "time"}
    return read_times([time | payloads.get(str(time["id"]), {}) for time in times], timesheet())


def meaning(changes: Sequence[Change]) -> set[tuple[Any, ...]]:
    """Return what the changes come to, whichever Times they write."""
    return {
        (row.action, row.kind, row.verdict, row.cause, row.reason, row.kind == "job" and str(row.payload))
        for row in changes
    }


@given(
    split=splits(),
    minutes=st.integers(-90, 90),
    later=st.integers(-90, 90),
    state=st.sampled_from(["completed", "approved"]),
    agreed=st.integers(-60, 60),
    closed=st.booleans(),
)
def test_splitting_a_time_around_its_break_changes_neither_the_timesheet_nor_the_plan(
    split: tuple[Record, list[Record]], minutes: int, later: int, state: str, agreed: int, *, closed: bool
) -> None:
    """Whatever was agreed on before, changed since, approved or paid: told, asked and written is the same."""
    whole, pieces = split
    sheet = read_times([whole], timesheet())
    assert read_times(pieces, timesheet()) == sheet
    record = done(480 + minutes, state, started_at=(START + timedelta(minutes=later)).isoformat())
    base = sheet.paying(sheet.paid_minutes + agreed)
    payrolls = (CLOSED,) if closed else ()
    one = plan(around(whole, record=record, base=base), payrolls=payrolls)
    many = plan(around(*pieces, record=record, base=base), payrolls=payrolls)
    assert (meaning(many.changes), many.settled) == (meaning(one.changes), one.settled)
    assert carried(pieces, many.changes) == carried([whole], one.changes)
    first, last = (
        plan(lone(record), times=(whole,), payrolls=payrolls),
        plan(lone(record), times=pieces, payrolls=payrolls),
    )
    assert meaning(first.changes) == meaning(last.changes)
    assert carried(pieces, last.changes) == carried([whole], first.changes)
