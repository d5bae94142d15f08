"""Laws that hold whatever happens to the shifts of the sandbox's When I Work."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.wheniwork import people, roster
from sandbox.wheniwork.answers import ApiError
from sandbox.wheniwork.prints import Prints
from tests.sandbox_wheniwork import Sandbox, shift_body

EVERYTHING = {"start": "2026-11-01", "end": "2027-01-01", "unpublished": "1", "include_allopen": "1"}
ACTS = st.sampled_from(["create", "take", "release", "assign", "edit", "open", "whole", "publish", "notify", "delete"])
STEPS = st.lists(st.tuples(ACTS, st.integers(0, 20), st.integers(1, 4)), max_size=8)


def act(sandbox: Sandbox, name: str, number: int, count: int) -> None:
    """One thing that people do to the shift of that rank, if it can be done."""
    state = sandbox.state
    shift = list(state.shifts.values())[number % len(state.shifts)] if state.shifts else None
    if name == "create" or shift is None:
        people.manager_creates_shift(state, shift_body(instances=count, break_time=count / 4))
        return
    days = {"start_time": f"2026-12-{count:02} 08:00", "end_time": f"2026-12-{count:02} 16:00", "breaks": []}
    acts: dict[str, Any] = {
        "take": lambda: people.employee_takes(state, shift["id"], 101),
        "release": lambda: people.employee_releases(state, shift["id"]),
        "assign": lambda: people.manager_assigns(state, shift["id"], 27384),
        "edit": lambda: people.manager_edits_shift(state, shift["id"], days),
        "open": lambda: people.manager_edits_shift(state, shift["id"], {"user_id": 0}),
        "whole": lambda: people.manager_edits_shift(state, shift["id"], {"user_id": 101}),
        "publish": lambda: people.manager_publishes(state, shift["id"]),
        "notify": lambda: roster.mark_notified(state, shift),
        "delete": lambda: people.manager_deletes_shift(state, shift["id"]),
    }
    acts[name]()


def seats(sandbox: Sandbox) -> int:
    return sum(max(shift["instances"], 1) for shift in sandbox.state.shifts.values())


@settings(deadline=None, max_examples=25)
@given(STEPS, st.booleans())
def test_whatever_happens_the_listing_tells_the_truth(steps: list[tuple[str, int, int]], keeps: Any) -> None:
    """Each shift is listed once, in order, as it is now; open is what has no user; what is deleted stays away.

    Taking, assigning and releasing never change the number of seats.
    """
    sandbox = Sandbox()
    manager = sandbox.person("manager")
    sandbox.state.switches.stack_keeps_id = keeps
    for name, number, count in steps:
        before = seats(sandbox)
        try:
            act(sandbox, name, number, count)
        except ApiError:
            assert seats(sandbox) == before
        if name in {"take", "assign", "release"} and before:
            assert seats(sandbox) == before
        listed = manager.get("/2/shifts", **EVERYTHING)["shifts"]
        sandbox.state.prints = Prints()
        assert manager.get("/2/shifts", **EVERYTHING)["shifts"] == listed
        assert sorted(shift["id"] for shift in listed) == sorted(sandbox.state.shifts)
        assert all(shift["is_open"] == (shift["user_id"] == 0) for shift in listed)
        assert not set(sandbox.state.shifts) & set(sandbox.state.deleted_shifts)
        starts = [sandbox.state.shifts[shift["id"]]["start_time"] for shift in listed]
        assert starts == sorted(starts)
