"""The values in use that are not mapped, and what to write into the configuration."""

from __future__ import annotations

import msgspec

from mappings.model import Rules
from mappings.unmapped import InUse, unmapped
from tests.factories import DEPOT, HARBOR, PACKER, PICKER, job_request, shift


def test_what_is_mapped_is_not_listed() -> None:
    """However it is spelled."""
    rules = Rules((HARBOR,), (PICKER,))
    assert unmapped([job_request(), job_request(address="1 PIER ROAD")], [shift()], rules) == ()


def test_what_most_records_wait_for_comes_first() -> None:
    """Spellings of one address together; the line fits the nearest entry with what it has already, or a new one."""
    harbor = msgspec.structs.replace(HARBOR, also=("Gate 9",))
    requests = [
        *(job_request(number, address=text) for number, text in enumerate(("1 Peer Rd", "1 PEER ROAD", "1 peer rd."))),
        job_request(4, address="7 Nowhere\u200b Ln", city="Fargo", zip="58102", venue=""),
        job_request(5, category="Fulfilment/Warehousing"),
        job_request(6, category='Nursing "night"'),
    ]
    shifts = [shift(1, location_id=99), shift(2, location_id="99"), shift(3, site_id=4), shift(4, position_id=77)]
    assert unmapped(requests, shifts, Rules((harbor,), (PICKER,))) == (
        InUse("address", "Harbor Warehouse, 1 Peer Rd, Chicago, 60601", 3, ('also = ["Gate 9","1 Peer Rd, 60601"]',),
              "Harbor", 94),
        InUse("location", "99", 2, ("location_id = 99",)),
        InUse("address", "7 Nowhere Ln, Fargo, 58102", 1,
              ('address = "7 Nowhere Ln"', 'city = "Fargo"', 'zip = "58102"')),
        InUse("category", "Fulfilment/Warehousing", 1, ('category = "Fulfilment/Warehousing"',), "Picker", 98),
        InUse("category", 'Nursing "night"', 1, ('category = "Nursing \\"night\\""',)),
        InUse("location", "11, site 4", 1, ("location_id = 11", "site_id = 4")),
        InUse("position", "77", 1, ("position_id = 77",)),
    )  # fmt: skip


def test_a_venue_that_does_not_tell_is_what_is_to_be_written() -> None:
    """As the address is known already."""
    annex = msgspec.structs.replace(HARBOR, key="Annex", location_id=13, venue="Annex")
    found = unmapped([job_request(venue="The Annexe")], [], Rules((HARBOR, annex, DEPOT), (PICKER,)))
    assert [(row.nearest, row.lines) for row in found] == [("Annex", ('also = ["The Annexe"]',))]


def test_requests_without_a_word_of_their_category_s_skills_are_listed() -> None:
    """With the name that most of them have."""
    picker = msgspec.structs.replace(PICKER, words=("pick",))
    requests = [job_request(number, request_name=name, description_tasks="") for number, name in enumerate("ABB")]
    category = "Fulfillment / Warehousing"
    lines = (f'category = "{category}"', 'words = ["B"]')
    assert unmapped(requests, [], Rules((HARBOR,), (picker,))) == (InUse("category", f"{category} (B)", 3, lines),)
    packer = msgspec.structs.replace(PACKER, words=("pack",))
    assert unmapped(requests, [], Rules((HARBOR,), (picker, packer)))[0].count == 3
