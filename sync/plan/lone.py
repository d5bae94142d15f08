"""Planning the demands that only one system knows: match them, else create them on the other side."""

from collections.abc import Iterable

import msgspec

from mappings.adoption import DemandMatch, adopted, match_demands
from mappings.demand import Posting, job_request_fields
from mappings.link import LinkedDemand
from mappings.model import Demand, Unmapped
from mappings.shifts import Shift, ShiftGroup, grouped, shift_fields, slot_of
from sync.plan import wording
from sync.plan.about import About, change, remark
from sync.plan.asking import ask_first, doubt_of, shifts_of
from sync.plan.bookings import own_records, taken_elsewhere
from sync.plan.duplicates import told_apart
from sync.plan.links import plan_link
from sync.plan.model import Change, FieldChange, Write, digest, marker_key
from sync.plan.pay import spend
from sync.plan.reasons import because
from sync.plan.seats import USER
from sync.plan.sight import Shifts, sort_postings
from sync.plan.snapshot import LonePosting, Record, Snapshot
from sync.plan.traces import left_behind, traced
from sync.plan.workers import without_user


def plan_lone(snapshot: Snapshot, sight: Shifts) -> list[Change]:
    """Plan the JobRequests and shifts that no link holds.

    Held shifts count only where a demand is adopted, and are told of otherwise. Nothing is made for a demand that may
    be one that is there already, in sight or not, or that one holds a seat of who may be.
    """
    seen = sort_postings(snapshot)
    told = told_apart(seen.lone, snapshot)
    postings, changes = told.own, [*told.changes, *seen.remarks]
    shifts = [shift for row in sight.lone.values() for shift in row]
    matches = _matches([posting for posting, _ in postings], [row for row, _ in seen.later], shifts, sight, snapshot)
    requests = {match.posting.id for match in matches}
    met = {shift.id for match in matches for shift in match.group.shifts}
    left = [posting for posting, _ in postings if posting.id not in requests]
    opened = grouped(shift for shift in shifts if shift.id not in met and shift.worker is None)
    free = [group for group in opened if _new_key(group, snapshot) not in snapshot.busy]
    asked = ask_first([row for row in left if _key(row) not in snapshot.busy], free, seen, sight, snapshot)
    changes += asked.changes
    rows = {posting.id: row for posting, row in (*postings, *seen.later)}
    for match in (*matches, *asked.certain):
        if not match.certain:
            changes.append(_doubtful(match, snapshot))
        else:
            changes += _of_doubtful_people(match.posting, snapshot) or _adopt(rows[match.posting.id], match, snapshot)
    for posting in left:
        if _key(posting) not in asked.records:
            rows_of = _of_doubtful_people(posting, snapshot) or left_behind(posting, rows[posting.id], snapshot)
            rows_of = _to_wheniwork(posting, snapshot) if rows_of is None else rows_of
            changes += [msgspec.structs.replace(row, decided=told.decided.get(posting.id, "")) for row in rows_of]
    changes += [_unknown_to_wonolo(shift, snapshot) for shift in shifts if shift.worker and shift.id not in met]
    return changes + [
        _to_wonolo(group, snapshot) for group in opened if f"shift:{group.shifts[0].id}" not in asked.records
    ]


def _key(posting: Posting) -> str:
    """The key of a link that starts from a request."""
    return f"job_request:{posting.id}"


def _of_doubtful_people(posting: Posting, snapshot: Snapshot) -> list[Change]:
    """Return a blocked change for each person who holds a seat of the request and may be a user already."""
    this = About(_key(posting), posting.demand, snapshot)
    doubted = sorted(posting.demand.workers & snapshot.doubts.keys())
    waits = [because("undecided match", snapshot.doubts[key], who=key) for key in doubted]
    return [remark(this, "blocked", "job_request", why, record=str(posting.id)) for why in waits]


def _matches(
    postings: list[Posting], later: list[Posting], shifts: list[Shift], sight: Shifts, snapshot: Snapshot
) -> list[DemandMatch]:
    """The demands that both sides hold, if one of the two is to be begun now: the other may have to wait by itself."""
    now = {posting.id for posting in postings}, {shift.id for shift in shifts}
    requests, groups = [*postings, *later], grouped([*shifts, *sight.later])
    found = match_demands(requests, groups, snapshot.decisions)
    met = {record for match in found for record in match.records}
    found += traced(
        (posting for posting in requests if _key(posting) not in met),
        (group for group in groups if f"shift:{group.shifts[0].id}" not in met),
        snapshot,
    )
    return [
        match
        for match in found
        if match.posting.id in now[0] or any(shift.id in now[1] for shift in match.group.shifts)
    ]


def _unknown_to_wonolo(shift: Shift, snapshot: Snapshot) -> Change:
    """A worker on the schedule without a Job: an oversight, or a shift for the company itself."""
    (group,) = grouped([shift])
    reason = because("unknown to wonolo", who=str(shift.worker))
    this = About(f"shift:{shift.id}", group.demand, snapshot)
    return remark(this, "skip", "shift", reason, record=str(shift.id), worker=str(shift.worker))


def _adopt(row: LonePosting, match: DemandMatch, snapshot: Snapshot) -> list[Change]:
    """Link what already exists on both sides, and plan the differences that are left."""
    posting, group = match.posting, match.group
    key = _key(posting)
    base = adopted(posting.demand, group.demand)
    ids = sorted(shift.id for shift in group.shifts)
    link = LinkedDemand(key, base, row.job_request, row.jobs, _records(ids, snapshot))
    changes = plan_link(link, snapshot, {}).changes
    if key in snapshot.busy:
        return list(changes)
    this = About(key, posting.demand, snapshot).because(match.evidence, "match", match.key)
    payload = {"base": msgspec.to_builtins(base), "shifts": ids}
    write = Write(action="link", kind="job_request", record=str(posting.id), payload=payload)
    return [change(this, write, shown=(_tied(match, this), ())), *changes]


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
    this = About(f"job_request:{match.posting.id}", match.posting.demand, snapshot)
    this = this.because(f"{match.score} % like {shifts_of(match)}: {match.evidence}", "match", match.key)
    waiting = remark(this, "blocked", "job_request", because("undecided match"), record=str(match.posting.id))
    return msgspec.structs.replace(waiting, action="link", system="wonolo", rank=1, doubt=doubt_of(match, snapshot))


def _records(ids: Iterable[int], snapshot: Snapshot) -> tuple[Record, ...]:
    """The records of lone shifts, some of which may have left a link."""
    wanted = {str(shift) for shift in ids}
    every = (*snapshot.shifts, *snapshot.drafts, *(record for link in snapshot.links for record in link.shifts))
    return tuple(record for record in every if str(record["id"]) in wanted)


def _to_wonolo(group: ShiftGroup, snapshot: Snapshot) -> Change:
    """Post open shifts as one JobRequest."""
    key = _new_key(group, snapshot)
    this = About(key, group.demand, snapshot).because(
        "open shifts in When I Work that Wonolo does not know", "open shifts"
    )
    if key in snapshot.busy:
        return remark(this, "blocked", "job_request", because("busy", snapshot.busy[key]))
    try:
        payload = job_request_fields(group.demand, snapshot.rules, marker_key(key))
    except Unmapped as reason:
        return remark(this, "blocked", "job_request", because("unspoken", str(reason)))
    sources = tuple(shift.id for shift in group.shifts)
    seats = group.demand.headcount
    write = Write(action="create", kind="job_request", seats=seats, payload=payload, sources=sources)
    seen = digest([(shift.id, shift.slot, shift.seats) for shift in group.shifts])
    shown = (_appears(this), this.differences(None, group.demand))
    return change(this, write, shown=shown, risk=spend(None, group.demand, snapshot.rules), precondition=seen)


def _new_key(group: ShiftGroup, snapshot: Snapshot) -> str:
    """The key of a link that starts from a group: its first shift may have left the link that started from it."""
    key = f"shift:{group.shifts[0].id}"
    return f"{key}:{digest(slot_of(group.demand))[:8]}" if key in snapshot.taken else key


def _to_wheniwork(posting: Posting, snapshot: Snapshot) -> list[Change]:
    """Show a JobRequest as one stack of open shifts, and one shift for each worker who holds a seat."""
    key = _key(posting)
    this = About(key, posting.demand, snapshot).because(
        "a JobRequest in Wonolo that When I Work does not know", "request"
    )
    if key in snapshot.busy:
        return [remark(this, "blocked", "shift", because("busy", snapshot.busy[key]))]
    coming = posting.demand.workers
    twice = taken_elsewhere(coming, posting.demand, own_records(posting), this)
    barred = twice | without_user(coming, snapshot)
    blocked = [remark(this, "blocked", "shift", reason, worker=worker) for worker, reason in barred.items()]
    seated = msgspec.structs.replace(posting.demand, workers=posting.demand.workers - barred.keys())
    return blocked + [
        change(this, write, shown=(_own(write, this), ())) for write in _new_shifts(seated, snapshot, key)
    ]


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
