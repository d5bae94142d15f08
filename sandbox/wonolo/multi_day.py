"""`/multi_day_job_requests`: create, update, get (Wonolo reference 7).

How the days are described is unknown. The guess: a `job_request` beside the other fields is the first day, and each
further day is a copy of it, one day or one week later by the wall clock.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sandbox.wonolo.job_request_fields import BLANK, check_required, read_fields
from sandbox.wonolo.job_requests import add_job_request
from sandbox.wonolo.params import Params, fields_of, flag, is_blank, text, whole
from sandbox.wonolo.refusal import forbidden, invalid, missing, not_found
from sandbox.wonolo.render import plain_record
from sandbox.wonolo.state import WonoloState
from sandbox.wonolo.table import Record

_STEPS = {"daily": timedelta(days=1), "weekly": timedelta(weeks=1)}
_MOST_DAYS = 366


def get_multi_day_job_request(state: WonoloState, params: Params) -> dict[str, Any]:
    """Get one, with the ids of its JobRequests."""
    return _answer(_find(state, params))


def create_multi_day_job_request(state: WonoloState, params: Params) -> dict[str, Any]:
    """Create one; with a `job_request` inside, `repeat_number` JobRequests are posted with it."""
    given = fields_of(params, "multi_day_job_request")
    if is_blank(given.get("repeat_type")):
        raise missing("repeat_type")
    fields = {"same_workers": False, "repeat_number": 1} | _read(given)
    first_day = given.get("job_request", params.get("job_request"))
    days = _days(state, fields, first_day) if isinstance(first_day, dict) else []
    if days and state.switches.pool == "public":
        raise forbidden()
    record = state.multi_day_job_requests.add(fields | {"job_request_ids": []}, state.now())
    for day in days:
        _add_day(state, record, day)
    return _answer(record)


def update_multi_day_job_request(state: WonoloState, params: Params) -> dict[str, Any]:
    """Update the fields given; the days stay as they are, so `repeat_number` may disagree with them."""
    record = _find(state, params)
    record |= _read(fields_of(params, "multi_day_job_request"))
    state.multi_day_job_requests.touch(record, state.now())
    return _answer(record)


def _find(state: WonoloState, params: Params) -> Record:
    record = state.multi_day_job_requests.records.get(params["id"])
    if record is None:
        raise not_found()
    return record


def _answer(record: Record) -> dict[str, Any]:
    return {"multi_day_job_request": plain_record(record)}


def _read(given: Params) -> Params:
    changes: Params = {}
    if "same_workers" in given:
        changes["same_workers"] = flag("same_workers", given["same_workers"])
    if "repeat_type" in given:
        changes["repeat_type"] = text("repeat_type", given["repeat_type"])
        if changes["repeat_type"] not in _STEPS:
            raise invalid("repeat_type", f"Invalid parameter 'repeat_type': Must be one of: {', '.join(_STEPS)}")
    if not is_blank(given.get("repeat_number")):
        changes["repeat_number"] = number = whole("repeat_number", given["repeat_number"]) or 0
        if not 1 <= number <= _MOST_DAYS:
            raise invalid("repeat_number", f"Repeat number must be between 1 and {_MOST_DAYS}")
    return changes


def _days(state: WonoloState, fields: Params, first_day: Params) -> list[Params]:
    check_required(first_day)
    read = BLANK | read_fields(state, BLANK, first_day)
    if read["start_time"] is None:
        raise missing("start_time")
    start: datetime = read["start_time"].astimezone(state.written_in(read))
    step = _STEPS[fields["repeat_type"]]
    starts = [(start + number * step).astimezone(UTC) for number in range(fields["repeat_number"])]
    return [first_day | {"start_time": moment.isoformat()} for moment in starts]


def _add_day(state: WonoloState, record: Record, day: Params) -> None:
    job_request = add_job_request(state, day, {"multi_day": True, "multi_day_job_request_id": record["id"]})
    record["job_request_ids"].append(job_request["id"])
