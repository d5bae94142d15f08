"""The records that a plan leaves out because the configuration does not know where they are, or which work they are."""

from collections.abc import Iterable
from datetime import datetime

from mappings.convert import instant
from mappings.shifts import in_scope
from mappings.unmapped import InUse, unmapped
from sync.plan.snapshot import Record, Snapshot

_ASKING = frozenset({"unassigned", "posted", "filled"})
"""JobRequest states in which work is still ahead (Wonolo reference 9)."""


def in_use(snapshot: Snapshot) -> tuple[InUse, ...]:
    """List what the open shifts and the JobRequests of a snapshot need mapped."""
    requests = [row.job_request for row in snapshot.postings]
    requests += [link.job_request for link in snapshot.links if link.job_request]
    shifts = [*snapshot.shifts, *(shift for link in snapshot.links for shift in link.shifts)]
    return unmapped(
        asking(requests, snapshot.now),
        (row for row in shifts if str(row.get("user_id") or 0) == "0" and in_scope(row, snapshot.rules.scope)),
        snapshot.rules,
    )


def asking(requests: Iterable[Record], now: datetime) -> list[Record]:
    """Return the JobRequests that ask for people from now on, among them those whose start cannot be read."""
    return [row for row in requests if row.get("state") in _ASKING and _ahead(row, now)]


def _ahead(record: Record, now: datetime) -> bool:
    try:
        start = instant(record.get("start_time"))
    except ValueError:
        return True
    return start is None or start > now
