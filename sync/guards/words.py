"""Numbers of records in a manager's words."""

from sync.plan.model import Kind

_NOUNS = {"job_request": "request", "job": "seat"}


def noun(kind: Kind) -> str:
    """What people call a record of that kind."""
    return _NOUNS.get(kind, kind)


def many(number: int, kind: Kind) -> str:
    """`1 shift`, `40 requests`."""
    return f"{number} {noun(kind)}" + ("" if number == 1 else "s")
