"""A folder of pairs under one daemon: each has its own configuration, pauses and troubles."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
import tomlkit

from tests.e2e.processes import PATIENCE, SHIFTBRIDGE, Daemon, Sandbox, daemon, free_port, sandbox, until

OFTEN = "requests = 1\nsoon = 1\n"


@dataclass
class Folder:
    """A deployment of pairs that share a database and a daemon."""

    path: Path
    port: int

    def write(self, name: str, field: Sandbox, **sections: dict[str, object]) -> None:
        """Put the file of a pair: a sandbox's configuration without what is shared, and with these options."""
        written = tomlkit.parse(field.config.read_text())
        for shared in ("database", "daemon"):
            written.pop(shared, None)
        written["name"] = name
        for section, options in sections.items():
            written.setdefault(section, {}).update(options)
        (self.path / "pairs" / f"{name}.toml").write_text(tomlkit.dumps(written))

    def run(self, *arguments: str) -> tuple[int, str]:
        """Exit code and output of one command."""
        command = [str(SHIFTBRIDGE), *arguments, "--config", str(self.path)]
        done = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=PATIENCE, check=False
        )
        return done.returncode, done.stdout


@pytest.fixture
def folder(sqlite_url: str, tmp_path: Path) -> Folder:
    """A folder without pairs."""
    path, port = tmp_path / "deployment", free_port()
    (path / "pairs").mkdir(parents=True)
    shared = f'[database]\nurl = "{sqlite_url}"\n\n[daemon]\nlisten = "127.0.0.1:{port}"\n\n[daemon.poll]\n{OFTEN}'
    (path / "shiftbridge.toml").write_text(shared)
    return Folder(path, port)


@contextmanager
def accounts(tmp_path: Path, name: str, database_url: str = "sqlite://") -> Iterator[Sandbox]:
    """Both accounts of a company: a sandbox of its own, that calls nobody."""
    (tmp_path / name).mkdir()
    with sandbox(tmp_path / name, database_url, demands=4, webhooks=False) as served:
        yield served


@pytest.fixture
def north(tmp_path: Path) -> Iterator[Sandbox]:
    """The accounts of one company."""
    with accounts(tmp_path, "north") as served:
        yield served


@pytest.fixture
def south(tmp_path: Path) -> Iterator[Sandbox]:
    """The accounts of another one."""
    with accounts(tmp_path, "south") as served:
        yield served


def copied(*fields: Sandbox) -> bool:
    """Whether the first copy of each is done."""
    return all(field.posted() == field.offered() for field in fields)


def accept(field: Sandbox, number: int = 0) -> int:
    """Let a worker accept one of the requests; returns the worker's id."""
    request = field.state()["wonolo"]["job_requests"][number]["id"]
    return int(field.act("worker_accepts", job_request_id=request)["job"]["worker"]["id"])


def of_pair(running: Daemon, event: str, pair: str) -> list[dict[str, object]]:
    """The lines of an event that name a pair."""
    return [line for line in running.lines(event) if line.get("pair") == pair]


@pytest.mark.parametrize("fault", [{"fault": "error", "status": 401}, {"fault": "slow", "seconds": 20}])
def test_the_trouble_of_one_pair_delays_no_other(
    folder: Folder, north: Sandbox, south: Sandbox, fault: dict[str, object]
) -> None:
    """Keys that are refused and a service that hardly answers are its own."""
    folder.write("north", north)
    folder.write("south", south)
    south.fault(**fault)
    with daemon(folder.path, folder.port) as running:
        until(lambda: copied(north), "the first copy of the other")
        worker = accept(north)
        until(lambda: north.seated() == {worker}, "it goes on", 30)
        assert south.posted() == 0
        assert running.metric("shiftbridge_errors_total", pair="north") == 0
        assert running.metric("shiftbridge_backoff_seconds", pair="north") == 0


def test_a_bad_file_in_a_folder_keeps_its_own_pair_out_alone(folder: Folder, north: Sandbox) -> None:
    """It is named in the log and the metric, and served as soon as it is put right."""
    folder.write("north", north)
    bad = folder.path / "pairs" / "south.toml"
    bad.write_text("[wonolo\n")
    with daemon(folder.path, folder.port) as running:
        until(lambda: copied(north), "the first copy")
        [refused] = running.lines("configuration_refused")
        assert (refused["pair"], len(refused["problems"]), str(bad) in refused["problems"][0]) == ("south", 1, True)
        assert running.metric("shiftbridge_config_last_reload_successful") == 0
        folder.write("south", north, sync={"horizon_days": 0})
        running.signal(signal.SIGHUP)
        until(lambda: len(running.lines("configuration_refused")) == 2, "it is refused again")
        assert running.lines("configuration_refused")[1]["problems"] == [
            f"{bad}: sync.horizon_days: must be greater than or equal to 1"
        ]
        bad.unlink()
        running.signal(signal.SIGHUP)
        until(lambda: running.metric("shiftbridge_config_last_reload_successful") == 1, "all is well")
        assert running.lines("configuration_read")[-1]["pairs"] == ["north"]


def test_a_reload_adds_changes_and_takes_away_pairs(folder: Folder, north: Sandbox, south: Sandbox) -> None:
    """Those that did not change are not touched, and one that is gone is neither read nor shown any more."""
    folder.write("north", north)
    with daemon(folder.path, folder.port) as running:
        until(lambda: copied(north), "the first copy")
        folder.write("south", south, wonolo={"write": False})
        running.signal(signal.SIGHUP)
        until(lambda: running.metric("shiftbridge_pulls_total", pair="south", outcome="ok") > 8, "the new one is read")
        assert south.posted() == 0
        folder.write("south", south)
        running.signal(signal.SIGHUP)
        until(lambda: copied(south), "it is written to, as it says now")
        before = running.metric("shiftbridge_pulls_total", pair="north")
        (folder.path / "pairs" / "south.toml").unlink()
        running.signal(signal.SIGHUP)
        until(lambda: running.lines("configuration_read")[-1]["pairs"] == ["north"], "it is gone")
        assert running.metric("shiftbridge_pulls_total", pair="south") == 0
        until(lambda: running.metric("shiftbridge_pulls_total", pair="north") > before, "the other goes on")
        worker = accept(north)
        until(lambda: north.seated() == {worker}, "it is served")
        accept(south)
        assert south.seated() == set()


def test_a_paused_pair_is_read_and_not_written_to_until_it_is_resumed(
    folder: Folder, north: Sandbox, south: Sandbox
) -> None:
    """A reload does not end a pause, and the other pair knows nothing of it."""
    folder.write("north", north)
    folder.write("south", south)
    with daemon(folder.path, folder.port) as running:
        until(lambda: copied(north, south), "the first copies")
        assert folder.run("pause", "--pair", "south", "--why", "inventory")[0] == 0
        running.signal(signal.SIGHUP)
        until(lambda: len(running.lines("configuration_read")) == 2, "it was read again")
        there, here = accept(south), accept(north)
        until(lambda: north.seated() == {here}, "the other is served")
        before = running.metric("shiftbridge_pulls_total", pair="south", part="requests")
        until(
            lambda: running.metric("shiftbridge_pulls_total", pair="south", part="requests") > before + 2, "it is read"
        )
        assert south.seated() == set()
        code, shown = folder.run("status")
        assert (code, "inventory" in shown, "north" in shown, "south" in shown) == (0, True, True, True)
        assert folder.run("resume", "--pair", "south")[0] == 0
        until(lambda: south.seated() == {there}, "what waited is done")


def test_a_command_beside_the_daemon_waits_for_its_turn(folder: Folder, north: Sandbox) -> None:
    """A reconcile gets the lease between two turns of the daemon, and neither fails."""
    folder.write("north", north)
    north.fault(fault="slow", method="POST", path="/api_v2/job_requests", seconds=1)
    with daemon(folder.path, folder.port) as running:
        until(lambda: north.posted() > 0, "the daemon writes")
        code, shown = folder.run("reconcile", "--pair", "north")
        assert (code, north.posted()) == (0, north.offered()), shown
        assert folder.run("status", "--pair", "north")[0] == 0
        worker = accept(north)
        until(lambda: north.seated() == {worker}, "the daemon goes on")
        assert running.metric("shiftbridge_errors_total") == 0
        assert running.stop() == 0
    names = [row["request_name"] for row in north.state()["wonolo"]["job_requests"]]
    assert len(names) == len(set(names)) == north.offered()
