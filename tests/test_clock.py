"""Both clocks tell UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sync.clock import ForwardClock, ServiceClock, SystemClock
from sync.errors import ClockWrong


def test_the_system_clock_tells_utc() -> None:
    """The instant is aware and is now."""
    before, told, after = datetime.now(UTC), SystemClock().now(), datetime.now(UTC)
    assert before <= told <= after
    assert told.tzinfo is UTC


def test_a_service_clock_runs_ahead_as_the_service_does() -> None:
    """It follows a service whose clock is an hour ahead, and then one that was set right."""
    clock = ServiceClock()
    for ahead in (timedelta(hours=1), timedelta(0)):
        clock.set(SystemClock().now() + ahead)
        assert abs(clock.now() - SystemClock().now() - ahead) < timedelta(minutes=1)


NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)


class SetBack:
    """A clock that somebody sets."""

    def __init__(self) -> None:
        self.told = NOON

    def now(self) -> datetime:
        """What it was set to."""
        return self.told


def test_a_clock_that_is_set_back_a_little_stands_still_until_it_caught_up() -> None:
    """What is read meanwhile counts as read at the latest time it told."""
    clock = SetBack()
    forward = ForwardClock(clock)
    told = []
    for minutes in (0, 5, -4, 3, 6):
        clock.told = NOON + timedelta(minutes=minutes)
        told.append(forward.now() - NOON)
    assert told == [timedelta(minutes=minutes) for minutes in (0, 5, 5, 5, 6)]


def test_a_clock_far_behind_the_last_run_is_refused() -> None:
    """With both times, and what to do."""
    with pytest.raises(ClockWrong, match=r"says 2026-03-02 12:00 UTC, but the last run was at 2026-03-02 12:11: set"):
        ForwardClock(SetBack(), NOON + timedelta(minutes=11)).now()


def test_a_clock_catches_up_with_that_of_another_machine() -> None:
    """What it reads must not seem older than what that one read; a time far ahead was of a clock that was wrong."""
    forward, told = ForwardClock(SetBack()), []
    for ahead in (None, timedelta(seconds=5), timedelta(seconds=2), timedelta(minutes=11)):
        forward.catch_up(None if ahead is None else NOON + ahead)
        told.append(forward.now() - NOON)
    assert told == [timedelta(seconds=seconds) for seconds in (0, 5, 5, 5)]
