"""A report: what is to be done, was done, waits or was left out, in the order of the work it is about."""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Literal, Protocol, get_args

import msgspec

from mappings.unmapped import InUse
from sync.errors import Refusal
from sync.plan import Change, Plan
from sync.plan.wording import wall

Status = Literal["to_do", "done", "differs", "failed", "unknown", "not_tried", "hold", "conflict", "blocked", "skip"]

_LEFT: tuple[Status, ...] = ("differs", "failed", "unknown", "not_tried", "hold", "conflict", "blocked")
"""What is left for a person or for the next run."""


class Entry(msgspec.Struct, frozen=True):
    """One change and what became of it.

    `reason` says why it failed, waits or was left out. The change of a skipped entry stands for a record that is not
    looked at.
    """

    status: Status
    change: Change
    reason: str = ""

    @property
    def day(self) -> str:
        """The day of the work on the wall of its place; empty when it has none."""
        change = self.change
        return wall(change.start, change.zone, "%A %d %B %Y") if change.start else ""


class Report(msgspec.Struct, frozen=True):
    """What one command found or did for one pair of accounts; `checksum` is the plan's, of a diff only.

    `stale` are approved changes, in words, that were not done as their records changed since. `refusals` are why guards
    would not let a reconcile do what a diff shows. `given` are the options, as they are typed, that commands to answer
    it need: the configuration and the pair. `unmapped` is what records of a diff need mapped.
    """

    command: Literal["diff", "reconcile", "conflicts"]
    pair: str
    entries: tuple[Entry, ...]
    checksum: str = ""
    stale: tuple[str, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    given: str = ""
    unmapped: tuple[InUse, ...] = ()

    @property
    def counts(self) -> dict[Status, int]:
        """How many entries there are of each status."""
        found = Counter(entry.status for entry in self.entries)
        return {status: found[status] for status in get_args(Status)}

    @property
    def is_pending(self) -> bool:
        """Whether something is still to be written, waits for a person, or failed."""
        counts = self.counts
        waits = bool(self.stale) or any(counts[one] for one in _LEFT)
        return waits or any(row.status == "to_do" and row.change.writes for row in self.entries)

    def places(self) -> Iterator[tuple[tuple[str, str], list[list[Entry]]]]:
        """Everything but what was left out: ((day, place), its demands), earliest first, undated last.

        A demand is the list of the entries of one link.
        """
        rows = sorted((row for row in self.entries if row.status != "skip"), key=_place_in_time)
        for group, members in groupby(rows, key=lambda row: (row.day, row.change.place)):
            demands: dict[str, list[Entry]] = {}
            for row in members:
                demands.setdefault(row.change.link, []).append(row)
            yield group, list(demands.values())

    def left_out(self) -> dict[str, list[Change]]:
        """The records that were left out, by the reason."""
        reasons: dict[str, list[Change]] = {}
        for row in self.entries:
            if row.status == "skip":
                reasons.setdefault(row.reason, []).append(row.change)
        return reasons


class Undone(Protocol):
    """A change that was not tried, and why."""

    @property
    def change(self) -> Change: ...  # noqa: D102
    @property
    def reason(self) -> str: ...  # noqa: D102


class Failure(Undone, Protocol):
    """A change that failed or whose outcome is unknown, and why."""

    @property
    def outcome(self) -> str: ...  # noqa: D102


class Outcome(Protocol):
    """What a reconcile came to, as the engine tells it."""

    @property
    def done(self) -> Iterable[Change]: ...  # noqa: D102
    @property
    def differing(self) -> Iterable[Failure]: ...  # noqa: D102
    @property
    def failed(self) -> Iterable[Failure]: ...  # noqa: D102
    @property
    def waiting(self) -> Iterable[Change]: ...  # noqa: D102
    @property
    def skipped(self) -> Iterable[Change]: ...  # noqa: D102
    @property
    def stale(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def untried(self) -> Iterable[Undone]: ...  # noqa: D102


def of_plan(plan: Plan, pair: str, given: str = "") -> Report:
    """What a diff found."""
    return Report(
        "diff",
        pair,
        _entries(plan.changes, "to_do"),
        plan.checksum,
        refusals=plan.refusals,
        given=given,
        unmapped=plan.unmapped,
    )


def of_waiting(plan: Plan, pair: str, given: str = "") -> Report:
    """What waits for a person."""
    return Report("conflicts", pair, _entries(plan.waiting, "to_do"), given=given)


def of_outcome(outcome: Outcome, pair: str, given: str = "") -> Report:
    """What a reconcile came to."""
    failed = tuple(
        Entry("unknown" if row.outcome == "unknown" else "failed", row.change, row.reason) for row in outcome.failed
    )
    failed = (*(Entry("differs", row.change, row.reason) for row in outcome.differing), *failed)
    untried = tuple(Entry("not_tried", row.change, row.reason) for row in outcome.untried)
    left = _entries((*outcome.waiting, *outcome.skipped), "to_do")
    entries = (*_entries(outcome.done, "done"), *failed, *untried, *left)
    return Report("reconcile", pair, entries, stale=outcome.stale, given=given)


def _entries(changes: Iterable[Change], status: Literal["to_do", "done"]) -> tuple[Entry, ...]:
    """Changes as entries; `status` is that of those which may be carried out, the others tell their own."""
    return tuple(
        Entry(status if change.verdict == "do" else change.verdict, change, change.reason) for change in changes
    )


def _place_in_time(row: Entry) -> tuple[str, str, str]:
    change = row.change
    if change.start is None:
        return ("9", change.place, "")
    return (wall(change.start, change.zone, "%Y-%m-%d"), change.place, change.start.isoformat())
