"""The base of hours worked: what both sides last agreed on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from mappings.model import Stage, System, Timesheet
from sync.plan.hours import agreed_hours, stage_of_hours
from tests.factories import START, timesheet

SHORT, LONG = timesheet(end=START + timedelta(hours=7)), timesheet(end=START + timedelta(hours=9))


@pytest.mark.parametrize(
    ("base", "wonolo", "wheniwork", "wrote", "agreed"),
    [
        (timesheet(), SHORT, SHORT, None, SHORT),
        (timesheet(), SHORT, LONG, None, timesheet()),
        (timesheet(), SHORT, LONG, "wonolo", SHORT),
        (timesheet(), SHORT, LONG, "wheniwork", LONG),
        (None, SHORT, LONG, None, LONG),
    ],
)
def test_the_base_moves_to_what_both_tell_or_to_the_side_just_written(
    base: Timesheet | None, wonolo: Timesheet, wheniwork: Timesheet, wrote: System | None, agreed: Timesheet
) -> None:
    """Hours that were never agreed on are Wonolo's edit of what the Time says."""
    assert agreed_hours(base, wonolo, wheniwork, wrote) == agreed


def test_the_base_has_wonolo_s_start_and_the_time_s_break() -> None:
    """Each side is asked for what only it can tell; approved is what both approved."""
    later = START + timedelta(minutes=5)
    wonolo = timesheet(approved=True)
    wheniwork = timesheet(start=later, end=later + timedelta(hours=8, minutes=15), break_minutes=45)
    expected = timesheet(end=START + timedelta(hours=8, minutes=15), break_minutes=45)
    assert agreed_hours(timesheet(), wonolo, wheniwork, None) == expected


@pytest.mark.parametrize(
    ("base", "wonolo", "wheniwork", "stage"),
    [
        (timesheet(), timesheet(), LONG, Stage.DONE),
        (timesheet(), timesheet(approved=True), timesheet(), Stage.DONE),
        (timesheet(), timesheet(approved=True), LONG, Stage.SETTLED),
        (timesheet(approved=True), timesheet(approved=True), timesheet(approved=True), Stage.SETTLED),
    ],
)
def test_hours_are_settled_once_nothing_more_may_be_carried_over(
    base: Timesheet, wonolo: Timesheet, wheniwork: Timesheet, stage: Stage
) -> None:
    """What Wonolo approved may still go to a Time that nobody edited."""
    assert stage_of_hours(base, wonolo, wheniwork) is stage
