"""One world: a clock, both services, the people in them, and what happens as time passes."""

from __future__ import annotations

import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sandbox.clock import VirtualClock
from sandbox.demands import post_job_requests, schedule_demands
from sandbox.events import Watch, tell_wonolo
from sandbox.faults import Faults
from sandbox.places import open_warehouses
from sandbox.requests import RequestLog
from sandbox.targets import Target
from sandbox.webhooks import Webhooks
from sandbox.wheniwork.roster import send_reminders
from sandbox.wheniwork.seed import seed_objects as seed_wheniwork
from sandbox.wheniwork.state import WhenIWorkState
from sandbox.wonolo.lifecycle import let_time_pass
from sandbox.wonolo.seed import seed_objects as seed_wonolo
from sandbox.wonolo.snapshot import snapshot as wonolo_snapshot
from sandbox.wonolo.state import WonoloState

MOST_DEMANDS = 200_000
_BETWEEN_REMINDERS = timedelta(minutes=1)


@dataclass(frozen=True)
class Beginning:
    """What decides a world: the seed of every random choice, how much there is in it, and when it begins.

    `demands` is the number of OpenShift stacks in When I Work, `posted` the share of that number that requestors have
    typed into Wonolo besides, and `filled` the share of these JobRequests whose every slot a worker has accepted.
    Without a `start` the clock runs with real time.
    """

    seed: int = 1
    demands: int = 12
    posted: float = 0.0
    filled: float = 0.0
    start: datetime | None = None

    def __post_init__(self) -> None:
        """Check the amounts; there are not places, positions and times for more demands that differ."""
        if not 0 <= self.demands <= MOST_DEMANDS or not 0 <= self.posted <= 1 or not 0 <= self.filled <= 1:
            raise ValueError(f"Demands go from 0 to {MOST_DEMANDS}, posted and filled from 0 to 1.")
        if self.start is not None and not 2000 <= self.start.year < 2100:
            raise ValueError("A world begins in this century.")


class World:
    """Both services over one clock; they share nothing but what people do in them.

    `late` are requests whose effect is still to come, each with its instant.
    """

    def __init__(self, beginning: Beginning) -> None:
        self.beginning = beginning
        self.clock = VirtualClock(beginning.start)
        self.rng = _rng(beginning.seed, "people")
        self.faults = Faults(_rng(beginning.seed, "faults"))
        self.requests = RequestLog()
        self.late: list[tuple[datetime, Callable[[], Awaitable[object]]]] = []
        self.webhooks = Webhooks(self.clock, self.faults, _rng(beginning.seed, "webhooks"))
        self._watch: Watch | None = None
        self.wonolo = WonoloState(self.clock, _rng(beginning.seed, "wonolo"))
        self.wheniwork = WhenIWorkState(self.clock, _rng(beginning.seed, "wheniwork"))
        self._caught_up_at = self.clock.now()
        _populate(self)

    def reset(self, beginning: Beginning) -> None:
        """Begin again, from another beginning if it differs."""
        fresh = World(beginning)
        # The routes hold the two states, so these keep their identity and get the contents of fresh ones.
        for mine, new in ((self.wonolo, fresh.wonolo), (self.wheniwork, fresh.wheniwork)):
            vars(mine).update(vars(new))
        kept = {"wonolo": self.wonolo, "wheniwork": self.wheniwork}
        vars(self).update(vars(fresh) | kept)

    def advance(self, delta: timedelta) -> None:
        """Move the clock, stopping at everything that is due on the way; a negative delta raises ValueError."""
        if delta < timedelta(0):
            raise ValueError("The clock cannot go back.")
        to = self.clock.now() + delta
        while (due := self.wonolo.next_due()) is not None and due <= to:
            self._go_on_to(due)
            let_time_pass(self.wonolo)
        self._go_on_to(to)
        send_reminders(self.wheniwork)

    def _go_on_to(self, moment: datetime) -> None:
        self.clock.advance(max(moment - self.clock.now(), timedelta(0)))

    def catch_up(self) -> None:
        """Do what has become due on a clock that runs by itself."""
        let_time_pass(self.wonolo)
        if self.clock.now() - self._caught_up_at >= _BETWEEN_REMINDERS:
            self._caught_up_at = self.clock.now()
            send_reminders(self.wheniwork)

    def expire_tokens(self, system: str) -> None:
        """End every token of a system at once."""
        if system == "wonolo":
            self.wonolo.expire_tokens()
        else:
            self.wheniwork.tokens.expire_all()

    def aim_webhooks(self, target: Target) -> None:
        """Send a service's webhooks to a target; what happened before is not told."""
        self.webhooks.aim(target, self.wonolo.secret_key)
        if target.system == "wonolo":
            self.wonolo.announcing = True
        else:
            self._watch = Watch(self.wheniwork, self.webhooks)

    def stop_webhooks(self) -> None:
        """Send no more webhooks, and forget those that went."""
        self.webhooks.clear()
        self._watch = None
        self.wonolo.announcing = False
        self.wonolo.announcements.clear()

    def gather_events(self) -> None:
        """Hand to the webhooks what has happened since the last time."""
        tell_wonolo(self.wonolo, self.webhooks)
        if self._watch is not None:
            self._watch.look()

    @property
    def next_due(self) -> datetime:
        """The instant at which something is next to happen by itself, or a webhook to go; a minute on at the latest."""
        reminders = self._caught_up_at + _BETWEEN_REMINDERS
        others = (self.wonolo.next_due(), self.webhooks.next_due, self._watch.ends_at if self._watch else None)
        return min([reminders, *(moment for moment in others if moment is not None)])

    def snapshot(self) -> dict[str, Any]:
        """Both services, whole, as JSON values."""
        return {
            "now": self.clock.now().isoformat(),
            "wonolo": wonolo_snapshot(self.wonolo),
            "wheniwork": self.wheniwork.snapshot(),
        }


def build_world(seed: int = 1, demands: int = 12, start: datetime | None = None, posted: float = 0.0) -> World:
    """A world from its beginning; see Beginning."""
    return World(Beginning(seed, demands, posted, start=start))


def _rng(seed: int, part: str) -> random.Random:
    return random.Random(f"{seed} {part}")  # noqa: S311 - a world must repeat under its seed


def _populate(world: World) -> None:
    beginning = world.beginning
    seed_wonolo(world.wonolo)
    seed_wheniwork(world.wheniwork)
    open_warehouses(world.wheniwork)
    schedule_demands(world.wheniwork, _rng(beginning.seed, "demands"), beginning.demands)
    posted = round(beginning.demands * beginning.posted)
    post_job_requests(world.wonolo, _rng(beginning.seed, "posted"), posted, round(posted * beginning.filled))
