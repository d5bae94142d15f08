"""The programs of an end-to-end test as processes of their own: a sandbox, and daemons between its two systems."""

from __future__ import annotations

import json
import random
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import tomlkit

SHIFTBRIDGE = Path(sys.executable).with_name("shiftbridge")
PATIENCE = 90.0
"""Seconds for something to happen, on a machine that is busy with other tests."""


def free_port() -> int:
    """A port of the loopback address that nobody listens on, below those that the system hands out by itself."""
    while True:
        port = random.randrange(20_000, 32_000)  # noqa: S311 - nobody has to guess it
        with suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port


def until(happened: Callable[[], Any], what: str, patience: float = PATIENCE) -> Any:
    """Wait until something is true, and return it."""
    deadline = time.monotonic() + patience
    while not (found := happened()):
        assert time.monotonic() < deadline, f"it did not happen: {what}"
        time.sleep(0.1)
    return found


@dataclass
class Sandbox:
    """Both APIs in a process, and the configuration it wrote for a daemon that listens on `port`."""

    url: str
    config: Path
    port: int

    def act(self, name: str, **arguments: Any) -> dict[str, Any]:
        """Let a person do something, in either system."""
        answer = httpx.post(f"{self.url}/_sandbox/act", json={"name": name, **arguments}).raise_for_status()
        touched: dict[str, Any] = answer.json()
        return touched

    def state(self) -> dict[str, Any]:
        """Everything both systems hold."""
        held: dict[str, Any] = httpx.get(f"{self.url}/_sandbox/state", timeout=30).raise_for_status().json()
        return held

    def fault(self, **rule: Any) -> None:
        """Put a fault in force."""
        httpx.post(f"{self.url}/_sandbox/faults", json=rule).raise_for_status()

    def clear_faults(self) -> None:
        """Take every fault away."""
        httpx.delete(f"{self.url}/_sandbox/faults").raise_for_status()

    def writes(self) -> list[str]:
        """The writes both systems have received, logins apart."""
        log = httpx.get(f"{self.url}/_sandbox/requests", params={"writes": "true"}, timeout=30).raise_for_status()
        calls = [f"{row['method']} {row['path']}" for row in log.json()["requests"]]
        return [call for call in calls if not call.endswith(("/login", "/authenticate"))]

    def posted(self) -> int:
        """How many JobRequests there are that ask for people."""
        return sum(row["state"] not in ("cancelled", "draft") for row in self.state()["wonolo"]["job_requests"])

    def offered(self) -> int:
        """How many stacks of open shifts there are."""
        return sum(bool(row["is_open"] and row["published"]) for row in self.state()["wheniwork"]["shifts"])

    def seated(self) -> set[int]:
        """The Wonolo ids of the workers who hold a shift in When I Work."""
        state = self.state()["wheniwork"]
        codes = {row["id"]: row["employee_code"] for row in state["users"]}
        held = [codes.get(row["user_id"], "") for row in state["shifts"]]
        return {int(code[7:]) for code in held if code.startswith("wonolo:")}

    def run(self, *arguments: str) -> tuple[int, str]:
        """Exit code and output of one command with this configuration, both streams together."""
        command = [str(SHIFTBRIDGE), *arguments, "--config", str(self.config)]
        done = subprocess.run(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=PATIENCE, check=False
        )
        return done.returncode, done.stdout

    def edit(self, **sections: dict[str, Any]) -> None:
        """Change options of the configuration."""
        written = tomlkit.parse(self.config.read_text())
        for name, options in sections.items():
            table = written.setdefault(name, {})
            for option, value in options.items():
                table[option] = value
        self.config.write_text(tomlkit.dumps(written))


@contextmanager
def sandbox(folder: Path, database_url: str, *, demands: int = 6, webhooks: bool = True) -> Iterator[Sandbox]:
    """Serve a fresh sandbox whose configuration names this database and a free port for a daemon."""
    config, port = folder / "shiftbridge.toml", free_port()
    target = f"http://127.0.0.1:{port}" if webhooks else "off"
    command = [str(SHIFTBRIDGE), "sandbox", "--port", "0", "--demands", str(demands), "--config", str(config)]
    process = subprocess.Popen([*command, "--webhooks", target], stdout=subprocess.PIPE, text=True)
    try:
        until(config.exists, "the sandbox wrote its configuration")
        url = str(tomlkit.parse(config.read_text())["wonolo"]["base_url"]).removesuffix("/api_v2")
        served = Sandbox(url, config, port)
        served.edit(database={"url": database_url.replace("+psycopg", "")}, daemon={"listen": f"127.0.0.1:{port}"})
        yield served
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=PATIENCE)


@dataclass
class Daemon:
    """A daemon as a process; `lines` are what it has logged so far."""

    process: subprocess.Popen[bytes]
    log: Path
    port: int
    ended: list[int] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def lines(self, event: str = "") -> list[dict[str, Any]]:
        """The log so far, or its lines of one event; each line must be one JSON object."""
        rows = [json.loads(line) for line in self.log.read_text().splitlines() if line.endswith("}")]
        return [row for row in rows if event in ("", row["event"])]

    def is_ready(self) -> bool:
        """Whether it says that it is ready."""
        assert self.process.poll() is None, self.log.read_text()
        try:
            return httpx.get(f"{self.url}/readyz", timeout=5).status_code == 200
        except httpx.HTTPError:
            return False

    def metric(self, name: str, **labels: str) -> float:
        """The sum of a metric over the lines that have these labels."""
        found = 0.0
        for line in httpx.get(f"{self.url}/metrics", timeout=10).text.splitlines():
            matched = re.fullmatch(r"(\w+)(?:\{(.*)\})? (\S+)", line)
            if matched and matched[1] == name:
                shown = dict(re.findall(r'(\w+)="([^"]*)"', matched[2] or ""))
                found += float(matched[3]) if labels.items() <= shown.items() else 0
        return found

    def signal(self, number: int) -> None:
        """Send it a signal."""
        self.process.send_signal(number)

    def stop(self) -> int:
        """End it in order and return its exit code."""
        self.signal(signal.SIGTERM)
        return self.process.wait(timeout=35)


@contextmanager
def daemon(config: Path, port: int, name: str = "daemon", *, wait: bool = True) -> Iterator[Daemon]:
    """Run a daemon until the block ends; it must not have shown a traceback."""
    with _running(["daemon", "--config", str(config)], config.with_name(f"{name}.log"), port, wait=wait) as running:
        yield running


@contextmanager
def worker(config: Path, name: str) -> Iterator[Daemon]:
    """Run a worker that listens on a port of its own until the block ends; it may not be ready yet."""
    port = free_port()
    command = ["worker", "--config", str(config), "--listen", f"127.0.0.1:{port}"]
    with _running(command, config.with_name(f"{name}.log"), port, wait=False) as running:
        yield running


@contextmanager
def _running(command: list[str], log: Path, port: int, *, wait: bool) -> Iterator[Daemon]:
    with log.open("wb") as file:
        process = subprocess.Popen([str(SHIFTBRIDGE), *command], stderr=file, stdout=file)
    running = Daemon(process, log, port)
    try:
        if wait:
            until(running.is_ready, f"{log.stem} is ready")
        yield running
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGCONT)
            process.terminate()
            try:
                process.wait(timeout=35)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        assert "Traceback" not in log.read_text(), log.read_text()
