"""Unmapped: the addresses, categories, locations and positions in use that the configuration does not know."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Literal

import msgspec

from mappings import place as places
from mappings import skill as skills
from mappings.address import of_record, plain, shown
from mappings.convert import unmarked
from mappings.model import Rules, Skill, Unmapped
from mappings.nearby import likeness

Record = Mapping[str, Any]
Kind = Literal["address", "category", "location", "position"]

_NEAR = 50
"""Agreement in per cent from which the nearest place or skill is named."""


class InUse(msgspec.Struct, frozen=True):
    """Something in use that is not mapped, and what to write into the configuration.

    `value` is how it is spelled (by the first record), `count` how many records wait for it. `lines` go into the entry
    of the `nearest` place or skill, if it is that one (they agree to `score` per cent), else into one of its own.
    """

    kind: Kind
    value: str
    count: int
    lines: tuple[str, ...]
    nearest: str = ""
    score: int = 0

    @property
    def text(self) -> str:
        """The unmapped value and the number of records that wait for it, in words."""
        noun = "request" if self.kind in ("address", "category") else "open shift"
        records = f"1 {noun} waits" if self.count == 1 else f"{self.count} {noun}s wait"
        near = f"; nearest is {self.nearest!r} ({self.score} %)" if self.nearest else ""
        return f"{self.kind} {self.value!r} is not mapped, and {records} for it{near}"

    @property
    def todo(self) -> str:
        """The lines to write and the entry they go into, in words."""
        table = "places" if self.kind in ("address", "location") else "skills"
        entry = f"its entry under [[{table}]] if it is {self.nearest!r}" if self.nearest else f"an entry of [[{table}]]"
        return f"write into {entry}: {', '.join(self.lines)}"


def unmapped(requests: Iterable[Record], shifts: Iterable[Record], rules: Rules) -> tuple[InUse, ...]:
    """List what these JobRequests and shifts need mapped, what most of them wait for first."""
    requests, shifts = tuple(requests), tuple(shifts)
    found = [
        *(_address(rows, rules) for rows in _waiting(requests, places.of_job_request, rules, of_record)),
        *(_category(rows, rules) for rows in _waiting(requests, skills.of_job_request, rules, _category_of)),
        *(_ids("location", rows) for rows in _waiting(shifts, places.of_shift, rules, _site_of)),
        *(_ids("position", rows) for rows in _waiting(shifts, skills.of_shift, rules, _position_of)),
    ]
    return tuple(sorted(found, key=lambda row: (-row.count, row.kind, row.value)))


def _waiting(
    records: Iterable[Record], read: Callable[[Record, Rules], object], rules: Rules, key: Callable[[Record], object]
) -> Iterator[list[Record]]:
    """The records that cannot be read, those that need the same together."""
    groups: dict[object, list[Record]] = {}
    for record in records:
        try:
            read(record, rules)
        except (Unmapped, ValueError):
            groups.setdefault(key(record), []).append(record)
    yield from groups.values()


def _address(rows: list[Record], rules: Rules) -> InUse:
    first = rows[0]
    street, city, code, venue = (shown(first.get(name)) for name in ("address", "city", "zip", "venue"))
    found = InUse("address", places.written(first), len(rows), _lines(address=street, city=city, zip=code))
    near = places.nearest(first, rules)
    if near is None or near[1] < _NEAR:
        return found
    place, score = near
    spelling = (
        venue if len(rules.by_address.get(of_record(first).key, ())) > 1 else ", ".join(filter(None, (street, code)))
    )
    lines = _lines(also=(*place.also, spelling))
    return msgspec.structs.replace(found, lines=lines, nearest=place.key, score=score)


def _category(rows: list[Record], rules: Rules) -> InUse:
    category = shown(rows[0].get("category"))
    if rules.by_category.get(plain(category)):  # the words are missing, of one of its skills or of another one
        name, _ = Counter(shown(unmarked(row.get("request_name"))) for row in rows).most_common(1)[0]
        return InUse("category", f"{category} ({name})", len(rows), _lines(category=category, words=(name,)))
    near, score = _like(category, rules.skills)
    return InUse("category", category, len(rows), _lines(category=category), near, score)


def _like(category: str, known: Iterable[Skill]) -> tuple[str, int]:
    """The skill whose category is the most alike, and how much; an empty name where none is near."""
    alike = [(round(likeness(plain(category), plain(skill.category))), skill.key) for skill in known]
    score, key = max(alike, default=(0, ""))
    return (key, score) if score >= _NEAR else ("", 0)


def _ids(kind: Kind, rows: list[Record]) -> InUse:
    names = ("location_id", "site_id") if kind == "location" else ("position_id",)
    ids = {name: rows[0][name] for name in names if rows[0].get(name) not in (None, "", 0, "0")}
    value = ", site ".join(map(str, ids.values()))
    return InUse(kind, value, len(rows), tuple(f"{name} = {number}" for name, number in ids.items()))


def _category_of(record: Record) -> str:
    return plain(record.get("category"))


def _site_of(record: Record) -> tuple[str, str]:
    return str(record.get("location_id") or 0), str(record.get("site_id") or 0)


def _position_of(record: Record) -> str:
    return str(record.get("position_id") or 0)


def _lines(**options: str | tuple[str, ...]) -> tuple[str, ...]:
    """Options as lines of TOML, whose texts are spelled as those of JSON."""
    return tuple(f"{name} = {msgspec.json.encode(value).decode()}" for name, value in options.items() if value)
