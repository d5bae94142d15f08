"""Reading the two sides of a link into demands; the planner and the writer's settling share it."""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from mappings.convert import identifier
from mappings.demand import Posting, read_posting
from mappings.link import LinkedDemand
from mappings.model import Demand, Rules, Unmapped
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


class Reading(msgspec.Struct, frozen=True):
    """The records of a link, read one by one: its posting, a cancelled one too, and the shifts that are its seats."""

    posting: Posting | None
    members: tuple[Shift, ...]
    losses: tuple[str, ...]

    @property
    def live(self) -> Posting | None:
        """The posting, unless it was cancelled."""
        return None if self.posting is None or self.posting.cancelled else self.posting


def read_sides(
    link: LinkedDemand, rules: Rules, users: Mapping[int, str], lone: Lone = NO_ONE, latest: Sides | None = None
) -> Sides:
    """Read both sides; Unmapped when a record of the link has no meaning here any more.

    `latest` is how they read before a write of ours, which moves no demand whose seats a person moved.
    """
    return together(read_records(link, rules, users), link.base, lone, latest)


def read_records(link: LinkedDemand, rules: Rules, users: Mapping[int, str]) -> Reading:
    """Read the records of a link; Unmapped when one has no meaning here any more."""
    posting = _posting(link, rules)
    live = posting if posting and not posting.cancelled else None
    kept = [record for record in link.shifts if not taken(record, users)]
    losses = ["taken by the company's own people"] * (len(link.shifts) - len(kept))
    drafts = _unseated_drafts(kept, users, link.base.workers | (live.demand.workers if live else frozenset()))
    losses += ["unpublished"] * len(drafts)
    members = tuple(read_shift(record, rules, users) for record in kept if record not in drafts)
    return Reading(posting, members, tuple(losses))


def _posting(link: LinkedDemand, rules: Rules) -> Posting | None:
    """The posting of a link; None when it was cancelled, wherever it was by then."""
    if link.job_request is None:
        return None
    try:
        return read_posting(link.job_request, link.jobs, rules, link.base)
    except Unmapped:
        if link.job_request.get("state") == "cancelled":
            return None
        raise


def together(read: Reading, base: Demand, lone: Lone, latest: Sides | None = None) -> Sides:
    """The two sides of a link, with the lone shifts beside it."""
    live = read.live
    before = slot_of(latest.group.demand) if latest and latest.group else None
    group, left = linked(read.members, lone, base, slot_of(live.demand) if live else None, before)
    return Sides(live, group, tuple(left), read.losses)


def _unseated_drafts(records: Iterable[Record], users: Mapping[int, str], workers: frozenset[str]) -> list[Record]:
    """The drafts among shifts, which are no seats: but for the only seat of a worker, as a draft sends nobody home."""
    held = [(users.get(identifier(record.get("user_id"))), record) for record in records]
    sitting = {worker for worker, record in held if record.get("published")}
    return [row for worker, row in held if not row.get("published") and worker not in workers - sitting]


def wonolo_demand(posting: Posting, base: Demand, rules: Rules, group: ShiftGroup | None = None) -> Posting:
    """The posting with the break that Wonolo cannot express.

    Its pay was computed with the agreed one; an hourly rate fits whatever break the shifts have now.
    """
    hourly = rules.skill(posting.demand.skill).classification == "w2"
    known = group.demand if group and hourly else base
    demand = msgspec.structs.replace(posting.demand, break_minutes=known.break_minutes or 0)
    return msgspec.structs.replace(posting, demand=demand)
