"""The three-way merge of a demand, field by field over what both sides last agreed on."""

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from mappings.model import Demand, System
from mappings.ownership import FIELDS, Field, Right

Outcome = Literal["same", "copied", "overruled", "clash"]


class Merged(msgspec.Struct, frozen=True):
    """What became of one field: its value, where that comes from, and whether it waits for a yes.

    On a clash each side keeps its own; where there are more workers than seats, `value` is what both wanted.
    """

    field: Field
    outcome: Outcome
    value: Any = None
    source: System | None = None
    waits: bool = False


class Wrote(msgspec.Struct, frozen=True):
    """What one write of ours meant to change on its side: fields, seats it adds (None: not about seats), a worker."""

    fields: frozenset[Field] = frozenset()
    seats: int | None = None
    worker: str = ""


def merge(base: Demand, wonolo: Demand, wheniwork: Demand, rights: Mapping[Field, Right]) -> dict[Field, Merged]:
    """Merge every field; a value that a side cannot express (None) counts as unchanged there."""
    merged = {name: _merge_field(name, base, wonolo, wheniwork, rights[name]) for name in FIELDS}
    return _seats_suffice(merged, min(wonolo.headcount, wheniwork.headcount))


def _merge_field(name: Field, base: Demand, wonolo: Demand, wheniwork: Demand, right: Right) -> Merged:
    agreed = getattr(base, name)
    ours, theirs = (_expressed(getattr(side, name), agreed) for side in (wonolo, wheniwork))
    if ours == theirs:
        return Merged(name, "same", ours)
    if name == "workers" and right.owner:
        value = (agreed | ours | theirs) - (agreed - ours) - (agreed - theirs)
        return Merged(name, "copied", value, "wonolo" if theirs == agreed else "wheniwork")
    if right.owner is None:
        return Merged(name, "clash")
    merged = _merge_value(name, agreed, ours, theirs, right.owner)
    waits = right.needs_yes == "always" or (right.needs_yes == "down" and merged.value < agreed)
    return msgspec.structs.replace(merged, waits=waits)


def _merge_value(name: Field, agreed: Any, ours: Any, theirs: Any, owner: System) -> Merged:
    if theirs == agreed:
        return Merged(name, "copied", ours, "wonolo")
    if ours == agreed:
        return Merged(name, "copied", theirs, "wheniwork")
    return Merged(name, "overruled", theirs if owner == "wheniwork" else ours, owner)


def _expressed(value: Any, agreed: Any) -> Any:
    return agreed if value is None else value


def _seats_suffice(merged: dict[Field, Merged], fewest: int) -> dict[Field, Merged]:
    """More workers than seats is a clash of both fields, whichever sides they come from.

    While each side keeps its own headcount there are no more seats than the `fewest` of them.
    """
    headcount, workers = merged["headcount"], merged["workers"]
    if headcount.outcome == "clash":
        headcount = msgspec.structs.replace(headcount, value=fewest)
    if workers.outcome == "clash" or len(workers.value) <= headcount.value:
        return merged
    both = (msgspec.structs.replace(row, outcome="clash") for row in (headcount, workers))
    return merged | {row.field: row for row in both}


def applied(side: Demand, merged: Mapping[Field, Merged], *, waiting: bool) -> Demand:
    """A side's demand with the merged values; those that wait only if `waiting`. A clash leaves its own value."""
    values = {name: row.value for name, row in merged.items() if row.outcome != "clash" and (waiting or not row.waits)}
    return msgspec.structs.replace(side, **values)


def rebased(base: Demand, wonolo: Demand, wheniwork: Demand) -> Demand:
    """The base moved to what both sides now say, field by field; where they still differ it stays.

    A worker on both sides is agreed on, one on neither side is forgotten.
    """
    values: dict[str, Any] = {}
    for name in FIELDS:
        agreed = getattr(base, name)
        ours, theirs = (_expressed(getattr(side, name), agreed) for side in (wonolo, wheniwork))
        values[name] = ours if ours == theirs else agreed
    both, either = wonolo.workers & wheniwork.workers, wonolo.workers | wheniwork.workers
    return msgspec.structs.replace(base, **values | {"workers": (base.workers & either) | both})


def followed(base: Demand, before: Demand, after: Demand, wrote: Wrote) -> Demand:
    """The base moved along with one side that we wrote ourselves, so that our own write is never read as an edit.

    Only in what we wrote, and only where that side still was as agreed: an edit of somebody else's stays an edit.
    Seats that vanished with our write (a whole stack assigned at once) are taken for ours and so opened again;
    seats that appeared beside it are somebody's edit.
    """
    values: dict[str, Any] = {name: getattr(after, name) for name in wrote.fields}
    if wrote.seats is not None:
        values["headcount"] = min(after.headcount, before.headcount + wrote.seats)
    values = {name: value for name, value in values.items() if getattr(before, name) == getattr(base, name)}
    mine = {wrote.worker}
    came, went = mine & (after.workers - before.workers), mine & (before.workers - after.workers)
    return msgspec.structs.replace(base, **values | {"workers": (base.workers | came) - went})


def differing(before: Demand, after: Demand, but: tuple[Field, ...] = ()) -> tuple[Field, ...]:
    """The fields in which two states of a demand differ, except those in `but`."""
    return tuple(name for name in FIELDS if name not in but and getattr(before, name) != getattr(after, name))
