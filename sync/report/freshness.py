"""The age of each part's last reading, in words."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from sync.mirror.looks import LastLook

_PARTS = {
    "requests": "requests and Jobs",
    "soon": "shifts within 48 hours",
    "later": "later shifts",
    "time_off": "time off and swaps",
    "people": "users and workers",
    "hours": "hours and payrolls",
    "places": "locations, positions and sites",
    "second_look": "second look at what is not settled",
}
_UNITS = ((86_400, "days"), (3_600, "h"), (60, "min"))


def freshness(looks: Mapping[str, LastLook], now: datetime) -> list[str]:
    """A line for each part, the nearest first; the second look is left out where only a daemon's would be missing."""
    shown = [part for part in _PARTS if part in looks or part != "second_look"]
    return [f"{_PARTS[part]}: {_last(looks.get(part, LastLook()), now)}" for part in shown]


def _last(look: LastLook, now: datetime) -> str:
    read = ago(now, look.at) if look.at else "not yet"
    return f"{read}, to be read again at once" if look.marked else read


def ago(now: datetime, at: datetime) -> str:
    """`40 s ago`; what the clock shows as the future was just now."""
    return f"{span(now - at)} ago"


def span(time: timedelta) -> str:
    """`40 s`, `12 min`, `30 h`, `3 days`: in the largest unit of which there are two or more."""
    seconds = max(0, int(time.total_seconds()))
    size, unit = next(((size, unit) for size, unit in _UNITS if seconds >= 2 * size), (1, "s"))
    return f"{seconds // size} {unit}"
