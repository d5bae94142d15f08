"""The main job in a minute: two sandbox accounts, one plan, then life happens, and both sides end up equal."""

import asyncio
import tempfile
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from mappings.demand import read_posting
from mappings.model import Rules
from mappings.shifts import Slot, grouped, read_shift, slot_of
from sandbox.people import perform
from sandbox.serve import Server
from sandbox.world import World, build_world
from sync.config import Config, load
from sync.config.writing import write_file
from sync.engine import Engine, open_engine
from sync.plan.wording import wall
from sync.report import as_text, of_outcome, of_plan
from sync.report.words import headline
from sync.setup import ready_configuration

_DEMANDS = 6
_LATER = timedelta(hours=1)

Record = dict[str, Any]
Chapter = tuple[str, str]
Sides = dict[Slot, tuple[int, frozenset[str]]]


def play(screen: Console, seed: int) -> bool:
    """Play the story on a sandbox of this seed; returns whether both systems ended up equal and nothing was left."""
    world = build_world(seed, _DEMANDS)
    world.wheniwork.switches.rate_limit_per_minute = 0
    with tempfile.TemporaryDirectory() as folder, Server(world) as server:
        path = Path(folder) / "shiftbridge.toml"
        write_file(path, asyncio.run(ready_configuration(server.url, "demo")))
        return asyncio.run(_tell(screen, world, load(path, {})))


async def _tell(screen: Console, world: World, config: Config) -> bool:
    async with open_engine(config) as engine:
        _open(screen, "Two accounts", "When I Work has open shifts that Wonolo does not know. What is to be done?")
        await _diff(screen, engine)
        _open(screen, "The plan is carried out", "Every write is recorded first, sent once, and read back.")
        screen.print(Text(f"\n{headline(of_outcome(await engine.reconcile(), 'demo'))}", "bold"))
        _open(screen, "Once more", "In a quiet world there is nothing to do.")
        await _diff(screen, engine)
        for title, sentence in _life(world):
            _open(screen, title, sentence)
            await _reconcile(screen, engine)
        _open(screen, "The end", "Both systems side by side:")
        is_equal = compare(screen, world, config.rules)
        left = of_plan(await engine.diff(), "demo")
    screen.print(Text("\nBoth systems are equal." if is_equal and not left.is_pending else "\nThey differ.", "bold"))
    return is_equal and not left.is_pending


def _open(screen: Console, title: str, sentence: str) -> None:
    screen.print()
    screen.print(Rule(Text(title, style="bold green"), characters="=", align="left", style="green"))
    screen.print(Text(sentence))


async def _diff(screen: Console, engine: Engine) -> None:
    screen.print(as_text(of_plan(await engine.diff(), "demo")))


async def _reconcile(screen: Console, engine: Engine) -> None:
    screen.print(as_text(of_outcome(await engine.reconcile(), "demo")))


def _life(world: World) -> Iterator[Chapter]:
    """Let one thing after another happen in the world, and tell it."""
    first, second, third = sorted(_latest(world, 3), key=lambda request: -request["slots"])
    jobs = [
        perform(world, "worker_accepts", {"job_request_id": first["id"]})["job"] for _ in range(min(2, first["slots"]))
    ]
    names = [f"{job['worker']['first_name']} {job['worker']['last_name'][:1]}." for job in jobs]
    yield "Workers accept", f"{' and '.join(names)} take seats of request {first['id']} in Wonolo."
    moved = _shift_of(world, second)
    times = {key: moved[key] + _LATER for key in ("start_time", "end_time")}
    perform(world, "manager_edits_shift", {"shift_id": moved["id"], "fields": times})
    yield "A manager moves the time", f"Shift {moved['id']} starts and ends an hour later in When I Work."
    perform(world, "worker_withdraws", {"job_id": jobs[0]["id"]})
    yield "A worker withdraws", f"{names[0]} cannot come to request {first['id']} after all."
    gone = _shift_of(world, third)
    perform(world, "manager_deletes_shift", {"shift_id": gone["id"]})
    yield "A manager deletes an open shift", f"Shift {gone['id']} is not needed any more."
    posted = perform(world, "requestor_posts", {})["job_request"]
    yield (
        "A requestor posts in Wonolo",
        f"Request {posted['id']}, {posted['request_name']!r}, is typed into the portal.",
    )


def _latest(world: World, count: int) -> list[Record]:
    """The JobRequests that start last: far from the hours in which a change waits for a yes."""
    requests = world.wonolo.job_requests.records.values()
    return sorted(requests, key=lambda row: (row["start_time"], row["id"]))[-count:]


def _shift_of(world: World, request: Record) -> Record:
    """The open shift that became a JobRequest: it starts when that does and has as many seats."""
    wanted = (request["start_time"], request["slots"])
    shifts = world.wheniwork.shifts.values()
    return next(row for row in shifts if row["is_open"] and (row["start_time"], row["instances"]) == wanted)


def compare(screen: Console, world: World, rules: Rules) -> bool:
    """Print both systems side by side, read from their own records; returns whether they are equal."""
    snapshot = world.snapshot()
    wonolo, wheniwork = _in_wonolo(snapshot["wonolo"], rules), _in_wheniwork(snapshot["wheniwork"], rules)
    people = {
        f"wonolo:{user['id']}": f"{user['first_name']} {user['last_name'][:1]}." for user in snapshot["wonolo"]["users"]
    }
    table = Table(box=None, expand=True, header_style="dim", pad_edge=False, padding=(0, 2, 0, 0))
    for title in ("Work", "Wonolo", "When I Work", ""):
        table.add_column(title, width=1 if not title else None)
    for slot in sorted({*wonolo, *wheniwork}, key=lambda one: (one[2], one)):
        here, there = wonolo.get(slot), wheniwork.get(slot)
        when = wall(slot[2], rules.place(slot[0]).zone)
        seats = (_seats(here, people), _seats(there, people))
        table.add_row(f"{when} {slot[1]}, {slot[0]}", *seats, "=" if here == there else Text("x", "bold red"))
    screen.print()
    screen.print(table)
    return wonolo == wheniwork


def _in_wonolo(records: Record, rules: Rules) -> Sides:
    """Headcount and workers of each demand that Wonolo has, by what it is."""
    found = {}
    for request in records["job_requests"]:
        jobs = [job for job in records["jobs"] if job["job_request_id"] == request["id"]]
        posting = read_posting(request, jobs, rules)
        if not posting.cancelled:
            found[slot_of(posting.demand)] = (posting.demand.headcount, posting.demand.workers)
    return found


def _in_wheniwork(records: Record, rules: Rules) -> Sides:
    """The same of When I Work; the company's own people are no part of it."""
    workers = {user["id"]: user["employee_code"] for user in records["users"] if user["employee_code"]}
    offered = [row for row in records["shifts"] if row["published"] and row["user_id"] in {0, *workers}]
    shifts = [read_shift(row, rules, workers) for row in offered]
    return {slot_of(group.demand): (group.demand.headcount, group.demand.workers) for group in grouped(shifts)}


def _seats(side: tuple[int, frozenset[str]] | None, people: Mapping[str, str]) -> str:
    if side is None:
        return "-"
    headcount, workers = side
    named = [people[key] for key in sorted(workers)]
    return ", ".join([*named, *([f"{headcount - len(workers)} open"] if headcount > len(workers) else [])])
