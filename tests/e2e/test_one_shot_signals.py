"""One-shot commands that are asked to end, or meet another run: real processes and signals, a sandbox that is slow."""

from __future__ import annotations

import asyncio
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import tomlkit

from sandbox.faults import Rule
from sandbox.serve import Server
from sandbox.world import World, build_world
from sync.mirror.store import Store
from sync.setup import ready_configuration

SHIFTBRIDGE = Path(sys.executable).with_name("shiftbridge")
PATIENCE = 90
"""Seconds for what takes a few, on a machine that is busy with other tests."""

POSTS = Rule(fault="slow", method="POST", path="/api_v2/job_requests", seconds=1.5)
WAITS = "Another run of this pair is under way (daemon, process 1 on that machine): waiting up to 60 seconds for it.\n"
NOTHING = "Stopped as asked; nothing was written.\n"

ON_SQLITE = pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
"""For what has nothing to do with the database; the processes of one test take both cores for seconds."""


@dataclass(frozen=True)
class Field:
    """A sandbox of twelve demands in this process, and the command line as processes of their own."""

    config: Path
    world: World
    store: Store

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """Start a command."""
        command = [str(SHIFTBRIDGE), *arguments, "--config", str(self.config)]
        return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """Exit code, standard output and standard error of a command."""
        return ended(self.start(*arguments))

    def posts(self) -> int:
        """How many JobRequests Wonolo holds."""
        return len(self.world.wonolo.job_requests.records)

    def writes(self, number: int = 0) -> int:
        """How many writes came after the request of that number."""
        return len(self.world.requests.since(number, writes=True))

    def left_behind(self) -> tuple[str, object]:
        """How the newest run ended, and who has the lease."""
        with self.store.read("test") as tx:
            return tx.runs.last(1)[0].outcome, tx.leases.holder()


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    """Exit code, standard output and standard error of a process, once it ended."""
    out, err = process.communicate(timeout=PATIENCE)
    return process.returncode, out, err


def wait_until(is_so: Callable[[], bool], process: subprocess.Popen[str] | None = None) -> None:
    """Wait for something to happen while the process runs."""
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert process is None or process.poll() is None, process.communicate()
        assert time.monotonic() < deadline, "it never happened"
        time.sleep(0.02)


def left_over(count: int, later: str) -> str:
    """What a run that was stopped says of the rest."""
    changes, them = ("1 change was", "it") if count == 1 else (f"{count} changes were", "them")
    return f"Stopped as asked: {changes} not tried; {later} does {them}."


@contextmanager
def opened(url: str, folder: Path) -> Iterator[Field]:
    """Serve a sandbox and write a configuration for it into a folder."""
    world = build_world(demands=12)
    world.wheniwork.switches.rate_limit_per_minute = 0
    with Server(world) as server:
        written = tomlkit.parse(asyncio.run(ready_configuration(server.url, "test")))
        written["database"] = {"url": url.replace("+psycopg", "")}
        config = folder / "shiftbridge.toml"
        config.write_text(tomlkit.dumps(written))
        config.chmod(0o600)
        store = Store.open(url)
        try:
            yield Field(config, world, store)
        finally:
            store.close()


@pytest.fixture
def field(database_url: str, tmp_path: Path) -> Iterator[Field]:
    """A field on either database."""
    with opened(database_url, tmp_path) as found:
        yield found


@ON_SQLITE
@pytest.mark.parametrize("asked", [signal.SIGTERM, signal.SIGINT])
def test_a_copy_that_is_stopped_says_what_it_did_and_the_next_one_does_the_rest(
    field: Field, asked: signal.Signals
) -> None:
    """The write in flight is settled; neither a running run nor a lease is left; nothing is posted twice."""
    field.world.faults.add(POSTS)
    process = field.start("reconcile", "--format", "json")
    wait_until(lambda: field.writes() >= 2, process)
    process.send_signal(asked)
    code, out, err = ended(process)
    counts = json.loads(out)["counts"]
    done, left = counts["done"], counts["not_tried"]
    assert (code, done, left) == (0, field.posts(), 12 - done)
    assert 2 <= done < 12
    assert err == f"{left_over(left, 'the next run')}\n"
    assert field.left_behind() == ("stopped", None)

    field.world.faults.clear()
    assert field.run("reconcile")[0] == 0
    assert (field.posts(), field.writes()) == (12, 12)
    assert field.run("diff")[0] == 0


@ON_SQLITE
@pytest.mark.parametrize("command", ["reconcile", "diff", "hours"])
def test_a_command_that_is_stopped_while_it_reads_writes_nothing(field: Field, command: str) -> None:
    """It does not wait for the slow answer, and leaves neither a running run nor a lease."""
    field.world.faults.add(Rule(fault="slow", method="GET", path="/2/shifts", seconds=6))
    process = field.start(command)
    wait_until(lambda: any(row.path == "/2/shifts" for row in field.world.requests.since()), process)
    process.send_signal(signal.SIGTERM)
    assert ended(process) == (0, "", NOTHING)
    assert (field.writes(), field.left_behind()) == (0, ("stopped", None))


def test_a_second_signal_cuts_a_run_off_and_the_next_one_looks_for_the_write_under_way(field: Field) -> None:
    """The request that was on its way arrives after the run has ended, and is not posted again."""
    field.world.faults.add(Rule(fault="slow", method="POST", path="/api_v2/job_requests", seconds=6, times=1))
    process = field.start("reconcile")
    wait_until(lambda: field.writes() == 1, process)
    process.send_signal(signal.SIGTERM)
    process.send_signal(signal.SIGINT)
    said = "Stopped at once; the next run finds out what became of a write that was under way.\n"
    assert ended(process) == (0, "", said)
    assert field.left_behind() == ("stopped", None)

    wait_until(lambda: field.posts() == 1)
    assert field.run("reconcile")[0] == 0
    assert (field.posts(), field.writes()) == (12, 12)
    assert field.run("diff")[0] == 0


@ON_SQLITE
def test_an_undo_that_is_stopped_says_what_takes_back_the_rest(field: Field) -> None:
    """What was taken back stays so, and the same undo again does what was not tried."""
    assert field.run("reconcile")[0] == 0
    number = field.world.requests.since()[-1].number
    field.world.faults.add(Rule(fault="slow", path="/api_v2/job_requests/*", seconds=0.7))
    undo = ("undo", "1", "--yes", "--allow", "delete:job_requests=12")
    process = field.start(*undo, "--format", "json")
    wait_until(lambda: field.writes(number) >= 2, process)
    process.send_signal(signal.SIGTERM)
    code, out, err = ended(process)
    counts = json.loads(out)["counts"]
    assert (code, counts["done"] + counts["not_tried"], counts["failed"]) == (0, 12, 0)
    assert err == f"{left_over(counts['not_tried'], f'shiftbridge undo 1 --yes --config {field.config}')}\n"
    assert field.left_behind() == ("stopped", None)

    field.world.faults.clear()
    assert field.run(*undo)[0] == 0
    assert {row["state"] for row in field.world.wonolo.job_requests.records.values()} == {"cancelled"}
    assert field.writes(number) == 12


@ON_SQLITE
def test_a_run_waits_for_the_lease_and_gives_up_with_its_holder_named(field: Field) -> None:
    """Exit code 4 after the wait; readers need no lease; a run that waits may be stopped, and else gets its turn."""
    with field.store.begin("test") as tx:
        tx.leases.take("another", "daemon, process 1 on that machine")
    said = (
        "Error: another run of this pair is under way: daemon, process 1 on that machine.\n"
        "What to do: run it again once that has ended, wait for longer (--wait SECONDS), or stop it if it is a "
        "daemon.\n"
    )
    assert field.run("reconcile", "--wait", "0") == (4, "", said)
    for command, code in (("diff", 2), ("status", 0), ("conflicts", 0), ("hours", 0)):
        renew(field)
        assert field.run(command)[0] == code
    stopped = waiting(field)
    stopped.send_signal(signal.SIGTERM)
    assert ended(stopped) == (0, "", NOTHING)
    patient = waiting(field)
    with field.store.begin("test") as tx:
        tx.leases.release("another")
    assert (ended(patient)[0], field.posts(), field.left_behind()) == (0, 12, ("done", None))


def renew(field: Field) -> None:
    """Keep the lease of another process."""
    with field.store.begin("test") as tx:
        tx.leases.renew("another")


def waiting(field: Field) -> subprocess.Popen[str]:
    """A reconcile that waits for the lease, and says so."""
    renew(field)
    process = field.start("reconcile")
    assert process.stderr is not None
    assert process.stderr.readline() == WAITS
    renew(field)
    return process
