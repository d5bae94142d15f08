"""Two lists of made-up people as two companies would have typed them, and who in them is the same person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random

import msgspec

from mappings.likeness import Person, Seat
from mappings.model import Worker

_FIRST = (
    "Aaron Abigail Ada Adrian Aisha Alba Alejandro Amara Amir Ana André Anita Anja Antonio Beatriz Ben Bruno Camila "
    "Carla Carlos Carmen Chloe Clara Dario David Deepa Diego Dmitri Eduardo Elena Eli Emil Emma Esra Eva Fatima "
    "Felix Fiona Gabriel Gabriela Greta Hana Hector Hugo Ibrahim Ines Ivan Jada Jamal James Jana Joel José Joseph "
    "Josefa Juan Juana Julia Julian Kamala Karim Kevin Laila Laura Leon Liam Lina Lucia Lucy Luis Luisa Marco María "
    "Mario Marta Mateo Maya Mei Mia Miguel Mohamed Nadia Nina Noah Nora Olga Omar Oscar Pablo Paula Pedro Petra "
    "Priya Quinn Rafael Rania Rosa Ruth Samir Samuel Sara Sofía Tariq Tess Thomas Uma Valeria Victor Wei Yara Yusuf "
    "Zoe"
)
_LAST = (
    "Abel Adeyemi Ahmed Ali Alvarez Andersson Baker Bauer Begum Brandt Brown Castillo Chen Clark Cohen Costa Cruz "
    "Davis Delgado Diaz Dubois Edwards Engel Evans Fernández Fischer Flores Fox García Gómez Gonzalez Grant Gupta "
    "Haddad Hansen Hernández Hoang Huang Ibrahim Ito Jackson Jansen Johnson Jones Kaya Khan Kim Kowalski Kumar Lee "
    "Lewis Lind López Martin Martínez Mendoza Meyer Miller Moore Morales Moss Müller Nguyen Novak O'Brien Okafor "
    "Olsen Ortiz Park Patel Pérez Petrov Price Quist Ramirez Ramos Reyes Rivera Roberts Rodriguez Rossi Ruiz "
    "Sánchez Sato Schmidt Scott Silva Singh Smith Taylor Thomas Torres Tran Vargas Vega Walker Wang White Williams "
    "Wilson Wong Wright Young Zhang"
)
_MONDAY = datetime(2026, 3, 2, 14, tzinfo=UTC)


@dataclass(frozen=True)
class TwoLists:
    """Wonolo's workers, When I Work's users, and the id of the user who is that worker, by the worker's."""

    workers: list[Person]
    users: list[Person]
    truth: dict[str, str]


def two_lists(seed: int, size: int = 500) -> TwoLists:
    """Two lists of that many people each, of whom two thirds are on both, with all that goes wrong in such lists.

    Every tenth has a sister or brother with the same last name and telephone, and some of those share an e-mail address
    as well; either may be on one list only.
    """
    rng = Random(seed)  # noqa: S311 - the lists must repeat under their seed
    people = _people(rng, size + size // 3)
    rng.shuffle(people)
    both = 2 * size - len(people)
    here, there = people[:size], people[:both] + people[size:]
    workers = [_worker(number, person, rng) for number, person in enumerate(here, 1)]
    users = [_typed(number, person, rng) for number, person in enumerate(there, 1)]
    truth = {worker.id: user.id for worker, user in zip(workers[:both], users[:both], strict=True)}
    rng.shuffle(users)
    return TwoLists(workers, users, truth)


def _people(rng: Random, count: int) -> list[Person]:
    people: list[Person] = []
    while len(people) < count:
        person = _person(rng, len(people))
        people.append(person)
        if rng.random() < 0.1 and len(people) < count:
            people.append(_sibling(rng, person, len(people)))
    return people


def _person(rng: Random, number: int) -> Person:
    first, last = _common(rng, _FIRST.split()), _common(rng, _LAST.split())
    email = f"{first}.{last}.{number}@{_host(rng)}".lower()
    worker = Worker("", first, last, email.replace("'", ""), _phone(rng))
    return Person(f"person:{number}", worker, _seats(rng))


def _common(rng: Random, names: Sequence[str]) -> str:
    """A name; some are far more common than others."""
    return names[int(len(names) * rng.random() ** 1.5)]


def _host(rng: Random) -> str:
    return rng.choice(["example.com", "example.org", "example.net"])


def _phone(rng: Random) -> str:
    return f"+1{rng.choice([312, 630, 773, 847])}555{rng.randrange(10_000):04d}"


def _seats(rng: Random) -> frozenset[Seat]:
    days = rng.sample(range(14), rng.choice([0, 0, 1, 2, 4]))
    return frozenset((f"Place {rng.randrange(6)}", _MONDAY + timedelta(days=day)) for day in days)


def _sibling(rng: Random, person: Person, number: int) -> Person:
    other = _person(rng, number)
    while other.worker.first_name == person.worker.first_name:
        other = _person(rng, number)
    shared = {"last_name": person.worker.last_name, "phone": person.worker.phone}
    if rng.random() < 0.3:
        shared["email"] = person.worker.email
    return msgspec.structs.replace(other, worker=msgspec.structs.replace(other.worker, **shared))


def _worker(number: int, person: Person, rng: Random) -> Person:
    key = f"wonolo:{number}"
    worker = msgspec.structs.replace(person.worker, key=key)
    return Person(key, worker, person.seats if rng.random() < 0.8 else frozenset())


def _typed(number: int, person: Person, rng: Random) -> Person:
    """The person as somebody else typed them, perhaps years ago."""
    worker = person.worker
    first, last = worker.first_name, worker.last_name
    if rng.random() < 0.08:
        first, last = _mistyped(rng, first, last)
    if rng.random() < 0.03:
        first, last = last, first
    typed = Worker(f"E-{number}", first.upper() if rng.random() < 0.05 else first, last, _email(rng, worker), "")
    phone = rng.choices([worker.phone, _phone(rng), ""], [0.80, 0.12, 0.08])[0]
    seats = person.seats if rng.random() < 0.6 else _seats(rng)
    return Person(f"user:{number}", msgspec.structs.replace(typed, phone=phone), seats)


def _mistyped(rng: Random, first: str, last: str) -> tuple[str, str]:
    """One letter doubled, left out, or changed with its neighbour."""
    name = rng.choice([first, last])
    place = rng.randrange(1, len(name))
    wrong = rng.choice(
        [
            name[:place] + name[place - 1 :],
            name[:place] + name[place + 1 :],
            name[: place - 1] + name[place] + name[place - 1] + name[place + 1 :],
        ]
    )
    return (wrong, last) if name == first else (first, wrong)


def _email(rng: Random, worker: Worker) -> str:
    """The same address, the same at another host, another one, or none."""
    local = worker.email.partition("@")[0]
    other = f"{worker.first_name}{rng.randrange(1000)}@{_host(rng)}".lower()
    return rng.choices([worker.email, f"{local}@mail.example", other, ""], [0.68, 0.06, 0.16, 0.10])[0]
