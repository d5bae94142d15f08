"""How When I Work prints instants: RFC 2822 in the zone of whoever asks (When I Work reference 8)."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

ZERO_DATE = datetime(1, 1, 1, tzinfo=UTC)
"""Stored where the service holds an all-zero date; it prints as the year -001 moved into the reader's zone."""

WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_RFC2822 = re.compile(r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d [+-]\d{4}")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@lru_cache(maxsize=1 << 16)
def rfc2822(instant: datetime, zone: ZoneInfo) -> str:
    """An aware datetime as `Fri, 07 Mar 2014 08:30:00 -0600` in the reader's zone."""
    if instant == ZERO_DATE:
        return _zero_date(zone)
    local = instant.astimezone(zone)
    return (
        f"{WEEKDAYS[local.weekday()]}, {local.day:02} {MONTHS[local.month - 1]} {local.year}"
        f" {local.hour:02}:{local.minute:02}:{local.second:02} {_offset(local)}"
    )


def odd_date(instant: datetime, zone: ZoneInfo) -> str:
    """The same as `Wed, Oct 21 2015 16:29:00 -0500`, as the sample of a location has it (When I Work reference 8)."""
    weekday, day, month, *rest = rfc2822(instant, zone).split(" ")
    return " ".join((weekday, month, day, *rest))


def iso_dates(value: Any) -> Any:
    """JSON in which every date that `rfc2822` printed is ISO 8601 with the same offset."""
    if isinstance(value, dict):
        return {name: iso_dates(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [iso_dates(inner) for inner in value]
    return parsedate_to_datetime(value).isoformat() if isinstance(value, str) and _RFC2822.fullmatch(value) else value


def day_text(day: date) -> str:
    """A day without a time, as `Tue, 1 Jun 2014` (When I Work reference 8)."""
    return f"{WEEKDAYS[day.weekday()]}, {day.day} {MONTHS[day.month - 1]} {day.year}"


def _zero_date(zone: ZoneInfo) -> str:
    # Both recordings of it (-0600 in June, -0500) carry the standard offset, whatever the season.
    local = datetime(2001, 1, 1, tzinfo=UTC).astimezone(zone)
    day = "Wed, 30 Nov -001" if local.year == 2001 else "Tue, 29 Nov -001"
    return f"{day} {local.hour:02}:{local.minute:02}:00 {_offset(local)}"


def _offset(local: datetime) -> str:
    minutes = (local.utcoffset() or timedelta()) // timedelta(minutes=1)
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02}{abs(minutes) % 60:02}"
