"""Worker: a Wonolo user on one side, a When I Work user on the other."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given

from mappings import worker as people
from mappings.model import Worker
from tests.factories import ANA, wonolo_user
from tests.factories import user as wheniwork_user
from tests.strategies import WORKER


@given(WORKER)
def test_reading_a_written_user_gives_the_worker_back(worker: Worker) -> None:
    """In When I Work the key is the employee code."""
    assert people.read_wheniwork(people.user_fields(worker, [11], [21])) == worker


@given(WORKER)
def test_a_worker_reads_the_same_from_both_systems(worker: Worker) -> None:
    """From a Wonolo user, or the one inside a Job."""
    assert people.read_wonolo(wonolo_user(worker)) == people.read_wheniwork(wheniwork_user(1, worker)) == worker


@given(WORKER)
def test_writing_what_was_read_changes_nothing(worker: Worker) -> None:
    """Nothing differs from itself."""
    assert people.contact_changes(worker, worker) == {}


def test_a_new_user_in_full() -> None:
    """An employee who is not sent an invitation, and has no date of birth."""
    assert people.user_fields(ANA, [12, 11], [22, 21]) == {
        "first_name": "Ana",
        "last_name": "Reyes",
        "email": "ana@example.com",
        "phone_number": "+13125550107",
        "employee_code": "wonolo:7",
        "role": 3,
        "locations": [11, 12],
        "positions": [21, 22],
        "invite": False,
    }


def test_spellings_of_one_person_read_equal() -> None:
    """White space, the case of an address, the form of a number, an id as text."""
    record = wonolo_user(id="7", first_name=" Ana ", email="Ana@Example.com ", phone="(312) 555-0107", dob="1990-01-01")
    assert people.read_wonolo(record) == ANA


def test_a_worker_may_have_a_number_of_the_companys_own() -> None:
    """Wonolo calls it the external id; it is read on one line."""
    assert people.read_wonolo(wonolo_user(external_id=" E-7\n")) == msgspec.structs.replace(ANA, external_id="E-7")


def test_a_user_stands_for_the_worker_it_is_linked_to() -> None:
    """Whatever its employee code says."""
    assert people.read_wheniwork(wheniwork_user(employee_code="E-7"), "wonolo:7") == ANA
    assert people.read_wheniwork(wheniwork_user(employee_code=None)).key == ""


def test_only_contact_data_that_changed_is_written() -> None:
    """What Wonolo no longer shows is kept."""
    married = msgspec.structs.replace(ANA, last_name="Okafor", email="", phone="")
    assert people.contact_changes(ANA, married) == {"last_name": "Okafor"}


def test_keys_name_wonolo_ids() -> None:
    """There and back."""
    assert people.key_of("7") == "wonolo:7"
    assert people.wonolo_id("wonolo:7") == 7


@pytest.mark.parametrize(("text", "expected"), [("wonolo:7", True), ("E-7", False), ("", False), ("wonolo:", False)])
def test_what_is_a_key(text: str, expected: bool) -> None:  # noqa: FBT001 (a column of a table)
    """Employee codes are mostly something else."""
    assert people.is_key(text) is expected
