"""The hours of work that is over."""

from datetime import datetime, timedelta

from mappings.link import WorkedJob
from mappings.worker import wonolo_id
from sync.gather.people import named
from sync.mirror.store import Transaction
from sync.plan import Policy, Snapshot
from sync.plan.snapshot import Record


def work_over(
    tx: Transaction, users: dict[int, str], now: datetime, times: timedelta
) -> tuple[tuple[WorkedJob, ...], tuple[Record, ...]]:
    """The Jobs whose hours may have to be carried over, and the Times that may record those of the new ones."""
    if not times or tx.observations.cursor("time") is None:
        return (), ()
    since = now - times - timedelta(days=1)
    numbers = [wonolo_id(users[user]) for user in tx.timesheets.lone_users(since) if user in users]
    found = tx.timesheets.lone(now - times, now) | tx.timesheets.unsettled() | tx.timesheets.beside(numbers, since)
    worked = tx.timesheets.worked(found)
    workers = set(named(job.job for job in worked))
    mine = [user for user, key in users.items() if key in workers]
    return tuple(worked), tuple(tx.timesheets.lone_times(mine, since))


def worked_between(tx: Transaction, policy: Policy, now: datetime, start: datetime, end: datetime) -> Snapshot:
    """Gather the hours of all work that is over and was planned to begin in the window; nothing else."""
    worked = tx.timesheets.worked(tx.timesheets.between(start, end))
    users = tx.links.users()
    return Snapshot(
        now=now,
        policy=policy,
        users=users,
        people=named(job.job for job in worked),
        worked=tuple(worked),
        times=tuple(tx.timesheets.lone_times(users, start - timedelta(days=1))),
        payrolls=tuple(tx.observations.all("payroll")),
        payrolls_since=tx.observations.cursor("payroll"),
    )
