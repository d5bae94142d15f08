"""Demand on Wonolo: a JobRequest with its Jobs, read as one demand, and a demand spelled as JobRequest fields."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from mappings import place as places
from mappings import skill as skills
from mappings.convert import cents, comes_again, identifier, marked, marker, moment, unmarked, wall_clock
from mappings.model import Demand, Rules, Stage, Unmapped
from mappings.worker import holder, is_unknown

Record = Mapping[str, Any]

HOLDING = frozenset({"filled", "in_progress", "paused", "completed", "approved"})
"""Job states in which a worker holds a seat (Wonolo reference 9). `pending` is listed apart."""

OVER = frozenset({"completed", "approved"})
"""Job states in which the work is over and paid (Wonolo reference 9)."""

_FREEING = frozenset({"pending", "rejected", "cancelled", "withdrawn", "no_show"})
"""Job states in which nobody holds a seat, or not yet."""

TITLE_LIMIT = 300
"""Characters of a title both systems keep: When I Work's 350 for notes, less the marker."""

_NOT_OFFERED = frozenset({"draft"})


class Seat(msgspec.Struct, frozen=True):
    """One worker's Job on a JobRequest."""

    job_id: int
    worker: str
    state: str


class Posting(msgspec.Struct, frozen=True):
    """A JobRequest with its Jobs, and the demand they mean. `wage` is the total for one worker, in cents."""

    id: int
    state: str
    demand: Demand
    seats: tuple[Seat, ...] = ()
    wage: int = 0
    marker: str | None = None

    @property
    def cancelled(self) -> bool:
        """Whether Wonolo says so in as many words; an unknown state is never read as a deletion."""
        return self.state == "cancelled"

    @property
    def pending(self) -> frozenset[str]:
        """Workers who applied and wait to be accepted; they hold no seat yet."""
        return frozenset(seat.worker for seat in self.seats if seat.state == "pending")

    def seat_of(self, worker: str) -> Seat | None:
        """The Job by which the worker holds a seat."""
        return next((seat for seat in self.seats if seat.worker == worker and seat.state in HOLDING), None)


def read_posting(record: Record, jobs: Iterable[Record], rules: Rules, base: Demand | None = None) -> Posting:
    """Read a JobRequest and its Jobs; Unmapped when it has no meaning here.

    `base` is what both sides last agreed on, used only to tell apart skills that share a category.
    Fill is computed from Jobs, never from the JobRequest's state (Wonolo reference 5).
    """
    if record.get("state") in _NOT_OFFERED:
        raise Unmapped("it is a draft in Wonolo")
    try:
        return _posting(record, jobs, rules, base)
    except ValueError as error:
        raise Unmapped(str(error)) from error


def _posting(record: Record, jobs: Iterable[Record], rules: Rules, base: Demand | None) -> Posting:
    seats = _recognised(sorted((_seat(job) for job in jobs), key=lambda seat: seat.job_id), base)
    start = moment(record, "start_time")
    return Posting(
        id=identifier(record["id"]),
        state=str(record.get("state") or ""),
        demand=Demand(
            place=places.of_job_request(record, rules).key,
            skill=skills.of_job_request(record, rules, base.skill if base else None).key,
            start=start,
            end=_end(record, start),
            headcount=_number(record, "slots"),
            workers=frozenset(seat.worker for seat in seats if seat.state in HOLDING),
            title=title(record.get("request_name"), rules),
        ),
        seats=seats,
        wage=cents(record.get("wage")),
        marker=marker(record.get("request_name")),
    )


def _recognised(seats: list[Seat], base: Demand | None) -> tuple[Seat, ...]:
    """The seats, those of somebody unknown as those of workers agreed on before whom no Job tells of any more.

    A Job stays when its worker's account is deleted, but for the worker in it (Wonolo reference 6).
    """
    missing = sorted((base.workers if base else frozenset()) - {seat.worker for seat in seats})
    unknown = [seat.job_id for seat in seats if is_unknown(seat.worker) and seat.state in HOLDING]
    names = dict(zip(unknown, missing, strict=False))
    return tuple(Seat(seat.job_id, names.get(seat.job_id, seat.worker), seat.state) for seat in seats)


def _seat(job: Record) -> Seat:
    """Read a Job; an unknown state is never read as a withdrawal."""
    state = str(job.get("state") or "")
    if state not in HOLDING | _FREEING:
        raise ValueError(f"its Job {job['id']} has the state {state!r}, of which is not known whether somebody comes")
    return Seat(identifier(job["id"]), holder(job), state)


def ends_at(record: Record) -> datetime:
    """Return when the work of a JobRequest ends, wherever it is; ValueError when that cannot be read."""
    return _end(record, moment(record, "start_time"))


def _end(record: Record, start: datetime) -> datetime:
    try:
        return start + timedelta(minutes=_number(record, "duration"))
    except OverflowError as error:
        raise ValueError(f"its duration {record['duration']!r} ends in no year that there is") from error


def _number(record: Record, name: str) -> int:
    try:
        return round(float(record[name]))
    except (KeyError, OverflowError, TypeError, ValueError) as error:
        raise ValueError(f"its {name} {record.get(name)!r} is not a number") from error


def title(text: Any, rules: Rules) -> str:
    """The title in a request's name or a shift's notes: cut to what both systems keep, empty for a name of our own."""
    name = unmarked(text)[:TITLE_LIMIT].rstrip()
    words = name.split(" at ")
    splits = ((" at ".join(words[:count]), " at ".join(words[count:])) for count in range(1, len(words)))
    ours = any(skill in rules.skill_names and place in rules.place_names for skill, place in splits)
    return "" if ours else name


def job_request_fields(demand: Demand, rules: Rules, key: str) -> dict[str, Any]:
    """Spell a demand as a new JobRequest, marked with the key (Wonolo reference 5, "Create")."""
    skill, place = rules.skill(demand.skill), rules.place(demand.place)
    return {
        "state": "posted",
        "request_name": marked(_name(demand), key),
        "slots": demand.headcount,
        "start_time": _written_start(demand, rules),
        "duration": demand.minutes,
        **skills.job_request_fields(skill),
        **places.job_request_fields(place),
        **skills.pay_fields(skill, demand.paid_minutes),
        **({"employer_id": rules.employer_id} if rules.employer_id else {}),
    }


def job_request_changes(posting: Posting, target: Demand, rules: Rules) -> dict[str, Any]:
    """The JobRequest fields that must be written to make a posting mean the target; empty when it does.

    `posting.demand` and `target` must both know the break, as the pay depends on it.
    """
    now = posting.demand
    skill, place = rules.skill(target.skill), rules.place(target.place)
    fields: dict[str, Any] = {}
    if target.start != now.start:
        fields["start_time"] = _written_start(target, rules)
    if target.minutes != now.minutes:
        fields["duration"] = target.minutes
    if target.headcount != now.headcount:
        fields["slots"] = target.headcount
    if target.place != now.place:
        fields |= places.job_request_fields(place)
    if target.skill != now.skill:
        fields |= skills.job_request_fields(skill) | skills.pay_fields(skill, target.paid_minutes)
    elif target.paid_minutes != now.paid_minutes:
        fields |= skills.repaid(skill, posting.wage, now.paid_minutes, target.paid_minutes)
    if _name(target) != _name(now):
        fields["request_name"] = marked(_name(target), posting.marker) if posting.marker else _name(target)
    return fields


def _name(demand: Demand) -> str:
    return demand.title or f"{demand.skill} at {demand.place}"


def _written_start(demand: Demand, rules: Rules) -> str:
    if rules.start_time_format == "iso":
        return demand.start.astimezone(UTC).isoformat()
    zone = rules.place(demand.place).zone
    if comes_again(demand.start, zone):
        raise Unmapped(
            "its start comes twice on that night's clock and Wonolo cannot be told which; post it by hand, or set "
            'start_time_format = "iso" under [wonolo]'
        )
    return wall_clock(demand.start, zone)


def stage_of(demand: Demand, seats: Iterable[Seat], now: datetime, cutoff: timedelta) -> Stage:
    """The stage of a demand from its Jobs' states and the clock (`ownership` says what each allows)."""
    states = {seat.state for seat in seats if seat.state in HOLDING}
    if states and states <= {"approved"}:
        return Stage.SETTLED
    if states and states <= {"completed", "approved"}:
        return Stage.DONE
    if states - {"filled"} or now >= demand.start:
        return Stage.RUNNING
    return Stage.LOCKED if demand.start - now <= cutoff else Stage.OPEN
