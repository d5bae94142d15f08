"""The writer: what is looked at before a write, compared after it, and left alone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from mappings.model import Rules
from sync.lease import Lease
from sync.plan import Change
from sync.writer import Writer
from sync.writer.readback import unlike
from tests.engine_world import START, Pair, copied, open_pair

PICKER = "Picker at Harbor Warehouse, Wed 04 Mar 08:00-16:00"


@pytest.fixture
async def pair(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Pair]:
    """A pair of accounts in which nothing is offered yet; what is asked of the database is tested elsewhere."""
    async with open_pair(copied(sqlite_template, tmp_path)) as opened:
        yield opened


def writer(pair: Pair) -> Writer:
    """A writer that holds the pair's lease."""
    engine = pair.engine
    engine.fence.lease = Lease(engine.store, "main", "a writer")
    with engine.store.begin("main") as tx:
        tx.leases.take("a writer", "a test")
    return Writer(engine._calls, pair.config.rules, pair.world.clock, 1, engine.fence.lease)


def change(**fields: Any) -> Change:
    """A change of a shift."""
    return Change(**{"action": "update", "system": "wheniwork", "kind": "shift", "link": "a", "subject": "s", **fields})


async def test_a_stack_that_is_not_as_planned_is_not_touched(pair: Pair) -> None:
    """An earlier change of the same plan may have done otherwise than was thought."""
    stack = pair.offer(2)
    await pair.settled()
    number = pair.last_request()
    late = change(action="assign", record=str(stack), payload={"user_id": 1}, expects={"user_id": 0, "instances": 3})
    result = await writer(pair).carry_out(late)
    assert (result.outcome, result.reason) == ("moved", "its instances is not as planned")
    assert pair.writes_since(number) == []


async def test_a_seat_waits_for_its_worker_s_user(pair: Pair) -> None:
    """Nothing is sent for a user who is not there."""
    stack = pair.offer(1)
    await pair.settled()
    number = pair.last_request()
    result = await writer(pair).carry_out(
        change(action="assign", record=str(stack), payload={"user_id": "@user:wonolo:1"})
    )
    assert (result.outcome, pair.writes_since(number)) == ("moved", [])


async def test_deleting_what_is_gone_is_done(pair: Pair) -> None:
    """Somebody was faster, and meant the same."""
    stack = pair.offer(1)
    await pair.settled()
    pair.act("manager_deletes_shift", shift_id=stack)
    result = await writer(pair).carry_out(change(action="delete", record=str(stack)))
    assert result.outcome == "done"


@pytest.mark.parametrize("keeps", [True, False])
async def test_a_whole_stack_that_is_assigned_at_once_gets_its_other_seats_back(pair: Pair, *, keeps: bool) -> None:
    """A service that ignores that one seat was meant."""
    pair.world.wheniwork.switches.converted_stack_keeps_instances = keeps
    pair.offer(3)
    await pair.settled()
    pair.accept("Ada")
    pair.wire.drop_option = "assign_openshift_instances"
    await pair.engine.reconcile()
    assert await pair.settled() == [f"{PICKER}: 2 open, Ada"]


async def test_a_shift_that_stays_a_draft_is_published(pair: Pair) -> None:
    """Publishing on creation has no effect in some accounts."""
    pair.world.wheniwork.switches.publish_on_create = False
    pair.post(2)
    assert await pair.settled() == [f"{PICKER}: 2 open"]


@pytest.mark.parametrize(
    "switches",
    [
        {"strict_put": True},
        {"publish_reply": "success", "publish_on_create": False},
        {"unset_dates": "zero"},
        {"gone_status": 400},
        {"deleted_ids_by": "shift"},
        {"login_shape": "seed"},
    ],
)
async def test_a_service_that_behaves_otherwise_is_understood(pair: Pair, switches: dict[str, Any]) -> None:
    """Where the sources disagree."""
    stack = pair.offer(2)
    pair.world.wheniwork.switches.change(switches)
    pair.post(1, start="10:00")
    await pair.settled()
    pair.accept("Ada", pair.requests()[-1])
    await pair.settled()
    pair.act("manager_deletes_shift", shift_id=stack)
    assert await pair.settled() == [
        "Picker at Harbor Warehouse, Wed 04 Mar 08:00-16:00: 0 open, Ada",
        "Picker at Harbor Warehouse, Wed 04 Mar 10:00-18:00: 1 open",
    ]


@pytest.mark.parametrize(
    "switches",
    [
        {"wrap_records": False, "created_status": 201},
        {"updated_bounds_inclusive": True, "newest_first": False},
        {"jobs_touch_job_request": True},
        {"rails_zone_names": True, "one_token": True},
    ],
)
async def test_a_wonolo_that_behaves_otherwise_is_understood(pair: Pair, switches: dict[str, Any]) -> None:
    """Where nobody public knows."""
    pair.world.wonolo.switches.change(switches)
    pair.offer(2)
    await pair.settled()
    job = pair.accept("Ada")
    await pair.settled()
    pair.act("worker_withdraws", job_id=job)
    assert await pair.settled() == [f"{PICKER}: 2 open"]


def test_what_reads_back_as_it_was_written_is_alike(pair: Pair) -> None:
    """Spelled otherwise is the same; a held seat is one instance, or none."""
    rules: Rules = pair.config.rules
    seat = {"start_time": START.isoformat(), "user_id": 7, "instances": 1}
    read = {"start_time": "Mon, 02 Mar 2026 08:00:00 -0600", "user_id": "7", "instances": 0}
    assert unlike(change(), seat, [("shift", read)], rules) == ""
    assert unlike(change(), {"user_id": 7}, [("shift", {"user_id": 8})], rules) == "user_id was sent as 7 but reads 8"
    assert unlike(change(), {}, [], rules) == ""


def test_an_unreadable_start_is_unlike(pair: Pair) -> None:
    """It is a failure of that write, and no more."""
    request = change(kind="job_request", system="wonolo", place="Harbor Warehouse")
    reason = unlike(
        request, {"start_time": "2026-03-04 08:00"}, [("job_request", {"start_time": "soon"})], pair.config.rules
    )
    advice = "look at `zone` of Harbor Warehouse and `start_time_format` under [wonolo]"
    assert reason == f"start_time was sent as '2026-03-04 08:00' but reads 'soon': {advice}"
    cancelled = unlike(request, {"state": "cancelled"}, [("job_request", {"state": "posted"})], pair.config.rules)
    assert cancelled == "state was sent as 'cancelled' but reads 'posted'"


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ("2026-03-04 08:00", "Wonolo took the time on the wall for UTC-05:00, not for UTC-06:00"),
        ("2026-03-04 06:30", "Wonolo took the time on the wall for UTC-06:30, not for UTC-06:00"),
        ("2026-03-04T14:00:00+00:00", "Wed 04 Mar 07:00 in America/Chicago and not Wed 04 Mar 08:00"),
    ],
)
def test_a_start_that_stands_elsewhere_is_told_in_both_zones(pair: Pair, sent: str, told: str) -> None:
    """On the wall that was meant, and by the offset that the service must have had in mind."""
    request = change(kind="job_request", system="wonolo", place="Harbor Warehouse", zone="America/Chicago")
    after = {"start_time": "2026-03-04T13:00:00Z"}
    assert told in unlike(request, {"start_time": sent}, [("job_request", after)], pair.config.rules)


def test_an_address_that_is_only_spelled_otherwise_is_alike(pair: Pair) -> None:
    """It is the same place."""
    request = change(kind="job_request", system="wonolo", place="Harbor Warehouse")
    sent = {"address": "400 Harbor Road", "zip": "60617", "venue": "Harbor Warehouse"}
    after = sent | {"address": " 400 HARBOR road", "venue": "Harbor"}
    assert unlike(request, sent, [("job_request", after)], pair.config.rules) == ""
    moved = unlike(request, sent, [("job_request", after | {"zip": "60618"})], pair.config.rules)
    assert moved.endswith("look at `address`, `zip` and `venue` of Harbor Warehouse")


def test_an_assignment_that_seated_nobody_is_a_failure(pair: Pair) -> None:
    """The worker must hold one of the shifts of those hours."""
    given = change(action="assign")
    seen: Any = [("shift", {"user_id": 0}), ("shift", {"user_id": 8})]
    assert unlike(given, {"user_id": 7}, seen, pair.config.rules) == "user 7 was assigned but holds no shift"
    assert unlike(given, {"user_id": 8}, seen, pair.config.rules) == ""
