"""Both systems side by side, read from their own records and not from what the engine remembers."""

from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from mappings.demand import read_posting
from mappings.model import Rules
from mappings.shifts import Slot, grouped, read_shift, slot_of
from sandbox.world import World
from sync.plan.wording import wall

Record = dict[str, Any]
Sides = dict[Slot, tuple[int, frozenset[str]]]


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
