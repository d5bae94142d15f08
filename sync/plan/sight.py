"""Sorting unlinked records by what may be done with them: begun now, only matched as yet, or only asked about.

What is not begun (a draft, a shift without the tag, an address that nobody mapped) is looked at nevertheless before
anything is made beside it: it may be the same demand.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

import msgspec

from mappings import place as places
from mappings import skill as skills
from mappings.convert import identifier, marker, moment
from mappings.demand import Posting, read_posting
from mappings.model import Unmapped
from mappings.shifts import Shift, Slot, in_scope, joins, read_shift, scope_lacks
from sync.plan.model import Change, marker_key
from sync.plan.snapshot import LonePosting, Record, Snapshot

_OFFERED = frozenset({"unassigned", "posted", "filled"})
"""JobRequest states in which work is still ahead (Wonolo reference 9)."""

_OVER = frozenset({"cancelled", "completed", "approved", "unfilled", "in_progress"})
"""JobRequest states in which nobody is looked for any more; a state that is not known may ask for people."""

_NOT_OFFERED = {"draft": "it is a draft in Wonolo", "cancelled": "it was cancelled in Wonolo"}

Row = tuple[Posting, LonePosting]


class Hidden(msgspec.Struct, frozen=True):
    """The reason a record is not begun, in words, and what lets it be linked: empty if it can be linked as it is.

    `unreadable` ones wait for the configuration, the others for somebody who finishes them.
    """

    why: str
    waits: str = ""
    of_wonolo: bool = False
    unreadable: bool = False


class Shifts(msgspec.Struct, frozen=True):
    """The shifts without a link: `lone` by slot, those `later` in scope, and those out of sight with the reasons."""

    lone: dict[Slot, list[Shift]]
    later: tuple[Shift, ...] = ()
    unseen: tuple[Shift, ...] = ()
    hidden: dict[int, Hidden] = {}
    remarks: tuple[Change, ...] = ()

    def counted(self, snapshot: Snapshot) -> frozenset[int]:
        """The shifts that nobody needs to hear of as left alone: they are begun now, or start beyond the horizon."""
        begun = (shift for row in self.lone.values() for shift in row)
        beyond = (shift for shift in (*self.later, *self.unseen) if not snapshot.begins(shift.start))
        return frozenset(shift.id for row in (begun, beyond) for shift in row)


class Postings(msgspec.Struct, frozen=True):
    """The JobRequests without a link: those that are begun, those `later`, and those out of sight with the reasons.

    Out of sight are also those that cannot be read, as they would read at each place that they may be at.
    """

    lone: tuple[Row, ...] = ()
    later: tuple[Row, ...] = ()
    unseen: tuple[Posting, ...] = ()
    hidden: dict[int, Hidden] = {}
    remarks: tuple[Change, ...] = ()


def sort_shifts(left: Sequence[Shift], snapshot: Snapshot) -> Shifts:
    """Sort the shifts that no link holds, and those that left theirs (`left`).

    Open shifts are begun if they are offered to Wonolo, the others if a worker holds them.
    """
    found = Shifts({})
    rows = [shift for shift in left if snapshot.begins(shift.start)]
    later = [shift for shift in left if not snapshot.begins(shift.start)]
    unseen: list[Shift] = []
    remarks: list[Change] = []
    for record in (*snapshot.shifts, *snapshot.drafts):
        try:
            shift = read_shift(record, snapshot.rules, snapshot.users)
        except Unmapped as reason:
            unseen += _elsewhere(record, str(reason), snapshot, found.hidden)
            if str(record.get("user_id") or 0) == "0" and in_scope(record, snapshot.rules.scope):
                remarks.append(_unmapped_shift(str(record["id"]), str(reason)))
            continue
        if joins(record, shift, snapshot.rules.scope, snapshot.now) and snapshot.begins(shift.start):
            rows.append(shift)
        elif shift.start > snapshot.now and (lacks := _lacks(record, shift, snapshot)):
            unseen.append(shift)
            found.hidden[shift.id] = lacks
        elif shift.start > snapshot.now:
            later.append(shift)
    for shift in rows:
        found.lone.setdefault(shift.slot, []).append(shift)
    return msgspec.structs.replace(found, later=tuple(later), unseen=tuple(unseen), remarks=tuple(remarks))


def _lacks(record: Record, shift: Shift, snapshot: Snapshot) -> Hidden | None:
    """Return what a shift lacks to be begun, apart from time; None if it lacks nothing."""
    if not record.get("published"):
        return Hidden("it is a draft", "it is published")
    lacks = "" if shift.worker else scope_lacks(record, snapshot.rules.scope)
    return Hidden(lacks) if lacks else None


def _elsewhere(record: Record, reason: str, snapshot: Snapshot, hidden: dict[int, Hidden]) -> Iterator[Shift]:
    """A shift of a configured location that nobody mapped with its site, as it would read at each place there."""
    try:
        location = identifier(record.get("location_id"))
    except ValueError:
        return
    for place in snapshot.rules.places:
        if place.location_id == location:
            try:
                shift = read_shift({**record, **places.shift_fields(place)}, snapshot.rules, snapshot.users)
            except Unmapped:
                continue
            if shift.start > snapshot.now:
                hidden[shift.id] = Hidden(reason, "its site stands under [[places]]", unreadable=True)
                yield shift


def _unmapped_shift(record: str, reason: str) -> Change:
    return Change(
        action="none",
        verdict="skip",
        kind="shift",
        record=record,
        link=f"shift:{record}",
        subject=f"open shift {record}",
        reason=reason,
        code="unmapped",
        rank=9,
    )


def sort_postings(snapshot: Snapshot) -> Postings:
    """Sort the JobRequests that no link holds and whose work is ahead."""
    found = Postings()
    lone: list[Row] = []
    later: list[Row] = []
    unseen: list[Posting] = []
    remarks: list[Change] = []
    awaited = {marker_key(key) for key in snapshot.busy}
    for row in snapshot.postings:
        state = row.job_request.get("state")
        if state == "cancelled" and not snapshot.strange.isdisjoint(_markers(row)):
            unseen += _as_offered(row, snapshot, found.hidden)
        if state in _OVER:
            continue
        if state not in _OFFERED:
            unseen += _as_offered(row, snapshot, found.hidden)
            continue
        try:
            posting = read_posting(row.job_request, row.jobs, snapshot.rules)
        except Unmapped as reason:
            unseen += _guesses(row, str(reason), snapshot, found.hidden)
            if snapshot.begins(_start(row)):
                remarks.append(_unmapped(row, str(reason)))
            continue
        # What may be the effect of a write of ours is told of with that write, and waits until it is known.
        if posting.demand.start > snapshot.now and posting.marker not in awaited:
            (lone if snapshot.begins(posting.demand.start) else later).append((posting, row))
    return Postings(tuple(lone), tuple(later), tuple(unseen), found.hidden, tuple(remarks))


def _markers(row: LonePosting) -> tuple[str | None, str]:
    """The marker that a request carries, and the one of open shifts that are made from it."""
    return marker(row.job_request.get("request_name")), marker_key(f"job_request:{row.job_request['id']}", "open")


def _as_offered(row: LonePosting, snapshot: Snapshot, hidden: dict[int, Hidden]) -> Iterator[Posting]:
    """A request that is not offered, or of which nobody knows, as it would read if it were."""
    state = str(row.job_request.get("state") or "")
    offered = LonePosting({**row.job_request, "state": "posted"}, row.jobs)
    why = _NOT_OFFERED.get(state, f"its state {state!r} is not known")
    try:
        posting = read_posting(offered.job_request, offered.jobs, snapshot.rules)
    except Unmapped as reason:
        yield from _guesses(offered, f"{why}; {reason}", snapshot, hidden)
        return
    if posting.demand.start > snapshot.now:
        again = " again" if state == "cancelled" else ""
        hidden[posting.id] = Hidden(why, f"it is posted{again}", of_wonolo=True)
        yield posting


def _guesses(row: LonePosting, reason: str, snapshot: Snapshot, hidden: dict[int, Hidden]) -> Iterator[Posting]:
    """A request that cannot be read, as it would read at each place, and with each skill, that it may mean."""
    rules = snapshot.rules
    for place in (place for place in rules.places if places.may_be(place, row.job_request)):
        for skill in skills.may_mean(row.job_request, rules):
            told = {**row.job_request, **places.job_request_fields(place), **skills.job_request_fields(skill)}
            try:
                posting = read_posting(told, row.jobs, rules)
            except Unmapped:
                continue
            if posting.demand.start > snapshot.now:
                hidden[posting.id] = Hidden(reason, "it can be read", of_wonolo=True, unreadable=True)
                yield posting


def _start(row: LonePosting) -> datetime | None:
    try:
        return moment(row.job_request, "start_time")
    except ValueError:
        return None


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
        code="unmapped",
        rank=9,
    )
