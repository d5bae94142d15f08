"""The inverse of a run: a plan that takes its changes back, and what can no longer be taken back, with the reason.

The last change is taken back first. A record that somebody changed since is left alone, and so is what the run did to
it before. What is taken back goes through the same guards and the same writer as any plan.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import msgspec

from mappings.convert import flag
from mappings.digest import owned_digest
from mappings.timesheet import is_link_key
from sync.plan.made import Made
from sync.plan.model import Change, Plan, Risk
from sync.plan.undoing.heading import fields_back, headed
from sync.plan.undoing.seats_back import SeatsBack
from sync.plan.undoing.today import NoWayBackError, Record, Today
from sync.plan.undoing.wayback import way_back
from sync.plan.wording import money

_TOO_NEAR = "the start is too near to change this without a yes"

Ref = tuple[str, str]
Position = tuple[bool, str, str, bool]


def inverse(made: Sequence[Made], today: Today) -> Plan:
    """Plan the way back of what one run made, in the order it was made."""
    return Plan(tuple(change for _, change in ways_back(made, today)))


def ways_back(made: Sequence[Made], today: Today) -> list[tuple[Made, Change]]:
    """Each change that a run made with what takes it back, or with the reason why it stays."""
    reached: dict[Ref, Record | None] = {}
    seats = SeatsBack(today, reached)
    stuck: set[Ref] = set()
    rows = []
    for row in _in_order([headed(row, today) for row in made]):
        state = reached.get(row.ref, today.records.get(row.ref))
        if row.ref in stuck:
            rows.append((row, _stays(row, "a later change of the same record stays, so this one does too", today)))
            continue
        try:
            rows.append((row, _back(row, state, today, seats)))
            reached[row.ref] = row.before
        except NoWayBackError as reason:
            stuck.add(row.ref)
            rows.append((row, _stays(row, str(reason), today)))
    return rows


def _in_order(made: Sequence[Made]) -> list[Made]:
    """Near starts first, then the last change first.

    A worker's shift comes after the Job in Wonolo, and who moves between demands leaves one before taking the other.
    Changes of one record keep their order.
    """
    starts: dict[str, str] = {}
    for row in made:
        start = row.change.start.isoformat() if row.change.start else ""
        starts[row.change.link] = min(starts.get(row.change.link, start), start)
    taken = {(row.change.worker, row.change.link) for row in made if row.change.action in ("assign", "create")}
    positions: dict[Ref, Position] = {}
    rows = []
    for row in reversed(made):
        position = _position(row, starts[row.change.link], taken)
        positions[row.ref] = max(position, positions.get(row.ref, position))
        rows.append((positions[row.ref], row))
    return [row for _, row in sorted(rows, key=lambda row: row[0])]


def _position(row: Made, start: str, taken: Collection[tuple[str, str]]) -> Position:
    change = row.change
    given = change.worker if change.action in ("release", "delete") else ""
    moves = any(worker == given and link != change.link for worker, link in taken if worker)
    return moves, start, change.link, bool(change.worker) and change.kind == "shift"


def _back(row: Made, state: Record | None, today: Today, seats: SeatsBack) -> Change:
    write = way_back(row, state, today)
    seats.check(row, write)
    change = row.change
    record = today.records.get((write.kind, write.record), {})
    planned = Change(
        action=write.action,
        kind=write.kind,
        record=write.record,
        payload=write.payload,
        expects=write.expects,
        touched=write.touched,
        seats=write.seats,
        worker=write.worker,
        system=change.system,
        fields=fields_back(row, today),
        differences=tuple((name, after, before) for name, before, after in change.differences),
        cause=f"takes back what run {row.run} did" + (f" because of: {change.cause}" if change.cause else ""),
        basis=("undo", row.run),
        precondition=owned_digest(write.kind, record) if record else "",
        risk=_risk(row, record, today),
        **_shared(row),
    )
    hold = _waits_for(row, planned, today)
    planned = msgspec.structs.replace(planned, verdict="hold", reason=hold) if hold else planned
    seats.note(row, write, planned)
    return planned


def _waits_for(row: Made, change: Change, today: Today) -> str:
    """Why it waits for a yes; empty when it does not."""
    if is_link_key(change.link):
        return _waits_for_hours(change, today)
    if change.system != "wonolo" or not today.is_late(row) or change.action in ("create", "assign", "unlink"):
        return ""
    if change.action == "update":
        return _TOO_NEAR if today.needs_yes(change) else ""
    due = f" ({money(change.risk.fee_cents)})" if change.risk.fee_cents else ""
    return f"so near the start a cancellation costs half the pay{due}"


def _waits_for_hours(change: Change, today: Today) -> str:
    time = today.records.get((change.kind, change.record), {})
    if change.kind == "time" and flag(time.get("is_approved")):
        return "the Time is approved in When I Work; changing it needs a yes"
    return ""


def _risk(row: Made, record: Mapping[str, Any], today: Today) -> Risk:
    then = row.change.risk
    fee = today.fee(record) if row.change.action == "assign" and row.change.kind == "job" else 0
    return Risk(
        paid_minutes=-then.paid_minutes,
        cents=-then.cents,
        people=then.people,
        minutes_to_start=today.minutes_to(row.change),
        fee_cents=fee if today.is_late(row) else 0,
    )


def _stays(row: Made, reason: str, today: Today) -> Change:
    change = row.change
    return Change(
        action="none",
        verdict="skip",
        kind=change.kind,
        record=row.record,
        reason=reason,
        code="stays",
        worker=change.worker,
        risk=Risk(minutes_to_start=today.minutes_to(change)),
        **_shared(row),
    )


def _shared(row: Made) -> dict[str, Any]:
    change = row.change
    return {
        "link": change.link,
        "subject": change.subject or f"{change.kind} {row.record}",
        "place": change.place,
        "start": change.start,
        "zone": change.zone,
        "rank": change.rank,
        "undoes": row.run,
    }
