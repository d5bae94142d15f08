"""What a process is asked to be by its configuration, and what it needs for that."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Literal

import pytest

from sync.config import Deployment
from sync.config.daemon import DaemonSection
from sync.config.model import DatabaseSection
from sync.daemon.metrics import Metrics
from sync.daemon.process import require_same_queue
from sync.daemon.roles import AsRole
from sync.daemon.starting import as_daemon, as_worker
from sync.errors import ConfigError

SQLITE, POSTGRES = "sqlite:////tmp/none.db", "postgresql://somebody@127.0.0.1:9/none"
NEEDS_POSTGRES = (
    'daemon.workers: "queue" needs Postgres, which several machines can share; set url under [database] to '
    '"postgresql://user:password@host/name", or workers to "inside"'
)
NOTHING_TO_DO = (
    'daemon.workers: it is "inside", so there is nothing for a worker to do; set it to "queue", so that the daemon '
    "leaves the work to workers, and start the daemon again"
)


def deployment(workers: Literal["inside", "queue"], url: str) -> Deployment:
    """A deployment without pairs."""
    return Deployment(Path("none"), DaemonSection(workers=workers), DatabaseSection(url=url), {})


@pytest.mark.parametrize(
    ("as_role", "workers", "url", "problem"),
    [
        (as_daemon, "queue", SQLITE, NEEDS_POSTGRES),
        (as_worker, "queue", SQLITE, NEEDS_POSTGRES),
        (as_worker, "inside", POSTGRES, NOTHING_TO_DO),
    ],
)
def test_what_cannot_be_played_is_said_before_anything_begins(
    as_role: AsRole, workers: Literal["inside", "queue"], url: str, problem: str
) -> None:
    """By daemon and worker alike, in one sentence that says what to do."""
    with pytest.raises(ConfigError) as error:
        as_role(deployment(workers, url), Metrics())
    assert error.value.problems == [problem]


def test_a_reload_that_changes_the_queue_is_refused() -> None:
    """Everything in the process hangs on it; another database without a queue is taken."""
    require_same_queue(deployment("inside", SQLITE), deployment("inside", POSTGRES))
    for before, now, option in (
        (deployment("inside", POSTGRES), deployment("queue", POSTGRES), "daemon.workers"),
        (deployment("queue", POSTGRES), deployment("queue", POSTGRES + "2"), "database.url"),
    ):
        with pytest.raises(ConfigError) as error:
            require_same_queue(before, now)
        assert error.value.problems == [f"{option}: it changed; start the daemon and its workers again"]


def test_without_a_queue_procrastinate_is_not_needed() -> None:
    """It is imported by those alone who use it, as it may not be installed."""
    program = "import sys, sync.daemon.process, sync.daemon.starting, sync.cli; print('procrastinate' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stdout == "False\n"
