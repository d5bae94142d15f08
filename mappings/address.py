"""Address: one key for the ways in which people type an American address, and how near two addresses are.

The tables of abbreviations are those of USPS Publication 28 as `scourgify` has them; its parser is not used. The key
makes one sign of Apt, Ste, Unit and #, so that equal keys are evidence and no proof: a configuration is refused in
which two places have one key and no venue tells them apart (`place.clash`).
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

import msgspec

Record = Mapping[str, Any]
Words = tuple[str, ...]

_WORD = re.compile(r"\d+(?:[./-]\d+)+|\d+(?:st|nd|rd|th)(?![^\W\d_])|\d+|[^\W\d_]+|#")
_HOUSE = re.compile(r"(\d+(?:[./-]\d+)*(?: \d+/\d+)?)(?: ?-? ?(?<![ ])([a-z]))?(?![^\W_])")
_ZIP = re.compile(r"(?:[a-z]{2} ?)?(?:(\d{1,5})(?:[- ]\d{0,4}|\.0)?|(\d{8,9}))", re.ASCII)
_ZIP_AT_END = re.compile(r"([a-z]{2} )?(\d{4,5}(?:-\d{4})?)", re.ASCII)
_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_RANKS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_ENDINGS = {1: "st", 2: "nd", 3: "rd"}
_RANKED = re.compile(r"(\d+)(?:st|nd|rd|th)")
_UNITS = frozenset({"apt", "ste", "unit", "#"})


class Address(msgspec.Struct, frozen=True):
    """An address taken apart, in words without case and punctuation, each in the short form of the tables."""

    number: str
    street: Words
    unit: Words
    zip: str
    city: str = ""
    venue: str = ""

    @property
    def key(self) -> tuple[str, str]:
        """The street with number and unit, and the zip: what must be equal for two addresses to be one."""
        return " ".join((*self.number.split(), *self.street, *self.unit)), self.zip


def plain(text: Any) -> str:
    """Return a text as a person sees it, on one line: without case, accents, and signs that cannot be seen."""
    return _plain(str(text or ""))


@lru_cache(maxsize=4096)
def _plain(text: str) -> str:
    # A superscript is a word of its own (12² is not 122), and 100½ becomes 100 1/2.
    spaced = "".join(f" {sign} " if unicodedata.category(sign) == "No" else sign for sign in text)
    seen = unicodedata.normalize("NFKC", spaced).replace("\N{FRACTION SLASH}", "/").casefold()
    return " ".join("".join(map(_visible, unicodedata.normalize("NFKD", seen))).split())


def shown(text: Any) -> str:
    """Return a text on one line as it was typed, but for signs that cannot be seen."""
    signs = str(text or "")
    if signs.isascii() and signs.isprintable():  # as nearly all are, and the mirror asks for millions
        return " ".join(signs.split())
    signs = unicodedata.normalize("NFC", signs)
    return " ".join("".join(sign for sign in signs if sign.isspace() or sign.isprintable()).split())


def _visible(sign: str) -> str:
    kind = unicodedata.category(sign)
    if sign.isspace():
        return " "
    if kind in ("Cf", "Cc") or "\u0300" <= sign <= "\u036f" or "\ufe00" <= sign <= "\ufe0f":
        return ""
    return "-" if kind == "Pd" else sign


@lru_cache(maxsize=4096)
def words(text: str) -> str:
    """Return the words of a city or a venue for comparison."""
    return " ".join(_short(_punctuated(text)))


@lru_cache(maxsize=4096)
def zip_code(text: str) -> str:
    """Return the first five digits of a zip, with the zeros that a spreadsheet took away; another code as it is."""
    code = plain(text).strip("'")
    found = _ZIP.fullmatch(code)
    if found is None:
        return code.replace(" ", "")
    return found[1].zfill(5) if found[1] else found[2].zfill(9)[:5]


@lru_cache(maxsize=4096)
def read(street: str, code: str = "", city: str = "", venue: str = "") -> Address:
    """Take apart an address of a street, a zip, and perhaps a city and a venue."""
    number, rest = _house(_punctuated(street))
    named, unit = _apart(_short(rest))
    return Address(number, _directed(named), unit, zip_code(code), words(city), words(venue))


def of_record(record: Record) -> Address:
    """Take apart the address of a JobRequest (Wonolo reference 5)."""
    code = record.get("zip") or record.get("postal_code")
    return read(*(str(part or "") for part in (record.get("address"), code, record.get("city"), record.get("venue"))))


def parse(text: str, code: str, city: str) -> tuple[Address, ...]:
    """Read `street`, `street, zip`, or `street, city, ST zip` as one address in a line.

    Without a zip of its own it has the given one, or none, as requests may lack it.
    """
    *pieces, last = (piece.strip() for piece in text.split(","))
    found = _ZIP_AT_END.fullmatch(plain(last))
    if not found or not pieces:
        return read(text, code, city), read(text, "", city)
    if pieces[1:] and (found[1] or words(pieces[-1]) == words(city)):
        *pieces, city = pieces
    return (read(", ".join(pieces), found[2], city),)


def name_of(street: Words) -> Words:
    """Return the name of a street: its words without the directions around it and the type at its end."""
    first, last = _named(street)
    typed = street[first:last][-1:] and street[last - 1] in _tables().types
    return street[first : last - 1 if typed else last]


def _punctuated(text: str) -> str:
    """The plain text with blanks for punctuation, but for what people leave out (`N.W.`, `O'Brien`) or need (`1/2`)."""
    text = re.sub(r"['`\u2019\u2018\u00b4]|\b(north|south)-(?=east|west)", r"\1", plain(text).replace("&", " and "))
    text = re.sub(r"\b([a-z])\.(?=[a-z]\b)", r"\1", text)
    text = re.sub(r"(?<=\d) ?([/-]) ?(?=\d)", r"\1", text)
    text = re.sub(r"(?<=\d)-(?=\d+/\d)", " ", text)
    return " ".join(re.sub(r"[^\w#./-]|_|(?<!\d)[./]|[./](?!\d)", " ", text).split())


def _house(text: str) -> tuple[str, str]:
    """The number that an address begins with, and the rest; its letter is no direction (12N Main St)."""
    found = _HOUSE.match(text)
    if found:
        return "".join(filter(None, found.groups())), text[found.end() :]
    first, _, rest = text.partition(" ")
    return (str(_NUMBERS.index(first) + 1), rest) if first in _NUMBERS and rest else ("", text)


def _short(text: str) -> Words:
    return tuple(_tables().short.get(word, word) for word in _WORD.findall(text))


def _apart(every: Words) -> tuple[Words, Words]:
    """The words of a street, and those from its unit on: a designator and what follows it."""
    told = [*every]
    for at in range(len(told) - 1):
        floor = _RANKED.fullmatch(told[at])
        if floor and told[at + 1] == "fl":
            told[at : at + 2] = ["fl", floor[1]]
    start = next((at for at in range(1, len(told) - 1) if _designates(told, at)), len(told))
    unit = ["#" if word in _UNITS else word for word in told[start:]]
    return tuple(told[:start]), tuple(word for at, word in enumerate(unit) if word != "#" or unit[at - 1 : at] != ["#"])


def _designates(told: list[str], at: int) -> bool:
    after = told[at + 1]
    return told[at] in _tables().designators and (after == "#" or after[0].isdecimal() or len(after) == 1)


def _directed(street: Words) -> Words:
    """The words with the directions before and after the name shortened: East Main St, but not East St (nor E St)."""
    first, last = _named(street)
    known = _tables().directions
    return tuple(known.get(word, word) if at < first or at >= last else word for at, word in enumerate(street))


def _named(street: Words) -> tuple[int, int]:
    """Return the range of a street's words between its directions; the whole range if these are all the name it has."""
    known = _tables().directions
    first = 1 if street[:1] and street[0] in known else 0
    last = len(street) - 1 if street[first + 1 :] and street[-1] in known else len(street)
    bare = street[first:last]
    return (first, last) if bare[:-1] or (bare and bare[0] not in _tables().types) else (0, len(street))


class _Tables(msgspec.Struct, frozen=True):
    """The short form of words, that of directions, and which short forms are types of streets or designate units."""

    short: dict[str, str]
    directions: dict[str, str]
    types: frozenset[str]
    designators: frozenset[str]


@lru_cache(maxsize=1)
def _tables() -> _Tables:
    """The tables of `scourgify`, loaded with the first address, as its package brings a parser along."""
    from scourgify import address_constants as usps  # noqa: PLC0415 - only where addresses are compared

    kinds: dict[str, str] = usps.STREET_TYPE_ABBREVIATIONS
    names = (name for name in kinds if kinds[name] != "VIA")  # a street in Spanish, no viaduct
    types = {name.casefold(): _singular(name, kinds).casefold() for name in names}
    units = {name.casefold(): short.casefold() for name, short in usps.OCCUPANCY_TYPE_ABBREVIATIONS.items()}
    ranks = {name: f"{rank}{_ENDINGS.get(rank, 'th')}" for rank, name in enumerate(_RANKS, 1)}
    directions = {name.casefold(): short.casefold() for name, short in usps.DIRECTIONAL_REPLACEMENTS.items()}
    return _Tables(
        short=units | types | ranks | {"saint": "st"},
        directions=directions | {short: short for short in directions.values()},
        types=frozenset(types.values()),
        designators=frozenset(units.values()),
    )


def _singular(name: str, kinds: Mapping[str, str]) -> str:
    """The short form of a type; the tables make one of Forest and Forests, Park and Parks, which may be two streets."""
    short = kinds[name]
    several = not short.endswith("S") and short in (kinds.get(name[:-1]), kinds.get(name.removesuffix("ES")))
    return f"{short}S" if several and name.endswith("S") and name != "BYPASS" else short
