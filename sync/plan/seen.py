"""When the two sides of a demand last changed, as their records tell: what a person asks first about an edit."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from mappings.convert import instant
from mappings.link import LinkedDemand
from mappings.model import NAMES, System
from sync.plan.wording import wall

Record = Mapping[str, Any]


def last_changed(link: LinkedDemand, zone: str, cause: str = "") -> str:
    """When the records of each side last changed, as `Wonolo Tue 10 Mar 17:00, When I Work Wed 11 Mar 09:12`.

    With a `cause`, of the sides that it names.

    It may have been something else about the record: reminders count too. Empty where no record tells.
    """
    sides: dict[System, Iterable[Record]] = {
        "wonolo": (*([link.job_request] if link.job_request else []), *link.jobs),
        "wheniwork": link.shifts,
    }
    told = {system: latest for system, records in sides.items() if (latest := _latest(records))}
    named = [system for system in told if not cause or NAMES[system] in cause]
    return ", ".join(f"{NAMES[system]} {wall(told[system], zone)}" for system in named)


def _latest(records: Iterable[Record]) -> datetime | None:
    return max(filter(None, map(_updated, records)), default=None)


def _updated(record: Record) -> datetime | None:
    try:
        return instant(record.get("updated_at"))
    except ValueError:
        return None
