"""What a person has to settle in a linked demand, with the choices named."""

from collections.abc import Mapping

import msgspec

from mappings.model import NAMES, Demand
from mappings.ownership import Field, Right
from mappings.shifts import ShiftGroup
from sync.plan import wording
from sync.plan.about import About, remark
from sync.plan.merge import Merged
from sync.plan.model import Change


def clashes(
    wonolo: Demand, wheniwork: Demand, merged: Mapping[Field, Merged], rights: Mapping[Field, Right], this: About
) -> list[Change]:
    """Fields that differ and that nobody may overrule at this stage, or more workers than seats, in one remark."""
    names = [row.field for row in merged.values() if row.outcome == "clash"]
    if not names:
        return []
    fields = this.edits(wonolo, msgspec.structs.replace(wonolo, **{name: getattr(wheniwork, name) for name in names}))
    choices = tuple(f"take {NAMES[system]}'s {wording.label(name)}" for name in names for system in NAMES)
    reason = "both sides differ, and nobody may overrule the other at this stage"
    if "workers" in names and rights["workers"].owner:
        reason = "there would be more workers than seats"
        choices = ("ask for more seats", "release a worker")
    return [remark(this, "conflict", "job_request", reason, fields=fields, choices=choices)]


def strays(group: ShiftGroup, staying: frozenset[str], this: About) -> list[Change]:
    """Held seats that a person moved away from the others, of workers who stay."""
    rows = []
    for shift in group.strayed:
        if shift.worker in staying:
            who = wording.person(shift.worker, this.people)
            moved = msgspec.structs.replace(
                group.demand, place=shift.place, skill=shift.skill, start=shift.start, end=shift.end
            )
            alone = this.because(f"{who}'s seat alone moved to {wording.subject(moved, this.rules)} in When I Work")
            choices = ("move the seat back", "move the whole demand", f"release {who} and ask for the new time anew")
            reason = "Wonolo cannot move one worker of a JobRequest"
            row = remark(alone, "conflict", "shift", reason, record=str(shift.id), choices=choices, worker=shift.worker)
            rows.append(row)
    return rows
