"""How many records of each kind there are, in words."""

from collections.abc import Mapping

_NOUNS = {
    "job_request": ("request", "requests"),
    "job": ("job", "jobs"),
    "worker": ("worker", "workers"),
    "shift": ("shift", "shifts"),
    "user": ("user", "users"),
    "time": ("time", "times"),
    "payroll": ("payroll period", "payroll periods"),
    "location": ("location", "locations"),
    "site": ("site", "sites"),
    "position": ("position", "positions"),
    "link": ("link", "links"),
}


def so_many(kind: str, count: int) -> str:
    """`1 request`, `2 payroll periods`."""
    one, many = _NOUNS.get(kind, (kind.replace("_", " "), kind.replace("_", " ")))
    return f"{count} {one if count == 1 else many}"


def held_in_words(counts: Mapping[str, int]) -> str:
    """What a database holds, as `4 requests, 2 payroll periods`."""
    return ", ".join(so_many(kind, count) for kind, count in counts.items() if count) or "nothing yet"
