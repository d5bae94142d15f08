"""Gathering from the mirror what one plan needs, and no more: links that changed, and records without a link."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, cast

import msgspec

from mappings import place as places
from mappings.adoption import NEAR
from mappings.bookings import Booking, of_job_request, of_shift, of_time_off, pending_swap
from mappings.convert import identifier, moment
from mappings.demand import HOLDING, read_posting
from mappings.digest import RecordKind
from mappings.likeness import Seat
from mappings.link import LinkedDemand, WorkedJob
from mappings.model import Place, Rules, Unmapped, Worker
from mappings.shifts import Slot, read_slot, slot_of
from mappings.worker import holder, is_key, is_unknown, key_of, read_wheniwork, read_wonolo, wonolo_id
from sync import traces
from sync.mirror.store import Transaction
from sync.outbox import Intent, Outbox
from sync.plan import Policy, Snapshot
from sync.plan.pausing import Pausing
from sync.plan.snapshot import LonePosting, Record

_REMEMBERED = timedelta(days=30)
"""The time for which a write that came back otherwise than it was sent keeps others like it from being made."""

_DAY = timedelta(days=1)
_NEAR = int(NEAR.total_seconds() / 60)


def snapshot(
    tx: Transaction, policy: Policy, now: datetime, ahead: timedelta, times: timedelta = timedelta(0)
) -> Snapshot:
    """Gather one plan's snapshot.

    `ahead` is how far in the future shifts are looked at, `times` how far in the past hours worked (zero: not at all).
    """
    users = tx.links.users()
    until = _begun_until(tx, now + ahead)
    shifts = tx.observations.lone_shifts(now, until + NEAR)
    requests = tx.observations.lone_job_requests(now, until + NEAR, drafts=True)
    postings = [LonePosting(request, tuple(jobs)) for request, jobs in requests]
    postings += traces.cancelled(tx, shifts, now, until + NEAR)
    unsettled = tx.membership.unsettled()
    live = Outbox(tx.rows).differing(now - _REMEMBERED)
    asked = {*unsettled, *tx.booked.in_question(now), *(row.change.link for row in live)}
    links = tx.links.demands(asked)
    beside = _slots([*shifts, *(shift for link in links for shift in link.shifts)], policy.rules)
    repeated = _repeated(postings, policy.rules)
    beside |= repeated
    links += tx.links.demands(set(tx.links.at(beside)) - asked)
    worked, lone_times = _worked(tx, users, now, times)
    people = _people(links, postings)
    strangers = set(people) - set(users.values())
    company = _company(tx, strangers, users, policy.rules) if strangers else Company()
    shifts += [row for row in company.held if moment(row, "start_time") > now]
    held = (shift for link in links for shift in link.shifts)
    return Snapshot(
        now=now,
        policy=policy,
        links=tuple(links),
        workers=tuple(tx.links.workers(unsettled)),
        postings=tuple(postings),
        shifts=tuple(shifts),
        users=users,
        people=people | named(job.job for job in worked),
        known=_known(tx, links, shifts, users, people),
        candidates=company.candidates,
        roster=company.roster,
        seats=company.seats,
        busy=_busy(tx),
        live=tuple(live),
        taken=tx.links.existing(f"shift:{shift['id']}" for shift in (*shifts, *held)),
        decisions=tx.decisions.open(),
        worked=worked,
        times=lone_times,
        payrolls=tuple(tx.observations.all("payroll")) if worked else (),
        payrolls_since=tx.observations.cursor("payroll") if worked else None,
        booked=_booked(tx, links, postings, users, policy.rules),
        swaps=_swaps(tx, links),
        others=_others(tx, now, until) if tx.links.is_empty() else None,
        drafts=_drafts(tx, postings, links),
        until=until,
        sent=Outbox(tx.rows).requests_sent(tx.links.at(repeated)),
        strange=traces.strange_markers(tx, postings, shifts),
    )


def _begun_until(tx: Transaction, horizon: datetime) -> datetime:
    """Until when demands may start that are begun: what may be the same starts a little later, and was read, too."""
    read = tx.observations.cursor("shift")
    return min(horizon, read - NEAR) if read else horizon


def _drafts(tx: Transaction, postings: Iterable[LonePosting], links: Iterable[LinkedDemand]) -> tuple[Record, ...]:
    """The drafts in When I Work that start about when some postings do, or on the day of a link that lacks seats."""
    starts = []
    for row in postings:
        with suppress(ValueError):
            starts.append(moment(row.job_request, "start_time"))
    spans = [(start - NEAR, start + NEAR) for start in starts]
    spans += [(start - _DAY, start + _DAY) for start in (link.base.start for link in links if _lacks_seats(link))]
    first, last = min(spans, default=None), max((last for _, last in spans), default=None)
    return tuple(tx.observations.lone_drafts(first[0], last)) if first and last else ()


def _lacks_seats(link: LinkedDemand) -> bool:
    """Whether a link has fewer seats in When I Work than in Wonolo, so that some were lost or are to be made."""
    try:
        seats = sum(max(1, identifier(shift.get("instances"))) for shift in link.shifts)
        return link.job_request is not None and seats < identifier(link.job_request.get("slots"))
    except ValueError:
        return True


def pausings(tx: Transaction, now: datetime) -> list[Pausing]:
    """Load the pauses in force, with the links that hold their records."""
    found = []
    for row in tx.pauses.current(now):
        until = f" until {row.until:%Y-%m-%d %H:%M} UTC" if row.until else ""
        sentence = f"{row.who} paused {row.target}{until}" + (f": {row.why}" if row.why else "")
        kind = cast("RecordKind", row.kind)
        links = {row.target, *(tx.past.links(kind, row.record) if row.kind else ())}
        found.append(Pausing(sentence, (row.kind, row.record) if row.kind else None, frozenset(links)))
    return found


def _others(tx: Transaction, now: datetime, until: datetime) -> dict[str, int]:
    """How many shifts of When I Work are none of ours, by why."""
    found = tx.observations.others_ahead(now, until)
    return {"the company's own people hold them": found.get(True, 0), "they are drafts": found.get(False, 0)}


def _slots(records: Iterable[Record], rules: Rules) -> set[Slot]:
    """Where shifts are that may join a link which has not changed itself."""
    slots = set()
    for record in records:
        try:
            slots.add(read_slot(record, rules))
        except Unmapped:
            continue
    return slots


def _repeated(postings: Iterable[LonePosting], rules: Rules) -> set[Slot]:
    """Where requests are that may repeat one of ours: those that carry a marker."""
    slots = set()
    for row in postings:
        try:
            posting = read_posting(row.job_request, (), rules)
        except Unmapped:
            continue
        if posting.marker:
            slots.add(slot_of(posting.demand))
    return slots


def _booked(
    tx: Transaction,
    links: Iterable[LinkedDemand],
    postings: Iterable[LonePosting],
    users: Mapping[int, str],
    rules: Rules,
) -> dict[str, tuple[Booking, ...]]:
    """When the people of these demands are taken, by these and by others around the same time."""
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
    """When these workers are taken around these times."""
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


def _swaps(tx: Transaction, links: Iterable[LinkedDemand]) -> dict[int, str]:
    """What is under way about the shifts of links, in words."""
    shifts = {int(shift["id"]) for link in links for shift in link.shifts}
    return {shift: pending_swap(record) for shift, record in tx.booked.swaps(shifts)}


def _people(links: Iterable[LinkedDemand], postings: Iterable[LonePosting]) -> dict[str, Worker]:
    """The workers embedded in Jobs; a Job carries all that is needed to know its worker (Wonolo reference 6)."""
    jobs = [job for link in links for job in link.jobs] + [job for row in postings for job in row.jobs]
    return named(jobs)


def _known(
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


def _worked(
    tx: Transaction, users: dict[int, str], now: datetime, times: timedelta
) -> tuple[tuple[WorkedJob, ...], tuple[Record, ...]]:
    """The Jobs whose hours may have to be carried over, and the Times that may record those of the new ones."""
    if not times or tx.observations.cursor("time") is None:
        return (), ()
    since = now - times - timedelta(days=1)
    numbers = [wonolo_id(users[user]) for user in tx.timesheets.lone_users(since) if user in users]
    found = tx.timesheets.lone(now - times, now) | tx.timesheets.unsettled() | tx.timesheets.beside(numbers, since)
    worked = tx.timesheets.worked(found)
    workers = set(named(job.job for job in worked))
    mine = [user for user, key in users.items() if key in workers]
    return tuple(worked), tuple(tx.timesheets.lone_times(mine, since))


def worked_between(tx: Transaction, policy: Policy, now: datetime, start: datetime, end: datetime) -> Snapshot:
    """Gather the hours of all work that is over and was planned to begin in the window; nothing else."""
    worked = tx.timesheets.worked(tx.timesheets.between(start, end))
    users = tx.links.users()
    return Snapshot(
        now=now,
        policy=policy,
        users=users,
        people=named(job.job for job in worked),
        worked=tuple(worked),
        times=tuple(tx.timesheets.lone_times(users, start - timedelta(days=1))),
        payrolls=tuple(tx.observations.all("payroll")),
        payrolls_since=tx.observations.cursor("payroll"),
    )


class Company(msgspec.Struct, frozen=True):
    """The people of both systems, and where the strangers among them are at work; `held` are shifts of such users."""

    roster: tuple[Worker, ...] = ()
    candidates: tuple[tuple[int, Worker], ...] = ()
    seats: Mapping[str, frozenset[Seat]] = {}
    held: tuple[Record, ...] = ()


def _company(tx: Transaction, strangers: Collection[str], users: Mapping[int, str], rules: Rules) -> Company:
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
    """Where and when a record is about, if that can be read."""
    try:
        return {(place(record).key, moment(record, "start_time"))}
    except (Unmapped, ValueError):
        return set()


def _busy(tx: Transaction) -> dict[str, str]:
    """Links with a write whose outcome is not known yet, each with what is known; they wait until it is."""
    return {row.change.link: _unanswered(row) for row in Outbox(tx.rows).unknown()}


def _unanswered(intent: Intent) -> str:
    text = f"the outcome of an earlier write ({intent.change.action}) is not known yet"
    if intent.trouble:
        return f"{text}: {intent.trouble}"
    if intent.until is None:
        return f"{text}; the next run looks for it"
    until = f"{intent.until:%Y-%m-%d %H:%M} UTC"
    return f"{text}; runs look for it, and what none of them finds after {until} is planned anew"
