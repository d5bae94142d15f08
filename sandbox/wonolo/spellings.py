"""How an answer is spelled where nobody public knows: its envelope, and texts in place of numbers."""

from __future__ import annotations

from typing import Any

from sandbox.wonolo.switches import Switches


def spelled(switches: Switches, answer: dict[str, Any]) -> Any:
    """The answer as the switches want it; what is a guess as a whole keeps its names."""
    shown = _respelled(answer) if switches.coordinates_as_text else answer
    inner = next(iter(shown.values()))
    if isinstance(inner, dict) and not switches.wrap_records:
        return inner
    if isinstance(inner, list) and len(shown) == 1 and "rankings" not in shown:
        return {"named": shown, "bare": inner, "data": {"data": inner}}[switches.list_envelope]
    return shown


def _respelled(value: Any) -> Any:
    if isinstance(value, list):
        return [_respelled(inner) for inner in value]
    if isinstance(value, dict):
        return {name: str(inner) if _is_place(name, inner) else _respelled(inner) for name, inner in value.items()}
    return value


def _is_place(name: str, value: object) -> bool:
    return name.endswith(("latitude", "longitude")) and value is not None
