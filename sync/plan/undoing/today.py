"""What undoing is judged by: the world as it is now, and whether a record still is as a run left it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from mappings.bookings import Booking
from mappings.convert import cents
from mappings.digest import owned_digest
from mappings.link import LinkedDemand
from mappings.model import Rules, Stage, Worker
from mappings.ownership import OWNERSHIP, Ownership
from mappings.timesheet import Period
from sync.plan.made import Made
from sync.plan.model import Change, Write
from sync.plan.pay import half

Record = Mapping[str, Any]


class NoWayBackError(Exception):
    """A change that can no longer be taken back; the message says why, in words that follow its subject."""


class Today(msgspec.Struct, frozen=True):
    """What undoing is judged by: the rules, and the world as it is now.

    `records` are those that their system still has, by kind and id; `jobs` all Jobs by the id of their JobRequest;
    `links` the keys of links that exist; `changed` tells who changed a record since, and what; `people` are the workers
    whose names are known; `periods` the payroll periods that are over, as known from `periods_since` on. `cutoff` is
    how long before a start a cancellation costs money, and `ownership` what else waits for a yes then. `linked` are the
    demands of the links that exist, `users` the worker behind a When I Work user id; `booked` tells when those are
    taken who may be given a seat.
    """

    now: datetime
    cutoff: timedelta
    rules: Rules
    records: Mapping[tuple[str, str], Record] = {}
    jobs: Mapping[str, tuple[Record, ...]] = {}
    links: frozenset[str] = frozenset()
    changed: Mapping[tuple[str, str], str] = {}
    people: Mapping[str, Worker] = {}
    periods: tuple[Period, ...] = ()
    periods_since: datetime | None = None
    linked: Mapping[str, LinkedDemand] = {}
    users: Mapping[int, str] = {}
    booked: Mapping[str, tuple[Booking, ...]] = {}
    ownership: Ownership = OWNERSHIP

    def is_late(self, made: Made) -> bool:
        """Whether the work starts so soon that a cancellation costs money."""
        return made.begins is not None and made.begins - self.now <= self.cutoff

    def needs_yes(self, change: Change) -> bool:
        """Whether the change of a request near its start waits, as it would in an ordinary plan; in doubt it does."""
        rights = self.ownership.demand[Stage.LOCKED]
        needs = [rights[name].needs_yes for name in change.touched] or ["always"]
        return "always" in needs or ("down" in needs and change.seats < 0)

    def minutes_to(self, change: Change) -> int | None:
        """Minutes until the work starts, None when it has no start."""
        return round((change.start - self.now).total_seconds() / 60) if change.start else None

    def fee(self, job: Record) -> int:
        """Cents that cancelling a Job costs once the start is near: half its pay."""
        request = self.records.get(("job_request", str(job.get("job_request_id"))), {})
        return half(cents(request.get("wage")))


def as_left(made: Made, state: Record | None, today: Today) -> Record:
    """The record, if it still is as the run left it; NoWayBackError says who changed it since."""
    who = today.changed.get(made.ref, "")
    if state is None:
        raise NoWayBackError(f"it was deleted since{_by(who)}")
    if made.change.kind == "job_request" and state.get("state") == "cancelled":
        raise NoWayBackError(f"it was cancelled since{_by(who)}")
    if made.after is None or owned_digest(made.change.kind, made.after) != owned_digest(made.change.kind, state):
        raise NoWayBackError(f"it was changed since{_by(who)}")
    return state


def _by(who: str) -> str:
    return f": {who}" if who else ""


def as_it_was(made: Made) -> Record:
    """The record before the change; NoWayBackError where nobody saw it."""
    if made.before is None:
        raise NoWayBackError("what it was is not known, as the reply to the write was lost")
    return made.before


def restored(made: Made, payload: dict[str, Any]) -> Write:
    """The write that gives a record the values it had before the change."""
    change = made.change
    return Write(
        action="update",
        kind=change.kind,
        record=made.record,
        payload=payload,
        touched=change.touched,
        seats=-change.seats,
        worker=change.worker,
    )
