"""Comparing the hours of both systems, as they were mirrored by a pull a moment ago."""

from datetime import UTC, date, datetime, time, timedelta

import msgspec

from sync.errors import ConfigError
from sync.gather.hours import worked_between
from sync.mirror.store import Store
from sync.plan import Policy
from sync.plan.variance import HoursRow, hours_rows

_DAY = timedelta(days=1)
_TWO_WEEKS = timedelta(days=14)


class Days(msgspec.Struct, frozen=True):
    """The first and the last day to compare, each on the wall of its place."""

    first: date
    last: date

    @property
    def start(self) -> datetime:
        """An instant before the first day began anywhere."""
        return datetime.combine(self.first, time(), UTC) - _DAY


def days_told(first: date | None, last: date | None, now: datetime, back: timedelta) -> Days:
    """The days that were asked for; by default from so far back (two weeks for no time at all) until now."""
    return Days(first or (now - (back or _TWO_WEEKS)).date(), last or (now + _DAY).date())


def compare(store: Store, pair: str, policy: Policy, days: Days, now: datetime) -> tuple[HoursRow, ...]:
    """The hours of work that is over and began in these days; ConfigError when hours could not be read."""
    with store.read(pair) as tx:
        if tx.observations.cursor("time") is None:
            raise ConfigError(["wheniwork: this login is not shown hours worked; use one of a supervisor"])
        seen = worked_between(tx, policy, now, days.start, now + _DAY)
    return hours_rows(seen, days.first, days.last)
