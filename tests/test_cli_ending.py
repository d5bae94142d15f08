"""How a command ends when it is asked to: what a signal does when, and what is said afterwards."""

from __future__ import annotations

import asyncio
import os
import signal
from pathlib import Path

import httpx
import pytest

from sandbox.faults import Rule
from sync.cli.ending import Ending, left_undone
from sync.lease import Fence, Lease
from sync.mirror.store import Store
from sync.outcome import Outcome, Untried
from sync.plan import Change
from sync.writer import Result
from tests.engine_world import open_pair
from tests.test_cli import in_terminal

CHANGE = Change(
    action="create",
    system="wonolo",
    kind="job_request",
    record="",
    link="shift:1",
    subject="Picker",
    cause="published",
)


async def cut_off(ending: Ending, fence: Fence | None, signals: int) -> None:
    """A command that never ends by itself gets some signals, each in its own turn, and one more while it cleans up."""
    cleaned_up: list[bool] = []

    async def command() -> None:
        ending.listen()
        ending.fence = fence
        try:
            for _ in range(signals):
                os.kill(os.getpid(), signal.SIGTERM)
                await asyncio.sleep(0.05)
            await asyncio.Event().wait()
        finally:
            if fence:
                fence.lease = None
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.sleep(0.05)
            cleaned_up.append(True)

    with pytest.raises(asyncio.CancelledError):
        await asyncio.create_task(command())
    assert cleaned_up == [True]


@pytest.fixture
def held(sqlite_url: str) -> Fence:
    """The fence of a run that may write."""
    fence, store = Fence(), Store.open(sqlite_url)
    fence.lease = Lease(store, "main", "us")
    store.close()
    return fence


@pytest.mark.parametrize(("patience", "signals"), [(0.2, 1), (600, 2)])
async def test_a_run_is_cut_off_when_it_takes_too_long_or_at_a_second_signal(
    held: Fence, patience: float, signals: int
) -> None:
    """What it wrote is counted, and the write under way is left to the next run."""
    ending = Ending(patience)
    for outcome in ("done", "failed", "done"):
        ending.count(Result(CHANGE, outcome))
    await cut_off(ending, held, signals)
    assert held.stopping.is_set()
    assert ending.words == (
        "Stopped at once, after 2 changes were written; the next run finds out what became of a write that was "
        "under way."
    )


@pytest.mark.parametrize("signals", [1, 2])
async def test_what_has_no_lease_has_written_nothing(signals: int) -> None:
    """The first signal ends a command that is not connected yet."""
    ending = Ending(600)
    await cut_off(ending, None if signals == 1 else Fence(), signals)
    assert ending.words == "Stopped as asked; nothing was written."


@pytest.mark.parametrize(
    ("done", "failed", "said"),
    [
        ((), (), "Stopped as asked; nothing was written."),
        ((), ("failed",), "Stopped as asked; nothing was written."),
        ((), ("unknown",), "Stopped as asked: 1 change was not tried; the next run does it."),
        ((CHANGE,), (), "Stopped as asked: 1 change was not tried; the next run does it."),
    ],
)
def test_nothing_is_called_unwritten_that_may_be(done: tuple[Change, ...], failed: tuple[str, ...], said: str) -> None:
    """A write of unknown outcome may have happened."""
    results = tuple(Result(CHANGE, "unknown" if one == "unknown" else "failed") for one in failed)
    outcome = Outcome(done=done, failed=results, untried=(Untried(CHANGE, "stopped"),), is_stopped=True)
    assert left_undone(outcome, "the next run") == said


async def test_a_run_that_is_stopped_while_it_recovers_writes_nothing_new(sqlite_url: str) -> None:
    """It learns what became of the earlier write, and leaves the rest to the next run."""
    async with open_pair(sqlite_url) as pair:
        stack = pair.offer(2)
        await pair.settled()
        pair.edit(stack, instances=3)
        pair.world.faults.add(Rule(fault="lost_reply", method="PATCH", times=1))
        assert [row.outcome for row in (await pair.engine.reconcile()).failed] == ["unknown"]
        pair.offer(1, start="10:00")

        def stop(_request: httpx.Request) -> None:
            pair.engine.fence.stopping.set()

        pair.wire.before_read[f"/api_v2/job_requests/{pair.requests()[0]}"] = stop
        number = pair.last_request()
        outcome = await pair.engine.reconcile()
        assert (outcome.is_stopped, len(outcome.untried), pair.writes_since(number)) == (True, 1, [])
        with pair.engine.store.read("main") as tx:
            assert (tx.runs.last(1)[0].outcome, tx.leases.holder()) == ("stopped", None)
        pair.engine.fence.stopping.clear()
        pair.wire.before_read.clear()
        assert len(await pair.settled()) == 2


def test_who_breaks_a_question_off_hears_no_more_than_that(tmp_path: Path) -> None:
    """Another command may have written before it asked."""
    code, shown = in_terminal(["init"], {"Wonolo: api key: ": "\x04"}, tmp_path)
    assert (code, shown.splitlines()[-1]) == (1, "Stopped.")
