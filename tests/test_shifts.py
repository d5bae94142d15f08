"""Demand on When I Work: reading shifts, grouping them, writing and changing them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mappings.model import Demand, Scope, Unmapped
from mappings.shifts import (
    NOTES_LIMIT,
    Shift,
    ShiftGroup,
    grouped,
    in_scope,
    joins,
    linked,
    offered,
    read_shift,
    read_slot,
    required_fields,
    shift_changes,
    shift_fields,
    slot_of,
    taken,
)
from tests.factories import ANA, BEN, RULES, START, USERS, at, demand, held, shift
from tests.strategies import TITLES, demands

WORKERS = {number: f"wonolo:{number}" for number in range(1, 6)} | USERS


def read(record: dict[str, Any]) -> Shift:
    """The shift that a record means."""
    return read_shift(record, RULES, WORKERS)


def spelled(wanted: Demand) -> list[dict[str, Any]]:
    """The shifts of a demand, as they read once written: one stack, and a shift for each worker."""
    seats: list[tuple[int, Any]] = [(1, int(key.removeprefix("wonolo:"))) for key in sorted(wanted.workers)]
    seats += [(wanted.open_seats, 0)] if wanted.open_seats else []
    return [
        shift_fields(wanted, RULES, "abc123", instances=count, user_id=user) | {"id": number}
        for number, (count, user) in enumerate(seats, 1)
    ]


@given(demands(TITLES))
@example(demand(start=datetime(2026, 3, 8, 7, 30, tzinfo=UTC), end=datetime(2026, 3, 8, 12, tzinfo=UTC)))
@example(demand(start=datetime(2026, 11, 1, 6, 30, tzinfo=UTC), end=datetime(2026, 11, 1, 12, tzinfo=UTC)))
@example(demand(start=datetime(2026, 11, 1, 7, 30, tzinfo=UTC), end=datetime(2026, 11, 1, 12, tzinfo=UTC)))
def test_reading_written_shifts_gives_the_demand_back(wanted: Demand) -> None:
    """Break, workers and open seats included, in either of two equal hours."""
    group, *others = grouped(map(read, spelled(wanted)))
    assert (group.demand, others) == (wanted, [])
    assert {row.marker for row in group.shifts} == {"abc123"}


@given(demands())
def test_writing_what_was_read_changes_nothing(wanted: Demand) -> None:
    """For every shift of a group."""
    group = grouped(map(read, spelled(wanted)))[0]
    assert [shift_changes(row, group.demand, group.demand, RULES) for row in group.shifts] == [{}] * len(group.shifts)


@given(demands(), demands())
def test_a_written_change_reads_back_as_the_target(before: Demand, after: Demand) -> None:
    """Seats are written elsewhere."""
    target = msgspec.structs.replace(after, workers=before.workers, headcount=before.headcount)
    records = spelled(before)
    changed = [row | shift_changes(read(row), before, target, RULES) for row in records]
    group = grouped(map(read, changed))[0]
    assert group.demand == target
    assert {row.marker for row in group.shifts} == {"abc123"}


def test_a_new_shift_in_full() -> None:
    """Times are told as instants, the break in hours, the marker in the notes."""
    assert shift_fields(demand(title="Bring boots"), RULES, "abc123", instances=2) == {
        "start_time": "Sat, 14 Mar 2026 13:00:00 +0000",
        "end_time": "Sat, 14 Mar 2026 21:00:00 +0000",
        "location_id": 11,
        "site_id": 0,
        "position_id": 21,
        "break_time": 0.5,
        "notes": "Bring boots [sb:abc123]",
        "user_id": 0,
        "instances": 2,
        "published": True,
    }


CHANGES = [
    ({}, {}),
    ({"headcount": 5, "workers": frozenset({ANA.key})}, {}),
    ({"start": START - timedelta(hours=1)}, {"start_time": "Sat, 14 Mar 2026 12:00:00 +0000"}),
    ({"end": START + timedelta(hours=9)}, {"end_time": "Sat, 14 Mar 2026 22:00:00 +0000"}),
    ({"place": "Depot"}, {"location_id": 12, "site_id": 5}),
    ({"skill": "Packer"}, {"position_id": 22}),
    ({"break_minutes": 45}, {"break_time": 0.75}),
    ({"title": "Bring boots"}, {"notes": "Bring boots"}),
]


@pytest.mark.parametrize(("changes", "fields"), CHANGES)
def test_only_what_differs_is_written(changes: dict[str, Any], fields: dict[str, Any]) -> None:
    """Beside the times and the location, which every update carries; somebody else's shift is never marked."""
    required = required_fields(demand(), RULES) if fields else {}
    assert shift_changes(read(shift()), demand(), demand(**changes), RULES) == required | fields


def test_a_shift_of_ours_keeps_its_marker() -> None:
    """However often its notes are written."""
    ours = read(shift(notes="Dock 4 [sb:abc123]"))
    changes = shift_changes(ours, demand(title="Dock 4"), demand(title="Dock 5"), RULES)
    assert changes["notes"] == "Dock 5 [sb:abc123]"


def test_notes_of_several_lines_near_the_limit_become_a_title_and_fit_back_with_the_marker() -> None:
    """When I Work keeps 350 characters of notes, and the marker takes its part of them."""
    notes = "\n".join(["Bring boots and a badge."] * 14)
    assert len(notes) == 349
    row = read(shift(notes=notes))
    assert row.title == " ".join(["Bring boots and a badge."] * 12)
    written = shift_fields(demand(title=row.title), RULES, "a" * 32)["notes"]
    assert len(written) <= NOTES_LIMIT
    assert read(shift(notes=written)) == msgspec.structs.replace(row, marker="a" * 32)


def test_the_same_shift_printed_for_two_callers_reads_equal() -> None:
    """Dates come in the zone of who asks, ids sometimes as text."""
    text = shift(
        start_time="Sat, 14 Mar 2026 09:00:00 -0400",
        end_time="Sat, 14 Mar 2026 17:00:00 -0400",
        id="301",
        user_id="0",
        location_id="11",
        site_id=None,
        position_id="21",
        instances="2",
        break_time="0.5",
    )
    assert read(text) == read(shift())


def test_a_shift_of_an_autumn_night_is_as_long_as_the_hours_that_pass() -> None:
    """22:00 to 06:00 on the wall is nine hours."""
    night = shift(start_time="Sat, 31 Oct 2026 22:00:00 -0500", end_time="Sun, 01 Nov 2026 06:00:00 -0600")
    assert grouped([read(night)])[0].demand.paid_minutes == 9 * 60 - 30


BREAKS = [
    ({"breaks": [{"length": 1800, "paid": False}, {"length": "900", "paid": True}]}, 30),
    ({"breaks": [{"length": 600}, {"length": 900}]}, 25),
    ({"breaks": [{"length": 1800, "paid": True}], "break_time": 1}, 0),
    ({"breaks": [], "break_time": 0.75}, 45),
    ({"breaks": [{"length": 7200}]}, 120),
    ({"breaks": None, "break_time": None}, 0),
]


@pytest.mark.parametrize(("fields", "minutes"), BREAKS)
def test_the_unpaid_break_in_either_form(fields: dict[str, Any], minutes: int) -> None:
    """Breaks in seconds, or the older hours."""
    assert read(shift(**fields)).break_minutes == minutes


@pytest.mark.parametrize(("instances", "seats"), [(3, 3), (1, 1), (0, 1), (None, 1), ("4", 4)])
def test_missing_instances_are_one_seat(instances: Any, seats: int) -> None:
    """And a held shift is always one."""
    assert read(shift(instances=instances)).seats == seats
    assert read(held() | {"instances": instances}).seats == 1


def test_a_held_seat_names_its_worker() -> None:
    """By the user who holds it."""
    assert read(held()).worker == ANA.key
    assert read(shift()).worker is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"user_id": 55}, "it is held by one of the company's own people"),
        ({"user_id": "somebody"}, "its user_id cannot be read: 'somebody' is not an id"),
        ({"start_time": ""}, "it has no start_time"),
        ({"end_time": "0000-00-00 00:00:00"}, "it has no end_time"),
        (
            {"end_time": "2026-03-14 15:00"},
            "its end_time cannot be read: '2026-03-14 15:00' is not a time with a zone",
        ),
        ({"break_time": "half"}, "'half' is not a number"),
        ({"location_id": 99, "site_id": 5}, "location 99, site 5 is no configured place; add it under [[places]]"),
        ({"location_id": 99}, "location 99 is no configured place; add it under [[places]]"),
        ({"position_id": 0}, "position 0 is no configured skill; add it under [[skills]]"),
    ],
)
def test_a_record_without_a_meaning_says_why(changes: dict[str, Any], reason: str) -> None:
    """In a sentence that says what to do, where something can be done."""
    with pytest.raises(Unmapped) as caught:
        read(shift(**changes))
    assert str(caught.value) == reason


def test_where_and_when_a_shift_is_can_be_read_whoever_holds_it() -> None:
    """Somebody of the company's own, too; what has no meaning here says why."""
    slot = slot_of(demand())
    assert [read_slot(shift(user_id=user), RULES) for user in (0, 55)] == [slot, slot]
    for changes, reason in (
        ({"start_time": ""}, "it has no start_time"),
        ({"position_id": 0}, "position 0 is no configured skill; add it under [[skills]]"),
    ):
        with pytest.raises(Unmapped) as caught:
            read_slot(shift(**changes), RULES)
        assert str(caught.value) == reason


def test_a_name_of_ours_in_the_notes_is_no_title() -> None:
    """A JobRequest without a title is named so, and somebody may have copied it."""
    assert [read(shift(notes=text)).title for text in ("Picker at Harbor", "Nurse at Harbor")] == [
        "",
        "Nurse at Harbor",
    ]


def test_a_shift_is_taken_when_a_stranger_holds_it() -> None:
    """Not when it is open, nor when a worker does."""
    assert [taken(shift(user_id=user), USERS) for user in (0, None, "107", 55)] == [False, False, False, True]


@pytest.mark.parametrize(
    ("record", "scope", "lead", "expected"),
    [
        ({}, Scope(), 72, True),
        ({"published": False}, Scope(), 72, False),
        ({}, Scope(), 0, False),
        ({"notes": "For #wonolo, dock 4"}, Scope(tag="#wonolo"), 72, True),
        ({"notes": None}, Scope(tag="#wonolo"), 72, False),
        ({}, Scope(color="42A611"), 72, True),
        ({"color": None}, Scope(color="42a611"), 72, False),
        ({}, Scope(lead_minutes={"Picker": 1440}), 24, True),
        ({}, Scope(lead_minutes={"Picker": 1440}), 25, False),
        ({}, Scope(lead_minutes={"Cook": 1440}), 72, True),
    ],
)
def test_which_open_shifts_are_offered(
    record: dict[str, Any],
    scope: Scope,
    lead: int,
    expected: bool,  # noqa: FBT001  (a column of a table)
) -> None:
    """Published, ahead, tagged and coloured as wanted, and near enough; `lead` is hours until the start."""
    row = shift(**record)
    assert offered(row, read(row), scope, START - timedelta(hours=lead)) is expected


def test_the_scope_can_be_told_before_a_shift_can_be_read() -> None:
    """So that shifts nobody offers make no remarks."""
    assert in_scope(shift(start_time="soon"), Scope())
    assert not in_scope(shift(), Scope(tag="#wonolo"))


def test_shifts_of_one_slot_are_one_demand() -> None:
    """Open seats and held ones; others stand apart, in order of their lowest id."""
    other = shift(300, **at(START + timedelta(days=1)))
    groups = grouped(map(read, [held(303, 108), shift(302, instances=1), held(301), other]))
    assert [[row.id for row in group.shifts] for group in groups] == [[300], [301, 302, 303]]
    assert groups[1].demand == demand(headcount=3, workers=frozenset({ANA.key, BEN.key}))


def test_the_first_words_and_the_first_break_speak_for_a_new_group() -> None:
    """Shifts of one slot may have notes of their own."""
    group = grouped(map(read, [shift(1, break_time=0), shift(2, notes="Dock 4"), shift(3, notes="Dock 5")]))[0]
    assert (group.demand.title, group.demand.break_minutes) == ("Dock 4", 30)


def test_the_agreed_break_speaks_while_a_shift_still_has_it() -> None:
    """So a change that was written to some of them is no edit."""
    read_anew = group_of(shift(1, break_time=0), shift(2, break_time=0.5), base=demand(break_minutes=0))
    assert read_anew.demand.break_minutes == 0


def group_of(
    *records: dict[str, Any], base: Demand | None = None, lone: dict[Any, list[Shift]] | None = None
) -> ShiftGroup:
    """The group that a link's shifts make."""
    group, _ = linked(map(read, records), lone or {}, base or demand())
    assert group
    return group


def test_a_link_without_shifts_is_no_group() -> None:
    """And nobody left it."""
    assert linked([], {}, demand()) == (None, [])


def test_a_lone_shift_of_the_same_slot_joins_a_linked_group() -> None:
    """A manager added one more."""
    joined = read(shift(309, instances=1))
    group = group_of(shift(), lone={joined.slot: [joined]})
    assert group.demand == demand(headcount=3)
    assert [row.id for row in group.open_shifts] == [301, 309]


def test_an_open_seat_that_moves_leaves() -> None:
    """The demand stays where the agreed one was."""
    moved = read(shift(303, **at(START + timedelta(hours=1))))
    group, left = linked([read(held()), moved], {}, demand())
    assert group
    assert group.demand == demand(headcount=1, workers=frozenset({ANA.key}))
    assert left == [moved]


def test_when_everybody_moves_the_demand_moves() -> None:
    """Seats that are held show where to."""
    later = START + timedelta(hours=1)
    group = group_of(shift(instances=1, **at(later)), held(**at(later)))
    assert group.demand == demand(
        start=later, end=later + timedelta(hours=8), workers=frozenset({ANA.key}), headcount=2
    )
    stack_elsewhere = shift(**at(later + timedelta(hours=1)))
    rest, left = linked(map(read, [stack_elsewhere, held(**at(later))]), {}, demand())
    assert rest
    assert (rest.demand.start, [row.id for row in left]) == (later, [301])


def test_a_held_seat_that_moves_alone_has_strayed_and_still_counts() -> None:
    """Wonolo cannot express it."""
    group = group_of(shift(instances=1), held(**at(START + timedelta(hours=2))))
    assert group.demand == demand(headcount=2, workers=frozenset({ANA.key}))
    assert [row.id for row in group.strayed] == [302]
    assert group.held_by(ANA.key) == group.strayed
    assert group.held_by(BEN.key) == ()


def test_an_interrupted_move_is_still_one_group() -> None:
    """Half of the shifts are where the JobRequest now is, half where both sides were."""
    later = demand(start=START + timedelta(hours=1), end=START + timedelta(hours=9))
    rows = [read(shift(instances=1, **at(later.start))), read(held(**at(later.start))), read(shift(303, instances=1))]
    group, left = linked(rows, {}, demand(headcount=3), slot_of(later))
    assert group
    assert group.demand == demand(headcount=3, workers=frozenset({ANA.key}))
    assert (group.strayed, left) == ((), [])


@pytest.mark.parametrize(
    ("notes", "agreed", "title"),
    [
        (["Dock 4", "Dock 4"], "Dock 4", "Dock 4"),
        (["Dock 4", "Dock 5"], "Dock 4", "Dock 4"),
        (["Dock 5", "Dock 4"], "Dock 4", "Dock 4"),
        (["Dock 5", "Dock 6"], "Dock 4", "Dock 5"),
        (["", ""], "Dock 4", ""),
        (["", "Dock 5"], "Dock 4", "Dock 5"),
        (["Own words", ""], "", ""),
    ],
)
def test_a_title_holds_while_a_shift_still_has_it(notes: list[str], agreed: str, title: str) -> None:
    """So that notes of a shift's own, or a rewrite cut short, are not taken for an edit of the demand."""
    rows = [shift(301 + place, notes=text, instances=1) for place, text in enumerate(notes)]
    assert group_of(*rows, base=demand(title=agreed)).demand.title == title


@given(st.lists(st.sampled_from(["", "A", "B", "C"]), min_size=1, max_size=4), st.sampled_from(["", "A", "B"]))
def test_a_title_that_was_taken_over_is_not_taken_over_again(notes: list[str], agreed: str) -> None:
    """Once the base has moved there, the same shifts mean the same title."""
    rows = [shift(301 + place, notes=text) for place, text in enumerate(notes)]
    title = group_of(*rows, base=demand(title=agreed)).demand.title
    assert group_of(*rows, base=demand(title=title)).demand.title == title


def test_of_two_shifts_of_one_worker_the_second_is_a_seat_still_to_be_filled() -> None:
    """Two people were asked for, and nobody can be both."""
    group = group_of(held(301), held(302), shift(303, instances=1))
    assert group.demand == demand(headcount=3, workers=frozenset({ANA.key}))
    assert ([row.id for row in group.doubled], [row.id for row in group.held_by(ANA.key)]) == ([302], [301, 302])


def test_a_second_seat_of_a_worker_that_moves_away_has_left() -> None:
    """The first one stays where it is, so that nothing strayed."""
    later = at(START + timedelta(hours=2))
    group, left = linked(map(read, [held(301), held(302, **later), shift(303)]), {}, demand())
    assert group
    assert (group.demand.headcount, group.strayed, group.doubled) == (3, (), ())
    assert [row.id for row in left] == [302]
    group, left = linked(map(read, [held(301, **later), held(302, **later), shift(303)]), {}, demand())
    assert group
    assert ([row.id for row in group.strayed], [row.id for row in left]) == ([301], [302])


def test_who_joins_a_demand() -> None:
    """Open shifts that are offered, and published ones that a worker holds."""
    tagged = Scope(tag="#wonolo")
    rows = [shift(), shift(notes="#wonolo"), held(), held(published=False)]
    assert [joins(row, read(row), tagged, START - timedelta(hours=1)) for row in rows] == [False, True, True, False]


def test_a_break_nobody_agreed_on_is_the_first_there_is() -> None:
    """A base made from Wonolo alone has none."""
    group = group_of(shift(break_time=0), shift(302), base=demand(break_minutes=None))
    assert group.demand.break_minutes == 30
