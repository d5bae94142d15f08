"""Settling: after a write, link and base move to what was read back, in one transaction."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import msgspec

from mappings import worker as people
from mappings.demand import read_posting
from mappings.digest import RecordKind
from mappings.link import LinkedDemand
from mappings.model import Demand, Rules, Unmapped, Worker
from mappings.shifts import Shift, Slot, grouped, read_shift
from mappings.worker import wonolo_id
from sync.mirror.store import Transaction
from sync.plan import Change
from sync.plan.merge import Wrote, followed, rebased
from sync.plan.reading import Sides, read_sides, wonolo_demand
from sync.writer.calls import Record, Seen


class Settler:
    """Moves links and bases inside one transaction."""

    def __init__(self, tx: Transaction, rules: Rules, now: datetime) -> None:
        self._tx, self._rules, self._now = tx, rules, now
        self._users = tx.links.users()

    def written(self, change: Change, seen: Seen, gone: int | None = None) -> None:
        """Settle the link of a write: mirror what was read back, then let base and members follow."""
        before = self._demand(change.link)
        sides = self._sides(before) if before else None
        ours = self._new_shifts(change, seen)
        self._mirror(change, seen, gone)
        if change.kind == "user":
            self._user(change, seen)
        elif before:
            self._follow(before, sides, change, ours)
        elif seen and change.action == "create" and not change.undoes:
            self._found(change, seen)

    def _new_shifts(self, change: Change, seen: Seen) -> frozenset[int]:
        """The shifts that came with a write, also by splitting a stack: seats of its demand, offered or not."""
        ids = {int(record["id"]) for kind, record in seen if kind == "shift"}
        created = change.action == "create"
        return frozenset(row for row in ids if created or not self._tx.observations.digest("shift", row))

    def _mirror(self, change: Change, seen: Seen, gone: int | None) -> None:
        for kind, record in seen:
            self._tx.observations.save(kind, [record], self._now, "write")
            if kind == "job" and record.get("worker"):
                self._tx.observations.save("worker", [record["worker"]], self._now, "write")
        if gone is not None and change.kind == "shift":
            self._tx.observations.mark_gone("shift", [gone], self._now, "write")

    def _demand(self, key: str) -> LinkedDemand | None:
        return next(iter(self._tx.links.demands([key])), None)

    def _sides(
        self,
        link: LinkedDemand,
        change: Change | None = None,
        ours: frozenset[int] = frozenset(),
        latest: Sides | None = None,
    ) -> Sides | None:
        """Both sides of a link with what a change of ours put beside it; None when they cannot be read any more."""
        try:
            return read_sides(link, self._rules, self._users, self._lone(link, change, ours), latest)
        except Unmapped:
            return None

    def _lone(self, link: LinkedDemand, change: Change | None, ours: frozenset[int]) -> dict[Slot, list[Shift]]:
        """The shifts that a change of ours made, or gave to a worker: they join without being asked about.

        All others join where the plan says so (`Plan.moved`): judged twice, they would count on one side only.
        """
        if change is None:
            return {}
        starts = {link.base.start, *(row.start for row in self._readable(link.shifts))}
        lone: dict[Slot, list[Shift]] = {}
        for shift in self._readable(self._tx.observations.lone_shifts_at(starts)):
            if shift.id in ours or (change.action == "assign" and shift.worker == change.worker):
                lone.setdefault(shift.slot, []).append(shift)
        return lone

    def _readable(self, records: Iterable[Any]) -> list[Shift]:
        shifts = []
        for record in records:
            try:
                shifts.append(read_shift(record, self._rules, self._users))
            except Unmapped:
                continue
        return shifts

    def _follow(self, link: LinkedDemand, before: Sides | None, change: Change, ours: frozenset[int]) -> None:
        after = self._demand(link.key)
        sides = self._sides(after, change, ours, before) if after else None
        if before is None or sides is None:
            return
        if _leaves_one_side(change, sides):
            self._tx.links.end(link.key)
            return
        base, side, was = link.base, _written_side(sides, change), _written_side(before, change)
        if side and was:
            base = followed(base, was, side, _wrote(change))
        self._save(link.key, _with_break(base, change, sides), sides)

    def agreed(self, key: str, *, over: bool = False) -> None:
        """Settle a link that nothing was written to: the base moves as far as both sides now agree.

        One whose work is `over` is looked at again only once a record of it changes.
        """
        link = self._demand(key)
        sides = self._sides(link) if link else None
        if link and sides:
            self._save(key, link.base, sides, over=over)
        for worker in self._tx.links.workers([key]):
            self._save_worker(people.read_wonolo(worker.wonolo), worker.user_id, ours=worker.ours)

    def _save(self, key: str, base: Demand, sides: Sides, *, over: bool = False) -> None:
        if sides.posting is None and sides.group is None:
            self._tx.links.end(key)
            return
        quiet = False
        if sides.posting and sides.group:
            posting = wonolo_demand(sides.posting, base, self._rules, sides.group)
            base = rebased(base, posting.demand, sides.group.demand)
            quiet = posting.demand == sides.group.demand and not (sides.group.strayed or sides.group.doubled)
        members = self._members(key, sides)
        settled = {row: self._tx.observations.digest(*row) if quiet or over else "" for row in members}
        self._tx.links.save(key, base, settled, self._now)

    def _members(self, key: str, sides: Sides) -> list[tuple[RecordKind, int]]:
        known = self._tx.membership.of(key)
        kept = [row for row in known if row[0] == "job_request"]
        rows: list[tuple[RecordKind, int]] = []
        if sides.posting:
            rows.append(("job_request", sides.posting.id))
            rows += [("job", seat.job_id) for seat in sides.posting.seats]
        if sides.group:
            rows += [("shift", shift.id) for shift in (*sides.group.shifts, *sides.group.strayed)]
        return list(dict.fromkeys((*kept, *rows)))

    def recovered(self, change: Change, seen: Seen) -> None:
        """Settle a creation whose reply was lost; raises Unmapped when its record cannot be read any more."""
        if change.kind == "user" or change.undoes or self._demand(change.link):
            self.written(change, seen)
        else:
            self._found(change, seen, self._created(change, seen))

    def _created(self, change: Change, seen: Seen) -> Demand:
        """The demand that a creation meant: what people changed about the record since is their edit."""
        if change.kind == "job_request":
            return self._posted(change, seen[0][1])
        as_open = {"id": seen[0][1]["id"], "user_id": 0}
        meant = grouped([read_shift(change.payload | as_open, self._rules, {})])[0].demand
        return msgspec.structs.replace(meant, workers=frozenset({change.worker} - {""}))

    def shown(self, change: Change) -> None:
        """Settle a write whose reply was lost, and whose effect shows in the mirror."""
        link = self._demand(change.link)
        sides = self._sides(link, change) if link else None
        side = _written_side(sides, change) if sides else None
        if sides and _leaves_one_side(change, sides):
            self._tx.links.end(change.link)
        elif link and sides and side:
            base = followed(link.base, link.base, side, Wrote(frozenset(change.touched), None, change.worker))
            seats = change.seats if change.kind == "shift" else 0
            base = msgspec.structs.replace(base, headcount=base.headcount + seats)
            self._save(link.key, _with_break(base, change, sides), sides)

    def _found(self, change: Change, seen: Seen, base: Demand | None = None) -> None:
        """Found the link of a demand that one system did not know: its base is the created side as read back."""
        kind, record = seen[0]
        members: dict[tuple[RecordKind, int], str] = {(kind, int(row["id"])): "" for _, row in seen}
        if kind == "job_request":
            members |= {("shift", shift): "" for shift in change.sources}
        else:
            members |= {("job_request", int(change.link.partition(":")[2])): ""}
        self._tx.links.save(change.link, base or self._as_read(change, kind, record), members, self._now)
        self.agreed(change.link)

    def _as_read(self, change: Change, kind: RecordKind, record: Record) -> Demand:
        """The demand of a record just created; the one that was meant when it reads as nothing we know."""
        try:
            if kind == "job_request":
                return self._posted(change, record)
            return grouped([read_shift(record, self._rules, self._users)])[0].demand
        except Unmapped:
            if kind == "job_request":
                return grouped(self._sources(change))[0].demand
            return self._created(change, [(kind, record)])

    def _posted(self, change: Change, record: Record) -> Demand:
        breaks = [shift.break_minutes for shift in self._sources(change)]
        posted = read_posting(record, (), self._rules).demand
        return msgspec.structs.replace(posted, break_minutes=breaks[0] if breaks else 0)

    def _sources(self, change: Change) -> list[Shift]:
        """The shifts of which a JobRequest was made, those that still are seats of one."""
        return self._readable(self._tx.observations.record("shift", shift) or {} for shift in change.sources)

    def adopt(self, change: Change) -> None:
        """Carry out a link: tie records that already exist on both sides."""
        if change.kind == "user":
            self._user(change, [])
            return
        base = msgspec.convert(change.payload["base"], Demand)
        members: dict[tuple[RecordKind, int], str] = {("job_request", int(change.record)): ""}
        members |= {("shift", shift): "" for shift in change.payload["shifts"]}
        self._tx.links.save(change.link, base, members, self._now)
        self.agreed(change.link)

    def end(self, key: str) -> None:
        """Forget a link."""
        self._tx.links.end(key)

    def _user(self, change: Change, seen: Seen) -> None:
        user_id = int(seen[0][1]["id"]) if seen else int(change.record)
        record = self._tx.observations.record("worker", wonolo_id(change.worker))
        worker = people.read_wonolo(record) if record else Worker(change.worker, "", "")
        self._save_worker(worker, user_id, ours=change.action == "create")

    def _save_worker(self, worker: Worker, user_id: int, *, ours: bool) -> None:
        rows: list[tuple[RecordKind, int]] = [("worker", wonolo_id(worker.key)), ("user", user_id)]
        members = {row: self._tx.observations.digest(*row) for row in rows}
        self._tx.links.save(f"worker:{worker.key}", worker, members, self._now, ours=ours)


def _leaves_one_side(change: Change, sides: Sides) -> bool:
    """Return True when taking something back left a link with one side; else the other would be deleted next.

    A request that is cancelled while its shifts stay (`sources`) is taken back, too.
    """
    taken_back = change.undoes > 0 or (change.action == "delete" and bool(change.sources))
    return taken_back and not (sides.posting and sides.group)


def _written_side(sides: Sides, change: Change) -> Demand | None:
    if change.system == "wonolo":
        return sides.posting.demand if sides.posting else None
    return sides.group.demand if sides.group else None


def _wrote(change: Change) -> Wrote:
    seats = change.seats if change.kind == "shift" else None
    return Wrote(frozenset(change.touched), seats, change.worker)


def _with_break(base: Demand, change: Change, sides: Sides) -> Demand:
    """Wonolo has no break; the pay just written was computed with that of the shifts."""
    if change.system == "wonolo" and "break_minutes" in change.touched and sides.group:
        return msgspec.structs.replace(base, break_minutes=sides.group.demand.break_minutes)
    return base
