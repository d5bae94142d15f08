"""What a reconcile comes to when a service fails: every change it planned is told once, with what became of it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox.faults import Rule
from sync.report import of_outcome, words
from sync.undo import Wanted
from tests.engine_world import Pair, copied, open_pair


@pytest.fixture
async def pair(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Pair]:
    """A pair of accounts in which nothing is offered yet."""
    async with open_pair(copied(sqlite_template, tmp_path)) as opened:
        yield opened


async def told(pair: Pair) -> tuple[str, list[tuple[str, str]]]:
    """What a reconcile reports: its headline, and what is done to which record and why not."""
    report = of_outcome(await pair.engine.reconcile(), "main")
    rows = [(words.deed(row.change), words.why(row)) for row in report.entries if row.status not in ("done", "skip")]
    return words.headline(report), rows


async def test_what_was_not_tried_as_a_service_was_out_of_reach_is_told_with_the_reason(pair: Pair) -> None:
    """The first request of three gets no answer at all, so the other two wait for the next run, and say so."""
    stacks = [pair.offer(2, start=start) for start in ("08:00", "10:00", "12:00")]
    await pair.settled()
    for stack in stacks:
        pair.edit(stack, instances=3)
    object.__setattr__(pair.engine._wonolo._api._limits, "attempts", 1)
    pair.world.faults.add(Rule(fault="lost_request", method="GET", path=f"/api_v2/job_requests/{pair.requests()[0]}"))
    headline, rows = await told(pair)
    assert headline == "Nothing written, 1 failed, 2 not tried."
    cause = "seats 2 → 3 in When I Work; last changed: When I Work Mon 02 Mar 08:00"
    assert [why for _, why in rows[1:]] == [f"not tried: Wonolo failed before its turn came ({cause})."] * 2
    assert [deed for deed, _ in rows] == [f"change request {number}" for number in pair.requests()]
    pair.world.faults.clear()
    assert (await told(pair))[1] == []


async def test_a_record_that_its_service_fails_over_is_told_alone(pair: Pair) -> None:
    """The other two are written."""
    stacks = [pair.offer(2, start=start) for start in ("08:00", "10:00", "12:00")]
    await pair.settled()
    for stack in stacks:
        pair.edit(stack, instances=3)
    object.__setattr__(pair.engine._wonolo._api._limits, "attempts", 1)
    pair.world.faults.add(Rule(fault="error", method="GET", path=f"/api_v2/job_requests/{pair.requests()[0]}"))
    headline, [(deed, why)] = await told(pair)
    assert headline == "2 changes written (2 in Wonolo), +16 paid hours, +$320.00, 1 failed."
    assert deed == f"change request {pair.requests()[0]}"
    assert why.startswith("failed: it could not be read before writing: wonolo: GET /job_requests/")


async def test_what_failed_at_first_and_succeeded_later_in_the_run_is_done(pair: Pair) -> None:
    """A worker could not be seated, became a user meanwhile, and was seated by the second pass."""
    pair.offer(2)
    await pair.settled()
    pair.accept("Ada")
    pair.world.faults.add(Rule(fault="error", status=400, method="PUT", path="/2/shifts*", times=1))
    outcome = await pair.engine.reconcile()
    assert (outcome.failed, outcome.untried, outcome.waiting) == ((), (), ())
    assert of_outcome(outcome, "main").is_pending is False
    assert words.headline(of_outcome(outcome, "main")) == "2 changes written (2 in When I Work)."


async def test_what_was_refused_in_one_pass_is_told_once_and_not_as_waiting_too(pair: Pair) -> None:
    """The second pass finds it refused lately, which is no second row."""
    first, second = pair.offer(2), pair.offer(2, start="10:00")
    await pair.settled()
    for stack in (first, second):
        pair.edit(stack, instances=3)
    pair.world.faults.add(Rule(fault="error", status=400, method="PATCH", times=1))
    headline, rows = await told(pair)
    assert headline == "1 change written (1 in Wonolo), +8 paid hours, +$160.00, 1 failed."
    assert [deed for deed, _ in rows] == [f"change request {pair.requests()[0]}"]


async def test_a_lost_answer_is_an_unknown_outcome_that_the_next_run_looks_at(pair: Pair) -> None:
    """It is no failure: the request may be there."""
    pair.offer(1)
    pair.world.faults.add(Rule(fault="lost_reply", method="POST", path="/api_v2/job_requests", times=1))
    headline, rows = await told(pair)
    assert headline == "Nothing written, 1 outcome unknown."
    [(deed, why)] = rows
    assert deed == "post a request"
    assert why == (
        "outcome unknown: wonolo: POST /job_requests: no complete answer (ConnectionResetError) (open shifts in When I "
        "Work that Wonolo does not know). The next run looks again before anything is sent twice."
    )


async def test_what_an_undo_did_not_try_is_told_once(pair: Pair) -> None:
    """One request is cancelled, then Wonolo is out of reach, and the third is not tried: three rows."""
    for start in ("08:00", "10:00", "12:00"):
        pair.offer(1, start=start)
    outcome = await pair.engine.reconcile()
    _, second, third = pair.requests()
    object.__setattr__(pair.engine._wonolo._api._limits, "attempts", 1)
    pair.world.faults.add(Rule(fault="lost_request", method="GET", path=f"/api_v2/job_requests/{second}"))
    with pair.engine.store.begin("main") as tx:
        run = tx.runs.last(1)[0].id
    outcome = await pair.engine.undo(Wanted(run, "Dana"), {"delete:job_request": 3})
    report = of_outcome(outcome, "main")
    assert len(report.entries) == 3
    assert [row.change.record for row in report.entries if row.status != "done"] == [str(second), str(third)]
    assert report.is_pending
