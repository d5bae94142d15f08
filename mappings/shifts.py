"""Demand on When I Work: a group of shifts read as one demand, and a demand spelled as shift fields."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import msgspec

from mappings import place as places
from mappings import skill as skills
from mappings.convert import hours_of_minutes, identifier, marked, marker, minutes_of_hours, moment, number, rfc2822
from mappings.demand import title
from mappings.model import Demand, Rules, Scope, Unmapped

Record = Mapping[str, Any]
Slot = tuple[str, str, datetime, datetime]

NOTES_LIMIT = 350
"""Characters of a shift's notes (When I Work reference 5.1)."""


class Shift(msgspec.Struct, frozen=True):
    """One shift: a stack of open seats (`worker` None), or a seat held by a Wonolo worker (`seats` is 1)."""

    id: int
    place: str
    skill: str
    start: datetime
    end: datetime
    break_minutes: int
    title: str
    seats: int
    worker: str | None = None
    marker: str | None = None

    @property
    def slot(self) -> Slot:
        """What seats of one demand have in common: place, skill, start, end."""
        return (self.place, self.skill, self.start, self.end)


class ShiftGroup(msgspec.Struct, frozen=True):
    """Shifts that are one demand.

    `strayed` are held seats that a person moved away from the others, which Wonolo cannot express; they still count.
    `doubled` are those of the shifts that somebody holds beside a seat of the same group: they count as seats that
    are still to be filled, as nobody can fill two.
    """

    demand: Demand
    shifts: tuple[Shift, ...]
    strayed: tuple[Shift, ...] = ()
    doubled: tuple[Shift, ...] = ()

    @property
    def open_shifts(self) -> tuple[Shift, ...]:
        """The stacks of open seats."""
        return tuple(shift for shift in self.shifts if shift.worker is None)

    def held_by(self, worker: str) -> tuple[Shift, ...]:
        """The shifts by which the worker holds seats, be it one that strayed."""
        return tuple(shift for shift in (*self.shifts, *self.strayed) if shift.worker == worker)


Lone = Mapping[Slot, Iterable[Shift]]
"""Shifts without a link, by what seats of one demand have in common."""


def read_shift(record: Record, rules: Rules, workers: Mapping[int, str]) -> Shift:
    """Read a shift that is open or held by a Wonolo worker; Unmapped when it has no meaning here.

    `workers` names the worker behind a When I Work user id. A shift of the company's own people has no meaning here.
    """
    try:
        return _shift(record, rules, workers)
    except ValueError as error:
        raise Unmapped(str(error)) from error


def taken(record: Record, workers: Mapping[int, str]) -> bool:
    """Whether one of the company's own people holds the shift; Unmapped when its user_id cannot be read."""
    try:
        user = identifier(record.get("user_id"))
    except ValueError as error:
        raise Unmapped(f"its user_id cannot be read: {error}") from error
    return user != 0 and user not in workers


def read_slot(record: Record, rules: Rules) -> Slot:
    """Read where and when a shift is, whoever holds it; Unmapped when that has no meaning here."""
    try:
        return _slot(record, rules)
    except ValueError as error:
        raise Unmapped(str(error)) from error


def _slot(record: Record, rules: Rules) -> Slot:
    start, end = moment(record, "start_time"), moment(record, "end_time")
    return places.of_shift(record, rules).key, skills.of_shift(record, rules).key, start, end


def _shift(record: Record, rules: Rules, workers: Mapping[int, str]) -> Shift:
    if taken(record, workers):
        raise Unmapped("it is held by one of the company's own people")
    user = identifier(record.get("user_id"))
    place, skill, start, end = _slot(record, rules)
    return Shift(
        id=identifier(record["id"]),
        place=place,
        skill=skill,
        start=start,
        end=end,
        break_minutes=_unpaid_break(record),
        title=title(record.get("notes"), rules),
        seats=1 if user else max(1, identifier(record.get("instances"))),
        worker=workers.get(user),
        marker=marker(record.get("notes")),
    )


def _unpaid_break(record: Record) -> int:
    """Minutes of unpaid break: the sum of `breaks` (seconds), or the older `break_time` (hours)."""
    breaks = record.get("breaks")
    if breaks:
        return round(sum(number(row.get("length")) for row in breaks if not row.get("paid")) / 60)
    return minutes_of_hours(record.get("break_time"))


def in_scope(record: Record, scope: Scope) -> bool:
    """Whether a shift is published, and tagged and coloured as the scope wants it."""
    return bool(record.get("published")) and not scope_lacks(record, scope)


def scope_lacks(record: Record, scope: Scope) -> str:
    """The tag or colour that a shift lacks to be offered, in words; empty when it has both."""
    if scope.tag not in str(record.get("notes") or ""):
        return f"it lacks the tag {scope.tag!r}"
    if scope.color.casefold() not in ("", str(record.get("color") or "").casefold()):
        return f"it has not the color {scope.color!r}"
    return ""


def offered(record: Record, shift: Shift, scope: Scope, now: datetime) -> bool:
    """Whether an open shift nobody linked yet is to be offered to Wonolo: in scope, ahead, and near enough."""
    lead = scope.lead_minutes.get(shift.skill)
    near = lead is None or shift.start - now <= timedelta(minutes=lead)
    return in_scope(record, scope) and shift.start > now and near


def joins(record: Record, shift: Shift, scope: Scope, now: datetime) -> bool:
    """Whether a shift nobody linked yet may become a seat of a demand: offered, or published for a worker."""
    return bool(record.get("published")) if shift.worker else offered(record, shift, scope, now)


def grouped(shifts: Iterable[Shift]) -> tuple[ShiftGroup, ...]:
    """Group shifts by what seats of one demand have in common, in order of their lowest id."""
    slots: dict[Slot, list[Shift]] = {}
    for shift in sorted(shifts, key=lambda row: row.id):
        slots.setdefault(shift.slot, []).append(shift)
    return tuple(_group(slot, rows, (), None) for slot, rows in slots.items())


def linked(
    members: Iterable[Shift], lone: Lone, base: Demand, underway: Slot | None = None, latest: Slot | None = None
) -> tuple[ShiftGroup | None, list[Shift]]:
    """Group the shifts of a link with the lone ones beside them, which join; also returns the shifts that left.

    The demand is where the agreed one was, if a shift is still there; otherwise everybody moved, and it is where it
    was seen `latest`, or where the held seats went. An open seat elsewhere has left; a held seat elsewhere has strayed
    and still counts, unless its worker holds another one. Shifts at `underway`, where the JobRequest now is, did
    neither: a move from there was interrupted and will be finished.
    """
    rows = sorted(members, key=lambda row: row.id)
    if not rows:  # deleted, and perhaps made again as they were, while the JobRequest stands
        again = sorted(lone.get(slot_of(base), ()) if underway else (), key=lambda row: row.id)
        return (_group(slot_of(base), again, (), base) if again else None), []
    home = _home(rows, slot_of(base), latest)
    here = [row for row in rows if row.slot in (home, underway)] + [*lone.get(home, ())]
    away = [row for row in rows if row.slot not in (home, underway)]
    seated: set[str | None] = {None, *(row.worker for row in here)}
    strayed = tuple(_first_of_each(row for row in away if row.worker not in seated))
    group = _group(home, sorted(here, key=lambda row: row.id), strayed, base)
    return group, [row for row in away if row not in strayed]


def _first_of_each(held: Iterable[Shift]) -> list[Shift]:
    """The first shift of each worker."""
    first: dict[str | None, Shift] = {}
    for row in held:
        first.setdefault(row.worker, row)
    return list(first.values())


def slot_of(demand: Demand) -> Slot:
    """What the seats of a demand have in common."""
    return (demand.place, demand.skill, demand.start, demand.end)


def _home(rows: list[Shift], agreed: Slot, latest: Slot | None) -> Slot:
    slots = {row.slot for row in rows}
    if known := next((slot for slot in (agreed, latest) if slot in slots), None):
        return known
    return next((row for row in rows if row.worker), rows[0]).slot


def _group(slot: Slot, rows: list[Shift], strayed: tuple[Shift, ...], base: Demand | None) -> ShiftGroup:
    place, skill, start, end = slot
    workers = frozenset(row.worker for row in (*rows, *strayed) if row.worker)
    first = _first_of_each(rows)
    demand = Demand(
        place=place,
        skill=skill,
        start=start,
        end=end,
        headcount=sum(row.seats for row in rows) + len(strayed),
        workers=workers,
        title=_common([row.title for row in rows], base.title if base else None),
        break_minutes=_common([row.break_minutes for row in rows], base.break_minutes if base else None),
    )
    doubled = tuple(row for row in rows if row.worker and row not in first)
    return ShiftGroup(demand, tuple(rows), strayed, doubled)


def _common(values: list[Any], agreed: Any) -> Any:
    """The agreed value while a shift still has it, else the first there is: shifts may have notes of their own.

    So a rewrite of all of them that was interrupted halfway is not taken for an edit.
    """
    return agreed if agreed in values else next(filter(None, values), values[0])


def time_fields(demand: Demand) -> dict[str, str]:
    """Spell start and end of a shift."""
    return {"start_time": rfc2822(demand.start), "end_time": rfc2822(demand.end)}


def shift_fields(demand: Demand, rules: Rules, key: str, *, instances: int = 1, user_id: Any = 0) -> dict[str, Any]:
    """Spell a demand as a new published shift: `instances` open seats, or one seat of a user; marked with the key."""
    return {
        **time_fields(demand),
        **places.shift_fields(rules.place(demand.place)),
        **skills.shift_fields(rules.skill(demand.skill)),
        "break_time": hours_of_minutes(demand.break_minutes or 0),
        "notes": marked(demand.title, key, NOTES_LIMIT),
        "user_id": user_id,
        "instances": instances,
        "published": True,
    }


def shift_changes(shift: Shift, now: Demand, target: Demand, rules: Rules) -> dict[str, Any]:
    """The fields of one shift to write so that its group means the target; empty when nothing must be written.

    Only what differs between `now` and `target` is written, so that a shift's own notes survive, and not what the shift
    has already, as after a rewrite that was interrupted halfway. Times and location always accompany a change, as When
    I Work may require them (reference 5.5).
    """
    fields: dict[str, Any] = {}
    if target.place != now.place:
        fields |= places.shift_fields(rules.place(target.place))
    if target.skill != now.skill:
        fields |= skills.shift_fields(rules.skill(target.skill))
    if target.break_minutes not in (now.break_minutes, shift.break_minutes):
        fields["break_time"] = hours_of_minutes(target.break_minutes or 0)
    if target.title not in (now.title, shift.title):
        fields["notes"] = marked(target.title, shift.marker, NOTES_LIMIT) if shift.marker else target.title
    moved = (target.start, target.end) != (now.start, now.end)
    return required_fields(target, rules) | fields if fields or moved else {}


def required_fields(demand: Demand, rules: Rules) -> dict[str, Any]:
    """The three fields every update of a shift carries (When I Work reference 5.5)."""
    return {**time_fields(demand), "location_id": rules.place(demand.place).location_id}
