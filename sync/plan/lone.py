"""Planning the demands that only one system knows: match them, else create them on the other side."""

from collections.abc import Iterable

import msgspec

from mappings.adoption import DemandMatch, adopted, match_demands
from mappings.demand import Posting, job_request_fields, read_posting
from mappings.link import LinkedDemand
from mappings.model import Demand, Unmapped
from mappings.shifts import Lone, Shift, ShiftGroup, grouped, shift_fields, slot_of
from sync.plan import wording
from sync.plan.about import About, change, remark
from sync.plan.bookings import own_records, taken_elsewhere
from sync.plan.duplicates import told_apart
from sync.plan.links import plan_link
from sync.plan.model import Change, Doubt, FieldChange, Write, digest, marker_key
from sync.plan.pay import spend
from sync.plan.recognition import DECIDE
from sync.plan.seats import USER
from sync.plan.snapshot import LonePosting, Record, Snapshot
from sync.plan.workers import without_user

_OFFERED = frozenset({"unassigned", "posted", "filled"})
"""JobRequest states in which work is still ahead (Wonolo reference 9)."""


def plan_lone(snapshot: Snapshot, lone: Lone) -> list[Change]:
    """Plan the JobRequests and shifts that no link holds.

    Held shifts count only where a demand is adopted, and are told of otherwise. Nothing is made for a demand that may
    be one that is there already, or that one holds a seat of who may be.
    """
    read, changes = _read(snapshot)
    postings, again = told_apart(read, snapshot)
    changes += again
    shifts = [shift for row in lone.values() for shift in row]
    matches = match_demands((posting for posting, _ in postings), grouped(shifts), snapshot.decisions)
    by_posting = {match.posting.id: match for match in reversed(matches)}
    for posting, row in postings:
        match = by_posting.get(posting.id)
        waits = [snapshot.doubts[key] for key in sorted(posting.demand.workers & snapshot.doubts.keys())]
        if waits:
            this = About(f"job_request:{posting.id}", posting.demand, snapshot)
            changes += [remark(this, "blocked", "job_request", reason, record=str(posting.id)) for reason in waits]
        elif match is None:
            changes += _to_wheniwork(posting, snapshot)
        elif match.certain:
            changes += _adopt(row, match, snapshot)
    changes += [_doubtful(match, snapshot) for match in matches if not match.certain]
    met = {shift.id for match in matches for shift in match.group.shifts}
    left = [shift for shift in shifts if shift.id not in met]
    changes += [_unknown_to_wonolo(shift, snapshot) for shift in left if shift.worker]
    return changes + [_to_wonolo(group, snapshot) for group in grouped(row for row in left if row.worker is None)]


def _unknown_to_wonolo(shift: Shift, snapshot: Snapshot) -> Change:
    """A worker on the schedule without a Job: an oversight, or a shift for the company itself."""
    (group,) = grouped([shift])
    who = wording.person(str(shift.worker), snapshot.people)
    advice = f"if it is work for Wonolo, make it an open shift for {who} to accept"
    reason = f"Wonolo knows nothing of {who}'s shift; {advice}"
    this = About(f"shift:{shift.id}", group.demand, snapshot)
    return remark(this, "skip", "shift", reason, record=str(shift.id), worker=str(shift.worker))


def _read(snapshot: Snapshot) -> tuple[list[tuple[Posting, LonePosting]], list[Change]]:
    """The postings whose work is ahead, and remarks about those that cannot be read."""
    read, remarks = [], []
    awaited = {marker_key(key) for key in snapshot.busy}
    for row in snapshot.postings:
        if row.job_request.get("state") not in _OFFERED:
            continue
        try:
            posting = read_posting(row.job_request, row.jobs, snapshot.rules)
        except Unmapped as reason:
            remarks.append(_unmapped(row, str(reason)))
            continue
        # What may be the effect of a write of ours is told of with that write, and waits until it is known.
        if posting.demand.start > snapshot.now and posting.marker not in awaited:
            read.append((posting, row))
    return read, remarks


def _unmapped(row: LonePosting, reason: str) -> Change:
    record = row.job_request["id"]
    name = str(row.job_request.get("request_name") or "")
    subject = f"JobRequest {record} {name!r}"
    return Change(
        action="none",
        verdict="skip",
        kind="job_request",
        record=str(record),
        link=f"job_request:{record}",
        subject=subject,
        reason=reason,
        rank=9,
    )


def _adopt(row: LonePosting, match: DemandMatch, snapshot: Snapshot) -> list[Change]:
    """Link what already exists on both sides, and plan the differences that are left."""
    posting, group = match.posting, match.group
    key = f"job_request:{posting.id}"
    base = adopted(posting.demand, group.demand)
    ids = sorted(shift.id for shift in group.shifts)
    link = LinkedDemand(key, base, row.job_request, row.jobs, _records(ids, snapshot))
    changes = plan_link(link, snapshot, {}).changes
    if key in snapshot.busy:
        return list(changes)
    this = About(key, posting.demand, snapshot).because(match.evidence)
    payload = {"base": msgspec.to_builtins(base), "shifts": ids}
    write = Write(action="link", kind="job_request", record=str(posting.id), payload=payload)
    return [change(this, write, fields=_tied(match, this)), *changes]


def _tied(match: DemandMatch, this: About) -> tuple[FieldChange, ...]:
    """What a link ties together: the shifts, and the seats on either side."""
    shifts = ", ".join(
        f"{shift.id} ({wording.person(shift.worker, this.people) if shift.worker else f'{shift.seats} open'})"
        for shift in sorted(match.group.shifts, key=lambda shift: shift.id)
    )
    return (
        FieldChange("shifts", "", shifts),
        FieldChange("seats in Wonolo", "", str(match.posting.demand.headcount)),
        FieldChange("seats in When I Work", "", str(match.group.demand.headcount)),
    )


def _doubtful(match: DemandMatch, snapshot: Snapshot) -> Change:
    """A link that waits until a person says whether both are the same demand."""
    here, there = match.posting.demand, match.group.demand
    this = About(f"job_request:{match.posting.id}", here, snapshot)
    first, more = match.group.shifts[0].id, len(match.group.shifts) - 1
    shifts = f"shift {first} and {more} more" if more else f"shift {first}"
    doubt = Doubt(
        key=match.key,
        facts=match.facts,
        wonolo=f"{wording.subject(here, snapshot.rules)} (JobRequest {match.posting.id}, seats: {here.headcount})",
        wheniwork=f"{wording.subject(there, snapshot.rules)} ({shifts}, seats: {there.headcount})",
        score=match.score,
        evidence=match.evidence,
    )
    this = this.because(f"{match.score} % like {shifts}: {match.evidence}")
    waiting = remark(this, "blocked", "job_request", DECIDE, record=str(match.posting.id))
    return msgspec.structs.replace(waiting, action="link", system="wonolo", rank=1, doubt=doubt)


def _records(ids: Iterable[int], snapshot: Snapshot) -> tuple[Record, ...]:
    """The records of lone shifts, some of which may have left a link."""
    wanted = {str(shift) for shift in ids}
    every = (*snapshot.shifts, *(record for link in snapshot.links for record in link.shifts))
    return tuple(record for record in every if str(record["id"]) in wanted)


def _to_wonolo(group: ShiftGroup, snapshot: Snapshot) -> Change:
    """Post open shifts as one JobRequest."""
    key = _new_key(group, snapshot)
    this = About(key, group.demand, snapshot).because("open shifts in When I Work that Wonolo does not know")
    if key in snapshot.busy:
        return remark(this, "blocked", "job_request", snapshot.busy[key])
    try:
        payload = job_request_fields(group.demand, snapshot.rules, marker_key(key))
    except Unmapped as reason:
        return remark(this, "blocked", "job_request", str(reason))
    sources = tuple(shift.id for shift in group.shifts)
    seats = group.demand.headcount
    write = Write(action="create", kind="job_request", seats=seats, payload=payload, sources=sources)
    seen = digest([(shift.id, shift.slot, shift.seats) for shift in group.shifts])
    return change(this, write, fields=_appears(this), risk=spend(None, group.demand, snapshot.rules), precondition=seen)


def _new_key(group: ShiftGroup, snapshot: Snapshot) -> str:
    """The key of a link that starts from a group: its first shift may have left the link that started from it."""
    key = f"shift:{group.shifts[0].id}"
    return f"{key}:{digest(slot_of(group.demand))[:8]}" if key in snapshot.taken else key


def _to_wheniwork(posting: Posting, snapshot: Snapshot) -> list[Change]:
    """Show a JobRequest as one stack of open shifts, and one shift for each worker who holds a seat."""
    key = f"job_request:{posting.id}"
    this = About(key, posting.demand, snapshot).because("a JobRequest in Wonolo that When I Work does not know")
    if key in snapshot.busy:
        return [remark(this, "blocked", "shift", snapshot.busy[key])]
    coming = posting.demand.workers
    twice = taken_elsewhere(coming, posting.demand, own_records(posting), this)
    barred = twice | without_user(coming, snapshot)
    blocked = [remark(this, "blocked", "shift", reason, worker=worker) for worker, reason in barred.items()]
    seated = msgspec.structs.replace(posting.demand, workers=posting.demand.workers - barred.keys())
    return blocked + [change(this, write, fields=_own(write, this)) for write in _new_shifts(seated, snapshot, key)]


def _new_shifts(demand: Demand, snapshot: Snapshot, key: str) -> list[Write]:
    rows: list[tuple[str, int, str | int]] = [(worker, 1, f"{USER}{worker}") for worker in sorted(demand.workers)]
    if demand.open_seats:
        rows.insert(0, ("", demand.open_seats, 0))
    return [
        Write(
            action="create",
            kind="shift",
            worker=worker,
            seats=seats,
            payload=shift_fields(
                demand, snapshot.rules, marker_key(key, worker or "open"), instances=seats, user_id=user
            ),
        )
        for worker, seats, user in rows
    ]


def _own(write: Write, this: About) -> tuple[FieldChange, ...]:
    """What one shift of a new demand is: a worker's seat, or open ones."""
    worker = wording.person(write.worker, this.people) if write.worker else ""
    seat = FieldChange("worker", "", worker) if worker else FieldChange("open seats", "", str(write.seats))
    return (seat, FieldChange("title", "", this.demand.title)) if this.demand.title else (seat,)


def _appears(this: About) -> tuple[FieldChange, ...]:
    """The fields of a demand that is new, as changes from nothing."""
    demand = this.demand
    values = {"seats": str(demand.headcount)}
    if demand.title:
        values["title"] = demand.title
    return tuple(FieldChange(name, "", value) for name, value in values.items())
