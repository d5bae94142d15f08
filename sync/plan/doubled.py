"""Records that are there twice although we asked for them once: both are named, and a person leaves one."""

from collections.abc import Iterable, Mapping

NOUNS: Mapping[str, str] = {"job_request": "request", "job": "Job", "shift": "shift", "user": "user", "time": "Time"}

_WAYS_OUT: Mapping[str, str] = {
    "job_request": "cancel all but one of them in Wonolo",
    "job": "cancel all but one of them in Wonolo",
    "shift": "delete all but one of them in When I Work",
    "user": "leave the employee code to one of them in When I Work",
    "time": "delete all but one of them in When I Work",
}


def twice(kind: str, ids: Iterable[object]) -> str:
    """Return the sentence that names the records which stand for one, with what a person can do about it."""
    return f"it is there twice, as {NOUNS[kind]}s {' and '.join(map(str, ids))}: {_WAYS_OUT[kind]}"
