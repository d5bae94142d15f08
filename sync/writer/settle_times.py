"""Settling hours: after a write, the tie of a Job and its Times moves to what was read back, in one transaction."""

from collections.abc import Collection
from datetime import datetime

from mappings.link import WorkedJob
from mappings.model import Rules, System, Timesheet, Unmapped
from mappings.pieces import read_times
from mappings.timesheet import is_link_key, job_id, read_job
from sync.mirror.store import Transaction
from sync.plan import Change
from sync.plan.hours import agreed_hours
from sync.writer.calls import Seen
from sync.writer.settle import Settler


class TimesheetSettler:
    """Moves ties of Jobs and Times inside one transaction; it answers to what `Settler` answers to."""

    def __init__(self, tx: Transaction, now: datetime) -> None:
        self._tx, self._now = tx, now

    def written(self, change: Change, seen: Seen, _gone: int | None = None) -> None:
        """Settle a write: mirror what was read back, then let the base follow."""
        for kind, record in seen:
            self._tx.observations.save(kind, [record], self._now, "write")
        if seen:
            self._settle(change, {int(record["id"]) for kind, record in seen if kind == "time"})

    recovered = written

    def shown(self, change: Change) -> None:
        """Settle a write whose reply was lost, and whose effect shows in the mirror."""
        self._settle(change, set())

    def agreed(self, key: str) -> None:
        """Settle a tie that nothing was written to."""
        worked = self._worked(key)
        if worked and worked.base:
            self._save(worked, set(), worked.base, None, is_quiet=True)

    def join(self, key: str, time: int) -> None:
        """Make a Time that stands beside those of a tie one of them."""
        self._tx.timesheets.join(job_id(key), time)

    def adopt(self, change: Change) -> None:
        """Carry out a link: tie Times that are there already."""
        self._settle(change, set(change.sources))

    def end(self, key: str) -> None:
        """Leave a Job's hours out: its Times were deleted, and a person wants no others."""
        self._tx.timesheets.leave_out(job_id(key))

    def _settle(self, change: Change, times: Collection[int]) -> None:
        worked = self._worked(change.link)
        if worked:
            self._save(worked, times, worked.base, change.system if change.writes else None)

    def _worked(self, key: str) -> WorkedJob | None:
        return next(iter(self._tx.timesheets.worked([job_id(key)])), None)

    def _save(
        self,
        worked: WorkedJob,
        new: Collection[int],
        base: Timesheet | None,
        wrote: System | None,
        *,
        is_quiet: bool = False,
    ) -> None:
        """Tie the Job to the Times it had, as far as they are there, and to the new ones."""
        ids = sorted({*new, *(int(time["id"]) for time in worked.times)})
        times = [record for time in ids if (record := self._tx.observations.record("time", time)) is not None]
        if not times:
            return
        try:
            job = read_job(worked.job, worked.planned, worked.known)
            theirs = read_times(times, job)
        except Unmapped:
            return
        base = agreed_hours(base, job, theirs, wrote)
        agree = job.paid_minutes == theirs.paid_minutes and (is_quiet or job.approved <= theirs.approved)
        settled = {time: self._tx.observations.digest("time", time) if agree else "" for time in ids}
        job_settled = self._tx.observations.digest("job", job.job) if agree else ""
        self._tx.timesheets.save(base, job_settled, settled, self._now)


def settler_of(key: str, tx: Transaction, rules: Rules, now: datetime) -> Settler | TimesheetSettler:
    """Whoever settles links with such a key."""
    return TimesheetSettler(tx, now) if is_link_key(key) else Settler(tx, rules, now)
