"""What undoing is judged by, gathered from the mirror: the records as they are now, and who changed them since."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, cast

from mappings.bookings import Booking, of_job_request, of_shift
from mappings.convert import identifier
from mappings.digest import RecordKind
from mappings.model import Rules, Worker
from mappings.timesheet import is_link_key, job_id, read_payroll
from mappings.worker import is_unknown, read_wonolo, wonolo_id
from sync.change_log import ChangeLog
from sync.gather.bookings import booked_around, readable
from sync.gather.people import named
from sync.history.words import edits, system_of
from sync.mirror.records import KINDS
from sync.mirror.sightings import Sighting
from sync.mirror.store import Transaction
from sync.plan import Policy
from sync.plan.made import Made
from sync.plan.undoing.today import Record, Today
from sync.plan.wording import sentence, wall

Ref = tuple[str, str]


def as_of(tx: Transaction, made: list[Made], policy: Policy, now: datetime) -> Today:
    """The world as it is now, as far as these changes are about it."""
    linked = {link.key: link for link in tx.links.demands({row.change.link for row in made})}
    requests = _requests(made) | {identifier(link.job_request["id"]) for link in linked.values() if link.job_request}
    users = tx.links.users()
    takers = _takers(made, users)
    refs = _refs(made) | {("job_request", str(number)) for number in requests}
    records = {ref: record for ref in refs if (record := _record(tx, ref)) is not None}
    jobs = tx.observations.jobs(requests)
    worked = any(is_link_key(row.change.link) for row in made)
    return Today(
        now=now,
        cutoff=policy.cutoff,
        rules=policy.rules,
        ownership=policy.ownership,
        records=records,
        jobs={str(request): tuple(rows) for request, rows in jobs.items()},
        links=tx.links.existing({row.change.link for row in made}),
        changed=_changed(tx, made),
        people=_people(tx, takers) | named(job for rows in jobs.values() for job in rows),
        periods=tuple(filter(None, map(read_payroll, tx.observations.all("payroll")))) if worked else (),
        periods_since=tx.observations.cursor("payroll") if worked else None,
        linked=linked,
        users=users,
        booked=booked_around(tx, takers, _spans(made, records, policy.rules), users, policy.rules),
    )


def _requests(made: Iterable[Made]) -> set[int]:
    requests = {int(row.record) for row in made if row.change.kind == "job_request" and row.record.isdecimal()}
    seats = [record for row in made if row.change.kind == "job" for record in (row.before, row.after) if record]
    return (requests | {identifier(record.get("job_request_id")) for record in seats}) - {0}


def _refs(made: Iterable[Made]) -> set[Ref]:
    users = {("user", str(identifier((row.before or {}).get("user_id")))) for row in made if row.change.kind == "shift"}
    worked = {("job", str(job_id(row.change.link))) for row in made if is_link_key(row.change.link)}
    return {row.ref for row in made} | users | worked


def _takers(made: Iterable[Made], users: Mapping[int, str]) -> set[str]:
    """The workers who may be given back what the run took from them."""
    held = [row for row in made if row.change.action in ("release", "delete") and row.change.kind in ("shift", "job")]
    holders = {users.get(identifier((row.before or {}).get("user_id")), "") for row in held}
    return ({row.change.worker for row in held} | holders) - {""}


def _spans(made: Iterable[Made], records: Mapping[Ref, Record], rules: Rules) -> list[Booking]:
    shifts = [row.before for row in made if row.change.kind == "shift" and row.before]
    shifts += [record for (kind, _), record in records.items() if kind == "shift"]
    requests = [record for (kind, _), record in records.items() if kind == "job_request"]
    return [*readable(shifts, of_shift, rules), *readable(requests, of_job_request, rules)]


def _people(tx: Transaction, workers: Iterable[str]) -> dict[str, Worker]:
    seen = {key: tx.observations.record("worker", wonolo_id(key)) for key in workers if not is_unknown(key)}
    return {key: read_wonolo(record) for key, record in seen.items() if record}


def _record(tx: Transaction, ref: Ref) -> Any:
    kind, number = ref
    known = kind in KINDS and number.isdecimal()
    return tx.observations.record(cast("RecordKind", kind), int(number)) if known else None


def _changed(tx: Transaction, made: list[Made]) -> dict[Ref, str]:
    """Who changed each record after the run, as far as it was noticed."""
    told: dict[Ref, tuple[datetime, str]] = {}
    for row in made:
        kind, number = row.ref
        if kind not in KINDS or not number.isdecimal():
            continue
        linked = ChangeLog(tx.rows).of_links([row.change.link])
        undone = {later.change.undoes for later in linked}
        wrote = [later for later in ChangeLog(tx.rows).of_records(kind, [int(number)]) if later.run > row.run]
        rows = [_wrote(later, is_undone=later.run in undone) for later in wrote]
        seen = tx.sightings.of(kind, [int(number)])
        rows += [_saw(sighting, row.change.zone) for sighting in seen if sighting.at >= row.at]
        beside = [later for later in linked if later.run > row.run]
        rows = rows or [(later.at, f"along with what run {later.run} wrote to the same demand") for later in beside]
        told |= {row.ref: max(rows)} if rows else {}
    return {ref: words for ref, (_, words) in told.items()}


def _wrote(later: Made, *, is_undone: bool) -> tuple[datetime, str]:
    again = "" if later.change.undoes or is_undone else f"; undo run {later.run} first"
    return later.at, f"by shiftbridge in run {later.run}{again}"


def _saw(sighting: Sighting, zone: str) -> tuple[datetime, str]:
    where, when = system_of(sighting.kind), wall(sighting.at, zone)
    fields = edits(sighting, {}, zone)
    if sighting.before is None or sighting.after is None or not fields:
        return sighting.at, f"by somebody in {where}, seen on {when}"
    system = "wonolo" if where == "Wonolo" else "wheniwork"
    return sighting.at, f"{sentence(fields, cast('Any', system))}, seen on {when}"
