"""Settling hours: after a write, the tie of a Job and its Time moves to what was read back, in one transaction."""

from datetime import datetime

from mappings.digest import RecordKind
from mappings.link import WorkedJob
from mappings.model import Rules, System, Timesheet, Unmapped
from mappings.timesheet import is_link_key, job_id, read_job, read_time
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
            self._settle(change, self._time(change, seen))

    recovered = written

    def shown(self, change: Change) -> None:
        """Settle a write whose reply was lost, and whose effect shows in the mirror."""
        self._settle(change, self._time(change, []))

    def agreed(self, key: str) -> None:
        """Settle a tie that nothing was written to."""
        worked = self._worked(key)
        if worked and worked.base and worked.time:
            self._save(worked, int(worked.time["id"]), worked.base, None, is_quiet=True)

    def adopt(self, change: Change) -> None:
        """Carry out a link: tie a Time that is there already."""
        self._settle(change, int(change.record))

    def end(self, key: str) -> None:
        """Leave a Job's hours out: its Time was deleted, and a person wants no other."""
        self._tx.timesheets.leave_out(job_id(key))

    def _time(self, change: Change, seen: Seen) -> int:
        """The id of the Time: the one written, or the one tied already."""
        written = next((record for kind, record in seen if kind == "time"), None)
        tied = self._worked(change.link)
        record = written or (tied.time if tied else None)
        return int(record["id"]) if record else 0

    def _settle(self, change: Change, time: int) -> None:
        worked = self._worked(change.link)
        if worked and time:
            self._save(worked, time, worked.base, change.system if change.writes else None)

    def _worked(self, key: str) -> WorkedJob | None:
        return next(iter(self._tx.timesheets.worked([job_id(key)])), None)

    def _save(
        self, worked: WorkedJob, time: int, base: Timesheet | None, wrote: System | None, *, is_quiet: bool = False
    ) -> None:
        record = self._tx.observations.record("time", time)
        try:
            job = read_job(worked.job, worked.planned, worked.known)
            theirs = read_time(record or {}, job)
        except Unmapped:
            return
        base = agreed_hours(base, job, theirs, wrote)
        agree = job.paid_minutes == theirs.paid_minutes and (is_quiet or job.approved <= theirs.approved)
        kinds: tuple[tuple[RecordKind, int], ...] = (("job", job.job), ("time", time))
        settled = [self._tx.observations.digest(*row) if agree else "" for row in kinds]
        self._tx.timesheets.save(time, base, (settled[0], settled[1]), self._now)


def settler_of(key: str, tx: Transaction, rules: Rules, now: datetime) -> Settler | TimesheetSettler:
    """Whoever settles links with such a key."""
    return TimesheetSettler(tx, now) if is_link_key(key) else Settler(tx, rules, now)
