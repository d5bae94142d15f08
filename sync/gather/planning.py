"""The input of one plan: links that changed, and records without a link."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from typing import cast

from mappings.adoption import NEAR
from mappings.bookings import pending_swap
from mappings.convert import identifier, moment
from mappings.demand import read_posting
from mappings.digest import RecordKind
from mappings.link import LinkedDemand
from mappings.model import Rules, Unmapped
from mappings.shifts import Slot, read_slot, slot_of
from sync.gather import markers
from sync.gather.bookings import booked
from sync.gather.hours import work_over
from sync.gather.people import Company, company_of, known, named, people_of
from sync.gather.standing import standing
from sync.mirror.store import Transaction
from sync.outbox import Intent, Outbox
from sync.plan import Policy, Snapshot
from sync.plan.pausing import Pausing
from sync.plan.snapshot import LonePosting, Record

_REMEMBERED = timedelta(days=30)
"""The time for which a write that came back otherwise than it was sent keeps others like it from being made."""

_DAY = timedelta(days=1)


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
    postings += markers.cancelled(tx, shifts, now, until + NEAR)
    unsettled = tx.membership.unsettled()
    live = Outbox(tx.rows).differing(now - _REMEMBERED)
    asked = {*unsettled, *tx.booked.in_question(now), *(row.change.link for row in live)}
    links = tx.links.demands(asked)
    beside = _slots([*shifts, *(shift for link in links for shift in link.shifts)], policy.rules)
    repeated = _repeated(postings, policy.rules)
    beside |= repeated
    links += tx.links.demands(set(tx.links.at(beside)) - asked)
    worked, lone_times = work_over(tx, users, now, times)
    people = people_of(links, postings)
    strangers = set(people) - set(users.values())
    company = company_of(tx, strangers, users, policy.rules) if strangers else Company()
    shifts += [row for row in company.held if moment(row, "start_time") > now]
    held = (shift for link in links for shift in link.shifts)
    drafts = _drafts(tx, postings, links)
    return Snapshot(
        now=now,
        policy=policy,
        links=tuple(links),
        workers=tuple(tx.links.workers(unsettled)),
        postings=tuple(postings),
        shifts=tuple(shifts),
        users=users,
        people=people | named(job.job for job in worked),
        known=known(tx, links, shifts, users, people),
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
        booked=booked(tx, links, postings, users, policy.rules),
        swaps=_swaps(tx, links),
        others=_others(tx, now, until) if tx.links.is_empty() else None,
        drafts=drafts,
        until=until,
        sent=Outbox(tx.rows).requests_sent(tx.links.at(repeated)),
        strange=markers.strange_markers(tx, postings, shifts),
        standing=standing(tx, links, (*shifts, *drafts), users),
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
    """Return True if a link has fewer seats in When I Work than in Wonolo, so that some were lost or are to be made."""
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
    """Return the number of When I Work shifts that are not ours, by reason."""
    found = tx.observations.others_ahead(now, until)
    return {"the company's own people hold them": found.get(True, 0), "they are drafts": found.get(False, 0)}


def _slots(records: Iterable[Record], rules: Rules) -> set[Slot]:
    """Return the slots of shifts that may join a link which has not changed itself."""
    slots = set()
    for record in records:
        try:
            slots.add(read_slot(record, rules))
        except Unmapped:
            continue
    return slots


def _repeated(postings: Iterable[LonePosting], rules: Rules) -> set[Slot]:
    """Return the slots of requests that may repeat one of ours: those that carry a marker."""
    slots = set()
    for row in postings:
        try:
            posting = read_posting(row.job_request, (), rules)
        except Unmapped:
            continue
        if posting.marker:
            slots.add(slot_of(posting.demand))
    return slots


def _swaps(tx: Transaction, links: Iterable[LinkedDemand]) -> dict[int, str]:
    """Return the pending swap or drop of each shift of the links, in words, by shift id."""
    shifts = {int(shift["id"]) for link in links for shift in link.shifts}
    return {shift: pending_swap(record) for shift, record in tx.booked.swaps(shifts)}


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
