"""What a daemon does about trouble: it stops what it must, goes on with the rest, and recovers by itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Any

from sync.clock import SystemClock
from tests.e2e.processes import Daemon, Sandbox, daemon, sandbox, until
from tests.other_runs import rows

OFTEN = {"requests": 1, "soon": 1}

GUARDS = {"spend_per_run": 100_000, "spend_per_day": 100_000}
"""A first copy of many demands is meant."""


@contextmanager
def served(folder: Path, url: str, *, demands: int = 6, webhooks: bool = False, **poll: float) -> Iterator[Sandbox]:
    """A sandbox whose daemon polls every second what is near, and other parts as is said."""
    with sandbox(folder, url, demands=demands, webhooks=webhooks) as field:
        field.edit(daemon={"poll": OFTEN | poll}, guards=GUARDS)
        yield field


@contextmanager
def at_work(field: Sandbox) -> Iterator[Daemon]:
    """A daemon that has done its first copy."""
    with daemon(field.config, field.port) as running:
        until(lambda: field.posted() == field.offered(), "the first copy")
        yield running


def accept(field: Sandbox, number: int = 0) -> int:
    """Let a worker accept one of the requests; returns the worker's id."""
    request = field.state()["wonolo"]["job_requests"][number]["id"]
    return int(field.act("worker_accepts", job_request_id=request)["job"]["worker"]["id"])


def stacks(field: Sandbox) -> list[dict[str, Any]]:
    """The open shifts that are offered, in order of their start."""
    shifts = [row for row in field.state()["wheniwork"]["shifts"] if row["is_open"] and row["published"]]
    return sorted(shifts, key=lambda row: datetime.strptime(row["start_time"], "%a, %d %b %Y %H:%M:%S %z"))


def publish(field: Sandbox, *, like: dict[str, Any], start: datetime) -> int:
    """Let a manager publish a shift of four hours, at the place and with the position of another one."""
    fields = {name: like[name] for name in ("location_id", "position_id", "site_id")}
    times = {"start_time": format_datetime(start), "end_time": format_datetime(start + timedelta(hours=4))}
    made = field.act("manager_creates_shift", fields=fields | times | {"instances": 1, "published": True})
    return int(made["shift"]["id"])


def in_hours(count: int) -> datetime:
    """A full hour, so many from now."""
    return SystemClock().now().replace(minute=0, second=0, microsecond=0) + timedelta(hours=count)


def stopped(running: Daemon, system: str) -> bool:
    """Whether nothing is written to a system."""
    return running.metric("shiftbridge_writing_stopped", system=system) == 1


def polls(running: Daemon, more: int) -> None:
    """Wait until the requests were read so many times more."""
    before = running.metric("shiftbridge_pulls_total", part="requests", outcome="ok")
    until(
        lambda: running.metric("shiftbridge_pulls_total", part="requests", outcome="ok") >= before + more, "it polls on"
    )


def test_keys_that_are_refused_stop_writing_until_they_work_again(sqlite_url: str, tmp_path: Path) -> None:
    """One clear line and the metric say so; a person who renews the keys need not do more."""
    with served(tmp_path, sqlite_url) as field, at_work(field) as running:
        field.fault(fault="error", status=401, system="wheniwork")
        until(lambda: stopped(running, "wheniwork"), "it stops")
        [line] = running.lines("not_read")
        assert (line["system"], line["kind"], line["pause"]) == ("wheniwork", "Unauthorized", 30)
        worker, written = accept(field), len(field.writes())
        polls(running, 2)
        assert (len(field.writes()), stopped(running, "wonolo")) == (written, False)
        field.clear_faults()
        until(lambda: field.seated() == {worker}, "it recovers")
        assert (stopped(running, "wheniwork"), len(running.lines("writing_again"))) == (False, 1)
        assert running.metric("shiftbridge_backoff_seconds") == 0


def test_a_plan_that_guards_refuse_is_reported_once(sqlite_url: str, tmp_path: Path) -> None:
    """Not in each cycle: in the log, among the runs and in the metric; another plan is another report."""
    with served(tmp_path, sqlite_url, demands=16, requests=3, soon=3, later=3) as field, at_work(field) as running:

        def reports() -> tuple[int, int, int]:
            failed = rows(sqlite_url, "SELECT count(*) FROM run WHERE outcome IN ('failed', 'refused')")[0][0]
            counted = running.metric("shiftbridge_refused_plans_total")
            return len(running.lines("plan_refused")), int(failed), int(counted)

        offered = stacks(field)
        # Paused, so that no cycle meets the first few deletions alone: few may pass.
        assert field.run("pause")[0] == 0
        for shift in offered[-9:]:
            field.act("manager_deletes_shift", shift_id=shift["id"])
        polls(running, 2)
        assert field.run("resume")[0] == 0
        until(lambda: running.lines("plan_refused"), "it is refused", 180)
        polls(running, 2)
        seen = reports()
        assert len(set(seen)) == 1, seen
        polls(running, 3)
        assert reports() == seen
        [line, *_] = running.lines("plan_refused")
        assert "--allow delete" in line["reason"]
        assert field.posted() == 16
        field.act("manager_deletes_shift", shift_id=offered[0]["id"])
        until(lambda: reports()[0] > seen[0], "the other plan is reported", 180)
        assert running.metric("shiftbridge_errors_total") == 0


def test_one_listing_that_cannot_be_read_stops_writing_to_its_system_alone(sqlite_url: str, tmp_path: Path) -> None:
    """What the others show goes on being read, and is written to the other system."""
    with served(tmp_path, sqlite_url, hours=1) as field, at_work(field) as running:
        field.fault(fault="html", path="/2/times", status=200)
        until(lambda: stopped(running, "wheniwork"), "it stops")
        assert {line["part"] for line in running.lines("not_read")} == {"hours"}
        worker = accept(field)
        publish(field, like=stacks(field)[-1], start=in_hours(30))
        until(lambda: field.posted() == field.offered(), "the new shift is posted", 120)
        assert (stopped(running, "wheniwork"), field.seated()) == (True, set())
        field.clear_faults()
        until(lambda: field.seated() == {worker}, "it is written to again")
        assert stopped(running, "wheniwork") is False


def test_a_record_that_its_service_fails_over_stops_no_other(sqlite_url: str, tmp_path: Path) -> None:
    """A shift that answers 500 by its id rests alone, and is read once it can be."""
    with served(tmp_path, sqlite_url, webhooks=True, soon=3600, later=3600) as field:
        field.edit(daemon={"listen": f"127.0.0.1:{field.port}"})
        with at_work(field) as running:
            poison, healthy = stacks(field)[-2:]
            field.fault(fault="error", status=500, path=f"/2/shifts/{poison['id']}", method="GET")
            for shift, notes in ((poison, "Bring gloves"), (healthy, "Bring boots")):
                field.act("manager_edits_shift", shift_id=shift["id"], fields={"instances": 5, "notes": notes})
            until(lambda: 5 in slots(field), "the other one is changed")
            worker = accept(field)
            until(lambda: field.seated() == {worker}, "everything else goes on", 30)
            assert running.lines("record_not_read")[0]["record"] == poison["id"]
            assert (stopped(running, "wheniwork"), running.lines("not_read")) == (False, [])
            assert slots(field).count(5) == 1
            field.clear_faults()
            until(lambda: slots(field).count(5) == 2, "it is read again, and changed", 120)


def slots(field: Sandbox) -> list[int]:
    """How many people each request asks for."""
    return [row["slots"] for row in field.state()["wonolo"]["job_requests"]]


def test_a_long_first_copy_does_not_make_it_blind(sqlite_url: str, tmp_path: Path) -> None:
    """A shift for tonight that a manager publishes meanwhile is posted before the rest is done."""
    with served(tmp_path, sqlite_url, demands=50, requests=5, soon=5) as field:
        field.fault(fault="slow", method="POST", path="/api_v2/job_requests", seconds=1.2)
        with daemon(field.config, field.port):
            until(lambda: field.posted() > 3, "the copy has begun")
            start = in_hours(14)
            before = field.offered()
            publish(field, like=stacks(field)[-1], start=start)
            assert field.offered() == before + 1
            until(lambda: start in starts(field), "it is posted", 40)
            assert field.posted() < field.offered() - 5


def starts(field: Sandbox) -> set[datetime]:
    """When the work of each request begins."""
    return {datetime.fromisoformat(row["start_time"]) for row in field.state()["wonolo"]["job_requests"]}
