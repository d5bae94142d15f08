"""Letting a guard pass once: how that is written, and what is said about a slip."""

from difflib import get_close_matches
from math import inf
from typing import get_args

from sync.plan.model import Kind

_KINDS: tuple[Kind, ...] = get_args(Kind)
_COUNTED = ("update", "delete", "release")

_WITH_NUMBER = (*(f"{action}:{kind}" for action in _COUNTED for kind in _KINDS), "hours", "spend", "spend:day")
_WITHOUT = (*(f"everything:{kind}" for kind in _KINDS), "empty:job_request", "empty:shift", "incomplete", "scope")

_GUARDS = (
    "update:shifts=40, delete:job_requests=40 and release:jobs=40 (any kind of record), hours=300, spend=1200, "
    "spend:day=5000, everything:shifts, empty:shifts, incomplete and scope"
)


def override(guard: str, number: int) -> str:
    """The option that lets a guard pass so many once."""
    return f"--allow {_plural(guard)}" + (f"={number}" if guard in _WITH_NUMBER else "")


def allowance(text: str) -> tuple[str, float]:
    """Read `delete:shifts=40`, `spend=1200` or `scope` as a guard and the number it lets pass.

    Raises ValueError in words that name the guards there are.
    """
    name, equals, number = text.partition("=")
    guard = next((one for one in (*_WITH_NUMBER, *_WITHOUT) if name in (one, _plural(one))), "")
    if not guard:
        near = get_close_matches(name, [_plural(one) for one in (*_WITH_NUMBER, *_WITHOUT)], 1)
        hint = f"did you mean {near[0]}?" if near else f"there are {_GUARDS}"
        raise ValueError(f"there is no guard {name!r}; {hint}")
    if guard in _WITHOUT and equals:
        raise ValueError(f"{name} takes no number: write {name} alone")
    if guard in _WITH_NUMBER and not number.isdecimal():
        raise ValueError(f"{name} needs a whole number, as in {name}=40")
    return guard, float(number) if number else inf


def _plural(guard: str) -> str:
    return f"{guard}s" if guard.partition(":")[2] in _KINDS else guard
