"""Who does what to which record, when the caller of an act leaves it open: a random choice under the seed.

Each chooser answers with the arguments that are still open, and with given ones only where it completes them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sandbox.demands import distinct_shifts, job_request_fields
from sandbox.wheniwork.records import EMPLOYEE
from sandbox.wonolo.job_requests import find_job_request
from sandbox.wonolo.lifecycle import HOLDS_A_SEAT, jobs_on, seats_held
from sandbox.wonolo.rankings import may_accept
from sandbox.wonolo.table import Record
from sandbox.world import World

Given = Mapping[str, Any]
Chosen = dict[str, Any]

_Item = TypeVar("_Item")


class NothingFitsError(Exception):
    """No record in the world is in the right condition for the act."""


def _pick(world: World, items: Iterable[_Item]) -> _Item:
    found: Sequence[_Item] = list(items)
    if not found:
        raise NothingFitsError("Nothing in the world fits this act now.")
    return world.rng.choice(found)


def job_request_and_worker(world: World, given: Given) -> Chosen:
    """An upcoming JobRequest with a free slot, and a worker who is free and holds its hard badges."""
    state = world.wonolo
    number = given.get("job_request_id") or _pick(world, _open_job_requests(world))
    job_request = find_job_request(state, number)
    if "worker_id" in given:
        return {"job_request_id": number}
    busy = _busy_workers(world, job_request)
    workers = (user["id"] for user in state.users.records.values() if may_accept(state, user, job_request))
    return {"job_request_id": number, "worker_id": _pick(world, (worker for worker in workers if worker not in busy))}


def _open_job_requests(world: World) -> list[int]:
    state = world.wonolo
    upcoming = (one for one in state.job_requests.records.values() if one["state"] in ("posted", "unassigned"))
    return [one["id"] for one in upcoming if _is_ahead(world, one) and seats_held(state, one) < one["slots"]]


def _is_ahead(world: World, job_request: Record) -> bool:
    start = job_request["start_time"]
    return start is not None and start > world.clock.now()


def _busy_workers(world: World, job_request: Record) -> set[int]:
    """Workers already on the JobRequest, or on another one at the same time."""
    state = world.wonolo
    busy = {job["worker_id"] for job in jobs_on(state, job_request)}
    for job in state.jobs.records.values():
        other = state.job_requests.records[job["job_request_id"]]
        if job["state"] in HOLDS_A_SEAT and _overlap(_span(other), _span(job_request)):
            busy.add(job["worker_id"])
    return busy


def _span(job_request: Record) -> tuple[datetime, datetime] | None:
    start = job_request["start_time"]
    return None if start is None else (start, start + timedelta(minutes=job_request["duration"] or 0))


def _overlap(one: tuple[datetime, datetime] | None, other: tuple[datetime, datetime] | None) -> bool:
    return one is not None and other is not None and one[0] < other[1] and other[0] < one[1]


def job_in(*states: str) -> Callable[[World, Given], Chosen]:
    """A chooser of a Job in one of the states."""

    def choose(world: World, given: Given) -> Chosen:
        if "job_id" in given:
            return {}
        jobs = world.wonolo.jobs.records.values()
        return {"job_id": _pick(world, (job["id"] for job in jobs if job["state"] in states))}

    return choose


def job_request_to_cancel(world: World, given: Given) -> Chosen:
    """An upcoming JobRequest that is posted or filled."""
    if "job_request_id" in given:
        return {}
    upcoming = (one for one in world.wonolo.job_requests.records.values() if _is_ahead(world, one))
    return {"job_request_id": _pick(world, (one["id"] for one in upcoming if one["state"] in ("posted", "filled")))}


def job_request_and_edit(world: World, given: Given) -> Chosen:
    """The same, and an edit: half an hour longer, half an hour later, or one slot more."""
    chosen = job_request_to_cancel(world, given)
    record = find_job_request(world.wonolo, {**chosen, **given}["job_request_id"])
    if "fields" in given:
        return chosen
    later = (record["start_time"] or world.clock.now()) + timedelta(minutes=30)
    edits = (
        {"duration": (record["duration"] or 0) + 30},
        {"start_time": later.isoformat()},
        {"slots": record["slots"] + 1},
    )
    return {**chosen, "fields": world.rng.choice(edits)}


def job_request_as_typed(world: World, given: Given) -> Chosen:
    """Fields of a JobRequest; those given replace the random ones."""
    return {"fields": job_request_fields(world.rng, world.clock.now()) | dict(given.get("fields", {}))}


def _shifts(world: World, *, is_open: bool, published: bool = True) -> list[int]:
    now = world.clock.now()
    ahead = (shift for shift in world.wheniwork.shifts.values() if shift["start_time"] > now)
    return [shift["id"] for shift in ahead if (shift["is_open"], shift["published"]) == (is_open, published)]


def open_shift(world: World, given: Given) -> Chosen:
    """An upcoming published OpenShift."""
    return {} if "shift_id" in given else {"shift_id": _pick(world, _shifts(world, is_open=True))}


def held_shift(world: World, given: Given) -> Chosen:
    """An upcoming published shift that somebody holds."""
    return {} if "shift_id" in given else {"shift_id": _pick(world, _shifts(world, is_open=False))}


def draft(world: World, given: Given) -> Chosen:
    """An upcoming draft of an OpenShift."""
    return {} if "shift_id" in given else {"shift_id": _pick(world, _shifts(world, is_open=True, published=False))}


def shift_and_edit(world: World, given: Given) -> Chosen:
    """An upcoming published OpenShift, and an edit: its end half an hour later, or one instance more."""
    chosen = open_shift(world, given)
    shift = world.wheniwork.shifts.get({**chosen, **given}["shift_id"])
    if "fields" in given:
        return chosen
    if shift is None:
        return {**chosen, "fields": {}}
    edits = ({"end_time": shift["end_time"] + timedelta(minutes=30)}, {"instances": shift["instances"] + 1})
    return {**chosen, "fields": world.rng.choice(edits)}


def open_shift_and_employee(world: World, given: Given) -> Chosen:
    """An upcoming published OpenShift and one of the company's own employees."""
    users = (user["id"] for user in world.wheniwork.users.values() if _is_own_staff(user))
    chosen = open_shift(world, given)
    return chosen if "user_id" in given else {**chosen, "user_id": _pick(world, users)}


def _is_own_staff(user: Record) -> bool:
    return user["role"] == EMPLOYEE and not user["is_deleted"] and not user["employee_code"]


def shift_as_typed(world: World, given: Given) -> Chosen:
    """Fields of a published OpenShift; those given replace the random ones."""
    fields = next(distinct_shifts(world.wheniwork, world.rng)) | {"published": True}
    return {"fields": fields | dict(given.get("fields", {}))}
