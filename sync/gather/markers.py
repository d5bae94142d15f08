"""Markers of ours that this database never sent: what it looks at may have been made with one that is lost."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from mappings.convert import marker
from mappings.demand import HOLDING
from mappings.worker import holder
from sync.mirror.store import Transaction
from sync.outbox import Outbox
from sync.plan.model import marker_key
from sync.plan.snapshot import LonePosting, Record


def strange_markers(tx: Transaction, postings: Sequence[LonePosting], shifts: Iterable[Record]) -> frozenset[str]:
    """Return the markers, of records without a link, that no intent carries.

    Those of shifts count only if they name one of the postings: managers copy weeks of shifts, notes included.
    """
    named = {key for posting in postings for key in _of_its_shifts(posting)}
    markers = {marker(shift.get("notes")) for shift in shifts} & named
    markers |= {_marker(posting) for posting in postings}
    return Outbox(tx.rows).never_sent(sorted(key for key in markers if key))


def cancelled(tx: Transaction, shifts: Iterable[Record], now: datetime, until: datetime) -> list[LonePosting]:
    """Return the cancelled requests ahead that were made from one of the shifts, or one from it, as a marker says."""
    rows = list(shifts)
    made, carried = {marker_key(f"shift:{row['id']}") for row in rows}, {marker(row.get("notes")) for row in rows}
    found = [LonePosting(row, ()) for row in tx.observations.cancelled_ahead(now, until)]
    return [row for row in found if _marker(row) in made or _of_its_shifts(row) & carried]


def _marker(row: LonePosting) -> str | None:
    return marker(row.job_request.get("request_name"))


def _of_its_shifts(posting: LonePosting) -> set[str]:
    link = f"job_request:{posting.job_request['id']}"
    workers = {holder(job) for job in posting.jobs if job.get("state") in HOLDING}
    return {marker_key(link, worker) for worker in ("open", *workers)}
