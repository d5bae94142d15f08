"""The three-way merge of the hours one worker worked, over what both systems last agreed on."""

from collections.abc import Mapping
from typing import Any

import msgspec

from mappings.model import Stage, System, Timesheet
from mappings.ownership import Right, TimeField


class MergedHours(msgspec.Struct, frozen=True):
    """What the hours should be, as the Time should tell them.

    `edits` are the fields each side changed; `overruled` says that both did and whose value won; `waits` that a person
    must say yes; `frozen` that nobody may change what was changed at this stage.
    """

    target: Timesheet
    edits: Mapping[System, tuple[TimeField, ...]]
    overruled: System | None = None
    waits: bool = False
    frozen: bool = False


def merge_hours(
    base: Timesheet, wonolo: Timesheet, wheniwork: Timesheet, rights: Mapping[TimeField, Right]
) -> MergedHours:
    """Merge what was paid for, both ways, and the start, which Wonolo cannot be told.

    The break is as the Time has it: Wonolo has none of its own (see `mappings.timesheet`).
    """
    edits: dict[System, tuple[TimeField, ...]] = {
        "wonolo": _wonolo_edits(base, wonolo),
        "wheniwork": _time_edits(base, wheniwork),
    }
    paid, source = base.paid_minutes, None
    if wonolo.paid_minutes == wheniwork.paid_minutes:
        paid = wonolo.paid_minutes
    else:
        source = _source(edits, rights)
        paid = wheniwork.paid_minutes if source == "wheniwork" else wonolo.paid_minutes
    start = wonolo.start if "actual_start" in edits["wonolo"] else wheniwork.start
    moved = msgspec.structs.replace(wheniwork, start=start, approved=wonolo.approved or wheniwork.approved)
    changed = {rights[name] for names in edits.values() for name in names}
    return MergedHours(
        target=moved.paying(paid),
        edits=edits,
        overruled=source if "actual_end" in edits["wonolo"] and edits["wheniwork"] else None,
        waits=any(right.needs_yes == "always" for right in changed),
        frozen=any(right.owner is None for right in changed),
    )


def _source(edits: Mapping[System, tuple[TimeField, ...]], rights: Mapping[TimeField, Right]) -> System | None:
    """Whose hours count, where they differ: of the one who changed them, and of the owner where both did."""
    if "actual_end" not in edits["wonolo"]:
        return "wheniwork"
    return rights["actual_end"].owner if edits["wheniwork"] else "wonolo"


def _wonolo_edits(base: Timesheet, now: Timesheet) -> tuple[TimeField, ...]:
    start: tuple[TimeField, ...] = ("actual_start",) if now.start != base.start else ()
    return (*start, "actual_end") if now.paid_minutes != base.paid_minutes else start


def _time_edits(base: Timesheet, now: Timesheet) -> tuple[TimeField, ...]:
    """A Time that only lies elsewhere, as long as before, means the same here."""
    if now.paid_minutes == base.paid_minutes:
        return ()
    rest: tuple[TimeField, ...] = ("actual_break",) if now.break_minutes != base.break_minutes else ()
    return (*rest, "actual_end") if now.minutes != base.minutes else rest


def stage_of_hours(base: Timesheet, wonolo: Timesheet, wheniwork: Timesheet) -> Stage:
    """How final the hours are: settled once both sides approved them, or Wonolo approved others than the Time's.

    What Wonolo approved may still be carried to a Time that nobody edited.
    """
    edited = bool(_time_edits(base, wheniwork)) and wheniwork.paid_minutes != wonolo.paid_minutes
    return Stage.SETTLED if base.approved or (wonolo.approved and edited) else Stage.DONE


def agreed_hours(base: Timesheet | None, wonolo: Timesheet, wheniwork: Timesheet, wrote: System | None) -> Timesheet:
    """The base once both sides were read: the hours both tell; where they differ, those of the side just written.

    The start is Wonolo's, the break the Time's, as each alone can tell it.
    """
    if base is not None and wrote is None and wonolo.paid_minutes != wheniwork.paid_minutes:
        return base
    paid = wheniwork.paid_minutes if wrote == "wheniwork" or base is None else wonolo.paid_minutes
    both: dict[str, Any] = {
        "break_minutes": wheniwork.break_minutes,
        "approved": wonolo.approved and wheniwork.approved,
    }
    return msgspec.structs.replace(wonolo, **both).paying(paid)
