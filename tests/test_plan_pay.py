"""What a change of a demand costs: by what its JobRequest pays, else by the configured rate."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from mappings.demand import Posting, read_posting
from mappings.model import Demand
from sync.plan import Risk
from sync.plan.pay import half, pay, spend
from tests.factories import ANA, BEN, RULES, START, demand, job, job_request

W2 = msgspec.structs.replace(
    RULES, skills=tuple(msgspec.structs.replace(skill, classification="w2") for skill in RULES.skills)
)


def posted(wage: float = 300.0, **changes: Any) -> Posting:
    """The request of `demand()` with a wage for each worker, Ana on it, Ben gone, and the break that was agreed on."""
    jobs = (job(), job(BEN, "withdrawn"))
    posting = read_posting(job_request(wage=wage, **changes), jobs, RULES)
    return msgspec.structs.replace(posting, demand=msgspec.structs.replace(posting.demand, break_minutes=30))


LONGER = demand(end=START + timedelta(hours=15, minutes=30))
"""Twice the paid hours of `demand()`."""


@pytest.mark.parametrize(
    ("wanted", "posting", "cents"),
    [
        (demand(), None, 15_000),
        (LONGER, None, 30_000),
        (demand(), posted(), 30_000),
        (LONGER, posted(), 60_000),
        (demand(), posted(0), 15_000),
        (demand(skill="Packer"), posted(), 13_875),
    ],
)
def test_pay_follows_the_request_and_its_hours(wanted: Demand, posting: Posting | None, cents: int) -> None:
    """A raise given by hand keeps its ratio; another skill, or no wage, is paid by its own rate."""
    assert pay(wanted, RULES, posting) == cents


def test_an_hourly_rate_is_the_configured_one() -> None:
    """What such a request carries is no total."""
    assert pay(demand(), W2, posted()) == pay(demand(), W2) == 15_000


def test_a_request_without_paid_minutes_is_paid_by_the_rate() -> None:
    """There is no ratio to keep."""
    empty = posted()
    nothing = msgspec.structs.replace(empty, demand=msgspec.structs.replace(empty.demand, break_minutes=8 * 60))
    assert pay(demand(), RULES, nothing) == 15_000


def test_half_a_cent_is_rounded_up() -> None:
    """As a fee is asked for, not granted."""
    assert [half(cents) for cents in (0, 1, 2, 15_001)] == [0, 1, 1, 7_501]


def test_what_a_change_adds_and_whom_it_touches() -> None:
    """Minutes and cents of all seats; who holds one, but nobody who withdrew."""
    assert spend(demand(), LONGER, RULES, posted()) == Risk(paid_minutes=900, cents=60_000, people=1)
    assert spend(None, demand(), RULES) == Risk(paid_minutes=900, cents=30_000)
    assert spend(demand(), None, RULES, posted()) == Risk(paid_minutes=-900, cents=-60_000, people=1)
    assert ANA.key in posted().demand.workers
