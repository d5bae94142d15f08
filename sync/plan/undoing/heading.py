"""How a row of an undo is headed, and what it shows: as things are now, and field by field what they become."""

from collections.abc import Mapping
from typing import Any

import msgspec

from mappings.demand import read_posting
from mappings.model import Demand, Unmapped
from mappings.shifts import grouped, read_shift
from sync.plan import wording
from sync.plan.made import Made
from sync.plan.model import Change, FieldChange
from sync.plan.reading import read_sides
from sync.plan.undoing.today import Record, Today


def headed(row: Made, today: Today) -> Made:
    """The change that was made, headed by what is there now; as it was where its link has ended."""
    demand = _demand_now(row.change, today)
    if demand is None:
        return row
    change = msgspec.structs.replace(
        row.change,
        subject=wording.subject(demand, today.rules),
        place=demand.place,
        start=demand.start,
        zone=today.rules.zone(demand.place),
    )
    return msgspec.structs.replace(row, change=change)


def _demand_now(change: Change, today: Today) -> Demand | None:
    """The demand as the system shows it that is written to."""
    link = today.linked.get(change.link)
    if link is None:
        return None
    try:
        sides = read_sides(link, today.rules, today.users)
    except Unmapped:
        return None
    posting, group = (side.demand if side else None for side in (sides.posting, sides.group))
    return posting or group if change.system == "wonolo" else group or posting


def fields_back(row: Made, today: Today) -> tuple[FieldChange, ...]:
    """The fields of a change turned round; where it had none, what differs between the records before and after."""
    told = tuple(FieldChange(field.name, field.after, field.before) for field in row.change.fields)
    if told or row.change.action != "update" or not (row.before and row.after):
        return told
    try:
        now, then = (_read(row.change.kind, side, today) for side in (row.after, row.before))
        return wording.edits(now, then, today.rules, today.people)
    except Unmapped:
        return ()


def _read(kind: str, record: Record, today: Today) -> Demand:
    if kind == "job_request":
        return read_posting(record, (), today.rules).demand
    as_open: Mapping[str, Any] = {**record, "user_id": 0}
    return grouped([read_shift(as_open, today.rules, {})])[0].demand
