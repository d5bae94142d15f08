"""The engine as a whole: switches, guards, bad input, two accounts before they were linked, clock changes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from sandbox.faults import Rule
from sync.engine import open_engine
from sync.errors import ClockWrong, ConfigError, InvalidResponse, Unauthorized, UnsafePlan
from tests.engine_world import Pair, at, configured, open_pair, quiet_world, reopened

PICKER = "Picker at Harbor Warehouse, Wed 04 Mar 08:00-16:00"


@pytest.fixture
async def pair(database_url: str) -> AsyncIterator[Pair]:
    """A pair of accounts in which nothing is offered yet."""
    async with open_pair(database_url) as opened:
        yield opened


def runs(pair: Pair, count: int = 1) -> list[tuple[str, str, dict[str, int], str]]:
    """The newest runs: command, outcome, counts and error."""
    with pair.engine.store.begin(pair.config.name) as tx:
        return [(row.command, row.outcome, dict(row.counts), row.error) for row in tx.runs.last(count)]


async def test_a_diff_sends_no_write(pair: Pair) -> None:
    """It shows what a reconcile would do, as often as one likes."""
    pair.offer(2)
    pair.post(1, day=4)
    first, second = await pair.engine.diff(), await pair.engine.diff()
    assert [(row.action, row.kind, row.subject) for row in first.to_do] == [
        ("create", "job_request", PICKER),
        ("create", "shift", "Picker at Harbor Warehouse, Fri 06 Mar 08:00-16:00"),
    ]
    assert (first, pair.writes_since(0)) == (second, [])
    assert runs(pair) == [("diff", "done", {"to_do": 2, "waiting": 0}, "")]


async def test_nothing_is_written_where_writing_is_switched_off(database_url: str) -> None:
    """The outcome says so, and what to set."""
    off = {"write": False}
    async with open_pair(database_url, wonolo=off, wheniwork=off) as pair:
        pair.offer(2)
        pair.post(1, day=4)
        outcome = await pair.quiet()
        assert {(row.verdict, row.reason) for row in outcome.waiting} == {
            ("blocked", "writing to Wonolo is switched off: set write = true under [wonolo]"),
            ("blocked", "writing to When I Work is switched off: set write = true under [wheniwork]"),
        }
        assert runs(pair)[0][:2] == ("reconcile", "waiting")
        async with reopened(pair, wonolo=off) as half:
            await half.engine.reconcile()
            assert (len(half.wonolo_side()), len(half.wheniwork_side())) == (1, 2)
        async with reopened(pair) as whole:
            assert len(await whole.settled()) == 2


async def test_a_login_that_acts_in_another_account_writes_nothing(sqlite_url: str) -> None:
    """The configuration says which account is meant."""
    async with open_pair(sqlite_url, wheniwork={"account_id": 1}) as pair:
        pair.offer(1)
        with pytest.raises(ConfigError, match=r"wheniwork\.account_id: the login acts in account \d+, not 1"):
            await pair.engine.reconcile()
        assert pair.writes_since(0) == []
        found = next(iter(pair.world.wheniwork.users.values()))["account_id"]
        async with reopened(pair, wheniwork={"account_id": found}) as right:
            assert await right.settled() == [f"{PICKER}: 1 open"]


async def test_too_many_deletions_are_refused_before_the_first(pair: Pair) -> None:
    """A one-time permission lets them through."""
    stacks = [pair.offer(1, start=f"{hour:02}:00") for hour in range(6, 10)]
    await pair.settled()
    for stack in stacks:
        pair.act("manager_deletes_shift", shift_id=stack)
    number = pair.last_request()
    with pytest.raises(UnsafePlan) as caught:
        await pair.engine.reconcile()
    assert caught.value.override == "--allow delete:job_requests=4 --allow empty:shifts"
    assert pair.writes_since(number) == []
    assert runs(pair)[0][:2] == ("reconcile", "refused")
    assert await pair.settled(**{"delete:job_request": 4, "empty:shift": 4}) == []


async def test_two_accounts_that_already_hold_the_same_demands_are_linked(pair: Pair) -> None:
    """Nothing is created; where they differ, everybody's workers count."""
    pair.offer(2)
    pair.post(2)
    pair.offer(3, start="10:00")
    pair.post(3, start="10:00")
    pair.accept("Ada")
    outcome = await pair.engine.reconcile()
    assert sorted((row.action, row.kind) for row in outcome.done) == [
        ("assign", "shift"),
        ("create", "user"),
        ("link", "job_request"),
        ("link", "job_request"),
        ("update", "job_request"),
    ]
    assert await pair.settled() == [
        f"{PICKER}: 2 open",
        "Picker at Harbor Warehouse, Wed 04 Mar 10:00-18:00: 2 open, Ada",
    ]


@pytest.mark.parametrize("posted", [0.0, 0.5])
async def test_a_first_copy_of_a_whole_world_settles_at_once(database_url: str, posted: float) -> None:
    """Drafts and the company's own shifts stay as they are."""
    async with open_pair(database_url, quiet_world(demands=12, posted=posted)) as pair:
        assert len(await pair.settled()) == 12 + 12 * posted


async def test_what_the_configuration_does_not_name_is_skipped_with_a_sentence(pair: Pair) -> None:
    """The rest goes on."""
    pair.offer(1)
    odd = pair.offer(1, start="10:00", site_id=9, location_id=136)
    strange = pair.post(1, start="12:00", address="1 Elsewhere")
    outcome = await pair.engine.reconcile()
    assert [(row.subject, row.reason) for row in outcome.skipped] == [
        (
            f"JobRequest {strange} 'Picker at Harbor Warehouse'",
            (
                "no configured place has the address 'Harbor Warehouse, 1 Elsewhere, Chicago, 60617'; "
                "add it under [[places]]"
            ),
        ),
        (f"open shift {odd}", "location 136, site 9 is no configured place; add it under [[places]]"),
    ]
    assert (len(outcome.done), pair.wheniwork_side()) == (1, [f"{PICKER}: 1 open"])
    await pair.quiet()


async def test_a_time_that_cannot_be_read_skips_its_record_alone(pair: Pair) -> None:
    """One whose demand is linked waits, as somebody may come."""
    broken, linked = pair.offer(1), pair.offer(1, start="10:00")
    pair.offer(1, start="12:00")

    def garble(shift: dict[str, Any]) -> dict[str, Any]:
        return shift | {"start_time": "soon"} if shift["id"] == broken else shift

    pair.wire.garble = garble
    outcome = await pair.engine.reconcile()
    assert [(row.subject, row.reason) for row in outcome.skipped] == [
        (f"open shift {broken}", "its start_time cannot be read: 'soon' is not a time with a zone")
    ]
    broken = linked
    pair.offer(1, start="14:00")
    outcome = await pair.engine.reconcile()
    assert [(row.verdict, row.reason) for row in outcome.waiting] == [
        ("blocked", "its start_time cannot be read: 'soon' is not a time with a zone")
    ]
    pair.wire.garble = None
    assert len(await pair.settled()) == 4


async def test_a_request_without_a_start_is_skipped(pair: Pair) -> None:
    """The portal keeps what has no time yet."""
    request = pair.post(1)
    pair.world.wonolo.job_requests.records[request]["start_time"] = None
    outcome = await pair.engine.reconcile()
    assert [row.reason for row in outcome.skipped if row.link] == ["it has no start_time"]


async def test_answers_in_html_end_the_run_with_an_error_that_is_kept(sqlite_url: str) -> None:
    """Nothing is written then."""
    async with open_pair(sqlite_url) as pair:
        pair.offer(1)
        pair.world.faults.add(Rule(fault="html", status=200, path="/2/shifts", times=1))
        with pytest.raises(InvalidResponse, match="expected JSON, got an HTML page"):
            await pair.engine.reconcile()
        [(command, outcome, _, error)] = runs(pair)
        assert (command, outcome, error) == (
            "reconcile",
            "failed",
            "wheniwork: GET /shifts: 200: expected JSON, got an HTML page",
        )
        assert await pair.settled() == [f"{PICKER}: 1 open"]


async def test_wrong_credentials_end_the_run(sqlite_url: str) -> None:
    """The error names the system."""
    async with open_pair(sqlite_url, wonolo={"secret_key": "sk_test_other"}) as pair:
        with pytest.raises(Unauthorized, match="wonolo: POST /api_v2/authenticate: 401"):
            await pair.engine.diff()


async def test_the_service_s_clock_may_be_believed(sqlite_url: str) -> None:
    """A sandbox may be months away from this machine's clock, which then is no clock to plan by."""
    async with open_pair(sqlite_url) as pair:
        pair.offer(1)
        believing = configured(pair.world, sqlite_url, sync={"clock": "wonolo"})
        other = configured(pair.world, sqlite_url, name="by the machine's clock")
        async with open_engine(other, transport=pair.wire) as engine:
            with pytest.raises(ClockWrong, match=r"the clock of Wonolo is [0-9,]+ hours behind this machine's"):
                await engine.diff()
        async with open_engine(believing, transport=pair.wire) as engine:
            assert [row.action for row in (await engine.diff()).to_do] == ["create"]
            assert abs(engine.clock.now() - pair.world.clock.now()) < timedelta(minutes=1)


async def test_progress_is_told_by_kind(sqlite_url: str) -> None:
    """Records as they come in, and writes as they are done."""
    told: dict[str, int] = {}

    def note(kind: str, count: int) -> None:
        told[kind] = told.get(kind, 0) + count

    world = quiet_world()
    async with open_pair(sqlite_url, world) as pair:
        pair.offer(1)
        async with open_engine(pair.config, transport=pair.wire, clock=world.clock, progress=note) as engine:
            await engine.reconcile()
    assert told == {"worker": 40, "shift": 4, "done": 1, **pair.company()}


async def test_a_demand_whose_skill_waits_for_its_lead_is_posted_late(database_url: str) -> None:
    """The company's own people get the first choice."""
    world = quiet_world()
    skills = [row | {"lead_hours": 24} for row in configured(world, database_url).model_dump()["skills"]]
    async with open_pair(database_url, world, skills=skills) as pair:
        pair.offer(1)
        assert (await pair.quiet()).waiting == ()
        assert pair.wonolo_side() == []
        pair.world.advance(at(1, "09:00") - pair.world.clock.now())
        assert await pair.settled() == [f"{PICKER}: 1 open"]


async def test_a_night_in_which_clocks_change_is_read_back_as_it_was_meant(pair: Pair) -> None:
    """Seven hours in March; moved there, moved within, and posted by a requestor."""
    night = pair.offer(1, day=5, start="22:00", hours=7)
    moved = pair.offer(1, day=4, start="22:00", position_id=pair.position("Event Crew"))
    pair.post(1, day=6, start="00:30", duration=420)
    assert await pair.settled() == [
        "Event Crew at Harbor Warehouse, Fri 06 Mar 22:00-Sat 07 Mar 06:00: 1 open",
        "Picker at Harbor Warehouse, Sat 07 Mar 22:00-Sun 08 Mar 06:00: 1 open",
        "Picker at Harbor Warehouse, Sun 08 Mar 00:30-08:30: 1 open",
    ]
    assert [row["duration"] for row in pair.world.wonolo.job_requests.records.values()] == [420, 480, 420]
    pair.edit(moved, start_time=at(5, "22:00"), end_time=at(6, "06:00"))
    pair.edit(night, start_time=at(6, "03:00"), end_time=at(6, "11:00"))
    assert await pair.settled() == [
        "Event Crew at Harbor Warehouse, Sat 07 Mar 22:00-Sun 08 Mar 06:00: 1 open",
        "Picker at Harbor Warehouse, Sun 08 Mar 00:30-08:30: 1 open",
        "Picker at Harbor Warehouse, Sun 08 Mar 03:00-11:00: 1 open",
    ]


@pytest.mark.parametrize("spelled", ["wall", "iso"])
async def test_the_hour_that_comes_twice_is_written_only_where_it_can_be_told_apart(
    sqlite_url: str, spelled: str
) -> None:
    """Without an offset the second 01:30 of a November night cannot be said."""
    world = quiet_world(start=datetime(2026, 10, 28, 14, tzinfo=UTC))
    async with open_pair(sqlite_url, world, wonolo={"start_time_format": spelled}) as pair:
        begins = datetime(2026, 11, 1, 7, 30, tzinfo=UTC)
        times = {"start_time": begins, "end_time": begins + timedelta(hours=8)}
        stack = pair.offer(1, start_time=begins - timedelta(days=1), end_time=begins + timedelta(hours=-16))
        await pair.settled()
        pair.edit(stack, **times)
        if spelled == "iso":
            assert await pair.settled() == ["Picker at Harbor Warehouse, Sun 01 Nov 01:30-09:30: 1 open"]
        else:
            [waiting] = (await pair.quiet()).waiting
            assert waiting.verdict == "blocked"


async def test_a_place_in_another_zone_is_written_on_its_own_wall(database_url: str) -> None:
    """Where Wonolo reads a zoneless start by the site's zip code."""
    world = quiet_world()
    world.wonolo.switches.start_time_zone = "site"
    places = [row | {"zone": "America/New_York"} for row in configured(world, database_url).model_dump()["places"]]
    eastern = [row | {"zip": "10001"} for row in places]
    async with open_pair(database_url, world, places=eastern) as pair:
        pair.offer(1)
        assert await pair.settled() == ["Picker at Harbor Warehouse, Wed 04 Mar 09:00-17:00: 1 open"]
