"""A database that was lost while people went on: what moved, was deleted or cancelled is asked about, never doubled."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from mappings.matching import DIFFERENT, SAME
from sync.engine import open_engine
from sync.plan import Change
from tests.engine_world import Pair, Wire, at, configured, copied, open_pair

PICKER = "Picker at Harbor Warehouse"
LATER = {"start_time": at(2, "12:00"), "end_time": at(2, "20:00")}


@asynccontextmanager
async def lost(template: Path, pair: Pair) -> AsyncIterator[Pair]:
    """The same accounts with an empty database."""
    path = shutil.copy(template, Path(pair.config.database.url.removeprefix("sqlite:///")).with_name("new.db"))
    config, wire = configured(pair.world, f"sqlite:///{path}"), Wire(pair.world)
    async with open_engine(config, transport=wire, clock=pair.world.clock) as engine:
        yield replace(pair, config=config, engine=engine, wire=wire)


@pytest.fixture
async def pair(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Pair]:
    """Two accounts that were kept equal."""
    async with open_pair(copied(sqlite_template, tmp_path)) as opened:
        yield opened


async def offered(pair: Pair) -> int:
    """An open shift that was posted; returns its id."""
    shift = pair.offer(2)
    await pair.engine.reconcile()
    return shift


async def posted(pair: Pair) -> int:
    """A request that is shown as an open shift; returns the shift."""
    pair.post(2)
    await pair.engine.reconcile()
    return pair.shifts(held=False)[-1]


async def asked(pair: Pair) -> Change:
    """The one thing that waits; nothing was done."""
    outcome = await pair.quiet()
    [change] = outcome.waiting
    return change


@pytest.mark.parametrize("made", [offered, posted])
@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (SAME, [f"{PICKER}, Wed 04 Mar 12:00-20:00: 2 open"]),
        (DIFFERENT, [f"{PICKER}, Wed 04 Mar 08:00-16:00: 2 open", f"{PICKER}, Wed 04 Mar 12:00-20:00: 2 open"]),
    ],
)
async def test_a_shift_that_moved_meanwhile_is_asked_about(
    pair: Pair, sqlite_template: Path, made: Callable[..., object], choice: str, expected: list[str]
) -> None:
    """Whichever side the demand came from; today's records name each other by the marker of the one we made."""
    pair.edit(await made(pair), **LATER)  # type: ignore[misc]  # one of the two above
    async with lost(sqlite_template, pair) as again:
        change = await asked(again)
        assert change.doubt
        await again.engine.deciding.settle([(change.doubt, choice)], "a manager", "")
        assert await again.settled() == expected


@pytest.mark.parametrize(
    ("choice", "expected"), [("cancel", []), ("show", [f"{PICKER}, Wed 04 Mar 08:00-16:00: 2 open"])]
)
async def test_a_shift_that_was_deleted_meanwhile_is_asked_about(
    pair: Pair, sqlite_template: Path, choice: str, expected: list[str]
) -> None:
    """Its request is still there, and carries our marker."""
    pair.act("manager_deletes_shift", shift_id=await offered(pair))
    async with lost(sqlite_template, pair) as again:
        change = await asked(again)
        assert (change.verdict, change.options) == ("conflict", ("show", "cancel"))
        await again.engine.deciding.answer(change, choice, "a manager", "")
        assert await again.settled() == expected


@pytest.mark.parametrize("made", [offered, posted])
@pytest.mark.parametrize("choice", [SAME, DIFFERENT])
async def test_a_request_that_was_cancelled_meanwhile_is_asked_about(
    pair: Pair, sqlite_template: Path, made: Callable[..., object], choice: str
) -> None:
    """The shift stays, and is offered once more only if somebody says so."""
    await made(pair)  # type: ignore[misc]  # one of the two above
    pair.act("requestor_cancels", job_request_id=pair.requests()[-1])
    async with lost(sqlite_template, pair) as again:
        change = await asked(again)
        assert (change.verdict, change.options) == ("conflict", (SAME, DIFFERENT))
        await again.engine.deciding.answer(change, choice, "a manager", "")
        outcome = await again.engine.reconcile()
        assert (outcome.waiting, len(outcome.done)) == ((), int(choice == DIFFERENT))


async def test_copies_of_what_we_made_are_demands_while_the_database_is_there(pair: Pair) -> None:
    """People copy markers: a request for another day, and a week of shifts with their notes."""
    shift = await offered(pair)
    name = pair.world.wonolo.job_requests.records[pair.requests()[-1]]["request_name"]
    pair.post(2, day=3, request_name=name)
    pair.offer(2, day=4, notes=pair.world.wheniwork.shifts[shift]["notes"])
    assert len(await pair.settled()) == 3


async def test_work_that_is_over_is_asked_about_no_more(pair: Pair, sqlite_template: Path) -> None:
    """It has gone by."""
    pair.edit(await offered(pair), **LATER)
    pair.world.advance(timedelta(days=4))
    async with lost(sqlite_template, pair) as again:
        assert (await again.quiet()).waiting == ()
