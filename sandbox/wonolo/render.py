"""Records as Wonolo prints them (Wonolo reference 5, 6 and 8)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.wonolo.state import WonoloState
from sandbox.wonolo.table import Record
from sandbox.wonolo.zones import RAILS_NAMES

_PACIFIC = ZoneInfo("America/Los_Angeles")

_SHARED = (
    "id type first_name last_name avatar_url city zip rating suspended suspended_until logo_url business_name email"
    " phone address address_state updated_at"
)
_WORKER_FIELDS = (
    f"{_SHARED} external_id latitude longitude home_latitude home_longitude workplace_image_url gender dob drug_tested"
    " w2_employee_id w2_onboarding_status w2_onboarding_started w2_onboarding_completed w2_address_state lower_pool"
    " lower_pool_until referred_by tracking_code onboarding_appt_time user_badges"
).split()
_EMPLOYER_FIELDS = f"{_SHARED} title role customer_id".split()
_USER_NAMES = (
    "id type role customer_id synced_worker_id external_id first_name last_name email gender avatar_url address city"
    " address_state zip phone title suspended suspended_at rating agreed_to_terms agreed_to_terms_date"
    " onboarding_last_state w2_employee_id drug_tested verified_phone phone_verified_at updated_at user_badges"
    " business_name logo_url dob"
)
_USER_FIELDS = _USER_NAMES.split()
_PRINTED_AS_THEY_ARE = frozenset((str, int, float, bool, type(None)))
_NOT_SHOWN = ("opened_as", "ranking_round", "worker_id", "cancelled_reason")


@lru_cache(maxsize=4096)
def iso(value: datetime) -> str:
    """ISO 8601 with milliseconds and the Pacific offset, as 2019-11-14T09:51:32.777-08:00."""
    # Remembered: each Job of a page prints the same instants of its worker again.
    return value.astimezone(_PACIFIC).isoformat(timespec="milliseconds")


def utc_seconds(value: datetime) -> str:
    """ISO 8601 without fractions and with a literal Z, as a token's end is printed (Wonolo reference 2)."""
    return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _plain(value: Any) -> Any:
    if type(value) in _PRINTED_AS_THEY_ARE:
        return value
    if isinstance(value, datetime):
        return iso(value)
    return [_plain(item) for item in value] if isinstance(value, list) else _shown(value, value)


def _shown(record: Record, names: Iterable[str]) -> Record:
    # Most values need nothing, and a call for each of them would be most of what a page of Jobs costs.
    pairs = [(name, record.get(name)) for name in names]
    return {name: value if type(value) in _PRINTED_AS_THEY_ARE else _plain(value) for name, value in pairs}


def plain_record(record: Record) -> Record:
    """A badge or customer as printed."""
    return _shown(record, [name for name in record if name not in _NOT_SHOWN])


def user_record(record: Record) -> Record:
    """A user as printed (Wonolo reference 8)."""
    return _shown(record, _USER_FIELDS)


def job_request_record(state: WonoloState, record: Record) -> Record:
    """A JobRequest as printed; description comes from its parts, and the Jobs are not inside (Wonolo reference 5)."""
    zone = state.zone_of(record)
    return plain_record(record) | {
        "timezone": RAILS_NAMES.get(zone, zone) if state.switches.rails_zone_names else zone,
        "postal_code": record["zip"],
        "preferred_wonoloers_info": _preferred(state, record["preferred_candidate_ids"]),
        "can": {"update": record["state"] not in ("completed", "approved", "cancelled")},
    }


def _preferred(state: WonoloState, ids: list[int]) -> list[Any]:
    if not state.switches.preferred_as_objects:
        return list(ids)
    known = [state.users.records[number] for number in ids if number in state.users.records]
    return [_shown(user, ("id", "first_name", "last_name")) for user in known]


def job_record(state: WonoloState, record: Record) -> Record:
    """A Job as printed, with its worker, its employer and its transitions (Wonolo reference 6)."""
    job_request = state.job_requests.records[record["job_request_id"]]
    worker = state.users.records[record["worker_id"]]
    employer = state.users.records.get(job_request["employer_id"], {})
    return plain_record(record) | {
        "time_to_start": _minutes_to_start(record, job_request),
        "worker": _shown(worker, _WORKER_FIELDS),
        "employer": _shown(employer, _EMPLOYER_FIELDS) if employer else None,
    }


def ranking_record(state: WonoloState, job_request: Record, rank: int, worker_id: int) -> Record:
    """A worker's place among those ranked for a JobRequest; its shape is a guess after that of a Job."""
    worker = _shown(state.users.records[worker_id], _WORKER_FIELDS)
    return {"job_request_id": job_request["id"], "worker_id": worker_id, "rank": rank, "worker": worker}


def _minutes_to_start(job: Record, job_request: Record) -> int | None:
    if job["confirmed_at"] is None or job_request["start_time"] is None:
        return None
    wait: timedelta = job_request["start_time"] - job["confirmed_at"]
    return round(wait.total_seconds() / 60)
