"""What happens in the demo's world, one act after another."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from sandbox.people import perform
from sandbox.world import World

Record = dict[str, Any]
Chapter = tuple[str, str]

_LATER = timedelta(hours=1)
_TONIGHT = timedelta(hours=8)
_QUARTER = timedelta(minutes=15)


def life(world: World) -> Iterator[Chapter]:
    """Let one thing after another happen in the world, and tell it."""
    first, second, third = sorted(_latest(world, 3), key=lambda request: -request["slots"])
    jobs = [
        perform(world, "worker_accepts", {"job_request_id": first["id"]})["job"] for _ in range(min(2, first["slots"]))
    ]
    names = [f"{job['worker']['first_name']} {job['worker']['last_name'][:1]}." for job in jobs]
    yield "Workers accept", f"{' and '.join(names)} take seats of request {first['id']} in Wonolo."
    moved = _shift_of(world, second)
    times = {key: moved[key] + _LATER for key in ("start_time", "end_time")}
    perform(world, "manager_edits_shift", {"shift_id": moved["id"], "fields": times})
    yield "A manager moves the time", f"Shift {moved['id']} starts and ends an hour later in When I Work."
    perform(world, "worker_withdraws", {"job_id": jobs[0]["id"]})
    yield "A worker withdraws", f"{names[0]} cannot come to request {first['id']} after all."
    other = perform(world, "worker_accepts", {"job_request_id": first["id"]})["job"]["worker"]
    yield "Another worker accepts", f"{other['first_name']} {other['last_name'][:1]}. takes the seat instead."
    gone = _shift_of(world, third)
    perform(world, "manager_deletes_shift", {"shift_id": gone["id"]})
    yield "A manager deletes an open shift", f"Shift {gone['id']} is not needed any more."
    posted = perform(world, "requestor_posts", {})["job_request"]
    yield (
        "A requestor posts in Wonolo",
        f"Request {posted['id']}, {posted['request_name']!r}, is typed into the portal.",
    )


def _latest(world: World, count: int) -> list[Record]:
    """The JobRequests that start last: far from the hours in which a change waits for a yes."""
    requests = world.wonolo.job_requests.records.values()
    return sorted(requests, key=lambda row: (row["start_time"], row["id"]))[-count:]


def _shift_of(world: World, request: Record) -> Record:
    """The open shift that became a JobRequest: it starts when that does and has as many seats."""
    wanted = (request["start_time"], request["slots"])
    shifts = world.wheniwork.shifts.values()
    return next(row for row in shifts if row["is_open"] and (row["start_time"], row["instances"]) == wanted)


def seat_moved_alone(world: World) -> Chapter:
    """A manager moves one worker's shift by an hour, and not the others."""
    worker, shift = _seat(world)
    times = {key: shift[key] + _LATER for key in ("start_time", "end_time")}
    perform(world, "manager_edits_shift", {"shift_id": shift["id"], "fields": times})
    return "One seat moves alone", f"{worker}'s shift {shift['id']} is moved by an hour, the others are not."


def _seat(world: World) -> tuple[str, Record]:
    """A worker who came through Wonolo, and the shift."""
    users = {row["id"]: row for row in world.wheniwork.users.values() if row["employee_code"]}
    held = [row for row in world.wheniwork.shifts.values() if row["user_id"] in users]
    shift = max(held, key=lambda row: (row["start_time"], row["id"]))
    user = users[shift["user_id"]]
    return f"{user['first_name']} {user['last_name'][:1]}.", shift


def tonight(world: World) -> Chapter:
    """An open shift that starts so soon that to cancel it would cost money."""
    like = max(world.wheniwork.shifts.values(), key=lambda row: (row["is_open"], row["published"], row["id"]))
    now = world.clock.now()
    start = now - (now - now.replace(minute=0, second=0, microsecond=0)) % _QUARTER + _TONIGHT
    fields = {name: like[name] for name in ("location_id", "site_id", "position_id")}
    times = {"start_time": start, "end_time": start + timedelta(hours=6), "instances": 1, "published": True}
    shift = perform(world, "manager_creates_shift", {"fields": fields | times})["shift"]
    return "Tonight", f"An open shift for tonight is published: {shift['id']}."


def taken_tonight(world: World) -> Chapter:
    """A worker accepts the shift of tonight."""
    request = _tonights_request(world)
    job = perform(world, "worker_accepts", {"job_request_id": request["id"]})["job"]
    worker = f"{job['worker']['first_name']} {job['worker']['last_name'][:1]}."
    return "Somebody takes it", f"{worker} accepts request {request['id']}."


def called_off(world: World) -> Chapter:
    """The manager deletes tonight's shift although somebody has it."""
    start = _tonights_request(world)["start_time"]
    shift = next(row for row in world.wheniwork.shifts.values() if row["start_time"] == start and row["user_id"])
    perform(world, "manager_deletes_shift", {"shift_id": shift["id"]})
    return "Tonight is called off", f"A manager deletes shift {shift['id']}, which somebody has already taken."


def _tonights_request(world: World) -> Record:
    """The newest JobRequest: it was posted for tonight."""
    return max(world.wonolo.job_requests.records.values(), key=lambda row: int(row["id"]))
