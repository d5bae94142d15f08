"""The entities: what both systems talk about, in one vocabulary, as frozen values.

Instants are aware datetimes in UTC, whole minutes (Wonolo cannot be told seconds). Durations are minutes,
money is cents. A worker is named by a key that both systems can carry: `wonolo:<id>`.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from functools import cached_property
from typing import Literal

import msgspec

from mappings.address import Address, parse, plain, read, words
from mappings.convert import one_line

System = Literal["wonolo", "wheniwork"]
NAMES: dict[System, str] = {"wonolo": "Wonolo", "wheniwork": "When I Work"}


class Stage(StrEnum):
    """How far a demand has come; it decides who may still change what (see `ownership`)."""

    OPEN = "open"
    LOCKED = "locked"
    RUNNING = "running"
    DONE = "done"
    SETTLED = "settled"


class Demand(msgspec.Struct, frozen=True):
    """Headcount needed at a place, with a skill, from start to end, and the workers who hold seats.

    `break_minutes` is unpaid; None means that the side it was read from cannot say (Wonolo has no such field).
    `title` is empty when nobody wrote one.
    """

    place: str
    skill: str
    start: datetime
    end: datetime
    headcount: int
    workers: frozenset[str] = frozenset()
    title: str = ""
    break_minutes: int | None = None

    @property
    def minutes(self) -> int:
        """Length from start to end, break included."""
        return round((self.end - self.start).total_seconds() / 60)

    @property
    def paid_minutes(self) -> int:
        """Length without the unpaid break."""
        return self.minutes - (self.break_minutes or 0)

    @property
    def open_seats(self) -> int:
        """Seats that nobody holds; never below zero."""
        return max(0, self.headcount - len(self.workers))


class Timesheet(msgspec.Struct, frozen=True):
    """The hours one worker worked on one Job: when, with how long an unpaid break; final once `approved`."""

    job: int
    worker: str
    place: str
    skill: str
    start: datetime
    end: datetime
    break_minutes: int = 0
    approved: bool = False

    @property
    def minutes(self) -> int:
        """Length from start to end, break included."""
        return round((self.end - self.start).total_seconds() / 60)

    @property
    def paid_minutes(self) -> int:
        """Length without the unpaid break: what both systems have to agree on."""
        return self.minutes - self.break_minutes

    def paying(self, paid_minutes: int) -> "Timesheet":
        """The same start and break, ended so that it pays for so many minutes."""
        end = self.start + timedelta(minutes=paid_minutes + self.break_minutes)
        return msgspec.structs.replace(self, end=end)


class Worker(msgspec.Struct, frozen=True):
    """A person who works through Wonolo. Phone is E.164 or empty.

    `external_id` is the company's own number for the worker, if Wonolo was told one (Wonolo reference 8).
    """

    key: str
    first_name: str
    last_name: str
    email: str = ""
    phone: str = ""
    external_id: str = ""


class Place(msgspec.Struct, frozen=True):
    """A place of work: one When I Work location and site, and the address Wonolo shows its workers.

    `also` are other spellings of the address, or of the venue, that requests may have.
    """

    key: str
    location_id: int
    address: str
    city: str
    zip: str
    zone: str
    site_id: int = 0
    venue: str = ""
    also: tuple[str, ...] = ()

    @property
    def venues(self) -> frozenset[str]:
        """The names its requests may use, in words for comparison: the venue, or else the key, and those in `also`."""
        return frozenset(map(words, (self.venue or self.key, *self.also)))

    @property
    def addresses(self) -> tuple[Address, ...]:
        """Its address and the spellings of it; one that tells no zip has that of the place, or none."""
        main = read(self.address, self.zip, self.city, self.venue or self.key)
        others = (parse(text, self.zip, self.city) for text in self.also)
        return (main, *(one for several in others for one in several)) if self.address.strip() else ()


class Skill(msgspec.Struct, frozen=True):
    """What somebody must be able to do: one When I Work position, and how Wonolo is asked for it.

    `hourly_rate` is cents an hour. A `1099` JobRequest carries the total wage, a `w2` one the hourly rate
    (Wonolo reference 5). `words` are what a request of the category must mention one of, where other work shares it.
    """

    key: str
    position_id: int
    category: str
    description: str
    hourly_rate: int
    classification: Literal["1099", "w2"] = "1099"
    badges: tuple[str, ...] = ()
    words: tuple[str, ...] = ()


class Scope(msgspec.Struct, frozen=True):
    """Which open shifts are offered to Wonolo.

    `tag` must stand in a shift's notes and `color` must be its colour, where set. `lead_minutes` per skill
    keeps an open shift with the company's own people until that long before its start.
    """

    tag: str = ""
    color: str = ""
    lead_minutes: dict[str, int] = {}


class Rules(msgspec.Struct, frozen=True, dict=True):
    """What the user decided about one pair of accounts; everything the mappings need to know besides records.

    Each record asks for its place and its skill, so both are looked up in dictionaries that are made once.
    """

    places: tuple[Place, ...]
    skills: tuple[Skill, ...]
    scope: Scope = Scope()
    start_time_format: Literal["wall", "iso"] = "wall"
    employer_id: int | None = None

    def place(self, key: str) -> Place:
        """The configured place of that key."""
        return self._places[key]

    def zone(self, key: str) -> str:
        """The zone of the place of that key; UTC when it is not configured any more."""
        return self._places[key].zone if key in self._places else "UTC"

    def skill(self, key: str) -> Skill:
        """The configured skill of that key."""
        return self._skills[key]

    @cached_property
    def _places(self) -> dict[str, Place]:
        return {row.key: row for row in self.places}

    @cached_property
    def _skills(self) -> dict[str, Skill]:
        return {row.key: row for row in self.skills}

    @cached_property
    def place_names(self) -> frozenset[str]:
        """What the places are called, each on one line."""
        return frozenset(one_line(row.key) for row in self.places)

    @cached_property
    def skill_names(self) -> frozenset[str]:
        """What the skills are called, each on one line."""
        return frozenset(one_line(row.key) for row in self.skills)

    @cached_property
    def by_location(self) -> dict[tuple[int, int], Place]:
        """The places by their location and site in When I Work."""
        return {(row.location_id, row.site_id): row for row in self.places}

    @cached_property
    def by_address(self) -> dict[tuple[str, str], list[Place]]:
        """The places by the keys of their addresses; several may share one."""
        found: dict[tuple[str, str], list[Place]] = {}
        for row in self.places:
            for key in sorted({one.key for one in row.addresses}):
                found.setdefault(key, []).append(row)
        return found

    @cached_property
    def by_position(self) -> dict[int, Skill]:
        """The skills by their position in When I Work."""
        return {row.position_id: row for row in self.skills}

    @cached_property
    def by_category(self) -> dict[str, list[Skill]]:
        """The skills by their category in Wonolo, as `plain` makes it; several may share one."""
        found: dict[str, list[Skill]] = {}
        for row in self.skills:
            found.setdefault(plain(row.category), []).append(row)
        return found


class Unmapped(Exception):  # noqa: N818  (not a failure: the record is left out, with a sentence)
    """A record that has no meaning here; the message says in one sentence why, and what to do about it."""
