"""What one run takes away from workers and adds to the pay: hours and dollars, rounded up."""

from collections.abc import Collection, Iterator
from math import ceil

from sync.guards.model import Facts, Limits, Measured
from sync.plan import Change


def measure(writes: Collection[Change], facts: Facts, limits: Limits) -> Iterator[Measured]:
    """Hours cancelled, and pay added by this run and in 24 hours; what is saved elsewhere makes up for nothing.

    What is due to workers who are sent home near the start counts as pay.
    """
    hours = ceil(sum(max(0, -row.risk.paid_minutes) for row in writes) / 60)
    why = f"{hours:,} paid hours would be cancelled; at most {limits.cancelled_hours:,g} may"
    yield Measured("hours", hours, limits.cancelled_hours, why)
    added = sum(max(0, row.risk.cents) + row.risk.fee_cents for row in writes)
    dollars, day = ceil(added / 100), ceil((added + facts.spent) / 100)
    why = f"${dollars:,} of pay would be added; at most ${limits.spend_per_run:,g} may in one run"
    yield Measured("spend", dollars, limits.spend_per_run, why)
    why = f"${day:,} of pay would be added within 24 hours; at most ${limits.spend_per_day:,g} may"
    yield Measured("spend:day", day if added else 0, limits.spend_per_day, why)
