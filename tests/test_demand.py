"""Demand on Wonolo: reading JobRequests with their Jobs, writing and changing them, and the stages."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from mappings import convert
from mappings.demand import Posting, Seat, job_request_changes, job_request_fields, read_posting, stage_of, title
from mappings.model import Demand, Stage, Unmapped
from tests.factories import (
    ANA,
    BEN,
    CAT,
    CHICAGO,
    DEPOT,
    HARBOR,
    PACKER,
    PICKER,
    RULES,
    START,
    demand,
    job,
    job_request,
)
from tests.strategies import TITLES, demands

ISO = msgspec.structs.replace(RULES, start_time_format="iso")


def as_wonolo_prints(fields: dict[str, Any], number: int = 1) -> dict[str, Any]:
    """A JobRequest as it reads after a write: Wonolo takes the wall clock at the place, and prints an instant."""
    zone = ZoneInfo(DEPOT.zone if fields["zip"] == DEPOT.zip else CHICAGO)
    start = datetime.fromisoformat(fields["start_time"])
    start = start if start.tzinfo else start.replace(tzinfo=zone)
    return fields | {"id": number, "start_time": start.isoformat(timespec="milliseconds")}


def jobs_of(wanted: Demand) -> list[dict[str, Any]]:
    """A filled Job for each worker."""
    return [
        {"id": 100 + place, "state": "filled", "worker": {"id": key.removeprefix("wonolo:")}}
        for place, key in enumerate(sorted(wanted.workers))
    ]


def tellable(moment: datetime, place: str) -> bool:
    """Whether the wall clock of the place tells the instant: it is not the second of an hour that comes twice."""
    return moment.astimezone(ZoneInfo(RULES.zone(place))).fold == 0


@given(demands(TITLES))
@example(demand(start=datetime(2026, 3, 8, 7, 30, tzinfo=UTC), end=datetime(2026, 3, 8, 12, tzinfo=UTC)))
@example(demand(start=datetime(2026, 11, 1, 6, 30, tzinfo=UTC), end=datetime(2026, 11, 1, 12, tzinfo=UTC)))
def test_reading_a_written_demand_gives_it_back(wanted: Demand) -> None:
    """But for the break, which Wonolo cannot say."""
    assume(tellable(wanted.start, wanted.place))
    record = as_wonolo_prints(job_request_fields(wanted, RULES, "abc123"))
    posting = read_posting(record, jobs_of(wanted), RULES)
    assert posting.demand == msgspec.structs.replace(wanted, break_minutes=None)
    assert posting.marker == "abc123"


@given(demands())
def test_an_iso_start_reads_back_even_in_the_hour_told_twice(wanted: Demand) -> None:
    """The other format that can be configured."""
    record = as_wonolo_prints(job_request_fields(wanted, ISO, "abc123"))
    assert read_posting(record, (), ISO).demand.start == wanted.start


def test_a_start_in_the_second_of_two_equal_hours_cannot_be_written() -> None:
    """01:30 on the wall would be taken for the first; who changes the format or posts by hand is told so."""
    later = demand(start=datetime(2026, 11, 1, 7, 30, tzinfo=UTC), end=datetime(2026, 11, 1, 12, tzinfo=UTC))
    with pytest.raises(Unmapped, match="its start comes twice on that night's clock"):
        job_request_fields(later, RULES, "abc123")


def with_break(posting: Posting, minutes: int) -> Posting:
    """The posting as the planner compares it: with the agreed break."""
    return msgspec.structs.replace(posting, demand=msgspec.structs.replace(posting.demand, break_minutes=minutes))


@given(demands())
def test_writing_what_was_read_changes_nothing(wanted: Demand) -> None:
    """Whatever a posting means, nothing is written to make it mean that."""
    posting = read_posting(as_wonolo_prints(job_request_fields(wanted, RULES, "abc123")), jobs_of(wanted), RULES)
    for now in (posting, with_break(posting, 30)):
        assert job_request_changes(now, now.demand, RULES) == {}


@given(demands(), demands())
def test_a_written_change_reads_back_as_the_target(before: Demand, after: Demand) -> None:
    """From any demand to any other, once its workers are seated; the marker stays."""
    assume(tellable(before.start, before.place) and tellable(after.start, after.place))
    record = as_wonolo_prints(job_request_fields(before, RULES, "abc123"))
    posting = with_break(read_posting(record, (), RULES), before.break_minutes or 0)
    written = job_request_changes(posting, after, RULES)
    read = read_posting(as_wonolo_prints(record | written), jobs_of(after), RULES, after)
    assert read.demand == msgspec.structs.replace(after, break_minutes=None)
    assert read.marker == "abc123"


def test_a_new_job_request_in_full() -> None:
    """1099 work carries the total wage of seven and a half paid hours."""
    assert job_request_fields(demand(title="Bring boots"), RULES, "abc123") == {
        "state": "posted",
        "request_name": "Bring boots [sb:abc123]",
        "slots": 2,
        "start_time": "2026-03-14 08:00",
        "duration": 480,
        "category": "Fulfillment / Warehousing",
        "description_tasks": "Pick orders",
        "description_skills": "Forklift|Lifting",
        "venue": "Harbor Warehouse",
        "address": "1 Pier Rd",
        "city": "Chicago",
        "zip": "60601",
        "wage": 150.0,
    }


def test_a_job_request_names_its_requestor_where_one_is_configured() -> None:
    """And otherwise leaves the choice to Wonolo."""
    rules = msgspec.structs.replace(RULES, employer_id=77)
    assert job_request_fields(demand(), rules, "abc123")["employer_id"] == 77


def test_hourly_work_carries_the_rate() -> None:
    """A w2 JobRequest has no total wage."""
    fields = job_request_fields(demand(skill="Cook"), RULES, "abc123")
    assert {name: fields.get(name) for name in ("classification", "w2_hourly_rate", "wage")} == {
        "classification": "w2",
        "w2_hourly_rate": "25.00",
        "wage": None,
    }


@pytest.mark.parametrize(
    ("day", "wall", "hours", "wage"),
    [
        (datetime(2026, 3, 8, 7, 0, tzinfo=UTC), "2026-03-08 01:00", 4, 80.0),
        (datetime(2026, 11, 1, 5, 0, tzinfo=UTC), "2026-11-01 00:00", 4, 80.0),
    ],
)
def test_the_wage_of_a_night_when_clocks_change_is_for_hours_that_pass(
    day: datetime, wall: str, hours: int, wage: float
) -> None:
    """01:00 to 06:00 on the wall in spring, 00:00 to 03:00 in autumn: four hours either way."""
    fields = job_request_fields(demand(start=day, end=day + timedelta(hours=hours), break_minutes=0), RULES, "abc123")
    assert (fields["start_time"], fields["duration"], fields["wage"]) == (wall, 240, wage)


CHANGES = [
    ({"headcount": 3}, {"slots": 3}),
    ({"start": START + timedelta(hours=1)}, {"start_time": "2026-03-14 09:00", "duration": 420, "wage": 130.0}),
    ({"end": START + timedelta(hours=9)}, {"duration": 540, "wage": 170.0}),
    ({"break_minutes": 60}, {"wage": 140.0}),
    ({"title": "Bring boots"}, {"request_name": "Bring boots [sb:abc123]"}),
    (
        {"place": "Depot"},
        {"venue": "Depot", "address": "9 Rail St", "city": "Newark", "zip": "07102"}
        | {"request_name": "Picker at Depot [sb:abc123]"},
    ),
    (
        {"skill": "Packer"},
        {"category": PACKER.category, "description_tasks": "Pack orders", "wage": 138.75}
        | {"request_name": "Packer at Harbor [sb:abc123]"},
    ),
]


@pytest.mark.parametrize(("changes", "fields"), CHANGES)
def test_only_what_differs_is_written(changes: dict[str, Any], fields: dict[str, Any]) -> None:
    """One field of meaning, and what depends on it."""
    posting = with_break(read_posting(job_request(), (), RULES), 30)
    assert job_request_changes(posting, demand(**changes), RULES) == fields


def test_a_job_request_of_somebody_else_is_never_marked() -> None:
    """Only records that we created carry the marker."""
    posting = read_posting(job_request(request_name="Evening crew"), (), RULES)
    target = msgspec.structs.replace(posting.demand, title="Night crew")
    assert job_request_changes(posting, target, RULES) == {"request_name": "Night crew"}


def test_a_raise_given_by_hand_is_kept_when_the_hours_change() -> None:
    """165 dollars for seven and a half hours become 187 for eight and a half."""
    posting = with_break(read_posting(job_request(wage="165.00"), (), RULES), 30)
    target = msgspec.structs.replace(posting.demand, end=START + timedelta(hours=9))
    assert job_request_changes(posting, target, RULES) == {"duration": 540, "wage": 187.0}


def test_fill_is_computed_from_jobs() -> None:
    """Not from the JobRequest's state; who waits to be accepted holds no seat yet."""
    states = (
        "filled",
        "in_progress",
        "paused",
        "completed",
        "approved",
        "pending",
        "rejected",
        "cancelled",
        "withdrawn",
    )
    jobs = [
        job(number=place, state=state, worker=ANA, id=place) | {"worker": {"id": place}}
        for place, state in enumerate(states, 1)
    ]
    jobs += [{"id": 10, "state": "no_show", "worker_id": "10"}]
    posting = read_posting(job_request(state="posted", slots=9), reversed(jobs), RULES)
    assert posting.demand.workers == {f"wonolo:{number}" for number in range(1, 6)}
    assert posting.pending == {"wonolo:6"}
    assert posting.demand.open_seats == 4
    assert [seat.job_id for seat in posting.seats] == list(range(1, 11))
    assert posting.seat_of("wonolo:2") == Seat(2, "wonolo:2", "in_progress")
    assert posting.seat_of("wonolo:9") is None
    assert posting.seats[-1] == Seat(10, "wonolo:10", "no_show")


def test_an_overfull_posting_has_no_open_seats() -> None:
    """Never fewer than none."""
    posting = read_posting(job_request(slots=1), [job(ANA), job(BEN)], RULES)
    assert posting.demand.open_seats == 0


def test_numbers_and_ids_may_be_text() -> None:
    """They mean the same."""
    text = job_request(id="500", slots="2", duration="480", wage="150.0")
    assert read_posting(text, (), RULES) == read_posting(job_request(), (), RULES)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"state": "draft"}, "it is a draft in Wonolo"),
        ({"start_time": None}, "it has no start_time"),
        ({"start_time": "0000-00-00 00:00:00"}, "it has no start_time"),
        (
            {"start_time": "2026-03-14 08:00"},
            "its start_time cannot be read: '2026-03-14 08:00' is not a time with a zone",
        ),
        ({"duration": None}, "its duration None is not a number"),
        ({"slots": "many"}, "its slots 'many' is not a number"),
        ({"slots": "1e999"}, "its slots '1e999' is not a number"),
        ({"duration": 1e15}, "its duration 1000000000000000.0 ends in no year that there is"),
        ({"wage": "negotiable"}, "'negotiable' is not an amount of money"),
        ({"id": "x500"}, "'x500' is not an id"),
        (
            {"address": "2 Pier Rd", "venue": ""},
            "no configured place has the address '2 Pier Rd, Chicago, 60601'; add it under [[places]]",
        ),
        (
            {"category": "Nursing"},
            "category 'Nursing' is no configured skill; name one under [[skills]] or in the request's name",
        ),
    ],
)
def test_a_record_without_a_meaning_says_why(changes: dict[str, Any], reason: str) -> None:
    """In a sentence that says what to do, where something can be done."""
    with pytest.raises(Unmapped) as caught:
        read_posting(job_request(**changes), (), RULES)
    assert str(caught.value) == reason


def test_the_agreed_skill_tells_apart_those_that_share_a_category() -> None:
    """Where neither name nor description does."""
    unclear = job_request(description_tasks="Do things", request_name="Evening crew")
    found = [read_posting(unclear, (), RULES, demand(skill=skill)).demand.skill for skill in ("Picker", "Packer")]
    assert found == ["Picker", "Packer"]


def test_only_cancelled_is_a_deletion() -> None:
    """An unknown state is none."""
    states = ("cancelled", "posted", "reopened", "", None)
    postings = [read_posting(job_request(state=state), (), RULES) for state in states]
    assert [posting.cancelled for posting in postings] == [True, False, False, False, False]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Picker at Harbor", ""),
        ("Packer at Depot [sb:abc123]", ""),
        ("Picker at Moon", "Picker at Moon"),
        ("Crew at Harbor", "Crew at Harbor"),
        ("Evening\n  crew", "Evening crew"),
        (None, ""),
        ("x" * 400, "x" * 300),
        ("x" * 299 + " y", "x" * 299),
    ],
)
def test_a_title_is_what_a_person_wrote(text: str | None, expected: str) -> None:
    """A name that we made ourselves is none; a long one is cut to what both systems keep."""
    assert title(text, RULES) == expected


def test_names_of_our_own_are_known_even_if_a_key_says_at() -> None:
    """As in `Cook at Large at Harbor`."""
    rules = msgspec.structs.replace(
        RULES,
        places=(HARBOR, msgspec.structs.replace(DEPOT, key="Gate at Sea")),
        skills=(msgspec.structs.replace(PICKER, key="Cook at Large"),),
    )
    assert title("Cook at Large at Gate at Sea", rules) == ""
    assert title("Cook at Large", rules) == "Cook at Large"


CUTOFF = timedelta(hours=12)


@pytest.mark.parametrize(
    ("states", "before", "stage"),
    [
        ((), 72, Stage.OPEN),
        (("filled", "pending", "cancelled"), 12.1, Stage.OPEN),
        ((), 12, Stage.LOCKED),
        (("filled",), 0.1, Stage.LOCKED),
        ((), 0, Stage.RUNNING),
        (("filled",), -1, Stage.RUNNING),
        (("filled", "in_progress"), 1, Stage.RUNNING),
        (("paused",), -1, Stage.RUNNING),
        (("filled", "completed"), -1, Stage.RUNNING),
        (("completed",), -9, Stage.DONE),
        (("completed", "approved", "no_show"), -9, Stage.DONE),
        (("approved", "withdrawn"), -30, Stage.SETTLED),
        (("approved",), 72, Stage.SETTLED),
    ],
)
def test_the_stage_follows_jobs_and_clock(states: tuple[str, ...], before: float, stage: Stage) -> None:
    """Only Jobs that hold a seat count; `before` is hours until the start."""
    seats = [Seat(place, f"wonolo:{place}", state) for place, state in enumerate(states)]
    assert stage_of(demand(), seats, START - timedelta(hours=before), CUTOFF) == stage


@given(
    st.lists(st.sampled_from(["filled", "in_progress", "completed", "approved"]), max_size=4), st.integers(-100, 100)
)
def test_the_stage_never_moves_back_as_time_passes(states: list[str], hours: int) -> None:
    """With the same Jobs."""
    seats = [Seat(place, CAT.key, state) for place, state in enumerate(states)]
    stages = [stage_of(demand(), seats, START + timedelta(hours=hours + later), CUTOFF) for later in (0, 5)]
    assert list(Stage).index(stages[0]) <= list(Stage).index(stages[1])


def test_the_wage_is_read_in_cents() -> None:
    """And follows the skill's rate when it was not raised."""
    assert read_posting(job_request(wage="150.00"), (), RULES).wage == convert.wage(PICKER.hourly_rate, 450)
