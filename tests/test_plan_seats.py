"""Seats: the arithmetic of stacks, and who sits where after the writes of a plan."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings.demand import read_posting
from mappings.shifts import ShiftGroup, grouped, read_shift, required_fields, shift_fields
from sync.plan.model import Write
from sync.plan.seats import job_writes, shift_seat_writes
from tests.factories import ANA, BEN, CAT, RULES, USERS, demand, held, job, job_request, shift
from tests.plans import sent

ALL = USERS | {109: CAT.key}
NUMBERS = {key: number for number, key in ALL.items()}


def group_of(*stacks: int, workers: str = "") -> ShiftGroup:
    """Stacks of that many open seats (ids from 301), and held seats (ids from 401) of a (Ana), b (Ben), c (Cat)."""
    rows = [shift(301 + place, instances=seats) for place, seats in enumerate(stacks)]
    users = {"a": 107, "b": 108, "c": 109}
    rows += [held(401 + place, users[letter]) for place, letter in enumerate(workers)]
    return grouped(read_shift(row, RULES, ALL) for row in rows)[0]


def team(letters: str) -> frozenset[str]:
    """Workers by their initials."""
    return frozenset({"a": ANA.key, "b": BEN.key, "c": CAT.key}[letter] for letter in letters)


def brief(write: Write) -> str:
    """A write in short: what, which shift, whom, to how many instances."""
    seats = write.payload.get("instances", "")
    who = write.worker.replace("wonolo:", "#")
    return " ".join(f"{write.action} {write.record} {who} {seats}".split())


def planned(group: ShiftGroup, headcount: int, workers: str) -> list[str]:
    """The writes that lead to that many seats and these workers."""
    target = msgspec.structs.replace(group.demand, headcount=headcount, workers=team(workers))
    return [brief(write) for write in shift_seat_writes(group, target, RULES, "seed")]


TABLE = [
    # stacks, seated, wanted seats, wanted workers, writes
    ((3,), "", 3, "a", ["assign 301 #7"]),
    ((3,), "", 3, "ab", ["assign 301 #7", "assign 301 #8"]),
    ((1, 2), "", 3, "ab", ["assign 301 #7", "assign 302 #8"]),
    ((1,), "", 2, "ab", ["assign 301 #7", "create #8 1"]),
    ((2,), "", 3, "", ["update 301 3"]),
    ((2, 1), "", 4, "", ["update 301 3"]),
    ((2,), "", 1, "", ["update 301 1"]),
    ((2, 1), "", 2, "", ["delete 302"]),
    ((2, 3), "", 1, "", ["delete 302", "update 301 1"]),
    ((2,), "", 4, "a", ["assign 301 #7", "update 301 3"]),
    ((3,), "", 2, "a", ["assign 301 #7", "update 301 1"]),
    ((2,), "", 1, "a", ["assign 301 #7", "delete 301"]),
    ((), "a", 2, "a", ["create 1"]),
    ((), "a", 3, "a", ["create 2"]),
    ((1,), "a", 2, "", ["release 401 #7"]),
    ((), "ab", 1, "b", ["delete 401 #7"]),
    ((), "ab", 2, "bc", ["assign 401 #9"]),
    ((1,), "a", 2, "b", ["assign 301 #8", "release 401 #7"]),
    ((1,), "a", 1, "b", ["assign 301 #8", "delete 401 #7"]),
    ((1,), "ab", 2, "", ["release 401 #7", "delete 402 #8"]),
    ((), "ab", 3, "", ["release 401 #7", "release 402 #8", "create 1"]),
    ((1,), "a", 2, "a", []),
    ((), "ab", 1, "ab", []),
    ((), "aa", 2, "a", []),
    ((), "aa", 2, "ab", ["assign 402 #8"]),
    ((), "aa", 1, "a", ["delete 402"]),
    ((), "aaa", 2, "a", ["delete 403"]),
    ((1,), "aa", 2, "a", ["delete 402"]),
    ((2,), "aa", 1, "a", ["delete 402", "delete 301"]),
    ((), "aa", 2, "b", ["assign 401 #8", "release 402 #7"]),
    ((), "aa", 1, "b", ["assign 401 #8", "delete 402 #7"]),
    ((), "aa", 3, "", ["release 401 #7", "release 402 #7", "create 1"]),
    ((1,), "aa", 4, "ab", ["assign 301 #8", "create 1"]),
]


@pytest.mark.parametrize(("stacks", "seated", "headcount", "workers", "writes"), TABLE)
def test_which_writes_lead_from_seats_to_seats(
    stacks: tuple[int, ...], seated: str, headcount: int, workers: str, writes: list[str]
) -> None:
    """One seat at a time comes off a stack; who leaves hands the seat on, opens it, or takes it along."""
    assert planned(group_of(*stacks, workers=seated), headcount, workers) == writes


def carried_out(group: ShiftGroup, writes: list[Write]) -> ShiftGroup:
    """The group after its writes, with each stack checked before it is touched."""
    rows: dict[int, dict[str, Any]] = {
        row.id: {"user_id": NUMBERS[row.worker] if row.worker else 0, "instances": row.seats} for row in group.shifts
    }
    for place, write in enumerate(writes):
        record = rows.setdefault(int(write.record or 900 + place), {})
        assert {name: record[name] for name in write.expects} == write.expects
        change = {name: NUMBERS.get(str(value).removeprefix("@user:"), value) for name, value in write.payload.items()}
        if write.action == "delete":
            del rows[int(write.record)]
        elif write.action == "assign" and record["instances"] > 1:
            record["instances"] -= 1
            rows[800 + place] = {"user_id": change["user_id"], "instances": 1}
        else:
            record |= {name: change[name] for name in ("user_id", "instances") if name in change}
    records = [shift(number, **row) for number, row in rows.items()]
    return grouped(read_shift(row, RULES, ALL) for row in records)[0]


LETTERS = st.text("abc", max_size=3)


@given(st.lists(st.integers(1, 4), max_size=3), LETTERS, LETTERS, st.integers(0, 4))
def test_any_seats_become_any_other_and_then_nothing_is_left_to_write(
    stacks: list[int], seated: str, workers: str, free: int
) -> None:
    """Whatever stacks there are, whoever sits and whoever shall sit; never a whole stack for one worker."""
    if not (stacks or seated) or not (free or workers):
        return
    group = group_of(*stacks, workers=seated)
    target = msgspec.structs.replace(group.demand, headcount=len(set(workers)) + free, workers=team(workers))
    after = carried_out(group, shift_seat_writes(group, target, RULES, "seed"))
    assert after.demand == target
    assert shift_seat_writes(after, target, RULES, "seed") == []


def test_the_payloads_of_each_kind_of_write() -> None:
    """Times and location go with every update; a user is named by the worker until it is known."""
    group = group_of(3, workers="a")
    target = msgspec.structs.replace(group.demand, headcount=4, workers=team("bc"))
    assign, another, release = shift_seat_writes(group, target, RULES, "seed")
    assert (assign.payload, assign.expects) == (sent(user_id="@user:wonolo:8"), {"user_id": 0, "instances": 3})
    assert (another.payload, another.expects) == (sent(user_id="@user:wonolo:9"), {"user_id": 0, "instances": 2})
    assert (release.payload, release.expects, release.seats) == (sent(user_id=0), {}, 0)


def test_what_is_deleted_takes_its_seats_along() -> None:
    """A held one its own; a stack those that are left of it, and only while they are."""
    group = group_of(2, workers="a")
    target = msgspec.structs.replace(group.demand, headcount=1, workers=team("b"))
    assign, leaver, stack = shift_seat_writes(group, target, RULES, "seed")
    assert [(brief(write), write.seats, write.expects) for write in (assign, leaver, stack)] == [
        ("assign 301 #8", 0, {"user_id": 0, "instances": 2}),
        ("delete 401 #7", -1, {}),
        ("delete 301", -1, {"user_id": 0, "instances": 1}),
    ]


def test_resizing_expects_the_stack_as_the_assignments_left_it() -> None:
    """A stack of two, one of which was just taken."""
    group = group_of(2)
    target = msgspec.structs.replace(group.demand, headcount=4, workers=team("a"))
    resize = shift_seat_writes(group, target, RULES, "seed")[1]
    assert (resize.expects, resize.seats) == ({"user_id": 0, "instances": 1}, 2)
    assert resize.payload == required_fields(target, RULES) | {"instances": 3}


def test_new_shifts_are_marked_each_with_a_key_of_its_own() -> None:
    """The same plan gives the same keys."""
    group = group_of(workers="a")
    target = msgspec.structs.replace(group.demand, headcount=4, workers=team("ab"))
    held_seat, stack = shift_seat_writes(group, target, RULES, "seed")
    assert (held_seat.worker, held_seat.seats, stack.seats) == (BEN.key, 1, 2)
    keys = {write.payload["notes"] for write in (held_seat, stack)}
    assert len(keys) == 2
    assert keys == {write.payload["notes"] for write in shift_seat_writes(group, target, RULES, "seed")}
    assert keys.isdisjoint(write.payload["notes"] for write in shift_seat_writes(group, target, RULES, "other"))
    assert set(stack.payload) == set(shift_fields(target, RULES, "key"))


def test_jobs_are_cancelled_before_others_are_assigned() -> None:
    """A Job is cancelled for the administrator's reasons, so that the worker is not called again for it."""
    posting = read_posting(job_request(), [job(), job(BEN), job(CAT, state="withdrawn")], RULES)
    target = demand(workers=team("bc"))
    assert job_writes(posting, target) == [
        Write(
            action="release",
            kind="job",
            record="907",
            worker=ANA.key,
            payload={"state": "cancelled", "cancelled_reason": "admin_cancelled"},
        ),
        Write(action="assign", kind="job", worker=CAT.key, payload={"worker_id": 9, "job_request_id": 500}),
    ]
    assert job_writes(posting, posting.demand) == []
