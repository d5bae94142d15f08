"""Stories of edits and deletions on either side, of both sides at once, and of what waits for a person."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from sync.passes import Outcome
from tests.engine_world import Pair, at, copied, open_pair, reopened

PICKER = "Picker at Harbor Warehouse, Wed 04 Mar 08:00-16:00"
LATER = "Picker at Harbor Warehouse, Wed 04 Mar 09:00-17:00"


@pytest.fixture
async def pair(sqlite_template: Path, tmp_path: Path) -> AsyncIterator[Pair]:
    """A pair of accounts in which nothing is offered yet."""
    async with open_pair(copied(sqlite_template, tmp_path)) as opened:
        yield opened


async def staffed(pair: Pair, seats: int = 2) -> tuple[int, int]:
    """A stack that both sides know, one seat of it held by Ada; returns the open shift and the held one."""
    pair.offer(seats)
    await pair.settled()
    pair.accept("Ada")
    await pair.settled()
    [held] = pair.shifts(held=True)
    return pair.shifts(held=False)[0] if seats > 1 else 0, held


def waits(outcome: Outcome) -> list[tuple[str, str, str, str]]:
    """What an outcome left to a person."""
    return [(row.verdict, row.action, row.cause, row.reason) for row in outcome.waiting]


async def test_a_manager_moves_a_demand_nobody_took(pair: Pair) -> None:
    """The request moves along, its pay with it."""
    stack = pair.offer(2)
    await pair.settled()
    pair.edit(stack, start_time=at(2, "09:00"), end_time=at(2, "16:00"))
    assert await pair.settled() == ["Picker at Harbor Warehouse, Wed 04 Mar 09:00-16:00: 2 open"]
    assert [row["wage"] for row in pair.world.wonolo.job_requests.records.values()] == [140]


async def test_a_manager_moves_a_whole_demand_with_a_worker_on_it(pair: Pair) -> None:
    """Held seat and stack move together: the worker keeps the Job."""
    stack, held = await staffed(pair)
    for shift in (stack, held):
        pair.edit(shift, start_time=at(2, "09:00"), end_time=at(2, "17:00"))
    assert await pair.settled() == [f"{LATER}: 1 open, Ada"]


async def test_a_manager_changes_place_skill_and_title(pair: Pair) -> None:
    """All of it is spelled anew in Wonolo."""
    stack = pair.offer(1)
    await pair.settled()
    pair.edit(stack, location_id=pair.location("Airport Hub"), position_id=pair.position("Event Crew"), notes="Gate 2")
    assert await pair.settled() == ["Event Crew at Airport Hub, Wed 04 Mar 08:00-16:00: 1 open"]
    [row] = pair.world.wonolo.job_requests.records.values()
    assert (row["request_name"].partition(" [sb:")[0], row["category"], row["venue"]) == (
        "Gate 2",
        "Event Staff",
        "Airport Hub",
    )


async def test_a_manager_gives_a_break(pair: Pair) -> None:
    """It is unpaid, so the wage falls."""
    stack = pair.offer(1)
    await pair.settled()
    pair.edit(stack, break_time=0.5)
    assert await pair.settled() == [f"{PICKER}: 1 open"]
    assert [row["wage"] for row in pair.world.wonolo.job_requests.records.values()] == [150]


async def test_a_requestor_moves_a_request(pair: Pair) -> None:
    """Every shift of it moves, the held one too."""
    await staffed(pair)
    [request] = pair.requests()
    fields = {"start_time": at(2, "09:00").isoformat()}
    pair.act("requestor_edits", job_request_id=request, fields=fields)
    assert await pair.settled() == [f"{LATER}: 1 open, Ada"]


async def test_a_requestor_makes_it_longer(pair: Pair) -> None:
    """The end moves."""
    await staffed(pair)
    [request] = pair.requests()
    pair.act("requestor_edits", job_request_id=request, fields={"duration": 540, "request_name": "Ask for Kim"})
    assert await pair.settled() == ["Picker at Harbor Warehouse, Wed 04 Mar 08:00-17:00: 1 open, Ada"]
    assert {row["notes"].partition(" [sb:")[0] for row in pair.world.wheniwork.shifts.values() if row["notes"]} >= {
        "Ask for Kim"
    }


async def test_edits_of_different_fields_on_both_sides_both_survive(pair: Pair) -> None:
    """One moved the time, the other asked for more."""
    stack, held = await staffed(pair)
    for shift in (stack, held):
        pair.edit(shift, start_time=at(2, "09:00"), end_time=at(2, "17:00"))
    pair.act("requestor_edits", job_request_id=pair.requests()[0], fields={"slots": 4, "request_name": "Ask for Kim"})
    assert await pair.settled() == [f"{LATER}: 3 open, Ada"]


async def test_edits_of_the_same_field_on_both_sides_are_decided_by_its_owner(pair: Pair) -> None:
    """When I Work owns the headcount, and the report says that the other edit lost."""
    stack = pair.offer(2)
    await pair.settled()
    pair.edit(stack, instances=3)
    pair.act("requestor_edits", job_request_id=pair.requests()[0], fields={"slots": 4})
    causes = [row.cause for row in (await pair.engine.diff()).to_do]
    assert await pair.settled() == [f"{PICKER}: 3 open"]
    assert causes == [
        "seats 2 -> 4 in Wonolo; seats 2 -> 3 in When I Work; both sides changed seats: When I Work decides"
    ]


async def test_the_same_edit_on_both_sides_is_no_conflict(pair: Pair) -> None:
    """Nothing is written at all."""
    stack = pair.offer(2)
    await pair.settled()
    pair.edit(stack, instances=3)
    pair.act("requestor_edits", job_request_id=pair.requests()[0], fields={"slots": 3})
    await pair.quiet()
    assert await pair.settled() == [f"{PICKER}: 3 open"]
    pair.edit(stack, instances=2)
    assert await pair.settled() == [f"{PICKER}: 2 open"]


async def test_a_manager_deletes_what_nobody_took(pair: Pair) -> None:
    """The request is cancelled."""
    stack = pair.offer(2)
    await pair.settled()
    pair.act("manager_deletes_shift", shift_id=stack)
    assert await pair.settled() == []
    assert [row["state"] for row in pair.world.wonolo.job_requests.records.values()] == ["cancelled"]


async def test_a_manager_deletes_everything_with_a_worker_on_it(pair: Pair) -> None:
    """It is far enough from the start: the request and its Job are cancelled."""
    stack, held = await staffed(pair)
    for shift in (stack, held):
        pair.act("manager_deletes_shift", shift_id=shift)
    assert await pair.settled() == []
    assert [row["state"] for row in pair.world.wonolo.jobs.records.values()] == ["cancelled"]


async def test_a_manager_deletes_the_held_seat_alone(pair: Pair) -> None:
    """The worker is released and the headcount falls."""
    _, held = await staffed(pair)
    pair.act("manager_deletes_shift", shift_id=held)
    assert await pair.settled() == [f"{PICKER}: 1 open"]


async def test_a_manager_unpublishes_and_publishes_again(pair: Pair) -> None:
    """A draft is not offered: its request is cancelled, and a new one posted afterwards."""
    stack = pair.offer(2)
    await pair.settled()
    pair.edit(stack, published=False)
    assert await pair.settled() == []
    pair.act("manager_publishes", shift_id=stack)
    assert await pair.settled() == [f"{PICKER}: 2 open"]
    assert [row["state"] for row in pair.world.wonolo.job_requests.records.values()] == ["cancelled", "posted"]


async def test_a_requestor_cancels(pair: Pair) -> None:
    """Stack and held shift go."""
    await staffed(pair)
    pair.act("requestor_cancels", job_request_id=pair.requests()[0])
    assert await pair.settled() == []
    assert pair.shifts(held=False) == pair.shifts(held=True) == []


async def test_deleted_on_both_sides_is_forgotten(pair: Pair) -> None:
    """There is nothing left to write."""
    stack = pair.offer(2)
    await pair.settled()
    pair.act("manager_deletes_shift", shift_id=stack)
    pair.act("requestor_cancels", job_request_id=pair.requests()[0])
    number = pair.last_request()
    assert await pair.settled() == []
    assert pair.writes_since(number) == []


async def test_a_request_edited_while_its_shifts_were_deleted_waits(pair: Pair) -> None:
    """An edited record is never deleted silently."""
    stack = pair.offer(2)
    await pair.settled()
    pair.act("manager_deletes_shift", shift_id=stack)
    pair.act("requestor_edits", job_request_id=pair.requests()[0], fields={"slots": 3})
    outcome = await pair.quiet()
    assert waits(outcome) == [
        (
            "conflict",
            "none",
            "deleted in When I Work, but changed since: seats 2 -> 3 in Wonolo",
            "an edited record is never deleted silently",
        )
    ]
    assert pair.wonolo_side() == [f"{PICKER}: 3 open"]


async def test_shifts_edited_while_their_request_was_cancelled_wait(pair: Pair) -> None:
    """The same the other way round."""
    stack = pair.offer(2)
    await pair.settled()
    pair.edit(stack, instances=3)
    pair.act("requestor_cancels", job_request_id=pair.requests()[0])
    outcome = await pair.quiet()
    assert [row[0] for row in waits(outcome)] == ["conflict"]
    assert pair.wheniwork_side() == [f"{PICKER}: 3 open"]


async def test_a_held_seat_that_is_moved_alone_waits(pair: Pair) -> None:
    """Wonolo cannot move one worker of a request; when it is moved back all is well."""
    _, held = await staffed(pair)
    pair.edit(held, start_time=at(2, "09:00"), end_time=at(2, "17:00"))
    assert [(row[0], row[3]) for row in waits(await pair.quiet())] == [
        ("conflict", "Wonolo cannot move one worker of a JobRequest")
    ]
    pair.edit(held, start_time=at(2, "08:00"), end_time=at(2, "16:00"))
    assert await pair.settled() == [f"{PICKER}: 1 open, Ada"]


async def test_inside_the_cutoff_a_move_and_fewer_seats_wait_and_more_seats_do_not(pair: Pair) -> None:
    """Twelve hours before the start people have been told."""
    stack = pair.offer(2)
    await pair.settled()
    pair.world.advance(at(2, "00:00") - pair.world.clock.now())
    pair.edit(stack, end_time=at(2, "17:00"), instances=1)
    assert [(row[0], row[1], row[3]) for row in waits(await pair.quiet())] == [
        ("hold", "update", "the start is too near to change this without a yes")
    ]
    pair.edit(stack, end_time=at(2, "16:00"), instances=3)
    assert await pair.settled() == [f"{PICKER}: 3 open"]


async def test_inside_the_cutoff_a_deletion_waits(pair: Pair) -> None:
    """It would cost half the pay."""
    stack = pair.offer(1)
    await pair.settled()
    pair.world.advance(at(2, "00:00") - pair.world.clock.now())
    pair.act("manager_deletes_shift", shift_id=stack)
    assert [(row[0], row[1], row[3]) for row in waits(await pair.quiet())] == [
        ("hold", "delete", "so near the start a cancellation needs a yes")
    ]


async def test_inside_the_cutoff_workers_still_come_and_go(pair: Pair) -> None:
    """Wonolo decides about its workers to the last."""
    pair.offer(2)
    await pair.settled()
    pair.world.advance(at(2, "07:30") - pair.world.clock.now())
    job = pair.accept("Ada")
    assert await pair.settled() == [f"{PICKER}: 1 open, Ada"]
    pair.act("worker_withdraws", job_id=job)
    assert await pair.settled() == [f"{PICKER}: 2 open"]


async def test_a_worked_shift_is_left_alone(pair: Pair) -> None:
    """Start, end, approval: nothing is written any more but the hours."""
    await staffed(pair)
    job = next(iter(pair.world.wonolo.jobs.records))
    written = []
    for moment in (at(2, "08:00"), at(2, "12:00"), at(2, "16:00"), at(3, "08:00")):
        pair.world.advance(moment - pair.world.clock.now() + timedelta(minutes=1))
        written += [(row.action, row.kind) for row in (await pair.engine.reconcile()).done]
        await pair.quiet()
    pair.act("requestor_approves", job_id=job)
    written += [(row.action, row.kind) for row in (await pair.engine.reconcile()).done]
    await pair.quiet()
    assert [row["state"] for row in pair.world.wonolo.jobs.records.values()] == ["approved"]
    assert written == [("create", "time"), ("update", "time")]


async def test_a_changed_phone_follows_to_the_user_we_made(pair: Pair) -> None:
    """Wonolo owns a worker's contact data."""
    await staffed(pair)
    pair.world.wonolo.users.records[pair.worker("Ada")]["phone"] = "+13125550199"
    pair.world.wonolo.users.touch(pair.world.wonolo.users.records[pair.worker("Ada")], pair.world.clock.now())
    assert await pair.settled() == [f"{PICKER}: 1 open, Ada"]
    assert [row["phone_number"] for row in pair.world.wheniwork.users.values() if row["employee_code"]] == [
        "+13125550199"
    ]


async def test_a_user_somebody_else_made_keeps_its_contact_data(pair: Pair) -> None:
    """The engine links the user of the same name and e-mail address and leaves the record alone."""
    ada = pair.world.wonolo.users.records[pair.worker("Ada")]
    user = pair.world.wheniwork.users[pair.staff("Alma")]
    user |= {name: ada[name] for name in ("first_name", "last_name", "email")}
    await staffed(pair)
    before = dict(user)
    pair.world.wonolo.users.records[pair.worker("Ada")]["phone"] = "+13125550199"
    pair.world.wonolo.users.touch(pair.world.wonolo.users.records[pair.worker("Ada")], pair.world.clock.now())
    assert await pair.settled() == [f"{PICKER}: 1 open, Ada"]
    assert user == before


async def test_workers_that_may_not_be_created_are_blocked(pair: Pair) -> None:
    """The seat stays open in When I Work until somebody adds the user."""
    pair.offer(1)
    await pair.settled()
    pair.accept("Ada")
    async with reopened(pair, sync={"workers": "match"}) as matching:
        [row] = (await matching.quiet()).waiting
        key = f"wonolo:{pair.worker('Ada')}"
        assert (row.verdict, row.reason) == (
            "blocked",
            f"nobody in When I Work is this worker: give the right user the employee code {key}",
        )
        pair.world.wheniwork.users[pair.staff("Boris")]["employee_code"] = key
        assert await matching.settled() == [f"{PICKER}: 0 open, Ada"]


async def test_a_held_shift_that_is_deleted_and_made_again_moves_its_demand(pair: Pair) -> None:
    """Nobody is sent home, and it is the same request; a second run has nothing to do."""
    pair.offer(1)
    await pair.settled()
    pair.accept("Ada")
    await pair.settled()
    [held] = pair.shifts(held=True)
    user = pair.world.wheniwork.shifts[held]["user_id"]
    pair.act("manager_deletes_shift", shift_id=held)
    pair.offer(1, start="09:00", user_id=user)
    assert await pair.settled() == ["Picker at Harbor Warehouse, Wed 04 Mar 09:00-17:00: 0 open, Ada"]
    assert len(pair.requests()) == 1


@pytest.mark.parametrize("place", ["Harbor Warehouse", "Downtown"])
@pytest.mark.parametrize("first", ["own shift", "deletion"])
async def test_a_shift_of_the_company_s_own_is_not_what_was_made_again(pair: Pair, place: str, first: str) -> None:
    """It stood there before the other was deleted, or is elsewhere at another time: then the request is cancelled."""
    pair.offer(1)
    await pair.settled()
    pair.accept("Ada")
    await pair.settled()
    [held] = pair.shifts(held=True)
    user = pair.world.wheniwork.shifts[held]["user_id"]
    own = partial(pair.offer, start="18:00", user_id=user, location_id=pair.location(place))
    delete = partial(pair.act, "manager_deletes_shift", shift_id=held)
    for act in (own, delete) if first == "own shift" else (delete, own):
        act()
        if act is own:
            await pair.engine.reconcile()
            pair.world.advance(timedelta(hours=2))
    await pair.engine.reconcile()
    moves = (place, first) == ("Harbor Warehouse", "deletion")
    kept = ["Picker at Harbor Warehouse, Wed 04 Mar 18:00-Thu 05 Mar 02:00: 0 open, Ada"]
    assert pair.wonolo_side() == (kept if moves else [])


@pytest.mark.parametrize("side", ["wonolo", "wheniwork"])
async def test_a_staffed_demand_that_moves_to_what_nobody_mapped_waits_and_lets_go(pair: Pair, side: str) -> None:
    """Its worker withdraws, and is taken off the schedule; once it can be read again all is well."""
    pair.offer(1)
    await pair.settled()
    job = pair.accept("Ada")
    await pair.settled()
    [request], [held] = pair.requests(), pair.shifts(held=True)
    known = dict(pair.world.wonolo.job_requests.records[request])
    place = pair.world.wheniwork.shifts[held]["location_id"]
    if side == "wonolo":
        pair.act("requestor_edits", job_request_id=request, fields={"address": "9 Lost Lane", "zip": "99999"})
    else:
        pair.edit(held, site_id=pair.world.wheniwork.add("sites", {"location_id": place, "name": "Dock 9"})["id"])
    (waits,) = (await pair.engine.reconcile()).waiting
    assert (waits.verdict, waits.reason.rpartition(": ")[2][:4]) == ("blocked", "Ada ")
    pair.act("worker_withdraws", job_id=job)
    await pair.engine.reconcile()
    assert pair.shifts(held=True) == []
    if side == "wonolo":
        fields = {name: known[name] for name in ("address", "zip")}
        pair.act("requestor_edits", job_request_id=request, fields=fields)
    else:
        pair.edit(held, site_id=0)
    assert await pair.settled() == ["Picker at Harbor Warehouse, Wed 04 Mar 08:00-16:00: 1 open"]
