"""How the sandbox's When I Work reads and prints moments."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.wheniwork.dates import ZERO_DATE, rfc2822
from sandbox.wheniwork.phrases import Moment, read_moment

CHICAGO = ZoneInfo("America/Chicago")
NOON = datetime(2026, 11, 23, 18, tzinfo=UTC)
INSTANTS = st.integers(600_000_000, 4_000_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))
ZONES = st.sampled_from([CHICAGO, ZoneInfo("UTC"), ZoneInfo("Asia/Kathmandu"), ZoneInfo("America/St_Johns")])


def at(*parts: int) -> Moment:
    return Moment(datetime(*parts, tzinfo=UTC), date_only=False)  # type: ignore[misc, arg-type]  # parts are ints, never a zone


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("Fri, 07 Mar 2014 08:30:00 -0600", at(2014, 3, 7, 14, 30)),
        ("Sat, 07 Mar 2014 08:30:00 -0600", at(2014, 3, 7, 14, 30)),
        ("Wed, Oct 21 2015 16:29:00 -0500", at(2015, 10, 21, 21, 29)),
        ("Sun, 15 Apr 2012 00:00:00", at(2012, 4, 15, 5)),
        ("2026-11-24 08:00:00", at(2026, 11, 24, 14)),
        ("2012-02-25 8:00", at(2012, 2, 25, 14)),
        ("2014-01-01 8:00am", at(2014, 1, 1, 14)),
        ("2014-01-01 12am", at(2014, 1, 1, 6)),
        ("2014-01-01 12 PM", at(2014, 1, 1, 18)),
        ("2019-05-16T06:57:28+05:00", at(2019, 5, 16, 1, 57, 28)),
        ("2020-10-03T22:00:00.000Z", at(2020, 10, 3, 22)),
        ("2020-10-03T22:00:00 GMT", at(2020, 10, 3, 22)),
        ("12/31/2026 10:15", at(2026, 12, 31, 16, 15)),
        ("@1395000000", at(2014, 3, 16, 20)),
        ("now", at(2026, 11, 23, 18)),
        ("-1 day", at(2026, 11, 22, 18)),
        ("+7 days", at(2026, 11, 30, 18)),
        ("+1 week 2 days", at(2026, 12, 2, 18)),
        ("90 minutes ago", at(2026, 11, 23, 16, 30)),
        ("+6 years", at(2032, 11, 23, 18)),
        ("next month", at(2026, 12, 23, 18)),
        ("last week", at(2026, 11, 16, 18)),
        ("today", at(2026, 11, 23, 6)),
        ("tomorrow 8:00am", at(2026, 11, 24, 14)),
        ("yesterday noon", at(2026, 11, 22, 18)),
        ("08:30", at(2026, 11, 23, 14, 30)),
        ("monday", at(2026, 11, 23, 6)),
        ("next monday", at(2026, 11, 30, 6)),
        ("last friday", at(2026, 11, 20, 6)),
        ("this wednesday at 9 am", at(2026, 11, 25, 15)),
        ("2014-03-05", Moment(datetime(2014, 3, 5, 6, tzinfo=UTC), date_only=True)),
        ("Mon, 17 Feb 2014", Moment(datetime(2014, 2, 17, 6, tzinfo=UTC), date_only=True)),
        ("2026-01-31 +1 month", at(2026, 3, 3, 6)),
    ],
)
def test_a_moment_is_read_from_every_spelling_the_service_takes(text: str, moment: Moment) -> None:
    """RFC 2822, SQL, ISO and PHP's phrases mean the same instants, zoneless ones in the caller's zone."""
    assert read_moment(text, CHICAGO, NOON) == moment


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "soon",
        "2014-13-01",
        "2014-02-30",
        "0000-00-00 00:00:00",
        "1850-01-01",
        "2300-01-01",
        "+999999999 years",
        "+999999999 days",
        "@999999999999",
        "2026-11-23T08:00:00 06:00",
        "2026-11-23 2026-11-24",
        "25:00",
        "20261123",
    ],
)
def test_what_is_no_moment_is_refused(text: str) -> None:
    """Nonsense, doubled parts and far away years raise ValueError."""
    with pytest.raises(ValueError, match=r"\w"):
        read_moment(text, CHICAGO, NOON)


@given(INSTANTS, ZONES, ZONES)
def test_what_was_printed_reads_back_as_the_same_instant(instant: datetime, writer: ZoneInfo, reader: ZoneInfo) -> None:
    """The printed offset decides, whatever zone the reader has."""
    assert read_moment(rfc2822(instant, writer), reader, NOON).instant == instant


@given(st.text(alphabet="0123456789-+:/,@ TZamponextlastdyuJ", max_size=24))
def test_any_text_is_a_moment_or_a_value_error(text: str) -> None:
    """Nothing a client can send makes the reader fail otherwise."""
    with contextlib.suppress(ValueError):
        assert read_moment(text, CHICAGO, NOON).instant.utcoffset() == timedelta(0)


def test_a_moment_prints_in_the_readers_zone() -> None:
    """One shift has one text for each reader."""
    instant = datetime(2014, 3, 7, 14, 30, tzinfo=UTC)
    assert rfc2822(instant, CHICAGO) == "Fri, 07 Mar 2014 08:30:00 -0600"
    assert rfc2822(instant, ZoneInfo("Asia/Kathmandu")) == "Fri, 07 Mar 2014 20:15:00 +0545"


def test_both_daylight_saving_nights_print_with_their_own_offsets() -> None:
    """The same wall clock hour before and after the change is told apart by its offset."""
    assert rfc2822(datetime(2026, 11, 1, 6, 30, tzinfo=UTC), CHICAGO) == "Sun, 01 Nov 2026 01:30:00 -0500"
    assert rfc2822(datetime(2026, 11, 1, 7, 30, tzinfo=UTC), CHICAGO) == "Sun, 01 Nov 2026 01:30:00 -0600"


def test_a_zero_date_prints_as_the_year_minus_one() -> None:
    """It is moved into the reader's zone as the recordings show it."""
    assert rfc2822(ZERO_DATE, CHICAGO) == "Tue, 29 Nov -001 18:00:00 -0600"
    assert rfc2822(ZERO_DATE, ZoneInfo("America/New_York")) == "Tue, 29 Nov -001 19:00:00 -0500"
    assert rfc2822(ZERO_DATE, ZoneInfo("UTC")) == "Wed, 30 Nov -001 00:00:00 +0000"
