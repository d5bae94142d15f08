"""Stories of seats: who takes one, who leaves one, and how many there are, on either side."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest

from tests.engine_world import Pair, at, open_pair

PICKER = "Picker at Harbor Warehouse, Wed 04 Mar 08:00-16:00"


@pytest.fixture
async def pair(sqlite_url: str) -> AsyncIterator[Pair]:
    """A pair of accounts in which nothing is offered yet."""
    async with open_pair(sqlite_url) as opened:
        yield opened


async def test_a_new_stack_is_posted_as_one_request(pair: Pair) -> None:
    """Two stacks of one place, position and time are one demand."""
    pair.offer(2)
    pair.offer(1)
    assert await pair.settled() == [f"{PICKER}: 3 open"]


async def test_a_new_request_becomes_a_stack(pair: Pair) -> None:
    """It is published, and stays one stack."""
    pair.post(3)
    assert await pair.settled() == [f"{PICKER}: 3 open"]
    assert [row["instances"] for row in pair.world.wheniwork.shifts.values() if row["user_id"] == 0] == [3]


async def test_a_request_posted_with_workers_seated_becomes_held_and_open_shifts(pair: Pair) -> None:
    """The workers become users without an invitation first."""
    pair.post(3)
    pair.accept("Ada")
    pair.accept("Bruno")
    assert await pair.settled() == [f"{PICKER}: 1 open, Ada, Bruno"]
    users = [row for row in pair.world.wheniwork.users.values() if row["employee_code"]]
    assert [(row["first_name"], row["employee_code"]) for row in users] == [
        ("Ada", f"wonolo:{pair.worker('Ada')}"),
        ("Bruno", f"wonolo:{pair.worker('Bruno')}"),
    ]
    assert not [row for row in pair.world.wheniwork.sent if row["kind"] == "invite"]


async def test_a_full_request_becomes_held_shifts_alone(pair: Pair) -> None:
    """Nothing is open then."""
    pair.post(1)
    pair.accept("Ada")
    assert await pair.settled() == [f"{PICKER}: 0 open, Ada"]


async def test_a_request_posted_and_filled_within_one_cycle_after_its_shift_was_known(pair: Pair) -> None:
    """Everybody comes at once."""
    pair.offer(3)
    await pair.settled()
    for name in ("Ada", "Bruno", "Carla"):
        pair.accept(name)
    assert await pair.settled() == [f"{PICKER}: 0 open, Ada, Bruno, Carla"]


@pytest.mark.parametrize("keeps", [True, False])
@pytest.mark.parametrize("seats", [1, 2, 4])
async def test_a_worker_who_accepts_takes_one_seat(pair: Pair, seats: int, *, keeps: bool) -> None:
    """Whichever id the seat off the stack gets."""
    pair.world.wheniwork.switches.stack_keeps_id = keeps
    pair.offer(seats)
    await pair.settled()
    pair.accept("Ada")
    assert await pair.settled() == [f"{PICKER}: {seats - 1} open, Ada"]


@pytest.mark.parametrize("keeps", [True, False])
async def test_a_worker_who_withdraws_opens_the_seat_again(pair: Pair, *, keeps: bool) -> None:
    """The other worker stays."""
    pair.world.wheniwork.switches.stack_keeps_id = keeps
    pair.offer(3)
    await pair.settled()
    job = pair.accept("Ada")
    pair.accept("Bruno")
    await pair.settled()
    pair.act("worker_withdraws", job_id=job)
    assert await pair.settled() == [f"{PICKER}: 2 open, Bruno"]


async def test_a_worker_may_come_back(pair: Pair) -> None:
    """Wonolo then uses the same Job once more."""
    pair.offer(2)
    await pair.settled()
    job = pair.accept("Ada")
    await pair.settled()
    pair.act("worker_withdraws", job_id=job)
    await pair.settled()
    assert pair.accept("Ada") == job
    assert await pair.settled() == [f"{PICKER}: 1 open, Ada"]


async def test_one_worker_withdraws_and_another_accepts_between_two_looks(pair: Pair) -> None:
    """The seat changes hands."""
    pair.offer(1)
    await pair.settled()
    job = pair.accept("Ada")
    await pair.settled()
    pair.act("worker_withdraws", job_id=job)
    pair.accept("Bruno")
    assert await pair.settled() == [f"{PICKER}: 0 open, Bruno"]


async def test_a_worker_who_does_not_show_up_opens_the_seat_again(pair: Pair) -> None:
    """Somebody else may take it."""
    pair.offer(1)
    await pair.settled()
    job = pair.accept("Ada")
    await pair.settled()
    pair.act("worker_no_show", job_id=job)
    assert await pair.settled() == [f"{PICKER}: 1 open"]


@pytest.mark.parametrize("keeps", [True, False])
async def test_an_employee_who_takes_a_seat_off_a_stack_leaves_one_seat_less(pair: Pair, *, keeps: bool) -> None:
    """Wonolo's slots follow; the employee's shift is left alone."""
    pair.world.wheniwork.switches.stack_keeps_id = keeps
    stack = pair.offer(3)
    await pair.settled()
    pair.act("employee_takes", shift_id=stack, user_id=pair.staff("Alma"))
    assert await pair.settled() == [f"{PICKER}: 2 open"]


async def test_an_employee_who_takes_the_only_seat_ends_the_request(pair: Pair) -> None:
    """Wonolo need not send anybody."""
    stack = pair.offer(1)
    await pair.settled()
    pair.act("employee_takes", shift_id=stack, user_id=pair.staff("Alma"))
    assert await pair.settled() == []
    assert [row["state"] for row in pair.world.wonolo.job_requests.records.values()] == ["cancelled"]


async def test_an_employee_takes_the_last_seat_beside_a_worker(pair: Pair) -> None:
    """The worker stays."""
    stack = pair.offer(2)
    await pair.settled()
    pair.accept("Ada")
    await pair.settled()
    [left] = [shift for shift in pair.shifts(held=False) if shift == stack]
    pair.act("employee_takes", shift_id=left, user_id=pair.staff("Alma"))
    assert await pair.settled() == [f"{PICKER}: 0 open, Ada"]


async def test_an_employee_gives_a_seat_back(pair: Pair) -> None:
    """It joins the seats that are still open."""
    stack = pair.offer(2)
    await pair.settled()
    taken = pair.act("employee_takes", shift_id=stack, user_id=pair.staff("Alma"))["shift"]["id"]
    await pair.settled()
    pair.act("employee_releases", shift_id=int(taken))
    assert await pair.settled() == [f"{PICKER}: 2 open"]


async def test_an_employee_and_a_worker_take_seats_at_the_same_time(pair: Pair) -> None:
    """Both keep theirs."""
    stack = pair.offer(3)
    await pair.settled()
    pair.accept("Ada")
    pair.act("employee_takes", shift_id=stack, user_id=pair.staff("Alma"))
    assert await pair.settled() == [f"{PICKER}: 1 open, Ada"]


@pytest.mark.parametrize(("before", "after"), [(1, 3), (3, 1), (4, 2)])
async def test_a_manager_changes_how_many_seats_there_are(pair: Pair, before: int, after: int) -> None:
    """Wonolo's slots follow, up and down."""
    stack = pair.offer(before)
    await pair.settled()
    pair.edit(stack, instances=after)
    assert await pair.settled() == [f"{PICKER}: {after} open"]


@pytest.mark.parametrize(("before", "after"), [(1, 3), (3, 1), (4, 2)])
async def test_a_requestor_changes_how_many_slots_there_are(pair: Pair, before: int, after: int) -> None:
    """The stack follows, up and down."""
    pair.offer(before)
    await pair.settled()
    pair.act("requestor_edits", job_request_id=pair.requests()[0], fields={"slots": after})
    assert await pair.settled() == [f"{PICKER}: {after} open"]


async def test_a_requestor_asks_for_more_when_everybody_is_seated(pair: Pair) -> None:
    """A new stack appears beside the held shift."""
    pair.offer(1)
    await pair.settled()
    pair.accept("Ada")
    await pair.settled()
    pair.act("requestor_edits", job_request_id=pair.requests()[0], fields={"slots": 3})
    assert await pair.settled() == [f"{PICKER}: 2 open, Ada"]


async def test_a_manager_puts_an_equal_open_shift_beside_a_demand(pair: Pair) -> None:
    """It joins: one request, one more slot."""
    pair.offer(1)
    await pair.settled()
    pair.accept("Ada")
    await pair.settled()
    pair.offer(2)
    assert await pair.settled() == [f"{PICKER}: 2 open, Ada"]
    assert len(pair.requests()) == 1


async def test_a_manager_moves_one_open_seat_away(pair: Pair) -> None:
    """It founds a demand of its own."""
    pair.offer(1)
    moved = pair.offer(2)
    await pair.settled()
    pair.edit(moved, start_time=at(2, "10:00"), end_time=at(2, "18:00"))
    assert await pair.settled() == [f"{PICKER}: 1 open", "Picker at Harbor Warehouse, Wed 04 Mar 10:00-18:00: 2 open"]


async def test_a_manager_moves_one_open_seat_to_another_demand(pair: Pair) -> None:
    """It joins that one."""
    pair.offer(1)
    moved = pair.offer(1)
    pair.offer(1, start="10:00")
    await pair.settled()
    pair.edit(moved, start_time=at(2, "10:00"), end_time=at(2, "18:00"))
    assert await pair.settled() == [f"{PICKER}: 1 open", "Picker at Harbor Warehouse, Wed 04 Mar 10:00-18:00: 2 open"]


async def test_a_manager_deletes_one_of_two_stacks(pair: Pair) -> None:
    """The slots follow; the worker stays."""
    stack = pair.offer(2)
    pair.offer(1)
    await pair.settled()
    pair.accept("Ada")
    await pair.settled()
    pair.act("manager_deletes_shift", shift_id=stack)
    assert await pair.settled() == [f"{PICKER}: 1 open, Ada"]


async def test_a_manager_assigns_a_worker_to_an_open_seat(pair: Pair) -> None:
    """Wonolo is told by a Job."""
    pair.post(1, day=5)
    pair.accept("Ada")
    stack = pair.offer(2)
    await pair.settled()
    [user] = [row["id"] for row in pair.world.wheniwork.users.values() if row["employee_code"]]
    pair.act("manager_assigns", shift_id=stack, user_id=user)
    assert await pair.settled() == [
        "Picker at Harbor Warehouse, Sat 07 Mar 08:00-16:00: 0 open, Ada",
        f"{PICKER}: 1 open, Ada",
    ]


async def test_a_manager_takes_a_worker_off_a_seat(pair: Pair) -> None:
    """The Job is cancelled, the seat open again."""
    pair.offer(2)
    await pair.settled()
    pair.accept("Ada")
    await pair.settled()
    [held] = pair.shifts(held=True)
    pair.act("employee_releases", shift_id=held)
    assert await pair.settled() == [f"{PICKER}: 2 open"]
    assert [row["state"] for row in pair.world.wonolo.jobs.records.values()] == ["cancelled"]


async def test_a_manager_replaces_a_worker(pair: Pair) -> None:
    """One Job is cancelled, and the slot goes to who comes."""
    pair.post(1, day=5)
    pair.accept("Bruno")
    pair.offer(1)
    await pair.settled()
    pair.accept("Ada", pair.requests()[-1])
    await pair.settled()
    users = {row["first_name"]: row["id"] for row in pair.world.wheniwork.users.values() if row["employee_code"]}
    [held] = [row["id"] for row in pair.world.wheniwork.shifts.values() if row["user_id"] == users["Ada"]]
    pair.edit(held, user_id=users["Bruno"])
    assert (await pair.settled())[-1] == f"{PICKER}: 0 open, Bruno"
    states = {row["worker_id"]: row["state"] for row in pair.world.wonolo.jobs.records.values()}
    assert states == {pair.worker("Ada"): "cancelled", pair.worker("Bruno"): "filled"}


async def test_a_manager_asks_for_fewer_than_are_seated(pair: Pair) -> None:
    """Bruno accepts while the last open seat is taken away: a person says who goes, or that both stay."""
    stack = pair.offer(2)
    await pair.settled()
    pair.accept("Ada")
    await pair.settled()
    pair.accept("Bruno")
    pair.act("manager_deletes_shift", shift_id=stack)
    [conflict] = (await pair.engine.reconcile()).waiting
    assert (conflict.verdict, conflict.reason) == ("conflict", "there would be more workers than seats")
    assert conflict.choices[0] == "ask for 2 seats"
    assert [choice.split()[:2] for choice in conflict.choices[1:]] == [["release", "Ada"], ["release", "Bruno"]]
    pair.offer(1)
    assert await pair.settled() == [f"{PICKER}: 0 open, Ada, Bruno"]


async def test_deleted_accounts_keep_their_seats(pair: Pair) -> None:
    """Wonolo names nobody on their Jobs any more; both stay on the schedule, and nothing is written."""
    pair.offer(2)
    await pair.settled()
    jobs = [pair.accept(name) for name in ("Ada", "Bruno")]
    await pair.settled()
    held, number = pair.shifts(held=True), pair.last_request()
    pair.world.advance(timedelta(hours=1))
    with pair.engine.store.begin("main") as tx:
        known = [tx.observations.record("job", job) or {} for job in jobs]
        gone = [{**job, "worker": None, "worker_id": None} for job in known]
        tx.observations.save("job", gone, pair.world.clock.now())
    outcome = await pair.engine.reconcile()
    assert (outcome.done, outcome.waiting, pair.writes_since(number), pair.shifts(held=True)) == ((), (), [], held)
