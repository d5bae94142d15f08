"""What a service manager is sent: ready, reloading, stopping, and that the loop still turns."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

import pytest

from sync.daemon import systemd
from tests.e2e.processes import SHIFTBRIDGE, free_port

CONFIG = """
[wonolo]
api_key = "pk"
secret_key = "sk"
base_url = "http://127.0.0.1:{nobody}/api_v2"

[wheniwork]
key = "dev"
email = "manager@company.example"
password = "secret"
base_url = "http://127.0.0.1:{nobody}/2"
login_url = "http://127.0.0.1:{nobody}/v2/login"

[daemon]
listen = "127.0.0.1:{port}"
"""

WATCHDOG_SECONDS = 1.0


@dataclass
class Listening:
    """The end of a service manager; `messages` are what came, with monotonic microseconds."""

    channel: socket.socket
    messages: list[tuple[int, list[str]]] = field(default_factory=list)

    def wait_for(self, line: str) -> tuple[int, list[str]]:
        """Return the next message that has this line."""
        while True:
            message = self.channel.recv(4096).decode().split("\n")
            self.messages.append((time.monotonic_ns() // 1000, message))
            if line in message:
                return self.messages[-1]


@contextmanager
def listening(address: str) -> Iterator[Listening]:
    """Listen on a socket as systemd does, for two minutes at most."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as channel:
        channel.bind(f"\0{address[1:]}" if address.startswith("@") else address)
        channel.settimeout(120)
        yield Listening(channel)


@contextmanager
def served(folder: Path, manager: str) -> Iterator[subprocess.Popen[bytes]]:
    """A daemon as a service whose services are out of reach, which is no reason not to be ready."""
    config = folder / "shiftbridge.toml"
    config.write_text(CONFIG.format(port=free_port(), nobody=free_port()))
    environ = os.environ | {"NOTIFY_SOCKET": manager, "WATCHDOG_USEC": str(int(WATCHDOG_SECONDS * 1e6))}
    command = [str(SHIFTBRIDGE), "daemon", "--config", str(config)]
    with (folder / "log").open("wb") as log, subprocess.Popen(command, env=environ, stderr=log) as process:
        try:
            yield process
        finally:
            process.kill()


def test_a_daemon_says_how_far_it_is_and_that_it_lives(tmp_path: Path) -> None:
    """READY, WATCHDOG twice as often as is asked for, RELOADING with its instant and READY again, STOPPING."""
    address = str(tmp_path / "notify")
    with listening(address) as manager, served(tmp_path, address) as process:
        manager.wait_for("READY=1")
        before = time.monotonic_ns() // 1000
        process.send_signal(signal.SIGHUP)
        _, [reloading, instant] = manager.wait_for("RELOADING=1")
        assert (reloading, instant.startswith("MONOTONIC_USEC=")) == ("RELOADING=1", True)
        at, _ = manager.wait_for("READY=1")
        assert before <= int(instant.removeprefix("MONOTONIC_USEC=")) <= at
        beats = [manager.wait_for("WATCHDOG=1")[0] for _ in range(7)]
        # On a busy machine one may be late, but then the others are not.
        gaps = sorted(later - earlier for earlier, later in pairwise(beats))
        assert 0.3e6 < gaps[len(gaps) // 2] < WATCHDOG_SECONDS * 1e6
        process.send_signal(signal.SIGTERM)
        manager.wait_for("STOPPING=1")
        assert process.wait(timeout=35) == 0
    said = [line for _, message in manager.messages for line in message if "WATCHDOG" not in line]
    assert [line.split("=")[0] for line in said] == ["READY", "RELOADING", "MONOTONIC_USEC", "READY", "STOPPING"]


def test_a_configuration_that_is_refused_ends_the_reload_all_the_same(tmp_path: Path) -> None:
    """Else the service manager would wait for READY until it gives up and ends the service."""
    address = str(tmp_path / "notify")
    with listening(address) as manager, served(tmp_path, address) as process:
        manager.wait_for("READY=1")
        (tmp_path / "shiftbridge.toml").write_text("[wonolo")
        process.send_signal(signal.SIGHUP)
        manager.wait_for("RELOADING=1")
        manager.wait_for("READY=1")
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=35) == 0


def test_an_abstract_socket_is_found_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """An address that begins with @ is no file."""
    address = f"@shiftbridge-{os.getpid()}-{time.monotonic_ns()}"
    monkeypatch.setenv("NOTIFY_SOCKET", address)
    with listening(address) as manager:
        systemd.notify("READY=1", "STATUS=all is well")
        assert manager.wait_for("READY=1")[1] == ["READY=1", "STATUS=all is well"]


@pytest.mark.parametrize("address", ["", "/nowhere/notify", "@shiftbridge-nobody"])
async def test_without_a_service_manager_nothing_is_sent(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    """Whether there never was one or it has gone: a daemon does not end for that."""
    monkeypatch.setenv("NOTIFY_SOCKET", address)
    monkeypatch.delenv("WATCHDOG_USEC", raising=False)
    systemd.notify("READY=1")
    await systemd.keep_watchdog()


@pytest.mark.parametrize(
    ("usec", "pid", "expected"),
    [("2000000", "", 1.0), ("", "", None), ("0", "", None), ("soon", "", None), ("2000000", "1", None)],
)
def test_the_watchdog_is_this_process_or_nobody(usec: str, pid: str, expected: float | None) -> None:
    """What another process of the service was given is not ours; nonsense is no watchdog."""
    assert systemd.watchdog_seconds({"WATCHDOG_USEC": usec, "WATCHDOG_PID": pid}) == expected
