"""When workers are taken: their shifts, their Jobs, their time off; and which shifts are about to change hands."""

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, bindparam, select

from mappings.demand import HOLDING
from sync.mirror.membership import linked
from sync.mirror.mirrored import GONE
from sync.mirror.records import Record, table
from sync.mirror.rows import PAIR, SOME, Rows, chunked

_SHIFT, _JOB, _REQUEST = table("shift"), table("job"), table("job_request")
_OFF, _SWAP = table("time_off"), table("swap")

_LONGEST = timedelta(days=1)
"""No JobRequest lasts longer: a row tells only when it starts."""

_SHIFTS = select(_SHIFT.c.user_id, _SHIFT.c.raw).where(
    _SHIFT.c.pair == PAIR,
    _SHIFT.c.user_id.in_(SOME),
    _SHIFT.c.published,
    _SHIFT.c.digest != GONE,
    _SHIFT.c.start_time < bindparam("end", type_=_SHIFT.c.start_time.type),
    _SHIFT.c.end_time > bindparam("start", type_=_SHIFT.c.end_time.type),
)
_JOBS = (
    select(_JOB.c.worker_id, _REQUEST.c.raw)
    .join(_REQUEST, (_REQUEST.c.pair == _JOB.c.pair) & (_REQUEST.c.id == _JOB.c.job_request_id))
    .where(
        _JOB.c.pair == PAIR,
        _JOB.c.worker_id.in_(SOME),
        _JOB.c.state.in_(HOLDING),
        _REQUEST.c.state != "cancelled",
        _REQUEST.c.start_time < bindparam("end", type_=_REQUEST.c.start_time.type),
        _REQUEST.c.start_time > bindparam("start", type_=_REQUEST.c.start_time.type),
    )
)
_AWAY = select(_OFF.c.user_id, _OFF.c.raw).where(
    _OFF.c.pair == PAIR,
    _OFF.c.user_id.in_(SOME),
    _OFF.c.digest != GONE,
    _OFF.c.start_time < bindparam("end", type_=_OFF.c.start_time.type),
    _OFF.c.end_time > bindparam("start", type_=_OFF.c.end_time.type),
)
_SWAPS = select(_SWAP.c.shift_id, _SWAP.c.raw).where(
    _SWAP.c.pair == PAIR, _SWAP.c.shift_id.in_(SOME), _SWAP.c.digest != GONE
)
_SEATS = select(_SHIFT.c.link, _SHIFT.c.user_id, _SHIFT.c.start_time, _SHIFT.c.end_time).where(
    linked("shift"),
    _SHIFT.c.digest != GONE,
    _SHIFT.c.user_id.in_(SOME),
    _SHIFT.c.start_time > bindparam("start", type_=_SHIFT.c.start_time.type),
)
_GIVEN_AWAY = select(_SHIFT.c.link, _SHIFT.c.start_time).where(
    linked("shift"), _SHIFT.c.digest != GONE, _SHIFT.c.id.in_(SOME)
)
_SWAPPED = select(_SWAP.c.shift_id).where(_SWAP.c.pair == PAIR, _SWAP.c.digest != GONE)
_OFF_AHEAD = select(_OFF.c.user_id, _OFF.c.start_time, _OFF.c.end_time).where(
    _OFF.c.pair == PAIR, _OFF.c.digest != GONE, _OFF.c.end_time > bindparam("start", type_=_OFF.c.end_time.type)
)
_OFF_IDS = select(_OFF.c.id).where(
    _OFF.c.pair == PAIR, _OFF.c.digest != GONE, _OFF.c.end_time > bindparam("start", type_=_OFF.c.end_time.type)
)
_SWAP_IDS = select(_SWAP.c.id).where(_SWAP.c.pair == PAIR, _SWAP.c.digest != GONE)

Owned = list[tuple[int, Record]]
"""Records, each with the id of whose it is."""


class Booked:
    """What takes the people of one pair."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def shifts(self, users: Collection[int], start: datetime, end: datetime) -> Owned:
        """The published shifts of these users that lie between two instants in part, the company's own ones too."""
        return [(row.user_id, row.raw) for row in self._asked(_SHIFTS, users, start, end)]

    def jobs(self, workers: Collection[int], start: datetime, end: datetime) -> Owned:
        """The JobRequests on which these workers hold seats and that may lie between two instants in part."""
        return [(row.worker_id, row.raw) for row in self._asked(_JOBS, workers, start - _LONGEST, end)]

    def time_off(self, users: Collection[int], start: datetime, end: datetime) -> Owned:
        """The time off of these users that lies between two instants in part."""
        return [(row.user_id, row.raw) for row in self._asked(_AWAY, users, start, end)]

    def swaps(self, shifts: Collection[int]) -> Owned:
        """The swaps and drops that are under way of these shifts, each with the shift."""
        return [(row.shift_id, row.raw) for row in self._rows.ask_for_each(_SWAPS, shifts)]

    def in_question(self, now: datetime) -> set[str]:
        """Keys of the links with a seat ahead that somebody is about to give away, or has time off over."""
        away = [row for row in self._rows.ask(_OFF_AHEAD, start=now) if row.start_time and row.end_time]
        seats = [row for some in chunked(sorted({row.user_id for row in away})) for row in self._seats(some, now)]
        # Shift by shift: joined, SQLite would go through all that are ahead.
        swapped = self._rows.ask_for_each(_GIVEN_AWAY, set(self._rows.ask(_SWAPPED).scalars()))
        return {row.link for row in swapped if row.start_time and row.start_time > now} | {
            seat.link
            for seat in seats
            for off in away
            if seat.user_id == off.user_id and off.start_time < seat.end_time and seat.start_time < off.end_time
        }

    def _seats(self, users: Sequence[int], now: datetime) -> list[Any]:
        return [row for row in self._rows.ask(_SEATS, some=users, start=now) if row.end_time]

    def known_away(self, start: datetime) -> tuple[set[int], set[int]]:
        """Ids of the mirrored time off that ends after an instant, and of the swaps that are under way."""
        return set(self._rows.ask(_OFF_IDS, start=start).scalars()), set(self._rows.ask(_SWAP_IDS).scalars())

    def _asked(self, statement: Select[Any], keys: Collection[int], start: datetime, end: datetime) -> Iterator[Any]:
        for some in chunked(sorted(keys)):
            yield from self._rows.ask(statement, some=some, start=start, end=end)
