"""People of both companies: acts by name, and life, which is many acts in a row."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sandbox import choices
from sandbox.choices import Chosen, Given, NothingFitsError
from sandbox.wheniwork import people as wheniwork_people
from sandbox.wheniwork.answers import ApiError
from sandbox.wheniwork.records import rendered
from sandbox.wheniwork.state import TIMEZONE_NAME
from sandbox.wonolo import people as wonolo_people
from sandbox.wonolo.refusal import Refusal
from sandbox.wonolo.render import job_record, job_request_record
from sandbox.wonolo.table import Record
from sandbox.world import World


class UnknownActError(Exception):
    """There is no act of that name, or it takes no argument of that name or type."""


class ImpossibleActError(Exception):
    """The act cannot be done in the world as it is."""


@dataclass(frozen=True)
class Act:
    """What is done, and who chooses the arguments that the caller leaves open.

    `weight` is how often the act happens in a life, against the weights of all others.
    """

    do: Callable[..., Record]
    choose: Callable[[World, Given], Chosen]
    weight: int = 0


ACTS: Mapping[str, Act] = {
    "worker_accepts": Act(wonolo_people.worker_accepts, choices.job_request_and_worker, 10),
    "worker_withdraws": Act(wonolo_people.worker_withdraws, choices.job_in("filled"), 3),
    "worker_no_show": Act(wonolo_people.worker_no_show, choices.job_in("filled"), 1),
    "worker_starts": Act(wonolo_people.worker_starts, choices.job_in("filled")),
    "worker_finishes": Act(wonolo_people.worker_finishes, choices.job_in("in_progress")),
    "requestor_approves": Act(wonolo_people.requestor_approves, choices.job_in("completed"), 4),
    "requestor_posts": Act(wonolo_people.requestor_posts, choices.job_request_as_typed, 1),
    "requestor_edits": Act(wonolo_people.requestor_edits, choices.job_request_and_edit, 1),
    "requestor_cancels": Act(wonolo_people.requestor_cancels, choices.job_request_to_cancel, 1),
    "manager_creates_shift": Act(wheniwork_people.manager_creates_shift, choices.shift_as_typed, 2),
    "manager_edits_shift": Act(wheniwork_people.manager_edits_shift, choices.shift_and_edit, 3),
    "manager_deletes_shift": Act(wheniwork_people.manager_deletes_shift, choices.open_shift, 1),
    "manager_publishes": Act(wheniwork_people.manager_publishes, choices.draft, 1),
    "manager_assigns": Act(wheniwork_people.manager_assigns, choices.open_shift_and_employee, 1),
    "employee_takes": Act(wheniwork_people.employee_takes, choices.open_shift_and_employee, 2),
    "employee_releases": Act(wheniwork_people.employee_releases, choices.held_shift, 1),
}


def perform(world: World, name: str, given: Given) -> dict[str, Any]:
    """Let one act happen; returns the records that it touched, as JSON values.

    Raises UnknownActError for a name that is not known and ImpossibleActError for what cannot be done now.
    """
    act = ACTS.get(name)
    if act is None:
        raise UnknownActError(f"There is no act {name!r}; there are {', '.join(sorted(ACTS))} and life.")
    if unknown := set(given) - set(inspect.signature(act.do).parameters):
        raise UnknownActError(f"The act {name} takes no {', '.join(sorted(unknown))}.")
    _check_types(given)
    is_wheniwork = act.do.__module__ == wheniwork_people.__name__
    state = world.wheniwork if is_wheniwork else world.wonolo
    try:
        record = act.do(state, **{**given, **act.choose(world, given)})
    except (Refusal, ApiError, NothingFitsError) as error:
        raise ImpossibleActError(str(error)) from error
    return {"shift": rendered(record, ZoneInfo(TIMEZONE_NAME))} if is_wheniwork else _touched(world, record)


def _check_types(given: Given) -> None:
    for name, value in given.items():
        if not isinstance(value, dict if name == "fields" else int):
            raise UnknownActError(f"{name} must be {'an object' if name == 'fields' else 'a whole number'}.")


def _touched(world: World, record: Record) -> dict[str, Any]:
    state = world.wonolo
    if "job_request_id" not in record:
        return {"job_request": job_request_record(state, record)}
    job_request = state.job_requests.records[record["job_request_id"]]
    return {"job": job_record(state, record), "job_request": job_request_record(state, job_request)}


def live(world: World, acts: int) -> list[dict[str, Any]]:
    """Let so many random acts happen; those that nothing fits are passed over, so there may be fewer."""
    names, weights = list(ACTS), [act.weight for act in ACTS.values()]
    happened: list[dict[str, Any]] = []
    for name in world.rng.choices(names, weights, k=acts * 4):
        if len(happened) == acts:
            break
        try:
            happened.append({"name": name, **perform(world, name, {})})
        except ImpossibleActError:
            continue
    return happened
