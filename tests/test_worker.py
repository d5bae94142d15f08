"""Worker: a Wonolo user on one side, a When I Work user on the other."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings import worker as people
from mappings.model import Worker
from tests.factories import ANA, wonolo_user
from tests.factories import user as wheniwork_user
from tests.strategies import WORKER
from tests.typed_codes import CODES


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


@pytest.mark.parametrize(("code", "key"), CODES)
def test_a_code_is_read_as_people_type_it(code: Any, key: str) -> None:
    """Case, blanks and digits of other widths mean nothing; what is no plain decimal is no key, never another one."""
    assert people.key_in(code) == key
    assert people.is_key(code) is (key != "")
    assert people.read_wheniwork(wheniwork_user(employee_code=code)).key == (key or str(code or ""))


@pytest.mark.parametrize(
    ("code", "expected"),
    [("wonolo:101²", True), ("Wonolo 7", True), ("wonolo:7", False), ("wonolo", False), ("E-7", False), (None, False)],
)
def test_a_code_that_was_meant_for_a_worker_is_known(code: Any, expected: bool) -> None:  # noqa: FBT001 (a column of a table)
    """So that somebody can be told."""
    assert people.is_mistyped(code) is expected


@given(st.integers(1, 2**63 - 1), st.data())
def test_every_way_of_typing_a_key_is_the_key(number: int, data: st.DataObject) -> None:
    """Wide letters and digits, capitals, blanks and signs that nobody sees."""
    typed = "".join(
        data.draw(st.sampled_from([sign, sign.upper(), chr(ord(sign) + 0xFEE0), f" {sign}", f"{sign}\u200d"]))
        for sign in f"wonolo:{number}"
    )
    assert people.key_in(typed) == people.key_of(number)


@given(st.text() | st.from_regex(r"(?i)wonolo:\w+"))
def test_what_is_read_as_a_key_is_one(code: str) -> None:
    """Whatever somebody typed."""
    key = people.key_in(code)
    assert key == "" or people.key_of(people.wonolo_id(key)) == people.key_in(key) == key


@pytest.mark.parametrize(("text", "expected"), [("wonolo:7", True), ("E-7", False), ("", False), ("wonolo:", False)])
def test_what_is_a_key(text: str, expected: bool) -> None:  # noqa: FBT001 (a column of a table)
    """Employee codes are mostly something else."""
    assert people.is_key(text) is expected
