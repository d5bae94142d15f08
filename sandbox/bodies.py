"""Bodies of requests: how large they may be, how deep their JSON may go, and what it says."""

from __future__ import annotations

from typing import Any

import msgspec

LARGEST_BODY = 1 << 20
"""Bytes; a larger body is answered with 413. The sandbox's own limit: no source names one."""
DEEPEST = 100
"""Levels of lists and objects, as Ruby's JSON parser allows."""


def read_json(raw: bytes) -> Any:
    """The JSON of a body, `{}` for an empty one; raises ValueError for what is no JSON or is nested too deeply."""
    if not raw.strip():
        return {}
    try:
        found = msgspec.json.decode(raw)
    except (msgspec.DecodeError, RecursionError) as error:
        raise ValueError("The body is not valid JSON.") from error
    _check_depth(raw, found)
    return found


def _check_depth(raw: bytes, found: Any) -> None:
    if raw.count(b"[") + raw.count(b"{") <= DEEPEST:
        return
    level: list[Any] = [found]
    for _ in range(DEEPEST):
        level = [inner for one in level if isinstance(one, list | dict) for inner in _inside(one)]
    if any(isinstance(one, list | dict) for one in level):
        raise ValueError(f"The body is nested deeper than {DEEPEST} levels.")


def _inside(one: list[Any] | dict[str, Any]) -> list[Any]:
    return one if isinstance(one, list) else list(one.values())
