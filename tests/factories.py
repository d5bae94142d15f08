"""Small factories of records as the two systems print them, and of the entities they mean; all pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

from mappings.link import LinkedDemand
from mappings.model import Demand, Place, Rules, Skill, Timesheet, Worker
from sync.plan import Policy, Snapshot

CHICAGO = "America/Chicago"

HARBOR = Place("Harbor", 11, "1 Pier Rd", "Chicago", "60601", CHICAGO, venue="Harbor Warehouse")
DEPOT = Place("Depot", 12, "9 Rail St", "Newark", "07102", "America/New_York", site_id=5)

PICKER = Skill("Picker", 21, "Fulfillment / Warehousing", "Pick orders", 2000, badges=("Forklift", "Lifting"))
PACKER = Skill("Packer", 22, "Fulfillment / Warehousing", "Pack orders", 1850)
COOK = Skill("Cook", 23, "Event Staff", "Cook lunch", 2500, classification="w2")

RULES = Rules((HARBOR, DEPOT), (PICKER, PACKER, COOK))

START = datetime(2026, 3, 14, 13, 0, tzinfo=UTC)
"""Sat 14 Mar 08:00 in Chicago."""

NOW = START - timedelta(days=3)

ANA = Worker("wonolo:7", "Ana", "Reyes", "ana@example.com", "+13125550107")
BEN = Worker("wonolo:8", "Ben", "Okafor", "ben@example.com", "+13125550108")
CAT = Worker("wonolo:9", "Cat", "Lind")
PEOPLE = {worker.key: worker for worker in (ANA, BEN, CAT)}
USERS = {107: ANA.key, 108: BEN.key}
"""Cat has no When I Work user, and no e-mail to make one with."""


def demand(**changes: Any) -> Demand:
    """An open demand: two pickers at the harbor, 08:00 to 16:00 with half an hour unpaid."""
    values: dict[str, Any] = {
        "place": "Harbor",
        "skill": "Picker",
        "start": START,
        "end": START + timedelta(hours=8),
        "headcount": 2,
        "break_minutes": 30,
    }
    return Demand(**values | changes)


def job_request(number: int = 500, **changes: Any) -> dict[str, Any]:
    """The JobRequest of `demand()`, as Wonolo prints it."""
    return {
        "id": number,
        "state": "posted",
        "category": "Fulfillment / Warehousing",
        "request_name": "Picker at Harbor [sb:abc123]",
        "description_tasks": "Pick orders",
        "slots": 2,
        "wage": 150.0,
        "start_time": "2026-03-14T08:00:00.000-05:00",
        "duration": 480,
        "venue": "Harbor Warehouse",
        "address": "1 Pier Rd",
        "city": "Chicago",
        "zip": "60601",
    } | changes


def job(worker: Worker = ANA, state: str = "filled", number: int = 0, **changes: Any) -> dict[str, Any]:
    """The Job by which a worker holds a seat of JobRequest 500."""
    number = number or 900 + wonolo_number(worker)
    return {"id": number, "job_request_id": 500, "state": state, "worker": wonolo_user(worker)} | changes


def timesheet(**changes: Any) -> Timesheet:
    """Ana's hours of `demand()`: on time, with half an hour unpaid, not approved."""
    values: dict[str, Any] = {
        "job": 907,
        "worker": ANA.key,
        "place": "Harbor",
        "skill": "Picker",
        "start": START,
        "end": START + timedelta(hours=8),
        "break_minutes": 30,
    }
    return Timesheet(**values | changes)


def worked_time(number: int = 700, **changes: Any) -> dict[str, Any]:
    """The Time of `timesheet()`, as When I Work prints it."""
    return {
        "id": number,
        "user_id": 107,
        "location_id": 11,
        "site_id": 0,
        "position_id": 21,
        "shift_id": 302,
        "start_time": "Sat, 14 Mar 2026 08:00:00 -0500",
        "end_time": "Sat, 14 Mar 2026 16:00:00 -0500",
        "break_hours": 0.5,
        "length": 8,
        "is_approved": False,
        "notes": "",
    } | changes


def wonolo_number(worker: Worker) -> int:
    """A worker's id in Wonolo."""
    return int(worker.key.removeprefix("wonolo:"))


def wonolo_user(worker: Worker = ANA, **changes: Any) -> dict[str, Any]:
    """A worker as Wonolo prints a user."""
    return {
        "id": wonolo_number(worker),
        "first_name": worker.first_name,
        "last_name": worker.last_name,
        "email": worker.email,
        "phone": worker.phone,
    } | changes


def user(number: int = 107, worker: Worker = ANA, **changes: Any) -> dict[str, Any]:
    """A worker as When I Work prints a user."""
    return {
        "id": number,
        "first_name": worker.first_name,
        "last_name": worker.last_name,
        "email": worker.email,
        "phone_number": worker.phone,
        "employee_code": worker.key,
        "is_deleted": False,
    } | changes


def shift(number: int = 301, **changes: Any) -> dict[str, Any]:
    """A stack with the open seats of `demand()`, as When I Work prints it to a caller in Denver."""
    return {
        "id": number,
        "user_id": 0,
        "location_id": 11,
        "site_id": 0,
        "position_id": 21,
        "start_time": "Sat, 14 Mar 2026 07:00:00 -0600",
        "end_time": "Sat, 14 Mar 2026 15:00:00 -0600",
        "break_time": 0.5,
        "notes": "",
        "color": "42a611",
        "published": True,
        "instances": 2,
    } | changes


def held(number: int = 302, user_id: int = 107, **changes: Any) -> dict[str, Any]:
    """A seat of `demand()` that a user holds."""
    return shift(number, user_id=user_id, instances=1, **changes)


def at(start: datetime, hours: float = 8) -> dict[str, Any]:
    """The times of a shift that starts then, as When I Work prints them."""
    end = start + timedelta(hours=hours)
    return {"start_time": f"{start:%a, %d %b %Y %H:%M:%S} +0000", "end_time": f"{end:%a, %d %b %Y %H:%M:%S} +0000"}


def linked(
    base: Demand | None = None,
    request: dict[str, Any] | None = None,
    *,
    jobs: Iterable[dict[str, Any]] = (),
    shifts: Iterable[dict[str, Any]] = (),
) -> LinkedDemand:
    """The link of JobRequest 500 with its shifts; `base` and `request` are those of `demand()` unless told."""
    return LinkedDemand("link", base or demand(), request or job_request(), tuple(jobs), tuple(shifts))


def snapshot(*links: LinkedDemand, **changes: Any) -> Snapshot:
    """Everything a plan is made of, three days before the start, with Ana and Ben known on both sides."""
    values: dict[str, Any] = {"now": NOW, "policy": Policy(RULES), "links": links, "users": USERS, "people": PEOPLE}
    return Snapshot(**values | {"payrolls_since": NOW - timedelta(days=60)} | changes)
