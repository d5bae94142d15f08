"""A first configuration: both accounts are read, places and skills proposed, and what only a person knows is asked for.

Nothing is written to either account, and writing is off in the configuration that comes out.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from typing import Any

import httpx
from msgspec import to_builtins
from msgspec.structs import replace
from pydantic import SecretStr
from tomlkit import item

from mappings import place, skill
from mappings.address import plain, read, words
from mappings.convert import one_line
from mappings.model import Place, Skill
from sync.clients.wheniwork import WhenIWork
from sync.clients.wonolo import Wonolo
from sync.clock import SystemClock
from sync.config import Config
from sync.config.deployment import NOT_IN_PAIRS
from sync.config.writing import commented
from sync.connecting import open_clients
from sync.errors import ConfigError

Record = Mapping[str, Any]
Row = dict[str, Any]

_LOOK_BACK = timedelta(days=92)
_MOST_PAGES = 10
_FILL_IN = {
    "address": "fill in: the street",
    "city": "fill in",
    "zip": "fill in",
    "category": "fill in: one of your company's categories in Wonolo",
    "hourly_rate": "fill in: dollars an hour",
}


@dataclass(frozen=True, slots=True)
class Proposal:
    """What was found: the account, rows for the configuration, the categories in use, and what is left to fill in."""

    company: str
    account_id: int
    user_id: int
    places: tuple[Row, ...]
    skills: tuple[Row, ...]
    categories: tuple[str, ...]
    gaps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Habit:
    """How the company asked for people before: the words of one JobRequest, its category, dollars an hour."""

    words: str
    category: str
    rate: float


async def propose(config: Config, transport: httpx.AsyncBaseTransport | None = None) -> Proposal:
    """Read both accounts with the access that `config` gives; places and skills in it are not looked at.

    Raises RemoteErrors, and ConfigError when the login has several accounts and none was chosen.
    """
    async with open_clients(config, transport) as (wonolo, wheniwork):
        user = await _acting_user(wheniwork, config.wheniwork.user_id)
        account = await wheniwork.account()
        habits = await _habits(wonolo)
        places = _places(await wheniwork.locations.list(), await wheniwork.sites.list(), account)
        skills = _skills(await wheniwork.positions.list(), habits)
    rows, works = _place_rows(places), _skill_rows(skills)
    company = one_line(account.get("company"))
    categories = tuple(sorted({habit.category for habit in habits}))
    gaps = _gaps([*rows, *works])
    return Proposal(company, int(account["id"]), user, tuple(rows), tuple(works), categories, gaps)


def configuration(config: Config, secrets: Mapping[str, Row], proposal: Proposal, pair: str = "") -> str:
    """Return the text of the new file: the access of `config`, the given secrets, and what was proposed.

    Secrets that are kept elsewhere (the environment, files) are not repeated here. `pair` is the name of a pair of a
    folder, whose file holds nothing that all pairs share.
    """
    known = config.model_dump(include={"connection", "wonolo", "wheniwork"})
    access = {
        section: {name: value for name, value in options.items() if not isinstance(value, SecretStr)}
        | dict(secrets.get(section, {}))
        for section, options in known.items()
    }
    access["wheniwork"] |= {"user_id": proposal.user_id, "account_id": proposal.account_id}
    values = {**access, "places": proposal.places, "skills": proposal.skills}
    return commented({"name": pair, **values}, NOT_IN_PAIRS) if pair else commented(values)


async def _acting_user(wheniwork: WhenIWork, chosen: int | None) -> int:
    users = await wheniwork.own_users()
    if chosen is None and len(users) != 1:
        found = ", ".join(f"{user['id']} (account {user.get('account_id')})" for user in users) or "none"
        raise ConfigError([f"wheniwork.user_id: say which user of this login is meant: {found}"])
    return chosen or int(users[0]["id"])


async def _habits(wonolo: Wonolo) -> list[_Habit]:
    found: list[_Habit] = []
    pages = 0
    async for page in wonolo.job_requests(updated_after=SystemClock().now() - _LOOK_BACK):
        found += [_habit(record) for record in page if record.get("category")]
        pages += 1
        if pages == _MOST_PAGES:
            break
    return found


def _habit(record: Record) -> _Habit:
    words = " ".join(one_line(record.get(name)) for name in ("request_name", "description_tasks", "description"))
    return _Habit(words.casefold(), one_line(record["category"]), _rate(record))


def _rate(record: Record) -> float:
    """Dollars an hour that a JobRequest pays; 0 where it cannot be told."""
    try:
        hours = float(record.get("duration") or 0) / 60
        hourly = float(record.get("w2_hourly_rate") or 0)
        return hourly or (float(record.get("wage") or 0) / hours if hours else 0.0)
    except (TypeError, ValueError):
        return 0.0


def _places(locations: Iterable[Record], sites: Iterable[Record], account: Record) -> list[Place]:
    """A place for each location, and one for each site of it."""
    zone = one_line(account.get("timezone_name")) or "UTC"
    alive = {int(row["id"]): row for row in locations if not row.get("is_deleted")}
    found = [place.propose(location, zone) for location in alive.values()]
    for site in sites:
        location = alive.get(int(site.get("location_id") or 0))
        if location and not site.get("is_deleted"):
            found.append(place.propose(location, zone, site))
    return sorted(found, key=lambda one: (one.key, one.location_id, one.site_id))


def _skills(positions: Iterable[Record], habits: list[_Habit]) -> list[Skill]:
    """A skill for each position, with the category and the usual pay of requests that name it."""
    alive = [row for row in positions if not row.get("is_deleted")]
    return sorted((_skill(row, habits) for row in alive), key=lambda one: (one.key, one.position_id))


def _skill(position: Record, habits: list[_Habit]) -> Skill:
    name = one_line(position.get("name")).casefold()
    fitting = [habit for habit in habits if name in habit.words]
    usual = Counter(habit.category for habit in fitting).most_common(1)
    category = usual[0][0] if usual else ""
    rates = [habit.rate for habit in fitting if habit.category == category and habit.rate]
    return replace(skill.propose(position, category), hourly_rate=round(median(rates) * 100) if rates else 0)


def _place_rows(places: list[Place]) -> list[Row]:
    """A row for each place; the venue of places at one address is the name where it would be the same."""
    named = _names((one.key, one.location_id) for one in places)
    there = [(read(one.address, one.zip).key, words(one.venue)) for one in places]
    return [
        _asking({**to_builtins(one), "name": name, "venue": name if there.count(at) > 1 else one.venue})
        for name, one, at in zip(named, places, there, strict=True)
    ]


def _skill_rows(skills: list[Skill]) -> list[Row]:
    """A row for each skill; with words where several share a category, or those left would be read as any of them."""
    named = _names((one.key, one.position_id) for one in skills)
    shared, alike = Counter(plain(one.category) for one in skills), Counter(plain(one.key) for one in skills)
    rows = []
    for name, one in zip(named, skills, strict=True):
        own = one.key if alike[plain(one.key)] == 1 else name
        told = [own] if one.category and shared[plain(one.category)] > 1 else []
        pay = {"hourly_rate": one.hourly_rate / 100}
        rows.append(_asking({**to_builtins(one), **pay, "name": name, "description": own, "words": told}))
    return rows


def _names(rows: Iterable[tuple[str, int]]) -> list[str]:
    """Names that differ: one that was taken already gets its id beside it."""
    names: list[str] = []
    for name, number in rows:
        names.append(f"{name} ({number})" if words(name) in map(words, names) or not name else name)
    return names


def _asking(row: Row) -> Row:
    """The row with a request beside each value that only a person knows."""
    return {
        key: item(value).comment(_FILL_IN[key]) if key in _FILL_IN and not value else value
        for key, value in row.items()
    }


def _gaps(rows: list[Row]) -> tuple[str, ...]:
    found = [(key, [row["name"] for row in rows if key in row and not row[key]]) for key in _FILL_IN]
    return tuple(f"{key} of {', '.join(names)}" for key, names in found if names)
