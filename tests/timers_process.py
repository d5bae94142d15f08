# ruff: noqa: T201 - it is a program
"""A program with the daemon's timers alone: it prints each part that is marked, and at the end what was counted."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Mapping

from sync.config.daemon import DaemonSection
from sync.daemon.metrics import Metrics
from sync.daemon.timers import Timers
from sync.intake.parts import Part
from sync.log import configure
from tests.webhook_door import configured


class Watched:
    """A pair that prints what is marked."""

    def __init__(self, name: str, poll: Mapping[str, float]) -> None:
        section = {"poll": dict(poll)}
        self.config = configured().model_copy(update={"name": name, "daemon": DaemonSection.model_validate(section)})

    def mark(self, *parts: Part) -> None:
        """Print the parts."""
        print(*parts, flush=True)


async def main(poll: Mapping[str, float]) -> None:
    """Run the timers of one pair until the input ends."""
    metrics = Metrics()
    timers = Timers(metrics)
    timers.start()
    timers.add(Watched("main", poll))
    print("started", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await timers.stop()
    names = ("shiftbridge_clock_jumps_total", "shiftbridge_clock_jump_seconds")
    print(*map(metrics.registry.get_sample_value, names))


if __name__ == "__main__":
    configure("INFO", as_json=True)
    asyncio.run(main(json.loads(sys.argv[1])))
