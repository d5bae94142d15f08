"""Taking back what a run did about hours worked, and every reason why they stay as they are."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from mappings.timesheet import Period
from sync.plan.made import Made
from sync.plan.model import Change
from sync.plan.undoing.inverse import inverse
from sync.plan.undoing.today import Today
from tests.factories import RULES, START, job, worked_time

NOW = START + timedelta(days=1)
ON_TIME: dict[str, Any] = {
    "start_time": "Sat, 14 Mar 2026 13:00:00 +0000",
    "end_time": "Sat, 14 Mar 2026 21:00:00 +0000",
}
LONGER: dict[str, Any] = {
    "start_time": "Sat, 14 Mar 2026 13:00:00 +0000",
    "end_time": "Sat, 14 Mar 2026 22:00:00 +0000",
}
COMPLETED = job(state="completed", started_at="2026-03-14T08:00:00-05:00", actual_duration=540)


def made(action: Any, kind: Any, before: Any = None, after: Any = None, **payload: Any) -> Made:
    """What run 12 did about Ana's hours."""
    record = str((after or {}).get("id", 700))
    change = Change(
        action=action, kind=kind, system="wheniwork", link="job:907", subject="hours", start=START, payload=payload
    )
    return Made(12, NOW - timedelta(hours=1), change, record, before, after)


def today(time: dict[str, Any] | None = None, seat: dict[str, Any] | None = None, **fields: Any) -> Today:
    """The day after: her Time and her Job as they are now."""
    records = {("time", "700"): time or worked_time(**LONGER), ("job", "907"): seat or COMPLETED}
    return Today(NOW, timedelta(hours=12), RULES, records, **{"periods_since": NOW - timedelta(days=60)} | fields)


def back(row: Made, now: Today) -> tuple[str, str, dict[str, Any], str]:
    """The one change that takes another back: action, verdict, payload, and why it waits or is left out."""
    (change,) = inverse([row], now).changes
    return change.action, change.verdict, change.payload, change.reason


EXTENDED = made("update", "time", worked_time(**ON_TIME), worked_time(**LONGER), **LONGER)
APPROVED = made(
    "update", "time", worked_time(**LONGER), worked_time(**LONGER, is_approved=True), is_approved=True, **LONGER
)
UNCLOCKED = COMPLETED | {"started_at": None}
CUT = made("update", "job", UNCLOCKED | {"actual_duration": None, "hours_worked": 8}, UNCLOCKED, actual_duration=540)
NEVER = "a Time is never deleted from here: delete it in When I Work, and the next run asks whether to enter it again"
PAID = "the payroll period of these hours is over: put them right by hand"
CLOSED = Period(1, "closed", None, START + timedelta(days=7))


@pytest.mark.parametrize(
    ("row", "now", "expected"),
    [
        (EXTENDED, today(), ("update", "do", ON_TIME, "")),
        (CUT, today(seat=UNCLOCKED), ("update", "do", {"actual_duration": 480}, "")),
        (
            APPROVED,
            today(worked_time(**LONGER, is_approved=True)),
            (
                "update",
                "hold",
                {"is_approved": False, **LONGER},
                "the Time is approved in When I Work; changing it needs a yes",
            ),
        ),
    ],
)
def test_hours_get_back_what_they_were(row: Made, now: Today, expected: tuple[Any, ...]) -> None:
    """Work that has begun is no reason to leave them; minutes are spelled also where two instants told them."""
    assert back(row, now) == expected


@pytest.mark.parametrize(
    ("row", "now", "reason"),
    [
        (EXTENDED, today(worked_time(**ON_TIME)), "it was changed since"),
        (
            EXTENDED,
            today(seat=COMPLETED | {"state": "approved"}),
            "Wonolo's hours are approved: put them right by hand",
        ),
        (
            EXTENDED,
            today(periods=(CLOSED,)),
            PAID,
        ),
        (
            CUT,
            today(seat=UNCLOCKED, periods=(CLOSED,)),
            PAID,
        ),
        (
            CUT,
            today(seat=UNCLOCKED, periods_since=None),
            "the payroll period of these hours is not known: put them right by hand",
        ),
        (
            msgspec.structs.replace(CUT, change=msgspec.structs.replace(CUT.change, start=None)),
            today(seat=UNCLOCKED),
            "what it was cannot be spelled any more: when it began is not known",
        ),
        (
            made("create", "time", after=worked_time(**LONGER)),
            today(),
            NEVER,
        ),
        (
            made("link", "time"),
            today(),
            "it records those hours, whoever entered it: delete it in When I Work if it should not",
        ),
        (
            made("unlink", "time"),
            today(),
            "a person left these hours out: enter them in When I Work by hand",
        ),
    ],
)
def test_hours_that_are_final_or_evidence_stay(row: Made, now: Today, reason: str) -> None:
    """Each with the reason, and what a person can do."""
    assert back(row, now) == ("none", "skip", {}, reason)
