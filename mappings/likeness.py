"""How alike two people's records are, one attribute at a time, as levels of agreement.

Level 0 says that they differ, higher ones that they agree; None that one of the records does not tell, which is
evidence for nothing.
"""

import re
import unicodedata
from collections.abc import Callable, Collection
from datetime import datetime
from functools import lru_cache

import msgspec

from mappings.model import Worker

Seat = tuple[str, datetime]
"""A place and a start: where somebody was, or will be, at work."""

Levels = tuple[int | None, ...]
"""One level for each of the ATTRIBUTES, in their order."""

NEARLY = 0.92
"""Jaro-Winkler similarity from which names count as nearly equal: a letter or two typed wrongly."""

_LETTERS = re.compile(r"[^\W\d_]+")


class Person(msgspec.Struct, frozen=True):
    """One record of a person: `id` is `wonolo:12` or `user:345`, `seats` are those known of."""

    id: str
    worker: Worker
    seats: frozenset[Seat] = frozenset()

    @property
    def name(self) -> str:
        """First and last name, as a person reads them."""
        return f"{self.worker.first_name} {self.worker.last_name}".strip()


class Attribute(msgspec.Struct, frozen=True):
    """Something to compare two records by.

    `told` is what a record tells of it, empty when nothing. `words` say each level. `same` and `other` are the usual
    shares of the levels among two records of one person, and of two persons: what a model begins with, and keeps to
    where there is too little to learn from.
    """

    told: Callable[[Person], Collection[object]]
    compare: Callable[[Person, Person], int]
    words: tuple[str, ...]
    same: tuple[float, ...]
    other: tuple[float, ...]


@lru_cache(maxsize=16384)
def name_words(first: str, last: str) -> tuple[str, ...]:
    """The words of a name without accents and case, in an order of their own: first and last may be swapped."""
    plain = unicodedata.normalize("NFKD", f"{first} {last}").casefold()
    return tuple(sorted(_LETTERS.findall("".join(sign for sign in plain if not unicodedata.combining(sign)))))


def words_of(person: Person) -> tuple[str, ...]:
    """The words of a person's name; empty when nobody told it."""
    return name_words(person.worker.first_name, person.worker.last_name)


def last_seven(phone: str) -> str:
    """The digits of a phone number that stay when country or area code are typed otherwise."""
    return phone[-7:] if len(phone) > 7 else ""


def local_part(email: str) -> str:
    """An e-mail address up to its @."""
    return email.partition("@")[0]


def phone_of(person: Person) -> tuple[str, ...]:
    """A person's phone number, if it is known."""
    return tuple(filter(None, [person.worker.phone]))


def email_of(person: Person) -> tuple[str, ...]:
    """A person's e-mail address, if it is known."""
    return tuple(filter(None, [person.worker.email]))


def seats_of(person: Person) -> frozenset[Seat]:
    """Where and when a person is at work."""
    return person.seats


def _name(one: Person, other: Person) -> int:
    ours, theirs = words_of(one), words_of(other)
    if ours == theirs:
        return 3
    if _nearly(ours, theirs):
        return 2
    return 1 if set(ours) & set(theirs) else 0


def _nearly(ours: tuple[str, ...], theirs: tuple[str, ...]) -> bool:
    """Whether names differ in a letter or two, or one of them lacks a middle name."""
    from rapidfuzz.distance import JaroWinkler  # noqa: PLC0415 - only where names are compared

    fewer = min(len(ours), len(theirs))
    contained = len(set(ours) & set(theirs)) == fewer
    return (contained and fewer > 1) or JaroWinkler.similarity(" ".join(ours), " ".join(theirs)) >= NEARLY


def _phone(one: Person, other: Person) -> int:
    ours, theirs = one.worker.phone, other.worker.phone
    return 2 if ours == theirs else int(last_seven(ours) == last_seven(theirs) != "")


def _email(one: Person, other: Person) -> int:
    ours, theirs = one.worker.email, other.worker.email
    return 2 if ours == theirs else int(local_part(ours) == local_part(theirs))


def _seats(one: Person, other: Person) -> int:
    return int(bool(one.seats & other.seats))


ATTRIBUTES = (
    Attribute(
        words_of,
        _name,
        (
            "the names {ours} and {theirs} differ",
            "one word alike in {ours} and {theirs}",
            "names {ours} and {theirs} nearly equal",
            "same name {ours}",
        ),
        (0.02, 0.04, 0.14, 0.80),
        (0.967, 0.03, 0.002, 0.001),
    ),
    Attribute(
        phone_of,
        _phone,
        ("phone number differs", "phone numbers alike in the last seven digits", "same phone number"),
        (0.14, 0.01, 0.85),
        (0.9987, 0.0003, 0.001),
    ),
    Attribute(
        email_of,
        _email,
        ("e-mail address differs", "e-mail addresses alike before the @", "same e-mail address"),
        (0.25, 0.05, 0.70),
        (0.998, 0.001, 0.001),
    ),
    Attribute(
        seats_of,
        _seats,
        ("never at the same place and time", "at work at the same place and time"),
        (0.40, 0.60),
        (0.90, 0.10),
    ),
)
"""What people are compared by: name, phone number, e-mail address, seats."""

NAME, PHONE, EMAIL, SEATS = range(len(ATTRIBUTES))


def compare(one: Person, other: Person) -> Levels:
    """The level of every attribute."""
    return tuple(
        attribute.compare(one, other) if attribute.told(one) and attribute.told(other) else None
        for attribute in ATTRIBUTES
    )


def in_words(levels: Levels, one: Person, other: Person) -> str:
    """The evidence as a person reads it, what speaks for it first; of contact data it tells nothing but the level."""
    told = [(level, attribute) for level, attribute in zip(levels, ATTRIBUTES, strict=True) if level is not None]
    told.sort(key=lambda row: row[0] / len(row[1].words), reverse=True)
    names = {"ours": f"'{one.name}'", "theirs": f"'{other.name}'"}
    return "; ".join(attribute.words[level].format(**names) for level, attribute in told)
