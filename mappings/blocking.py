"""Which pairs of two long lists are worth comparing, and how often the levels occur among all pairs.

Only pairs that agree in name, phone number or e-mail address are looked at one by one; all the others differ in
everything that counts, and need only be counted.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterable, Sequence
from itertools import combinations

import msgspec

from mappings.likeness import (
    ATTRIBUTES,
    NAME,
    NEARLY,
    SEATS,
    Levels,
    Person,
    compare,
    last_seven,
    local_part,
    words_of,
)

Pair = tuple[int, int]
"""Positions in the two lists."""

_Told = Callable[[Person], Collection[object]]


class Compared(msgspec.Struct, frozen=True):
    """Two lists of people, compared: the levels of the pairs that agree in something, and of all pairs by number.

    `totals` has for each attribute how many of all pairs show each level.
    """

    workers: Sequence[Person]
    users: Sequence[Person]
    levels: dict[Pair, Levels]
    totals: tuple[tuple[float, ...], ...]


def compared(workers: Sequence[Person], users: Sequence[Person]) -> Compared:
    """Compare two lists of people."""
    pairs = set(_sharing(workers, users)) | set(_nearly_named(workers, users))
    levels = {(one, other): compare(workers[one], users[other]) for one, other in sorted(pairs)}
    return Compared(workers, users, levels, _totals(workers, users, levels))


def _keys(person: Person) -> set[Hashable]:
    """What two records must share one of to be compared: a code, a number, an address, or two words of a name."""
    worker = person.worker
    contacts = {
        ("code", worker.key),
        ("code", worker.external_id),
        ("phone", worker.phone),
        ("seven", last_seven(worker.phone)),
        ("email", worker.email),
        ("local", local_part(worker.email)),
    }
    return {key for key in contacts if key[1]} | {("name", *two) for two in combinations(words_of(person)[:6], 2)}


def _sharing(workers: Sequence[Person], users: Sequence[Person]) -> Iterable[Pair]:
    found: dict[Hashable, list[int]] = defaultdict(list)
    for position, user in enumerate(users):
        for key in _keys(user):
            found[key].append(position)
    for position, worker in enumerate(workers):
        for key in _keys(worker):
            yield from ((position, other) for other in found.get(key, ()))


def _nearly_named(workers: Sequence[Person], users: Sequence[Person]) -> Iterable[Pair]:
    from rapidfuzz import process  # noqa: PLC0415 - only where names are compared
    from rapidfuzz.distance import JaroWinkler  # noqa: PLC0415 - only where names are compared

    ours, theirs = _named(workers), _named(users)
    names = list(theirs)
    for name, positions in ours.items():
        near = process.extract(name, names, scorer=JaroWinkler.similarity, score_cutoff=NEARLY, limit=None)
        for other, _, _ in near:
            yield from ((one, two) for one in positions for two in theirs[other])


def _named(people: Sequence[Person]) -> dict[str, list[int]]:
    """Positions by name; nobody without one."""
    found: dict[str, list[int]] = defaultdict(list)
    for position, person in enumerate(people):
        name = " ".join(words_of(person))
        if name:
            found[name].append(position)
    return found


def _totals(
    workers: Sequence[Person], users: Sequence[Person], levels: dict[Pair, Levels]
) -> tuple[tuple[float, ...], ...]:
    """How many of all pairs show each level of each attribute."""
    rows = []
    for position, attribute in enumerate(ATTRIBUTES):
        seen = Counter(row[position] for row in levels.values())
        agreeing = [seen[level] for level in range(1, len(attribute.words))]
        if position in (NAME, SEATS):  # a word or a seat in common is too little to have been looked at
            agreeing[0] = _in_common(workers, users, attribute.told)
        every = _telling(workers, attribute.told) * _telling(users, attribute.told)
        rows.append((max(0, every - sum(agreeing)), *agreeing))
    return tuple(rows)


def _telling(people: Sequence[Person], told: _Told) -> int:
    return sum(1 for person in people if told(person))


def _in_common(workers: Sequence[Person], users: Sequence[Person], told: _Told) -> int:
    """The pairs that have something in common; those that have much count more than once, which is never too few."""
    ours, theirs = (Counter(value for person in people for value in told(person)) for people in (workers, users))
    return sum(count * theirs[value] for value, count in ours.items())
