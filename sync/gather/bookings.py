"""The times at which workers are booked: by shifts, Jobs and granted time off."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from mappings.bookings import Booking, of_job_request, of_shift, of_time_off
from mappings.convert import identifier
from mappings.demand import HOLDING
from mappings.link import LinkedDemand
from mappings.model import Rules
from mappings.worker import holder, is_unknown, wonolo_id
from sync.mirror.store import Transaction
from sync.plan.snapshot import LonePosting, Record


def booked(
    tx: Transaction,
    links: Iterable[LinkedDemand],
    postings: Iterable[LonePosting],
    users: Mapping[int, str],
    rules: Rules,
) -> dict[str, tuple[Booking, ...]]:
    """Return the bookings of the people of these demands, in these and in others around the same time, by worker."""
    demands = [(row.job_request, row.jobs, row.shifts) for row in links]
    demands += [(row.job_request, row.jobs, ()) for row in postings]
    workers = {holder(job) for _, jobs, _ in demands for job in jobs if job.get("state") in HOLDING}
    workers |= {users[user] for _, _, shifts in demands for row in shifts if (user := _holder(row)) in users}
    spans = [*readable((request for request, _, _ in demands if request), of_job_request, rules)]
    spans += readable((row for _, _, shifts in demands for row in shifts), of_shift, rules)
    return booked_around(tx, workers, spans, users, rules)


def booked_around(
    tx: Transaction, workers: Collection[str], spans: Collection[Booking], users: Mapping[int, str], rules: Rules
) -> dict[str, tuple[Booking, ...]]:
    """Return the bookings of these workers around these times, by worker."""
    if not workers or not spans:
        return {}
    start, end = min(row.start for row in spans), max(row.end for row in spans)
    theirs = {user: worker for user, worker in users.items() if worker in workers}
    numbers = {wonolo_id(worker): worker for worker in workers if not is_unknown(worker)}
    found: dict[str, set[Booking]] = defaultdict(set)
    for user, record in tx.booked.shifts(theirs, start, end):
        found[theirs[user]].update(readable([record], of_shift, rules))
    for worker, record in tx.booked.jobs(numbers, start, end):
        found[numbers[worker]].update(readable([record], of_job_request, rules))
    for user, record in tx.booked.time_off(theirs, start, end):
        found[theirs[user]].update(readable([record], lambda row, _: of_time_off(row), rules))
    return {worker: tuple(sorted(rows)) for worker, rows in found.items()}


def _holder(shift: Record) -> int:
    try:
        return identifier(shift.get("user_id"))
    except ValueError:
        return 0


def readable(records: Iterable[Record], read: Callable[[Record, Rules], Booking], rules: Rules) -> Iterator[Booking]:
    """The bookings of records, but for those that cannot be read."""
    for record in records:
        try:
            yield read(record, rules)
        except ValueError:
            continue
