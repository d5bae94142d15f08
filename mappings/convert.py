"""Leaf conversions: instants and zones, money, phones, the marker. Each refuses what it cannot read with ValueError."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from email.utils import format_datetime
from functools import lru_cache
from math import isfinite
from typing import Any

import phonenumbers
from whenever import Instant

# Unset dates arrive as null, "", false, zero dates, or a zero date shifted into the year -001
# (When I Work reference 8).
_UNSET = re.compile(r"^(0000-00-00.*|.* -\d{3,4} .*)?$")
_WEEKDAY = re.compile(r"^[A-Za-z]{3},\s*")
_BARE_OFFSET = re.compile(r"([+-]\d\d)(\d\d)$")
LARGEST_ID = 2**63 - 1
_MARKER = re.compile(r"\s*\[sb:([a-z0-9]{6,32})\]")


def instant(value: Any) -> datetime | None:
    """Read an instant in any form the two APIs print: RFC 2822, or ISO 8601 with an offset.

    Returns UTC cut to the minute, or None for every spelling of "unset". Raises ValueError for a text that is not
    an instant, among them a time without a zone.
    """
    if value in (None, False):
        return None
    try:
        return _read(str(value))
    except ValueError as error:
        raise ValueError(f"{value!r} is not a time with a zone") from error


def moment(record: Mapping[str, Any], name: str) -> datetime:
    """Read the instant in a field that must have one; the ValueError names the field."""
    try:
        read = instant(record.get(name))
    except ValueError as error:
        raise ValueError(f"its {name} cannot be read: {error}") from error
    if read is None:
        raise ValueError(f"it has no {name}")
    return read


@lru_cache(maxsize=4096)
def _read(text: str) -> datetime | None:
    # Remembered: shifts begin and end at few instants, and each is read once for its column and once for its digest.
    if _UNSET.match(text):
        return None
    return _parsed(text).to_stdlib().replace(second=0, microsecond=0)


def _parsed(text: str) -> Instant:
    """Read either form: a weekday may be wrong in RFC 2822 (When I Work reference 8), an ISO offset lack its colon."""
    if text[:1].isalpha():
        return Instant.parse_rfc2822(_WEEKDAY.sub("", text))
    return Instant.parse_iso(_BARE_OFFSET.sub(r"\1:\2", text))


def rfc2822(moment: datetime) -> str:
    """Spell an instant the way When I Work prints its own, in UTC."""
    return format_datetime(moment.astimezone(UTC))


def wall_clock(moment: datetime, zone: str) -> str:
    """Spell an instant as `YYYY-MM-DD HH:MM` on the wall of the zone: how Wonolo is told a start (reference 5).

    The hour that a clock change repeats comes twice in this form (see `comes_again`).
    """
    return Instant(moment).to_tz(zone).to_plain().to_stdlib().strftime("%Y-%m-%d %H:%M")


def comes_again(moment: datetime, zone: str) -> bool:
    """Whether a clock change made the same wall time once before: the later one has no `wall_clock` of its own."""
    zoned = Instant(moment).to_tz(zone)
    return zoned.to_plain().assume_tz(zone, disambiguation="earlier") != zoned


def minutes_of_hours(hours: Any) -> int:
    """Read When I Work's hours (`0.5`, `"0.5"`, None) as whole minutes."""
    return round(number(hours) * 60)


def hours_of_minutes(minutes: int) -> float:
    """Spell minutes as When I Work's hours."""
    return round(minutes / 60, 4)


def cents(amount: Any) -> int:
    """Read an amount of dollars (number or text) as cents; unset reads as 0."""
    try:
        exact = Decimal(str(amount or 0))
        return int((exact * 100).quantize(Decimal(1), ROUND_HALF_UP))
    except InvalidOperation as error:
        raise ValueError(f"{amount!r} is not an amount of money") from error


def dollars(amount: int) -> float:
    """Spell cents as a number of dollars."""
    return float(Decimal(amount) / 100)


def share(amount: int, part: int, whole: int) -> int:
    """The amount in cents times part / whole, rounded half up."""
    return int((Decimal(amount) * part / whole).quantize(Decimal(1), ROUND_HALF_UP))


def wage(rate: int, paid_minutes: int) -> int:
    """Total pay in cents for paid minutes at a rate in cents an hour."""
    return share(rate, paid_minutes, 60)


def e164(phone: Any, region: str = "US") -> str:
    """Spell a phone number as +15550100; empty for a text that is no possible number."""
    try:
        number = phonenumbers.parse(str(phone or ""), region)
    except phonenumbers.NumberParseException:
        return ""
    if not phonenumbers.is_possible_number(number):
        return ""
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def one_line(text: Any) -> str:
    """Fold white space, so that notes of several lines and a title compare equal."""
    return " ".join(str(text or "").split())


def marked(text: str, key: str, limit: int | None = None) -> str:
    """Append the marker `[sb:KEY]`, by which a record whose creation was never answered is found again.

    The text is cut so that the whole stays within `limit` characters.
    """
    marker = f"[sb:{key}]"
    room = None if limit is None else limit - len(marker) - 1
    return f"{text[:room].rstrip()} {marker}".strip()


def marker(text: Any) -> str | None:
    """The key in a text's marker, or None."""
    found = _MARKER.search(str(text or ""))
    return found.group(1) if found else None


def unmarked(text: Any) -> str:
    """The text a person wrote: without the marker, on one line."""
    return one_line(_MARKER.sub("", str(text or "")))


def identifier(value: Any) -> int:
    """Read an id, which may arrive as text (When I Work reference 8); unset reads as 0.

    Raises ValueError for all but plain decimals that a database column of 64 bits holds: `12²` and `1_000`, which
    Python or a database might take for a number, are no ids.
    """
    if value in (None, "", False):
        return 0
    whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    number = int(value) if whole and value is not True else decimal(value)
    if number is None or not 0 <= number <= LARGEST_ID:
        raise ValueError(f"{value!r} is not an id")
    return number


def decimal(text: Any) -> int | None:
    """Return the number that a text of decimal digits alone is, in any script; None for every other text."""
    digits = str(text).strip()
    return int(digits) if digits.isdecimal() and len(digits) < 20 else None


def number(value: Any) -> float:
    """Read a finite number, which may arrive as text; unset reads as 0."""
    try:
        read = float(value or 0)
    except (OverflowError, TypeError, ValueError) as error:
        raise ValueError(f"{value!r} is not a number") from error
    if not isfinite(read):
        raise ValueError(f"{value!r} is not a number")
    return read


def flag(value: Any) -> bool:
    """Read a yes or no, which may arrive as a number or text (When I Work reference 3.1, 5.1); unset reads as no."""
    return str(value).casefold() in ("true", "yes", "on") or bool(_digits(value))


def _digits(value: Any) -> float:
    try:
        return number(value)
    except ValueError:
        return 0
