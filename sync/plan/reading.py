"""Reading the two sides of a link into demands; the planner and the writer's settling share it."""

from collections.abc import Mapping
from typing import Any

import msgspec

from mappings.convert import identifier
from mappings.demand import Posting, read_posting
from mappings.link import LinkedDemand
from mappings.model import Demand, Rules
from mappings.shifts import Lone, Shift, ShiftGroup, linked, read_shift, slot_of, taken

Record = Mapping[str, Any]

NO_ONE: Lone = {}


class Sides(msgspec.Struct, frozen=True):
    """Both sides of a link as read now. `posting` None: cancelled or absent; `group` None: no shift is left.

    `left` are open shifts that moved out of the demand; `losses` says how shifts were lost, in words.
    """

    posting: Posting | None
    group: ShiftGroup | None
    left: tuple[Shift, ...] = ()
    losses: tuple[str, ...] = ()


def read_sides(link: LinkedDemand, rules: Rules, users: Mapping[int, str], lone: Lone = NO_ONE) -> Sides:
    """Read both sides; Unmapped when a record of the link has no meaning here any more."""
    posting = read_posting(link.job_request, link.jobs, rules, link.base) if link.job_request else None
    live = posting if posting and not posting.cancelled else None
    members, losses = [], []
    for record in link.shifts:
        loss = _loss(record, users)
        if loss:
            losses.append(loss)
        else:
            members.append(read_shift(record, rules, users))
    group, left = linked(members, lone, link.base, slot_of(live.demand) if live else None)
    return Sides(live, group, tuple(left), tuple(losses))


def _loss(record: Record, users: Mapping[int, str]) -> str:
    """Why a shift that exists no longer is a seat of the demand; empty when it still is."""
    if taken(record, users):
        return "taken by the company's own people"
    return "" if identifier(record.get("user_id")) or record.get("published") else "unpublished"


def wonolo_demand(posting: Posting, base: Demand, rules: Rules, group: ShiftGroup | None = None) -> Posting:
    """The posting with the break that Wonolo cannot express.

    Its pay was computed with the agreed one; an hourly rate fits whatever break the shifts have now.
    """
    hourly = rules.skill(posting.demand.skill).classification == "w2"
    known = group.demand if group and hourly else base
    demand = msgspec.structs.replace(posting.demand, break_minutes=known.break_minutes or 0)
    return msgspec.structs.replace(posting, demand=demand)
