"""Held shifts that were deleted and made again: of what vanished and what appeared for one worker on one day, a move.

Without this a request would be cancelled, and who sits on it sent home, for a slip of the hand.
"""

from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

import msgspec

from mappings.link import LinkedDemand
from mappings.model import Demand, Unmapped
from mappings.shifts import Shift, Slot, read_shift, slot_of
from sync.plan.sight import sort_postings
from sync.plan.snapshot import Record, Snapshot

Remade = dict[int, str]
"""The link that a shift was made again for, by the shift."""


def with_remade(snapshot: Snapshot) -> tuple[Snapshot, Remade]:
    """Count shifts that were made again as seats of the links that lost them."""
    lost = list(_lost(snapshot))
    if not lost:
        return snapshot, {}
    free, accounted = [*_held(snapshot)], _accounted(snapshot)
    found: dict[int, Record] = {}
    remade: Remade = {}
    for link, worker in lost:
        for shift, record in sorted(free, key=lambda row: (abs(row[0].start - link.base.start), row[0].id)):
            elsewhere = accounted.get((shift.worker, shift.slot), link.key) != link.key
            stood = (link.key, shift.id) in snapshot.standing
            mine = shift.worker == worker and shift.id not in remade and not elsewhere and not stood
            if mine and _may_be(shift, link.base, snapshot):
                remade[shift.id], found[shift.id] = link.key, record
                break
    links = tuple(
        msgspec.structs.replace(
            link, shifts=(*link.shifts, *(found[shift] for shift, key in sorted(remade.items()) if key == link.key))
        )
        for link in snapshot.links
    )
    shifts = tuple(row for row in snapshot.shifts if row not in found.values())
    drafts = tuple(row for row in snapshot.drafts if row not in found.values())
    return msgspec.structs.replace(snapshot, links=links, shifts=shifts, drafts=drafts), remade


def _lost(snapshot: Snapshot) -> Iterator[tuple[LinkedDemand, str]]:
    """The links that lost the shift of a worker who still holds a seat in Wonolo, each with the worker."""
    for link in snapshot.links:
        if link.key in snapshot.busy or not link.base.workers:
            continue
        try:
            read = snapshot.reading(link)
        except Unmapped:
            continue
        if read.live:
            seated = {shift.worker for shift in read.members}
            yield from ((link, worker) for worker in sorted(link.base.workers & read.live.demand.workers - seated))


def _accounted(snapshot: Snapshot) -> dict[tuple[str | None, Slot], str]:
    """The demand of Wonolo that accounts for a worker's shift at a place and time, by its key."""
    demands = [(f"job_request:{posting.id}", posting.demand) for posting, _ in sort_postings(snapshot).lone]
    demands += [(link.key, link.base) for link in snapshot.links]
    return {(worker, slot_of(demand)): key for key, demand in demands for worker in demand.workers}


def _held(snapshot: Snapshot) -> Iterator[tuple[Shift, Record]]:
    """The shifts that workers hold and that no link does."""
    for record in (*snapshot.shifts, *snapshot.drafts):
        try:
            shift = read_shift(record, snapshot.rules, snapshot.users)
        except Unmapped:
            continue
        if shift.worker:
            yield shift, record


def _may_be(shift: Shift, base: Demand, snapshot: Snapshot) -> bool:
    """Return True if a shift may be the one a demand lost: on the same day, at the same place or the same time.

    What is elsewhere at another time is a second shift of hers, and no move.
    """
    zone = snapshot.rules.zone(base.place)
    here = shift.place == base.place
    at_the_time = (shift.start, shift.end) == (base.start, base.end) and shift.skill == base.skill
    return _day(shift.start, zone) == _day(base.start, zone) and (here or at_the_time)


def _day(instant: datetime, zone: str) -> date:
    return instant.astimezone(ZoneInfo(zone)).date()
