"""Turning writes into changes: the words, the facts and the risk that a person needs to judge them."""

from collections.abc import Mapping
from typing import Any

import msgspec

from mappings.decision import Decision
from mappings.demand import OVER, Posting, stage_of
from mappings.model import Demand, Rules, Stage, System, Worker
from mappings.shifts import ShiftGroup
from sync.plan import wording
from sync.plan.model import Change, Difference, FieldChange, Kind, Plain, Risk, Verdict, Write
from sync.plan.pay import half, pay, spend
from sync.plan.reasons import Reason
from sync.plan.snapshot import Snapshot
from sync.plan.values import differences, of_reason, plain

_RANKS = {"link": 1, "update": 3, "release": 4, "assign": 5, "create": 6, "delete": 7}
_SYSTEMS: dict[Kind, System] = {
    "job_request": "wonolo",
    "job": "wonolo",
    "shift": "wheniwork",
    "user": "wheniwork",
    "time": "wheniwork",
}


Shown = tuple[tuple[FieldChange, ...], tuple[Difference, ...]]
"""Fields in words, and what they are as values."""


class About(msgspec.Struct, frozen=True):
    """What all changes of one demand share.

    `posting` is its JobRequest, where there is one; `seen` tells when the records of both sides last changed. `basis`
    is the code and the values that the cause is worded from.
    `decided` is the key of a decision they rest on, `granted` the workers whose release that decision names.
    """

    link: str
    demand: Demand
    snapshot: Snapshot
    posting: Posting | None = None
    seen: str = ""
    cause: str = ""
    basis: tuple[Plain, ...] = ()
    decided: str = ""
    granted: frozenset[str] = frozenset()

    @property
    def rules(self) -> Rules:
        """The mapping rules of the pair."""
        return self.snapshot.rules

    @property
    def people(self) -> Mapping[str, Worker]:
        """The workers whose names are known."""
        return self.snapshot.names

    @property
    def minutes_to_start(self) -> int:
        """Minutes until the demand starts; negative once it has."""
        return round((self.demand.start - self.snapshot.now).total_seconds() / 60)

    @property
    def late(self) -> bool:
        """Whether the demand starts so soon that a cancellation costs money."""
        return self.demand.start - self.snapshot.now <= self.snapshot.policy.cutoff

    def stage(self, posting: Posting, beside: Demand | None = None) -> Stage:
        """How far the demand has come, by its JobRequest, or by the other side where that starts earlier.

        What moves into tonight, or into the past, is as late as what was there before.
        """
        start = min(posting.demand.start, beside.start) if beside else posting.demand.start
        demand = msgspec.structs.replace(posting.demand, start=start)
        return stage_of(demand, posting.seats, self.snapshot.now, self.snapshot.policy.cutoff)

    def is_over(self, posting: Posting | None, group: ShiftGroup | None) -> bool:
        """Return True if the work has ended, is done or settled, so that nothing of the demand may change any more."""
        sides = [self.demand, *([posting.demand] if posting else []), *([group.demand] if group else [])]
        ends = [*(side.end for side in sides), *(shift.end for shift in (group.strayed if group else ()))]
        if max(ends) <= self.snapshot.now:
            return True
        return posting is not None and self.stage(posting) in (Stage.DONE, Stage.SETTLED)

    def has_worked(self, worker: str) -> bool:
        """Return True if a worker's Job is over, so that it cannot be taken back any more (Wonolo reference 9)."""
        seat = self.posting.seat_of(worker) if self.posting else None
        return seat is not None and seat.state in OVER

    @property
    def pay(self) -> int:
        """Cents that one worker gets for the demand."""
        return pay(self.demand, self.rules, self.posting)

    def fee(self, workers: int) -> int:
        """Cents that sending so many workers home costs: half their pay once the start is near, else nothing."""
        return half(workers * self.pay) if self.late else 0

    def costs(self, workers: frozenset[str]) -> str:
        """Why sending these workers home, or a cancellation, waits for a yes; empty when it does not."""
        if not self.late or (workers <= self.granted and workers):
            return ""
        when = "now that work has begun" if self.minutes_to_start <= 0 else "so near the start"
        if not workers:
            return f"{when} a cancellation needs a yes"
        return f"{when} a cancellation costs half the pay{wording.fee(self.fee(len(workers)))}"

    def price(self, before: Demand | None, after: Demand | None) -> str:
        """The pay that turning one state of the demand into another adds, in brackets; empty when it adds none."""
        return wording.added(spend(before, after, self.rules, self.posting).cents)

    def because(self, cause: str, *basis: Any) -> "About":
        """The same demand with another cause, in words and as the code and values they are made of."""
        return msgspec.structs.replace(self, cause=cause, basis=tuple(map(plain, basis)))

    def worded(self, cause: str) -> "About":
        """The same demand and cause, in other words."""
        return msgspec.structs.replace(self, cause=cause)

    def decided_by(self, answer: Decision, words: str, cause: str, granted: frozenset[str] = frozenset()) -> "About":
        """The same demand, with what a person decided as the cause."""
        who = wording.decided(answer, self.rules.zone(self.demand.place))
        told = f"{words}: {who}; {cause}"
        return msgspec.structs.replace(self, cause=told, decided=answer.key, granted=granted)

    def differences(self, before: Demand | None, after: Demand) -> tuple[Difference, ...]:
        """Return the differences between two states of the demand, as values; for a new demand, all of its values."""
        return differences(before, after, self.rules)

    def edits(self, before: Demand, after: Demand) -> tuple[FieldChange, ...]:
        """What differs between two states of the demand, in words."""
        return wording.edits(before, after, self.rules, self.people)

    def shown(self, before: Demand, after: Demand) -> Shown | None:
        """Return the differences between two states of the demand, in words and as values; None if there are none."""
        fields = self.edits(before, after)
        return (fields, self.differences(before, after)) if fields else None


def change(
    this: About,
    write: Write,
    *,
    shown: Shown | None = None,
    risk: Risk | None = None,
    precondition: str = "",
    hold: str = "",
) -> Change:
    """Word a write as a change; with `hold` (the reason) as one that waits for a yes."""
    fields, values = _any(shown) or _seat(this, write) or _seat_fields(write)
    return Change(
        action=write.action,
        verdict="hold" if hold else "do",
        reason=hold,
        system=_SYSTEMS[write.kind],
        kind=write.kind,
        record=write.record,
        payload=write.payload,
        expects=write.expects,
        touched=write.touched,
        sources=write.sources,
        whom=_whom(this, write),
        seats=write.seats,
        worker=write.worker,
        rank=_rank(write),
        fields=fields,
        differences=values or _new(this, write),
        precondition=precondition,
        risk=msgspec.structs.replace(risk or _people(write, this), minutes_to_start=this.minutes_to_start),
        **_shared(this.worded(_with_swap(this, write))),
    )


def _whom(this: About, write: Write) -> str:
    """The names of those whom a write is about: who gets or loses a seat, or all who hold one of a request."""
    if write.worker:
        return wording.person(write.worker, this.people)
    holders = this.demand.workers if write.kind == "job_request" and write.action in ("update", "delete") else ()
    return wording.both(holders, this.people) if holders else ""


def _with_swap(this: About, write: Write) -> str:
    """The cause, and that somebody is about to give the shift away."""
    swap = this.snapshot.swaps.get(int(write.record or 0), "") if write.kind == "shift" else ""
    return "; ".join(filter(None, (this.cause, swap)))


def _rank(write: Write) -> int:
    """Room is made before who takes it, taken away after who leaves; stacks are resized after what comes off them."""
    resized = write.action == "update" and (write.seats < 0 or (write.seats > 0 and write.kind == "shift"))
    return _RANKS["create"] if resized else _RANKS[write.action]


def remark(this: About, verdict: Verdict, kind: Kind, why: Reason, shown: Shown | None = None, **more: Any) -> Change:
    """Word something that is not done, with the reason."""
    people = 1 if more.get("worker") else len(this.demand.workers)
    risk = Risk(people=people, minutes_to_start=this.minutes_to_start)
    fields, values = shown or ((), ())
    shared = {**_shared(this), "fields": fields, "differences": values, **more}
    shared["basis"] = (*this.basis, *of_reason(why))
    reason = wording.reason(why, shared["zone"], this.people)
    about = [more["worker"]] if more.get("worker") else this.demand.workers
    whom = wording.both(about, this.people) if about else ""
    shared |= {"reason": reason, "code": why.code, "whom": whom, "risk": risk}
    return Change(action="none", verdict=verdict, kind=kind, rank=9, **shared)


def _shared(this: About) -> dict[str, Any]:
    return {
        "link": this.link,
        "subject": wording.subject(this.demand, this.rules),
        "place": this.demand.place,
        "start": this.demand.start,
        "zone": this.rules.zone(this.demand.place),
        "cause": this.cause,
        "basis": this.basis,
        "seen": this.seen,
        "decided": this.decided,
    }


def _direction(write: Write, worker: str) -> tuple[str, str]:
    return (worker, "") if write.action in ("release", "delete") else ("", worker)


def _any(shown: Shown | None) -> Shown | None:
    return shown if shown and shown[0] else None


def _seat(this: About, write: Write) -> Shown | None:
    """Whose seat it is; None where it is nobody's."""
    who = wording.person(write.worker, this.people) if write.worker else ""
    return ((FieldChange("worker", *_direction(write, who)),), ()) if who else None


def _seat_fields(write: Write) -> Shown:
    if not write.seats:
        return (), ()
    before = write.expects.get("instances", max(0, -write.seats))
    after = before + write.seats
    return (FieldChange("open seats", str(before), str(after)),), (("open_seats", before, after),)


def _new(this: About, write: Write) -> tuple[Difference, ...]:
    """Return the place, skill, times and seats of a created record, as values; empty for any other write."""
    if write.action != "create":
        return ()
    return (
        *differences(None, this.demand, this.rules, ("place", "skill", "start", "end")),
        ("seats", None, write.seats),
    )


def _people(write: Write, this: About) -> Risk:
    sent_home = write.kind == "job" and write.action == "release"
    return Risk(people=1 if write.worker else 0, fee_cents=this.fee(1) if sent_home else 0)
