"""Several Times of one Job, as of a worker who clocks out for lunch: one timesheet, and the gaps are its break.

They are kept equal to the Job as one Time is: read as one, changed as one, approved together. Times that overlap record
the same work twice, and are no break.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from itertools import pairwise
from typing import Any

import msgspec

from mappings.model import Timesheet, Unmapped
from mappings.timesheet import read_time, time_changes

Record = Mapping[str, Any]


class Repeated(Unmapped):
    """Two Times of one Job record the same hours; the message names both."""


class Piece(msgspec.Struct, frozen=True):
    """One Time of a Job, and the hours that it records alone."""

    time: Record
    sheet: Timesheet


def read_pieces(times: Iterable[Record], job: Timesheet) -> tuple[Piece, ...]:
    """Read the Times of a Job in order of their starts; Unmapped when one of them does not tell its hours."""
    pieces = [Piece(time, read_time(time, job)) for time in times]
    return tuple(sorted(pieces, key=lambda row: (row.sheet.start, row.sheet.end, int(row.time["id"]))))


def as_one(pieces: Sequence[Piece]) -> Timesheet:
    """The one timesheet of pieces in order: first start to last end, paid as all of them, approved once all are."""
    first, last = pieces[0].sheet, pieces[-1].sheet
    whole = msgspec.structs.replace(first, end=last.end, approved=all(row.sheet.approved for row in pieces))
    paid = sum(row.sheet.paid_minutes for row in pieces)
    return msgspec.structs.replace(whole, break_minutes=whole.minutes - paid)


def read_times(times: Iterable[Record], job: Timesheet) -> Timesheet:
    """Read the Times of a Job, at least one, as its timesheet; Unmapped when one does not tell its hours.

    Raises Repeated when two of them record the same hours.
    """
    return as_one(apart(read_pieces(times, job)))


def apart(pieces: tuple[Piece, ...]) -> tuple[Piece, ...]:
    """The pieces, if there is a break between any two; else raises Repeated."""
    twice = next((pair for pair in pairwise(pieces) if pair[1].sheet.start < pair[0].sheet.end), None)
    if twice:
        numbers = " and ".join(str(row.time["id"]) for row in twice)
        raise Repeated(f"the Times {numbers} in When I Work record the same hours: delete one there, or correct it")
    return pieces


def spread(pieces: Sequence[Piece], target: Timesheet) -> tuple[tuple[Piece, Timesheet], ...] | None:
    """The pieces that have to change, and how, so that together they mean the target; None when the last is too short.

    All move as far as the start does, and the last ends as the pay demands. They are in an order in which none runs
    into its neighbour meanwhile.
    """
    later = target.start - pieces[0].sheet.start
    more = target.paid_minutes - sum(row.sheet.paid_minutes for row in pieces)
    meant = [_moved(row.sheet, later, target) for row in pieces]
    left = meant[-1].paid_minutes + more
    if left <= 0:
        return None
    meant[-1] = meant[-1].paying(left)
    rows = [(row, sheet) for row, sheet in zip(pieces, meant, strict=True) if time_changes(row.sheet, sheet)]
    return tuple(rows[::-1] if later > timedelta(0) else rows)


def _moved(sheet: Timesheet, later: timedelta, target: Timesheet) -> Timesheet:
    approved = sheet.approved or target.approved
    return msgspec.structs.replace(sheet, start=sheet.start + later, end=sheet.end + later, approved=approved)
