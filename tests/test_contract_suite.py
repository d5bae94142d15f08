"""The conformance suite as somebody with keys runs it, before a sandbox that it takes for the real services."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from sandbox.serve import Server
from sandbox.world import build_world

ROOT = Path(__file__).parent.parent


@pytest.fixture
def url() -> Iterator[str]:
    """A sandbox."""
    world = build_world(seed=3, demands=6)
    world.wheniwork.switches.rate_limit_per_minute = 100_000
    with Server(world) as server:
        yield server.url


def run(url: str, *selected: str) -> str:
    """Run the suite with both services at a URL and return what it prints."""
    access = {
        "CONTRACT_PAUSE": "0",
        "CONTRACT_WONOLO_URL": f"{url}/api_v2",
        "CONTRACT_WONOLO_API_KEY": "pk_test_sandbox",
        "CONTRACT_WONOLO_SECRET_KEY": "sk_test_sandbox",
        "CONTRACT_WHENIWORK_URL": f"{url}/2",
        "CONTRACT_WHENIWORK_KEY": "sandbox-developer-key",
        "CONTRACT_WHENIWORK_EMAIL": "manager@sandbox.example",
        "CONTRACT_WHENIWORK_PASSWORD": "sandbox",
    }
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-k", "real", *selected]
    return subprocess.run(
        command, cwd=ROOT, env=os.environ | access, capture_output=True, text=True, check=False
    ).stdout


def test_it_reads_only_and_prints_every_fact(url: str) -> None:
    """What held, what did not, what could not be tried, and nothing is written."""
    printed = run(url, "tests/contract")
    assert "\n0 DID NOT HOLD" in printed
    assert "[real] When I Work 5.2: A listing echoes its window, in RFC 2822." in printed
    assert (
        "[real] Wonolo 5: A create does not take the state draft. (writes are not allowed: CONTRACT_WRITE=1" in printed
    )
    assert "[real] When I Work 12: code 4005 comes with status 404" in printed
    assert httpx.get(f"{url}/_sandbox/requests", params={"writes": "true"}).json() == {"requests": []}


def test_a_fact_that_does_not_hold_is_named(url: str) -> None:
    """The sandbox is switched to say something else."""
    httpx.post(f"{url}/_sandbox/switches", json={"wonolo": {"wrap_records": False}})
    printed = run(url, "tests/contract/test_wonolo_reads.py")
    assert (
        "[real] Wonolo 3: One record stands under its singular name. (users user)" in printed.split("DID NOT HOLD")[1]
    )
