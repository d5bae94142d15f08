"""What the reference says of writing to Wonolo: on job requests far ahead that only preferred workers see."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

import pytest

from sync.clock import SystemClock
from tests.contract.service import Service

Learned = Callable[[str, object], None]
fact = pytest.mark.fact

DAY = (SystemClock().now() + timedelta(days=300)).date()
FIELDS: dict[str, Any] = {
    "state": "unassigned",
    "category": "General Labor",
    "description_tasks": "Contract test, please ignore",
    "slots": 2,
    "address": "1 Some Street",
    "city": "Chicago",
    "zip": "60601",
    "request_name": "Contract test",
    "start_time": f"{DAY} 09:00",
    "duration": 480,
    "wage": 160,
}


@contextmanager
def posted(service: Service, **fields: Any) -> Iterator[dict[str, Any]]:
    """A job request for the length of one test; it is cancelled then."""
    answer = service.write("POST", "/job_requests", {"job_request": FIELDS | fields})
    assert answer.is_success, f"{answer.status_code} {answer.text[:200]}"
    request = answer.json()["job_request"]
    try:
        yield request
    finally:
        cancel(service, request)


def cancel(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Cancel a job request, with all fields of a create if it must be."""
    path, state = f"/job_requests/{request['id']}", {"state": "cancelled"}
    answer = service.write("PATCH", path, {"job_request": state})
    if answer.status_code == 422:
        answer = service.write("PATCH", path, {"job_request": FIELDS | state})
    cancelled: dict[str, Any] = answer.json()["job_request"]
    return cancelled


@fact("Wonolo 5")
def test_a_job_request_reads_as_written(wonolo: Service) -> None:
    """Slots, duration, wage, state and name of a created job request read back as written."""
    with posted(wonolo) as made:
        read = wonolo.get(f"/job_requests/{made['id']}")["job_request"]
    names = ("slots", "duration", "wage", "state", "request_name", "category")
    assert [read[name] for name in names] == [FIELDS[name] for name in names]


@fact("Wonolo 5")
def test_the_zone_of_a_start(wonolo: Service, record_property: Learned) -> None:
    """Open: in which zone is a start without one read?"""
    with posted(wonolo) as made:
        start = datetime.fromisoformat(made["start_time"])
    record_property("learned", f"09:00 in Chicago is read as {start.isoformat()}, time zone {made['timezone']}")
    assert start.tzinfo is not None


@fact("Wonolo 5")
def test_a_description_is_made_of_its_parts(wonolo: Service) -> None:
    """The description is made of the parts that are given."""
    with posted(wonolo, description_arrival="Ring twice") as made:
        assert FIELDS["description_tasks"] in made["description"]
        assert "ARRIVAL INSTRUCTIONS:" in made["description"]


@fact("Wonolo 5")
def test_a_change_of_one_field(wonolo: Service, record_property: Learned) -> None:
    """A change may name one field alone."""
    with posted(wonolo) as made:
        answer = wonolo.write("PATCH", f"/job_requests/{made['id']}", {"job_request": {"slots": 3}})
        record_property("learned", f"a change of one field is answered with {answer.status_code}")
        assert answer.is_success
        assert answer.json()["job_request"]["slots"] == 3


@fact("Wonolo 5")
def test_no_drafts(wonolo: Service) -> None:
    """A create does not take the state draft."""
    answer = wonolo.write("POST", "/job_requests", {"job_request": FIELDS | {"state": "draft"}})
    if answer.is_success:
        cancel(wonolo, answer.json()["job_request"])
    assert answer.status_code == 422


@fact("Wonolo 12")
def test_a_missing_field(wonolo: Service, record_property: Learned) -> None:
    """A create without a required field is refused with 422."""
    fields = {name: value for name, value in FIELDS.items() if name != "category"}
    answer = wonolo.write("POST", "/job_requests", {"job_request": fields})
    if answer.is_success:
        cancel(wonolo, answer.json()["job_request"])
    record_property("learned", f"a missing field is answered with {answer.status_code}: {answer.text[:100]}")
    assert answer.status_code == 422


@fact("Wonolo 4")
def test_flat_fields(wonolo: Service) -> None:
    """A create takes its fields flat too."""
    answer = wonolo.write("POST", "/job_requests", FIELDS)
    assert answer.is_success
    cancel(wonolo, answer.json()["job_request"])


@fact("Wonolo 9")
def test_a_cancelled_job_request_stays(wonolo: Service) -> None:
    """A cancelled job request is in state cancelled, and still there."""
    with posted(wonolo) as made:
        assert cancel(wonolo, made)["state"] == "cancelled"
        assert wonolo.get(f"/job_requests/{made['id']}")["job_request"]["state"] == "cancelled"
