"""The people of both systems: who is on Jobs, who holds shifts, and where strangers are at work."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import timedelta
from typing import Any

import msgspec

from mappings import place as places
from mappings.adoption import NEAR
from mappings.convert import identifier, moment
from mappings.likeness import Seat
from mappings.link import LinkedDemand
from mappings.model import Place, Rules, Unmapped, Worker
from mappings.worker import is_key, key_of, read_wheniwork, read_wonolo, wonolo_id
from sync.mirror.store import Transaction
from sync.plan.snapshot import LonePosting, Record

_NEAR = int(NEAR.total_seconds() / 60)


def people_of(links: Iterable[LinkedDemand], postings: Iterable[LonePosting]) -> dict[str, Worker]:
    """The workers embedded in Jobs; a Job carries all that is needed to know its worker (Wonolo reference 6)."""
    jobs = [job for link in links for job in link.jobs] + [job for row in postings for job in row.jobs]
    return named(jobs)


def known(
    tx: Transaction,
    links: Iterable[LinkedDemand],
    shifts: Iterable[Record],
    users: Mapping[int, str],
    people: Collection[str],
) -> dict[str, Worker]:
    """The workers who hold a shift, or held a seat, and have no Job in view: as Wonolo's or When I Work's users."""
    links = list(links)
    ids = {key: user_id for user_id, key in users.items()}
    held = [users.get(identifier(row.get("user_id")), "") for link in links for row in link.shifts]
    held += [users.get(identifier(row.get("user_id")), "") for row in shifts]
    wanted = ({key for link in links for key in link.base.workers} | set(held)) - {"", *people}
    return {key: worker for key in sorted(wanted) if (worker := _somebody(tx, key, ids.get(key, 0)))}


def _somebody(tx: Transaction, key: str, user_id: int) -> Worker | None:
    record = tx.observations.record("worker", wonolo_id(key)) if is_key(key) else None
    if record:
        return read_wonolo(record)
    user = tx.observations.record("user", user_id) if user_id else None
    return read_wheniwork(user, key) if user else None


def named(jobs: Iterable[Record]) -> dict[str, Worker]:
    """The workers embedded in some Jobs, by key."""
    embedded: list[dict[str, Any]] = [job["worker"] for job in jobs if (job.get("worker") or {}).get("id")]
    return {key_of(worker["id"]): read_wonolo(worker) for worker in embedded}


class Company(msgspec.Struct, frozen=True):
    """The people of both systems, and where the strangers among them are at work; `held` are shifts of such users."""

    roster: tuple[Worker, ...] = ()
    candidates: tuple[tuple[int, Worker], ...] = ()
    seats: Mapping[str, frozenset[Seat]] = {}
    held: tuple[Record, ...] = ()


def company_of(tx: Transaction, strangers: Collection[str], users: Mapping[int, str], rules: Rules) -> Company:
    """All workers and users but those that an employee code ties together, with the seats of who is nobody yet."""
    records = [record for record in tx.observations.all("user") if not record.get("is_deleted")]
    candidates = [(int(record["id"]), read_wheniwork(record)) for record in records]
    coded = {user.key for _, user in candidates if is_key(user.key)}
    roster = [read_wonolo(record) for record in tx.observations.all("worker")]
    found: dict[str, set[Seat]] = defaultdict(set)
    starts = set()
    for worker, request in tx.seats.of_workers([wonolo_id(key) for key in strangers]):
        found[key_of(worker)] |= _seat(request, lambda record: places.of_job_request(record, rules))
        starts.add(moment(request, "start_time"))
    near = {start + timedelta(minutes=five) for start in starts for five in range(-_NEAR, _NEAR + 1, 5)}
    held = [row for row in tx.seats.held_at(near) if identifier(row["user_id"]) not in users]
    for row in held:
        found[f"user:{row['user_id']}"] |= _seat(row, lambda record: places.of_shift(record, rules))
    return Company(
        roster=tuple(worker for worker in roster if worker.key not in coded),
        candidates=tuple(row for row in candidates if not is_key(row[1].key)),
        seats={record: frozenset(seats) for record, seats in found.items()},
        held=tuple(held),
    )


def _seat(record: Record, place: Callable[[Record], Place]) -> set[Seat]:
    """Return the place and start of a record, as its only seat; empty if they cannot be read."""
    try:
        return {(place(record).key, moment(record, "start_time"))}
    except (Unmapped, ValueError):
        return set()
