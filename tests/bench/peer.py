"""The peer that planning is measured against: DiffSync compares the same pairs, held in memory on both sides."""

from __future__ import annotations

import logging
import time
from datetime import timedelta
from typing import Any, ClassVar

import structlog
from diffsync import Adapter, DiffSyncModel

from tests.bench.linked import demand, is_changed

_ATTRIBUTES = ("place", "skill", "start", "end", "headcount", "title")


class _Demand(DiffSyncModel):
    """A demand as DiffSync compares it."""

    _modelname: ClassVar[str] = "demand"
    _identifiers: ClassVar[tuple[str, ...]] = ("key",)
    _attributes: ClassVar[tuple[str, ...]] = _ATTRIBUTES

    key: str
    place: str
    skill: str
    start: Any
    end: Any
    headcount: int
    title: str


class _Side(Adapter):
    """One system's demands."""

    demand = _Demand
    top_level: ClassVar[list[str]] = ["demand"]


def compare(count: int, changed: int) -> tuple[float, int]:
    """Load both sides and compare them; returns the seconds that comparing alone took, and how many demands differ."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    every = count // changed if changed else 0
    wonolo, wheniwork = _Side(), _Side()
    for number in range(count):
        wonolo.add(_model(number, timedelta()))
        wheniwork.add(_model(number, timedelta(hours=1 if is_changed(number, every) else 0)))
    began = time.perf_counter()
    found: dict[str, int] = wheniwork.diff_to(wonolo).summary()
    return time.perf_counter() - began, found["update"]


def _model(number: int, extra: timedelta) -> _Demand:
    meant = demand(number, extra)
    return _Demand(key=str(number), **{name: getattr(meant, name) for name in _ATTRIBUTES})
