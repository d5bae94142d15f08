"""The parts that are due: marked by timers, read elsewhere meanwhile, resting after trouble."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from sync.config.daemon import PollSection
from sync.daemon.due import Backoff, Due
from sync.errors import RateLimited, Unavailable
from sync.intake.parts import PARTS, WHOLE, Part
from sync.mirror.looks import LastLook

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
DOWN = Unavailable("wonolo", "GET /jobs", 503, "out of order")


def due(*, stretch: float = 1.0) -> Due:
    """The parts of a pair that was just started, at the default cadences."""
    return Due(PollSection().seconds, stretch)


def ago(seconds: float) -> LastLook:
    """A part that was read so long ago."""
    return LastLook(NOON - timedelta(seconds=seconds))


def read_at_noon() -> dict[str, LastLook]:
    """Every part was read just now."""
    return {part: ago(0) for part in PARTS}


def test_at_the_start_everything_is_due_nearest_first() -> None:
    """Nothing was ever read."""
    assert due().now({}, {}, NOON, 0) == list(PARTS)


def test_what_another_process_has_read_meanwhile_is_due_no_longer() -> None:
    """Half a cadence ago is fresh, longer is not."""
    looks = read_at_noon() | {"requests": ago(16), "soon": ago(29), "later": ago(301)}
    assert due().now(looks, {}, NOON, 0) == ["requests", "later"]


def test_without_timers_a_part_is_due_by_the_age_of_its_last_reading_alone() -> None:
    """In a worker: nobody marks anything, and nine tenths of a cadence is as early as its jobs come."""
    parts = Due(PollSection().seconds, 1.0, timed=False)
    looks = read_at_noon() | {"requests": ago(28), "soon": ago(53), "later": ago(541)}
    assert parts.now(looks, {}, NOON, 0) == ["requests", "later"]
    parts.read("requests")
    parts.read("later")
    assert parts.now(read_at_noon(), {}, NOON, 1) == []
    assert parts.now(looks, {}, NOON, 2) == ["requests", "later"]


def test_a_part_stays_due_until_it_was_read() -> None:
    """However often is asked; a timer makes it due again."""
    parts = due()
    looks = read_at_noon() | {"requests": ago(100)}
    assert [parts.now(looks, {}, NOON, tick) for tick in (0, 1)] == [["requests"], ["requests"]]
    parts.read("requests")
    assert parts.now(read_at_noon(), {}, NOON, 2) == []
    parts.mark("requests")
    assert parts.now(looks, {}, NOON, 3) == ["requests"]


def test_a_part_that_somebody_asks_for_is_due_though_it_is_fresh() -> None:
    """A webhook of an unknown shape, taken by any replica."""
    assert due().now(read_at_noon() | {"soon": LastLook(NOON, marked=True)}, {}, NOON, 0) == ["soon"]


def test_a_reading_of_before_the_clock_was_set_back_is_no_reading() -> None:
    """Else nothing would be due until the clock has caught up."""
    assert due().now({part: ago(-3600) for part in PARTS}, {}, NOON, 0) == list(PARTS)


@pytest.mark.parametrize(
    ("read_ago", "called_ago", "expected"),
    [
        (40.0, 60.0, []),  # the service calls, so three polls are stretched into one
        (80.0, 60.0, ["requests"]),
        (40.0, 3600.0, ["requests"]),  # it called an hour ago: it may call no more
    ],
)
def test_polls_are_stretched_while_webhooks_come(read_ago: float, called_ago: float, expected: list[Part]) -> None:
    """Never switched off."""
    calling = {"wonolo": NOON - timedelta(seconds=called_ago)}
    looks = read_at_noon() | {"requests": ago(read_ago)}
    assert due(stretch=3).now(looks, calling, NOON, 0) == expected  # type: ignore[arg-type]  # a system by its name


def test_pauses_double_up_to_a_quarter_of_an_hour() -> None:
    """And begin anew once it worked."""
    backoff = Backoff()
    assert [backoff.failed("pair", DOWN, 0) for _ in range(7)] == [30, 60, 120, 240, 480, 900, 900]
    assert (backoff.rests("pair", 899), backoff.rests("pair", 901), backoff.rests("other", 0)) == (True, False, False)
    backoff.succeeded("pair")
    assert (backoff.rests("pair", 0), backoff.failed("pair", DOWN, 0)) == (False, 30)


def test_a_service_that_says_how_long_is_believed() -> None:
    """Where it asks for more than we would wait."""
    asked = RateLimited("wonolo", "GET /jobs", 429, "slow down", retry_after=1800)
    assert Backoff().failed("wonolo", asked, 0) == 1800


def test_a_system_that_rests_takes_its_parts_along() -> None:
    """The other system's are read; what needs both waits."""
    parts = due()
    parts.backoff.failed("wonolo", DOWN, 0)
    assert set(parts.now({}, {}, NOON, 1)) == WHOLE - {"requests", "people"}
    assert parts.now({}, {}, NOON, 31) == list(PARTS)


def test_a_part_rests_alone() -> None:
    """One listing that cannot be read keeps no other waiting."""
    parts = due()
    parts.backoff.failed("hours", DOWN, 0)
    assert set(parts.now({}, {}, NOON, 1)) == set(PARTS) - {"hours"}
