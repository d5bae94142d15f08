"""The stage of the engine's stories: two sandbox accounts, an engine between them, and what both sides show."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import msgspec
from structlog.testing import capture_logs

from sandbox.app import create_app
from sandbox.people import perform
from sandbox.requests import Received
from sandbox.world import World, build_world
from sync.config import Config
from sync.engine import Engine, open_engine
from sync.passes import Outcome

START = datetime(2026, 3, 2, 14, tzinfo=UTC)
"""Monday morning at 8 in Chicago; clocks change in the night to Sunday 8 March."""

CHICAGO = ZoneInfo("America/Chicago")
HOLDING = frozenset({"filled", "in_progress", "paused", "completed", "approved"})

Record = dict[str, Any]

_CATEGORIES = {"Event Crew": "Event Staff"}
_TASKS = {
    "Picker": "Pick and pack orders",
    "Forklift Driver": "Drive a forklift in the yard",
    "Event Crew": "Set up and clear an event",
}


def quiet_world(seed: int = 1, demands: int = 0, *, posted: float = 0.0, start: datetime = START) -> World:
    """A world whose clock stands still and which takes any number of requests a minute."""
    world = build_world(seed=seed, demands=demands, start=start, posted=posted)
    world.wheniwork.switches.rate_limit_per_minute = 0
    return world


def configured(world: World, database_url: str, **tables: Mapping[str, Any] | str) -> Config:
    """The configuration of a pair: every location and position of the world, writing switched on."""
    wonolo = {"base_url": "http://127.0.0.1:1/api_v2", "api_key": "pk_test_sandbox", "secret_key": "sk_test_sandbox"}
    login = {"key": "sandbox-developer-key", "email": "manager@sandbox.example", "password": "sandbox"}
    wheniwork = {"base_url": "http://127.0.0.1:1/2", "login_url": "http://127.0.0.1:1/login", **login}
    sections: dict[str, Any] = {
        "database": {"url": database_url},
        "wonolo": {**wonolo, "write": True, "per_second": 10_000},
        "wheniwork": {**wheniwork, "write": True, "per_minute": 1_000_000},
        "places": [_place(row) for row in world.wheniwork.locations.values()],
        "skills": [_skill(row) for row in world.wheniwork.positions.values()],
    }
    for name, table in tables.items():
        known = sections.get(name, {})
        sections[name] = {**known, **table} if isinstance(table, Mapping) else table
    return Config.model_validate(sections)


def _place(location: Record) -> Record:
    street, city, region = (part.strip() for part in location["address"].rsplit(",", 2))
    return {
        "name": location["name"],
        "location_id": location["id"],
        "address": street,
        "city": city,
        "zip": region.split()[1],
        "zone": "America/Chicago",
    }


def _skill(position: Record) -> Record:
    name = position["name"]
    return {
        "name": name,
        "position_id": position["id"],
        "category": _CATEGORIES.get(name, "Fulfillment / Warehousing"),
        "description": _TASKS.get(name, f"Work as {name}"),
        "hourly_rate": 20,
    }


class CutShortError(BaseException):
    """The process dies here: nothing in the program may catch it."""


Look = Callable[[httpx.Request], None]


class Wire(httpx.AsyncBaseTransport):
    """The way to the sandbox; a test may look at requests on their way, do something then, or end the world there.

    `before_read` is by path, `before_write` and `after_write` are for every write; `garble` changes listed shifts;
    `drop_option` is a query parameter that never arrives.
    """

    def __init__(self, world: World) -> None:
        self._inner = httpx.ASGITransport(create_app(world))
        self.before_read: dict[str, Look] = {}
        self.before_write: Look | None = None
        self.after_write: Look | None = None
        self.garble: Callable[[Record], Record] | None = None
        self.drop_option = ""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Pass a request on."""
        path = request.url.path
        writes = request.method != "GET" and not path.endswith(("/login", "/authenticate"))
        before = self.before_write if writes else self.before_read.get(path)
        if before:
            before(request)
        request.url = request.url.copy_remove_param(self.drop_option)
        response = await self._inner.handle_async_request(request)
        if writes and self.after_write:
            self.after_write(request)
        return await self._garbled(response) if self.garble and path == "/2/shifts" else response

    async def _garbled(self, response: httpx.Response) -> httpx.Response:
        body = msgspec.json.decode(await response.aread())
        shifts = [self.garble(row) if self.garble else row for row in body["shifts"]]
        return httpx.Response(200, json=body | {"shifts": shifts})


@dataclass(frozen=True)
class Pair:
    """Two accounts and the engine that keeps them one."""

    world: World
    config: Config
    engine: Engine
    wire: Wire

    def act(self, name: str, **given: Any) -> Record:
        """Let a person do something; returns the records it touched."""
        return perform(self.world, name, given)

    def offer(self, seats: int = 1, *, day: int = 2, start: str = "08:00", hours: float = 8, **fields: Any) -> int:
        """A manager publishes a stack of open Picker shifts at Harbor Warehouse; returns its id."""
        begins = at(day, start)
        given = {
            "location_id": self.location("Harbor Warehouse"),
            "position_id": self.position("Picker"),
            "start_time": begins,
            "end_time": begins + timedelta(hours=hours),
            "instances": seats,
            "published": True,
        }
        return int(self.act("manager_creates_shift", fields=given | fields)["shift"]["id"])

    def post(self, seats: int = 1, *, day: int = 2, start: str = "08:00", **fields: Any) -> int:
        """A requestor posts a Picker request at Harbor Warehouse for eight hours; returns its id."""
        given = {
            "category": "Fulfillment / Warehousing",
            "request_name": "Picker at Harbor Warehouse",
            "description_tasks": _TASKS["Picker"],
            "venue": "Harbor Warehouse",
            "address": "400 Harbor Road",
            "city": "Chicago",
            "zip": "60617",
            "slots": seats,
            "start_time": at(day, start).isoformat(),
            "duration": 480,
            "wage": 160,
            "state": "posted",
        }
        return int(self.act("requestor_posts", fields=given | fields)["job_request"]["id"])

    def location(self, name: str) -> int:
        """The id of a location."""
        return _id_of(self.world.wheniwork.locations.values(), name)

    def position(self, name: str) -> int:
        """The id of a position."""
        return _id_of(self.world.wheniwork.positions.values(), name)

    def worker(self, first_name: str) -> int:
        """The Wonolo id of the first worker of that name."""
        users = self.world.wonolo.users.records.values()
        return next(int(row["id"]) for row in users if row["type"] == "Worker" and row["first_name"] == first_name)

    def staff(self, first_name: str) -> int:
        """The When I Work id of one of the company's own people."""
        users = self.world.wheniwork.users.values()
        return next(int(row["id"]) for row in users if row["first_name"] == first_name)

    def company(self) -> dict[str, int]:
        """How many users, positions, locations and sites there are in When I Work."""
        tables = {kind: self.world.wheniwork.table(f"{kind}s") for kind in ("user", "position", "location", "site")}
        return {kind: sum(not row["is_deleted"] for row in table.values()) for kind, table in tables.items()}

    def requests(self) -> list[int]:
        """Ids of the JobRequests, cancelled ones too."""
        return sorted(self.world.wonolo.job_requests.records)

    def accept(self, first_name: str, request: int | None = None) -> int:
        """A worker accepts a JobRequest (the newest by default); returns the Job's id."""
        chosen = request or self.requests()[-1]
        job = self.act("worker_accepts", job_request_id=chosen, worker_id=self.worker(first_name))["job"]
        return int(job["id"])

    def edit(self, shift: int, **fields: Any) -> None:
        """A manager edits a shift."""
        self.act("manager_edits_shift", shift_id=shift, fields=fields)

    def shifts(self, *, held: bool) -> list[int]:
        """Ids of the shifts that are open, or that a Wonolo worker holds."""
        rows = self.world.wheniwork.shifts.values()
        users = _workers_users(self.world)
        return sorted(row["id"] for row in rows if (row["user_id"] in users if held else row["user_id"] == 0))

    def wonolo_side(self, only: frozenset[int] | None = None) -> list[str]:
        """The demands ahead as Wonolo shows them, one line each; `only` those of some JobRequests."""
        rows = self.world.wonolo.job_requests.records.values()
        chosen = [row for row in rows if only is None or row["id"] in only]
        return _lines(self.world, self.config, _requests(self.world, self.config, chosen))

    def wheniwork_side(self, only: frozenset[int] | None = None) -> list[str]:
        """The demands ahead as When I Work shows them, one line each; `only` those of some shifts."""
        chosen = [row for row in self.world.wheniwork.shifts.values() if only is None or row["id"] in only]
        return _lines(self.world, self.config, _shifts(self.world, self.config, chosen))

    def apart(self, outcome: Outcome) -> list[str]:
        """What only one side shows, but for the slots of demands that wait for a person, as the outcome says."""
        with self.engine.store.begin(self.config.name) as tx:
            members = {row for change in outcome.waiting for row in tx.membership.of(change.link)}
        requests = frozenset(number for kind, number in members if kind == "job_request")
        shifts = frozenset(number for kind, number in members if kind == "shift")
        waiting = [*self.wonolo_side(requests), *self.wheniwork_side(shifts)]
        subjects = {change.subject for change in outcome.waiting} | {_subject(line) for line in waiting}
        return sorted(
            line for line in {*self.wonolo_side()} ^ {*self.wheniwork_side()} if _subject(line) not in subjects
        )

    def writes_since(self, number: int) -> list[Received]:
        """The writes that reached the gate after the request of that number."""
        return self.world.requests.since(number, writes=True)

    def last_request(self) -> int:
        """The number of the newest request."""
        return max((row.number for row in self.world.requests.since(0)), default=0)

    async def settled(self, **allow: int) -> list[str]:
        """Reconcile, and again in vain; both sides must then show the same, which is returned."""
        own = self.own_shifts()
        outcome = await self.engine.reconcile(allow)
        assert (outcome.failed, outcome.waiting) == ((), ()), outcome
        await self.quiet()
        assert self.own_shifts() == own
        assert self.wonolo_side() == self.wheniwork_side()
        return self.wonolo_side()

    async def quiet(self) -> Outcome:
        """Reconcile in a world where nothing happened: no write is sent, nothing done, nothing failed."""
        number = self.last_request()
        outcome = await self.engine.reconcile()
        assert [(row.method, row.path, row.body) for row in self.writes_since(number)] == []
        assert (outcome.done, outcome.failed) == ((), ())
        return outcome

    def own_shifts(self) -> dict[int, Record]:
        """The shifts of the company's own people, as they are stored."""
        users = _workers_users(self.world)
        rows = self.world.wheniwork.shifts.values()
        return {row["id"]: dict(row) for row in rows if row["user_id"] and row["user_id"] not in users}


def copied(template: Path, folder: Path) -> str:
    """The URL of a copy of a migrated SQLite file, for what has nothing to do with databases."""
    return f"sqlite:///{shutil.copy(template, folder / 'shiftbridge.db')}"


@asynccontextmanager
async def open_pair(database_url: str, world: World | None = None, **tables: Any) -> AsyncIterator[Pair]:
    """Open an engine on a world of its own, or the one given; `tables` are merged into the configuration."""
    world = world or quiet_world()
    config = configured(world, database_url, **tables)
    wire = Wire(world)
    with capture_logs():
        async with open_engine(config, transport=wire, clock=world.clock) as engine:
            yield Pair(world, config, engine, wire)


@asynccontextmanager
async def reopened(pair: Pair, **tables: Any) -> AsyncIterator[Pair]:
    """The same accounts and database in a new process, perhaps with other options."""
    config = configured(pair.world, pair.config.database.url, **tables)
    async with open_engine(config, transport=pair.wire, clock=pair.world.clock) as engine:
        yield replace(pair, config=config, engine=engine)


def at(day: int, wall: str) -> datetime:
    """An instant given as days after the story's first one and the time on a wall in Chicago."""
    date = (START.astimezone(CHICAGO) + timedelta(days=day)).date()
    return datetime.fromisoformat(f"{date} {wall}").replace(tzinfo=CHICAGO).astimezone(UTC)


Slot = tuple[str, str, datetime, datetime]
Seats = tuple[Slot, int, list[int]]
"""Some seats of one slot: how many are open, and the workers who hold the others."""


def _subject(line: str) -> str:
    return line.partition(": ")[0]


def _requests(world: World, config: Config, rows: Iterable[Record]) -> list[Seats]:
    """The seats of those JobRequests that are ahead and not cancelled."""
    state = world.wonolo
    found: list[Seats] = []
    for row in rows:
        ahead = row["start_time"] and row["start_time"] > world.clock.now()
        if row["state"] in ("cancelled", "draft") or not ahead:
            continue
        jobs = [state.jobs.records[number] for number in state.jobs_of[row["id"]]]
        holders = [job["worker_id"] for job in jobs if job["state"] in HOLDING]
        found.append((_request_slot(row, config), row["slots"] - len(holders), holders))
    return found


def _request_slot(row: Record, config: Config) -> Slot:
    place = next((one.name for one in config.places if one.address == row["address"]), "")
    work = (row["category"], row["description_tasks"])
    skill = next((one.name for one in config.skills if (one.category, one.description) == work), "")
    return place, skill, row["start_time"], row["start_time"] + timedelta(minutes=row["duration"])


def _shifts(world: World, config: Config, rows: Iterable[Record]) -> list[Seats]:
    """The seats of those shifts that are ahead, published, and open or held by Wonolo workers."""
    users = _workers_users(world)
    found: list[Seats] = []
    for row in rows:
        if not row["published"] or row["start_time"] <= world.clock.now():
            continue
        if row["user_id"] == 0:
            found.append((_shift_slot(row, config), row["instances"] or 1, []))
        elif row["user_id"] in users:
            found.append((_shift_slot(row, config), 0, [users[row["user_id"]]]))
    return found


def _shift_slot(row: Record, config: Config) -> Slot:
    where = (row["location_id"], row["site_id"])
    place = next((one.name for one in config.places if (one.location_id, one.site_id) == where), "")
    skill = next((one.name for one in config.skills if one.position_id == row["position_id"]), "")
    return place, skill, row["start_time"], row["end_time"]


def _lines(world: World, config: Config, rows: Iterable[Seats]) -> list[str]:
    """The seats added up by slot, as lines; what the configuration does not name is left out."""
    seats: dict[Slot, int] = defaultdict(int)
    names: dict[Slot, list[str]] = defaultdict(list)
    zones = {one.name: ZoneInfo(one.zone) for one in config.places}
    for slot, free, holders in rows:
        seats[slot] += free
        names[slot] += [world.wonolo.users.records[number]["first_name"] for number in holders]
    lines = []
    for slot in sorted(one for one in seats if one[0] and one[1]):
        place, skill, start, end = slot
        begins, ends = start.astimezone(zones[place]), end.astimezone(zones[place])
        span = f"{begins:%a %d %b %H:%M}-{ends:{'%H:%M' if ends.date() == begins.date() else '%a %d %b %H:%M'}}"
        lines.append(", ".join([f"{skill} at {place}, {span}: {seats[slot]} open", *sorted(names[slot])]))
    return sorted(lines)


def _workers_users(world: World) -> dict[int, int]:
    """The Wonolo id behind each When I Work user: by employee code, or by e-mail."""
    emails = {row["email"]: row["id"] for row in world.wonolo.users.records.values() if row["type"] == "Worker"}
    found = {}
    for row in world.wheniwork.users.values():
        code = row["employee_code"] or ""
        if code.startswith("wonolo:"):
            found[row["id"]] = int(code[7:])
        elif row["email"] in emails:
            found[row["id"]] = emails[row["email"]]
    return found


def _id_of(rows: Iterable[Record], name: str) -> int:
    return next(int(row["id"]) for row in rows if row["name"] == name)
