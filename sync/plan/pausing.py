"""Pauses laid over a plan: what people ordered to leave alone is blocked, with who said so and why. Pure."""

from collections.abc import Callable, Collection

import msgspec

from sync.plan.model import Change, Verdict


class Pausing(msgspec.Struct, frozen=True):
    """One pause as the planner needs it; `links` hold its record, and both are empty for the whole pair."""

    sentence: str
    record: tuple[str, int] | None = None
    links: frozenset[str] = frozenset()

    def concerns(self, change: Change) -> bool:
        """Return whether it forbids a change: of the record, of its demand, or made of it."""
        if self.record is None:
            return True
        kind, number = self.record
        of_record = (change.kind, change.record) == (kind, str(number))
        made_of_it = kind == "shift" and number in change.sources
        return of_record or made_of_it or change.link in self.links


def paused(pauses: Collection[Pausing]) -> Callable[[Change], tuple[Verdict, str] | None]:
    """Return the judge that blocks every write which a pause forbids."""

    def judge(change: Change) -> tuple[Verdict, str] | None:
        found = next((row for row in pauses if row.concerns(change)), None) if change.verdict == "do" else None
        return ("blocked", found.sentence) if found else None

    return judge
