"""Reads the fields of bodies as leniently as the service does: ids and numbers as text, 0 and 1 as booleans."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sandbox.wheniwork.answers import invalid
from sandbox.wheniwork.phrases import read_moment

TRUE_WORDS = frozenset({"true", "1", "yes", "on"})
_LARGEST = 1 << 53


@dataclass(frozen=True)
class Setting:
    """What a spelling depends on: the caller's zone and the present moment."""

    zone: ZoneInfo
    now: datetime


Converter = Callable[[Any, Setting], Any]


def read_fields(body: Any, converters: Mapping[str, Converter], setting: Setting) -> dict[str, Any]:
    """The known fields that `body` holds, converted; others are ignored, unfit values raise a 400."""
    if not isinstance(body, Mapping):
        raise invalid("The body must be a JSON object.")
    found = {}
    for name, convert in converters.items():
        if name in body:
            try:
                found[name] = convert(body[name], setting)
            except (ValueError, TypeError, OverflowError) as error:
                raise invalid(f"The value of {name} is invalid.") from error
    return found


def whole(value: Any, _setting: Setting | None = None) -> int:
    """An integer; null and "" are 0."""
    if value is None or value == "":
        return 0
    if isinstance(value, float) and not value.is_integer():
        raise ValueError("A whole number is needed.")
    number = int(value)
    if abs(number) > _LARGEST:
        raise ValueError("The number is too large.")
    return number


def number(value: Any, _setting: Setting | None = None) -> int | float:
    """A number, printed without a fraction when it has none."""
    result = float(value or 0)
    if not math.isfinite(result) or abs(result) > _LARGEST:
        raise ValueError("A finite number is needed.")
    return int(result) if result.is_integer() else result


def text(value: Any, _setting: Setting | None = None) -> str:
    """A text; null is ""."""
    if isinstance(value, list | dict):
        raise TypeError("A text is needed.")
    return "" if value is None else str(value)


def flag(value: Any, _setting: Setting | None = None) -> bool:
    """True for true, 1, "true", "yes", "on", "1" in any case."""
    return str(value).strip().lower() in TRUE_WORDS


def flag_number(value: Any, setting: Setting) -> int:
    """A flag that travels as 0 or 1."""
    return int(flag(value, setting))


def moment(value: Any, setting: Setting) -> datetime:
    """An instant in UTC from any spelling, or from an aware datetime."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(microsecond=0)
    return read_moment(text(value), setting.zone, setting.now).instant


def last_moment(value: Any, setting: Setting) -> datetime:
    """The same for an end: a day alone ends at 23:59:59 in the caller's zone (When I Work reference 7.5)."""
    found = read_moment(text(value), setting.zone, setting.now)
    whole_day = timedelta(hours=23, minutes=59, seconds=59) if found.date_only else timedelta()
    return (found.instant.astimezone(setting.zone) + whole_day).astimezone(UTC)


def day(value: Any, setting: Setting) -> date:
    """The day that a moment falls on in the caller's zone."""
    return moment(value, setting).astimezone(setting.zone).date()


def day_or_none(value: Any, setting: Setting) -> date | None:
    """The same; null, false and "" are no day."""
    return day(value, setting) if value else None


def wall_time(value: Any, _setting: Setting | None = None) -> str:
    """A time of day as `HH:MM:SS`; a third digit of the hour is borne (`011:00:00`, When I Work reference 8)."""
    hour, minute, second = (int(part) for part in f"{text(value).strip()}:00:00".split(":")[:3])
    return time(hour, minute, second).isoformat("seconds")


def moment_or_none(value: Any, setting: Setting) -> datetime | None:
    """The same; null, false and "" are no moment."""
    return moment(value, setting) if value else None


def ids(value: Any, _setting: Setting | None = None) -> list[int]:
    """Ids from a list, a comma separated text or a single id, without repeats."""
    if value is None or value == "":
        return []
    parts = value if isinstance(value, list) else str(value).split(",")
    return list(dict.fromkeys(whole(part) for part in parts if part != ""))


def ids_or_none(value: Any, _setting: Setting | None = None) -> list[int] | None:
    """Ids, or null for no restriction."""
    return None if value is None else ids(value)


def zone_name(value: Any, setting: Setting) -> str:
    """The name of a time zone, as America/Chicago; null is ""."""
    name = text(value, setting)
    try:
        return ZoneInfo(name).key if name else ""
    except (ZoneInfoNotFoundError, OSError) as error:
        raise ValueError("The zone is unknown.") from error


def mapping(value: Any, _setting: Setting | None = None) -> Any:
    """A map; the service prints an empty one as `[]` (When I Work reference 3.2)."""
    if value in (None, "", []):
        return []
    if not isinstance(value, dict):
        raise TypeError("A map is needed.")
    return value or []
