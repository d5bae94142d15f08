"""A Wonolo key that may not write: learned on one refusal, then shown with what a person has to do."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from sandbox.faults import FaultName, Rule
from sync.outbox import Outbox
from sync.plan import Change
from sync.plan.capability import ruled_out
from sync.plan.model import Action, Kind
from sync.report import as_json, as_markdown, of_outcome
from sync.report.words import why
from tests.engine_world import Pair, open_pair, reopened

POST = (
    "the Wonolo key may not post requests: post it in the Wonolo portal as shown, and it is recognised by place, work "
    "and hours (tried again after a day, or once `shiftbridge doctor` was run)"
)


@pytest.fixture
async def pair(tmp_path: Path) -> AsyncIterator[Pair]:
    """Two accounts, the Wonolo key one of the public pool."""
    async with open_pair(f"sqlite:///{tmp_path / 'shiftbridge.db'}") as pair:
        pair.world.wonolo.switches.pool = "public"
        yield pair


def blocked(waiting: Iterable[Change]) -> list[tuple[str, str, str]]:
    """What waits, as verdict, action and the reason's beginning."""
    return [(change.verdict, change.action, change.reason.partition(" (")[0]) for change in waiting]


async def test_one_refusal_tells_for_all_and_later_runs_send_nothing(pair: Pair) -> None:
    """Not one refused write for each demand; a new process knows it too."""
    for start in ("08:00", "10:00", "12:00"):
        pair.offer(1, start=start)
    outcome = await pair.engine.reconcile()
    assert [row.path for row in pair.writes_since(0)] == ["/api_v2/job_requests"]
    assert (outcome.done, outcome.failed) == ((), ())
    assert [(change.verdict, change.reason) for change in outcome.waiting] == [("blocked", POST)] * 3
    async with reopened(pair) as again:
        again.offer(1, start="14:00")
        assert [change.reason for change in (await again.quiet()).waiting] == [POST] * 4
        assert [change.reason for change in (await again.engine.diff()).waiting] == [POST] * 4


async def test_the_key_is_tried_again_after_a_day(pair: Pair) -> None:
    """Once Wonolo has raised it, everything is posted; as long as it has not, one write a day finds out."""
    pair.offer(1, day=5)
    pair.offer(2, day=5, start="10:00")
    await pair.engine.reconcile()
    pair.world.advance(timedelta(hours=24, minutes=1))
    number = pair.last_request()
    assert blocked((await pair.engine.reconcile()).waiting) == [("blocked", "create", POST.partition(" (")[0])] * 2
    assert len(pair.writes_since(number)) == 1
    pair.world.wonolo.switches.pool = "private"
    assert len((await pair.quiet()).waiting) == 2
    pair.world.advance(timedelta(hours=24, minutes=1))
    assert len(await pair.settled()) == 2


async def test_what_was_lifted_is_tried_at_once(pair: Pair) -> None:
    """As the doctor does it; lifting twice tells of nothing new."""
    pair.offer(1)
    await pair.engine.reconcile()
    pair.world.wonolo.switches.pool = "private"
    with pair.engine.store.begin(pair.config.name) as tx:
        assert Outbox(tx.rows).lift(pair.world.clock.now()) == {"post requests"}
        assert Outbox(tx.rows).lift(pair.world.clock.now()) == frozenset()
    assert await pair.settled() == ["Picker at Harbor Warehouse, Wed 04 Mar 08:00-16:00: 1 open"]


async def test_changing_and_cancelling_are_one_capability(pair: Pair) -> None:
    """They are one call of the API; each has its own instruction."""
    pair.world.wonolo.switches.pool = "private"
    grown, gone = pair.offer(2), pair.offer(1, start="10:00")
    await pair.settled()
    pair.world.wonolo.switches.pool = "public"
    pair.edit(grown, instances=3)
    pair.act("manager_deletes_shift", shift_id=gone)
    number = pair.last_request()
    assert blocked((await pair.engine.reconcile()).waiting) == [
        ("blocked", "update", "the Wonolo key may not change requests: change it in the Wonolo portal as shown"),
        ("blocked", "delete", "the Wonolo key may not change requests: cancel it in the Wonolo portal"),
    ]
    assert len(pair.writes_since(number)) == 1
    await pair.quiet()


@pytest.mark.parametrize(
    ("action", "kind", "wanted", "by_hand"),
    [
        ("assign", "job", "give seats", "assign this worker to the request in the Wonolo portal"),
        ("release", "job", "take seats back", "cancel this worker's job in the Wonolo portal"),
    ],
)
def test_seats_have_their_own_instructions(action: Action, kind: Kind, wanted: str, by_hand: str) -> None:
    """What the key may not do is no matter for When I Work, nor for a change that waits for a yes."""
    change = Change(action=action, system="wonolo", kind=kind, link="x", subject="1 Picker")
    later = "tried again after a day, or once `shiftbridge doctor` was run"
    reason = f"the Wonolo key may not {wanted}: {by_hand} ({later})"
    assert ruled_out(change, {wanted}) == ("blocked", reason)
    others = {"post requests", "change requests", "give seats", "take seats back"}
    assert ruled_out(change, others - {wanted}) is None
    assert ruled_out(msgspec.structs.replace(change, verdict="hold"), others) is None
    assert ruled_out(msgspec.structs.replace(change, system="wheniwork", kind="shift"), others) is None


async def test_what_a_person_did_in_the_portal_ends_it(pair: Pair) -> None:
    """The request is recognised, and nothing waits any more."""
    pair.offer(2)
    await pair.engine.reconcile()
    pair.post(2)
    assert await pair.settled() == ["Picker at Harbor Warehouse, Wed 04 Mar 08:00-16:00: 2 open"]


@pytest.mark.parametrize("fault", ["throttle_403", "html"])
async def test_a_pause_or_a_proxy_teaches_nothing_about_the_key(pair: Pair, fault: FaultName) -> None:
    """A 403 that is worded as throttling, or comes as a page, is no word about the key."""
    pair.world.wonolo.switches.pool = "private"
    pair.world.faults.add(Rule(fault=fault, method="POST", path="/api_v2/job_requests", times=1, status=403))
    pair.offer(1)
    outcome = await pair.engine.reconcile()
    assert [row.outcome for row in outcome.failed] == ["unknown"]
    await pair.engine.reconcile()
    pair.world.advance(timedelta(minutes=6))
    assert await pair.settled() == ["Picker at Harbor Warehouse, Wed 04 Mar 08:00-16:00: 1 open"]


async def test_the_report_says_it_in_every_format(pair: Pair) -> None:
    """Beside each row, however many share it."""
    for start in ("08:00", "10:00", "12:00"):
        pair.offer(1, start=start)
    report = of_outcome(await pair.engine.reconcile(), "test")
    cause = "open shifts in When I Work that Wonolo does not know"
    blocked = [why(entry) for entry in report.entries if entry.status == "blocked"]
    assert blocked == [f"blocked: {POST} ({cause})."] * 3
    assert (as_markdown(report).count(POST), as_json(report).count(POST)) == (3, 3)
    assert report.is_pending
