"""Place: an address in Wonolo, a location and site in When I Work."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings import place as places
from mappings.model import Place, Rules, Unmapped
from tests.factories import CHICAGO, DEPOT, HARBOR, RULES

ANNEX = msgspec.structs.replace(HARBOR, key="Annex", location_id=13, venue="Harbor Annex")
PLACES = (HARBOR, DEPOT, ANNEX)


@given(st.sampled_from(PLACES))
def test_reading_a_written_place_gives_it_back(place: Place) -> None:
    """In both systems; the venue tells apart two places of one address."""
    assert places.of_job_request(places.job_request_fields(place), Rules(PLACES, ())) == place
    assert places.of_shift(places.shift_fields(place), Rules(PLACES, ())) == place


@pytest.mark.parametrize(
    "record",
    [
        {"address": " 9  rail st", "zip": "07102-1234"},
        {"address": "9 Rail St", "zip": None, "postal_code": "07102"},
        {"address": "9 RAIL ST", "zip": "07102", "venue": "Somewhere else"},
    ],
)
def test_spellings_of_one_address(record: dict[str, Any]) -> None:
    """Street and zip decide, however they are written."""
    assert places.of_job_request(record, Rules(PLACES, ())) == DEPOT


@pytest.mark.parametrize(
    ("record", "reason"),
    [
        (
            {"address": "9 Rail St", "zip": "07103"},
            "no configured place has the address '9 Rail St, 07103'; add it under [[places]]",
        ),
        (
            {"venue": "Pier", "address": "1 Pier Rd", "city": "Chicago", "zip": "60601"},
            "'Harbor' and 'Annex' share its address, and none has the venue 'Pier'; correct it, or add it to `also`",
        ),
        ({}, "no configured place has the address ''; add it under [[places]]"),
    ],
)
def test_an_address_of_no_place_or_of_several_says_what_to_map(record: dict[str, Any], reason: str) -> None:
    """With the address that was read, or the venue that does not tell."""
    with pytest.raises(Unmapped) as caught:
        places.of_job_request(record, Rules(PLACES, ()))
    assert str(caught.value) == reason


def test_a_site_is_part_of_a_place() -> None:
    """The location alone is another one; ids may be text."""
    assert places.of_shift({"location_id": "12", "site_id": "5"}, Rules(PLACES, ())) == DEPOT
    with pytest.raises(Unmapped, match=r"location 12 is no configured place; add it under \[\[places\]\]"):
        places.of_shift({"location_id": 12}, Rules(PLACES, ()))


@pytest.mark.parametrize(
    ("address", "street", "city", "code"),
    [
        ("1 Pier Rd, Chicago, IL 60601", "1 Pier Rd", "Chicago", "60601"),
        ("1 Pier Rd, Dock 4, Chicago, 60601-1234", "1 Pier Rd, Dock 4", "Chicago", "60601"),
        ("Chicago, IL 60601", "Chicago, IL 60601", "", ""),
        ("1 Pier Rd, Chicago, Illinois", "1 Pier Rd, Chicago, Illinois", "", ""),
        ("", "", "", ""),
    ],
)
def test_a_proposal_reads_an_address_as_far_as_it_can(address: str, street: str, city: str, code: str) -> None:
    """The rest is left to the user."""
    location = {"id": "11", "name": "Harbor", "address": address}
    assert places.propose(location, CHICAGO) == Place(
        "Harbor", 11, address=street, city=city, zip=code, zone=CHICAGO, venue="Harbor"
    )


def test_a_proposal_for_a_site_takes_its_address_or_that_of_its_location() -> None:
    """And names both."""
    location = {"id": 11, "name": "Harbor", "address": "1 Pier Rd, Chicago, IL 60601"}
    site = {"id": 5, "name": "Dock 4", "address": ""}
    assert places.propose(location, CHICAGO, site) == Place(
        "Harbor, Dock 4", 11, "1 Pier Rd", "Chicago", "60601", CHICAGO, site_id=5, venue="Dock 4"
    )


def test_a_site_with_an_address_of_its_own_is_proposed_there() -> None:
    """Not at the front gate of its location."""
    location = {"id": 11, "name": "Harbor", "address": "1 Pier Rd, Chicago, IL 60601"}
    site = {"id": 5, "name": "Dock 4", "address": "9 Rail St, Newark, NJ 07102"}
    assert places.propose(location, CHICAGO, site) == Place(
        "Harbor, Dock 4", 11, "9 Rail St", "Newark", "07102", CHICAGO, site_id=5, venue="Dock 4"
    )


def test_rules_name_their_places_and_skills() -> None:
    """A place that is configured no longer is told in UTC."""
    assert RULES.place("Depot") == DEPOT
    assert [RULES.zone(key) for key in ("Depot", "Moon")] == ["America/New_York", "UTC"]
