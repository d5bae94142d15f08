"""The way back of every kind of change, as a table; and every reason why there is none any more."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from mappings.bookings import Booking
from sync.plan import Change
from sync.plan.made import Made
from sync.plan.undoing.inverse import inverse
from sync.plan.undoing.today import Today
from tests.factories import ANA, NOW, PEOPLE, RULES, START, held, job, job_request, shift, user

END = START + timedelta(hours=8)
POSTED = job_request(request_name="Picker at Harbor [sb:abc123]")
TIMES = {"start_time": "Sat, 14 Mar 2026 13:00:00 +0000", "end_time": "Sat, 14 Mar 2026 21:00:00 +0000"}


def made(action: Any, kind: Any, before: Any = None, after: Any = None, **fields: Any) -> Made:
    """What run 12 did to a record of the demand at the harbor."""
    record = str((after or before or {}).get("id", fields.get("record", "")))
    values: dict[str, Any] = {
        "action": action,
        "kind": kind,
        "system": "wonolo" if kind in ("job_request", "job") else "wheniwork",
        "link": "link",
        "subject": "Picker at Harbor, Sat 14 Mar 08:00-16:00",
        "place": "Harbor",
        "start": START,
        "zone": "America/Chicago",
        "record": record,
        "cause": "because",
    }
    return Made(12, NOW - timedelta(hours=1), Change(**values | fields), record, before, after)


def today(*records: tuple[str, dict[str, Any]], **fields: Any) -> Today:
    """The world as it is now: these records, and both users."""
    known = {("user", "107"): user(), ("user", "108"): user(108)}
    known |= {(kind, str(record["id"])): record for kind, record in records}
    values: dict[str, Any] = {
        "now": NOW,
        "cutoff": timedelta(hours=12),
        "rules": RULES,
        "records": known,
        "people": PEOPLE,
    }
    return Today(**values | fields)


def back(row: Made, now: Today) -> Change:
    """The one change that takes another back."""
    (change,) = inverse([row], now).changes
    return change


SEAT = held(302)
FREED = shift(302, instances=1)
WAYS: list[tuple[Made, Today, tuple[str, str, str, dict[str, Any]]]] = [
    (
        made("create", "job_request", after=POSTED),
        today(("job_request", POSTED)),
        ("delete", "job_request", "500", {"state": "cancelled"}),
    ),
    (
        made(
            "update",
            "job_request",
            POSTED,
            POSTED | {"start_time": "2026-03-14T09:00:00.000-05:00", "slots": 3, "wage": 225.0},
            payload={"start_time": "2026-03-14 09:00", "slots": 3, "wage": 225.0},
        ),
        today(("job_request", POSTED | {"start_time": "2026-03-14T09:00:00.000-05:00", "slots": 3, "wage": 225.0})),
        ("update", "job_request", "500", {"start_time": "2026-03-14 08:00", "slots": 2, "wage": 150.0}),
    ),
    (
        made("update", "job_request", POSTED, POSTED | {"slots": 3}, payload={"slots": 3}),
        today(("job_request", POSTED | {"slots": 3})),
        ("update", "job_request", "500", {"slots": 2}),
    ),
    (
        made("create", "shift", after=shift(), seats=2),
        today(("shift", shift())),
        ("delete", "shift", "301", {}),
    ),
    (
        made(
            "update", "shift", shift(), shift(notes="Gate 2"), payload={"notes": "Gate 2", **TIMES, "location_id": 11}
        ),
        today(("shift", shift(notes="Gate 2"))),
        ("update", "shift", "301", {"notes": "", **TIMES, "location_id": 11}),
    ),
    (
        made("assign", "shift", shift(), SEAT, worker=ANA.key),
        today(("shift", SEAT)),
        ("release", "shift", "302", {"user_id": 0, **TIMES, "location_id": 11}),
    ),
    (
        made("release", "shift", SEAT, FREED, worker=ANA.key),
        today(("shift", FREED), booked={ANA.key: (Booking(START, END, "job_request", 500, "Picker at Harbor"),)}),
        ("assign", "shift", "302", {"user_id": 107, **TIMES, "location_id": 11}),
    ),
    (
        made("assign", "job", after=job(), worker=ANA.key),
        today(("job", job())),
        ("release", "job", "907", {"state": "cancelled", "cancelled_reason": "admin_cancelled"}),
    ),
    (
        made("release", "job", job(), job(state="cancelled"), worker=ANA.key),
        today(("job_request", POSTED), ("job", job(state="cancelled"))),
        ("assign", "job", "", {"worker_id": 7, "job_request_id": 500}),
    ),
    (
        made("update", "user", user(), user(first_name="Anna"), payload={"first_name": "Anna"}),
        today(("user", user(first_name="Anna"))),
        ("update", "user", "107", {"first_name": "Ana"}),
    ),
    (
        made("link", "user", record="107", worker=ANA.key),
        today(links=frozenset({"link"})),
        ("unlink", "user", "107", {}),
    ),
    (made("unlink", "user", record="107", worker=ANA.key), today(), ("link", "user", "107", {})),
    (
        made("link", "job_request", record="500", payload={"base": {}, "shifts": [301]}),
        today(links=frozenset({"link"})),
        ("unlink", "job_request", "500", {"base": {}, "shifts": [301]}),
    ),
    (
        made("unlink", "job_request", record="500", payload={"base": {}, "shifts": [301]}),
        today(),
        ("link", "job_request", "500", {"base": {}, "shifts": [301]}),
    ),
]


@pytest.mark.parametrize(
    ("row", "now", "way"), WAYS, ids=lambda value: value.change.action if isinstance(value, Made) else ""
)
def test_each_kind_of_change_has_its_way_back(row: Made, now: Today, way: tuple[str, str, str, dict[str, Any]]) -> None:
    """To the fields it had, as far as they were written."""
    change = back(row, now)
    assert (change.action, change.kind, change.record, change.payload) == way
    assert (change.verdict, change.undoes, change.cause) == ("do", 12, "takes back what run 12 did because of: because")


def test_a_cancelled_request_is_posted_anew_as_it_was() -> None:
    """A raise by hand is kept, the marker is its own, and the workers are not brought back."""
    before = POSTED | {"wage": 200.0, "request_name": "Gate 2 [sb:abc123]", "description_tasks": "Pick orders"}
    change = back(made("delete", "job_request", before, before | {"state": "cancelled"}), today())
    assert (change.action, change.record, change.seats) == ("create", "", 2)
    named = change.payload["request_name"]
    assert named.startswith("Gate 2 [sb:")
    assert "abc123" not in named
    assert {name: change.payload[name] for name in ("state", "wage", "start_time", "duration", "slots")} == {
        "state": "posted",
        "wage": 200.0,
        "start_time": "2026-03-14 08:00",
        "duration": 480,
        "slots": 2,
    }


@pytest.mark.parametrize(("before", "user_id", "instances"), [(shift(notes="Gate 2"), 0, 2), (SEAT, 107, 1)])
def test_a_deleted_shift_is_created_anew_as_it_was(before: dict[str, Any], user_id: int, instances: int) -> None:
    """Open or held."""
    change = back(made("delete", "shift", before, seats=-2), today())
    wanted = {"user_id": user_id, "instances": instances, "location_id": 11, "position_id": 21, **TIMES}
    assert (change.action, change.seats) == ("create", 2)
    assert {name: change.payload[name] for name in wanted} == wanted
    assert change.payload["published"]
    assert change.payload["notes"].replace("Gate 2 ", "").startswith("[sb:")


REASONS: list[tuple[Made, Today, str]] = [
    (made("create", "job_request", after=POSTED), today(), "it was deleted since"),
    (
        made("create", "job_request", after=POSTED),
        today(("job_request", POSTED | {"state": "cancelled"}), jobs={"500": (job(),)}),
        "it was cancelled since",
    ),
    (
        made("create", "job_request", after=POSTED),
        today(("job_request", POSTED), jobs={"500": (job(), job(state="cancelled", number=1))}),
        "Ana R. took a seat since and was told; release them first, or cancel it by hand",
    ),
    (
        made("create", "job_request", after=POSTED),
        today(("job_request", POSTED | {"slots": 5}), changed={("job_request", "500"): "seats 2 -> 5 in Wonolo"}),
        "it was changed since: seats 2 -> 5 in Wonolo",
    ),
    (
        made("create", "job_request", after=POSTED),
        today(changed={("job_request", "500"): "deleted in Wonolo"}),
        "it was deleted since: deleted in Wonolo",
    ),
    (
        made("create", "job_request", after=POSTED),
        today(
            ("job_request", POSTED | {"state": "cancelled"}),
            changed={("job_request", "500"): "state posted -> cancelled in Wonolo"},
        ),
        "it was cancelled since: state posted -> cancelled in Wonolo",
    ),
    (made("create", "job_request"), today(), "it was deleted since"),
    (
        made("create", "user", after=user()),
        today(),
        "users are never deleted from here; delete this one in When I Work if nobody needs it",
    ),
    (
        made("release", "job", job(), job(state="cancelled"), worker=ANA.key),
        today(),
        "request 500 is cancelled, so nobody can be given a seat of it",
    ),
    (made("create", "shift", after=shift(), start=NOW), today(("shift", shift())), "work has begun"),
    (
        made("update", "shift", None, shift(), payload={"notes": ""}),
        today(("shift", shift())),
        "what it was is not known, as the reply to the write was lost",
    ),
    (
        made("delete", "job_request", POSTED | {"category": "Nursing"}, POSTED),
        today(),
        "what it was cannot be spelled any more: ",
    ),
    (made("delete", "shift", held(302, 999)), today(), "who held it is no user of When I Work any more"),
    (
        made("release", "shift", held(302, 999), FREED),
        today(("shift", FREED)),
        "who held it is no user of When I Work any more",
    ),
    (
        made("assign", "shift", held(302, 108), SEAT),
        today(("shift", SEAT)),
        "the seat passed from one worker to another; give it back by hand",
    ),
    (
        made("assign", "shift", shift(), shift(instances=1)),
        today(("shift", shift(instances=1))),
        "which shift became the worker's is not known",
    ),
    (
        made("release", "job", job(), job(state="cancelled"), worker=ANA.key),
        today(("job_request", POSTED | {"state": "cancelled"})),
        "request 500 is cancelled, so nobody can be given a seat of it",
    ),
    (made("link", "user", record="107"), today(), "the link has ended since"),
    (made("unlink", "user", record="107"), today(links=frozenset({"link"})), "it is linked again already"),
    (
        made("unlink", "job_request", record=""),
        today(),
        "the two sides had come apart, and nothing is left to be tied together",
    ),
]


@pytest.mark.parametrize(("row", "now", "reason"), REASONS, ids=[reason[:30] for _, _, reason in REASONS])
def test_what_cannot_be_taken_back_says_why(row: Made, now: Today, reason: str) -> None:
    """It is left out, and nothing is sent."""
    change = back(row, now)
    assert (change.verdict, change.action, change.payload) == ("skip", "none", {})
    assert change.reason.startswith(reason)
