"""What of an undo waits with another change of it, as a table."""

from __future__ import annotations

from typing import Any

import pytest

from mappings.ownership import OWNERSHIP, Ownership, Right
from sync.plan.model import Change, FieldChange, Plan
from sync.plan.undoing.inverse import inverse
from sync.plan.undoing.today import Today
from sync.plan.undoing.together import waiting_together
from tests.factories import ANA, BEN, job_request
from tests.test_plan_inverse import back, made, today
from tests.test_plan_inverse_whole import LATE

SEATS = (FieldChange("seats", "2", "3"),)


def change(action: Any, kind: Any = "job_request", record: str = "500", **fields: Any) -> Change:
    """A change of an undo of run 12."""
    values: dict[str, Any] = {"link": "link", "subject": "Picker at Harbor", "system": "wonolo", "undoes": 12}
    return Change(action=action, kind=kind, record=record, **values | fields)


MORE = change("update", verdict="hold", seats=1, fields=SEATS)
LEAVES = change("release", "job", "907", verdict="hold", worker=ANA.key)
OFF = change("delete", "shift", "399", verdict="blocked", worker=ANA.key, link="other")
TAKES = change("assign", "job", "", worker=ANA.key)
FEWER = change("update", seats=-1)

WAIT = "this waits for another change of the undo: "
TABLE: list[tuple[Change, Change, str]] = [
    (MORE, TAKES, f"{WAIT}seats 2 -> 3 in Wonolo"),
    (MORE, change("create", "shift", "", worker=ANA.key), f"{WAIT}seats 2 -> 3 in Wonolo"),
    (MORE, change("create", "shift", ""), ""),
    (MORE, change("update"), f"{WAIT}seats 2 -> 3 in Wonolo"),
    (MORE, change("update", record="501"), ""),
    (MORE, change("update", link="other"), ""),
    (MORE, change("assign", "job", "", worker=ANA.key, link="other"), ""),
    (OFF, TAKES, f"{WAIT}Picker at Harbor"),
    (OFF, change("assign", "job", "", worker=BEN.key), ""),
    (LEAVES, FEWER, f"{WAIT}Picker at Harbor"),
    (LEAVES, change("update", "shift", "301", seats=-1), ""),
    (LEAVES, change("release", "shift", "302", worker=ANA.key), f"{WAIT}Picker at Harbor"),
    (LEAVES, change("release", "shift", "303", worker=BEN.key), ""),
    (LEAVES, change("release", "shift", "302", worker=ANA.key, link="other"), ""),
    (MORE, change("release", "shift", "301", worker=ANA.key), ""),
    (change("update", verdict="skip"), TAKES, ""),
    (change("update", verdict="hold", undoes=0), TAKES, ""),
]


@pytest.mark.parametrize(("first", "then", "reason"), TABLE)
def test_what_builds_on_a_change_that_waits_waits_with_it(first: Change, then: Change, reason: str) -> None:
    """And says for what; what waits anyway keeps its own reason, and so does a plan of the merge."""
    verdicts = [(row.verdict, row.reason) for row in waiting_together(Plan((first, then))).changes]
    assert verdicts == [(first.verdict, first.reason), ("blocked", reason) if reason else ("do", "")]


def test_what_waits_anyway_keeps_its_own_reason() -> None:
    """Both may be approved at once; and what waits for a change that waits for a third says so."""
    again = change("update", verdict="hold", reason="near")
    assert waiting_together(Plan((MORE, again))) == Plan((MORE, again))
    rows = waiting_together(Plan((LEAVES, FEWER, TAKES))).changes
    assert [row.verdict for row in rows] == ["hold", "blocked", "blocked"]


@pytest.mark.parametrize(
    ("touched", "seats", "right", "verdict"),
    [
        (("headcount",), -1, Right("wheniwork", "down"), "do"),
        (("headcount",), 1, Right("wheniwork", "down"), "hold"),
        (("headcount",), -1, Right("wheniwork", "always"), "hold"),
        (("headcount",), 1, Right("wheniwork"), "do"),
        (("headcount", "start"), -1, Right("wheniwork", "down"), "hold"),
        ((), 0, Right("wheniwork"), "hold"),
    ],
)
def test_near_the_start_only_that_waits_which_would_in_any_plan(
    touched: Any, seats: int, right: Right, verdict: str
) -> None:
    """More seats may be asked for at once, as the policy has it; seats are those that the run added."""
    before, after = job_request(slots=2), job_request(slots=2 + seats)
    row = made("update", "job_request", before, after, payload={"slots": 2 + seats}, touched=touched, seats=seats)
    assert back(row, _owned(right, after)).verdict == verdict
    assert [change.verdict for change in inverse([row], _owned(right, after)).changes] == [verdict]


def _owned(right: Right, request: dict[str, Any]) -> Today:
    demand = {stage: {**fields, "headcount": right} for stage, fields in OWNERSHIP.demand.items()}
    ownership = Ownership(demand, OWNERSHIP.times, OWNERSHIP.contacts)
    return today(("job_request", request), ownership=ownership, **LATE)
