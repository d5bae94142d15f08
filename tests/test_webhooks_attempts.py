"""Senders that fail again and again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sync.daemon.attempts import FailedSenders

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def at(seconds: float) -> datetime:
    """So long after noon."""
    return NOON + timedelta(seconds=seconds)


def test_a_sender_may_fail_twenty_times_a_minute() -> None:
    """Then it is to keep away until the minute is over; what others do is their own."""
    failures = FailedSenders()
    assert [failures.failed("a", at(second)) for second in range(20)] == [0] * 20
    assert [failures.failed("a", at(second)) for second in (20, 59, 59.9)] == [40, 1, 1]
    assert failures.failed("b", at(20)) == 0
    assert failures.failed("a", at(60)) == 0


def test_a_clock_that_is_set_back_frees_everybody() -> None:
    """Nobody is kept away for an hour."""
    failures = FailedSenders()
    assert [failures.failed("a", NOON) for _ in range(21)][-1] == 60
    assert failures.failed("a", at(-3600)) == 0


def test_a_thousand_senders_are_remembered() -> None:
    """Those that failed most lately."""
    failures = FailedSenders()
    for _ in range(20):
        failures.failed("old", NOON)
        failures.failed("busy", NOON)
    for number in range(998):
        failures.failed(str(number), at(1))
    assert failures.failed("busy", at(2)) == 58
    failures.failed("one more", at(3))
    assert failures.failed("old", at(4)) == 0
    assert failures.failed("busy", at(4)) == 56
