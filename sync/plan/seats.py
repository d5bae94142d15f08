"""What must be written to one side so that its seats mean the target: who sits, and how many seats are open."""

import msgspec

from mappings.demand import Posting, Seat
from mappings.model import Demand, Rules
from mappings.shifts import Shift, ShiftGroup, required_fields, shift_fields
from mappings.worker import wonolo_id
from sync.plan.model import Write, marker_key

USER = "@user:"
"""Begins a payload value that stands for a worker's When I Work user."""


class _Stack:
    """Open seats of one shift while a plan takes from it."""

    def __init__(self, shift: Shift, seats: int) -> None:
        self.shift, self.seats = shift, seats


def shift_seat_writes(group: ShiftGroup, target: Demand, rules: Rules, seed: str) -> list[Write]:
    """The writes that give a group of shifts the workers and the open seats of the target.

    One seat at a time comes off a stack (When I Work reference 5.8). A worker who leaves hands the seat to one who
    comes, opens it again, or takes it along when fewer seats are wanted. A second seat of one worker is the last to be
    handed on and the first to go. `seed` makes the markers of new shifts.
    """
    seated = group.demand.workers
    leaving = [shift for worker in sorted(seated - target.workers) for shift in group.held_by(worker)]
    doubled = [shift for shift in group.doubled if shift not in leaving]
    stacks = [_Stack(shift, shift.seats) for shift in group.open_shifts]
    spare = [*leaving, *doubled]
    writes = _seat_newcomers(sorted(target.workers - seated), spare, stacks, target, rules, seed)
    kept = [shift for shift in spare if shift in doubled]
    wanted = target.open_seats - len(kept) - sum(stack.seats for stack in stacks)
    for shift in (shift for shift in spare if shift in leaving):
        writes.append(_release(shift, target, rules) if wanted > 0 else _delete(shift))
        wanted -= 1 if wanted > 0 else 0
    gone = kept[wanted:] if wanted < 0 else []
    writes += [msgspec.structs.replace(_delete(shift), worker="") for shift in gone]
    return writes + _resize(stacks, wanted + len(gone), target, rules, seed)


def _seat_newcomers(
    newcomers: list[str], spare: list[Shift], stacks: list[_Stack], target: Demand, rules: Rules, seed: str
) -> list[Write]:
    writes = []
    for worker in newcomers:
        stack = next((row for row in stacks if row.seats), None)
        if stack:
            writes.append(_assign(stack.shift, worker, target, rules, {"user_id": 0, "instances": stack.seats}))
            stack.seats -= 1
        elif spare:
            shift = spare.pop(0)
            writes.append(_assign(shift, worker, target, rules, {}))
        else:
            fields = shift_fields(target, rules, marker_key(seed, worker), user_id=f"{USER}{worker}")
            writes.append(Write(action="create", kind="shift", worker=worker, seats=1, payload=fields))
    return writes


def _assign(shift: Shift, worker: str, target: Demand, rules: Rules, expects: dict[str, int]) -> Write:
    payload = required_fields(target, rules) | {"user_id": f"{USER}{worker}"}
    return Write(action="assign", kind="shift", record=str(shift.id), worker=worker, payload=payload, expects=expects)


def _release(shift: Shift, target: Demand, rules: Rules) -> Write:
    payload = required_fields(target, rules) | {"user_id": 0}
    return Write(action="release", kind="shift", record=str(shift.id), worker=shift.worker or "", payload=payload)


def _delete(shift: Shift) -> Write:
    return Write(
        action="delete",
        kind="shift",
        record=str(shift.id),
        worker=shift.worker or "",
        seats=-shift.seats,
        payload={},
    )


def _resize(stacks: list[_Stack], wanted: int, target: Demand, rules: Rules, seed: str) -> list[Write]:
    """Open `wanted` more seats (on the first stack, or a new one), or fewer (from the last stack on)."""
    filled = [stack for stack in stacks if stack.seats]
    if wanted > 0 and not filled:
        fields = shift_fields(target, rules, marker_key(seed, "open"), instances=wanted)
        return [Write(action="create", kind="shift", seats=wanted, payload=fields)]
    if wanted > 0:
        return [_instances(filled[0], filled[0].seats + wanted, target, rules)]
    writes = []
    for stack in reversed(filled):
        fewer = min(-wanted, stack.seats)
        wanted += fewer
        if fewer and fewer == stack.seats:
            expects = {"user_id": 0, "instances": stack.seats}
            writes.append(msgspec.structs.replace(_delete(stack.shift), seats=-fewer, expects=expects))
        elif fewer:
            writes.append(_instances(stack, stack.seats - fewer, target, rules))
    return writes


def _instances(stack: _Stack, seats: int, target: Demand, rules: Rules) -> Write:
    return Write(
        action="update",
        kind="shift",
        record=str(stack.shift.id),
        seats=seats - stack.seats,
        payload=required_fields(target, rules) | {"instances": seats},
        expects={"user_id": 0, "instances": stack.seats},
    )


def job_writes(posting: Posting, target: Demand) -> list[Write]:
    """The writes that give a JobRequest the workers of the target: assign or cancel a Job (Wonolo reference 4)."""
    now = posting.demand.workers
    gone = [seat for worker in sorted(now - target.workers) if (seat := posting.seat_of(worker))]
    return [release_job(seat) for seat in gone] + [
        _assign_job(posting, worker) for worker in sorted(target.workers - now)
    ]


def release_job(seat: Seat) -> Write:
    """The write that takes a worker's seat back: the Job is cancelled (Wonolo reference 4)."""
    payload = {"state": "cancelled", "cancelled_reason": "admin_cancelled"}
    return Write(action="release", kind="job", record=str(seat.job_id), worker=seat.worker, payload=payload)


def _assign_job(posting: Posting, worker: str) -> Write:
    payload = {"worker_id": wonolo_id(worker), "job_request_id": posting.id}
    return Write(action="assign", kind="job", record="", worker=worker, payload=payload)
