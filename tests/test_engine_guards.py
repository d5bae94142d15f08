"""Guards at work: wrong states of the world, what is refused before the first write, and how it is allowed once."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from sandbox.faults import Rule
from sync.engine import open_engine
from sync.errors import Refusal, UnsafePlan
from sync.guards import allowance
from sync.lease import leased
from sync.plan import Plan
from tests.engine_world import Pair, open_pair, quiet_world, reopened

EMPTY = "[--allow empty:shifts]"
CUT_SHORT = "When I Work did not show all its shifts"
RESCOPED = "10 changes would follow from another configuration than the last reconcile had"
TOO_MUCH = (
    "together with what this run has done already, $640 of pay would be added; at most $500 may in one run. "
    "If this is meant, run again with --allow spend=640"
)


@pytest.fixture
async def pair(database_url: str) -> AsyncIterator[Pair]:
    """A pair of accounts in which nothing is offered yet."""
    async with open_pair(database_url) as opened:
        yield opened


def offers(pair: Pair, count: int) -> list[int]:
    """So many stacks, a quarter of an hour apart from each other."""
    return [pair.offer(1, start=f"{6 + number // 4:02}:{number % 4 * 15:02}", break_time=0) for number in range(count)]


async def refusals(pair: Pair, *allowed: str) -> list[str]:
    """Why a reconcile with these permissions is refused, and the way past it; a diff says the same."""
    number = pair.last_request()
    with pytest.raises(UnsafePlan) as caught:
        await pair.engine.reconcile(allow(*allowed))
    assert pair.writes_since(number) == []
    if not allowed:
        assert (await pair.engine.diff()).refusals == caught.value.refusals
    return [told(row) for row in caught.value.refusals]


def allow(*texts: str) -> dict[str, float]:
    """Permissions as the command line takes them."""
    return dict(allowance(text) for text in texts)


def told(refusal: Refusal) -> str:
    """A refusal as people read it."""
    return f"{refusal.why} [{refusal.override}]"


async def test_a_manager_who_deletes_two_of_five_shifts_is_asked(sqlite_url: str) -> None:
    """Every guard that minds says so at once; what they name lets exactly that pass, and nothing stays behind."""
    async with open_pair(sqlite_url, guards={"cancelled_hours": 90}) as pair:
        stacks = offers(pair, 30)
        assert len(await pair.settled()) == 30
        for stack in stacks[:12]:
            pair.act("manager_deletes_shift", shift_id=stack)
        assert await refusals(pair) == [
            "12 requests in Wonolo would be cancelled, of 30 linked; at most 9 may [--allow delete:job_requests=12]",
            "96 paid hours would be cancelled; at most 90 may [--allow hours=96]",
        ]
        assert await refusals(pair, "delete:job_requests=11", "hours=96") == [
            "12 requests in Wonolo would be cancelled, of 30 linked; at most 9 may [--allow delete:job_requests=12]"
        ]
        await pair.engine.reconcile(allow("delete:job_requests=12", "hours=96"))
        assert len(await pair.settled()) == 18


async def test_a_side_without_anything_left_is_not_believed(pair: Pair) -> None:
    """Four requests would be cancelled for what may be the wrong account."""
    offers(pair, 4)
    await pair.settled()
    for stack in pair.shifts(held=False):
        pair.act("manager_deletes_shift", shift_id=stack)
    assert await refusals(pair) == [
        "4 requests in Wonolo would be cancelled, of 4 linked; at most 3 may [--allow delete:job_requests=4]",
        f"not one of the 4 shifts linked in When I Work is there any more: is that the right account? {EMPTY}",
    ]
    await pair.engine.reconcile(allow("delete:job_requests=4", "empty:shifts"))
    assert await pair.settled() == []


async def test_five_requests_that_all_change_at_once_are_asked_about(pair: Pair) -> None:
    """No guard minds five changes as such; that nothing is left as it was is what counts."""
    stacks = offers(pair, 5)
    await pair.settled()
    for stack in stacks:
        pair.edit(stack, notes="Dock 4")
    assert await refusals(pair) == [
        "every one of the 5 requests linked in Wonolo would change at once [--allow everything:job_requests]"
    ]
    await pair.engine.reconcile(allow("everything:job_requests"))
    assert len(await pair.settled()) == 5


async def test_an_empty_listing_is_not_believed(pair: Pair) -> None:
    """Though each linked shift is found by its id, nothing at all is written; the next run is as ever."""
    pair.offer(2)
    await pair.settled()
    pair.accept("Ada")
    pair.world.faults.add(Rule(fault="empty_listing", path="/2/shifts", times=2))
    assert await refusals(pair) == [
        f"When I Work showed no shift at all, though links hold 1 shift: is that the right account? {EMPTY}"
    ]
    assert await pair.settled() == ["Picker at Harbor Warehouse, Wed 04 Mar 08:00-16:00: 1 open, Ada"]


async def test_no_shift_is_created_from_a_listing_that_was_cut_short(pair: Pair) -> None:
    """It may be there already; what does not rest on it goes on."""
    pair.world.wheniwork.switches.window_clamp_days = 1
    pair.post(1, day=4)
    pair.offer(1, day=0, start="20:00")
    assert await refusals(pair) == [
        f"{CUT_SHORT}, and creating or cancelling 1 rests on there being no others [--allow incomplete]"
    ]
    pair.world.wheniwork.switches.window_clamp_days = 90
    assert len(await pair.settled()) == 2


async def test_a_configuration_that_looks_at_more_work_is_asked_about_once(sqlite_url: str) -> None:
    """It says what changed in the configuration; a refused run does not make the new one the usual."""
    async with open_pair(sqlite_url) as whole:
        crew = whole.position("Event Crew")
        for number in range(10):
            whole.offer(1, start=f"{8 + number:02}:00", position_id=crew)
        whole.offer(1)
        skills = [row.model_dump() for row in whole.config.skills if row.name != "Event Crew"]
        async with reopened(whole, skills=skills, sync={"horizon_days": 7}) as part:
            assert len(await part.settled()) == 1
        for _ in range(2):
            assert await refusals(whole) == [
                f"{RESCOPED}: horizon_days 7 -> 14; skill Event Crew was added [--allow scope]"
            ]
        await whole.engine.reconcile(allow("scope"))
        assert len(await whole.settled()) == 11


async def test_a_small_change_of_the_configuration_passes(pair: Pair) -> None:
    """Up to nine changes may follow."""
    pair.offer(1)
    await pair.settled()
    pair.offer(1, day=10)
    async with reopened(pair, sync={"horizon_days": 21}) as longer:
        assert len(await longer.settled()) == 2


async def test_a_run_that_may_write_nothing_does_not_make_its_configuration_the_usual(sqlite_url: str) -> None:
    """Who tries a new configuration with writing switched off is still asked when it is switched on."""
    off = {"write": False}
    async with open_pair(sqlite_url, sync={"horizon_days": 1}) as near:
        offers(near, 10)
        await near.engine.reconcile()
        async with reopened(near, wonolo=off, wheniwork=off) as trial:
            await trial.engine.reconcile()
        async with reopened(near) as far:
            assert [row.partition(":")[0] for row in await refusals(far)] == [RESCOPED]


async def test_pay_is_limited_by_run_and_by_day(database_url: str) -> None:
    """What was spent within 24 hours counts, in whatever run; a day later it does not."""
    async with open_pair(database_url, guards={"spend_per_run": 500, "spend_per_day": 1000}) as pair:
        offers(pair, 4)
        assert await refusals(pair) == [
            "$640 of pay would be added; at most $500 may in one run [--allow spend=640]",
        ]
        await pair.engine.reconcile(allow("spend=640"))
        for hour in (20, 21, 22):
            pair.offer(1, day=3, start=f"{hour}:00", break_time=0)
        assert await refusals(pair) == [
            "$1,120 of pay would be added within 24 hours; at most $1,000 may [--allow spend:day=1120]"
        ]
        pair.world.advance(timedelta(hours=24, minutes=1))
        assert len(await pair.settled()) == 7


async def test_what_is_over_does_not_raise_the_share_of_what_may_go(pair: Pair) -> None:
    """Of four linked requests ahead not all may vanish, however many lie behind."""
    for number in range(12):
        pair.offer(1, day=0, start=f"{20 + number // 4:02}:{number % 4 * 15:02}", hours=1)
    await pair.settled()
    pair.world.advance(timedelta(days=2))
    stacks = [pair.offer(1, day=4, start=f"{hour:02}:00") for hour in (8, 9, 10, 11)]
    await pair.settled()
    for stack in stacks:
        pair.act("manager_deletes_shift", shift_id=stack)
    assert (await refusals(pair))[0] == (
        "4 requests in Wonolo would be cancelled, of 4 linked; at most 3 may [--allow delete:job_requests=4]"
    )


async def test_a_later_pass_counts_together_with_the_earlier_ones(sqlite_url: str) -> None:
    """What would be too much then is blocked with the reason; what was done stays done and is told."""
    async with open_pair(sqlite_url, guards={"spend_per_run": 500}) as pair:
        offers(pair, 2)
        engine = pair.engine
        begun: list[int] = []

        async def plan() -> Plan:
            if begun:
                begun.append(pair.offer(1, day=4, start=f"{8 + len(begun):02}:00", break_time=0))
                pair.offer(1, day=5, start=f"{8 + len(begun):02}:00", break_time=0)
                await engine.pull()
            begun.append(0)
            return await engine.plan()

        passes = engine._passing(plan)
        guards = await engine._guards(await engine.pull(), {})
        async with leased(engine.store, pair.config.name, "a test") as lease, engine.fence.holding(lease):
            outcome = await passes.carry_out(1, guards)
        assert [row.subject for row in outcome.done] == [
            "Picker at Harbor Warehouse, Wed 04 Mar 06:00-14:00",
            "Picker at Harbor Warehouse, Wed 04 Mar 06:15-14:15",
        ]
        assert {(row.verdict, row.reason) for row in outcome.waiting} == {("blocked", TOO_MUCH)}
        assert (len(pair.requests()), outcome.passes) == (2, 2)


async def test_a_plan_without_a_write_is_never_refused(sqlite_url: str) -> None:
    """Whatever is wrong with what was read: there is nothing to be careful about."""
    async with open_pair(sqlite_url, quiet_world()) as pair:
        pair.offer(1)
        await pair.settled()
        pair.world.faults.add(Rule(fault="empty_listing", path="/2/shifts", times=2))
        await pair.quiet()
        async with open_engine(pair.config, transport=pair.wire, clock=pair.world.clock) as engine:
            assert (await engine.diff()).refusals == ()
