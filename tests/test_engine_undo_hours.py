"""A run that carried hours over is taken back, and nothing carries them over again unasked."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.engine_world import Pair, at, copied, open_pair
from tests.test_engine_times import close_payroll, edit, entered, job_record, only, shown
from tests.test_engine_undo import did, held, left, undone


@pytest.fixture
async def pair(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Pair]:
    """A pair of accounts in which nothing is offered yet."""
    async with open_pair(copied(sqlite_template, tmp_path)) as opened:
        yield opened


async def test_hours_that_followed_a_time_are_as_they_were_again(pair: Pair) -> None:
    """A manager's longer Time went to Wonolo; it is taken back there, the Time stays, and a yes is asked for."""
    job, time = await entered(pair)
    edit(pair, time, end_time=at(2, "17:00"))
    assert did(await pair.engine.reconcile()) == [("update", "job")]
    assert job_record(pair, job)["actual_duration"] == 540
    assert did(await undone(pair)) == [("update", "job")]
    assert job_record(pair, job)["actual_duration"] == 480
    assert shown(only(pair))[:2] == ("08:00", "17:00")
    [waiting] = await held(pair)
    assert waiting.startswith("hold: undone by Dana on ")


async def test_hours_of_a_closed_payroll_are_not_taken_back(pair: Pair) -> None:
    """What is paid is put right by a person."""
    job, time = await entered(pair)
    edit(pair, time, end_time=at(2, "17:00"))
    await pair.engine.reconcile()
    close_payroll(pair)
    await pair.engine.reconcile()
    outcome = await undone(pair)
    assert (did(outcome), left(outcome)) == (
        [],
        ["the payroll period of these hours is over: put them right by hand"],
    )
    assert job_record(pair, job)["actual_duration"] == 540
