"""Whether hours worked can be carried over: not every account has a time clock, nor is every login shown it."""

from datetime import datetime, timedelta

from sync.clients.wheniwork import WhenIWork
from sync.doctor.finding import Finding
from sync.errors import Forbidden, Rejected

_TODO = "set times_days = 0 under [sync] to leave hours alone, or use an account with a time clock"


async def hidden(wheniwork: WhenIWork, now: datetime) -> list[Finding]:
    """A warning when Times or payrolls are not shown; raises the other RemoteErrors."""
    try:
        await wheniwork.payrolls.list(start=now.date(), end=now.date())
        await wheniwork.times.list(start=now - timedelta(hours=1), end=now)
    except (Forbidden, Rejected) as error:
        text = f"When I Work does not show them to this login ({error.status}), so none are carried over"
        return [Finding("warning", "Hours worked", text, _TODO)]
    return []
