"""What the passes of a run came to: one row for each change, however many passes met it."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from mappings.model import System
from sync.errors import RemoteError
from sync.plan import Change, Plan
from sync.writer import Result


@dataclass(frozen=True, slots=True)
class Untried:
    """A change that was not sent, as something before it did not succeed; `reason` says what."""

    change: Change
    reason: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a reconcile came to: what was done, what failed and why, what waits for a person, what was left out.

    `differing` were done, and are live otherwise than they were sent. Among `failed` are those of unknown outcome;
    `untried` are changes whose turn never came. `stale` are the approved changes, in words, that were not done as their
    records changed since. `broken` are the services that failed as a whole, and how.
    """

    done: tuple[Change, ...] = ()
    differing: tuple[Result, ...] = ()
    failed: tuple[Result, ...] = ()
    waiting: tuple[Change, ...] = ()
    skipped: tuple[Change, ...] = ()
    stale: tuple[str, ...] = ()
    untried: tuple[Untried, ...] = ()
    passes: int = 1
    is_stopped: bool = False
    broken: Mapping[System, RemoteError] = field(default_factory=dict)

    @property
    def counts(self) -> dict[str, int]:
        """How many changes came to what."""
        unknown = sum(1 for row in self.failed if row.outcome == "unknown")
        return {
            "done": len(self.done),
            "differs": len(self.differing),
            "failed": len(self.failed) - unknown,
            "unknown": unknown,
            "not_tried": len(self.untried),
            "waiting": len(self.waiting),
            "skipped": len(self.skipped),
        }

    @property
    def word(self) -> str:
        """The outcome in one word, as runs keep it."""
        return "stopped" if self.is_stopped else "waiting" if self.is_pending else "done"

    @property
    def is_pending(self) -> bool:
        """Whether something is left for a person or for the next run."""
        return bool(self.waiting or self.differing or self.failed or self.stale or self.untried)


@dataclass(slots=True)
class Pass:
    """One pass: what became of the changes that were tried, and which were not.

    One that was interrupted left the rest to the next plan, as the mirror was read anew. `over` are its remarks about
    work that is over, which no later plan makes again.
    """

    results: list[Result] = field(default_factory=list)
    untried: list[Untried] = field(default_factory=list)
    over: tuple[Change, ...] = ()
    is_interrupted: bool = False
    broken: dict[System | None, RemoteError] = field(default_factory=dict)


def settled(passes: list[Pass], last: Plan, stale: tuple[str, ...] = ()) -> Outcome:
    """The outcome of all passes; `last` is the plan that had nothing to do any more, or the last that was tried."""
    results = list(_last_results(passes))
    left = [row for row in passes[-1].results if row.outcome in ("moved", "forbidden")]
    failed = tuple(row for row in results if row.outcome in ("failed", "unread", "unknown") or row in left)
    told = {row.change.effect for row in failed}
    unsure = {row.change.link for row in failed if row.outcome == "unknown"}
    return Outcome(
        done=tuple(row.change for row in results if row.outcome == "done"),
        differing=tuple(row for row in results if row.outcome == "differs"),
        failed=failed,
        waiting=tuple(row for row in last.waiting if row.effect not in told and not _only_waits(row, unsure)),
        skipped=tuple(_skipped(passes, last)),
        stale=stale,
        untried=tuple(_never_tried(passes, last)),
        passes=len(passes),
    )


def _skipped(passes: Iterable[Pass], last: Plan) -> Iterable[Change]:
    """Return the changes left out in the end, and those reported once for work that is over."""
    skipped = [change for change in last.changes if change.verdict == "skip"]
    known = {change.key for change in skipped}
    once = {change.key: change for one in passes for change in one.over if change.key not in known}
    return [*skipped, *once.values()]


def _only_waits(change: Change, unsure: Collection[str]) -> bool:
    """Whether it only says that its link waits for an outcome, which is told already."""
    return change.action == "none" and change.verdict == "blocked" and change.link in unsure


def _last_results(passes: list[Pass]) -> Iterable[Result]:
    """What became of each change in the end: a later pass may have brought about what an earlier one could not."""
    for number, run in enumerate(passes):
        later = [row.change for other in passes[number + 1 :] for row in other.results]
        effects, met = {change.effect for change in later}, {_same(change) for change in later}
        for row in run.results:
            if row.change.effect not in effects and (
                row.outcome in ("done", "differs") or _same(row.change) not in met
            ):
                yield row


def _never_tried(passes: list[Pass], last: Plan) -> Iterable[Untried]:
    """What no pass tried; what waits by now, or what an undo says itself that it left, is told as that."""
    waits = {change.effect for change in last.waiting}
    left = {_same(change) for change in last.changes if change.undoes and change.verdict != "do"}
    for number, run in enumerate(passes):
        later = passes[number + 1 :]
        met = {_same(row.change) for other in later for row in other.results}
        met |= {_same(row.change) for other in later for row in other.untried}
        met |= left if later else set()
        moot = {row.change.link for row in run.results if row.outcome == "moved"} if later else set()
        yield from (
            row
            for row in run.untried
            if _same(row.change) not in met and row.change.effect not in waits and row.change.link not in moot
        )


def _same(change: Change) -> tuple[str | None, ...]:
    """What later passes plan again, though perhaps with another payload."""
    return (change.action, change.system, change.kind, change.record, change.link, change.worker)
