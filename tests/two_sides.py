"""Both systems as plain dictionaries: what each write does to records, and how a link's base follows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from mappings.bookings import Booking, of_job_request, of_shift
from mappings.convert import instant
from mappings.demand import HOLDING
from mappings.digest import RecordKind, owned_digest
from mappings.link import LinkedDemand
from mappings.model import Demand, Unmapped
from mappings.shifts import Shift, Slot, grouped, read_shift
from sync.plan import Change, Plan, Snapshot, make_plan
from sync.plan.merge import Wrote, followed, rebased
from sync.plan.reading import Sides, read_sides, wonolo_demand
from sync.plan.snapshot import LonePosting
from tests.factories import ANA, BEN, DEPOT, NOW, PEOPLE, RULES, snapshot, wonolo_user

WORKERS = (ANA, BEN, PEOPLE["wonolo:9"])
EMPLOYEE = 55


@dataclass
class TwoSides:
    """Records of both systems and the links between them; every write is checked as a strict server would."""

    requests: dict[int, dict[str, Any]] = field(default_factory=dict)
    jobs: dict[int, dict[str, Any]] = field(default_factory=dict)
    shifts: dict[int, dict[str, Any]] = field(default_factory=dict)
    links: dict[str, tuple[Demand, int, list[int]]] = field(default_factory=dict)
    users: dict[int, str] = field(default_factory=dict)
    ids: Iterator[int] = field(default_factory=lambda: count(1000))
    now: datetime = NOW

    def snapshot(self) -> Snapshot:
        """What the planner is given."""
        tied = {request for _, request, _ in self.links.values()}
        held = {number for _, _, shifts in self.links.values() for number in shifts}
        return snapshot(
            *(self.link(key) for key in sorted(self.links)),
            now=self.now,
            postings=tuple(
                LonePosting(row, self.jobs_of(number)) for number, row in self.requests.items() if number not in tied
            ),
            shifts=tuple(row for number, row in self.shifts.items() if number not in held),
            users=dict(self.users),
            booked=self.booked(),
        )

    def booked(self) -> dict[str, tuple[Booking, ...]]:
        """When each worker is taken."""
        found: dict[str, set[Booking]] = {}
        for row in self.shifts.values():
            if row["user_id"] in self.users:
                found.setdefault(self.users[row["user_id"]], set()).add(of_shift(row, RULES))
        for row in self.jobs.values():
            request = self.requests[row["job_request_id"]]
            if row["state"] in HOLDING and request["state"] != "cancelled":
                found.setdefault(f"wonolo:{row['worker']['id']}", set()).add(of_job_request(request, RULES))
        return {worker: tuple(sorted(bookings)) for worker, bookings in found.items()}

    def link(self, key: str) -> LinkedDemand:
        """A link with its records as they are now."""
        base, request, shifts = self.links[key]
        rows = tuple(self.shifts[number] for number in shifts if number in self.shifts)
        return LinkedDemand(key, base, self.requests.get(request), self.jobs_of(request), rows)

    def jobs_of(self, request: int) -> tuple[dict[str, Any], ...]:
        """The Jobs of a JobRequest."""
        return tuple(row for row in self.jobs.values() if row["job_request_id"] == request)

    def seated(self, request: int) -> set[int]:
        """The Wonolo ids of those who hold a seat of a JobRequest."""
        return {row["worker"]["id"] for row in self.jobs_of(request) if row["state"] in HOLDING}

    def plan(self) -> Plan:
        """Plan from what both sides show now."""
        return make_plan(self.snapshot())

    def carry_out(self, plan: Plan, lost: frozenset[int] = frozenset(), rng: Random | None = None) -> None:
        """Carry out a plan, except the writes at the places in `lost`, and those that build on them.

        With `rng` in another order that is allowed: demands in between one another, each of them as planned.
        """
        self.tie(plan)
        for place, change in enumerate(_shuffled(plan.to_do, rng) if rng else plan.to_do):
            if place not in lost and self._fits(change):
                self._settled(change)
        for key in plan.settled:
            self._agree(key)

    def tie(self, plan: Plan) -> None:
        """Tie the shifts that moved to the link that they are part of now."""
        for key, shift in plan.moved:
            base, request, shifts = self.links[key]
            self._tie(key, base, request, [*shifts, shift])

    def _fits(self, change: Change) -> bool:
        record = (self.shifts if change.kind == "shift" else self.requests).get(int(change.record or 0), {})
        waits = str(change.payload.get("user_id", "")).removeprefix("@user:")
        seated = not waits.startswith("wonolo") or waits in self.users.values()
        return seated and all(record.get(name, 0) == value for name, value in change.expects.items())

    def _settled(self, change: Change) -> None:
        before = self._sides(change.link) if change.link in self.links else None
        known, shown = self.shifts.keys() | set(), self._digests()
        created = self._write(change)
        assert shown != self._digests() or not change.writes or change.kind == "user", f"unneeded: {change}"
        if before and change.link in self.links:
            self._follow(change, before, frozenset(self.shifts.keys() - known))
        elif not before and change.action == "create" and change.kind != "user":
            self._found(change, created)

    def _digests(self) -> set[tuple[int, str]]:
        tables: tuple[tuple[RecordKind, dict[int, dict[str, Any]]], ...] = (
            ("job_request", self.requests),
            ("job", self.jobs),
            ("shift", self.shifts),
        )
        return {(number, owned_digest(kind, row)) for kind, table in tables for number, row in table.items()}

    def _follow(self, change: Change, before: Sides, ours: frozenset[int]) -> None:
        base, request, shifts = self.links[change.link]
        after = self._sides(change.link, change, ours, before)
        side, was = (after.posting, before.posting) if change.system == "wonolo" else (after.group, before.group)
        if side and was:
            seats = change.seats if change.kind == "shift" else None
            wrote = Wrote(frozenset(change.touched), seats, change.worker)
            base = followed(base, was.demand, side.demand, wrote)
        if change.system == "wonolo" and "break_minutes" in change.touched and after.group:
            base = msgspec.structs.replace(base, break_minutes=after.group.demand.break_minutes)
        self.links[change.link] = (base, request, shifts)
        self._save(change.link, after)

    def _agree(self, key: str) -> None:
        if key in self.links:
            self._save(key, self._sides(key))

    def _save(self, key: str, sides: Sides) -> None:
        base, request, _ = self.links[key]
        if sides.posting is None and sides.group is None:
            del self.links[key]
            return
        if sides.posting and sides.group:
            posting = wonolo_demand(sides.posting, base, RULES, sides.group)
            base = rebased(base, posting.demand, sides.group.demand)
        group = sides.group
        self._tie(key, base, request, [row.id for row in (*group.shifts, *group.strayed)] if group else [])

    def _tie(self, key: str, base: Demand, request: int, shifts: list[int]) -> None:
        for other, (agreed, its_request, members) in self.links.items():
            self.links[other] = (agreed, its_request, [row for row in members if row not in shifts])
        self.links[key] = (base, request, shifts)

    def _found(self, change: Change, created: int) -> None:
        if change.kind == "job_request":
            shifts = list(change.sources)
            base = grouped(read_shift(self.shifts[row], RULES, self.users) for row in shifts)[0].demand
            self._tie(change.link, base, created, shifts)
        else:
            base = grouped([read_shift(self.shifts[created], RULES, self.users)])[0].demand
            self._tie(change.link, base, int(change.link.partition(":")[2]), [created])
        self._agree(change.link)

    def sides(self, key: str) -> Sides:
        """Both sides of a link as they are now."""
        return self._sides(key)

    def _sides(
        self,
        key: str,
        change: Change | None = None,
        ours: frozenset[int] = frozenset(),
        latest: Sides | None = None,
    ) -> Sides:
        held = {number for _, _, shifts in self.links.values() for number in shifts}
        lone: dict[Slot, list[Shift]] = {}
        for number, record in self.shifts.items():
            if change and number not in held:
                try:
                    row = read_shift(record, RULES, self.users)
                except Unmapped:
                    continue
                if number in ours or (change.action == "assign" and row.worker == change.worker):
                    lone.setdefault(row.slot, []).append(row)
        return read_sides(self.link(key), RULES, self.users, lone, latest)

    def _write(self, change: Change) -> int:
        if change.action == "link" and change.kind == "job_request":
            base = msgspec.convert(change.payload["base"], Demand)
            self._tie(change.link, base, int(change.record), list(change.payload["shifts"]))
            return 0
        if change.action == "unlink":
            del self.links[change.link]
            return 0
        if change.kind == "user":
            number = next(self.ids)
            self.users[number] = change.worker
            return number
        return self._write_shift(change) if change.kind == "shift" else self._write_wonolo(change)

    def _write_shift(self, change: Change) -> int:
        known = {f"@user:{worker}": number for number, worker in self.users.items()}
        payload = {name: known.get(str(value), value) for name, value in change.payload.items()}
        if change.action == "create":
            return self.add_shift(payload)
        number = int(change.record)
        if change.action == "delete":
            del self.shifts[number]
        elif change.action == "assign" and self.shifts[number]["instances"] > 1:
            self.shifts[number]["instances"] -= 1
            return self.add_shift(self.shifts[number] | payload | {"instances": 1})
        else:
            self.shifts[number] |= payload
        return number

    def add_shift(self, record: dict[str, Any]) -> int:
        """Add a shift; returns its id."""
        number = next(self.ids)
        self.shifts[number] = record | {"id": number}
        return number

    def _write_wonolo(self, change: Change) -> int:
        payload = dict(change.payload)
        if change.kind == "job":
            return self._write_job(change, payload)
        number = int(change.record) if change.record else next(self.ids)
        record = self.requests.setdefault(number, {"id": number})
        record |= payload
        if "start_time" in payload:
            zone = DEPOT.zone if record["zip"] == DEPOT.zip else "America/Chicago"
            wall = datetime.fromisoformat(payload["start_time"]).replace(tzinfo=ZoneInfo(zone))
            record["start_time"] = wall.isoformat()
        if record["state"] == "cancelled":
            for row in self.jobs_of(number):
                row["state"] = "cancelled"
        assert 0 < record["slots"] >= len(self.seated(number))
        return number

    def _write_job(self, change: Change, payload: dict[str, Any]) -> int:
        if change.action == "release":
            self.jobs[int(change.record)] |= payload
            return int(change.record)
        request = int(payload["job_request_id"])
        self.accept(request, payload["worker_id"])
        assert self.requests[request]["slots"] >= len(self.seated(request))
        return request

    def accept(self, request: int, worker: int, state: str = "filled") -> None:
        """A worker's Job takes a state; the same Job, should there be one."""
        for row in self.jobs_of(request):
            if row["worker"]["id"] == worker:
                row["state"] = state
                return
        number = next(self.ids)
        who = next(row for row in WORKERS if row.key == f"wonolo:{worker}")
        self.jobs[number] = {"id": number, "job_request_id": request, "state": state, "worker": wonolo_user(who)}

    def move(self, number: int, by: timedelta) -> None:
        """A person moves a shift in When I Work."""
        for name in ("start_time", "end_time"):
            moment = instant(self.shifts[number][name])
            assert moment
            self.shifts[number][name] = f"{moment + by:%a, %d %b %Y %H:%M:%S} +0000"


def _shuffled(changes: Iterable[Change], rng: Random) -> Iterator[Change]:
    waiting: dict[str, list[Change]] = {}
    for change in changes:
        waiting.setdefault(change.link, []).append(change)
    while waiting:
        link = rng.choice(sorted(waiting))
        yield waiting[link].pop(0)
        if not waiting[link]:
            del waiting[link]
