"""Repeating shifts: a ShiftChain of shifts at the same times of day (When I Work reference 5.4 to 5.6 and 5.10)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.wheniwork.answers import invalid
from sandbox.wheniwork.calls import Call
from sandbox.wheniwork.fields import Converter, Setting, day, whole, zone_name
from sandbox.wheniwork.records import Record

LONGEST = timedelta(days=366)
KIND = "shift_chains"
_WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def _weeks(value: Any, setting: Setting) -> int:
    weeks = whole(value, setting)
    if not 1 <= weeks <= 52:
        raise ValueError("A chain repeats each 1 to 52 weeks.")
    return weeks


def _weekdays(value: Any, setting: Setting) -> int:
    mask = whole(value, setting)
    if not 1 <= mask <= 127:
        raise ValueError("Weekdays are bits from Monday, 1, to Sunday, 64.")
    return mask


FIELDS: Mapping[str, Converter] = {"until": day, "week": _weeks, "weekdays": _weekdays, "timezone_id": zone_name}


@dataclass(frozen=True)
class Series:
    """When a chain repeats: on these weekdays (bits from Monday) of each so many weeks, up to a day."""

    until: date
    week: int
    weekdays: int
    timezone_id: str

    def moments(self, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Start and end of every repetition after the first shift, at its times of day on the chain's clocks."""
        zone = ZoneInfo(self.timezone_id)
        first, last = start.astimezone(zone), end.astimezone(zone)
        first_week = _sunday(first.date())
        for ahead in range(1, (self.until - first.date()).days + 1):
            moved = timedelta(days=ahead)
            here = first.date() + moved
            weeks = (_sunday(here) - first_week).days // 7
            if weeks % self.week == 0 and self.weekdays >> here.weekday() & 1:
                yield (first + moved).astimezone(UTC), (last + moved).astimezone(UTC)


def _sunday(here: date) -> date:
    return here - timedelta(days=(here.weekday() + 1) % 7)


def read_series(call: Call, body: Any, start: datetime, known: Record | None = None) -> Series | None:
    """The `chain` of a body, None when there is none; what it leaves out is as in the `known` chain.

    `until` is needed at first; a chain lasts a year at most. The older form spells `week` as text and `until` as
    MM/DD/YYYY.
    """
    given = body.get("chain") if isinstance(body, Mapping) else None
    if not given:
        return None
    fields = call.fields(FIELDS, given if isinstance(given, Mapping) else {})
    zone = call.state.accounts[call.account_id]["timezone_name"]
    usual = {"week": 1, "weekdays": 1 << start.astimezone(call.zone).weekday(), "timezone_id": zone}
    of_known = {name: known[name] for name in FIELDS} if known else {}
    chosen = {**usual, **of_known, **fields}
    if "until" not in chosen:
        raise invalid("The field until of the chain is required.")
    if chosen["until"] - start.astimezone(call.zone).date() > LONGEST:
        raise invalid("A chain lasts a year at most.")
    return Series(**chosen)


def chain_of(call: Call, shift: Record) -> Record | None:
    """The chain that a shift is on."""
    key = shift["shiftchain_key"]
    return next((one for one in call.state.table(KIND).values() if one["key"] == key), None) if key else None


def shifts_on(call: Call, chain: Record, after: datetime | None = None) -> list[Record]:
    """The shifts of a chain that are still there, by start; with `after` those that begin later."""
    known = (call.state.shifts.get(number) for number in chain["shift_ids"])
    there = [one for one in known if one and one["shiftchain_key"] == chain["key"]]
    return sorted((one for one in there if after is None or one["start_time"] > after), key=_start)


def _start(shift: Record) -> datetime:
    start: datetime = shift["start_time"]
    return start


def new_chain(call: Call, series: Series) -> Record:
    """A chain without shifts."""
    number = call.state.next_id(KIND)
    key = f"{number:x}"
    return call.state.add(KIND, {"id": number, "key": key, **vars(series)})


def chain_view(call: Call, chain: Record, first: Record) -> Record:
    """A chain as it travels, with its rule as RFC 5545 writes it; its account_id is always 0, as recorded."""
    zone = ZoneInfo(chain["timezone_id"])
    ends = datetime.combine(chain["until"] + timedelta(days=1), datetime.min.time(), zone) - timedelta(seconds=1)
    days = ",".join(name for number, name in enumerate(_WEEKDAYS) if chain["weekdays"] >> number & 1)
    each = "" if chain["week"] == 1 else f";INTERVAL={chain['week']}"
    rule = f"RRULE:FREQ=WEEKLY{each};UNTIL={ends.astimezone(UTC):%Y%m%dT%H%M%SZ};WKST=SU;BYDAY={days}"
    begin = f"DTSTART;TZID={chain['timezone_id']}:{first['start_time'].astimezone(zone):%Y%m%dT%H%M%S}"
    shown = {name: value for name, value in chain.items() if name not in ("id", "shift_ids")}
    return call.show({**shown, "account_id": 0, "count": len(chain["shift_ids"]), "rrule": f"{begin}\n{rule}"})
