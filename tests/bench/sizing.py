"""How many pairs one core serves, and what thousands of them need: computed from what was measured, on paper. Pure."""

from __future__ import annotations

from math import ceil

import msgspec
from rich.table import Table

from sync.config.daemon import PollSection
from sync.intake.parts import PARTS, Part

_HOUR = 3600
_USED = 0.5
"""The share of a core that is planned for; the rest is for first copies, bursts and busy hours."""

_BUSY_HOUR = 30
"""Webhooks of a pair in a busy hour: some ten acceptances and edits, and the echoes of our own writes."""

CALLS: dict[Part, tuple[int, int]] = {
    "requests": (2, 0),  # a page of JobRequests, a page of Jobs
    "soon": (0, 1),
    "later": (0, 1),
    "time_off": (0, 2),  # time off, swaps
    "people": (1, 1),
    "hours": (0, 2),  # payrolls, Times
    "places": (1, 4),  # the clock; the account, locations, positions and sites
    "second_look": (2, 0),
}
"""The calls of one reading of each part, to Wonolo and to When I Work, where each listing is one page."""


class Measured(msgspec.Struct, frozen=True):
    """What one quiet pair costs in an hour: processor time in seconds, and transactions.

    A process with one pair holds `first_mb` MB, and `pair_mb` more for each further pair.
    """

    cpu: float
    transactions: float
    first_mb: float
    pair_mb: float


class Size(msgspec.Struct, frozen=True):
    """What so many pairs need: cores, and in each second requests, transactions and webhooks; GB in all."""

    pairs: int
    cores: float
    processes: int
    requests: float
    transactions: float
    webhooks: float
    gb: float


def calls_on_paper() -> tuple[float, float]:
    """Return the calls of a quiet hour at the default cadences, to Wonolo and to When I Work."""
    seconds = PollSection().seconds
    found = [tuple(count * _HOUR / seconds[part] for count in CALLS[part]) for part in PARTS]
    return sum(one[0] for one in found), sum(one[1] for one in found)


def pairs_for_a_core(measured: Measured) -> int:
    """Return how many quiet pairs keep half a core busy."""
    return int(_USED * _HOUR / measured.cpu)


def sizes(measured: Measured, pairs: list[int]) -> list[Size]:
    """Return what so many pairs need."""
    calls, each = sum(calls_on_paper()), pairs_for_a_core(measured)
    return [
        Size(
            count,
            count * measured.cpu / _HOUR,
            ceil(count / each),
            count * calls / _HOUR,
            count * measured.transactions / _HOUR,
            count * _BUSY_HOUR / _HOUR,
            (ceil(count / each) * measured.first_mb + count * measured.pair_mb) / 1024,
        )
        for count in pairs
    ]


def table(measured: Measured, rows: list[Size]) -> Table:
    """A table of the sizes."""
    title = f"On paper: {pairs_for_a_core(measured):,} quiet pairs keep half a core busy"
    shown = Table(title=title, title_justify="left")
    columns = ("pairs", "cores busy", "processes", "requests/s", "transactions/s", "webhooks/s, busy hour", "GB")
    for column in columns:
        shown.add_column(column, justify="right")
    for row in rows:
        rates = (f"{row.requests:,.1f}", f"{row.transactions:,.0f}", f"{row.webhooks:,.1f}")
        shown.add_row(f"{row.pairs:,}", f"{row.cores:.2f}", f"{row.processes}", *rates, f"{row.gb:.2f}")
    return shown
