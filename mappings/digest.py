"""The fields of a record that mean something here, and their digest: what decides whether a record changed.

`updated_at` does not: When I Work bumps it for a reminder and not for everything else (reference 5.9).
"""

import hashlib
from collections.abc import Callable, Mapping
from typing import Any, Literal

import msgspec

from mappings.convert import e164, flag, instant, one_line

Record = Mapping[str, Any]
RecordKind = Literal[
    "job_request",
    "job",
    "worker",
    "shift",
    "user",
    "position",
    "location",
    "site",
    "time",
    "payroll",
    "time_off",
    "swap",
]


def _id(value: Any) -> Any:
    """Ids and numbers may arrive as text; what is no number stays as it is."""
    try:
        return float(value or 0)
    except (TypeError, ValueError):
        return value


def _moment(value: Any) -> Any:
    try:
        return instant(value)
    except ValueError:
        return value


def _nested_id(value: Any) -> Any:
    return _id(value.get("id")) if isinstance(value, Mapping) else None


def _breaks(value: Any) -> Any:
    return [(_id(row.get("length")), bool(row.get("paid"))) for row in value or []]


def _seats(value: Any) -> Any:
    """Missing and 0 instances are one seat (When I Work reference 5.8)."""
    return _id(value) or 1.0


def _folded(value: Any) -> str:
    return one_line(value).casefold()


def _told(value: Any) -> Any:
    """A yes or no, or None where nothing is said."""
    return None if value is None else flag(value)


_PERSON: dict[str, Callable[[Any], Any]] = {
    "first_name": one_line,
    "last_name": one_line,
    "email": _folded,
}

_OWNED: dict[RecordKind, dict[str, Callable[[Any], Any]]] = {
    "job_request": {
        "state": one_line,
        "category": one_line,
        "request_name": one_line,
        "description_tasks": one_line,
        "slots": _id,
        "wage": _id,
        "start_time": _moment,
        "duration": _id,
        "venue": one_line,
        "address": one_line,
        "zip": one_line,
        "postal_code": one_line,
    },
    "job": {
        "state": one_line,
        "job_request_id": _id,
        "worker": _nested_id,
        "worker_id": _id,
        "started_at": _moment,
        "completed_at": _moment,
        "finished_at": _moment,
        "actual_duration": _id,
        "hours_worked": _id,
    },
    "worker": _PERSON | {"phone": e164},
    "shift": {
        "user_id": _id,
        "location_id": _id,
        "site_id": _id,
        "position_id": _id,
        "start_time": _moment,
        "end_time": _moment,
        "break_time": _id,
        "breaks": _breaks,
        "notes": one_line,
        "color": _folded,
        "published": bool,
        "instances": _seats,
    },
    "user": _PERSON | {"phone_number": e164, "employee_code": one_line, "is_deleted": bool},
    "position": {"name": one_line, "is_deleted": bool},
    "location": {"name": one_line, "address": one_line, "is_deleted": bool},
    "site": {"name": one_line, "address": one_line, "location_id": _id, "is_deleted": bool},
    "time": {
        "user_id": _id,
        "shift_id": _id,
        "start_time": _moment,
        "end_time": _moment,
        "break_hours": _id,
        "length": _id,
        "is_approved": flag,
    },
    "payroll": {
        "start_date": one_line,
        "end_date": one_line,
        "is_closed": _told,
        "is_finalized": _told,
        "finalized_at": _moment,
        "closed_at": _moment,
    },
    "time_off": {"user_id": _id, "status": _id, "start_time": _moment, "end_time": _moment},
    "swap": {"shift_id": _id, "type": _id, "status": _id},
}


def owned_digest(kind: RecordKind, record: Record) -> str:
    """The digest of the owned fields of a record: equal for equal meanings, however they are spelled."""
    fields = [read(record.get(name)) for name, read in _OWNED[kind].items()]
    return hashlib.blake2b(msgspec.json.encode(fields), digest_size=12).hexdigest()


def differing(kind: RecordKind, written: Record, record: Record) -> list[str]:
    """Names of the owned fields that were written and mean something else in the record."""
    readers = _OWNED[kind]
    return [
        name
        for name, value in written.items()
        if name in readers and readers[name](value) != readers[name](record.get(name))
    ]
