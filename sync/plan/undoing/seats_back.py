"""Who may be given a seat back: only somebody who still comes, and who is not taken elsewhere by now."""

from collections.abc import Iterable, Mapping

from mappings.bookings import Booking, of_job_request, of_shift
from mappings.convert import identifier
from mappings.demand import HOLDING
from mappings.worker import holder
from sync.plan import wording
from sync.plan.bookings import is_taken
from sync.plan.made import Made
from sync.plan.model import Change, Write
from sync.plan.undoing.today import NoWayBackError, Record, Today

Ref = tuple[str, str]

_LEFT = {"withdrawn": "withdrew", "no_show": "is marked as not come"}
"""Why a worker holds a seat no more, by the state of the Job (Wonolo reference 9)."""

_SO = {"assign": "so the seat stays open", "create": "so the shift is not created again"}


class SeatsBack:
    """The seats that one undo gives and takes, in the order in which it does; each counts for those after it.

    `reached` are the records as the undo leaves them, None for those it takes away.
    """

    def __init__(self, today: Today, reached: Mapping[Ref, Record | None]) -> None:
        self._today, self._reached = today, reached
        self._freed = set[tuple[str, str, int]]()
        self._given = list[tuple[str, Booking]]()

    def check(self, made: Made, write: Write) -> None:
        """Raise NoWayBackError where the write gives a seat to somebody who must not have it any more."""
        worker = self._taker(made, write)
        if not worker:
            return
        booking = self._booking(made, write)
        if write.kind == "job":
            self._check_slot(worker, str(booking.record))
        else:
            self._check_comes(worker, booking, made, write)
        self._check_free(worker, booking, made, write)

    def note(self, made: Made, write: Write, change: Change) -> None:
        """Remember what a write gives or takes."""
        worker = self._taker(made, write)
        if worker:
            self._given.append((worker, self._booking(made, write)))
        elif change.verdict == "do" and write.action in ("release", "delete"):
            self._note_freed(made, write)

    def _note_freed(self, made: Made, write: Write) -> None:
        if write.kind == "shift":
            self._freed.add((self._holder(made, made.after), "shift", int(made.record)))
        elif write.kind == "job":
            self._freed.add((write.worker, "job_request", identifier((made.after or {}).get("job_request_id"))))

    def _taker(self, made: Made, write: Write) -> str:
        """Who is given a seat; empty where nobody is."""
        if write.action not in ("assign", "create"):
            return ""
        if write.kind == "job":
            return write.worker
        return self._holder(made, write.payload) if write.kind == "shift" else ""

    def _holder(self, made: Made, shift: Record | None) -> str:
        user = identifier((shift or {}).get("user_id"))
        return (made.change.worker or self._today.users.get(user, "")) if user else ""

    def _booking(self, made: Made, write: Write) -> Booking:
        """When the seat takes whoever gets it: a shift is as it was, at the times that are written."""
        try:
            if write.kind == "job":
                request = str(write.payload["job_request_id"])
                return of_job_request(self._record("job_request", request), self._today.rules)
            return of_shift({**(made.before or {}), **write.payload, "id": made.record}, self._today.rules)
        except ValueError as reason:
            raise NoWayBackError(f"when it is cannot be read: {reason}") from reason

    def _record(self, kind: str, record: str) -> Record:
        ref = (kind, record)
        return self._reached.get(ref, self._today.records.get(ref)) or {}

    def _check_slot(self, worker: str, request: str) -> None:
        jobs = [self._reached.get(("job", str(job["id"])), job) or {} for job in self._today.jobs.get(request, ())]
        jobs = [job for job in jobs if job.get("state") in HOLDING]
        seated = {holder(job) for job in jobs}
        if worker in seated:
            raise NoWayBackError(f"{self._name(worker)} holds a seat of request {request} again already")
        given = sum(row.kind == "job_request" and row.record == int(request) for _, row in self._given)
        if identifier(self._record("job_request", request).get("slots")) <= len(jobs) + given:
            raise NoWayBackError(f"request {request} has no free slot for {self._name(worker)}")

    def _check_comes(self, worker: str, booking: Booking, made: Made, write: Write) -> None:
        """A seat in When I Work is for who holds one in Wonolo, or is given one by this undo."""
        if not self._requests(worker, booking, made):
            raise NoWayBackError(f"{self._why_not(worker, made)}, {_SO[write.action]}")

    def _requests(self, worker: str, booking: Booking, made: Made) -> set[int]:
        """The requests on which the worker holds the seat: of the link, or such a seat where the link has ended."""
        held = [row for row in self._taken(worker) if row.kind == "job_request"]
        if (link := self._today.linked.get(made.change.link)) is None:
            slot = (booking.start, booking.end, booking.what)
            return {row.record for row in held if (row.start, row.end, row.what) == slot}
        return {row.record for row in held} & {int((link.job_request or {}).get("id", 0))}

    def _why_not(self, worker: str, made: Made) -> str:
        link, who = self._today.linked.get(made.change.link), self._name(worker)
        request = (link.job_request or {}) if link else {}
        if request.get("state") == "cancelled":
            return f"request {request['id']} is cancelled in Wonolo"
        states = [str(job.get("state")) for job in (link.jobs if link else ()) if holder(job) == worker]
        return f"{who} {_LEFT.get(states[-1] if states else '', 'holds no seat of it')} in Wonolo"

    def _check_free(self, worker: str, booking: Booking, made: Made, write: Write) -> None:
        own = {(booking.kind, booking.record), *self._own(worker, booking, made, write)}
        for row in self._taken(worker):
            if (row.kind, row.record) not in own and row.overlaps(booking.start, booking.end):
                told = is_taken(self._name(worker), row, made.change.zone)
                raise NoWayBackError(f"{told}, {_SO[write.action]}")

    def _own(self, worker: str, booking: Booking, made: Made, write: Write) -> Iterable[tuple[str, int]]:
        """What of the demand itself is no other booking: for a shift its request, for a Job the shifts."""
        if write.kind == "shift":
            return (("job_request", request) for request in self._requests(worker, booking, made))
        link = self._today.linked.get(made.change.link)
        return (("shift", int(shift["id"])) for shift in (link.shifts if link else ()))

    def _taken(self, worker: str) -> list[Booking]:
        """When the worker is taken, once what comes before in this undo is done."""
        now = [row for row in self._today.booked.get(worker, ()) if (worker, row.kind, row.record) not in self._freed]
        return sorted([*now, *(row for key, row in self._given if key == worker)])

    def _name(self, worker: str) -> str:
        return wording.person(worker, self._today.people)
