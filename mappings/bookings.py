"""When people are taken: by shifts of whomever, by Jobs, by time off. Two at once are one too many."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

import msgspec

from mappings import place as places
from mappings import skill as skills
from mappings.convert import identifier, moment, number
from mappings.model import Place, Rules, Skill, Unmapped

Record = Mapping[str, Any]

_GRANTED = "2"
_STANDING = {"0": "is pending", "1": "is agreed on and waits for a manager"}
_GIVING = {"1": "a swap", "2": "a drop"}
"""How somebody gives a shift away, by type (When I Work reference 7.6); an alert gives nothing away."""


class Booking(msgspec.Struct, frozen=True, order=True):
    """A time at which somebody is taken: by which record, and by what, where the configuration has words for it."""

    start: datetime
    end: datetime
    kind: Literal["shift", "job_request", "time_off"]
    record: int
    what: str = ""

    def overlaps(self, start: datetime, end: datetime) -> bool:
        """Whether the time between two instants is taken in part; one thing may end when another starts."""
        return self.start < end and start < self.end


def of_shift(record: Record, rules: Rules) -> Booking:
    """When a shift takes whoever holds it, the company's own shifts too; ValueError when it cannot be read."""
    what = _words(lambda: (skills.of_shift(record, rules), places.of_shift(record, rules)))
    return Booking(moment(record, "start_time"), moment(record, "end_time"), "shift", identifier(record["id"]), what)


def of_job_request(record: Record, rules: Rules) -> Booking:
    """When a Job on this JobRequest takes its worker; ValueError when it cannot be read."""
    what = _words(lambda: (skills.of_job_request(record, rules), places.of_job_request(record, rules)))
    start = moment(record, "start_time")
    end = start + timedelta(minutes=round(number(record.get("duration"))))
    return Booking(start, end, "job_request", identifier(record["id"]), what)


def of_time_off(record: Record) -> Booking:
    """When somebody has time off; ValueError when it cannot be read."""
    return Booking(moment(record, "start_time"), moment(record, "end_time"), "time_off", identifier(record["id"]))


def is_granted(record: Record) -> bool:
    """Whether a request for time off was accepted (When I Work reference 7.5)."""
    return str(record.get("status")) == _GRANTED


def pending_swap(record: Record) -> str:
    """What is under way about a shift, as `a swap is pending on this shift`; empty when nothing is."""
    giving = _GIVING.get(str(record.get("type")))
    standing = _STANDING.get(str(record.get("status")))
    return f"{giving} {standing} on this shift" if giving and standing else ""


def _words(find: Callable[[], tuple[Skill, Place]]) -> str:
    try:
        skill, place = find()
    except Unmapped:
        return ""
    return f"{skill.key} at {place.key}"
