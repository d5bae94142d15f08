"""Whether the places and skills of the configuration are there, and cover the open shifts there are. Pure."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from mappings import place, skill
from mappings.address import plain, shown
from mappings.convert import decimal, identifier, one_line, unmarked
from mappings.model import Place, Rules, Skill, Unmapped
from mappings.unmapped import unmapped
from sync.doctor.finding import Finding

Record = Mapping[str, Any]

_AREA = "Places and skills"


def unknown_ids(
    rules: Rules, locations: Iterable[Record], sites: Iterable[Record], positions: Iterable[Record]
) -> list[Finding]:
    """Configured locations, sites and positions that the account does not have."""
    known = {what: _alive(rows) for what, rows in (("location", locations), ("site", sites), ("position", positions))}
    wanted = [("places", row.key, "location", row.location_id) for row in rules.places]
    wanted += [("places", row.key, "site", row.site_id) for row in rules.places if row.site_id]
    wanted += [("skills", row.key, "position", row.position_id) for row in rules.skills]
    return [
        Finding(
            "error",
            _AREA,
            f"{table} {name!r}: When I Work has no {what} {number} in this account",
            f"correct {what}_id, or take the entry out",
        )
        for table, name, what, number in wanted
        if number not in known[what]
    ]


def _alive(rows: Iterable[Record]) -> set[int]:
    return {identifier(row["id"]) for row in rows if not row.get("is_deleted")}


def unmapped_shifts(
    rules: Rules, shifts: Iterable[Record], locations: Iterable[Record], positions: Iterable[Record]
) -> list[Finding]:
    """Published open shifts whose location or position is in no entry, counted by what is missing."""
    offered = [row for row in shifts if row.get("published") and not identifier(row.get("user_id"))]
    names = {int(row["id"]): one_line(row.get("name")) for row in locations}
    skills = {int(row["id"]): one_line(row.get("name")) for row in positions}
    return [
        *_missing(offered, lambda row: place.of_shift(row, rules), "location_id", names, "places"),
        *_missing(offered, lambda row: skill.of_shift(row, rules), "position_id", skills, "skills"),
    ]


def _missing(
    shifts: Iterable[Record], read: Callable[[Record], object], key: str, names: Mapping[int, str], table: str
) -> list[Finding]:
    count: Counter[tuple[str, str, int]] = Counter()
    for shift in shifts:
        try:
            read(shift)
        except (Unmapped, ValueError) as reason:
            number = decimal(shift.get(key)) or 0
            count[names.get(number, ""), str(reason).partition(";")[0], number] += 1
    what = "location" if table == "places" else "position"
    return [
        Finding(
            "warning",
            _AREA,
            f"{times} open shift{'s' * (times > 1)} with {what} {name!r}: {reason}",
            f"add it under [[{table}]] with {key} = {number}, or leave it out if Wonolo is not to fill these shifts",
        )
        for (name, reason, number), times in count.most_common()
    ]


def unmapped_requests(rules: Rules, requests: Iterable[Record]) -> list[Finding]:
    """Addresses and categories of requests ahead that are in no entry, with the nearest place and what to write."""
    return [Finding("warning", "Not mapped", row.text, row.todo) for row in unmapped(requests, (), rules)]


def unmentioned(rules: Rules, requests: Iterable[Record]) -> list[Finding]:
    """Skills that are alone with their category, and take requests that speak of other work."""
    count: Counter[str] = Counter()
    examples: dict[str, str] = {}
    for record in requests:
        sharing = rules.by_category.get(plain(record.get("category")), [])
        if len(sharing) == 1 and not skill.speaks_of(sharing[0], record):
            count[sharing[0].key] += 1
            examples.setdefault(sharing[0].key, shown(unmarked(record.get("request_name"))))
    return [
        Finding(
            "note",
            _AREA,
            f"skills {name!r}: {number} request{'s' * (number > 1)} of its category mention neither its name nor its "
            f"description, and count as it all the same, such as {examples[name]!r}",
            f'if that is other work, write into its entry under [[skills]]: words = ["{name}"]',
        )
        for name, number in count.most_common()
    ]


def categories(requests: Iterable[Record]) -> set[str]:
    """The categories of some requests."""
    return {one_line(row.get("category")) for row in requests} - {""}


def gaps(rules: Rules) -> list[Finding]:
    """What is still to be filled in before anything can be written to Wonolo."""
    tables: tuple[tuple[str, tuple[Place | Skill, ...], tuple[str, ...]], ...] = (
        ("places", rules.places, ("address", "city", "zip")),
        ("skills", rules.skills, ("category", "hourly_rate")),
    )
    found = [
        (table, key, [row.key for row in rows if not getattr(row, key)]) for table, rows, keys in tables for key in keys
    ]
    return [
        Finding("warning", _AREA, f"{_counted(len(names), table)} without {key}: {', '.join(names)}", "fill it in")
        for table, key, names in found
        if names
    ]


def _counted(number: int, table: str) -> str:
    return f"{number} {table.removesuffix('s') if number == 1 else table}"


def unused_categories(rules: Rules, used: set[str]) -> list[Finding]:
    """Categories that none of the company's latest JobRequests has; a typing mistake, or the first of its kind."""
    known = {plain(category) for category in used}
    return [
        Finding(
            "note",
            _AREA,
            f"skills {row.key!r}: no JobRequest of late has the category {row.category!r}",
            f"compare it with those that have been used: {', '.join(sorted(used))}",
        )
        for row in rules.skills
        if used and row.category and plain(row.category) not in known
    ]
