"""Both clocks tell UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sync.clock import OffsetClock, SystemClock


def test_the_system_clock_tells_utc() -> None:
    """The instant is aware and is now."""
    before, told, after = datetime.now(UTC), SystemClock().now(), datetime.now(UTC)
    assert before <= told <= after
    assert told.tzinfo is UTC


def test_an_offset_clock_runs_ahead_by_its_offset() -> None:
    """It follows a service whose clock is an hour ahead."""
    ahead = OffsetClock(timedelta(hours=1)).now() - SystemClock().now()
    assert timedelta(minutes=59) < ahead <= timedelta(hours=1)
