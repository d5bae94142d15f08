"""What docs/sandbox.md promises."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import fields
from pathlib import Path
from typing import get_args

import pytest

from sandbox.faults import FaultName
from sandbox.people import ACTS
from sandbox.serve import Server
from sandbox.wheniwork.switches import Switches as WhenIWorkSwitches
from sandbox.wonolo.switches import Switches as WonoloSwitches
from sandbox.world import build_world

PAGE = Path(__file__).parent.parent / "docs" / "sandbox.md"


@pytest.mark.skipif(shutil.which("curl") is None, reason="the examples are for curl")
def test_every_example_runs_as_it_stands() -> None:
    """One after the other in one shell; the first that fails ends it."""
    examples = "\n".join(re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text(), re.DOTALL | re.MULTILINE))
    with Server(build_world(demands=3)) as server:
        script = ["bash", "-euo", "pipefail", "-c", examples]
        ran = subprocess.run(
            script, env={"SANDBOX": server.url, "PATH": "/usr/bin:/bin"}, capture_output=True, text=True, check=False
        )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert '"request_name":"Unload a truck"' in ran.stdout


def test_every_act_fault_and_switch_is_described() -> None:
    """By its name, in the page."""
    switches = [field.name for kind in (WonoloSwitches, WhenIWorkSwitches) for field in fields(kind)]
    page = PAGE.read_text()
    assert [name for name in (*ACTS, *get_args(FaultName), *switches) if f"`{name}`" not in page] == []


def test_every_fault_and_switch_names_where_it_comes_from() -> None:
    """The last cell of its row is a section of one of the references; any network breaks and is slow."""
    rows = re.findall(r"^\| `(\w+)` \|.* \| ([^|]+) \|$", PAGE.read_text(), re.MULTILINE)
    told = {
        name for name, cell in rows if re.fullmatch(r"any network|([WI] )?\d+(\.\d+)?(, ([WI] )?\d+(\.\d+)?)*", cell)
    }
    switches = {field.name for kind in (WonoloSwitches, WhenIWorkSwitches) for field in fields(kind)}
    assert {*get_args(FaultName), *switches} - told == set()
