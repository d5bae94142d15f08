"""A plot of some lines as SVG, both axes logarithmic."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping

_WIDTH, _HEIGHT = 640, 360
_LEFT, _RIGHT, _TOP, _BOTTOM = 70, 170, 20, 50
_COLOURS = ("#2563eb", "#d97706", "#059669", "#7c3aed")

_FONT = 'font-family="sans-serif" font-size="12"'

Points = list[tuple[float, float]]


def lines(drawn: Mapping[str, Points], across: str, up: str) -> str:
    """Draw each named line; its name stands at its end."""
    xs, ys = ([point[axis] for points in drawn.values() for point in points] for axis in (0, 1))
    x, y = _Axis(xs, _LEFT, _WIDTH - _RIGHT), _Axis(ys, _HEIGHT - _BOTTOM, _TOP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" {_FONT}>',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>',
        *_grid(x, y),
        _text(across, (_LEFT + _WIDTH - _RIGHT) / 2, _HEIGHT - 12, "middle"),
        f'<g transform="translate(16 {_HEIGHT / 2}) rotate(-90)">{_text(up, 0, 0, "middle")}</g>',
    ]
    for (name, points), colour in zip(drawn.items(), _COLOURS, strict=False):
        path = " ".join(f"{x.at(one):.1f},{y.at(other):.1f}" for one, other in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x.at(a):.1f}" cy="{y.at(b):.1f}" r="3" fill="{colour}"/>' for a, b in points]
        end = points[-1]
        parts.append(_text(f"{name}: {end[1]:.2g} s", x.at(end[0]) + 8, y.at(end[1]) + 4, "start", colour))
    return "\n".join([*parts, "</svg>", ""])


class _Axis:
    """Where values stand between two edges, whole decades of them."""

    def __init__(self, values: Iterable[float], low: float, high: float) -> None:
        found = list(values)
        self.first = math.floor(math.log10(min(found)))
        self.last = max(math.ceil(math.log10(max(found))), self.first + 1)
        self._low, self._high = low, high

    def at(self, value: float) -> float:
        share = (math.log10(value) - self.first) / (self.last - self.first)
        return self._low + share * (self._high - self._low)


def _grid(x: _Axis, y: _Axis) -> Iterable[str]:
    right, bottom = _WIDTH - _RIGHT, _HEIGHT - _BOTTOM
    for power in range(x.first, x.last + 1):
        at = x.at(10.0**power)
        yield f'<line x1="{at:.1f}" y1="{_TOP}" x2="{at:.1f}" y2="{bottom}" stroke="#ddd"/>'
        yield _text(f"{10**power:,}", at, bottom + 16, "middle")
    for power in range(y.first, y.last + 1):
        at = y.at(10.0**power)
        yield f'<line x1="{_LEFT}" y1="{at:.1f}" x2="{right}" y2="{at:.1f}" stroke="#ddd"/>'
        yield _text(f"{10.0**power:g}", _LEFT - 6, at + 4, "end")


def _text(words: str, x: float, y: float, anchor: str, colour: str = "#333") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{words}</text>'
