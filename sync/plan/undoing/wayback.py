"""The one write that takes a change back, per kind of change; or the reason why there is none any more."""

from collections.abc import Callable, Mapping
from typing import Any

from mappings.convert import identifier, marked, moment, rfc2822, unmarked
from mappings.demand import HOLDING, job_request_fields, read_posting
from mappings.model import Unmapped
from mappings.shifts import NOTES_LIMIT
from mappings.timesheet import is_link_key
from mappings.worker import holder, wonolo_id
from sync.plan import wording
from sync.plan.made import Made
from sync.plan.model import Write, marker_key
from sync.plan.undoing.today import NoWayBackError, Record, Today, as_it_was, as_left, restored
from sync.plan.undoing.wayback_hours import hours_back

_SHIFT_FIELDS = ("location_id", "site_id", "position_id", "break_time", "color", "user_id")


def way_back(made: Made, state: Record | None, today: Today) -> Write:
    """The write that takes a change back; `state` is its record as it is now. Raises NoWayBackError with the reason."""
    change = made.change
    is_about_hours = is_link_key(change.link)
    if not is_about_hours and change.kind != "user" and made.begins and made.begins <= today.now:
        raise NoWayBackError("work has begun")
    find = hours_back if is_about_hours else _WAYS[change.action, change.kind]
    try:
        return find(made, state, today)
    except (Unmapped, ValueError) as reason:
        raise NoWayBackError(f"what it was cannot be spelled any more: {reason}") from reason


def _cancel_request(made: Made, state: Record | None, today: Today) -> Write:
    seated = [job for job in today.jobs.get(made.record, ()) if job.get("state") in HOLDING]
    if seated and state and state.get("state") != "cancelled":
        names = wording.names({holder(job) for job in seated}, today.people)
        raise NoWayBackError(f"{names} took a seat since and was told; release them first, or cancel it by hand")
    as_left(made, state, today)
    return Write(action="delete", kind="job_request", record=made.record, payload={"state": "cancelled"})


def _restore_request(made: Made, state: Record | None, today: Today) -> Write:
    as_left(made, state, today)
    before = as_it_was(made)
    spelled = _respelled(before, made, today)
    payload = {name: spelled.get(name, before.get(name)) for name in made.change.payload}
    return restored(made, payload)


def _respelled(before: Record, made: Made, today: Today) -> dict[str, Any]:
    """The start as it is told to Wonolo: it is printed otherwise (Wonolo reference 5)."""
    if "start_time" not in made.change.payload:
        return {}
    demand = read_posting(before, (), today.rules).demand
    return {"start_time": job_request_fields(demand, today.rules, "")["start_time"]}


def _post_again(made: Made, _state: Record | None, today: Today) -> Write:
    """Wonolo opens no cancelled JobRequest again, so a new one takes its place, without the workers it had."""
    before = as_it_was(made)
    demand = read_posting(before, (), today.rules).demand
    spelled = job_request_fields(demand, today.rules, "")
    kept = {name: before[name] for name in spelled if before.get(name) not in (None, "") and name != "start_time"}
    name = marked(unmarked(before.get("request_name")), marker_key("undo", made.run, made.record))
    payload = spelled | kept | {"state": "posted", "request_name": name}
    return Write(action="create", kind="job_request", seats=demand.headcount, payload=payload)


def _delete_shift(made: Made, state: Record | None, today: Today) -> Write:
    as_left(made, state, today)
    return Write(
        action="delete",
        kind="shift",
        record=made.record,
        worker=made.change.worker,
        seats=-made.change.seats,
        payload={},
    )


def _restore_shift(made: Made, state: Record | None, today: Today) -> Write:
    as_left(made, state, today)
    before = as_it_was(made)
    return restored(made, {name: before.get(name) for name in made.change.payload} | _times(before))


def _times(shift: Record) -> dict[str, Any]:
    """The fields that every update of a shift carries (When I Work reference 5.5)."""
    times = {name: rfc2822(moment(shift, name)) for name in ("start_time", "end_time")}
    return times | {"location_id": shift.get("location_id")}


def _create_shift(made: Made, _state: Record | None, today: Today) -> Write:
    before = as_it_was(made)
    user = identifier(before.get("user_id"))
    if user and ("user", str(user)) not in today.records:
        raise NoWayBackError("who held it is no user of When I Work any more")
    key = marker_key("undo", made.run, made.record)
    payload = {name: before[name] for name in _SHIFT_FIELDS if before.get(name) is not None} | _times(before)
    payload |= {
        "notes": marked(unmarked(before.get("notes")), key, NOTES_LIMIT),
        "instances": max(1, identifier(before.get("instances"))),
        "published": True,
    }
    return Write(action="create", kind="shift", worker=made.change.worker, seats=-made.change.seats, payload=payload)


def _release_shift(made: Made, state: Record | None, today: Today) -> Write:
    before = as_it_was(made)
    if identifier(before.get("user_id")):
        raise NoWayBackError("the seat passed from one worker to another; give it back by hand")
    seat = as_left(made, state, today)
    if not identifier(seat.get("user_id")):
        raise NoWayBackError("which shift became the worker's is not known")
    payload = _times(seat) | {"user_id": 0}
    return Write(action="release", kind="shift", record=made.record, worker=made.change.worker, payload=payload)


def _assign_shift(made: Made, state: Record | None, today: Today) -> Write:
    seat, user = as_left(made, state, today), identifier(as_it_was(made).get("user_id"))
    if ("user", str(user)) not in today.records:
        raise NoWayBackError("who held it is no user of When I Work any more")
    return Write(
        action="assign",
        kind="shift",
        record=made.record,
        worker=made.change.worker,
        payload=_times(seat) | {"user_id": user},
        expects={"user_id": 0},
    )


def _cancel_job(made: Made, state: Record | None, today: Today) -> Write:
    as_left(made, state, today)
    payload = {"state": "cancelled", "cancelled_reason": "admin_cancelled"}
    return Write(action="release", kind="job", record=made.record, worker=made.change.worker, payload=payload)


def _assign_job(made: Made, _state: Record | None, today: Today) -> Write:
    before = as_it_was(made)
    request = str(before.get("job_request_id"))
    if today.records.get(("job_request", request), {}).get("state") in (None, "cancelled"):
        raise NoWayBackError(f"request {request} is cancelled, so nobody can be given a seat of it")
    payload = {"worker_id": wonolo_id(made.change.worker), "job_request_id": identifier(request)}
    return Write(action="assign", kind="job", worker=made.change.worker, payload=payload)


def _keep_user(_made: Made, _state: Record | None, _today: Today) -> Write:
    raise NoWayBackError("users are never deleted from here; delete this one in When I Work if nobody needs it")


def _restore_user(made: Made, state: Record | None, today: Today) -> Write:
    as_left(made, state, today)
    before = as_it_was(made)
    return restored(made, {name: before.get(name) for name in made.change.payload})


def _unlink(made: Made, _state: Record | None, today: Today) -> Write:
    if made.change.link not in today.links:
        raise NoWayBackError("the link has ended since")
    return _tie("unlink", made)


def _link(made: Made, _state: Record | None, today: Today) -> Write:
    if made.change.link in today.links:
        raise NoWayBackError("it is linked again already")
    if made.change.kind == "job_request" and "shifts" not in made.change.payload:
        raise NoWayBackError("the two sides had come apart, and nothing is left to be tied together")
    return _tie("link", made)


def _tie(action: Any, made: Made) -> Write:
    change = made.change
    return Write(
        action=action, kind=change.kind, record=change.record, worker=change.worker, payload=dict(change.payload)
    )


_WAYS: Mapping[tuple[str, str], Callable[[Made, Record | None, Today], Write]] = {
    ("create", "job_request"): _cancel_request,
    ("update", "job_request"): _restore_request,
    ("delete", "job_request"): _post_again,
    ("create", "shift"): _delete_shift,
    ("update", "shift"): _restore_shift,
    ("delete", "shift"): _create_shift,
    ("assign", "shift"): _release_shift,
    ("release", "shift"): _assign_shift,
    ("assign", "job"): _cancel_job,
    ("release", "job"): _assign_job,
    ("create", "user"): _keep_user,
    ("update", "user"): _restore_user,
    ("link", "user"): _unlink,
    ("unlink", "user"): _link,
    ("link", "job_request"): _unlink,
    ("unlink", "job_request"): _link,
}
