"""States of Jobs and JobRequests, and how one follows from the other (Wonolo reference 9)."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from typing import Any

from sandbox.wonolo.announcements import announce_job, announce_job_request
from sandbox.wonolo.refusal import invalid
from sandbox.wonolo.state import WonoloState
from sandbox.wonolo.table import Record

HOLDS_A_SEAT = ("filled", "in_progress", "paused", "completed", "approved")
WORKED = ("completed", "approved")
UNDER_WAY = ("in_progress", "paused", *WORKED)
STILL_CANCELLABLE = ("pending", "filled", "in_progress", "paused")
CLOSED = ("completed", "approved", "cancelled")

_NEXT = {
    "pending": ("filled", "rejected", "withdrawn", "cancelled"),
    "filled": ("in_progress", "withdrawn", "cancelled", "no_show"),
    "in_progress": ("paused", "completed", "cancelled", "no_show"),
    "paused": ("in_progress", "completed", "cancelled"),
    "completed": ("approved",),
    # Wonolo's support may find that the worker did come (Wonolo reference 9).
    "no_show": ("completed",),
    "withdrawn": ("filled", "pending"),
    "cancelled": ("filled",),
}


def jobs_on(state: WonoloState, job_request: Record) -> list[Record]:
    """The Jobs of a JobRequest in the order of their ids."""
    return [state.jobs.records[number] for number in state.jobs_of[job_request["id"]]]


def seats_held(state: WonoloState, job_request: Record) -> int:
    """How many slots are taken."""
    return sum(job["state"] in HOLDS_A_SEAT for job in jobs_on(state, job_request))


def assign(state: WonoloState, job_request: Record, worker: Record, notes: str | None = None) -> Record:
    """Give the worker a slot; one Job per worker and JobRequest, so whoever comes back gets the same Job.

    Raises a 422 Refusal when the JobRequest is closed or full, or the worker is banned, suspended or already on it.
    """
    job = _job_for(state, job_request, worker)
    job["requestor_notes"] = notes if notes is not None else job["requestor_notes"]
    enter(state, job, "filled")
    return job


def accept(state: WonoloState, job_request: Record, worker: Record) -> Record:
    """A worker accepts: the Job is filled at once, or pending where the JobRequest uses the pending state."""
    job = _job_for(state, job_request, worker)
    enter(state, job, "pending" if job_request["use_pending_state"] else "filled")
    return job


def _job_for(state: WonoloState, job_request: Record, worker: Record) -> Record:
    _check_seat(state, job_request, worker)
    known = [job for job in jobs_on(state, job_request) if job["worker_id"] == worker["id"]]
    state.note_times(job_request)
    return known[0] if known else _new_job(state, job_request, worker)


def _check_seat(state: WonoloState, job_request: Record, worker: Record) -> None:
    jobs = jobs_on(state, job_request)
    if job_request["state"] in (*CLOSED, "draft"):
        raise invalid("job_request_id", f"Job request is {job_request['state']}")
    if any(job["worker_id"] == worker["id"] and job["state"] in ("pending", *HOLDS_A_SEAT) for job in jobs):
        raise invalid("worker_id", "Worker already has a Job on this Job request")
    if seats_held(state, job_request) >= job_request["slots"]:
        raise invalid("job_request_id", "All slots of this Job request are filled")
    if worker["suspended"] or worker["id"] in job_request["ban_list"]:
        raise invalid("worker_id", "Worker is not available for this Job request")


def _new_job(state: WonoloState, job_request: Record, worker: Record) -> Record:
    fields: dict[str, Any] = {
        "job_request_id": job_request["id"],
        "worker_id": worker["id"],
        "state": None,
        "requestor_notes": None,
        "cancelled_reason": None,
        "adjusted_wage": None,
        "classification": job_request["classification"],
        "w2_hourly_rate": job_request["w2_hourly_rate"],
        "w2_payment_ref": None,
        "w2_pay_status": None,
        "transitions": [],
    } | dict.fromkeys(("confirmed_at", "started_at", "completed_at", "finished_at", "hours_worked", "actual_duration"))
    job = state.jobs.add(fields, state.now())
    state.jobs_of[job_request["id"]].append(job["id"])
    return job


def enter(state: WonoloState, job: Record, name: str) -> None:
    """Move a Job to the state named and let its JobRequest follow; a step that does not exist raises a 422 Refusal."""
    if job["state"] is not None and name not in _NEXT.get(job["state"], ()):
        raise invalid("state", f"State cannot change from {job['state']} to {name}")
    now = state.now()
    job["state"] = name
    worker = state.users.records[job["worker_id"]]
    where = {"latitude": worker["latitude"], "longitude": worker["longitude"]}
    step = {"id": state.next_part_id(), "job_id": job["id"], "created_at": now, "name": name}
    job["transitions"].append(step | where)
    _stamp(state, job)
    state.jobs.touch(job, now)
    announce_job(state, job)
    follow_jobs(state, state.job_requests.records[job["job_request_id"]], touched=True)
    if name == "no_show" and state.switches.no_show_ends_other_jobs:
        others = [one for one in state.jobs.records.values() if one["worker_id"] == job["worker_id"]]
        for other in (one for one in others if one["state"] == "filled"):
            enter(state, other, "cancelled")


def _stamp(state: WonoloState, job: Record) -> None:
    now = state.now()
    if job["state"] == "filled":
        job["confirmed_at"] = now
    elif job["state"] == "in_progress":
        job["started_at"] = job["started_at"] or now
    elif job["state"] == "completed":
        job["completed_at"] = job["finished_at"] = now
        minutes = job["actual_duration"] or round((now - (job["started_at"] or now)).total_seconds() / 60)
        set_duration(state, job, minutes)


def set_duration(state: WonoloState, job: Record, minutes: int) -> None:
    """Set the minutes worked, and with them the hours and, in proportion, the pay."""
    job_request = state.job_requests.records[job["job_request_id"]]
    job["actual_duration"] = minutes
    job["hours_worked"] = round(minutes / 60, 2)
    if job_request["wage"] is not None and job_request["duration"]:
        job["adjusted_wage"] = round(job_request["wage"] * minutes / job_request["duration"], 2)


def follow_jobs(state: WonoloState, job_request: Record, *, touched: bool) -> None:
    """Derive a JobRequest's state and counts from its Jobs; `touched` says that a Job has changed."""
    before = job_request["state"]
    jobs = jobs_on(state, job_request)
    job_request["cached_job_states"] = dict(Counter(job["state"] for job in jobs))
    job_request["state"] = _derived(state, job_request, [job["state"] for job in jobs if job["state"] in HOLDS_A_SEAT])
    if job_request["state"] != before or (touched and state.switches.jobs_touch_job_request):
        state.job_requests.touch(job_request, state.now())
    if job_request["state"] != before:
        announce_job_request(state, job_request)


def _derived(state: WonoloState, job_request: Record, held: list[str]) -> str:
    if job_request["state"] in ("draft", "cancelled"):
        return str(job_request["state"])
    if held and all(name in WORKED for name in held):
        return "approved" if all(name == "approved" for name in held) else "completed"
    if any(name in UNDER_WAY for name in held):
        return "in_progress"
    if len(held) >= job_request["slots"]:
        return "filled"
    start = job_request["start_time"]
    return "unfilled" if not held and start and start <= state.clock.now() else str(job_request["opened_as"])


def cancel_job_request(state: WonoloState, job_request: Record) -> None:
    """Cancel a JobRequest and with it every Job that is not over; a closed one raises a 422 Refusal."""
    if job_request["state"] in CLOSED:
        raise invalid("state", f"State cannot change from {job_request['state']} to cancelled")
    job_request["state"] = "cancelled"
    state.job_requests.touch(job_request, state.now())
    announce_job_request(state, job_request)
    for job in jobs_on(state, job_request):
        if job["state"] in STILL_CANCELLABLE:
            enter(state, job, "cancelled")


def let_time_pass(state: WonoloState) -> None:
    """Do what is due by now: workers start and finish on time, and nobody came to what nobody had accepted."""
    for job_request in state.take_due():
        _catch_up(state, job_request)


def _catch_up(state: WonoloState, job_request: Record) -> None:
    now, start = state.clock.now(), job_request["start_time"]
    if start is None or start > now:
        return
    end = start + timedelta(minutes=job_request["duration"] or 0)
    for job in jobs_on(state, job_request):
        if job["state"] == "filled":
            enter(state, job, "in_progress")
        if end <= now and job["state"] in ("in_progress", "paused"):
            enter(state, job, "completed")
    follow_jobs(state, job_request, touched=False)
