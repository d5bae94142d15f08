"""Who is at work where and when, of the people that no link knows yet."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import and_, select

from mappings.demand import HOLDING
from sync.mirror.membership import NO_LINK
from sync.mirror.mirrored import GONE
from sync.mirror.records import Record, table
from sync.mirror.rows import PAIR, SOME, Rows

_JOB, _REQUEST, _SHIFT = table("job"), table("job_request"), table("shift")
_OF_WORKERS = (
    select(_JOB.c.worker_id, _REQUEST.c.raw)
    .join(_REQUEST, and_(_REQUEST.c.pair == _JOB.c.pair, _REQUEST.c.id == _JOB.c.job_request_id))
    .where(_JOB.c.pair == PAIR, _JOB.c.worker_id.in_(SOME), _JOB.c.state.in_(HOLDING))
    .where(_REQUEST.c.start_time.is_not(None), _REQUEST.c.state != "cancelled")
)
_HELD_AT = (
    select(_SHIFT.c.id, _SHIFT.c.raw)
    .where(_SHIFT.c.pair == PAIR, _SHIFT.c.start_time.in_(SOME), _SHIFT.c.user_id != 0, _SHIFT.c.published)
    .where(_SHIFT.c.digest != GONE, _SHIFT.c.link == NO_LINK)
)


class Seats:
    """The seats of one pair."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def of_workers(self, workers: Collection[int]) -> list[tuple[int, Record]]:
        """The JobRequests on which Wonolo workers hold seats, each with the worker."""
        return [(row.worker_id, row.raw) for row in self._rows.ask_for_each(_OF_WORKERS, workers)]

    def held_at(self, starts: Collection[datetime]) -> list[Record]:
        """The published shifts that no link holds, that somebody does, and that start at one of these instants."""
        found = self._rows.ask_for_each(_HELD_AT, starts)
        return [row.raw for row in sorted(found, key=lambda row: row.id)]
