"""Hours worked, as a Job and as a Time tell them, and as each is told; and payroll periods that are over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from mappings.model import Demand, Timesheet, Unmapped
from mappings.timesheet import (
    Period,
    is_link_key,
    job_changes,
    job_id,
    link_key,
    matching,
    read_job,
    read_payroll,
    read_time,
    time_changes,
    time_fields,
)
from tests.factories import ANA, HARBOR, RULES, START, demand, job, timesheet, worked_time

UNREADABLE = "its hours in When I Work cannot be read: "


def minutes(count: int) -> timedelta:
    """So many minutes."""
    return timedelta(minutes=count)


def completed(**changes: Any) -> dict[str, Any]:
    """Ana's completed Job: on time, eight hours."""
    return job(ANA, "completed", started_at="2026-03-14T08:00:40.000-05:00", actual_duration=480) | changes


def test_a_completed_job_is_the_hours_from_its_start_on_without_the_planned_break() -> None:
    """Provisional, until it is approved."""
    assert read_job(completed(), demand()) == timesheet()
    assert read_job(completed(state="approved"), demand()) == timesheet(approved=True)


@pytest.mark.parametrize(
    ("told", "length"),
    [
        ({"actual_duration": "450"}, 450),
        ({"actual_duration": 450, "hours_worked": 8}, 450),
        ({"actual_duration": None, "hours_worked": "7.5"}, 450),
        ({"actual_duration": 0, "hours_worked": 7.25}, 435),
        ({"actual_duration": None, "finished_at": "2026-03-14T15:30:00-05:00"}, 450),
        ({"actual_duration": "", "finished_at": "", "completed_at": "2026-03-14T20:15:00Z"}, 435),
    ],
)
def test_the_minutes_worked_are_told_in_three_ways(told: dict[str, Any], length: int) -> None:
    """What the API can write counts most; numbers may arrive as text."""
    assert read_job(completed(**told), demand()) == timesheet(end=START + minutes(length))


@pytest.mark.parametrize(
    "told",
    [
        {"actual_duration": 0},
        {"actual_duration": None, "hours_worked": 0},
        {"actual_duration": "0", "hours_worked": 0.0},
    ],
)
def test_a_zero_that_is_told_is_no_gap(told: dict[str, Any]) -> None:
    """A worker who was sent home worked nothing, whenever the Job was closed."""
    closed = completed(finished_at="2026-03-14T16:00:00-05:00", **told)
    assert read_job(closed, demand()) == timesheet(end=START, break_minutes=0)


def test_minutes_that_are_written_to_a_job_read_back_as_meant() -> None:
    """Whatever it had before, and however little it is; the break is counted in only beside work."""
    for before in (0, 20, 30, 480):
        for paid in (0, 1, 15, 30, 450):
            now = read_job(completed(actual_duration=before), demand())
            after = completed(actual_duration=before) | job_changes(now, paid, 30)
            assert read_job(after, demand()).paid_minutes == paid


def test_a_job_without_a_start_started_as_planned() -> None:
    """A requestor may enter the hours alone."""
    assert read_job(completed(started_at=None), demand()) == timesheet()


def test_who_worked_less_than_the_break_took_none() -> None:
    """Nobody rests half an hour in twenty minutes; and a demand may have no break at all."""
    short = timesheet(end=START + minutes(20), break_minutes=0)
    assert read_job(completed(actual_duration=20), demand()) == short
    assert read_job(completed(), demand(break_minutes=None)) == timesheet(break_minutes=0)


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"actual_duration": None}, "its hours in Wonolo cannot be read: no minute was worked"),
        ({"actual_duration": -30}, "its hours in Wonolo cannot be read: no minute was worked"),
        ({"actual_duration": "7:30"}, "its hours in Wonolo cannot be read: '7:30' is not a number"),
        ({"actual_duration": "inf"}, "its hours in Wonolo cannot be read: 'inf' is not a number"),
        ({"started_at": "soon"}, "its hours in Wonolo cannot be read: 'soon' is not a time with a zone"),
    ],
)
def test_a_job_whose_hours_cannot_be_read_is_said_so(told: dict[str, Any], sentence: str) -> None:
    """One bad record stops nothing."""
    with pytest.raises(Unmapped) as raised:
        read_job(completed(**told), demand())
    assert str(raised.value) == sentence


NIGHTS = [
    (datetime(2026, 3, 8, 4, tzinfo=UTC), 600, "the clock jumps from 2 to 3"),
    (datetime(2026, 11, 1, 3, tzinfo=UTC), 600, "the hour from 1 to 2 comes twice"),
    (datetime(2026, 3, 15, 3, tzinfo=UTC), 480, "an ordinary night"),
]


@pytest.mark.parametrize(("start", "length", "_night"), NIGHTS)
def test_hours_of_a_night_are_as_long_as_they_lasted(start: datetime, length: int, _night: str) -> None:
    """From ten in the evening in Chicago over midnight, whatever the clocks on the wall do."""
    planned = demand(start=start, end=start + minutes(length))
    sheet = timesheet(start=start, end=start + minutes(length))
    there = read_job(completed(started_at=start.isoformat(), actual_duration=length), planned)
    here = worked_time(**time_fields(sheet, RULES, 107, 0, "abc123"))
    assert (there, read_time(here, there)) == (sheet, sheet)


def test_hours_become_a_time_and_are_read_as_the_same() -> None:
    """With place and position, the shift that was worked, the break, and our marker."""
    fields = time_fields(timesheet(), RULES, 107, 300, "abc123")
    assert fields == {
        "user_id": 107,
        "location_id": 11,
        "site_id": 0,
        "position_id": 21,
        "shift_id": 300,
        "start_time": "Sat, 14 Mar 2026 13:00:00 +0000",
        "end_time": "Sat, 14 Mar 2026 21:00:00 +0000",
        "break_hours": 0.5,
        "notes": "Hours worked through Wonolo [sb:abc123]",
    }
    assert read_time(worked_time(**fields), timesheet()) == timesheet()


def test_approved_hours_without_break_and_shift_become_an_approved_time() -> None:
    """What is absent is not sent."""
    fields = time_fields(timesheet(break_minutes=0, approved=True), RULES, 107, 0, "abc123")
    assert (fields["is_approved"], {"shift_id", "break_hours"} & set(fields)) == (True, set())


@pytest.mark.parametrize(
    ("told", "rest"),
    [
        ({"break_hours": "0.75"}, 45),
        ({"break_hours": None, "length": "7.5"}, 30),
        ({"break_hours": 0, "length": 7.97}, 0),
        ({"break_hours": 0, "length": 0}, 0),
        ({"break_hours": 0, "length": 8}, 0),
    ],
)
def test_the_break_of_a_time_stands_in_its_field_or_shows_in_its_length(told: dict[str, Any], rest: int) -> None:
    """Seconds that were cut off are no break."""
    assert read_time(worked_time(**told), timesheet()) == timesheet(break_minutes=rest)


@pytest.mark.parametrize(("told", "approved"), [(1, True), ("1", True), ("true", True), (0, False), (None, False)])
def test_an_approved_time_may_say_so_in_several_ways(told: object, *, approved: bool) -> None:
    """As numbers and texts too."""
    assert read_time(worked_time(is_approved=told), timesheet()) == timesheet(approved=approved)


@pytest.mark.parametrize(
    ("told", "sentence"),
    [
        ({"end_time": None}, "the worker is still clocked in in When I Work: clock out there, or enter the end"),
        ({"start_time": ""}, f"{UNREADABLE}it has no start_time"),
        (
            {"break_hours": 8},
            f"{UNREADABLE}its end is not after its start, or its break is longer than the work",
        ),
    ],
)
def test_a_time_whose_hours_cannot_be_read_is_said_so(told: dict[str, Any], sentence: str) -> None:
    """One bad record stops nothing."""
    with pytest.raises(Unmapped) as raised:
        read_time(worked_time(**told), timesheet())
    assert str(raised.value) == sentence


def test_only_what_differs_of_a_time_is_written() -> None:
    """Both instants go together; an approval is given and never taken back."""
    longer = timesheet(end=START + minutes(510))
    both = {"start_time": "Sat, 14 Mar 2026 13:00:00 +0000", "end_time": "Sat, 14 Mar 2026 21:30:00 +0000"}
    assert time_changes(timesheet(), timesheet()) == {}
    assert time_changes(timesheet(), longer) == both
    assert time_changes(timesheet(), timesheet(approved=True)) == {"is_approved": True}
    assert time_changes(timesheet(approved=True), longer) == both


def test_hours_are_paid_with_the_break_that_wonolo_counts_in() -> None:
    """Seven and a half paid hours are eight in Wonolo."""
    assert timesheet().paid_minutes == 450
    assert job_changes(timesheet(), 450, 30) == {}
    assert job_changes(timesheet(), 420, 30) == {"actual_duration": 450}
    assert read_job(completed(actual_duration=450), demand()).paid_minutes == 420
    assert timesheet().paying(420) == timesheet(end=START + minutes(450))


def times(*rows: tuple[int, str, str | None]) -> list[dict[str, Any]]:
    """Ana's Times of that day, each with its id, start and end on the wall in Chicago."""
    return [
        worked_time(
            number,
            start_time=f"2026-03-14T{start}:00-05:00",
            end_time=f"2026-03-14T{end}:00-05:00" if end else None,
            shift_id=0,
        )
        for number, start, end in rows
    ]


@pytest.mark.parametrize(
    ("there", "found"),
    [
        ([(1, "08:02", "16:04")], [1]),
        ([(1, "08:02", None)], [1]),
        ([(1, "08:00", "12:00"), (2, "12:30", "16:00")], [1, 2]),
        ([(1, "02:00", "08:05"), (2, "15:50", "22:00")], []),
        ([(1, "10:00", "11:00")], [1]),
        ([(1, "12:00", "20:00"), (2, "12:01", "20:01")], [1]),
        ([(1, "16:00", "20:00"), (2, "17:00", None)], []),
    ],
)
def test_a_time_records_hours_that_it_lies_in_at_least_by_half(
    there: list[tuple[int, str, str | None]], found: list[int]
) -> None:
    """What only touches them belongs to other work."""
    assert [row["id"] for row in matching(times(*there), timesheet(), 107, ())] == found


def test_a_time_of_the_shift_records_its_hours_whenever_they_are() -> None:
    """And one that cannot be read may be it; those of others are not."""
    night = times((1, "20:00", "23:00"))[0] | {"shift_id": "300"}
    broken, foreign = worked_time(2, start_time="?"), worked_time(3, user_id=108)
    assert [row["id"] for row in matching([night, broken, foreign], timesheet(), 107, (300,))] == [1, 2]


PAYROLL = {
    "id": 24,
    "start_date": "Mon, 02 Mar 2026 00:00:00 -0600",
    "end_date": "Sun, 15 Mar 2026 23:59:59 -0500",
    "is_closed": True,
    "is_finalized": False,
    "finalized_at": "Tue, 29 Nov -001 18:00:00 -0600",
}
FROM, UNTIL = datetime(2026, 3, 2, 6, tzinfo=UTC), datetime(2026, 3, 16, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("told", "period"),
    [
        ({}, Period(24, "closed", FROM, UNTIL)),
        ({"is_finalized": "1"}, Period(24, "finalized", FROM, UNTIL)),
        (
            {"is_finalized": None, "finalized_at": "Tue, 17 Mar 2026 09:00:00 -0500"},
            Period(24, "finalized", FROM, UNTIL),
        ),
        ({"is_closed": 0}, None),
        ({"is_closed": False, "closed_at": "Mon, 16 Mar 2026 09:00:00 -0500"}, None),
        ({"is_closed": None}, None),
        ({"is_closed": None, "closed_at": "Mon, 16 Mar 2026 09:00:00 -0500"}, Period(24, "closed", FROM, UNTIL)),
        ({"end_date": "Sun, 15 Mar 2026 00:00:00 -0500"}, Period(24, "closed", FROM, UNTIL)),
        ({"end_date": "2026-03-15T00:00:00-05:00"}, Period(24, "closed", FROM, UNTIL)),
        ({"start_date": "?", "end_date": None}, Period(24, "closed", None, None)),
    ],
)
def test_a_payroll_that_is_over_is_a_period(told: dict[str, Any], period: Period | None) -> None:
    """A flag counts more than a stamp, which stays when a payroll is opened again."""
    assert read_payroll(PAYROLL | told) == period


def test_a_period_covers_hours_that_touch_it() -> None:
    """One whose bounds cannot be read covers everything: nothing is written into it by mistake."""
    period, boundless = Period(24, "closed", FROM, UNTIL), Period(25, "closed", None, None)
    last_night = timesheet(start=UNTIL - minutes(60), end=UNTIL + minutes(300))
    after, before = timesheet(start=UNTIL, end=UNTIL + minutes(60)), timesheet(start=FROM - minutes(60), end=FROM)
    rows: list[Timesheet] = [timesheet(), last_night, after, before]
    assert [period.covers(row.start, row.end) for row in rows] == [True, True, False, False]
    assert [boundless.covers(row.start, row.end) for row in rows] == [True] * 4


def test_a_job_s_link_has_a_key_of_its_own() -> None:
    """Beside that of its demand."""
    assert (link_key(907), job_id("job:907")) == ("job:907", 907)
    assert [is_link_key(key) for key in ("job:907", "job_request:907", "shift:1")] == [True, False, False]


def test_the_place_of_the_hours_is_that_of_the_demand() -> None:
    """A Job has none of its own."""
    planned: Demand = demand()
    assert (read_job(completed(), planned).place, planned.place) == (HARBOR.key, HARBOR.key)
