"""Digests: equal for equal meanings, however they are spelled, and different for different ones."""

from __future__ import annotations

from typing import Any

import pytest

from mappings.digest import RecordKind, differing, owned_digest
from tests.factories import ANA, job, job_request, shift, user, wonolo_user, worked_time

RECORDS: dict[str, dict[str, Any]] = {
    "job_request": job_request(),
    "job": job(),
    "worker": wonolo_user(),
    "shift": shift(breaks=[{"length": 1800, "paid": False}]),
    "user": user(),
    "position": {"name": "Picker", "is_deleted": False},
    "location": {"name": "Harbor", "address": "1 Pier Rd", "is_deleted": False},
    "site": {"name": "Dock 4", "address": "1 Pier Rd", "location_id": 11, "is_deleted": False},
    "time": worked_time(),
    "time_off": {"user_id": 9, "status": 2, "start_time": "Sat, 14 Mar 2026 00:00:00 -0500"},
    "swap": {"shift_id": 301, "type": 2, "status": 0},
    "payroll": {"id": 24, "is_closed": False, "is_finalized": None, "end_date": "Sun, 15 Mar 2026 23:59:59 -0500"},
}

SAME: list[tuple[RecordKind, dict[str, Any]]] = [
    ("job_request", {"start_time": "Sat, 14 Mar 2026 13:00:00 GMT"}),
    ("job_request", {"start_time": "2026-03-14T09:00:12-04:00"}),
    ("job_request", {"slots": "2", "wage": "150.00", "duration": 480.0}),
    ("job_request", {"request_name": " Picker at  Harbor [sb:abc123]"}),
    ("job_request", {"updated_at": "2026-03-01T00:00:00Z", "cached_job_states": {"filled": 1}}),
    ("job", {"worker": {"id": "7"}, "job_request_id": "500"}),
    ("job", {"worker": wonolo_user(rating=4.9)}),
    ("worker", {"email": " ANA@example.com", "phone": "312-555-0107"}),
    ("shift", {"start_time": "Sat, 14 Mar 2026 09:00:00 -0400"}),
    ("shift", {"id": "301", "user_id": None, "site_id": "", "location_id": "11", "instances": "2"}),
    ("shift", {"notes": "\n", "color": "42A611", "published": 1, "break_time": "0.50"}),
    ("shift", {"breaks": [{"length": "1800", "paid": 0, "id": 5, "sort": 1}]}),
    ("shift", {"alerted": True, "acknowledged": 1, "updated_at": "Sun, 15 Mar 2026 07:00:00 -0600"}),
    ("user", {"phone_number": "(312) 555-0107", "is_deleted": 0, "last_login": "0000-00-00 00:00:00"}),
    ("time", {"start_time": "2026-03-14T13:00:20Z", "break_hours": "0.50", "is_approved": "0", "user_id": "107"}),
    ("time", {"notes": "Hours worked through Wonolo [sb:abc123]", "is_alerted": True}),
    ("payroll", {"is_closed": 0, "finalized_at": "Tue, 29 Nov -001 18:00:00 -0600", "is_edited": True}),
]


@pytest.mark.parametrize(("kind", "spelling"), SAME)
def test_another_spelling_is_no_change(kind: RecordKind, spelling: dict[str, Any]) -> None:
    """Zones, ids as text, white space, and fields that mean nothing here."""
    assert owned_digest(kind, RECORDS[kind] | spelling) == owned_digest(kind, RECORDS[kind])


OTHERS: list[tuple[RecordKind, dict[str, Any]]] = [
    ("job_request", {"start_time": "2026-03-14T08:01:00-05:00"}),
    ("job_request", {"start_time": "2026-03-14T08:00:00-06:00"}),
    ("job_request", {"start_time": "2026-03-14 08:00"}),
    ("job_request", {"state": "cancelled"}),
    ("job_request", {"slots": 3}),
    ("job_request", {"wage": 150.5}),
    ("job_request", {"category": "Nursing"}),
    ("job_request", {"venue": "Elsewhere"}),
    ("job_request", {"postal_code": "60602"}),
    ("job", {"state": "withdrawn"}),
    ("job", {"worker": {"id": 8}}),
    ("job", {"worker": None}),
    ("job", {"worker_id": 8}),
    ("job", {"actual_duration": 30}),
    ("job", {"hours_worked": 7.5}),
    ("job", {"finished_at": "2026-03-14T16:00:00-05:00"}),
    ("time", {"end_time": None}),
    ("time", {"is_approved": 1}),
    ("time", {"break_hours": 1}),
    ("payroll", {"is_closed": "true"}),
    ("payroll", {"is_finalized": 0}),
    ("worker", {"last_name": "Lind"}),
    ("shift", {"user_id": 107}),
    ("shift", {"user_id": "somebody"}),
    ("shift", {"instances": 3}),
    ("shift", {"published": False}),
    ("shift", {"end_time": "Sat, 14 Mar 2026 15:30:00 -0600"}),
    ("shift", {"break_time": 1}),
    ("shift", {"breaks": [{"length": 1800, "paid": True}]}),
    ("shift", {"color": "b38dd9"}),
    ("shift", {"notes": "Bring boots"}),
    ("user", {"employee_code": ""}),
    ("user", {"is_deleted": True}),
    ("position", {"name": "Packer"}),
    ("location", {"address": "2 Pier Rd"}),
    ("site", {"location_id": 12}),
]


@pytest.mark.parametrize(("kind", "meaning"), OTHERS)
def test_another_meaning_is_a_change(kind: RecordKind, meaning: dict[str, Any]) -> None:
    """In every field that means something here."""
    assert owned_digest(kind, RECORDS[kind] | meaning) != owned_digest(kind, RECORDS[kind])


def test_a_break_of_another_length_is_a_change() -> None:
    """Though as many are paid."""
    ours, theirs = (shift(breaks=[{"length": seconds, "paid": False}]) for seconds in (1800, 900))
    assert differing("shift", ours, ours | {"breaks": [{"length": "1800", "paid": 0}]}) == []
    assert differing("shift", ours, theirs) == ["breaks"]


def test_nothing_and_zero_are_one() -> None:
    """Some answers leave out an id, others say 0."""
    assert differing("shift", {"site_id": None}, {"site_id": 0}) == differing("shift", {"site_id": 0}, {}) == []
    assert differing("shift", {"site_id": None}, {"site_id": 1}) == ["site_id"]


def test_missing_and_no_instances_are_one() -> None:
    """As they are where seats are counted."""
    digests = {owned_digest("shift", shift(instances=count)) for count in (1, 0, None, "1")}
    assert len(digests) == 1


def test_a_digest_is_short_and_stable() -> None:
    """Stored beside each record, so it must not change from one release to the next without a reason."""
    assert owned_digest("worker", wonolo_user(ANA)) == owned_digest("worker", dict(reversed(wonolo_user(ANA).items())))
    assert len(owned_digest("worker", {})) == 24


def test_what_was_written_and_reads_otherwise() -> None:
    """Only owned fields, compared by meaning."""
    written = {"slots": 3, "duration": 480, "start_time": "2026-03-14T09:00:00-04:00", "state": "posted", "token": "x"}
    assert differing("job_request", written, job_request()) == ["slots"]
