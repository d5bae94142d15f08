"""Check that the employee codes of When I Work's users can be read, and that each belongs to one user. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from mappings.convert import identifier, one_line
from mappings.worker import is_mistyped, key_in, typed
from sync.doctor.finding import Finding

Record = Mapping[str, Any]

_AREA = "People"


def codes(users: Iterable[Record]) -> list[Finding]:
    """Return warnings about codes that several users have, and about codes of Wonolo workers that are typed wrongly."""
    holders: dict[str, list[Record]] = {}
    found = []
    for user in users:
        code = user.get("employee_code")
        if user.get("is_deleted") or not typed(code):
            continue
        holders.setdefault(key_in(code) or typed(code), []).append(user)
        if is_mistyped(code):
            text = f"the employee code {one_line(code)!r} of {_named(user)} names no Wonolo worker"
            found.append(Finding("warning", _AREA, text, "write wonolo: and the number of the worker, as wonolo:1015"))
    return [_shared(code, rows) for code, rows in holders.items() if len(rows) > 1] + found


def _shared(code: str, users: list[Record]) -> Finding:
    names = " and ".join(_named(user) for user in users)
    todo = "leave it with the one whose code it is, and take it from the others"
    return Finding("warning", _AREA, f"{names} have one employee code, {code!r}", todo)


def _named(user: Record) -> str:
    name = one_line(f"{user.get('first_name') or ''} {user.get('last_name') or ''}")
    return f"{name} (user {identifier(user['id'])})" if name else f"user {identifier(user['id'])}"
