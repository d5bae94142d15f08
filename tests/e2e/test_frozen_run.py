"""A reconcile that is frozen in the middle of a first copy, while another one finishes: nothing is written twice."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import httpx
import pytest
import tomlkit

from sync.mirror.store import Store
from tests.e2e.test_main_job import PATIENCE, SHIFTBRIDGE, Field, _wait_for
from tests.other_runs import end_lease, rows

POST = "POST /api_v2/job_requests"
TOOK_OVER = (
    "Error: another run has taken over, as this one did not move for more than 30 seconds; it ends here, and what it "
    "had not sent is planned anew.\n"
)


@pytest.fixture
def sandbox(database_url: str, tmp_path: Path) -> Iterator[Field]:
    """A fresh sandbox of six demands and a configuration for it, on either database."""
    config = tmp_path / "shiftbridge.toml"
    command = [str(SHIFTBRIDGE), "sandbox", "--port", "0", "--demands", "6", "--config", str(config)]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True) as process:
        try:
            _wait_for(config, process)
            written = tomlkit.parse(config.read_text())
            written["database"] = {"url": database_url.replace("+psycopg", "")}
            config.write_text(tomlkit.dumps(written))
            yield Field(config, str(written["wonolo"]["base_url"]).removesuffix("/api_v2"))
        finally:
            process.send_signal(signal.SIGINT)


def slow_third_post(sandbox: Field) -> None:
    """Let the answer to the third request that is posted come bit by bit over ten seconds."""
    rule = {"fault": "slow_drip", "method": "POST", "path": "/api_v2/job_requests"}
    for more in ({"times": 2, "seconds": 0}, {"times": 1, "seconds": 10}):
        httpx.post(f"{sandbox.url}/_sandbox/faults", json=rule | more).raise_for_status()


@contextmanager
def frozen(sandbox: Field) -> Iterator[subprocess.Popen[str]]:
    """A reconcile that is frozen while the answer to its third write is on its way."""
    command = [str(SHIFTBRIDGE), "reconcile", "--config", str(sandbox.config)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        deadline = time.monotonic() + PATIENCE
        while sandbox.written().count(POST) < 3:
            assert process.poll() is None, process.communicate()
            assert time.monotonic() < deadline, "it never wrote"
            time.sleep(0.05)
        os.kill(process.pid, signal.SIGSTOP)
        yield process
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        process.wait()


def test_a_run_that_was_frozen_while_another_one_finished_writes_nothing_more(
    sandbox: Field, database_url: str
) -> None:
    """It ends with one line; the other one has made both sides equal, and the next one has nothing to do."""
    slow_third_post(sandbox)
    with frozen(sandbox) as process:
        store = Store.open(database_url)
        [(pair,)] = rows(database_url, "SELECT pair FROM lease")
        end_lease(store, pair)
        store.close()
        assert sandbox.run("reconcile")[0] == 0
        assert sandbox.written() == [POST] * 6
        process.send_signal(signal.SIGCONT)
        printed, complaint = process.communicate(timeout=PATIENCE)
    assert (process.returncode, printed, complaint) == (1, "", TOOK_OVER)
    assert sandbox.plan() == (0, [])
    assert sandbox.run("reconcile")[0] == 0
    assert sandbox.written() == [POST] * 6
    ended = rows(database_url, "SELECT command, outcome, error FROM run WHERE command = 'reconcile' ORDER BY id")
    assert [row[:2] for row in ended] == [("reconcile", "failed"), ("reconcile", "done"), ("reconcile", "done")]
    assert rows(database_url, "SELECT pair FROM lease") == []


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_a_machine_whose_clock_is_wrong_writes_nothing(sandbox: Field) -> None:
    """One clear error and exit code 1, whichever way it is off and of whichever service it differs from."""
    config = tomlkit.parse(sandbox.config.read_text())
    config["sync"] = {"clock": "system"}
    sandbox.config.write_text(tomlkit.dumps(config))
    for seconds, words in ((600, "10 minutes ahead of"), (-600, "10 minutes behind")):
        for service, name in (("wonolo", "Wonolo"), ("wheniwork", "When I Work")):
            skews = {one: {"clock_skew_seconds": seconds * (one == service)} for one in ("wonolo", "wheniwork")}
            httpx.post(f"{sandbox.url}/_sandbox/switches", json=skews).raise_for_status()
            command = [str(SHIFTBRIDGE), "reconcile", "--config", str(sandbox.config)]
            done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=False)
            assert (done.returncode, done.stdout) == (1, "")
            assert done.stderr.startswith(
                f"Error: the clock of {name} is {words} this machine's, so nothing is written"
            )
            assert done.stderr.count("\n") == 1
    assert sandbox.written() == []
