"""What a person has to settle in a linked demand: each conflict with its choices, and what each of them would do."""

from collections.abc import Iterable, Mapping
from math import inf
from typing import Any

import msgspec

from mappings.decision import Decision
from mappings.demand import Posting
from mappings.model import NAMES, Demand, System
from mappings.ownership import Field, Right
from mappings.shifts import Shift, ShiftGroup, required_fields, shift_changes
from sync.plan import wording
from sync.plan.about import About, remark
from sync.plan.merge import Merged
from sync.plan.model import Change, Write
from sync.plan.reasons import because
from sync.plan.stakes import sent_home

_DESCRIPTION: tuple[Field, ...] = ("place", "skill", "start", "end")


class Choice(msgspec.Struct, frozen=True):
    """One way out of a conflict, as a code and in words; the values of fields it decides, and writes that go with it.

    `cost` says what it costs whom.
    `sent_home` are the workers whose release the choice names, with what it costs. `leaves` is a shift that is no
    seat of the demand any more.
    """

    code: str
    words: str
    values: Mapping[Field, Any] = {}
    writes: tuple[Write, ...] = ()
    sent_home: frozenset[str] = frozenset()
    leaves: Shift | None = None
    cost: str = ""

    def over(self, merged: Mapping[Field, Merged]) -> dict[Field, Merged]:
        """The merge with what the choice decides, which waits for nobody."""
        return {**merged, **{name: Merged(name, "copied", value) for name, value in self.values.items()}}

    def rest(self, group: ShiftGroup) -> ShiftGroup:
        """The group without the shift that leaves, and its worker; how many seats are left is among the values."""
        if self.leaves is None:
            return group
        demand = msgspec.structs.replace(group.demand, workers=group.demand.workers - self.sent_home)
        strayed = tuple(shift for shift in group.strayed if shift != self.leaves)
        return msgspec.structs.replace(group, demand=demand, strayed=strayed)


class Conflict(msgspec.Struct, frozen=True):
    """Something that waits for a person, and the ways out of it."""

    remark: Change
    choices: tuple[Choice, ...]

    def chosen(self, this: About) -> tuple[Choice, Decision] | None:
        """The choice a person has made, as long as the facts are still those the person saw."""
        answer = this.snapshot.decisions.get(self.remark.key)
        if answer is None or answer.facts != self.remark.facts:
            return None
        return next(((row, answer) for row in self.choices if row.code == answer.choice), None)


def conflict(remarked: Change, choices: Iterable[Choice]) -> Conflict:
    """A conflict whose remark names the choices."""
    rows = tuple(choices)
    words, codes, costs = (tuple(getattr(row, name) for row in rows) for name in ("words", "code", "cost"))
    return Conflict(msgspec.structs.replace(remarked, choices=words, options=codes, costs=costs), rows)


def clash(
    posting: Posting, wheniwork: Demand, merged: Mapping[Field, Merged], rights: Mapping[Field, Right], this: About
) -> list[Conflict]:
    """Fields that differ and that nobody may overrule at this stage, or more workers than seats; at most one."""
    names = [row.field for row in merged.values() if row.outcome == "clash"]
    if not names:
        return []
    wonolo = posting.demand
    sides: dict[System, Demand] = {"wonolo": wonolo, "wheniwork": wheniwork}
    theirs: dict[str, object] = {name: getattr(wheniwork, name) for name in names}
    shown = this.shown(wonolo, msgspec.structs.replace(wonolo, **theirs))
    if "workers" in names and rights["workers"].owner:
        reason = because("too many workers")
        choices = _enough_seats(posting, merged["headcount"].value, merged["workers"].value, this)
    else:
        reason = because("both differ")
        choices = [
            _take(names, side, system, this)
            for system, side in sides.items()
            if system == "wonolo" or "headcount" not in names or side.headcount >= _staying(posting, merged, this)
        ]
    return [conflict(remark(this, "conflict", "job_request", reason, shown), choices)]


def _staying(posting: Posting, merged: Mapping[Field, Merged], this: About) -> int:
    """Return the least number of seats Wonolo needs: for those who stay, and for those who have done the work."""
    workers = posting.demand.workers if merged["workers"].outcome == "clash" else merged["workers"].value
    return len(workers | {worker for worker in posting.demand.workers if this.has_worked(worker)})


def _take(names: list[Field], side: Demand, system: System, this: About) -> Choice:
    words = f"take {NAMES[system]}'s {_listed(names)}{_taken_price(names, side, this)}"
    return Choice(f"take-{system}", words, _taken(names, side))


def _taken_price(names: Iterable[Field], side: Demand, this: About) -> str:
    """What Wonolo's request costs more with these values."""
    taken: dict[str, object] = {name: getattr(side, name) for name in names if getattr(side, name) is not None}
    return this.price(this.demand, msgspec.structs.replace(this.demand, **taken))


def _listed(names: list[Field]) -> str:
    labels = [wording.label(name) for name in names]
    return f"{', '.join(labels[:-1])} and {labels[-1]}" if len(labels) > 1 else labels[0]


def _taken(names: Iterable[Field], side: Demand) -> dict[Field, Any]:
    return {name: getattr(side, name) for name in names}


def _enough_seats(posting: Posting, seats: int, workers: frozenset[str], this: About) -> list[Choice]:
    """Ask for as many seats as there are workers, or send as many workers home as there are too many."""
    more = this.price(posting.demand, msgspec.structs.replace(posting.demand, headcount=len(workers)))
    choices = [Choice(f"seats-{len(workers)}", f"ask for {len(workers)} seats{more}", _seats(len(workers), workers))]
    may_go = frozenset(worker for worker in workers if not this.has_worked(worker))
    for leaving in _leavers(posting, may_go, len(workers) - seats):
        cost = wording.fee(this.fee(len(leaving & posting.demand.workers)))
        words = f"release {wording.names(leaving, this.people)}{cost}"
        code = "-".join(("release", *sorted(leaving)))
        lost = sent_home(leaving, this)
        choices.append(Choice(code, words, _seats(seats, workers - leaving), sent_home=leaving, cost=lost))
    return choices


def _seats(headcount: int, workers: frozenset[str]) -> dict[Field, Any]:
    return {"headcount": headcount, "workers": workers}


def _leavers(posting: Posting, workers: frozenset[str], many: int) -> list[frozenset[str]]:
    """Return the sets of workers who may go: any one; of several the last who came, those without a Job first."""
    came = {seat.worker: seat.job_id for seat in posting.seats}
    newest = sorted(workers, key=lambda worker: (-came.get(worker, inf), worker))
    if many == 1:
        return [frozenset({worker}) for worker in sorted(workers)]
    return [frozenset(newest[:many])] if len(newest) >= many else []


def strays(group: ShiftGroup, target: Demand, rights: Mapping[Field, Right], this: About) -> list[Conflict]:
    """Held seats that a person moved away from the others, of workers who stay in the demand as merged (`target`)."""
    return [_stray(shift, group, target, rights, this) for shift in group.strayed if shift.worker in target.workers]


def _stray(shift: Shift, group: ShiftGroup, target: Demand, rights: Mapping[Field, Right], this: About) -> Conflict:
    worker = str(shift.worker)
    who = wording.person(worker, this.people)
    moved = msgspec.structs.replace(
        group.demand, place=shift.place, skill=shift.skill, start=shift.start, end=shift.end
    )
    alone = this.because(
        f"{who}'s seat alone moved to {wording.subject(moved, this.rules)} in When I Work",
        "alone",
        this.differences(group.demand, moved),
    )
    back = shift_changes(shift, moved, group.demand, this.rules)
    leave = required_fields(moved, this.rules) | {"user_id": 0}
    home = Write(action="update", kind="shift", record=str(shift.id), payload=back)
    away = Write(action="release", kind="shift", record=str(shift.id), worker=worker, seats=-1, payload=leave)
    fewer = _seats(target.headcount - 1, target.workers - {worker})
    release = f"release {who}{wording.fee(this.fee(1))} and ask for the new time anew"
    others = wording.both(target.workers - {worker}, this.people) if target.workers - {worker} else ""
    choices = [Choice("seat-back", "move the seat back", writes=(home,), cost=f"{who} works with the others again")]
    if all(rights[name].owner for name in _DESCRIPTION):
        words = f"move the whole demand{_taken_price(_DESCRIPTION, moved, this)}"
        told = f"{others} must come at the new time too" if others else ""
        choices.append(Choice("move-all", words, _taken(_DESCRIPTION, moved), cost=told))
    if rights["headcount"].owner and target.headcount > 1 and not this.has_worked(worker):
        lost = sent_home({worker}, this)
        choices.append(Choice("release-anew", release, fewer, (away,), frozenset({worker}), leaves=shift, cost=lost))
    return conflict(remark(alone, "conflict", "shift", because("stray"), record=str(shift.id), worker=worker), choices)


def doubles(
    group: ShiftGroup, target: Demand, merged: Mapping[Field, Merged], rights: Mapping[Field, Right], this: About
) -> list[Conflict]:
    """Second seats of workers who stay: somebody else has to fill them, or nobody."""
    if merged["headcount"].outcome == "clash":
        return []
    seats = merged["headcount"].value
    rows = [shift for shift in group.doubled if shift.worker in target.workers]
    return [_double(shift, group.demand, seats if rights["headcount"].owner else None, this) for shift in rows]


def _double(shift: Shift, now: Demand, seats: int | None, this: About) -> Conflict:
    """`seats` is how many both sides ask for, None where nobody may ask for fewer any more."""
    who = wording.person(str(shift.worker), this.people)
    reason = because("double", who=str(shift.worker))
    opened = required_fields(now, this.rules) | {"user_id": 0}
    anew = Write(action="release", kind="shift", record=str(shift.id), payload=opened)
    choices = [
        Choice(
            "second-open", f"open {who}'s second seat", writes=(anew,), cost=f"{who} keeps the first, and it is offered"
        )
    ]
    if seats is not None and seats > 1:  # a request has one slot at least
        away = f"take {who}'s second seat away"
        choices.append(Choice("second-away", away, {"headcount": seats - 1}, cost=f"{who} keeps the first"))
    row = remark(this, "conflict", "shift", reason, record=str(shift.id), worker=str(shift.worker))
    return conflict(row, choices)
