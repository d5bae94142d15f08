"""Numbers of records in a manager's words."""

from sync.plan.model import Kind

_PLURALS = {"job_request": "requests", "job": "seats"}


def many(number: int, kind: Kind) -> str:
    """`1 shift`, `40 requests`."""
    plural = _PLURALS.get(kind, f"{kind}s")
    return f"{number} {plural if number != 1 else plural.removesuffix('s')}"
