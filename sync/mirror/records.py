"""Which table mirrors which kind of record, and how a record becomes a row."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, func

from mappings.address import shown
from mappings.convert import identifier, instant
from mappings.digest import RecordKind, owned_digest
from mappings.worker import key_in
from sync.mirror import mirrored

Record = Mapping[str, Any]

_KEYS = "wonolo:"
_NEVER_KEPT = frozenset({"dob", "gender", "password", "token"})

_MODELS: dict[RecordKind, type[mirrored.Mirrored]] = {
    "job_request": mirrored.WonoloJobRequest,
    "job": mirrored.WonoloJob,
    "worker": mirrored.WonoloWorker,
    "shift": mirrored.WhenIWorkShift,
    "user": mirrored.WhenIWorkUser,
    "position": mirrored.WhenIWorkPosition,
    "location": mirrored.WhenIWorkLocation,
    "site": mirrored.WhenIWorkSite,
    "time": mirrored.WhenIWorkTime,
    "payroll": mirrored.WhenIWorkPayroll,
    "time_off": mirrored.WhenIWorkTimeOff,
    "swap": mirrored.WhenIWorkSwap,
}

KINDS: tuple[RecordKind, ...] = tuple(_MODELS)
LINKABLE: tuple[RecordKind, ...] = tuple(
    kind for kind, model in _MODELS.items() if issubclass(model, mirrored.Linkable)
)
"""The kinds of records that links hold."""


def table(kind: RecordKind) -> Table:
    """The table that mirrors a kind of record."""
    return of_model(_MODELS[kind])


def of_model(model: type[Any]) -> Table:
    """The SQLAlchemy table of a model."""
    found: Table = model.__table__
    return found


def names_worker(code: Column[Any]) -> ColumnElement[bool]:
    """The condition that a mirrored employee code names a Wonolo worker; `LIKE` means other things to each database."""
    return func.substr(code, 1, len(_KEYS)) == _KEYS


def row(pair: str, kind: RecordKind, record: Record, read_at: datetime) -> dict[str, Any]:
    """A record as the row that mirrors it; raises KeyError, TypeError or ValueError when it has no usable id."""
    return {
        "pair": pair,
        "id": _id(record),
        "digest": owned_digest(kind, record),
        "read_at": read_at,
        "raw": kept(record),
        **{name: read(record) for name, read in _COLUMNS[kind].items()},
    }


def kept(record: Record) -> dict[str, Any]:
    """The record without what must never be stored, also inside its embedded worker."""
    inner = {name: kept(value) for name, value in record.items() if type(value) is dict}
    found = {**record, **inner}
    for name in _NEVER_KEPT & found.keys():
        del found[name]
    return found


def _id(record: Record) -> int:
    if record["id"] in (None, "") or isinstance(record["id"], bool):
        raise ValueError(f"its id is {record['id']!r}")
    return identifier(record["id"])


def _moment(name: str) -> Callable[[Record], datetime | None]:
    def read(record: Record) -> datetime | None:
        try:
            return instant(record.get(name))
        except ValueError:
            return None

    return read


def _number(name: str) -> Callable[[Record], int]:
    def read(record: Record) -> int:
        try:
            return identifier(record.get(name))
        except ValueError:
            return 0

    return read


def _text(name: str) -> Callable[[Record], str]:
    return lambda record: shown(record.get(name))  # NUL and halves of signs, which some databases refuse, are left out


def _worker_id(record: Record) -> int:
    return identifier((record.get("worker") or {}).get("id") or record.get("worker_id"))


def _code(record: Record) -> str:
    """An employee code, one that names a Wonolo worker as the key: a database compares letters, not what was meant."""
    return key_in(record.get("employee_code")) or shown(record.get("employee_code"))


def _published(record: Record) -> bool:
    return bool(record.get("published"))


_COLUMNS: dict[RecordKind, dict[str, Callable[[Record], Any]]] = {
    "job_request": {"state": _text("state"), "start_time": _moment("start_time"), "slots": _number("slots")},
    "job": {"state": _text("state"), "job_request_id": _number("job_request_id"), "worker_id": _worker_id},
    "worker": {"last_name": _text("last_name")},
    "shift": {
        "user_id": _number("user_id"),
        "location_id": _number("location_id"),
        "position_id": _number("position_id"),
        "start_time": _moment("start_time"),
        "end_time": _moment("end_time"),
        "published": _published,
        "instances": _number("instances"),
    },
    "user": {"employee_code": _code, "last_name": _text("last_name")},
    "position": {"name": _text("name")},
    "location": {"name": _text("name")},
    "site": {"name": _text("name")},
    "time": {"user_id": _number("user_id"), "start_time": _moment("start_time")},
    "payroll": {},
    "time_off": {
        "user_id": _number("user_id"),
        "start_time": _moment("start_time"),
        "end_time": _moment("end_time"),
    },
    "swap": {"shift_id": _number("shift_id")},
}
