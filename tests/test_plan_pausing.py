"""Pauses laid over a plan: what each forbids, and what it leaves alone."""

from __future__ import annotations

from typing import Any

import pytest

from sync.plan import Change
from sync.plan.pausing import Pausing, paused

SAID = "a manager paused shift:12: stocktaking"


def change(**fields: Any) -> Change:
    """A change of a shift of the demand `a`."""
    return Change(**{"action": "update", "kind": "shift", "record": "12", "link": "a", "subject": "s", **fields})


@pytest.mark.parametrize(
    ("pause", "planned", "expected"),
    [
        (Pausing(SAID), change(record="13"), True),
        (Pausing(SAID, ("shift", 12)), change(), True),
        (Pausing(SAID, ("shift", 12)), change(record="13"), False),
        (Pausing(SAID, ("shift", 12)), change(kind="job"), False),
        (Pausing(SAID, ("shift", 12), frozenset({"a"})), change(record="13"), True),
        (Pausing(SAID, ("shift", 12), frozenset({"b"})), change(record="13"), False),
        (Pausing(SAID, ("shift", 12)), change(kind="job_request", record="", sources=(11, 12)), True),
        (Pausing(SAID, ("job_request", 12)), change(kind="job_request", record="", sources=(11, 12)), False),
    ],
)
def test_a_pause_concerns_its_record_its_demand_and_what_is_made_of_it(
    pause: Pausing, planned: Change, *, expected: bool
) -> None:
    """And everything where it is about the whole pair."""
    assert paused([pause])(planned) == (("blocked", SAID) if expected else None)


def test_what_waits_anyway_keeps_its_own_reason() -> None:
    """A hold is no write that a pause would stop."""
    assert paused([Pausing(SAID)])(change(verdict="hold")) is None


def test_of_several_pauses_the_first_that_concerns_it_is_named() -> None:
    """Nothing is blocked where there is none."""
    other = Pausing("somebody else", ("shift", 99))
    assert paused([other, Pausing(SAID)])(change()) == ("blocked", SAID)
    assert paused([])(change()) is None
