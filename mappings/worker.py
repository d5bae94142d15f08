"""Worker: a Wonolo user on one side, a When I Work user on the other.

Both sides can carry one key: `wonolo:<id>`, kept in When I Work as the employee code. A date of birth is never read.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from mappings.convert import LARGEST_ID, decimal, e164, identifier, one_line
from mappings.model import Worker

Record = Mapping[str, Any]

_CODE = re.compile(r"wonolo:(\d+)")
_PLAIN_KEY = re.compile(r"wonolo:[1-9][0-9]{0,17}")
_UNKNOWN = "unknown:"

EMPLOYEE = 3
"""The role of an ordinary employee in When I Work (reference 6.1)."""


def key_of(wonolo_id: Any) -> str:
    """The key of the Wonolo worker with that id."""
    return f"wonolo:{identifier(wonolo_id)}"


def holder(job: Record) -> str:
    """The key of the worker whose Job it is; the worker may stand there whole or by id.

    Wonolo names nobody once the account is deleted: then it is somebody, and somebody else for each Job.
    """
    worker = (job.get("worker") or {}).get("id") or job.get("worker_id")
    return key_of(worker) if worker else f"{_UNKNOWN}{identifier(job['id'])}"


def is_unknown(key: str) -> bool:
    """Return whether a key stands for somebody whom nothing but a Job tells of."""
    return key.startswith(_UNKNOWN)


def job_of(key: str) -> int:
    """Return the Job that tells of somebody unknown."""
    return int(key.removeprefix(_UNKNOWN))


def wonolo_id(key: str) -> int:
    """The Wonolo id in a worker's key."""
    return int(key.removeprefix("wonolo:"))


def is_key(text: str) -> bool:
    """Return True if a text, such as an employee code, is the key of some Wonolo worker, however it is typed."""
    return key_in(text) != ""


def key_in(code: Any) -> str:
    """Return the key of the Wonolo worker that an employee code names, as people type it; empty where it names none.

    Case, blanks, signs that cannot be seen and digits of other widths mean nothing; a superscript is no digit.
    """
    if not code or _PLAIN_KEY.fullmatch(str(code)):
        return str(code or "")
    found = _CODE.fullmatch(typed(code))
    number = decimal(found[1]) if found else None
    return key_of(number) if number and number <= LARGEST_ID else ""


def is_mistyped(code: Any) -> bool:
    """Return True if an employee code seems meant for a Wonolo worker, and names none."""
    return not key_in(code) and typed(code).startswith("wonolo") and any(sign.isnumeric() for sign in str(code))


def typed(code: Any) -> str:
    """Return a code without case, blanks and signs that cannot be seen; numerals that are no decimals stay (12²)."""
    signs = (sign for sign in str(code or "") if sign.isprintable() and not sign.isspace())
    return "".join(
        sign if sign.isnumeric() and not sign.isdecimal() else unicodedata.normalize("NFKC", sign) for sign in signs
    ).casefold()


def read_wonolo(record: Record) -> Worker:
    """Read a Wonolo user, or the `worker` object embedded in a Job."""
    worker = _worker(key_of(record["id"]), record, record.get("phone"))
    return msgspec.structs.replace(worker, external_id=one_line(record.get("external_id")))


def read_wheniwork(record: Record, key: str | None = None) -> Worker:
    """Read a When I Work user as the worker it stands for; the key defaults to the employee code."""
    code = record.get("employee_code")
    return _worker(key or key_in(code) or one_line(code), record, record.get("phone_number"))


def _worker(key: str, record: Record, phone: Any) -> Worker:
    return Worker(
        key=key,
        first_name=one_line(record.get("first_name")),
        last_name=one_line(record.get("last_name")),
        email=one_line(record.get("email")).casefold(),
        phone=e164(phone),
    )


def placeholder(worker: Worker, email: str) -> Worker:
    """The worker by name alone, reached at the company's own e-mail, in which `{worker}` stands for the Wonolo id."""
    own = email.replace("{worker}", str(wonolo_id(worker.key)))
    return msgspec.structs.replace(worker, email=own, phone="")


def user_fields(worker: Worker, location_ids: Iterable[int], position_ids: Iterable[int]) -> dict[str, Any]:
    """Spell a worker as a new When I Work user, who is not sent an invitation (reference 6.2)."""
    return {
        **contact_fields(worker),
        "employee_code": worker.key,
        "role": EMPLOYEE,
        "locations": sorted(location_ids),
        "positions": sorted(position_ids),
        "invite": False,
    }


def contact_fields(worker: Worker) -> dict[str, str]:
    """Spell a worker's name and contact data as fields of a When I Work user."""
    return {
        "first_name": worker.first_name,
        "last_name": worker.last_name,
        "email": worker.email,
        "phone_number": worker.phone,
    }


def contact_changes(before: Worker, after: Worker) -> dict[str, str]:
    """The fields of a When I Work user that differ between two states of a worker; what became empty is kept."""
    old = contact_fields(before)
    return {name: value for name, value in contact_fields(after).items() if value and value != old[name]}
