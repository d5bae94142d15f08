"""Address: the ways in which people type one, and how near two of them are."""
# ruff: noqa: RUF001 - signs that look like others are what is tested

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mappings import address, nearby
from mappings import place as places
from mappings.model import Place, Rules
from tests.factories import CHICAGO

SAME = [
    ("100 Courthouse Square", "100 Courthouse Sq."),
    ("1 Pier Road", "1 PIER RD"),
    ("1 Pier Road", "1\u200b Pier\u00a0Ro\u00adad"),
    ("100 Main St", "１００ Main St"),
    ("12 Cañon Boulevard", unicodedata.normalize("NFD", "12 Cañon Blvd")),
    ("12 Cañon Boulevard", "12 Canon Blvd"),
    ("12 North Main Street", "12 N. Main St"),
    ("12 Main Street Northwest", "12 Main St N.W."),
    ("12 Main Street North-West", "12 Main St NW"),
    ("7 West Park Avenue South", "7 W Park Ave S"),
    ("100 Highway 61 South", "100 Hwy 61 S"),
    ("2 Saint James Place", "2 St. James Pl"),
    ("9 Fifth Avenue", "9 5th Ave"),
    ("1 Wall Street", "One Wall St."),
    ("3 O'Brien Court", "3 OBrien Ct"),
    ("4 Winston-Salem Road", "4 Winston Salem Rd"),
    ("5 Oak Avenue, Apartment 4B", "5 Oak Ave #4-B"),
    ("5 Oak Avenue Suite 4 B", "5 oak ave, unit 4b"),
    ("5 Oak Avenue Apt #4", "5 Oak Ave # 4"),
    ("3 Main St, 5th Floor", "3 Main St Fl. 5"),
    ("100 1/2 Main St", "100½ Main St"),
    ("100-A Main St", "100A Main St"),
    ("112-10 Main St", "112 – 10 Main St"),
    ("1 A & B Street", "1 A and B St"),
    ("200 Oak Trails", "200 Oak Trls"),
]

DIFFERENT = [
    ("100 Main St", "1000 Main St"),
    ("100 Main St", "100 Main Ave"),
    ("100 Main St", "100 Main"),
    ("100 N Main St", "100 S Main St"),
    ("100 E St", "100 East St"),
    ("100 Avenue N", "100 Avenue North"),
    ("12N Main St", "12 N Main St"),
    ("112-10 Main St", "11210 Main St"),
    ("12² Main St", "122 Main St"),
    ("10.5 Mile Rd", "105 Mile Rd"),
    ("100 1st St", "1001 St"),
    ("1 Forest Dr", "1 Forests Dr"),
    ("1 Via Park", "1 Viaduct Park"),
    ("1 Main St #1", "1 Main St #2"),
    ("1 Main St #12", "1 Main St #1 2"),
    ("1 Main St Fl 5", "1 Main St # 5"),
    ("1 Улица", "1 Дорога"),
    ("", "1 Main St"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_two_spellings_of_one_address_have_one_key(one: str, other: str) -> None:
    """Unicode, case, punctuation, abbreviations, directions, units."""
    assert address.read(one).key == address.read(other).key


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_two_addresses_have_two_keys(one: str, other: str) -> None:
    """However little tells them apart."""
    assert address.read(one).key != address.read(other).key


ZIPS = ["2134", "02134", "02134-1234", "02134 1234", "02134–1234", "021341234", "2134-1234", "MA 02134", "2134.0"]


@pytest.mark.parametrize("text", [*ZIPS, "02\u200b134", "０２１３４", "'02134", " 02134 "])
def test_a_zip_is_its_first_five_digits(text: str) -> None:
    """With the zero that a spreadsheet took away."""
    assert address.zip_code(text) == "02134"


@pytest.mark.parametrize(("text", "code"), [("", ""), ("501", "00501"), ("k1a 0b6", "k1a0b6"), ("?", "?")])
def test_a_code_that_is_no_zip_stays_what_it_is(text: str, code: str) -> None:
    """Other countries have others."""
    assert address.zip_code(text) == code


NAMES = ["Courthouse", "Old Mill", "Saint James", "Muñoz", "5th", "Main", "O'Brien", "Park", "Lake Shore", "Élan"]
TYPES = [
    ("Street", "St"),
    ("Road", "Rd."),
    ("Avenue", "AVE"),
    ("Square", "Sq"),
    ("Boulevard", "Blvd."),
    ("Court", "Ct"),
]
DIRECTIONS = [("", ""), ("North", "N."), ("West", "w"), ("Southeast", "S.E."), ("Northwest", "North-West")]
UNITS = [("Apartment", "#"), ("Suite", "Ste."), ("Unit", "Apt #"), ("#", "apt.")]

ADDRESS = st.fixed_dictionaries({
    "number": st.integers(1, 99999),
    "direction": st.sampled_from(DIRECTIONS),
    "name": st.sampled_from(NAMES),
    "type": st.sampled_from(TYPES),
    "after": st.sampled_from(DIRECTIONS),
    "unit": st.sampled_from(UNITS),
    "door": st.sampled_from(["", "4", "12", "4B", "C"]),
    "zip": st.integers(501, 99950).map("{:05}".format),
})  # fmt: skip
NOISE: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "capitals": str.upper,
    "lower case": str.lower,
    "decomposed": lambda text: unicodedata.normalize("NFD", text),
    "without accents": address.plain,
    "full width": lambda text: "".join(chr(ord(sign) + 0xFEE0) if sign in "0123456789" else sign for sign in text),
    "blanks": lambda text: f" {text.replace(' ', chr(0xA0) + '  ')}\t",
    "signs nobody sees": lambda text: chr(0x200B).join(text) + chr(0xFEFF),
    "commas": lambda text: text.replace(" ", ", "),
}


def spelled(parts: dict, which: int) -> str:  # type: ignore[type-arg]  # what Hypothesis draws
    """The street of a drawn address in one of its two spellings."""
    unit = f"{parts['unit'][which]} {parts['door']}" if parts["door"] else ""
    words = (
        parts["number"],
        parts["direction"][which],
        parts["name"],
        parts["type"][which],
        parts["after"][which],
        unit,
    )
    return " ".join(filter(None, map(str, words)))


@given(ADDRESS, st.sampled_from([*NOISE]), st.sampled_from([*NOISE]), st.sampled_from(["{}", "{}-1234", "{} 0001"]))
def test_every_spelling_of_an_address_is_the_same_place(parts: dict, one: str, other: str, code: str) -> None:  # type: ignore[type-arg]
    """The long words and the short ones, each typed in another way."""
    place = Place("Here", 1, spelled(parts, 0), "Chicago", parts["zip"], CHICAGO)
    record = {
        "address": NOISE[other](NOISE[one](spelled(parts, 1))),
        "zip": NOISE[one](code.format(parts["zip"]).lstrip("0")).replace(",", ""),
    }
    assert places.of_job_request(record, Rules((place,), ())) == place


@given(ADDRESS, ADDRESS, st.sampled_from(["number", "name", "type", "direction", "door", "zip"]))
def test_addresses_that_differ_in_a_part_are_two_places(parts: dict, others: dict, part: str) -> None:  # type: ignore[type-arg]
    """However they are typed."""
    other = parts | {part: others[part]}
    keys = [address.read(spelled(row, which), row["zip"]).key for which, row in enumerate((parts, other))]
    assert (keys[0] == keys[1]) is (parts[part] == other[part])


@given(st.text())
def test_any_text_is_an_address_that_is_read_the_same_again(text: str) -> None:
    """Whatever somebody typed; what was made plain stays as it is."""
    assert address.plain(address.plain(text)) == address.plain(text)
    assert address.read(text).key == address.read(address.plain(text)).key


@pytest.mark.parametrize(
    ("text", "streets", "city"),
    [
        ("1 Pier Rd", [("1 pier rd", "02134"), ("1 pier rd", "")], "boston"),
        ("1 Pier Rd, Dock 4", [("1 pier rd dock 4", "02134"), ("1 pier rd dock 4", "")], "boston"),
        ("1 Pier Rd, 2135", [("1 pier rd", "02135")], "boston"),
        ("1 Pier Rd, Dock 4, 02135-1234", [("1 pier rd dock 4", "02135")], "boston"),
        ("1 Pier Rd, Dock 4, BOSTON, 02135", [("1 pier rd dock 4", "02135")], "boston"),
        ("1 Pier Rd, Salem, MA 01970", [("1 pier rd", "01970")], "salem"),
        ("02135", [("02135", "02134"), ("02135", "")], "boston"),
    ],
)
def test_an_address_in_a_line_has_the_zip_it_tells_or_that_of_its_place(
    text: str, streets: list[tuple[str, str]], city: str
) -> None:
    """Or none, as requests may lack it; a piece before the zip is a city only beside a state, or where it is known."""
    found = address.parse(text, "02134", "Boston")
    assert [one.key for one in found] == streets
    assert {one.city for one in found} == {city}


def test_other_spellings_of_a_place_are_as_good_as_its_address() -> None:
    """With another zip, without any, or as the venue that tells it from another at its address."""
    mill = Place(
        "Mill", 1, "1 Pier Rd", "Boston", "02134", CHICAGO, also=("Old Mill", "1 Pier Rd, 02135", "Mill House")
    )
    gate = Place("Gate", 2, "1 Pier Rd", "Boston", "02134", CHICAGO)
    here = {"address": "1 Pier Road", "zip": "02134"}
    records: list[tuple[dict[str, str], Place]] = [
        ({"address": "OLD MILL", "zip": "2134"}, mill),
        ({"address": "old mill", "zip": ""}, mill),
        ({**here, "zip": "02135"}, mill),
        ({**here, "venue": "mill house"}, mill),
        ({**here, "venue": "GATE"}, gate),
    ]
    rules = Rules((mill, gate), ())
    assert [places.of_job_request(record, rules) for record, _ in records] == [place for _, place in records]
    assert places.clash([mill, gate]) is None
    assert places.nearest({**here, "address": "2 Pier Rd", "city": "Boston"}, rules) == (mill, 86)
    assert places.nearest(here, Rules((), ())) is None
    assert [places.may_be(mill, row) for row in (here, {"address": "9 Rail St", "zip": "02134"})] == [True, False]


HERE = ("100 Courthouse Square", "02134", "Boston", "Court Cafe")

MAY_BE = [
    (("100 Courthouse Square", "02134", "Boston"), True),
    (("100 Court House Sq", "02134", "Boston"), True),
    (("100 Courthosue Sq", "02135", ""), True),
    (("100 Courthouse Square", "60601", "Boston"), True),
    (("100 Courthouse Square", "60601", ""), True),
    (("100 Courthouse Square", "60601", "Chicago"), False),
    (("101 Courthouse Square", "02134", "Boston"), True),
    (("Courthouse Square", "02134", "Boston"), True),
    (("100 Courthouse Square Apt 5", "02134", "Boston"), True),
    (("250 Courthouse Square", "02134", "Boston"), False),
    (("100 Old Mill Rd", "02134", "Boston"), False),
    (("Two Old Mill Rd", "02134", "Boston", "COURT CAFÉ"), True),
    (("", "02134", "Boston"), True),
    (("", "", ""), True),
    (("", "60601", "Chicago"), False),
]


@pytest.mark.parametrize(("there", "expected"), MAY_BE)
def test_what_may_be_one_place(there: tuple[str, ...], expected: bool) -> None:  # noqa: FBT001 (a column of a table)
    """In one area, and the venue, or the street and nearly the number."""
    one, other = address.read(*HERE), address.read(*there)
    assert nearby.may_be_one(one, other) is nearby.may_be_one(other, one) is expected


@given(ADDRESS, st.sampled_from([*NOISE]))
def test_what_is_one_address_may_be_one_place_and_agrees_in_whole(parts: dict, noise: str) -> None:  # type: ignore[type-arg]
    """Else no question would be asked about it."""
    one, other = (address.read(text, parts["zip"]) for text in (spelled(parts, 0), NOISE[noise](spelled(parts, 1))))
    assert nearby.may_be_one(one, other)
    assert nearby.agreement(one, other) == 100
