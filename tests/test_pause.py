"""Pauses: what they block and with which words, until when, and by whose clock."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from sync.clock import SystemClock
from sync.mirror.pauses import Pause
from sync.pausing import current_time, read_record, read_until, zone_of
from tests.engine_world import CHICAGO, Pair, open_pair, reopened

NOW = datetime(2026, 3, 2, 14, tzinfo=UTC)
PICKER = "Picker at Harbor Warehouse, Wed 04 Mar"


@pytest.fixture
async def pair(database_url: str) -> AsyncIterator[Pair]:
    """Two accounts and the engine between them, on either database."""
    async with open_pair(database_url) as opened:
        yield opened


def order(pair: Pair, kind: str = "", record: int = 0, until: datetime | None = None) -> None:
    """Lena pauses a pair, or a record."""
    now = pair.world.clock.now()
    with pair.engine.store.begin("main") as tx:
        tx.pauses.add(Pause("lena", "inventory", now, until, kind, record))


def end(pair: Pair, kind: str = "", record: int = 0) -> None:
    """Somebody resumes it."""
    with pair.engine.store.begin("main") as tx:
        assert tx.pauses.end(kind, record, pair.world.clock.now(), "max")


async def blocked(pair: Pair) -> list[tuple[str, str, str]]:
    """Reconcile; returns action, kind and reason of what waits, in a world where nothing was written."""
    number = pair.last_request()
    outcome = await pair.engine.reconcile()
    assert (pair.writes_since(number), outcome.done, {row.verdict for row in outcome.waiting}) == ([], (), {"blocked"})
    return sorted((row.action, row.kind, row.reason) for row in outcome.waiting)


async def test_a_pair_that_is_paused_is_read_and_not_written(pair: Pair) -> None:
    """Each change says who ordered it and why; after the end it is done, once."""
    edited_stack = pair.offer(2)
    await pair.settled()
    pair.edit(edited_stack, instances=3)
    pair.offer(1, start="10:00")
    pair.post(1, start="12:00")
    order(pair)
    why = "lena paused everything: inventory"
    assert await blocked(pair) == [
        ("create", "job_request", why),
        ("create", "shift", why),
        ("update", "job_request", why),
    ]
    end(pair)
    assert len(await pair.settled()) == 3


async def test_a_pause_of_a_linked_shift_blocks_its_demand_alone(pair: Pair) -> None:
    """Also what would be written to the other side of it; other work goes on."""
    stack = pair.offer(2)
    await pair.settled()
    pair.edit(stack, instances=3)
    order(pair, "shift", stack)
    assert await blocked(pair) == [("update", "job_request", f"lena paused shift:{stack}: inventory")]
    pair.offer(1, start="10:00")
    assert [row.kind for row in (await pair.engine.reconcile()).done] == ["job_request"]
    end(pair, "shift", stack)
    assert await pair.settled() == [f"{PICKER} 08:00-16:00: 3 open", f"{PICKER} 10:00-18:00: 1 open"]


async def test_a_pause_of_a_shift_or_a_request_that_is_alone_keeps_it_alone(pair: Pair) -> None:
    """Nothing is made of either."""
    stack, request = pair.offer(2), pair.post(1, start="12:00")
    order(pair, "shift", stack)
    order(pair, "job_request", request)
    assert await blocked(pair) == [
        ("create", "job_request", f"lena paused shift:{stack}: inventory"),
        ("create", "shift", f"lena paused job_request:{request}: inventory"),
    ]
    end(pair, "shift", stack)
    end(pair, "job_request", request)
    assert len(await pair.settled()) == 2


async def test_a_pause_of_a_linked_request_blocks_what_its_shift_needs(pair: Pair) -> None:
    """Whichever side's record was named."""
    stack = pair.offer(2)
    await pair.settled()
    request = pair.requests()[0]
    pair.act("requestor_edits", job_request_id=request, fields={"slots": 4})
    order(pair, "job_request", request)
    assert await blocked(pair) == [("update", "shift", f"lena paused job_request:{request}: inventory")]
    end(pair, "job_request", request)
    assert await pair.settled() == [f"{PICKER} 08:00-16:00: 4 open"]
    assert pair.world.wheniwork.shifts[stack]["instances"] == 4


async def test_a_pause_passes_by_itself(pair: Pair) -> None:
    """At its end, and not before."""
    pair.offer(2)
    until = pair.world.clock.now() + timedelta(hours=2)
    order(pair, until=until)
    why = f"lena paused everything until {until:%Y-%m-%d %H:%M} UTC: inventory"
    assert await blocked(pair) == [("create", "job_request", why)]
    pair.world.advance(timedelta(hours=1, minutes=59))
    assert await blocked(pair) == [("create", "job_request", why)]
    pair.world.advance(timedelta(minutes=1))
    assert await pair.settled() == [f"{PICKER} 08:00-16:00: 2 open"]


async def test_a_pause_survives_a_new_process_with_another_configuration(pair: Pair) -> None:
    """It is a row of the database, not an option."""
    pair.offer(2)
    order(pair)
    async with reopened(pair, sync={"cutoff_hours": 3}) as again:
        assert await blocked(again) == [("create", "job_request", "lena paused everything: inventory")]


@pytest.mark.parametrize(
    ("text", "until"),
    [
        ("30m", NOW + timedelta(minutes=30)),
        ("2h", NOW + timedelta(hours=2)),
        (" 3 D ", NOW + timedelta(days=3)),
        ("2026-12-02 08:00", datetime(2026, 12, 2, 14, tzinfo=UTC)),
        ("2026-07-02T08:00", datetime(2026, 7, 2, 13, tzinfo=UTC)),
        ("2026-12-02T08:00+01:00", datetime(2026, 12, 2, 7, tzinfo=UTC)),
        ("2026-12-02T08:00:30Z", datetime(2026, 12, 2, 8, 0, 30, tzinfo=UTC)),
        ("2026-11-01T01:30-05:00", datetime(2026, 11, 1, 6, 30, tzinfo=UTC)),
    ],
)
def test_the_end_of_a_pause_is_written_in_three_ways(text: str, until: datetime) -> None:
    """A duration, a time on the wall of the place, an instant."""
    assert read_until(text, NOW, CHICAGO) == until


_HOW = "write 30m, 2h or 3d, a time of the place like 2026-12-02 08:00, or an instant like 2026-12-02T08:00-06:00"
_SET = "as clocks are set then (America/Chicago): write it with its offset, like"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("tomorrow", f"'tomorrow' is no time: {_HOW}"),
        ("", f"'' is no time: {_HOW}"),
        ("2x", f"'2x' is no time: {_HOW}"),
        ("-2h", f"'-2h' is no time: {_HOW}"),
        ("2026-13-02 08:00", f"'2026-13-02 08:00' is no time: {_HOW}"),
        ("2026-12-02", "'2026-12-02' is a day: add the time of day, like 2026-12-02 08:00"),
        ("0h", "'0h' is not in the future: it is Mon 02 Mar 2026 08:00 (America/Chicago) now"),
        (
            "2026-03-02 08:00",
            "'2026-03-02 08:00' is not in the future: it is Mon 02 Mar 2026 08:00 (America/Chicago) now",
        ),
        ("2026-03-08 02:30", f"2026-03-08 02:30 does not exist, {_SET} 2026-03-08T02:30:00-06:00"),
        ("2026-11-01 01:30", f"2026-11-01 01:30 comes twice, {_SET} 2026-11-01T01:30:00-05:00"),
        ("9999-12-31T23:59-12:00", "'9999-12-31T23:59-12:00' is too far away"),
    ],
)
def test_a_wrong_end_is_answered_with_what_is_wrong(text: str, said: str) -> None:
    """And with how to write it."""
    with pytest.raises(ValueError, match=f"^{re.escape(said)}$"):
        read_until(text, NOW, CHICAGO)


@pytest.mark.parametrize(
    ("text", "record"),
    [
        ("shift:10000", ("shift", 10000)),
        ("Shift 10000", ("shift", 10000)),
        ("request:12", ("job_request", 12)),
        ("job_request:12", ("job_request", 12)),
        ("job:5", ("job", 5)),
        ("user:33", ("user", 33)),
        ("worker:7", ("worker", 7)),
        ("time:8", ("time", 8)),
    ],
)
def test_a_record_is_named_as_for_its_history(text: str, record: tuple[str, int]) -> None:
    """With the same freedom."""
    assert read_record(text) == record


@pytest.mark.parametrize("text", ["place:3", "12", "shift", "shift:x", "", "Ada", "link shift:3"])
def test_what_is_no_such_record_is_refused(text: str) -> None:
    """A place or a name is nothing that a write is about."""
    with pytest.raises(ValueError, match="is no record that can be paused: write one like shift:10000, request:12"):
        read_record(text)


async def test_the_clock_and_the_zone_are_those_of_the_pair(pair: Pair) -> None:
    """UTC where no place is known; this machine's clock where Wonolo's counts and nobody answers."""
    assert zone_of(pair.config) == CHICAGO
    assert zone_of(pair.config.model_copy(update={"places": []})) == ZoneInfo("UTC")
    follows = pair.config.model_copy(update={"sync": pair.config.sync.model_copy(update={"clock": "wonolo"})})
    before = SystemClock().now()
    assert before <= await current_time(pair.config) <= SystemClock().now()
    assert before <= await current_time(follows) <= SystemClock().now()
