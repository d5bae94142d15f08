"""How much links hold whose work is not over, and how much of that is gone: what guards measure a plan against."""

from datetime import datetime, timedelta

from sqlalchemy import and_, bindparam, func, or_, select

from sync.mirror import tables
from sync.mirror.membership import linked
from sync.mirror.mirrored import GONE
from sync.mirror.records import of_model, table
from sync.mirror.rows import PAIR, Rows

_SHEET = of_model(tables.TimesheetLink)
_SHIFT, _REQUEST, _JOB, _USER = (table(kind) for kind in ("shift", "job_request", "job", "user"))

_RUNNING = timedelta(days=1)
"""How long after its start work may still be under way."""

_CORRECTED = timedelta(days=14)
"""How long after the start its hours are put right: until then Jobs and Times count."""

_SINCE = bindparam("since", type_=_SHIFT.c.start_time.type)
_OF_REQUEST = and_(_JOB.c.pair == _REQUEST.c.pair, _JOB.c.job_request_id == _REQUEST.c.id)

_SHIFTS = select(func.count()).where(linked("shift"), _SHIFT.c.start_time > _SINCE)
_REQUESTS = select(func.count()).where(linked("job_request"), _REQUEST.c.start_time > _SINCE)
_RECENT = (
    select(_JOB.c.id).select_from(_REQUEST).join(_JOB, _OF_REQUEST).where(linked("job"), _REQUEST.c.start_time > _SINCE)
)
# As a list of ids: joined, SQLite would go through every Job of the pair.
_TIMES = select(func.count()).where(_SHEET.c.pair == PAIR, _SHEET.c.job.in_(_RECENT))

_GONE = {
    "shift": _SHIFTS.where(_SHIFT.c.digest == GONE),
    "job_request": _REQUESTS.where(or_(_REQUEST.c.digest == GONE, _REQUEST.c.state == "cancelled")),
}
_LINKED = {
    "shift": (_SHIFTS, _RUNNING),
    "job_request": (_REQUESTS, _RUNNING),
    "job": (select(func.count()).select_from(_RECENT.subquery()), _CORRECTED),
    "time": (_TIMES, _CORRECTED),
}
_USERS = select(func.count()).select_from(_USER).where(linked("user"))


class Ahead:
    """What the links of one pair hold of work that is not over."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows

    def linked(self, now: datetime) -> dict[str, int]:
        """How many records of each kind are linked; of Jobs and Times also those of the last two weeks."""
        found = {kind: self._rows.ask(query, since=now - back).scalar_one() for kind, (query, back) in _LINKED.items()}
        return found | {"user": self._rows.ask(_USERS).scalar_one()}

    def gone(self, now: datetime) -> dict[str, int]:
        """How many of the linked shifts and JobRequests their system no longer has, or shows as cancelled."""
        return {kind: self._rows.ask(query, since=now - _RUNNING).scalar_one() for kind, query in _GONE.items()}
