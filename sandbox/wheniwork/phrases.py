"""Reads every spelling of a moment that When I Work takes (When I Work reference 3.1).

RFC 2822, `YYYY-MM-DD`, `YYYY-MM-DD HH:MM:SS`, ISO 8601, and phrases as PHP's strtotime understands them: `-1 day`,
`tomorrow 8:00am`, `next monday`. A moment without a zone is meant in the caller's zone.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sandbox.wheniwork.dates import MONTHS, WEEKDAYS

FIRST_YEAR, LAST_YEAR = 1902, 2200


@dataclass(frozen=True)
class Moment:
    """What a spelling means: the instant in UTC, and whether it named a day alone."""

    instant: datetime
    date_only: bool


@dataclass
class _Reading:
    day: date | None = None
    clock: time | None = None
    usual_clock: time | None = None
    offset: timedelta | None = None
    epoch: int | None = None
    weekday: tuple[str, int] | None = None
    days: int = 0
    months: int = 0
    seconds: int = 0


def read_moment(text: str, zone: ZoneInfo, now: datetime) -> Moment:
    """The moment meant by `text`; raises ValueError for what cannot be read and for years outside 1902 to 2200."""
    reading, position, text = _Reading(), 0, text.strip()
    if not text:
        raise ValueError("An empty text is no moment.")
    try:
        while position < len(text):
            position = _take_part(reading, text, position)
        instant = _resolve(reading, zone, now)
    except OverflowError as error:
        raise ValueError("The moment is too far away.") from error
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise ValueError("The moment is too far away.")
    return Moment(
        instant, date_only=reading == _Reading(day=reading.day, weekday=reading.weekday) and bool(reading.day)
    )


def _take_part(reading: _Reading, text: str, position: int) -> int:
    for pattern, note in _PARTS:
        if match := pattern.match(text, position):
            note(reading, match)
            return match.end()
    raise ValueError(f"{text[position:]!r} is no part of a moment.")


def _space(_reading: _Reading, _match: re.Match[str]) -> None:
    """Blanks, commas and `at` carry nothing."""


def _epoch(reading: _Reading, match: re.Match[str]) -> None:
    reading.epoch = int(match["epoch"])


def _day(reading: _Reading, match: re.Match[str]) -> None:
    if reading.day is not None:
        raise ValueError("A moment has one day.")
    name = match["month"]
    month = int(name) if name.isdecimal() else MONTHS.index(name[:3].title()) + 1
    reading.day = date(int(match["year"]), month, int(match["day"]))


def _clock(reading: _Reading, match: re.Match[str]) -> None:
    if reading.clock is not None:
        raise ValueError("A moment has one time of day.")
    parts = match.groupdict()
    hour, half = int(parts["hour"]), (parts["half"] or "").lower()
    if half:
        hour = hour % 12 + (12 if half == "pm" else 0)
    reading.clock = time(hour, int(parts.get("minute") or 0), int(parts.get("second") or 0))


def _offset(reading: _Reading, match: re.Match[str]) -> None:
    text = match[0]
    minutes = 0 if text[0] not in "+-" else int(text[1:3]) * 60 + int(text[-2:])
    reading.offset = timedelta(minutes=-minutes if text[0] == "-" else minutes)


def _relative(reading: _Reading, match: re.Match[str]) -> None:
    count, unit = int(match["count"]), match["unit"].lower()
    count = -count if match["ago"] else count
    reading.seconds += count * {"sec": 1, "min": 60, "hour": 3600}.get(unit, 0)
    reading.days += count * {"day": 1, "week": 7, "fortnight": 14}.get(unit, 0)
    reading.months += count * {"month": 1, "year": 12}.get(unit, 0)


def _neighbour(reading: _Reading, match: re.Match[str]) -> None:
    count = {"next": 1, "last": -1, "this": 0}[match["which"].lower()]
    unit = match["unit"].lower()
    reading.days += count * {"day": 1, "week": 7}.get(unit, 0)
    reading.months += count * {"month": 1, "year": 12}.get(unit, 0)


def _weekday(reading: _Reading, match: re.Match[str]) -> None:
    reading.weekday = ((match["which"] or "this").lower(), WEEKDAYS.index(match["weekday"][:3].title()))


def _word(reading: _Reading, match: re.Match[str]) -> None:
    word = match[0].lower()
    reading.days += {"tomorrow": 1, "yesterday": -1}.get(word, 0)
    if word != "now":
        reading.usual_clock = time(12 if word == "noon" else 0)


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE | re.ASCII)


_MONTH = "(?P<month>" + "|".join(MONTHS) + r")[a-z]*\.?"
_WEEKDAY = "(?P<weekday>" + "|".join(WEEKDAYS) + r")[a-z]*\b"
_PARTS: tuple[tuple[re.Pattern[str], Callable[[_Reading, re.Match[str]], None]], ...] = (
    (_pattern(r"[\s,]+|at\b|of\b"), _space),
    (_pattern(r"@(?P<epoch>-?\d{1,12})\b"), _epoch),
    (_pattern(r"(?P<year>\d{4})-(?P<month>\d\d?)-(?P<day>\d\d?)(?:T(?=\d))?"), _day),
    (_pattern(r"(?P<month>\d\d?)/(?P<day>\d\d?)/(?P<year>\d{4})"), _day),
    (_pattern(rf"(?P<day>\d\d?)[\s-]+{_MONTH}[\s,-]+(?P<year>\d{{4}})"), _day),
    (_pattern(rf"{_MONTH}\s+(?P<day>\d\d?),?\s+(?P<year>\d{{4}})"), _day),
    (_pattern(r"(?P<hour>\d\d?):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.\d+)?)?(?:\s*(?P<half>[ap]m))?"), _clock),
    (_pattern(r"(?P<hour>\d\d?)\s*(?P<half>[ap]m)\b"), _clock),
    (
        _pattern(
            r"(?P<count>[+-]?\d{1,9})\s*(?P<unit>sec|min|hour|day|week|fortnight|month|year)(?:ond|ute)?s?\b"
            r"(?P<ago>\s+ago\b)?"
        ),
        _relative,
    ),
    (_pattern(r"(?P<which>next|last|this)\s+(?P<unit>day|week|month|year)\b"), _neighbour),
    (_pattern(rf"(?:(?P<which>next|last|this)\s+)?{_WEEKDAY}"), _weekday),
    (_pattern(r"(?:now|today|midnight|noon|tomorrow|yesterday)\b"), _word),
    (_pattern(r"[+-]\d\d:?\d\d\b|Z\b|UTC\b|GMT\b"), _offset),
)


def _resolve(reading: _Reading, zone: ZoneInfo, now: datetime) -> datetime:
    if reading.epoch is not None:
        return datetime.fromtimestamp(reading.epoch, UTC)
    present = now.astimezone(zone)
    day = _move_months(reading.day or present.date(), reading.months)
    # A weekday beside a date is decoration: the service's own samples carry wrong ones (reference 8).
    named = reading.weekday if reading.day is None else None
    day += timedelta(days=reading.days + (_days_to(named, day) if named else 0))
    usual = time(0) if reading.day or named else present.time()
    clock = reading.clock or reading.usual_clock or usual
    offset_zone = zone if reading.offset is None else None
    naive = datetime.combine(day, clock.replace(microsecond=0))
    instant = naive.replace(tzinfo=offset_zone or UTC).astimezone(UTC) - (reading.offset or timedelta())
    return instant + timedelta(seconds=reading.seconds)


def _days_to(named: tuple[str, int], day: date) -> int:
    which, weekday = named
    if which == "last":
        return -((day.weekday() - weekday - 1) % 7 + 1)
    if which == "next":
        return (weekday - day.weekday() - 1) % 7 + 1
    return (weekday - day.weekday()) % 7


def _move_months(day: date, months: int) -> date:
    years, month = divmod(day.month - 1 + months, 12)
    # PHP lets the 31st of a short month run over into the next one.
    return date(day.year + years, month + 1, 1) + timedelta(days=day.day - 1)
