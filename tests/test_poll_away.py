"""The poller of who is away: what is kept of time off and swaps, what goes again, and a login that may not see them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.faults import Rule
from sandbox.wheniwork.state import ACCOUNT_ID
from tests.engine_world import Pair, at, copied, open_pair


@pytest.fixture
async def pair(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Pair]:
    """A pair of accounts in which Ada holds a seat and is a user."""
    async with open_pair(copied(sqlite_template, tmp_path)) as opened:
        opened.post(1)
        opened.accept("Ada")
        await opened.settled()
        yield opened


def mirrored(pair: Pair, kind: Any) -> set[int]:
    """Ids of the records that a system still has, as the mirror says."""
    with pair.engine.store.begin("main") as tx:
        return {int(row["id"]) for row in tx.observations.all(kind)}


def asks_off(pair: Pair, user: int, status: int, day: int = 2) -> dict[str, Any]:
    """Somebody's request for a day off."""
    span = {"start_time": at(day, "00:00"), "end_time": at(day, "23:59")}
    people = {"account_id": ACCOUNT_ID, "user_id": user, "creator_id": user}
    return pair.world.wheniwork.add("requests", {**people, **span, "status": status, "user_status": status})


def ada(pair: Pair) -> int:
    """Ada's user."""
    code = f"wonolo:{pair.worker('Ada')}"
    return next(int(row["id"]) for row in pair.world.wheniwork.users.values() if row["employee_code"] == code)


async def test_granted_time_off_of_workers_is_kept_until_it_is_granted_no_more(pair: Pair) -> None:
    """That of the company's own people is none of our business."""
    granted = asks_off(pair, ada(pair), 2)
    asks_off(pair, ada(pair), 0)
    asks_off(pair, pair.staff("Alma"), 2)
    asks_off(pair, ada(pair), 2, day=300)
    await pair.engine.pull()
    assert mirrored(pair, "time_off") == {granted["id"]}
    granted["status"] = 1
    await pair.engine.pull()
    assert mirrored(pair, "time_off") == set()


async def test_swaps_are_kept_while_they_are_under_way(pair: Pair) -> None:
    """And told of by the plan as long."""
    [held] = pair.shifts(held=True)
    people = {"account_id": ACCOUNT_ID, "user_id": ada(pair), "creator_id": ada(pair), "location_id": 1}
    swap = pair.world.wheniwork.add("swaps", {**people, "shift_id": held, "type": 1, "status": 0, "statuses": []})
    before = mirrored(pair, "swap")
    await pair.engine.pull()
    assert mirrored(pair, "swap") - before == {swap["id"]}
    swap["status"] = 4
    await pair.engine.pull()
    assert mirrored(pair, "swap") == before


@pytest.mark.parametrize("path", ["/2/requests", "/2/swaps"])
async def test_a_login_that_may_not_see_them_goes_without(pair: Pair, path: str) -> None:
    """The pull says so in a sentence, and the rest goes on."""
    pair.world.faults.add(Rule(fault="forbidden", path=path))
    pulled = await pair.engine.pull()
    [problem] = pulled.problems
    assert problem.startswith("When I Work does not show time off and swaps, so plans do not heed them: ")
    assert pulled.counts["shift"] > 0
