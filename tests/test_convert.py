"""Leaf conversions: every spelling of an instant, wall clocks on clock-change nights, money, phones, the marker."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings import convert
from tests.factories import CHICAGO
from tests.strategies import INSTANTS

ZONES = st.sampled_from([CHICAGO, "America/New_York", "America/Phoenix", "Pacific/Honolulu", "UTC"])
HALF_PAST_EIGHT = datetime(2014, 3, 7, 14, 30, tzinfo=UTC)


@given(INSTANTS)
def test_an_instant_written_for_when_i_work_reads_back(moment: datetime) -> None:
    """RFC 2822, in UTC."""
    assert convert.instant(convert.rfc2822(moment)) == moment


@given(INSTANTS, ZONES)
def test_an_instant_reads_the_same_from_every_zone(moment: datetime, zone: str) -> None:
    """ISO 8601 with an offset and milliseconds, as Wonolo prints it."""
    local = moment.astimezone(ZoneInfo(zone))
    assert convert.instant(local.isoformat(timespec="milliseconds")) == moment


@pytest.mark.parametrize(
    "text",
    [
        "Fri, 07 Mar 2014 08:30:00 -0600",
        "Fri, 7 Mar 2014 08:30:00 -0600",
        "Mon, 07 Mar 2014 08:30:00 -0600",
        "Fri, 07 Mar 2014 14:30:00 GMT",
        "2014-03-07T08:30:00-06:00",
        "2014-03-07T08:30:00-0600",
        "2014-03-07T08:30:59.999-06:00",
        "2014-03-07T14:30:00Z",
    ],
)
def test_spellings_of_one_instant_read_equal(text: str) -> None:
    """Among them a wrong weekday, a bare offset, and seconds that Wonolo cannot be told."""
    assert convert.instant(text) == HALF_PAST_EIGHT


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        False,
        "0000-00-00",
        "0000-00-00 00:00:00",
        "Tue, 29 Nov -001 18:00:00 -0600",
        "Wed, 30 Nov -0001 00:00:00 +0000",
    ],
)
def test_every_spelling_of_unset_reads_as_none(value: Any) -> None:
    """Zero dates come shifted into the year -001."""
    assert convert.instant(value) is None


@pytest.mark.parametrize(
    "value",
    ["2014-03-07 08:30:00", "2014-03-07T08:30", "2014-03-07", "Wed, Oct 21 2015 16:29:00 -0500", "soon", 5, [], {}],
)
def test_what_is_no_instant_is_refused(value: Any) -> None:
    """A time without a zone is none: nobody says which zone it means."""
    with pytest.raises(ValueError, match="is not a time with a zone"):
        convert.instant(value)


def test_a_field_that_must_be_an_instant_is_named_when_it_is_not() -> None:
    """Unset and unreadable are told apart."""
    assert convert.moment({"start_time": "2014-03-07T14:30:00Z"}, "start_time") == HALF_PAST_EIGHT
    with pytest.raises(ValueError, match="it has no start_time"):
        convert.moment({}, "start_time")
    with pytest.raises(ValueError, match="its start_time cannot be read: 'soon' is not a time with a zone"):
        convert.moment({"start_time": "soon"}, "start_time")


@pytest.mark.parametrize(
    ("moment", "wall"),
    [
        (datetime(2026, 3, 8, 7, 59, tzinfo=UTC), "2026-03-08 01:59"),
        (datetime(2026, 3, 8, 8, 0, tzinfo=UTC), "2026-03-08 03:00"),
        (datetime(2026, 11, 1, 5, 59, tzinfo=UTC), "2026-11-01 00:59"),
        (datetime(2026, 11, 1, 6, 30, tzinfo=UTC), "2026-11-01 01:30"),
        (datetime(2026, 11, 1, 7, 30, tzinfo=UTC), "2026-11-01 01:30"),
        (datetime(2026, 11, 1, 8, 0, tzinfo=UTC), "2026-11-01 02:00"),
    ],
)
def test_wall_clocks_on_nights_when_clocks_change(moment: datetime, wall: str) -> None:
    """In spring an hour is missing; in autumn one is told twice."""
    assert convert.wall_clock(moment, CHICAGO) == wall


@given(INSTANTS, ZONES)
def test_a_wall_clock_read_in_its_zone_is_the_instant_or_its_repetition(moment: datetime, zone: str) -> None:
    """Only the repeated hour loses which of the two it was."""
    wall = datetime.strptime(convert.wall_clock(moment, zone), "%Y-%m-%d %H:%M").replace(tzinfo=ZoneInfo(zone))
    assert moment in (wall.astimezone(UTC), wall.replace(fold=1).astimezone(UTC))


@given(st.integers(0, 10_000))
def test_minutes_written_as_hours_read_back(minutes: int) -> None:
    """Hours are printed with four decimals."""
    assert convert.minutes_of_hours(convert.hours_of_minutes(minutes)) == minutes


def test_hours_may_be_text_or_missing() -> None:
    """When I Work prints both; what is no number is refused."""
    assert [convert.minutes_of_hours(value) for value in ("0.5", 0.5, None, "", 0)] == [30, 30, 0, 0, 0]
    for value in ("half", [1], "1e999", float("nan"), 10**400):
        with pytest.raises(ValueError, match="is not a number"):
            convert.minutes_of_hours(value)


@given(st.integers(-10_000_000, 10_000_000))
def test_cents_written_as_dollars_read_back(amount: int) -> None:
    """As a number and as its text."""
    assert convert.cents(convert.dollars(amount)) == amount
    assert convert.cents(str(convert.dollars(amount))) == amount


def test_money_is_rounded_half_up_and_unset_is_nothing() -> None:
    """Never through binary fractions."""
    assert [convert.cents(value) for value in ("20.005", 1.115, None, "", "150.00", 20)] == [
        2001,
        112,
        0,
        0,
        15000,
        2000,
    ]
    with pytest.raises(ValueError, match="'twenty' is not an amount of money"):
        convert.cents("twenty")


@given(st.integers(0, 10_000), st.integers(1, 600), st.integers(1, 600))
def test_a_wage_grows_with_the_minutes(rate: int, fewer: int, more: int) -> None:
    """And an hour pays the rate."""
    low, high = sorted((fewer, more))
    assert convert.wage(rate, low) <= convert.wage(rate, high)
    assert convert.wage(rate, 60) == rate


def test_a_share_is_rounded_half_up() -> None:
    """Half a cent is a cent."""
    assert convert.share(1, 1, 2) == 1
    assert convert.share(15000, 420, 450) == 14000


@pytest.mark.parametrize("text", ["(312) 555-0107", "312.555.0107", "+1 312 555 0107", "13125550107"])
def test_spellings_of_one_phone_number_read_equal(text: str) -> None:
    """A number without a country is American."""
    assert convert.e164(text) == "+13125550107"


@pytest.mark.parametrize("text", ["", None, "call me", "12", 0])
def test_what_is_no_phone_number_reads_as_empty(text: Any) -> None:
    """Contact data of people is full of such."""
    assert convert.e164(text) == ""


def test_notes_of_several_lines_fold_into_one() -> None:
    """So that notes and a title compare equal."""
    assert convert.one_line("  Dock 4\r\n\tbring  boots\n") == "Dock 4 bring boots"
    assert convert.one_line(None) == ""


TITLES = st.text(max_size=400).filter(lambda text: "[sb:" not in text)
KEYS = st.text("abcdefghijklmnopqrstuvwxyz0123456789", min_size=6, max_size=32)


@given(TITLES, KEYS)
def test_a_marker_reads_back_and_leaves_the_text(text: str, key: str) -> None:
    """The text comes back on one line."""
    written = convert.marked(text, key)
    assert (convert.marker(written), convert.unmarked(written)) == (key, convert.one_line(text))


@given(TITLES, KEYS, st.integers(50, 360))
def test_a_marked_text_stays_within_its_limit_and_keeps_its_marker(text: str, key: str, limit: int) -> None:
    """Only the text is cut."""
    written = convert.marked(text, key, limit)
    assert len(written) <= limit
    assert convert.marker(written) == key
    assert convert.one_line(text).startswith(convert.unmarked(written)) or len(text) > limit - len(key) - 6


@pytest.mark.parametrize(
    ("limit", "written"),
    [
        (None, "Bring boots [sb:abc123]"),
        (23, "Bring boots [sb:abc123]"),
        (22, "Bring boot [sb:abc123]"),
        (18, "Bring [sb:abc123]"),
        (12, "[sb:abc123]"),
    ],
)
def test_the_text_before_a_marker_is_cut_and_no_more_than_needed(limit: int | None, written: str) -> None:
    """Without leaving a blank where a word was."""
    assert convert.marked("Bring boots", "abc123", limit) == written


def test_minutes_are_told_in_hours_to_four_digits() -> None:
    """As When I Work prints them."""
    assert [convert.hours_of_minutes(minutes) for minutes in (20, 30)] == [0.3333, 0.5]


def test_a_person_may_write_around_the_marker() -> None:
    """Only our own brackets are taken out."""
    assert convert.unmarked("Dock 4 [sb:abc123]\n[boots] please") == "Dock 4 [boots] please"
    assert [convert.marker(text) for text in (None, "", "[sb:]", "[sb:ABC123]")] == [None] * 4


def test_ids_may_be_text() -> None:
    """Unset reads as 0; what is no id is refused."""
    assert [convert.identifier(value) for value in ("2238", 2238, None, "", False)] == [2238, 2238, 0, 0, 0]
    for value in ("abc", [1], "12²", "1_000", "-1", -1, 1.5, True, 2**63, "9" * 5000, float("inf")):
        with pytest.raises(ValueError, match="is not an id"):
            convert.identifier(value)


def test_the_wage_of_a_night_follows_the_hours_that_pass() -> None:
    """22:00 to 06:00 on the wall is seven hours in spring and nine in autumn."""
    zone = ZoneInfo(CHICAGO)
    spring = datetime(2026, 3, 7, 22, tzinfo=zone), datetime(2026, 3, 8, 6, tzinfo=zone)
    autumn = datetime(2026, 10, 31, 22, tzinfo=zone), datetime(2026, 11, 1, 6, tzinfo=zone)
    passed = [end.astimezone(UTC) - start.astimezone(UTC) for start, end in (spring, autumn)]
    assert passed == [timedelta(hours=7), timedelta(hours=9)]
    assert [convert.wage(2000, round(time.total_seconds() / 60)) for time in passed] == [14000, 18000]


@given(INSTANTS, ZONES)
def test_an_hour_that_comes_again_is_the_one_whose_wall_clock_reads_as_another_instant(
    moment: datetime, zone: str
) -> None:
    """So every other instant survives being written as a wall clock."""
    wall = datetime.strptime(convert.wall_clock(moment, zone), "%Y-%m-%d %H:%M").replace(tzinfo=ZoneInfo(zone))
    assert convert.comes_again(moment, zone) == (wall.astimezone(UTC) != moment)


@pytest.mark.parametrize(
    ("moment", "again"),
    [
        (datetime(2026, 11, 1, 5, 59, tzinfo=UTC), False),
        (datetime(2026, 11, 1, 6, 30, tzinfo=UTC), False),
        (datetime(2026, 11, 1, 7, 30, tzinfo=UTC), True),
        (datetime(2026, 11, 1, 8, 0, tzinfo=UTC), False),
        (datetime(2026, 3, 8, 8, 0, tzinfo=UTC), False),
    ],
)
def test_the_hour_of_autumn_comes_again(moment: datetime, again: bool) -> None:  # noqa: FBT001 (a column of a table)
    """Its second coming alone."""
    assert convert.comes_again(moment, CHICAGO) is again


@pytest.mark.parametrize(
    ("told", "values"),
    [(True, (True, 1, "1", "Yes", "on", "true")), (False, (False, 0, "0", None, "", "false", "never"))],
)
def test_a_yes_or_no_arrives_in_many_ways(values: tuple[object, ...], told: bool) -> None:  # noqa: FBT001 (a column of a table)
    """What is no word for yes, and no number but zero, is a no."""
    assert {convert.flag(value) for value in values} == {told}
