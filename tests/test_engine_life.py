"""Random life on both sides, with a reconcile every few acts: it always settles, and nothing is lost or doubled."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from sandbox.faults import FaultName, Rule
from sandbox.people import ImpossibleActError, live
from tests.engine_world import Pair, Record, copied, open_pair, quiet_world

EVERYTHING = dict.fromkeys(
    (
        f"{action}:{kind}"
        for action in ("update", "delete", "release")
        for kind in ("shift", "job_request", "job", "user")
    ),
    1000,
)
WRITES = ("POST", "PUT", "PATCH", "DELETE")
LOSSES: tuple[FaultName, ...] = ("lost_request", "lost_reply", "error_after_effect", "error")


def ahead(pair: Pair, *, held: bool) -> list[Record]:
    """The published shifts ahead that are open, or that workers hold."""
    ids = pair.shifts(held=held)
    rows = [pair.world.wheniwork.shifts[number] for number in ids]
    return [row for row in rows if row["published"] and row["start_time"] > pair.world.clock.now()]


def times(row: Record, by: timedelta) -> Record:
    """Both times of a shift, moved."""
    return {"start_time": row["start_time"] + by, "end_time": row["end_time"] + by}


def move_one(pair: Pair, rng: random.Random) -> None:
    """A manager moves one open or held shift."""
    row = rng.choice(ahead(pair, held=rng.random() < 0.3))
    pair.edit(row["id"], **times(row, timedelta(minutes=30)))


def move_all(pair: Pair, rng: random.Random) -> None:
    """A manager moves everything of one place, position and time."""
    rows = ahead(pair, held=False) + ahead(pair, held=True)
    slot = [(row["location_id"], row["position_id"], row["start_time"], row["end_time"]) for row in rows]
    chosen = rng.choice(slot)
    for row, one in zip(rows, slot, strict=True):
        if one == chosen:
            pair.edit(row["id"], **times(row, timedelta(minutes=-30)))


def double(pair: Pair, rng: random.Random) -> None:
    """A manager puts an equal open shift beside one."""
    row = rng.choice(ahead(pair, held=rng.random() < 0.5))
    same = {name: row[name] for name in ("location_id", "position_id", "start_time", "end_time")}
    pair.act("manager_creates_shift", fields={**same, "instances": rng.randint(1, 2), "published": True})


def take_away(pair: Pair, rng: random.Random) -> None:
    """A manager deletes a held shift, unpublishes an open one, or takes a seat off it."""
    held, open_ones = ahead(pair, held=True), ahead(pair, held=False)
    if held and rng.random() < 0.5:
        pair.act("manager_deletes_shift", shift_id=rng.choice(held)["id"])
    else:
        row = rng.choice(open_ones)
        pair.edit(row["id"], **({"instances": row["instances"] - 1} if row["instances"] > 1 else {"published": False}))


def retype(pair: Pair, rng: random.Random) -> None:
    """A requestor asks for one slot less, or for another start."""
    state = pair.world.wonolo
    rows = [row for row in state.job_requests.records.values() if row["state"] in ("posted", "filled")]
    row = rng.choice([one for one in rows if one["start_time"] > pair.world.clock.now()])
    later = (row["start_time"] + timedelta(minutes=30)).isoformat()
    fields = {"slots": row["slots"] - 1} if row["slots"] > 1 and rng.random() < 0.5 else {"start_time": later}
    pair.act("requestor_edits", job_request_id=row["id"], fields=fields)


ACTS: tuple[Callable[[Pair, random.Random], None], ...] = (move_one, move_all, double, take_away, retype)


def let_life_happen(pair: Pair, rng: random.Random) -> None:
    """A few acts of people, and sometimes time."""
    live(pair.world, rng.randint(0, 4))
    for act in rng.sample(ACTS, rng.randint(0, 2)):
        try:
            act(pair, rng)
        except (ImpossibleActError, IndexError):
            continue  # nothing in the world fits it now
    if rng.random() < 0.3:
        pair.world.advance(timedelta(hours=rng.choice((1, 5, 11))))


async def lose_some(pair: Pair) -> None:
    """A reconcile in which every fourth write gets no answer or an error."""
    for fault in LOSSES:
        for method in WRITES:
            for path in ("/2/shifts*", "/2/users*", "/api_v2/job*"):
                pair.world.faults.add(Rule(fault=fault, method=method, path=path, probability=0.08))
    await pair.engine.reconcile(EVERYTHING)
    pair.world.faults.clear()
    let_life_happen(pair, random.Random(pair.last_request()))  # noqa: S311 - life must repeat under its seed
    pair.world.advance(timedelta(minutes=1))


async def settle(pair: Pair) -> None:
    """Reconcile until nothing is left to do, at most three times; then all must be well."""
    own = pair.own_shifts()
    for _ in range(3):
        outcome = await pair.engine.reconcile(EVERYTHING)
        assert outcome.failed == ()
        if not outcome.done:
            break
    assert pair.apart(await pair.quiet()) == []
    assert pair.own_shifts() == own


@pytest.mark.parametrize("seed", range(2))
async def test_life_on_both_sides_always_settles(sqlite_template: Path, tmp_path: Path, seed: int) -> None:
    """Seats asked are seats open and held, on both sides; the company's own shifts are untouched."""
    await _live(copied(sqlite_template, tmp_path), seed, rounds=6, losing=False)


@pytest.mark.parametrize("seed", range(100, 102))
async def test_life_settles_although_replies_were_lost(sqlite_template: Path, tmp_path: Path, seed: int) -> None:
    """Whatever happened meanwhile."""
    await _live(copied(sqlite_template, tmp_path), seed, rounds=5, losing=True)


@pytest.mark.parametrize("backend", ["postgres"], indirect=True)
async def test_life_settles_on_a_postgres(database_url: str) -> None:
    """The same story."""
    await _live(database_url, seed=200, rounds=3, losing=True)


async def _live(url: str, seed: int, *, rounds: int, losing: bool) -> None:
    rng = random.Random(seed)  # noqa: S311 - life must repeat under its seed
    world = quiet_world(seed, demands=4, posted=0.25)
    world.wheniwork.switches.stack_keeps_id = bool(seed % 2)
    async with open_pair(url, world) as pair:
        await settle(pair)
        for _ in range(rounds):
            let_life_happen(pair, rng)
            if losing:
                await lose_some(pair)
            await settle(pair)
