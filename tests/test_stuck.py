"""Writes that are given up as they are of no use: made already in the same run, or fought over."""

from __future__ import annotations

from typing import Any

import pytest

from sync.plan import Change
from sync.stuck import made
from sync.writer import Result

SAME = "it was written, but the system still shows the old value"
OTHERWISE = "this run has written it twice already, and would write it otherwise again"


def update(payload: dict[str, Any], record: str = "500", **fields: Any) -> Change:
    """A change of a request."""
    asked: dict[str, Any] = {"action": "update", "system": "wonolo", "kind": "job_request", "link": "link"} | fields
    return Change(**asked, record=record, subject="", payload=payload)


EARLIER = [
    Result(update({"wage": 150, "slots": 2}), "done"),
    Result(update({"wage": 140}), "differs"),
    Result(update({"slots": 3}), "failed"),
]


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (update({"wage": 140}), SAME),
        (update({"wage": 130}), OTHERWISE),
        (update({"slots": 4, "wage": 130}), OTHERWISE),
        (update({"slots": 3}), ""),
        (update({"wage": 130}, "501"), ""),
        (update({"wage": 130}, action="delete"), ""),
        (update({}, action="none"), ""),
    ],
)
def test_a_run_writes_a_field_of_a_record_twice_at_most(change: Change, reason: str) -> None:
    """What did not succeed counts for nothing, and neither do other fields and other records."""
    assert made(EARLIER).no_use(change) == reason
