"""A day of a daemon in virtual time: its own timers, due parts and turns, with readings that only take their time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from heapq import heapify, heappop, heappush
from itertools import pairwise

import pytest

from sync.config.daemon import PollSection
from sync.daemon.due import Due
from sync.daemon.timers import cadence
from sync.daemon.turns import PATIENCE, Turns, Waiting
from sync.intake.parts import NEAR, PARTS, Part
from sync.mirror.looks import LastLook

MIDNIGHT = datetime(2026, 3, 2, tzinfo=UTC)
DAY = 86_400.0
SECONDS = PollSection().seconds

NEAR_TAKES, FAR_TAKES, DIRTY_TAKES = 2.0, 20.0, 0.5
"""Seconds that a reading takes."""


@dataclass
class Pair:
    """One pair through a day, as its loop goes about it; `reads` are the instants at which each part was read."""

    is_busy: bool = False
    """Whether there are always dirty records."""

    now: float = 0.0
    reads: dict[Part, list[float]] = field(default_factory=lambda: {part: [] for part in PARTS})
    dirty_reads: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Set the timers."""
        self._due, self._turns = Due(SECONDS, 1), Turns(0)
        self._looks: dict[str, LastLook] = {}
        self._far: tuple[float, list[Part]] | None = None
        self._timers = [(self._next(part), part) for part in PARTS]
        heapify(self._timers)

    def live(self, until: float) -> None:
        """Let time pass, one turn after the other."""
        while self.now < until:
            self._fire()
            self._end_far()
            due = self._due.now(self._looks, {}, self._at(self.now), self.now)
            near, far = [part for part in due if part in NEAR], [part for part in due if part not in NEAR]
            waiting = Waiting(self.is_busy, bool(near), bool(far), self._far is not None)
            match self._turns.take(waiting, self.now):
                case "dirty":
                    self.dirty_reads.append(self.now)
                    self.now += DIRTY_TAKES
                case "near":
                    self._read(near, self.now)
                    self.now += NEAR_TAKES
                case "far":
                    self._far = (self.now + FAR_TAKES, far)
                case "wait" | "nothing":
                    self.now = min(self._timers[0][0], self._far[0] if self._far else DAY * 2)

    def _fire(self) -> None:
        while self._timers[0][0] <= self.now:
            _, part = heappop(self._timers)
            self._due.mark(part)
            heappush(self._timers, (self._next(part), part))

    def _next(self, part: Part) -> float:
        at = self._at(self.now)
        fires = cadence(SECONDS[part]).get_next_fire_time(at, at)
        return float((fires - MIDNIGHT).total_seconds())

    def _end_far(self) -> None:
        if self._far and self._far[0] <= self.now:
            ended, parts = self._far
            self._read(parts, ended - FAR_TAKES)
            self._far = None

    def _read(self, parts: list[Part], began: float) -> None:
        for part in parts:
            self.reads[part].append(began)
            self._looks[part] = LastLook(self._at(began))
            self._due.read(part)

    @staticmethod
    def _at(seconds: float) -> datetime:
        return MIDNIGHT + timedelta(seconds=seconds)


def longest_wait(instants: list[float], end: float) -> float:
    """The longest time between two readings."""
    return max(later - earlier for earlier, later in pairwise([*instants, end]))


@pytest.fixture(scope="module")
def quiet() -> Pair:
    """A pair after a day on which nothing happened."""
    pair = Pair()
    pair.live(DAY)
    return pair


@pytest.mark.parametrize("part", PARTS)
def test_in_a_quiet_day_each_part_is_read_at_its_cadence(quiet: Pair, part: Part) -> None:
    """A tenth less often at most, as jitter only adds, and never much later than that: nothing drifts."""
    seconds, reads = SECONDS[part], quiet.reads[part]
    slack = FAR_TAKES + NEAR_TAKES
    assert DAY / (1.1 * seconds + slack) - 1 < len(reads) <= DAY / seconds + 1
    assert longest_wait(reads, DAY) < 1.1 * seconds + 1 + slack


def test_in_a_quiet_day_no_part_is_read_for_its_own_sake_twice(quiet: Pair) -> None:
    """Between two readings of a part lies its whole cadence, but for what the earlier one was late."""
    for part, reads in quiet.reads.items():
        waits = [later - earlier for earlier, later in pairwise(reads)]
        assert min(waits, default=SECONDS[part]) >= SECONDS[part] - FAR_TAKES - NEAR_TAKES


def test_dirty_records_without_end_keep_no_part_from_being_read() -> None:
    """A part that is due gets its turn after a minute, the far ones too, and the next thing is a dirty record again."""
    pair, end = Pair(is_busy=True), 3 * 3600.0
    pair.live(end)
    for part, reads in pair.reads.items():
        late = PATIENCE + FAR_TAKES + NEAR_TAKES + 2 * DIRTY_TAKES
        assert reads, part
        assert longest_wait([0.0, *reads], end) < 1.1 * SECONDS[part] + 1 + late, part
    assert longest_wait(pair.dirty_reads, end) < 2 * NEAR_TAKES + DIRTY_TAKES
    assert len(pair.dirty_reads) * DIRTY_TAKES > 0.9 * end
