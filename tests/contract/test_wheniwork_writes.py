"""What the reference says of writing to When I Work: on open drafts far ahead, which nobody is told of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

import pytest

from sync.clock import SystemClock
from tests.contract.service import Service

Learned = Callable[[str, object], None]
fact = pytest.mark.fact

START = SystemClock().now().replace(minute=0, second=0, microsecond=0) + timedelta(days=300)
LATER = START + timedelta(hours=8)
EVERYTHING = {"unpublished": "true", "include_open": "true", "include_allopen": "true"}


def body(service: Service, **fields: Any) -> dict[str, Any]:
    """An open draft at the account's first location, with other fields as given."""
    location = service.get("/locations")["locations"][0]["id"]
    times = {"start_time": format_datetime(START), "end_time": format_datetime(LATER)}
    return {**times, "location_id": location, "user_id": 0, "published": False, "notes": "contract test", **fields}


@contextmanager
def draft(service: Service, **fields: Any) -> Iterator[dict[str, Any]]:
    """A shift for the length of one test."""
    answer = service.write("POST", "/shifts", body(service, **fields))
    assert answer.is_success, f"{answer.status_code} {answer.text[:200]}"
    shift = answer.json()["shift"]
    try:
        yield shift
    finally:
        service.write("DELETE", f"/shifts/{shift['id']}")


@fact("When I Work 3.2")
def test_a_create_is_answered_with_200(wheniwork: Service) -> None:
    """A created shift is answered with 200 and not 201."""
    answer = wheniwork.write("POST", "/shifts", body(wheniwork))
    wheniwork.write("DELETE", f"/shifts/{answer.json()['shift']['id']}")
    assert answer.status_code == 200


@fact("When I Work 5.4")
def test_a_created_shift_reads_as_written(wheniwork: Service) -> None:
    """Instants, place, notes and instances of a created open draft read back as written."""
    with draft(wheniwork, instances=3) as made:
        read = wheniwork.get(f"/shifts/{made['id']}")["shift"]
        assert [parsedate_to_datetime(read[name]) for name in ("start_time", "end_time")] == [START, LATER]
        expected = (made["location_id"], "contract test", 3, 0, False)
        names = ("location_id", "notes", "instances", "user_id", "published")
        assert tuple(read[name] for name in names) == expected


@fact("When I Work 5.4")
def test_the_usual_shift_is_a_draft(wheniwork: Service) -> None:
    """A shift created without a word about it is a draft."""
    fields = {name: value for name, value in body(wheniwork).items() if name != "published"}
    made = wheniwork.write("POST", "/shifts", fields).json()["shift"]
    wheniwork.write("DELETE", f"/shifts/{made['id']}")
    assert not made["published"]


@fact("When I Work 5.5")
def test_an_update_merges(wheniwork: Service, record_property: Learned) -> None:
    """An update with one field changes that field alone."""
    with draft(wheniwork, color="1174a6") as made:
        answer = wheniwork.write("PUT", f"/shifts/{made['id']}", {"notes": "contract test, changed"})
        record_property("learned", f"an update of the notes alone is answered with {answer.status_code}")
        assert answer.is_success
        read = wheniwork.get(f"/shifts/{made['id']}")["shift"]
    kept = ("start_time", "end_time", "location_id", "user_id", "color")
    assert read["notes"] == "contract test, changed"
    assert [read[name] for name in kept] == [made[name] for name in kept]


@fact("When I Work 5.9")
def test_an_edit_moves_updated_at(wheniwork: Service) -> None:
    """An edit never moves `updated_at` backwards."""
    with draft(wheniwork) as made:
        edit = {name: made[name] for name in ("start_time", "end_time", "location_id")} | {"notes": "edited"}
        changed = wheniwork.write("PUT", f"/shifts/{made['id']}", edit).json()["shift"]
    assert parsedate_to_datetime(changed["updated_at"]) >= parsedate_to_datetime(made["updated_at"])


@fact("When I Work 5.1")
def test_long_notes(wheniwork: Service, record_property: Learned) -> None:
    """Open: are notes over 350 characters cut or refused?"""
    answer = wheniwork.write("POST", "/shifts", body(wheniwork, notes="x" * 400))
    told = f"refused with {answer.status_code}"
    if answer.is_success:
        made = answer.json()["shift"]
        wheniwork.write("DELETE", f"/shifts/{made['id']}")
        told = f"kept with {len(made['notes'])} characters"
    record_property("learned", f"400 characters of notes are {told}")


@fact("When I Work 3.3")
def test_an_end_before_the_start(wheniwork: Service) -> None:
    """A bulk update done in part is a 400 that holds the successes, and code 2165 for an end before the start."""
    with draft(wheniwork) as one, draft(wheniwork) as other:
        fields = [
            {name: shift[name] for name in ("id", "start_time", "end_time", "location_id")} for shift in (one, other)
        ]
        fields[0]["notes"] = "bulk"
        fields[1]["end_time"] = format_datetime(START - timedelta(hours=1))
        answer = wheniwork.write("PUT", "/shifts/bulk", fields)
    told = answer.json()
    assert answer.status_code == 400
    assert [shift["notes"] for shift in told["shifts"]] == ["bulk"]
    assert [(error["shift_id"], error["code"]) for error in told["errors"]] == [(other["id"], 2165)]


@fact("When I Work 5.8")
def test_a_seat_off_a_stack(wheniwork: Service, record_property: Learned) -> None:
    """With `assign_openshift_instances` one seat leaves the stack, which keeps the others."""
    user = wheniwork.get("/login", show_pending="true")["users"][0]["id"]
    with draft(wheniwork, instances=3) as stack:
        fields = {name: stack[name] for name in ("start_time", "end_time", "location_id")} | {"user_id": user}
        answer = wheniwork.write("PUT", f"/shifts/{stack['id']}", fields, assign_openshift_instances="true")
        assert answer.is_success
        window = {"start": (START - timedelta(hours=1)).isoformat(), "end": (LATER + timedelta(hours=1)).isoformat()}
        around = wheniwork.get("/shifts", **window, **EVERYTHING)["shifts"]
        held = [shift["id"] for shift in around if shift["user_id"] == user]
        free = {
            shift["id"]: shift["instances"]
            for shift in around
            if shift["user_id"] == 0 and shift["notes"] == stack["notes"]
        }
        for number in {*held, *free} - {stack["id"]}:
            wheniwork.write("DELETE", f"/shifts/{number}")
    record_property("learned", f"the stack keeps its id: {stack['id'] in free}")
    assert (len(held), sum(free.values())) == (1, 2)


@fact("When I Work 5.6")
def test_a_deletion_is_for_good(wheniwork: Service, record_property: Learned) -> None:
    """A deleted shift is gone to reads and to a second deletion."""
    with draft(wheniwork) as made:
        path = f"/shifts/{made['id']}"
        assert wheniwork.write("DELETE", path).json()["success"]
        again, read = wheniwork.write("DELETE", path), wheniwork.ask("GET", path)
    record_property(
        "learned", f"a second deletion is answered with {again.status_code}, code {again.json().get('code')}"
    )
    assert {again.status_code, read.status_code} <= {400, 404}
    window = {"start": START.isoformat(), "end": LATER.isoformat()}
    listed = wheniwork.get("/shifts", deleted="true", **window, **EVERYTHING)
    assert made["id"] not in {shift["id"] for shift in listed["shifts"]}
    record_property("learned", f"deleted_ids of its window name it: {made['id'] in listed.get('deleted_ids', [])}")
