"""Gathering from the mirror what one plan needs, and no more: links that changed, and records without a link."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from mappings.link import LinkedDemand
from mappings.model import Rules, Unmapped, Worker
from mappings.shifts import Slot, read_shift
from mappings.worker import key_of, read_wheniwork, read_wonolo
from sync.mirror.store import Transaction
from sync.outbox import Outbox
from sync.plan import Policy, Snapshot
from sync.plan.snapshot import LonePosting, Record


def snapshot(tx: Transaction, policy: Policy, now: datetime, ahead: timedelta) -> Snapshot:
    """Gather one plan's snapshot; `ahead` is how far in the future shifts are looked at."""
    users = tx.links.users()
    shifts = tx.observations.lone_shifts(now, now + ahead)
    postings = [LonePosting(request, tuple(jobs)) for request, jobs in tx.observations.lone_job_requests(now)]
    unsettled = tx.links.unsettled()
    links = tx.links.demands(unsettled)
    beside = _slots([*shifts, *(shift for link in links for shift in link.shifts)], policy.rules, users)
    links += tx.links.demands(set(tx.links.at(beside)) - set(unsettled))
    people = _people(links, postings)
    strangers = set(people) - set(users.values())
    held = (shift for link in links for shift in link.shifts)
    return Snapshot(
        now=now,
        policy=policy,
        links=tuple(links),
        workers=tuple(tx.links.workers(unsettled)),
        postings=tuple(postings),
        shifts=tuple(shifts),
        users=users,
        people=people,
        candidates=_candidates(tx, users) if strangers else (),
        busy=_busy(tx),
        taken=tx.links.existing(f"shift:{shift['id']}" for shift in (*shifts, *held)),
        decisions=tx.decisions.open(),
    )


def _slots(records: Iterable[Record], rules: Rules, users: dict[int, str]) -> set[Slot]:
    """Where shifts are that may join a link which has not changed itself."""
    slots = set()
    for record in records:
        try:
            slots.add(read_shift(record, rules, users).slot)
        except Unmapped:
            continue
    return slots


def _people(links: Iterable[LinkedDemand], postings: Iterable[LonePosting]) -> dict[str, Worker]:
    """The workers embedded in Jobs; a Job carries all that is needed to know its worker (Wonolo reference 6)."""
    jobs = [job for link in links for job in link.jobs] + [job for row in postings for job in row.jobs]
    embedded: list[dict[str, Any]] = [job["worker"] for job in jobs if (job.get("worker") or {}).get("id")]
    return {key_of(worker["id"]): read_wonolo(worker) for worker in embedded}


def _candidates(tx: Transaction, users: dict[int, str]) -> tuple[tuple[int, Worker], ...]:
    """The When I Work users who are nobody's worker yet."""
    records = tx.observations.all("user")
    return tuple(
        (int(record["id"]), read_wheniwork(record))
        for record in records
        if not record.get("is_deleted") and int(record["id"]) not in users
    )


def _busy(tx: Transaction) -> dict[str, str]:
    """Links with a write whose outcome is not known yet; they wait until it is."""
    reason = "the outcome of an earlier write ({}) is not known yet; the next run looks again"
    return {row.change.link: reason.format(row.change.action) for row in Outbox(tx.rows).unknown()}
