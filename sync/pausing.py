"""Pauses as people ask for them: the record, the end, and whose clock counts."""

import re
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from mappings.digest import RecordKind
from sync.clock import ServiceClock
from sync.config import Config
from sync.connecting import Clocks, open_clients
from sync.errors import RemoteError
from sync.history.target import read_target

RECORDS: dict[str, str] = {
    "shift": "shift",
    "job_request": "request",
    "job": "job",
    "user": "user",
    "worker": "worker",
    "time": "time",
}
"""The kinds of records that can be paused, and what people call them."""

_DURATION = re.compile(r"(\d{1,5}) ?([mhd])")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_SPELLINGS = "write 30m, 2h or 3d, a time of the place like 2026-12-02 08:00, or an instant like 2026-12-02T08:00-06:00"


def read_record(text: str) -> tuple[RecordKind, int]:
    """Read `shift:10000`, `request 12` and whatever else `history` takes for such a record; raises ValueError."""
    try:
        target = read_target(text)
    except ValueError:
        target = None
    if target is None or target.kind is None or target.kind not in RECORDS:
        raise ValueError(f"{text!r} is no record that can be paused: write one like shift:10000, request:12, job:5")
    return target.kind, int(target.text)


def zone_of(config: Config) -> ZoneInfo:
    """Return the zone in which a time without an offset is meant: that of the pair's first place, else UTC."""
    return ZoneInfo(config.places[0].zone if config.places else "UTC")


def read_until(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    """Read a duration from now, a time on the wall in `zone`, or an instant, as an instant in UTC.

    Raises ValueError for what is none of them, is not in the future, or is no single instant in that zone.
    """
    try:
        until = _instant(text.strip(), now, zone)
    except OverflowError:
        raise ValueError(f"{text!r} is too far away") from None
    if until <= now:
        raise ValueError(f"{text!r} is not in the future: it is {wall(now, zone)} now")
    return until


def wall(at: datetime, zone: ZoneInfo) -> str:
    """Format an instant as people in a zone read it, with the zone's name."""
    return f"{at.astimezone(zone):%a %d %b %Y %H:%M} ({zone.key})"


def _instant(text: str, now: datetime, zone: ZoneInfo) -> datetime:
    duration = _DURATION.fullmatch(text.casefold())
    if duration:
        return now + int(duration[1]) * _UNITS[duration[2]]
    if _is_day(text):
        raise ValueError(f"{text!r} is a day: add the time of day, like {text} 08:00")
    try:
        given = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(f"{text!r} is no time: {_SPELLINGS}") from None
    return (given if given.tzinfo else _on_the_wall(given, zone)).astimezone(UTC)


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _on_the_wall(given: datetime, zone: ZoneInfo) -> datetime:
    """The one instant of a time on the wall; raises ValueError when a clock change skips or repeats it."""
    first, second = (given.replace(tzinfo=zone, fold=fold) for fold in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return first
    skipped = first.astimezone(UTC).astimezone(zone).replace(tzinfo=None) != given
    what = "does not exist, as clocks are set then" if skipped else "comes twice, as clocks are set then"
    raise ValueError(f"{given:%Y-%m-%d %H:%M} {what} ({zone.key}): write it with its offset, like {first.isoformat()}")


async def current_time(config: Config) -> datetime:
    """Return the time by the clock that the pair follows; by this machine's where Wonolo's cannot be asked."""
    clocks = Clocks(config, None)
    if isinstance(clocks.believed, ServiceClock):
        async with open_clients(config) as (wonolo, wheniwork):
            clocks.connect(wonolo, wheniwork)
            with suppress(RemoteError):
                await clocks.follow()
    return clocks.believed.now()
